import { z } from 'zod'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import { defaultPipelineId } from '#features/pipelines/stages.ts'
import {
  Ask,
  type DealQuery,
  dealShape,
  type PeriodQuery,
  periodAnswer,
  periodOf,
  periodShape,
  round2,
  share,
  told,
} from './scope.ts'

export const funnelQuery = z.strictObject({
  ...periodShape,
  ...dealShape,
  pipelineId: dealShape.pipelineId.meta({ description: 'The default pipeline where not given' }),
})
export const funnelAnswer = z.object({
  period: periodAnswer,
  pipelineId: z.uuid(),
  deals: z.int().meta({ description: 'Created in the period' }),
  stages: z.array(
    z.object({
      stageId: z.uuid(),
      stageName: z.string(),
      kind: z.enum(['OPEN', 'WON']),
      reached: z.int().meta({ description: 'Deals that came to this stage or beyond it' }),
      lost: z.int().meta({ description: 'Lost deals that came no further' }),
      conversion: z
        .number()
        .nullable()
        .meta({ description: 'Of those, the share that reached the next stage' }),
      fromStart: z
        .number()
        .nullable()
        .meta({ description: 'Reached this stage, of all deals of the period' }),
      averageDays: z
        .number()
        .nullable()
        .meta({ description: 'In the stage, until they left it, were closed, or now' }),
    }),
  ),
})

/**
 * Funnel of the deals created in the period, from the history of their stages. A deal has reached every stage up to the
 * furthest one it was in, skipped ones too; conversion = reached the next ÷ reached this one (a cohort funnel). A stage
 * of kind LOST is no step of it.
 */
export async function funnel(tx: Tx, query: PeriodQuery & DealQuery) {
  const period = periodOf(tx.who, query)
  const pipelineId = query.pipelineId ?? (await defaultPipelineId(tx))
  const stages = await stagesOfPipeline(tx, pipelineId)
  const ask = new Ask(tx)
  const steps = ask.add(arrayLiteral(stages.map(({ stageId }) => stageId)), 'uuid[]')
  const cohort = `${ask.deals({ ...query, pipelineId })} and t.created_at >= ${ask.add(period.start, 'timestamptz')} and t.created_at < ${ask.add(period.end, 'timestamptz')}`
  // Seconds, in floating point: intervals and numerics take twice as long. What still lasts is told by its beginning, so that the
  // answer holds until a record changes, and not for a moment.
  const rows = await ask.rows(
    `with walked as (
       select t.id, t.status, array_position(${steps}, h.stage_id) - 1 as rank, date_part('epoch', h.entered_at) as came,
         date_part('epoch', coalesce(lead(h.entered_at) over (partition by t.id order by h.entered_at, h.id), t.closed_at)) as left_at
       from deals t join deal_stage_history h on h.workspace_id = t.workspace_id and h.deal_id = t.id where ${cohort}),
     furthest as (select id, status, coalesce(max(rank), 0) as rank from walked group by id, status)
     select 'reached' as what, rank, count(*) as n, count(*) filter (where status = 'LOST') as part, 0::float8 as seconds, 0::float8 as since from furthest group by rank
     union all select 'time', rank, count(*), count(*) filter (where left_at is null), coalesce(sum(greatest(left_at - came, 0)), 0),
       coalesce(sum(came) filter (where left_at is null), 0) from walked where rank is not null group by rank`,
  )
  const now = Date.now() / 1000
  const reached = rows.filter(row => row.what === 'reached') as { rank: number; n: number; part: number }[]
  const from = (rank: number) => reached.reduce((sum, row) => sum + (row.rank >= rank ? row.n : 0), 0)
  const deals = from(0)
  return {
    period: told(period),
    pipelineId,
    deals,
    stages: stages.map((stage, i) => {
      const time = rows.find(row => row.what === 'time' && row.rank === i) as Time | undefined
      return {
        ...stage,
        reached: from(i),
        lost: reached.find(row => row.rank === i)?.part ?? 0,
        conversion: i + 1 < stages.length ? share(from(i + 1), from(i)) : null,
        fromStart: share(from(i), deals),
        averageDays: stage.kind === 'WON' || !time ? null : round2(daysOf(time, now)),
      }
    }),
  }
}

/** How long deals were in a step, in seconds; `part` of the `n` are there still, who came at times that add up to `since`. */
type Time = { n: number; part: number; seconds: number; since: number }

const daysOf = ({ n, part, seconds, since }: Time, now: number): number =>
  (seconds + Math.max(0, part * now - since)) / n / 86_400

type Step = { stageId: string; stageName: string; kind: 'OPEN' | 'WON' }

/** The steps of a pipeline: its open stages in order, and what winning is called. @throws Refusal 404 */
async function stagesOfPipeline(tx: Tx, pipelineId: string): Promise<Step[]> {
  const rows = await tx.session.rows(
    `select s.id as "stageId", s.name as "stageName", s.kind from stages s
     join pipelines p on p.workspace_id = s.workspace_id and p.id = s.pipeline_id and p.deleted_at is null
     where s.workspace_id = $1::uuid and s.pipeline_id = $2::uuid and s.deleted_at is null and s.kind <> 'LOST'
     order by s.kind = 'WON', s.position, s.id`,
    [tx.who.workspaceId, pipelineId],
  )
  if (!rows.length) throw notFound('Pipeline')
  return rows as Step[]
}
