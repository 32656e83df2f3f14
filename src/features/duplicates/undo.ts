import type { Tx } from '#core/db/workspace.ts'
import { conflict, Refusal } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { recordNamed } from '#core/record/registry.ts'
import { type Stored, store } from '#core/record/store.ts'
import { merges } from './merges.table.ts'
import { lockMerge, moveJob, moveSome, restoreTarget } from './move.ts'

/**
 * Takes a merge back, from its own events: the sources come out of the trash, and links and fields have their old value again
 * where they still have the one that the merge gave them; of many links the job moves the rest.
 * @throws Refusal 404, 403, 409 undone already or a source is gone
 */
export async function undoMerge(app: App, tx: Tx, id: string): Promise<Stored> {
  const found = await store.read(tx, merges, id)
  const state = await lockMerge(tx, id)
  if (!state || state.undoneAt) throw conflict('This merge has been undone already', 'ALREADY_UNDONE')
  const record = recordNamed(state.entity)
  for (const source of state.sourceIds) await comeBack(tx, record, source)
  await store.update(tx, { ...record, rules: {} }, state.targetId, {})
  await restoreTarget(tx, id, state.targetId)
  await store.update(tx, merges, found.id, { undoneAt: new Date().toISOString() }, { action: 'undone' })
  if (await moveSome(tx, id)) await app.jobs.enqueue(tx, moveJob, { mergeId: id })
  return store.read(tx, merges, id)
}

/** A source that somebody has restored meanwhile is back already. */
async function comeBack(tx: Tx, record: RecordDefinition, id: string): Promise<void> {
  if (await store.find(tx, record, id)) return
  try {
    await store.restore(tx, record, id)
  } catch (error) {
    if (error instanceof Refusal && error.status === 404)
      throw conflict('A merged record has been removed for good', 'SOURCE_GONE')
    throw error
  }
}
