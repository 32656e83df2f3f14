import { z } from 'zod'
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
  const ranks = JSON.stringify(Object.fromEntries(stages.map((stage, i) => [stage.stageId, i])))
  const cohort = `${ask.deals({ ...query, pipelineId })} and t.created_at >= ${ask.add(period.start, 'timestamptz')} and t.created_at < ${ask.add(period.end, 'timestamptz')}`
  const rows = await ask.rows(
    `with walked as (
       select t.id, t.status, (${ask.add(ranks, 'jsonb')}->>h.stage_id::text)::int as rank,
         extract(epoch from coalesce(lead(h.entered_at) over (partition by t.id order by h.entered_at, h.id), t.closed_at, now()) - h.entered_at) / 86400 as days
       from deals t join deal_stage_history h on h.workspace_id = t.workspace_id and h.deal_id = t.id where ${cohort}),
     furthest as (select id, status, coalesce(max(rank), 0) as rank from walked group by id, status)
     select 'reached' as what, rank, count(*) as n, count(*) filter (where status = 'LOST') as lost, null::numeric as days from furthest group by rank
     union all select 'time', rank, 0, 0, avg(greatest(days, 0)) from walked where rank is not null group by rank`,
  )
  const reached = rows.filter(row => row.what === 'reached') as { rank: number; n: number; lost: number }[]
  const from = (rank: number) => reached.reduce((sum, row) => sum + (row.rank >= rank ? row.n : 0), 0)
  const deals = from(0)
  return {
    period: told(period),
    pipelineId,
    deals,
    stages: stages.map((stage, i) => {
      const days = rows.find(row => row.what === 'time' && row.rank === i)?.days as number | null | undefined
      return {
        ...stage,
        reached: from(i),
        lost: reached.find(row => row.rank === i)?.lost ?? 0,
        conversion: i + 1 < stages.length ? share(from(i + 1), from(i)) : null,
        fromStart: share(from(i), deals),
        averageDays: stage.kind === 'WON' || days === null || days === undefined ? null : round2(days),
      }
    }),
  }
}

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
