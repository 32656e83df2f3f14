import { inLanguage } from '#core/ai/language.ts'
import type { Tx } from '#core/db/workspace.ts'
import { sqlDays, wholeDaysOf } from '#core/record/days.ts'
import { Ask } from '#features/analytics/scope.ts'
import { CLOSED_AT_MOST } from './facts.ts'
import { type Quartiles, WON_AT_LEAST } from './norms.ts'
import { count, numberText } from './words.ts'

/** One stage of a pipeline: how long the deal was in it, and how long won deals were. */
export type StageTime = {
  stageId: string
  stageName: string
  isCurrent: boolean
  /** Days the deal has been in it; null where it never was. */
  days: number | null
  /** Of the won deals of the pipeline; null below 10. */
  won: Quartiles | null
}

/** What became of closed deals that were in the same stage. */
export type Outlook = {
  /** Closed deals of the pipeline, and those of them that were in the stage, and those that stayed at least as long. */
  all: Count
  inStage: Count
  asLong: Count
  /** How long that is: as long as the deal, but for the slowest tenth of all, in which longer ones are counted too. */
  asLongDays: number
}
type Count = { n: number; won: number }

/**
 * Time in each open stage of a deal's pipeline against the deals won there, and what became of those that were in its stage as
 * long as it is. From the latest 2,000 closed deals of the pipeline that the caller may see.
 */
export async function stageTimes(tx: Tx, dealId: string): Promise<{ stages: StageTime[]; outlook: Outlook }> {
  const ask = new Ask(tx)
  const [ws, id] = [ask.add(tx.who.workspaceId, 'uuid'), ask.add(dealId, 'uuid')]
  const rows = await ask.rows(
    `with deal as (select id, pipeline_id, stage_id, stage_entered_at, coalesce(closed_at, now()) as end_at from deals where workspace_id = ${ws} and id = ${id}),
     closed as (select t.id, t.status, t.closed_at from deals t where ${ask.scope('deal')} and t.pipeline_id = (select pipeline_id from deal) and t.id <> ${id}
       and t.status in ('WON', 'LOST') order by t.closed_at desc nulls last limit ${CLOSED_AT_MOST}),
     walked as (select c.id, c.status, h.stage_id, greatest(0, ${sqlDays('h.entered_at', 'coalesce(lead(h.entered_at) over w, c.closed_at)')}) as days
       from closed c join deal_stage_history h on h.workspace_id = ${ws} and h.deal_id = c.id window w as (partition by c.id order by h.entered_at, h.id)),
     spent as (select id, status, stage_id, sum(days) as days from walked group by 1, 2, 3),
     own as (select stage_id, sum(days) as days from (select h.stage_id, greatest(0, ${sqlDays('h.entered_at', 'coalesce(lead(h.entered_at) over (order by h.entered_at, h.id), d.end_at)')}) as days
       from deal d join deal_stage_history h on h.workspace_id = ${ws} and h.deal_id = d.id) o group by stage_id),
     bounds as (select s.stage_id, least(own.days, percentile_cont(0.9) within group (order by s.days)) as days from spent s join own on own.stage_id = s.stage_id group by s.stage_id, own.days)
     select s.id as "stageId", s.name as "stageName", s.id = d.stage_id as "isCurrent", round(own.days::numeric, 1) as days,
       (select round(percentile_cont(0.25) within group (order by days)::numeric, 1) from spent p where p.stage_id = s.id and p.status = 'WON') as q1,
       (select round(percentile_cont(0.5) within group (order by days)::numeric, 1) from spent p where p.stage_id = s.id and p.status = 'WON') as median,
       (select round(percentile_cont(0.75) within group (order by days)::numeric, 1) from spent p where p.stage_id = s.id and p.status = 'WON') as q3,
       (select count(*) from spent p where p.stage_id = s.id and p.status = 'WON') as "wonHere", (select count(*) from spent p where p.stage_id = s.id) as "closedHere",
       (select count(*) from spent p where p.stage_id = s.id and p.days >= b.days) as "asLong", (select count(*) from spent p where p.stage_id = s.id and p.days >= b.days and p.status = 'WON') as "asLongWon", b.days as "asLongDays",
       (select count(*) from closed) as closed, (select count(*) from closed where status = 'WON') as won
     from deal d join stages s on s.workspace_id = ${ws} and s.pipeline_id = d.pipeline_id and s.deleted_at is null and s.kind = 'OPEN' left join own on own.stage_id = s.id left join bounds b on b.stage_id = s.id order by s.position, s.id`,
  )
  const count = (row: Record<string, unknown> | undefined, n: string, won: string): Count => ({
    n: Number(row?.[n] ?? 0),
    won: Number(row?.[won] ?? 0),
  })
  const current = rows.find(row => row.isCurrent)
  return {
    stages: rows.map(row => ({
      stageId: row.stageId as string,
      stageName: row.stageName as string,
      isCurrent: row.isCurrent as boolean,
      days: row.days === null ? null : Number(row.days),
      won:
        Number(row.wonHere) >= WON_AT_LEAST
          ? { q1: Number(row.q1), median: Number(row.median), q3: Number(row.q3), n: Number(row.wonHere) }
          : null,
    })),
    outlook: {
      all: count(rows[0], 'closed', 'won'),
      inStage: count(current, 'closedHere', 'wonHere'),
      asLong: count(current, 'asLong', 'asLongWon'),
      asLongDays: Number(current?.asLongDays ?? 0),
    },
  }
}

