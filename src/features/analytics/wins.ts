import { z } from 'zod'
import { type Tx, together } from '#core/db/workspace.ts'
import { exchangeOf } from '#core/record/currency.ts'
import { sqlDays } from '#core/record/days.ts'
import { converted, currenciesIn, moneyShape } from './money.ts'
import {
  Ask,
  closedIn,
  type DealQuery,
  dealShape,
  memberNames,
  type PeriodQuery,
  periodAnswer,
  periodOf,
  periodShape,
  round2,
  share,
  told,
} from './scope.ts'

const GROUPS = ['owner', 'source', 'size', 'reason'] as const
/** Bounds of the sizes, in the workspace's currency. */
const SIZES = [1_000, 10_000, 100_000] as const

export const winRateQuery = z.strictObject({
  ...periodShape,
  ...dealShape,
  by: z
    .enum(GROUPS)
    .default('owner')
    .meta({ description: `reason: why deals were lost; size: by amount, parted at ${SIZES.join(', ')}` }),
})
export const winRateAnswer = z.object({
  period: periodAnswer,
  ...moneyShape,
  by: z.enum(GROUPS),
  won: z.int(),
  lost: z.int(),
  winRate: z.number().nullable().meta({ description: 'Won by won and lost, 0 to 1; null without any' }),
  groups: z.array(
    z.object({
      key: z
        .string()
        .nullable()
        .meta({ description: 'The member, source, size or reason; null where there is none' }),
      name: z.string().nullable(),
      won: z.int(),
      lost: z.int(),
      winRate: z.number().nullable(),
      shareOfLost: z.number().nullable(),
      wonAmount: z.number(),
      lostAmount: z.number(),
    }),
  ),
})

const sizeOf = (amount: string) =>
  `case when ${amount} is null then null ${SIZES.map(bound => `when ${amount} < ${bound} then '<${bound}'`).join(' ')} else '>=${SIZES.at(-1)}' end`

/**
 * Win rate = deals won ÷ deals closed (won and lost), of those closed in the period: the usual "closed-won rate", which
 * leaves open deals out (as HubSpot and Salesforce define it).
 */
export async function winRate(tx: Tx, query: z.infer<typeof winRateQuery>) {
  const period = periodOf(tx.who, query)
  const exchange = await exchangeOf(tx)
  const ask = new Ask(tx)
  const plain = new Ask(tx)
  const where = closedIn(ask, query, period)
  const amount = converted(ask, exchange)
  const keys = {
    owner: 't.owner_id::text',
    source: 't.source',
    size: sizeOf(amount),
    reason: 't.lost_reason',
  }
  const only = query.by === 'reason' ? " and t.status = 'LOST'" : ''
  const [money, [totals], rows, names] = await together([
    currenciesIn(plain, closedIn(plain, query, period), exchange),
    counted(tx, query, period),
    ask.rows(
      `select nullif(${keys[query.by]}, '') as key, count(*) filter (where t.status = 'WON') as won, count(*) filter (where t.status = 'LOST') as lost,
         coalesce(round(sum(${amount}) filter (where t.status = 'WON'), 2), 0) as "wonAmount", coalesce(round(sum(${amount}) filter (where t.status = 'LOST'), 2), 0) as "lostAmount"
       from deals t where ${where}${only} group by 1 order by won desc, lost desc, key limit 500`,
    ),
    memberNames(tx),
  ])
  const { won, lost } = totals as { won: number; lost: number }
  const groups = (rows as { key: string | null; won: number; lost: number }[]).map(row => ({
    ...row,
    name: query.by === 'owner' ? (names.get(row.key ?? '') ?? null) : row.key,
    winRate: query.by === 'reason' ? null : share(row.won, row.won + row.lost),
    shareOfLost: share(row.lost, lost),
  }))
  return { period: told(period), ...money, by: query.by, won, lost, winRate: share(won, won + lost), groups }
}

function counted(tx: Tx, query: DealQuery, period: ReturnType<typeof periodOf>) {
  const ask = new Ask(tx)
  const where = closedIn(ask, query, period)
  return ask.rows(
    `select count(*) filter (where t.status = 'WON') as won, count(*) filter (where t.status = 'LOST') as lost from deals t where ${where}`,
  )
}

export const velocityQuery = z.strictObject({ ...periodShape, ...dealShape })
const velocityParts = {
  opportunities: z.int().meta({ description: 'Open deals now' }),
  averageAmount: z.number().nullable().meta({ description: 'Of the deals won in the period' }),
  winRate: z.number().nullable(),
  cycleDays: z.number().nullable().meta({ description: 'From creation to winning, on average' }),
  perDay: z.number().nullable().meta({ description: 'Null where a factor is missing, or the cycle is none' }),
  perMonth: z.number().nullable().meta({ description: 'Thirty times that' }),
}
export const velocityAnswer = z.object({ period: periodAnswer, ...moneyShape, ...velocityParts })

/**
 * Sales velocity = open opportunities × average won amount × win rate ÷ average sales cycle in days: what the pipeline
 * yields a day (the formula as Salesforce and HubSpot give it). The cycle runs from a won deal's creation to its close.
 */
export async function velocity(tx: Tx, query: PeriodQuery & DealQuery) {
  const period = periodOf(tx.who, query)
  const exchange = await exchangeOf(tx)
  const [plain, ask, open] = [new Ask(tx), new Ask(tx), new Ask(tx)]
  const where = closedIn(ask, query, period)
  const [money, [totals], [wins], [pipeline]] = await together([
    currenciesIn(plain, `${closedIn(plain, query, period)} and t.status = 'WON'`, exchange),
    counted(tx, query, period),
    ask.rows(
      `select avg(${converted(ask, exchange)}) as amount, avg(${sqlDays('t.created_at', 't.closed_at')}) as days
       from deals t where ${where} and t.status = 'WON'`,
    ),
    open.rows(`select count(*) as n from deals t where ${open.deals(query)} and t.status = 'OPEN'`),
  ])
  const { won, lost } = totals as { won: number; lost: number }
  const { amount, days } = wins as { amount: number | null; days: number | null }
  const opportunities = pipeline!.n as number
  const rate = won + lost ? won / (won + lost) : null
  // A deal that is entered when it has been won has no cycle; divided by its seconds it would yield millions a day.
  const perDay =
    amount !== null && rate !== null && days !== null && round2(days) > 0
      ? (opportunities * amount * rate) / days
      : null
  return {
    period: told(period),
    ...money,
    opportunities,
    averageAmount: amount === null ? null : round2(amount),
    winRate: share(won, won + lost),
    cycleDays: days === null ? null : round2(days),
    perDay: perDay === null ? null : round2(perDay),
    perMonth: perDay === null ? null : round2(perDay * 30),
  }
}
