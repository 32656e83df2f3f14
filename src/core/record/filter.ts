import { arrayLiteral } from '../db/engine.ts'
import { invalid } from '../errors.ts'
import { type CustomField, fieldOf } from './custom-fields.ts'
import { columnOf, hasColumn, type RecordDefinition, tableOf } from './definition.ts'
import type { Field } from './fields.ts'
import { HOST_OPERATORS, hostComparison } from './filter-hosts.ts'
import { type Condition, checkFilter, type Filter } from './filter-language.ts'
import { linkComparison } from './filter-links.ts'
import {
  badValue,
  castNoted,
  type FilterScope,
  MULTI,
  mustBeList,
  mustBeOrdered,
  type Operand,
  plain,
  scalar,
  TEXTUAL,
  UUIDS,
} from './filter-operand.ts'
import { momentCondition } from './filter-time.ts'
import { literally } from './formats.ts'
import { hangingKeys } from './incoming.ts'
import { allRecords, recordNamed } from './registry.ts'
import { comparedExpression, isNullInTrash, partExpression, readsMore } from './select.ts'
import { scopeCondition } from './visibility.ts'

/** The record types whose custom fields a filter needs. */
export function customEntitiesIn(filter: Filter, record: RecordDefinition): Set<string> {
  const found = new Set<string>()
  const visit = (f: Filter): void => {
    if ('and' in f) f.and.forEach(visit)
    else if ('or' in f) f.or.forEach(visit)
    else if ('not' in f) visit(f.not)
    else {
      const [first = '', second] = f.field.split('.')
      const some = f.op === 'some' ? otherNamed(record, f.field) : undefined
      if (some) for (const entity of customEntitiesIn(checkFilter(f.value), some.target)) found.add(entity)
      if (first === 'customFields') found.add(record.contract.name)
      const other = second === 'customFields' ? otherNamed(record, first)?.target.contract.name : undefined
      if (other) found.add(other)
    }
  }
  visit(filter)
  return found
}

/** Compiles a filter over rows `alias` of the record type. @throws Refusal 400 naming the field */
export function compileFilter(
  filter: Filter,
  record: RecordDefinition,
  alias: string,
  scope: FilterScope,
): string {
  if ('and' in filter) return joined(filter.and, ' and ', 'true')
  if ('or' in filter) return joined(filter.or, ' or ', 'false')
  // Three-valued logic would drop rows where the inner condition is unknown; people mean "all others".
  if ('not' in filter) return `(${compileFilter(filter.not, record, alias, scope)}) is not true`
  return compileCondition(filter, record, alias, scope)

  function joined(parts: Filter[], by: string, none: string): string {
    return parts.length ? `(${parts.map(part => compileFilter(part, record, alias, scope)).join(by)})` : none
  }
}

function compileCondition(
  condition: Condition,
  record: RecordDefinition,
  alias: string,
  scope: FilterScope,
  path = condition.field,
): string {
  const [first = '', ...rest] = condition.field.split('.')
  if (condition.op === 'some' && rest.length === 0) {
    const other = otherNamed(record, first)
    if (!other) throw unknownField(path)
    const r = `${alias}r`
    return anyOther(other, alias, scope, compileFilter(checkFilter(condition.value), other.target, r, scope))
  }
  if (rest.length === 0) {
    const operand = operandOf(path, record, first, alias)
    if (readsMore(record, first)) scope.traits.readsMore = true
    if (alias === 't' && namesOne(operand, condition)) scope.traits.isOfOne = true
    return comparison(operand, condition, scope)
  }
  if (first === 'customFields')
    return comparison(customOperand(path, record, rest.join('.'), alias, scope), condition, scope)
  const part = partExpression(record, first, rest.join('.'), alias)
  if (part)
    return comparison({ path, expression: part, kind: 'text', numberCast: 'numeric' }, condition, scope)
  const other = otherNamed(record, first)
  if (!other) throw unknownField(path)
  const inner = compileCondition(
    { ...condition, field: rest.join('.') },
    other.target,
    `${alias}r`,
    scope,
    path,
  )
  const exists = (test: string) => anyOther(other, alias, scope, test)
  // "is empty" and "is not" hold as well where there is no linked record at all.
  if (condition.op === 'empty' && condition.value !== false) return `not ${exists(`not (${inner})`)}`
  if (condition.op === 'neq') return `not ${exists(`(${inner}) is not true`)}`
  return exists(inner)
}

const namesOne = ({ kind }: Operand, { op, value }: Condition) =>
  UUIDS.includes(kind) && !MULTI.includes(kind) && (op === 'in' || (op === 'eq' && value !== null))

