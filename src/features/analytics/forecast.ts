import { z } from 'zod'
import { type Tx, together } from '#core/db/workspace.ts'
import { addMonths, dayIn } from '#core/record/relative-time.ts'
import { converted, currenciesIn, exchangeOf, moneyShape } from './money.ts'
import { Ask, dealShape } from './scope.ts'

const MONTHS_AT_MOST = 24
/** From this chance on a deal counts as committed, where nothing else is asked for. */
const COMMITTED_FROM = 75

export const forecastQuery = z.strictObject({
  ...dealShape,
  months: z.coerce
    .number()
    .int()
    .min(1)
    .max(MONTHS_AT_MOST)
    .default(6)
    .meta({ description: 'How many months, the current one first' }),
  committedFrom: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(COMMITTED_FROM)
    .meta({ description: 'The probability from which on an open deal counts as committed' }),
})

const sums = {
  openDeals: z.int(),
  bestCase: z.number().meta({ description: 'All open deals' }),
  weighted: z.number(),
  committed: z.number(),
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
const NOTHING: Sums = { openDeals: 0, bestCase: 0, weighted: 0, committed: 0 }

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
  const amount = converted(open, exchange)
  const place = `case when t.expected_close_date is null then 'undated' when t.expected_close_date < ${from} then 'overdue'
    when t.expected_close_date >= ${to} then 'later' else to_char(t.expected_close_date, 'YYYY-MM') end`
  const [money, rows, wins] = await together([
    currenciesIn(plain, `${plain.deals(query)} and t.status = 'OPEN'`, exchange),
    open.rows(
      `select ${place} as place, count(*) as "openDeals", coalesce(round(sum(${amount}), 2), 0) as "bestCase",
         coalesce(round(sum(${amount} * coalesce(t.probability, 0)) / 100, 2), 0) as weighted,
         coalesce(round(sum(${amount}) filter (where t.probability >= ${open.add(query.committedFrom, 'int')}), 2), 0) as committed
       from deals t where ${open.deals(query)} and t.status = 'OPEN' group by 1`,
    ),
    won.rows(
      `select to_char(t.actual_close_date, 'YYYY-MM') as month, count(*) as n, coalesce(round(sum(${converted(won, exchange)}), 2), 0) as amount
       from deals t where ${won.deals(query)} and t.status = 'WON' and t.actual_close_date >= ${won.add(first, 'date')} and t.actual_close_date < ${won.add(end, 'date')} group by 1`,
    ),
  ])
  const at = (key: string): Sums => {
    const { place: _place, ...found } = rows.find(row => row.place === key) ?? { place: key, ...NOTHING }
    return found as Sums
  }
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
