import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { arrayLiteral } from '#core/db/engine.ts'
import { Tx } from '#core/db/workspace.ts'
import { forbidden, invalid, issuesOf, unprocessable } from '#core/errors.ts'
import { tellEvent } from '#core/events/tell.ts'
import { inputSchema, writableFields } from '#core/record/contract.ts'
import { type CustomField, customFieldsOf, fieldOf } from '#core/record/custom-fields.ts'
import { type Change, columnOf, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { allRecords } from '#core/record/registry.ts'
import { typeKeyOf } from '#core/record/related.ts'
import { type Stored, store } from '#core/record/store.ts'
import { merges } from './merges.table.ts'

const SOURCES_AT_MOST = 20
/** Links that one transaction moves, so that nobody waits long for their rows. */
const LINKS_AT_MOST = 20_000

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
 * has none; every link to a source becomes one to it; the sources go into the trash. All events have the merge as their cause.
 * @throws Refusal 404 unseen, 403 not theirs, 400, 422 where more hangs on the sources than one transaction should move
 */
export async function merge(tx: Tx, record: RecordDefinition, body: MergeBody): Promise<Stored> {
  const { targetId } = body
  const given = body.sourceIds ?? body.ids
  const sourceIds = [...new Set(given)].filter(id => id !== targetId)
  if (!sourceIds.length)
    throw invalid({
      path: body.ids ? 'ids' : 'sourceIds',
      message: 'must name another record than the target',
    })
  const [target, ...sources] = await locked(tx, record, [targetId, ...sourceIds])
  const values = mergedValues(
    record,
    target!,
    sources,
    body.fields ?? {},
    await customFieldsOf(tx, record.contract.name),
  )
  const act = await store.create(tx, merges, { entity: record.contract.name, targetId, sourceIds })
  const caused = new Tx(tx.session, tx.role, { ...tx.who, causeId: act.id })
  const moved = await moveLinks(caused, record.contract.name, sourceIds, targetId)
  for (const id of sourceIds) await store.remove(caused, record, id)
  await tellSources(caused, record, sourceIds, targetId)
  const stored = await store.update(caused, record, targetId, values)
  await store.updateMany(tx, merges, [act.id], { moved })
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
  if (rows.length !== ids.length) throw forbidden('You may see these records but not change all of them')
  return found
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

type Link = { record: RecordDefinition; key: string; kind: 'link' | 'links' | 'related' }

/** Each field of any record type by which records link to that type. */
function linksTo(type: string): Link[] {
  return allRecords().flatMap(record =>
    Object.entries(record.contract.fields).flatMap(([key, f]): Link[] => {
      if ((f.kind === 'link' || f.kind === 'links') && f.target === type)
        return [{ record, key, kind: f.kind }]
      return f.kind === 'related' ? [{ record, key, kind: f.kind }] : []
    }),
  )
}

/** Also the links of records that the caller does not see, and of those in the trash: none may be left behind. */
async function moveLinks(
  tx: Tx,
  type: string,
  sourceIds: string[],
  targetId: string,
): Promise<Record<string, number>> {
  const moved: Record<string, number> = {}
  let left = LINKS_AT_MOST
  for (const { record, key, kind } of linksTo(type)) {
    const column = columnOf(record, key).name
    const isOfType = kind === 'related' ? ` and ${columnOf(record, typeKeyOf(key)).name} = '${type}'` : ''
    const test = kind === 'links' ? `${column} && $2::uuid[]` : `${column} = any($2::uuid[])`
    const rows = await tx.as('ascendore_admin', () =>
      tx.session.rows(
        `select id from ${tableOf(record)} where workspace_id = $1::uuid and ${test}${isOfType} and id <> $3::uuid limit $4::int`,
        [tx.who.workspaceId, arrayLiteral(sourceIds), targetId, left + 1],
      ),
    )
    left -= rows.length
    if (left < 0) throw unprocessable('TOO_MANY_LINKS', `More than ${LINKS_AT_MOST} records hang on these`)
    if (!rows.length) continue
    const ids = rows.map(row => row.id as string)
    const value = kind === 'links' ? replaced(column, sourceIds, targetId) : sql`${targetId}::uuid`
    const changed = await store.updateMany(tx, record, ids, { [key]: value }, { everywhere: true })
    moved[record.contract.name] = (moved[record.contract.name] ?? 0) + changed.length
  }
  return moved
}

/** The list of ids in the row `old` with the sources replaced, each once, in the order in which they stood. */
const replaced = (column: string, from: string[], into: string) =>
  sql`array(select s.became from (select case when e.id = any(${arrayLiteral(from)}::uuid[]) then ${into}::uuid else e.id end as became,
    min(e.place) as place from unnest(${sql.raw(`old.${column}`)}) with ordinality e(id, place) group by 1) s order by s.place)`

/** Beside the event of their deletion: into what they were merged. */
async function tellSources(tx: Tx, record: RecordDefinition, ids: string[], targetId: string): Promise<void> {
  const changes = { mergedInto: { new: targetId } }
  for (const entityId of ids)
    await tellEvent(tx, { action: 'merged', entityType: record.contract.name, entityId, changes })
}