/** `company` names the field `companyId`, `contacts` the field `contactIds`. */
export function linkNamed(
  record: RecordDefinition,
  name: string,
): { column: string; target: string; many: boolean } | undefined {
  for (const [key, f] of Object.entries(record.contract.fields)) {
    if (f.kind === 'link' && key === `${name}Id`)
      return { column: columnOf(record, key).name, target: f.target!, many: false }
    if (f.kind === 'links' && key === `${name.replace(/s$/, '')}Ids`)
      return { column: columnOf(record, key).name, target: f.target!, many: true }
  }
  return undefined
}

/** Records of which a condition over the row may speak: those it links to, or those that hang on it. */
type Other = { target: RecordDefinition; link?: { column: string; many: boolean }; keys: string[] }

function otherNamed(record: RecordDefinition, name: string): Other | undefined {
  const link = linkNamed(record, name)
  return link ? { target: recordNamed(link.target), link, keys: [] } : hangingNamed(record, name)
}

/** That `test` holds of one of them, the rows `r`. A name of its own at each step, so that a link of a link is not taken for the row's own. */
function anyOther({ target, link, keys }: Other, alias: string, scope: FilterScope, test: string): string {
  const r = `${alias}r`
  const where = `${scopeCondition(target, scope.who, r, scope.add)} and ${test}`
  if (!link) return `(${keys.map(key => hangs(target, key, alias, r, where)).join(' or ')})`
  const ids = link.many ? `${r}.id = any(${alias}.${link.column})` : `${r}.id = ${alias}.${link.column}`
  return `exists (select 1 from ${tableOf(target)} ${r} where ${ids} and ${where})`
}

/** `tasks` names the records, by the path of their type, that people have hung on the row by one of these fields. */
function hangingNamed(record: RecordDefinition, name: string): Other | undefined {
  const target = allRecords().find(({ contract }) => contract.path === name)
  if (!target || target === record) return undefined
  const keys = hangingKeys(target, record.contract.name)
  return keys.length ? { target, keys } : undefined
}

/** A list of links is read once for all rows: no index answers for each row in whose lists it stands. */
function hangs(target: RecordDefinition, key: string, alias: string, r: string, where: string): string {
  const column = `${r}.${columnOf(target, key).name}`
  return target.contract.fields[key]!.kind === 'links'
    ? `${alias}.id in (select l from ${tableOf(target)} ${r}, unnest(${column}) l where ${where} and l is not null)`
    : `exists (select 1 from ${tableOf(target)} ${r} where ${column} = ${alias}.id and ${where})`
}

const unknownField = (path: string) =>
  invalid({
    path: 'filter',
    code: 'NO_FIELD',
    params: { field: path },
    message: `${path} is not a field that can be filtered`,
  })

function operandOf(path: string, record: RecordDefinition, key: string, alias: string): Operand {
  const f = Object.hasOwn(record.contract.fields, key) ? record.contract.fields[key] : undefined
  if (!f || !hasColumn(record, key) || f.kind === 'object' || f.kind === 'custom') throw unknownField(path)
  const column = columnOf(record, key)
  return {
    path,
    expression: comparedExpression(record, key, alias),
    kind: f.kind,
    options: f.options,
    numberCast: column.getSQLType() === 'integer' ? 'bigint' : 'numeric',
    isHost: f.isHost ?? false,
    isNullInTrash: isNullInTrash(f),
    ...(record.storedAs[key] ? { narrowed: narrowing(`${alias}.${column.name}`, record.storedAs[key]) } : {}),
  }
}

const narrowing =
  (column: string, storedAs: Record<string, readonly string[]>): Operand['narrowed'] =>
  (values, scope) => {
    const stored = [...new Set(values.flatMap(value => storedAs[String(value)] ?? [String(value)]))]
    // A single value keeps the order of an index behind it.
    return stored.length === 1
      ? ` and ${column} = ${scope.add(stored[0], 'text')}`
      : ` and ${column} = any(${scope.add(arrayLiteral(stored), 'text[]')})`
  }

function customOperand(
  path: string,
  record: RecordDefinition,
  key: string,
  alias: string,
  scope: FilterScope,
): Operand {
  const custom = hasColumn(record, 'customFields')
    ? scope.customFields(record.contract.name).get(key)
    : undefined
  if (!custom) throw unknownField(path)
  const f = fieldOf(custom)
  if (f.kind === 'number' || f.kind === 'money') scope.traits.isLeaky = true
  return {
    path,
    expression: customExpression(custom, f, alias),
    kind: f.kind,
    options: f.options,
    numberCast: 'numeric',
  }
}

const DAY = '^[12]\\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$'
const UUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'

/**
 * A custom field's value as SQL of its own type. Its key is an identifier, checked when it was defined. Rows
 * may hold a value of another type, from a field of the same key that was deleted: it counts as none, as in
 * `valueThatFits`, which says the same of a row that was read.
 */
