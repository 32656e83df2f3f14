import { PgDialect } from 'drizzle-orm/pg-core'
import type { Who } from '../db/workspace.ts'
import { columnOf, type RecordDefinition } from './definition.ts'
import type { Field } from './fields.ts'
import { hasRecord, recordNamed } from './registry.ts'
import { mayChangeExpression } from './visibility.ts'

const dialect = new PgDialect()
const lists = new WeakMap<RecordDefinition, string>()

/**
 * The select list that turns a row `t` into the record on the wire. Links to records in the trash read as
 * null and come back on restore. It holds no parameters. Whether the caller may change the row stands there where they ask.
 */
export const selectList = (record: RecordDefinition, who: Who): string =>
  who.asksMayChange
    ? `${fieldList(record)}, ${mayChangeExpression(record, who)} as "mayChange"`
    : fieldList(record)

/** Made once per record type. */
function fieldList(record: RecordDefinition): string {
  let list = lists.get(record)
  if (!list) {
    const fields = Object.entries(record.contract.fields)
    list = [
      ...fields.map(([key, f]) => `${readExpression(record, key, f)} as "${key}"`),
      't.version as "version"',
    ].join(', ')
    lists.set(record, list)
  }
  return list
}

/** What a computed field reads, over the row `t`. */
function computedExpression(record: RecordDefinition, key: string): string | undefined {
  const computed = Object.hasOwn(record.computed, key) ? record.computed[key] : undefined
  if (!computed) return undefined
  const { sql, params } = dialect.sqlToQuery(computed)
  if (params.length) throw new Error(`computed ${record.contract.name}.${key} must not hold parameters`)
  return sql
}

/** Whether what is compared of the field looks up other rows, as a project's progress its tasks. */
export const readsMore = (record: RecordDefinition, key: string): boolean =>
  /\bselect\b/.test(computedExpression(record, key) ?? '')

/**
 * What filters and orders compare: a field's column, or what is read in its place where it is computed as well,
 * so that a list holds what its rows say.
 * @param alias of the row
 */
export function comparedExpression(record: RecordDefinition, key: string, alias: string): string {
  const computed = computedExpression(record, key)
  return computed ? computed.replace(/\bt\./g, `${alias}.`) : `${alias}.${columnOf(record, key).name}`
}

/** The SQL expression of one field over the row `t`. */
export function readExpression(record: RecordDefinition, key: string, field: Field): string {
  const computed = computedExpression(record, key)
  if (computed) return computed
  const column = `t.${columnOf(record, key).name}`
  if (!isNullInTrash(field)) return column
  if (field.kind === 'links')
    // In the order in which they stand, which an anti-join would not keep by itself.
    return `array(select l from unnest(${column}) with ordinality u(l, place) where not ${inTrash('l')} order by place)`
  return `case when ${inTrash(column)} then null else ${column} end`
}

/**
 * Whether a link reads as null while what it names is in the trash. One that is never null goes on naming what has no trash
 * to come back from, as a closed deal its deleted stage.
 */
export function isNullInTrash({ kind, nullable, target }: Field): boolean {
  if (kind === 'links' || kind === 'related') return true
  if (kind !== 'link') return false
  return nullable || !hasRecord(target!) || recordNamed(target!).contract.softDelete
}

/** Whether the record with that id is in the trash: one probe of a small partial index. */
export const inTrash = (id: string): string =>
  `exists (select 1 from records x where x.workspace_id = t.workspace_id and x.id = ${id} and x.deleted_at is not null)`
