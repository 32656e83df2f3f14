import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { arrayLiteral, type Row } from '#core/db/engine.ts'
import { asSystem, Tx, type Who } from '#core/db/workspace.ts'
import type { JobContext, JobDefinition } from '#core/jobs/jobs.ts'
import { castOf, columnOf, hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { linksTo, linkTest } from '#core/record/incoming.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { encodeFor } from '#core/record/write.ts'
import { merges } from './merges.table.ts'

/** Links that one transaction moves, so that nobody waits long for their rows; the others are for the job. */
const LINKS_AT_ONCE = 250

/** What of a merge's row its steps go by; the row is locked while one runs. */
type State = Row & {
  entity: string
  targetId: string
  sourceIds: string[]
  moved: Record<string, number> | null
  undoneAt: string | null
  undoSeq: number | null
  isMoving: boolean
}

export async function lockMerge(tx: Tx, id: string): Promise<State | undefined> {
  const text = `select entity, target_id as "targetId", source_ids as "sourceIds", moved, undone_at as "undoneAt", undo_seq as "undoSeq", is_moving as "isMoving"
    from merges where workspace_id = $1::uuid and id = $2::uuid for update`
  return (await tx.session.rows(text, [tx.who.workspaceId, id]))[0] as State | undefined
}

/** Makes what follows an effect of the merge, also in its events. */
const caused = (tx: Tx, causeId: string): Tx => new Tx(tx.session, tx.role, { ...tx.who, causeId })

/** Moves as many links as one transaction should, to the target or, once it is undone, back; false where none is left. */
export async function moveSome(tx: Tx, id: string): Promise<boolean> {
  const state = await lockMerge(tx, id)
  if (!state) return false
  const step = caused(tx, id)
  const isMoving = state.undoneAt ? await moveBack(step, id, state) : await moveOn(step, id, state)
  if (isMoving !== state.isMoving) await store.updateMany(tx, merges, [id], { isMoving })
  return isMoving
}

const input = z.object({ mergeId: z.uuid() })

/** Goes on where a request has stopped, whatever has become of its caller: half a merge is of use to nobody. */
export const moveJob: JobDefinition<z.infer<typeof input>> = {
  name: 'merge-links',
  input,
  retries: 50,
  timeoutSeconds: 3600,
  async run({ who: asked, input: { mergeId }, database, signal }: JobContext<z.infer<typeof input>>) {
    const who: Who = { ...asSystem(asked), userId: asked.userId }
    for (let isMoving = true; isMoving; ) {
      signal.throwIfAborted()
      isMoving = await database.inWorkspace(who, tx => moveSome(tx, mergeId))
    }
  },
}

/** Also the links of records that the caller does not see, and of those in the trash: none may be left behind. */
async function moveOn(tx: Tx, id: string, { entity, sourceIds, targetId, moved }: State): Promise<boolean> {
  const counts = { ...moved }
  let left = LINKS_AT_ONCE
  let isMoving = false
  for (const { record, key, kind } of linksTo(entity)) {
    const column = columnOf(record, key).name
    const rows = await tx.as('ascendore_admin', () =>
      tx.session.rows(
        `select t.id from ${tableOf(record)} t where t.workspace_id = $1::uuid and ${linkTest({ record, key, kind }, entity)}${standsAlone(record, key)} and t.id <> $3::uuid limit $4::int`,
        [tx.who.workspaceId, arrayLiteral(sourceIds), targetId, left + 1],
      ),
    )
    const ids = rows.slice(0, left).map(row => row.id as string)
    left -= ids.length
    if (ids.length) {
      const value = kind === 'links' ? replaced(column, sourceIds, targetId) : sql`${targetId}::uuid`
      const changed = await store.updateMany(tx, record, ids, { [key]: value }, { everywhere: true })
      counts[record.contract.name] = (counts[record.contract.name] ?? 0) + changed.length
    }
    isMoving = rows.length > ids.length
    if (isMoving) break
  }
  await store.updateMany(tx, merges, [id], { moved: counts })
  return isMoving
}

/**
 * Leaves out rows beside which the target, or an earlier row of the sources, has one of its own already, such as that of the
 * same campaign. They stay as they are, with a link that reads null, and are back at once when the merge is undone.
 */
function standsAlone(record: RecordDefinition, key: string): string {
  if (!record.once.includes(key)) return ''
  const column = columnOf(record, key).name
  const alike = record.once
    .filter(other => other !== key)
    .map(other => columnOf(record, other).name)
    .map(other => ` and o.${other} = t.${other}`)
  return ` and not exists (select from ${tableOf(record)} o where o.workspace_id = t.workspace_id${alike.join('')} and o.deleted_at is null
    and (o.${column} = $3::uuid or o.${column} = any($2::uuid[]) and o.id < t.id))`
}

/** The list of ids in the row `old` with the sources replaced, each once, in the order in which they stood. */
const replaced = (column: string, from: string[], into: string) =>
  sql`array(select s.became from (select case when e.id = any(${arrayLiteral(from)}::uuid[]) then ${into}::uuid else e.id end as became,
    min(e.place) as place from unnest(${sql.raw(`old.${column}`)}) with ordinality e(id, place) group by 1) s order by s.place)`

type Changes = Record<string, { old?: unknown; new?: unknown }>

/** Takes back what the merge did to other records than its target, from its own events, the latest first. */
async function moveBack(tx: Tx, id: string, { targetId, undoSeq }: State): Promise<boolean> {
  const events = await changesOf(
    tx,
    `entity_id <> $3::uuid and seq < $4::bigint order by seq desc limit ${LINKS_AT_ONCE}`,
    [id, targetId, undoSeq ?? '9223372036854775807'],
  )
  await takeBack(tx, events)
  if (events.length)
    await tx.session.rows(
      'update merges set undo_seq = $3::bigint where workspace_id = $1::uuid and id = $2::uuid',
      [tx.who.workspaceId, id, events.at(-1)!.seq],
    )
  return events.length === LINKS_AT_ONCE
}

/** Gives the target its own values again. */
export const restoreTarget = async (tx: Tx, id: string, targetId: string): Promise<void> =>
  takeBack(caused(tx, id), await changesOf(tx, 'entity_id = $3::uuid order by seq desc', [id, targetId]))

type Told = { seq: number; type: string; entityId: string; changes: Changes }

/** What the merge changed. Whoever may undo may read that also of records that they do not see. */
async function changesOf(tx: Tx, which: string, params: unknown[]): Promise<Told[]> {
  const rows = await tx.as('ascendore_search', () =>
    tx.session.rows(
      `select seq, entity_type as type, entity_id as "entityId", changes from events
       where workspace_id = $1::uuid and cause_id = $2::uuid and action = 'updated' and entity_type <> 'merge' and ${which}`,
      [tx.who.workspaceId, ...params],
    ),
  )
  return rows as Told[]
}

/** Those with the very same change together. */
async function takeBack(tx: Tx, events: Told[]): Promise<void> {
  const alike = Object.values(
    Object.groupBy(events, ({ type, changes }) => `${type} ${JSON.stringify(changes)}`),
  )
  for (const group of alike) {
    const { type, changes } = group![0]!
    const record = recordNamed(type)
    const values = backTo(record, changes)
    const ids = group!.map(({ entityId }) => entityId)
    if (Object.keys(values).length) await store.updateMany(tx, record, ids, values, { everywhere: true })
  }
}

/** The old values, where the row still has those that the merge gave it. */
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
