import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, notFound, unprocessable } from '#core/errors.ts'
import type { Page } from '#core/record/cursor.ts'
import type { Change, RecordDefinition } from '#core/record/definition.ts'
import { list } from '#core/record/list.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import type { Stage } from './pipelines.contract.ts'

const known = new WeakMap<Tx, Promise<Stage[]>>()

/** All stages of the workspace in order; read once a transaction, since imports ask for every row. */
export function stagesOf(tx: Tx): Promise<Stage[]> {
  let stages = known.get(tx)
  if (!stages) {
    // Not awaited: it travels with the question. Where it fails, the question fails too.
    holdStages(tx, 'as they are').catch(() => {})
    stages = tx.session.rows(
      `select id, pipeline_id as "pipelineId", name, position as "order", probability, kind, rotting_days as "rottingDays"
       from stages where workspace_id = $1::uuid and deleted_at is null order by pipeline_id, position, id`,
      [tx.who.workspaceId],
    ) as Promise<unknown> as Promise<Stage[]>
    known.set(tx, stages)
  }
  return stages
}

/**
 * Until the transaction ends, nobody changes what a stage means while deals enter it, and no deal enters while
 * that changes. A lock of its own, since members may not lock rows that they may not change.
 */
export const holdStages = (tx: Tx, how: 'as they are' | 'to change'): Promise<unknown> =>
  tx.session.rows(
    `select pg_advisory_xact_lock${how === 'to change' ? '' : '_shared'}(hashtextextended('stages ' || $1::text, 0))`,
    [tx.who.workspaceId],
  )

/** The pipeline in which deals start that name none. */
export async function defaultPipelineId(tx: Tx): Promise<string> {
  const [row] = await tx.session.rows(
    'select id from pipelines where workspace_id = $1::uuid and deleted_at is null order by is_default desc, created_at limit 1',
    [tx.who.workspaceId],
  )
  if (!row) throw unprocessable('NO_PIPELINE', 'This workspace has no pipeline yet')
  return row.id as string
}

/** Has the next question read the stages anew, because one is about to be made. */
export const forgetStages = (tx: Tx): void => void known.delete(tx)

/** Gives the stages their places; those of the pipeline that are not named follow in their old order. */
export async function reorderStages(
  tx: Tx,
  record: RecordDefinition,
  { pipelineId, stageIds }: { pipelineId?: string; stageIds: string[] },
): Promise<Page> {
  // Of two orders at once the second comes after the first, rather than between its stages.
  await holdStages(tx, 'to change')
  const all = await stagesOf(tx)
  const first = all.find(stage => stage.id === stageIds[0])
  const pipeline = pipelineId ?? first?.pipelineId
  const own = all.filter(stage => stage.pipelineId === pipeline)
  const strange = stageIds.filter(id => !own.some(stage => stage.id === id))
  if (strange.length)
    throw invalid({ path: 'stageIds', message: `not stages of one pipeline: ${strange.join(', ')}` })
  if (new Set(stageIds).size !== stageIds.length)
    throw invalid({ path: 'stageIds', code: 'TWICE', message: 'names a stage twice' })
  const rest = own.map(stage => stage.id).filter(id => !stageIds.includes(id))
  for (const [order, id] of [...stageIds, ...rest].entries()) await store.update(tx, record, id, { order })
  return list(tx, record, { pipelineId: pipeline, sort: 'order', limit: 200 })
}

const MOVED_AT_ONCE = 200

/**
 * Deletes a stage. Its deals go to `migrateTo`; without it, open deals, those in the trash among them, refuse
 * the deletion and closed ones go on naming the stage. @throws Refusal 422 STAGE_IN_USE, LAST_STAGE, 404
 */
export async function removeStage(
  tx: Tx,
  record: RecordDefinition,
  id: string,
  migrateTo: string | undefined,
  versions: readonly number[] | undefined,
): Promise<void> {
  await holdStages(tx, 'to change')
  const all = await stagesOf(tx)
  const stage = all.find(candidate => candidate.id === id)
  if (!stage) throw notFound('Stage')
  refuseLastOpen(all, stage)
  if (migrateTo !== undefined && (migrateTo === id || !all.some(candidate => candidate.id === migrateTo))) {
    throw invalid({ path: 'migrateTo', code: 'NO_SUCH', message: 'no such stage' })
  }
  await store.remove(tx, record, id, { versions })
  if (migrateTo) await moveDeals(tx, id, migrateTo)
  else await refuseOpenDeals(tx, id)
}

/**
 * Takes all stages of a pipeline away and puts others there. Deals would have no stage then, those in the trash among them.
 * @throws Refusal 422 PIPELINE_IN_USE, LAST_STAGE
 */