/** So many made-up deals at the broader rate stand beside the real ones, so that a few say little. */
const PRIOR_DEALS = 20
/** The rate where a workspace has closed nothing yet: our own assumption. */
const ASSUMED_RATE = 0.3

export type Estimate = { probability: number; low: number; high: number; n: number; text: string }

/**
 * The share of comparable closed deals that were won, each group drawn to the broader one as if 20 deals at its rate stood
 * beside it: all of the pipeline, those that were in the stage, those that stayed there as long. The interval is Wilson's
 * (95 %) around it with all those deals. Empirical, and no more than that: nothing else of the deal is weighed.
 */
export function estimateOf(
  { all, inStage, asLong, asLongDays }: Outlook,
  stageName: string | undefined,
): Estimate {
  const drawn = ({ n, won }: Count, toward: number) => (won + PRIOR_DEALS * toward) / (n + PRIOR_DEALS)
  const base = drawn(all, ASSUMED_RATE)
  const stage = drawn(inStage, base)
  const probability = drawn(asLong, stage)
  const n = asLong.n + PRIOR_DEALS
  const z = 1.96
  const middle = (probability + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half =
    (z * Math.sqrt((probability * (1 - probability)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n)
  const percent = (count: Count) =>
    `${numberText(count.won)} ${inLanguage('of', 'von')} ${numberText(count.n)}`
  const stageText = stageName ?? inLanguage('this stage', 'dieser Phase')
  const text = asLong.n
    ? inLanguage(
        `Won were ${percent(asLong)} closed ${asLong.n === 1 ? 'deal' : 'deals'} that stayed in ${stageText} for ${count(wholeDaysOf(asLongDays), 'day')} or longer, ${percent(inStage)} that were in it at all, and ${percent(all)} of the pipeline`,
        `Gewonnen wurden ${percent(asLong)} abgeschlossenen Deals, die ${count(wholeDaysOf(asLongDays), 'day')} oder länger in ${stageText} waren, ${percent(inStage)}, die überhaupt darin waren, und ${percent(all)} der Pipeline`,
      )
    : all.n
      ? inLanguage(
          `No closed deal of the pipeline is known to have been in ${stageText}; won were ${percent(all)} closed deals of the pipeline`,
          `Von keinem abgeschlossenen Deal der Pipeline ist bekannt, dass er in ${stageText} war; gewonnen wurden ${percent(all)} abgeschlossenen Deals der Pipeline`,
        )
      : inLanguage(
          'Nothing has been won or lost in this pipeline yet; this is an assumption',
          'In dieser Pipeline wurde noch nichts gewonnen oder verloren; dies ist eine Annahme',
        )
  const two = (value: number) => Math.round(value * 100) / 100
  return {
    probability: two(probability),
    low: two(Math.max(0, middle - half)),
    high: two(Math.min(1, middle + half)),
    n: asLong.n,
    text,
  }
}
