import { columnOf, hasColumn, type RecordDefinition } from '#core/record/definition.ts'
import { allRecords } from '#core/record/registry.ts'

/** So much of a text is embedded: what the smallest of the models read, about 2,000 tokens. */
export const CHARACTERS_READ = 6000

/** The record types that are embedded: those that SPEC 2 marks, which are those with tags. */
export const embedded = (): RecordDefinition[] =>
  allRecords().filter(record => hasColumn(record, 'searchText') && hasColumn(record, 'tags'))

/** Kinds of fields that say something in words. */
const SAID = ['text', 'longText']

/**
 * SQL of the text that stands for a record: what people have written in its fields, and its tags. Where it has no longer text of its own
 * (names, files), what it is searched by, which holds the text of files.
 */
export function textOf(record: RecordDefinition, alias: string): string {
  const fields = Object.entries(record.contract.fields).filter(
    ([key, { kind }]) => SAID.includes(kind) && hasColumn(record, key),
  )
  const columns = fields.some(([, { kind }]) => kind === 'longText')
    ? fields.map(([key]) => `${alias}.${columnOf(record, key).name}`)
    : [`${alias}.search_text`]
  return `left(concat_ws(E'\\n', ${columns.join(', ')}, nullif(array_to_string(${alias}.tags, ' '), '')), ${CHARACTERS_READ})`
}
