import type { Add } from '../db/engine.ts'
import { invalid } from '../errors.ts'
import { type CustomField, fieldOf, valueThatFits } from './custom-fields.ts'
import { castOf, columnOf, hasColumn, type RecordDefinition } from './definition.ts'
import type { FieldKind } from './fields.ts'
import { customExpression } from './filter.ts'
import { comparedExpression, isNullInTrash, readExpression, readsMore } from './select.ts'

const KEYS_AT_MOST = 3
const SORTABLE: readonly FieldKind[] = [
  'id',
  'text',
  'email',
  'phone',
  'url',
  'integer',
  'number',
  'money',
  'currency',
  'boolean',
  'date',
  'moment',
  'time',
  'choice',
  'member',
  'link',
]

/** One key of an order: which value of a row it reads, and how SQL compares it. */
export type SortKey = {
  path: string
  kind: FieldKind
  expression: string
  cast: string
  descending: boolean
  nullable: boolean
  /** Comparisons that PostgreSQL may use for an index under row-level security. */
  leakproof: boolean
  /** Looks up other rows than the one that it orders. */
  readsMore: boolean
}

/** Reads `-updatedAt,name`; the id settles ties. @throws Refusal 400 at `sort` */
export function parseSort(
  text: string,
  record: RecordDefinition,
  custom: Map<string, CustomField>,
): SortKey[] {
  const parts = text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean)
  if (parts.length === 0 || parts.length > KEYS_AT_MOST)
    throw invalid({ path: 'sort', message: `must name 1 to ${KEYS_AT_MOST} fields` })
  const keys = parts.map(part => sortKey(part.replace(/^[-+]/, ''), part.startsWith('-'), record, custom))
  if (keys.some(key => key.path === 'id')) return keys
  return [...keys, sortKey('id', keys[0]!.descending, record, custom)]
}

function sortKey(
  path: string,
  descending: boolean,
  record: RecordDefinition,
  custom: Map<string, CustomField>,
): SortKey {
  if (path.startsWith('customFields.')) {
    const found = custom.get(path.slice('customFields.'.length))
    const f = found && fieldOf(found)
    if (!found || !f || !SORTABLE.includes(f.kind)) throw unsortable(path)
    const cast =
      { number: 'numeric', money: 'numeric', date: 'date', boolean: 'boolean', member: 'uuid' }[
        f.kind as string
      ] ?? 'text'
    return {
      path,
      kind: f.kind,
      expression: customExpression(found, f, 't'),
      cast,
      descending,
      nullable: true,
      leakproof: false,
      readsMore: false,
    }
  }
  const f = Object.hasOwn(record.contract.fields, path) ? record.contract.fields[path] : undefined
  if (!f || !hasColumn(record, path) || !SORTABLE.includes(f.kind)) throw unsortable(path)
  const column = columnOf(record, path)
  // As it reads, since the place of a cursor is told by what was read.
  const expression = isNullInTrash(f)
    ? readExpression(record, path, f)
    : comparedExpression(record, path, 't')
  return {
    path,
    kind: f.kind,
    expression,
    cast: castOf(column),
    descending,
    nullable: isNullInTrash(f) || !column.notNull,
    leakproof: !column.getSQLType().startsWith('numeric'),
    readsMore: readsMore(record, path),
  }
}

const unsortable = (path: string) =>
  invalid({
    path: 'sort',
    code: 'NO_FIELD',
    params: { field: path },
    message: `${path} is not a field that can be sorted by`,
  })

/** The ORDER BY list; empty values come last in both directions. */
export function orderBy(keys: SortKey[]): string {
  return keys
    .map(key => `${key.expression}${key.descending ? (key.nullable ? ' desc nulls last' : ' desc') : ''}`)
    .join(', ')
}

/** The value by which a row on the wire is ordered. */
export function sortValue(key: SortKey, row: Record<string, unknown>): unknown {
  if (!key.path.startsWith('customFields.')) return row[key.path] ?? null
  const values = row.customFields as Record<string, unknown>
  return valueThatFits(key.kind, values[key.path.slice('customFields.'.length)])
}

/** The condition that a row stands behind the values of another, in this order. */
export function after(keys: SortKey[], values: unknown[], add: Add): string {
  const places = keys.map((key, i) => (values[i] === null ? null : add(values[i], key.cast)))
  if (keys.every(key => !key.nullable && key.descending === keys[0]!.descending)) {
    const row = keys.map(key => key.expression).join(', ')
    return `(${row}) ${keys[0]!.descending ? '<' : '>'} (${places.join(', ')})`
  }
  const branches = keys.map((key, i) => {
    const equal = keys
      .slice(0, i)
      .map((k, j) => (places[j] === null ? `${k.expression} is null` : `${k.expression} = ${places[j]}`))
    return [...equal, behind(key, places[i] ?? null)].join(' and ')
  })
  return `((${branches.join(') or (')}))`
}

/** Nothing stands behind an empty value; behind any other stand the empty ones too. */
function behind(key: SortKey, place: string | null): string {
  if (place === null) return 'false'
  const beyond = `${key.expression} ${key.descending ? '<' : '>'} ${place}`
  return key.nullable ? `(${beyond} or ${key.expression} is null)` : beyond
}
