import { z } from 'zod'
import { type Tx, together } from '#core/db/workspace.ts'
import { wholeNumber } from '#core/http/parameters.ts'
import { cents, type Exchange, exchangeOf } from '#core/record/currency.ts'
import { addMonths, dayIn } from '#core/record/relative-time.ts'
import { converted, currenciesIn, moneyShape } from './money.ts'
import { Ask, dealShape } from './scope.ts'

const MONTHS_AT_MOST = 24
/** From this chance on a deal counts as committed, where nothing else is asked for. */
const COMMITTED_FROM = 75

export const forecastQuery = z.strictObject({
  ...dealShape,
  months: wholeNumber(1, MONTHS_AT_MOST)
    .default(6)
    .meta({ description: 'How many months, the current one first' }),
  committedFrom: wholeNumber(1, 100)
    .default(COMMITTED_FROM)
    .meta({ description: 'The probability from which on an open deal counts as committed' }),
})

const sums = {
  openDeals: z.int(),
  bestCase: z.number().meta({ description: 'All open deals' }),
  weighted: z.number(),
  committed: z.number(),
  byCurrency: z
    .array(
      z.object({
        currency: z.string(),
        openDeals: z.int(),
        bestCase: z.number(),
        weighted: z.number(),
        committed: z.number(),
      }),
    )
    .meta({ description: 'The same in each currency as it is, also those for which there is no rate' }),
}
export const forecastAnswer = z.object({
  timezone: z.string(),
  ...moneyShape,
  committedFrom: z.int(),
  months: z.array(
    z.object({ month: z.string().meta({ example: '2026-11' }), won: z.number(), wonDeals: z.int(), ...sums }),
  ),
  overdue: z.object(sums).meta({ description: 'Open deals that should have been closed before this month' }),
  later: z.object(sums).meta({ description: 'Open deals expected after the last of the months' }),
  undated: z.object(sums).meta({ description: 'Open deals without an expected close date' }),
})

type Sums = { openDeals: number; bestCase: number; weighted: number; committed: number }
type Part = Sums & { place: string; currency: string }

/**
 * Forecast by the month in which open deals are expected to close. Weighted = Σ amount × probability ÷ 100; committed =
 * Σ amount of deals at or above `committedFrom` percent; best case = Σ amount (forecast categories as in Salesforce's
 * collaborative forecasts). Won is what was closed in that month already and is in none of the three.
 */
export async function forecast(tx: Tx, query: z.infer<typeof forecastQuery>) {
  const { timezone } = tx.who
  const first = `${dayIn(timezone).slice(0, 7)}-01`
  const end = addMonths(first, query.months)
  const exchange = await exchangeOf(tx)
  const [plain, open, won] = [new Ask(tx), new Ask(tx), new Ask(tx)]
  const [from, to] = [open.add(first, 'date'), open.add(end, 'date')]
  const place = `case when t.expected_close_date is null then 'undated' when t.expected_close_date < ${from} then 'overdue'
    when t.expected_close_date >= ${to} then 'later' else to_char(t.expected_close_date, 'YYYY-MM') end`
  const [money, rows, wins] = await together([
    currenciesIn(plain, `${plain.deals(query)} and t.status = 'OPEN'`, exchange),
    open.rows(
      `select ${place} as place, t.currency, count(*) as "openDeals", coalesce(sum(t.amount), 0) as "bestCase",
         coalesce(round(sum(t.amount * coalesce(t.probability, 0)) / 100, 2), 0) as weighted,
         coalesce(sum(t.amount) filter (where t.probability >= ${open.add(query.committedFrom, 'int')}), 0) as committed
       from deals t where ${open.deals(query)} and t.status = 'OPEN' group by 1, 2 order by 2`,
    ) as Promise<unknown> as Promise<Part[]>,
    won.rows(
      `select to_char(t.actual_close_date, 'YYYY-MM') as month, count(*) as n, coalesce(round(sum(${converted(won, exchange)}), 2), 0) as amount
       from deals t where ${won.deals(query)} and t.status = 'WON' and t.actual_close_date >= ${won.add(first, 'date')} and t.actual_close_date < ${won.add(end, 'date')} group by 1`,
    ),
  ])
  const at = (key: string) =>
    summed(
      rows.filter(row => row.place === key),
      exchange,
    )
  const months = Array.from({ length: query.months }, (_, i) => addMonths(first, i).slice(0, 7))
  return {
    timezone,
    ...money,
    committedFrom: query.committedFrom,
    months: months.map(month => {
      const win = wins.find(row => row.month === month)
      return { month, won: (win?.amount ?? 0) as number, wonDeals: (win?.n ?? 0) as number, ...at(month) }
    }),
    overdue: at('overdue'),
    later: at('later'),
    undated: at('undated'),
  }
}

/** The sums of a place in the workspace's currency, rounded once a currency, and what they were in each. */
function summed(parts: Part[], { rates }: Exchange) {
  const money = (pick: (part: Part) => number) =>
    parts.reduce((sum, part) => sum + cents(pick(part) * (rates[part.currency] ?? 0)), 0) / 100
  return {
    openDeals: parts.reduce((sum, part) => sum + part.openDeals, 0),
    bestCase: money(part => part.bestCase),
    weighted: money(part => part.weighted),
    committed: money(part => part.committed),
    byCurrency: parts.map(({ place: _, ...part }) => part),
  }
}
