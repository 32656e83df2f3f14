import { z } from 'zod'
import { arrayLiteral } from '#core/db/engine.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { exchangeOf } from '#core/record/currency.ts'
import { addDays, addMonths, relativeDay, startOfDay } from '#core/record/relative-time.ts'
import { converted, currenciesIn, moneyShape } from './money.ts'
import {
  Ask,
  closedIn,
  dealShape,
  memberNames,
  type PeriodQuery,
  periodAnswer,
  periodOf,
  periodShape,
  share,
  told,
} from './scope.ts'

const BUCKETS_AT_MOST = 400
const STEPS = ['day', 'week', 'month'] as const

export const activityQuery = z.strictObject({
  ...periodShape,
  by: z.enum(STEPS).default('month').meta({ description: 'A week begins on Monday' }),
})
export const activityAnswer = z.object({
  period: periodAnswer,
  by: z.enum(STEPS),
  total: z.int(),
  minutes: z.int(),
  tasksCompleted: z.int(),
  byType: z.array(z.object({ type: z.string(), count: z.int(), minutes: z.int() })),
  byMember: z.array(z.object({ memberId: z.uuid().nullable(), name: z.string().nullable(), count: z.int() })),
  byTime: z.array(z.object({ from: z.string(), count: z.int() })),
})

/** The days on which the steps of a period begin, the first of them maybe before the period. */
function stepsOf(from: string, to: string, by: (typeof STEPS)[number]): string[] {
  const start = { day: from, week: relativeDay('startOfWeek', from)!, month: `${from.slice(0, 7)}-01` }[by]
  const next = (at: string) => (by === 'month' ? addMonths(at, 1) : addDays(at, by === 'week' ? 7 : 1))
  const days: string[] = []
  for (let at = start; at <= to; at = next(at)) {
    days.push(at)
    if (days.length > BUCKETS_AT_MOST)
      throw invalid({
        path: 'by',
        code: 'TOO_MANY_PARTS',
        message: `would part the period into more than ${BUCKETS_AT_MOST} parts`,
      })
  }
  return days
}

/** Members of the same figures, so that an answer does not change its order by itself. */
const inOrder = (a: { memberId: string | null }, b: { memberId: string | null }): number =>
  (a.memberId ?? '').localeCompare(b.memberId ?? '')

/** Interactions that took place in the period, and tasks completed in it. @throws Refusal 400 for too many parts */
export async function activity(tx: Tx, query: z.infer<typeof activityQuery>) {
  const period = periodOf(tx.who, query)
  const steps = stepsOf(period.from, period.to, query.by)
  const [ask, tasks] = [new Ask(tx), new Ask(tx)]
  const within = (of: Ask, column: string) =>
    `${column} >= ${of.add(period.start, 'timestamptz')} and ${column} < ${of.add(period.end, 'timestamptz')}`
  // The bounds are reckoned here: the database's own zones may be others than ours.
  const bounds = arrayLiteral(steps.map(day => startOfDay(day, period.timezone).toISOString()))
  const [rows, [done], names] = await together([
    ask.rows(
      `select t.type, t.created_by_id as member, width_bucket(t.occurred_at, ${ask.add(bounds, 'timestamptz[]')}) as step, count(*) as n, coalesce(sum(t.duration_minutes), 0) as minutes
       from interactions t where ${ask.scope('interaction')} and ${within(ask, 't.occurred_at')} group by 1, 2, 3`,
    ),
    tasks.rows(
      `select count(*) as n from tasks t where ${tasks.scope('task')} and ${within(tasks, 't.completed_at')}`,
    ),
    memberNames(tx),
  ])
  const parts = rows as { type: string; member: string | null; step: number; n: number; minutes: number }[]
  const sum = (list: typeof parts, key: 'n' | 'minutes') => list.reduce((all, part) => all + part[key], 0)
  const grouped = <K>(pick: (part: (typeof parts)[number]) => K) => [...Map.groupBy(parts, pick).entries()]
  return {
    period: told(period),
    by: query.by,
    total: sum(parts, 'n'),
    minutes: sum(parts, 'minutes'),
    tasksCompleted: done!.n as number,
    byType: grouped(part => part.type)
      .map(([type, of]) => ({ type, count: sum(of, 'n'), minutes: sum(of, 'minutes') }))
      .sort((a, b) => b.count - a.count || a.type.localeCompare(b.type)),
    byMember: grouped(part => part.member)
      .map(([memberId, of]) => ({ memberId, name: names.get(memberId ?? '') ?? null, count: sum(of, 'n') }))
      .sort((a, b) => b.count - a.count || inOrder(a, b)),
    byTime: steps.map((from, i) => ({
      from,
      count: sum(
        parts.filter(part => part.step === i + 1),
        'n',
      ),
    })),
  }
}

