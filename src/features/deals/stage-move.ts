import { type SQL, sql } from 'drizzle-orm'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, unprocessable } from '#core/errors.ts'
import type { Change } from '#core/record/definition.ts'
import { dayIn } from '#core/record/relative-time.ts'
import type { Stage } from '#features/pipelines/pipelines.contract.ts'
import { defaultPipelineId, stagesOf } from '#features/pipelines/stages.ts'

/**
 * The stage at which a new deal starts: the one named, or the first that fits pipeline and status.
 * @param history whether it comes from another system
 */
export async function startStage(tx: Tx, given: Change, history: boolean): Promise<Stage> {
  const stages = await stagesOf(tx)
  const values = history ? closedElsewhere(stages, given) : given
  if (values.stageId) return fitting(stages, values)
  const pipelineId = (values.pipelineId as string | undefined) ?? (await defaultPipelineId(tx))
  return firstOfKind(stages, pipelineId, (values.status as Stage['kind'] | undefined) ?? 'OPEN')
}

/**
 * Where the outcome stands beside the stage (Pipedrive), a deal that was won or lost still names the open stage that it was last in. Here
 * closing is a stage, so it goes to the one of its pipeline for that.
 */
function closedElsewhere(stages: Stage[], values: Change): Change {
  const stage = stages.find(({ id }) => id === values.stageId)
  const isClosed = values.status === 'WON' || values.status === 'LOST'
  if (!isClosed || stage?.kind !== 'OPEN') return values
  const { stageId: _left, ...rest } = values
  return { ...rest, pipelineId: values.pipelineId ?? stage.pipelineId }
}

/** The stage named by `stageId`, which must belong to the pipeline and the status that are named beside it. */
function fitting(stages: Stage[], { stageId, pipelineId, status }: Change): Stage {
  const stage = stages.find(candidate => candidate.id === stageId)
  if (!stage) throw invalid({ path: 'stageId', code: 'NO_SUCH', message: 'no such stage' })
  if (pipelineId && pipelineId !== stage.pipelineId)
    throw invalid({ path: 'stageId', code: 'OTHER_PIPELINE', message: 'is not a stage of that pipeline' })
  if (status && status !== stage.kind)
    throw invalid({
      path: 'status',
      code: 'STAGE_DECIDES',
      message: `a deal in the stage ${stage.name} is ${stage.kind}`,
    })
  return stage
}

function firstOfKind(stages: Stage[], pipelineId: string, kind: Stage['kind']): Stage {
  const stage = stages.find(candidate => candidate.pipelineId === pipelineId && candidate.kind === kind)
  if (!stage) throw unprocessable('NO_SUCH_STAGE', `The pipeline has no stage of kind ${kind}`)
  return stage
}

type Place = { id: string; stageId: string; pipelineId: string; status: Stage['kind'] }

/** Where a deal goes on that is opened again: the open stage that it was last in, while that is there, else the first. */
async function reopenedStage(tx: Tx, stages: Stage[], { id, pipelineId }: Place): Promise<Stage> {
  const open = stages.filter(stage => stage.pipelineId === pipelineId && stage.kind === 'OPEN')
  const [last] = await tx.session.rows(
    `select stage_id as "stageId" from deal_stage_history where workspace_id = $1::uuid and deal_id = $2::uuid
       and stage_id = any($3::uuid[]) order by entered_at desc, id desc limit 1`,
    [tx.who.workspaceId, id, arrayLiteral(open.map(stage => stage.id))],
  )
  return open.find(stage => stage.id === last?.stageId) ?? firstOfKind(stages, pipelineId, 'OPEN')
}

/**
 * The stage to which a change moves a deal, or undefined where it moves it nowhere. The client may send
 * back stage, pipeline and status as it read them and change one: whichever differs from what stands says
 * where the deal goes.
 * @param history whether the change comes from another system
 */
export async function targetStage(
  tx: Tx,
  current: Place,
  given: Change,
  history: boolean,
): Promise<Stage | undefined> {
  const stages = await stagesOf(tx)
  const values = history ? closedElsewhere(stages, given) : given
  const changes = (key: Exclude<keyof Place, 'id'>) =>
    values[key] !== undefined && values[key] !== current[key]
  if (changes('stageId')) {
    const pipelineId = changes('pipelineId') ? values.pipelineId : undefined
    return fitting(stages, {
      stageId: values.stageId,
      pipelineId,
      status: changes('status') ? values.status : undefined,
    })
  }
  if (changes('pipelineId'))
    return firstOfKind(
      stages,
      values.pipelineId as string,
      changes('status') ? (values.status as Stage['kind']) : 'OPEN',
    )
  if (changes('status'))
    return values.status === 'OPEN'
      ? reopenedStage(tx, stages, current)
      : firstOfKind(stages, current.pipelineId, values.status as Stage['kind'])
  return undefined
}

/**
 * What a deal becomes by entering a stage; SQL so that two moves at once cannot mix their parts. The time is
 * read under the row's lock: that of the transaction's start would put them into another order than they had.
 */
export function entered(tx: Tx, stage: Stage, values: Change): Change {
  const isClosed = stage.kind !== 'OPEN'
  const sameStatus = sql`old.status = ${stage.kind}::text`
  const ifStill = (keep: SQL, otherwise: SQL): SQL =>
    sql`case when ${sameStatus} then ${keep} else ${otherwise} end`
  const closeDay = dayIn(tx.who.timezone, values.closedAt ? new Date(values.closedAt as string) : undefined)
  return {
    stageId: stage.id,
    pipelineId: stage.pipelineId,
    status: stage.kind,
    probability: values.probability ?? stage.probability,
    stageEnteredAt: sql`case when old.stage_id = ${stage.id}::uuid then old.stage_entered_at
      else greatest(clock_timestamp(), old.stage_entered_at + interval '1 millisecond') end`,
    closedAt: isClosed
      ? values.closedAt
        ? sql`${values.closedAt}::timestamptz`
        : ifStill(sql`old.closed_at`, sql`now()`)
      : null,
    actualCloseDate: isClosed
      ? (values.actualCloseDate ?? ifStill(sql`old.actual_close_date`, sql`${closeDay}::date`))
      : null,
    lostReason: stage.kind === 'LOST' ? (values.lostReason ?? sql`old.lost_reason`) : null,
  }
}
