import { z } from 'zod'
import { type Tx, together } from '#core/db/workspace.ts'
import { operation } from '#core/http/operation.ts'
import { Aggregate } from '#core/record/aggregate.ts'
import {
  type CurrencySum,
  cents,
  currencySum,
  type Exchange,
  exchangeOf,
  ratesUsed,
  sumsByCurrency,
} from '#core/record/currency.ts'
import { addDays, startOfDay, todayIn } from '#core/record/relative-time.ts'

/** The buckets of R3 11.3, by whole days past due. */
const BUCKETS = ['current', 'days_1_30', 'days_31_60', 'days_61_90', 'days_90_plus'] as const
type Bucket = (typeof BUCKETS)[number]

type Part = CurrencySum & { bucket: Bucket }

const answer = z.object({
  buckets: z.array(
    z.object({
      bucket: z.enum(BUCKETS),
      count: z.int(),
      amount: z.number(),
      byCurrency: z.array(currencySum),
    }),
  ),
  totalOutstanding: z.number(),
  currency: z
    .string()
    .meta({ description: "The workspace's; amounts without a currency beside them are in it" }),
  rates: z.record(z.string(), z.number()).meta({
    description: "What one unit of another currency is worth in the workspace's, where it was needed",
  }),
  unconverted: z.array(currencySum).meta({
    description: 'Invoices in currencies for which the workspace has no rate; counted, but in no sum',
  }),
})

/**
 * What customers owe by how long it is past due: invoices that are sent and not paid, of those that the caller may see.
 * Days count by the workspace's calendar. Other currencies are converted by `settings.exchangeRates`, or named.
 */
async function invoiceAging(tx: Tx): Promise<z.infer<typeof answer>> {
  const { timezone } = tx.who
  const { day } = todayIn(timezone)
  const ask = new Aggregate(tx)
  const where = ask.scope('invoice')
  const dueSince = (days: number) =>
    `t.due_at >= ${ask.add(startOfDay(addDays(day, -days), timezone).toISOString(), 'timestamptz')}`
  const bucket = `case when t.due_at is null or ${dueSince(0)} then 'current' when ${dueSince(30)} then 'days_1_30'
    when ${dueSince(60)} then 'days_31_60' when ${dueSince(90)} then 'days_61_90' else 'days_90_plus' end`
  const [parts, exchange] = await together([
    ask.rows(
      `select ${bucket} as bucket, t.currency, count(*)::int as count, sum(t.amount) as amount
       from invoices t where ${where} and t.status in ('SENT', 'OVERDUE') group by 1, 2 order by 2`,
    ) as Promise<unknown> as Promise<Part[]>,
    exchangeOf(tx),
  ])
  return assemble(exchange, parts)
}

function assemble(exchange: Exchange, parts: Part[]): z.infer<typeof answer> {
  const rateOf = (part: Part) => exchange.rates[part.currency] ?? 0
  const buckets = BUCKETS.map(bucket => {
    const own = parts.filter(part => part.bucket === bucket)
    const hundredths = own.reduce((sum, part) => sum + cents(part.amount * rateOf(part)), 0)
    return {
      bucket,
      count: own.reduce((sum, part) => sum + part.count, 0),
      amount: hundredths / 100,
      byCurrency: own.map(({ bucket: _, ...sum }) => sum),
    }
  })
  return {
    buckets,
    totalOutstanding: buckets.reduce((sum, { amount }) => sum + cents(amount), 0) / 100,
    currency: exchange.currency,
    rates: ratesUsed(parts, exchange),
    unconverted: sumsByCurrency(parts.filter(part => !rateOf(part))),
  }
}

export const agingRoute = operation({
  method: 'GET',
  path: '/reports/invoice-aging',
  tag: 'reports',
  summary: 'What is outstanding, by how many days it is past due',
  answers: answer,
  handle: ({ tx }) => invoiceAging(tx),
})
