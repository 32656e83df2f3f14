import { arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { type CustomField, customFieldsOf, fieldOf } from '#core/record/custom-fields.ts'
import { columnOf, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import type { Field, FieldKind } from '#core/record/fields.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import type { SheetColumn, SheetKind } from '#core/xlsx/write.ts'

/** One column of an export. */
export type ExportColumn = SheetColumn & { value: (row: Row, names: Names) => unknown }

const KINDS: Partial<Record<FieldKind, SheetKind>> = {
  integer: 'integer',
  number: 'number',
  money: 'money',
  boolean: 'boolean',
  date: 'date',
  moment: 'moment',
}
const kindOf = (f: Field): SheetKind => KINDS[f.kind] ?? 'text'

/** Names of linked records and members by id. */
export type Names = Map<string, string>

/**
 * The columns of a record type: its id, every field, the names behind ids and the workspace's custom fields,
 * under the names by which an import knows them again.
 */
export async function columnsOf(tx: Tx, record: RecordDefinition): Promise<ExportColumn[]> {
  const custom = await customFieldsOf(tx, record.contract.name)
  const own = Object.entries(record.contract.fields)
    .filter(([key, f]) => key !== 'id' && key !== 'workspaceId' && f.kind !== 'custom')
    .flatMap(([key, f]) => fieldColumns(key, f))
    // A field of the record's own stands for the name behind an id, such as a visit's contactName.
    .filter(({ name }, i, all) => all.findIndex(other => other.name === name) === i)
  const id: ExportColumn = { name: 'id', kind: 'text', value: row => row.id }
  const first = record.contract.exportAs?.first ?? []
  const rank = ({ name }: ExportColumn) => (first.includes(name) ? first.indexOf(name) : first.length)
  return [id, ...own, ...[...custom.values()].map(customColumn)].sort((a, b) => rank(a) - rank(b))
}

function fieldColumns(key: string, f: Field): ExportColumn[] {
  // A list of structures, such as an invoice's items, is JSON, as an import reads it.
  const isStructure = (value: unknown) => f.kind === 'object' && Array.isArray(value)
  const self: ExportColumn = {
    name: key,
    kind: kindOf(f),
    value: row => (isStructure(row[key]) ? JSON.stringify(row[key]) : row[key]),
  }
  const nameOf = (id: unknown, names: Names) => (id ? names.get(id as string) : undefined)
  if (f.kind === 'member' || (f.kind === 'link' && hasRecord(f.target!)))
    return [
      self,
      { name: key.replace(/Id$/, 'Name'), kind: 'text', value: (row, names) => nameOf(row[key], names) },
    ]
  if (f.kind !== 'links' || !hasRecord(f.target!)) return [self]
  const all = (row: Row, names: Names) =>
    ((row[key] as string[] | null) ?? []).map(id => nameOf(id, names) ?? id)
  return [self, { name: key.replace(/Ids$/, 'Names'), kind: 'text', value: all }]
}

const customColumn = (custom: CustomField): ExportColumn => ({
  name: `customFields.${custom.key}`,
  kind: kindOf(fieldOf(custom)),
  value: row => (row.customFields as Row)[custom.key],
})

/** The names behind the ids in the rows, as far as the caller may see them; a query for each type. */
export async function namesFor(tx: Tx, record: RecordDefinition, rows: Row[]): Promise<Names> {
  const byType = new Map<string, Set<string>>()
  for (const [key, f] of Object.entries(record.contract.fields)) {
    const type =
      f.kind === 'member' ? 'member' : f.kind === 'link' || f.kind === 'links' ? f.target! : undefined
    if (!type || (type !== 'member' && !hasRecord(type))) continue
    const ids = byType.get(type) ?? new Set()
    for (const row of rows) for (const id of [row[key]].flat()) if (id) ids.add(id as string)
    byType.set(type, ids)
  }
  const names: Names = new Map()
  for (const [type, ids] of byType) {
    if (!ids.size) continue
    const found = await tx.session.rows(type === 'member' ? MEMBER_NAMES : titlesOf(recordNamed(type)), [
      tx.who.workspaceId,
      arrayLiteral([...ids]),
    ])
    for (const { id, name } of found) names.set(id as string, name as string)
  }
  return names
}

const MEMBER_NAMES = `select u.id, u.name from memberships m join users u on u.id = m.user_id
  where m.workspace_id = $1::uuid and m.user_id = any($2::uuid[])`

/** Of what has no trash also the deleted ones, which are still named by what was closed in them. */
function titlesOf(record: RecordDefinition): string {
  const columns = record.contract.title.map(key => `t.${columnOf(record, key).name}`)
  return `select t.id, concat_ws(' ', ${columns.join(', ')}) as name from ${tableOf(record)} t
    where t.workspace_id = $1::uuid and t.id = any($2::uuid[])${record.contract.softDelete ? ' and t.deleted_at is null' : ''}`
}
