import { sql } from 'drizzle-orm'
import type { Tx } from '#core/db/workspace.ts'
import { conflict, Refusal } from '#core/errors.ts'
import { castOf, columnOf, hasColumn, type RecordDefinition } from '#core/record/definition.ts'
import { recordNamed } from '#core/record/registry.ts'
import { type Stored, store } from '#core/record/store.ts'
import { encodeFor } from '#core/record/write.ts'
import { merges } from './merges.table.ts'

type Changes = Record<string, { old?: unknown; new?: unknown }>

/**
 * Takes a merge back, from its own events: the sources come out of the trash, and links and fields have their old value again
 * where they still have the one that the merge gave them. @throws Refusal 404, 403, 409 undone already or a source is gone
 */
export async function undoMerge(tx: Tx, id: string): Promise<Stored> {
  const found = await store.read(tx, merges, id)
  const [row] = await tx.session.rows(
    'select undone_at from merges where workspace_id = $1::uuid and id = $2::uuid for update',
    [tx.who.workspaceId, id],
  )
  if (row?.undone_at) throw conflict('This merge has been undone already', 'ALREADY_UNDONE')
  const record = recordNamed(found.entity as string)
  for (const source of found.sourceIds as string[]) await comeBack(tx, record, source)
  await store.update(tx, { ...record, rules: {} }, found.targetId as string, {})
  for (const { type, changes, ids } of await changesOf(tx, id)) {
    const values = backTo(recordNamed(type), changes)
    if (Object.keys(values).length)
      await store.updateMany(tx, recordNamed(type), ids, values, { everywhere: true })
  }
  return store.update(tx, merges, id, { undoneAt: new Date().toISOString() }, { action: 'undone' })
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

/** What the merge changed, the latest first; records with the very same change together. */
async function changesOf(
  tx: Tx,
  id: string,
): Promise<Array<{ type: string; changes: Changes; ids: string[] }>> {
  // Whoever may undo may read what the merge did, also to records that they do not see.
  const rows = await tx.as('ascendore_search', () =>
    tx.session.rows(
      `select entity_type as type, changes, jsonb_agg(entity_id) as ids, max(seq) as seq from events
       where workspace_id = $1::uuid and cause_id = $2::uuid and action = 'updated' group by 1, 2 order by 4 desc`,
      [tx.who.workspaceId, id],
    ),
  )
  return rows as Array<{ type: string; changes: Changes; ids: string[] }>
}

function backTo(record: RecordDefinition, changes: Changes) {
  return Object.fromEntries(
    Object.entries(changes)
      .filter(([key]) => hasColumn(record, key))
      .map(([key, change]) => {
        const column = columnOf(record, key)
        const now = sql.raw(`old.${column.name}`)
        const cast = sql.raw(castOf(column))
        return [
          key,
          sql`case when ${now} is not distinct from ${encodeFor(column, change.new)}::${cast} then ${encodeFor(column, change.old)}::${cast} else ${now} end`,
        ]
      }),
  )
}