export function customExpression(custom: CustomField, field: Field, alias: string): string {
  const json = `${alias}.custom_fields->'${custom.key}'`
  const value = `(${alias}.custom_fields->>'${custom.key}')`
  const as = (type: string) => `jsonb_typeof(${json}) = '${type}'`
  switch (field.kind) {
    case 'number':
    case 'money':
      return `(case when ${as('number')} then ${value}::numeric end)`
    case 'date': {
      // 31 February has the form of a day: counted from the first of the month it comes out as another one.
      const day = `((left(${value}, 8) || '01')::date + right(${value}, 2)::int - 1)`
      return `(case when ${value} ~ '${DAY}' then case when ${day}::text = ${value} then ${day} end end)`
    }
    case 'boolean':
      return `(case when ${as('boolean')} then ${value}::boolean end)`
    case 'member':
      return `(case when ${value} ~ '${UUID}' then ${value}::uuid end)`
    case 'texts':
      return `array(select jsonb_array_elements_text(case when ${as('array')} then ${json} else '[]'::jsonb end))`
    default:
      return `(case when ${as('string')} then ${value} end)`
  }
}

function comparison(operand: Operand, condition: Condition, scope: FilterScope): string {
  const { kind, expression } = operand
  const { op, value } = condition
  if (operand.isNullInTrash) return linkComparison(operand, condition, scope)
  if (op === 'empty') return emptiness(operand, value)
  if (kind === 'date' || kind === 'moment') return momentCondition(operand, condition, scope)
  if (MULTI.includes(kind)) return multiComparison(operand, condition, scope)
  if (operand.isHost && value !== null && HOST_OPERATORS.includes(op))
    return hostComparison(operand, condition, scope)
  switch (op) {
    case 'eq':
      return value === null
        ? `${expression} is null`
        : `(${expression} = ${scalar(operand, value, scope)}${operand.narrowed?.([value], scope) ?? ''})`
    case 'neq':
      return value === null
        ? `${expression} is not null`
        : `${expression} is distinct from ${scalar(operand, value, scope)}`
    case 'in':
      return inList(operand, value, scope)
    case 'contains':
    case 'startsWith':
      return likeness(operand, condition, scope)
    case 'between': {
      if (!Array.isArray(value) || value.length !== 2)
        throw badValue(operand, 'must be two values for between')
      mustBeOrdered(operand, op)
      return `${expression} between ${scalar(operand, value[0], scope)} and ${scalar(operand, value[1], scope)}`
    }
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      mustBeOrdered(operand, op)
      return `${expression} ${{ lt: '<', lte: '<=', gt: '>', gte: '>=' }[op]} ${scalar(operand, value, scope)}`
    default:
      throw badValue(operand, `cannot be compared by ${op}`)
  }
}

function emptiness({ kind, expression }: Operand, value: unknown): string {
  const empty = MULTI.includes(kind)
    ? `coalesce(cardinality(${expression}), 0) = 0`
    : TEXTUAL.includes(kind)
      ? `coalesce(${expression}, '') = ''`
      : `${expression} is null`
  return value === false || value === 'false' ? `not (${empty})` : `(${empty})`
}

function multiComparison(operand: Operand, { op, value }: Condition, scope: FilterScope): string {
  const cast = UUIDS.includes(operand.kind) ? 'uuid' : 'text'
  const wanted = (Array.isArray(value) ? value : [value]).map(item =>
    String(plain({ ...operand, kind: cast === 'uuid' ? 'id' : 'text', options: undefined }, item)),
  )
  const list = scope.add(arrayLiteral(wanted), `${cast}[]`)
  scope.traits.isLeaky = true
  if (op === 'contains' || op === 'eq') return `${operand.expression} @> ${list}`
  if (op === 'in') return `${operand.expression} && ${list}`
  if (op === 'neq') return `not (${operand.expression} @> ${list})`
  throw badValue(operand, `cannot be compared by ${op}`)
}

function inList(operand: Operand, value: unknown, scope: FilterScope): string {
  mustBeList(operand, value)
  const cast = castNoted(operand, scope)
  const list = scope.add(arrayLiteral(value.map(item => plain(operand, item))), `${cast}[]`)
  return `(${operand.expression} = any(${list})${operand.narrowed?.(value, scope) ?? ''})`
}

function likeness(operand: Operand, { op, value }: Condition, scope: FilterScope): string {
  if (!TEXTUAL.includes(operand.kind)) throw badValue(operand, `cannot be compared by ${op}`)
  if (typeof value !== 'string' || value === '' || value.length > 500 || value.includes('\0'))
    throw badValue(operand, 'must be a text of 1 to 500 characters')
  const pattern = literally(value)
  scope.traits.isLeaky = true
  return `${operand.expression} ilike ${scope.add(op === 'contains' ? `%${pattern}%` : `${pattern}%`, 'text')}`
}