export async function replaceStages(
  tx: Tx,
  record: RecordDefinition,
  pipelineId: string,
  rows: Change[],
): Promise<void> {
  await holdStages(tx, 'to change')
  mustHaveOpen(rows)
  const used = await tx.session.rows(
    'select 1 from deals where workspace_id = $1::uuid and pipeline_id = $2::uuid limit 1',
    [tx.who.workspaceId, pipelineId],
  )
  if (used.length)
    throw unprocessable('PIPELINE_IN_USE', 'Deals are in this pipeline, or in the trash', [
      { path: 'stages', code: 'IN_USE', message: 'cannot be replaced while deals are in the pipeline' },
    ])
  const before = (await stagesOf(tx)).filter(stage => stage.pipelineId === pipelineId)
  await store.removeMany(
    tx,
    record,
    before.map(({ id }) => id),
  )
  forgetStages(tx)
  await store.createMany(tx, record, rows)
}

/** Deals begin in an open stage. @throws Refusal 422 LAST_STAGE */
export function mustHaveOpen(rows: Change[]): void {
  if (rows.some(({ kind }) => kind === 'OPEN')) return
  throw unprocessable('LAST_STAGE', 'A pipeline needs at least one open stage', [
    { path: 'stages', code: 'LAST_STAGE', message: 'must have an open stage' },
  ])
}

function refuseLastOpen(all: Stage[], stage: Stage): void {
  const others = all.filter(({ id, pipelineId }) => pipelineId === stage.pipelineId && id !== stage.id)
  if (stage.kind === 'OPEN' && !others.some(other => other.kind === 'OPEN'))
    throw unprocessable('LAST_STAGE', 'A pipeline needs at least one open stage')
}

/**
 * Another kind would make won deals open or open ones lost, behind everybody's back: what a deal came to is said
 * by moving it. So the deals must leave the stage first, those in the trash among them, since they may come back.
 * @throws Refusal 422 STAGE_IN_USE, LAST_STAGE
 */
export async function checkKind(tx: Tx, id: string, values: Change): Promise<Change> {
  if (values.kind === undefined) return values
  await holdStages(tx, 'to change')
  const all = await stagesOf(tx)
  const stage = all.find(candidate => candidate.id === id)
  if (!stage || stage.kind === values.kind) return values
  refuseLastOpen(all, stage)
  const [{ live, trashed } = { live: 0, trashed: 0 }] = await tx.session.rows(
    `select count(*) filter (where deleted_at is null) as live, count(*) filter (where deleted_at is not null) as trashed
     from deals where workspace_id = $1::uuid and stage_id = $2::uuid`,
    [tx.who.workspaceId, id],
  )
  if (live || trashed)
    throw unprocessable(
      'STAGE_IN_USE',
      `${live === 1 ? '1 deal is' : `${live} deals are`} in this stage and ${trashed} of it in the trash; move or purge them first`,
      [{ path: 'kind', code: 'IN_USE', message: 'cannot change while deals are in the stage' }],
    )
  return values
}

/** How many open deals the stages hold, and how many of it in the trash: those come back into their stage. */
export async function openDealsIn(tx: Tx, stageIds: string[]): Promise<{ live: number; trashed: number }> {
  const [row] = await tx.session.rows(
    `select count(*) filter (where deleted_at is null) as live, count(*) filter (where deleted_at is not null) as trashed
     from deals where workspace_id = $1::uuid and stage_id = any($2::uuid[]) and status = 'OPEN'`,
    [tx.who.workspaceId, arrayLiteral(stageIds)],
  )
  return row as { live: number; trashed: number }
}

async function refuseOpenDeals(tx: Tx, stageId: string): Promise<void> {
  const { live, trashed } = await openDealsIn(tx, [stageId])
  if (!live && !trashed) return
  throw unprocessable(
    'STAGE_IN_USE',
    `${live} open deals are in this stage and ${trashed} of it in the trash; name a stage in migrateTo that takes them over`,
    [{ path: 'migrateTo', code: 'REQUIRED', message: 'is required while open deals are in the stage' }],
  )
}

/** Also those in the trash, which would come back into a stage that nobody sees. */
async function moveDeals(tx: Tx, from: string, to: string): Promise<void> {
  const deals = recordNamed('deal')
  for (;;) {
    const rows = (await tx.session.rows(
      `select id, deleted_at is null as "isLive" from deals where workspace_id = $1::uuid and stage_id = $2::uuid order by id limit ${MOVED_AT_ONCE}`,
      [tx.who.workspaceId, from],
    )) as Array<{ id: string; isLive: boolean }>
    for (const { id, isLive } of rows)
      await store.update(tx, deals, id, { stageId: to }, { among: isLive ? 'live' : 'trash' })
    if (rows.length < MOVED_AT_ONCE) return
  }
}
