import { PgDialect } from 'drizzle-orm/pg-core'
import type { Who } from '../db/workspace.ts'
import { columnOf, hasColumn, type RecordDefinition } from './definition.ts'
import type { Field } from './fields.ts'
import { hasRecord, recordNamed } from './registry.ts'
import { mayChangeExpression } from './visibility.ts'

const dialect = new PgDialect()

/**
 * The select list that turns a row `t` into the record on the wire. Links to records in the trash read as
 * null and come back on restore. It holds no parameters. Whether the caller may change the row stands there where they ask.
 */
export const selectList = (record: RecordDefinition, who: Who): string => fieldList(record, 'values', who)

/**
 * The same, to be turned into JSON by the database: `row_to_json` over it writes the record as it stands on the wire. To have it
 * written there takes a third of the time that reading each value here and writing it again takes.
 */
export const jsonSelectList = (record: RecordDefinition, who: Who): string => fieldList(record, 'json', who)

type Form = 'values' | 'json'
/** Made once per record type. */
const lists = {
  values: new WeakMap<RecordDefinition, string>(),
  json: new WeakMap<RecordDefinition, string>(),
}

function fieldList(record: RecordDefinition, form: Form, who: Who): string {
  let list = lists[form].get(record)
  if (!list) {
    const fields = Object.entries(record.contract.fields)
    const written = (key: string, f: Field) => {
      const read = readExpression(record, key, f)
      if (form === 'values') return read
      // Sessions run in UTC. Milliseconds, the rest cut off, as PARSERS does.
      if (f.kind === 'moment') return `to_char(${read}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
      // 12.5 and not 12.50, as a single record writes it.
      return isNumeric(record, key, f) ? `trim_scale(${read})` : read
    }
    list = [...fields.map(([key, f]) => `${written(key, f)} as "${key}"`), 't.version as "version"'].join(
      ', ',
    )
    lists[form].set(record, list)
  }
  return who.asksMayChange ? `${list}, ${mayChangeExpression(record, who)} as "mayChange"` : list
}

const isNumeric = (record: RecordDefinition, key: string, { kind }: Field): boolean =>
  kind === 'money' || (hasColumn(record, key) && columnOf(record, key).getSQLType().startsWith('numeric'))

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

/** The text at a part of an object, as `billingAddress.city`; undefined where the record has no such part. */
export function partExpression(
  record: RecordDefinition,
  key: string,
  part: string,
  alias: string,
): string | undefined {
  const parts = Object.hasOwn(record.contract.fields, key) ? record.contract.fields[key]!.parts : undefined
  return parts?.includes(part) ? `(${alias}.${columnOf(record, key).name}->>'${part}')` : undefined
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
