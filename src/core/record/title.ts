import { is, SQL, sql } from 'drizzle-orm'
import { type AnyPgColumn, getTableConfig, index, type PgColumn } from 'drizzle-orm/pg-core'
import { columnOf, hasColumn, type RecordDefinition } from './definition.ts'
import { perKey } from './per-key.ts'

/**
 * The SQL by which records are found under what people call them: their title fields joined by a space, case
 * and accents folded. `nameIndex` indexes the very same expression.
 * @param alias the row, with a point (`t.`), or nothing
 */
export function foldedTitle(columns: readonly PgColumn[], alias = ''): string {
  if (columns.length === 1) return `crm_fold(${alias}${columns[0]!.name})`
  return `crm_fold(btrim(${columns.map(({ name }) => `coalesce(${alias}${name}, '')`).join(" || ' ' || ")}))`
}

/** What people call the row `t`, as it is written: its title fields, or else its address. Empty where it has none. */
export function writtenTitle(record: RecordDefinition): string {
  const named = record.contract.title.filter(key => hasColumn(record, key))
  const title = `trim(concat_ws(' ', ${named.map(key => `t.${columnOf(record, key).name}`).join(', ')}))`
  const written = hasColumn(record, 'email') ? `coalesce(nullif(${title}, ''), t.email, '')` : title
  return `left(${written}, ${TITLE_AT_MOST})`
}
export const TITLE_AT_MOST = 300

/** `foldedTitle` of a record type. */
export const titleExpression = (record: RecordDefinition, alias: string): string =>
  foldedTitle(
    record.contract.title.map(key => columnOf(record, key)),
    alias,
  )

/**
 * The same over the row `t`, for reading it of many records: cut off the folded text, which most begin with their title, at a
 * tenth of what folding costs. Letters that fold to two (ß) may cost the last of it. Not what an index stands on.
 */
export function foldedTitleOf(record: RecordDefinition): string {
  const { title } = record.contract
  if (!beginsWithTitle(record)) return `coalesce(${titleExpression(record, 't.')}, '')`
  const lengths = title.map(key => `coalesce(char_length(t.${columnOf(record, key).name}), 0)`)
  return `rtrim(left(t.search_text, ${[...lengths, String(title.length - 1)].join(' + ')}))`
}

const beginsWithTitle = perKey((record: RecordDefinition): boolean => {
  if (!hasColumn(record, 'searchText')) return false
  const { generated } = columnOf(record, 'searchText')
  const expression = JSON.stringify((generated?.as as { queryChunks?: unknown })?.queryChunks ?? '')
  const first = columnOf(record, record.contract.title[0]!).name
  return new RegExp(`crm_fold\\((coalesce\\()?${first}\\b`).test(expression)
})

/**
 * An index under which imports find records by name. Only a role that row-level security does not narrow can
 * use it, since folding is not leakproof (decision 3).
 * @param title the columns of the contract's `title`, in its order
 */
export const nameIndex = (name: string, workspaceId: AnyPgColumn, title: AnyPgColumn[]) =>
  index(nameIndexOf(name))
    .on(workspaceId, sql.raw(foldedTitle(title as unknown as PgColumn[])))
    .where(sql`deleted_at is null`)

const nameIndexOf = (table: string): string => `${table}_title`
/** Whether a `nameIndex` finds the records by `titleExpression`. An index of that name may also be one that lists are sorted by. */
export const hasNameIndex = perKey((record: RecordDefinition): boolean => {
  const { indexes, name } = getTableConfig(record.table)
  return indexes.some(
    ({ config }) => config.name === nameIndexOf(name) && config.columns.some(column => is(column, SQL)),
  )
})
