import { z } from 'zod'
import { arrayLiteral } from '#core/db/engine.ts'
import { Tx } from '#core/db/workspace.ts'
import { conflict, forbidden, invalid, issuesOf } from '#core/errors.ts'
import { tellEvent } from '#core/events/tell.ts'
import type { App } from '#core/feature.ts'
import { inputSchema, writableFields } from '#core/record/contract.ts'
import { type CustomField, customFieldsOf, fieldOf } from '#core/record/custom-fields.ts'
import { type Change, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { type Stored, store } from '#core/record/store.ts'
import { merges } from './merges.table.ts'
import { moveJob, moveSome } from './move.ts'

const SOURCES_AT_MOST = 20

export const mergeBody = z.strictObject({
  targetId: z.uuid().meta({ description: 'The record that stays' }),
  sourceIds: z.array(z.uuid()).min(1).max(SOURCES_AT_MOST).optional(),
  ids: z
    .array(z.uuid())
    .min(1)
    .max(SOURCES_AT_MOST + 1)
    .optional()
    .meta({ description: 'Instead of `sourceIds`: all records of the group, the target too if you like' }),
  fields: z
    .record(z.string().max(100), z.unknown())
    .optional()
    .meta({ description: 'By field: the id of the record whose value stays, or the value itself' }),
})
export type MergeBody = z.infer<typeof mergeBody>

/**
 * Makes one record of several, in one transaction: the target takes the chosen values, and those of the sources where it
 * has none; every link to a source becomes one to it, of many the rest by a job; the sources go into the trash. All events have
 * the merge as their cause.
 * @throws Refusal 404 unseen, 403 not theirs, 400, 409 while links of these are still being moved
 */
export async function merge(app: App, tx: Tx, record: RecordDefinition, body: MergeBody): Promise<Stored> {
  const { targetId } = body
  const given = body.sourceIds ?? body.ids
  const sourceIds = [...new Set(given)].filter(id => id !== targetId)
  if (!sourceIds.length)
    throw invalid({
      path: body.ids ? 'ids' : 'sourceIds',
      message: 'must name another record than the target',
    })
  const [target, ...sources] = await locked(tx, record, [targetId, ...sourceIds])
  await refuseWhileMoving(tx, record, [targetId, ...sourceIds])
  const values = mergedValues(
    record,
    target!,
    sources,
    body.fields ?? {},
    await customFieldsOf(tx, record.contract.name),
  )
  const act = await store.create(tx, merges, { entity: record.contract.name, targetId, sourceIds })
  const caused = new Tx(tx.session, tx.role, { ...tx.who, causeId: act.id })
  for (const id of sourceIds) await store.remove(caused, record, id)
  await tellSources(caused, record, sourceIds, targetId)
  const stored = await store.update(caused, record, targetId, values)
  if (await moveSome(tx, act.id)) await app.jobs.enqueue(tx, moveJob, { mergeId: act.id })
  return { ...stored, mergeId: act.id }
}

/** The records in the order of the ids, locked in an order that is the same for all. @throws Refusal 404, 403 */
async function locked(tx: Tx, record: RecordDefinition, ids: string[]): Promise<Stored[]> {
  const found: Stored[] = []
  for (const id of ids) found.push(await store.read(tx, record, id))
  const rows = await tx.session.rows(
    `select id from ${tableOf(record)} where workspace_id = $1::uuid and id = any($2::uuid[]) and deleted_at is null order by id for update`,
    [tx.who.workspaceId, arrayLiteral(ids)],
  )
  if (rows.length === ids.length) return found
  // One of them may have gone while this waited for it.
  for (const id of ids) await store.read(tx, record, id)
  throw forbidden('You may see these records but not change all of them')
}

/** What moves links to a record, or back from it, would leave them there once that is in the trash. @throws Refusal 409 */
async function refuseWhileMoving(tx: Tx, record: RecordDefinition, ids: string[]): Promise<void> {
  // The records are locked, so that no merge of them begins now; others' merges are seen by admins alone.
  const rows = await tx.as('ascendore_admin', () =>
    tx.session.rows(
      'select id from merges where workspace_id = $1::uuid and is_moving and entity = $3 and (target_id = any($2::uuid[]) or source_ids && $2::text[]) limit 1',
      [tx.who.workspaceId, arrayLiteral(ids), record.contract.name],
    ),
  )
  if (rows.length)
    throw conflict('Links of these records are still being moved by an earlier merge', 'MERGE_RUNNING')
}

/** Values that the target lacks, of fields that are still defined. */
function joinedCustom(custom: Map<string, CustomField>, [target, ...sources]: Stored[]): Change {
  const own = target!.customFields as Change
  return Object.fromEntries(
    [...custom].flatMap(([key, field]): Array<[string, unknown]> => {
      if (!isBlank(own[key])) return []
      const { schema } = fieldOf(field)
      const values = sources.map(row => (row.customFields as Change)[key])
      const filled = values.find(value => !isBlank(value) && schema.safeParse(value).success)
      return filled === undefined ? [] : [[key, filled]]
    }),
  )
}

const isBlank = (value: unknown) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)

/** What the target takes. @throws Refusal 400 naming the field */
function mergedValues(
  record: RecordDefinition,
  target: Stored,
  sources: Stored[],
  chosen: Record<string, unknown>,
  custom: Map<string, CustomField>,
): Change {
  const writable = writableFields(record.contract.fields, 'update').map(([key]) => key)
  const all = new Map([target, ...sources].map(row => [row.id, row]))
  const values: Change = {}
  for (const key of writable) {
    const rows = [target, ...sources]
    const kind = record.contract.fields[key]!.kind
    if (kind === 'tags') values[key] = [...new Set(rows.flatMap(row => row[key] as string[]))].slice(0, 50)
    else if (kind === 'custom') values[key] = joinedCustom(custom, rows)
    else if (isBlank(target[key])) {
      const filled = sources.find(row => !isBlank(row[key]))
      if (filled) values[key] = filled[key]
    }
  }
  const literal: Change = {}
  for (const [key, value] of Object.entries(chosen)) {
    const row = typeof value === 'string' ? all.get(value) : undefined
    if (!row) literal[key] = value
    else if (writable.includes(key)) values[key] = row[key]
    else throw invalid({ path: `fields.${key}`, message: 'is not a field that can be chosen' })
  }
  const read = inputSchema(record.contract, 'update').safeParse(literal)
  if (!read.success)
    throw invalid(issuesOf(read.error).map(issue => ({ ...issue, path: `fields.${issue.path}` })))
  return { ...values, ...(read.data as Change) }
}

/** Beside the event of their deletion: into what they were merged. */
async function tellSources(tx: Tx, record: RecordDefinition, ids: string[], targetId: string): Promise<void> {
  const changes = { mergedInto: { new: targetId } }
  for (const entityId of ids)
    await tellEvent(tx, { action: 'merged', entityType: record.contract.name, entityId, changes })
}