export const leaderboardQuery = z.strictObject({ ...periodShape, pipelineId: dealShape.pipelineId })
export const leaderboardAnswer = z.object({
  period: periodAnswer,
  ...moneyShape,
  rows: z.array(
    z.object({
      memberId: z.uuid().nullable(),
      name: z.string().nullable(),
      won: z.int(),
      lost: z.int(),
      winRate: z.number().nullable(),
      wonAmount: z.number(),
      averageAmount: z.number().nullable(),
      activities: z.int().meta({ description: 'Interactions that they logged' }),
    }),
  ),
})

/** Members by what they won in the period, by the owner that deals have now. Win rate = won ÷ (won + lost). */
export async function leaderboard(tx: Tx, query: z.infer<typeof leaderboardQuery>) {
  const period = periodOf(tx.who, query)
  const exchange = await exchangeOf(tx)
  const [plain, ask, logged] = [new Ask(tx), new Ask(tx), new Ask(tx)]
  const where = closedIn(ask, query, period)
  const amount = converted(ask, exchange)
  const [money, deals, calls, names] = await together([
    currenciesIn(plain, `${closedIn(plain, query, period)} and t.status = 'WON'`, exchange),
    ask.rows(
      `select t.owner_id as member, count(*) filter (where t.status = 'WON') as won, count(*) filter (where t.status = 'LOST') as lost,
         coalesce(round(sum(${amount}) filter (where t.status = 'WON'), 2), 0) as "wonAmount", round(avg(${amount}) filter (where t.status = 'WON'), 2) as "averageAmount"
       from deals t where ${where} group by 1`,
    ),
    logged.rows(
      `select t.created_by_id as member, count(*) as n from interactions t where ${logged.scope('interaction')}
         and t.occurred_at >= ${logged.add(period.start, 'timestamptz')} and t.occurred_at < ${logged.add(period.end, 'timestamptz')} group by 1`,
    ),
    memberNames(tx),
  ])
  const members = new Set([...deals, ...calls].map(row => row.member as string | null))
  const rows = [...members].map(memberId => {
    const {
      won = 0,
      lost = 0,
      wonAmount = 0,
      averageAmount = null,
    } = (deals.find(row => row.member === memberId) ?? {}) as {
      won?: number
      lost?: number
      wonAmount?: number
      averageAmount?: number | null
    }
    const activities = (calls.find(row => row.member === memberId)?.n ?? 0) as number
    const name = names.get(memberId ?? '') ?? null
    return {
      memberId,
      name,
      won,
      lost,
      winRate: share(won, won + lost),
      wonAmount,
      averageAmount,
      activities,
    }
  })
  rows.sort(
    (a, b) => b.wonAmount - a.wonAmount || b.won - a.won || b.activities - a.activities || inOrder(a, b),
  )
  return { period: told(period), ...money, rows }
}

export const sourcesQuery = z.strictObject({ ...periodShape })
export const sourcesAnswer = z.object({
  period: periodAnswer,
  ...moneyShape,
  rows: z.array(
    z.object({
      source: z.string().nullable(),
      leads: z.int(),
      converted: z.int(),
      conversionRate: z.number().nullable(),
      wonDeals: z.int(),
      wonAmount: z.number(),
    }),
  ),
})

/**
 * Where the leads of the period came from and what became of them. Conversion rate = converted ÷ created, of the same
 * leads (a cohort); won are the deals that they were converted into and that are won by now.
 */
export async function leadSources(tx: Tx, query: PeriodQuery) {
  const period = periodOf(tx.who, query)
  const exchange = await exchangeOf(tx)
  const [plain, ask] = [new Ask(tx), new Ask(tx)]
  const leads = (of: Ask) =>
    `${of.scope('lead', 'l')} and l.created_at >= ${of.add(period.start, 'timestamptz')} and l.created_at < ${of.add(period.end, 'timestamptz')}`
  const won = (of: Ask) => `${of.scope('deal')} and t.status = 'WON'`
  const link = 't.workspace_id = l.workspace_id and t.id = l.converted_deal_id'
  const [money, rows] = await together([
    currenciesIn(
      plain,
      `${won(plain)} and exists (select 1 from leads l where ${link} and ${leads(plain)})`,
      exchange,
    ),
    ask.rows(
      `select nullif(l.source, '') as source, count(*) as leads, count(*) filter (where l.stage = 'CONVERTED') as converted,
         count(t.id) as "wonDeals", coalesce(round(sum(${converted(ask, exchange)}), 2), 0) as "wonAmount"
       from leads l left join deals t on ${link} and ${won(ask)} where ${leads(ask)} group by 1 order by leads desc, source limit 500`,
    ),
  ])
  return {
    period: told(period),
    ...money,
    rows: rows.map(row => ({ ...row, conversionRate: share(row.converted as number, row.leads as number) })),
  }
}
