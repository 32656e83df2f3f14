import type { Column } from '../record/model.ts'
import type { Text } from '../text/en.ts'

/**
 * One condition as the reader builds it. Of records that hang on a row, `value` holds the conditions that one of them has to meet; of
 * a group (`anyOf`, `allOf`), which has no path, those that count as one.
 */
export type Condition = { path: string; op: keyof Text['operators']; value: unknown }

export const isGroup = ({ op }: Pick<Condition, 'op'>): boolean => op === 'anyOf' || op === 'allOf'

/** Conditions, and whether all or any of them have to hold. */
export type Joined = { join: 'and' | 'or'; items: Condition[] }

/** Where a single group of any is all that is asked for, its conditions are joined by `or`. */
export function joinedOf(conditions: Condition[], extra?: object): Joined {
  const [only] = conditions
  return only?.op === 'anyOf' && conditions.length === 1 && !extra
    ? { join: 'or', items: conditionsIn(only.value) }
    : { join: 'and', items: conditions }
}

export const joinedBy = ({ join, items }: Joined): Condition[] =>
  join === 'or' && items.length > 1 ? [{ path: '', op: 'anyOf', value: items }] : items

/** The condition that somebody begins with. */
export function firstCondition([first]: readonly Column[]): Condition | undefined {
  return first && { path: first.path, op: operatorsFor(first)[0]!, value: null }
}

/** Asked of the records of a type that hang on a row, by the path of that type. */
export const HANGING_OPS = ['hasSome', 'hasNone'] as const
export const isHanging = ({ op }: Pick<Condition, 'op'>): boolean =>
  HANGING_OPS.some(hanging => hanging === op)

/** The operators that make sense for a column, the usual one first. */
export function operatorsFor({ field }: Pick<Column, 'field'>): Array<keyof Text['operators']> {
  switch (field.kind) {
    case 'integer':
    case 'number':
    case 'money':
      return ['gte', 'lte', 'between', 'eq', 'gt', 'lt', 'empty', 'notEmpty']
    case 'date':
    case 'moment':
      return ['eq', 'before', 'after', 'between', 'withinLast', 'withinNext', 'empty', 'notEmpty']
    case 'choice':
      return ['eq', 'neq', 'in', 'empty', 'notEmpty']
    case 'member':
      return ['eq', 'neq', 'in', 'empty', 'notEmpty']
    case 'link':
    case 'currency':
      return ['eq', 'neq', 'empty', 'notEmpty']
    case 'boolean':
      return ['eq']
    case 'related':
      return ['notEmpty', 'empty']
    case 'tags':
      return ['contains', 'empty', 'notEmpty']
    default:
      return ['contains', 'startsWith', 'eq', 'neq', 'empty', 'notEmpty']
  }
}

const VALUELESS: Array<Condition['op']> = ['empty', 'notEmpty']
const SPANS: Array<Condition['op']> = ['withinLast', 'withinNext']
export const needsValue = (op: Condition['op']): boolean => !VALUELESS.includes(op)
/** Whether it asks for a number of days. */
export const isSpan = (op: Condition['op']): boolean => SPANS.includes(op)

/** Another comparison: one value becomes a list of one, and a list its first; days count otherwise than dates. */
export function withOperator(condition: Condition, op: Condition['op']): Condition {
  const { value } = condition
  if (isHanging(condition)) return { ...condition, op }
  if (isSpan(op) !== isSpan(condition.op)) return { ...condition, op, value: null }
  if (op === 'in') return { ...condition, op, value: Array.isArray(value) ? value : value ? [value] : [] }
  if (op === 'between') return { ...condition, op, value: [value ?? null, null] }
  return { ...condition, op, value: Array.isArray(value) ? (value[0] ?? null) : value }
}

const isBlank = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)
/** From one to another, of which one may not be typed yet. */
const isRange = (value: unknown): value is [unknown, unknown] => Array.isArray(value) && value.length === 2
const DAY = /^\d{4}-\d\d-\d\d$/

/** Whether the filter bar has the controls to build the condition on the column; a day such as `startOfMonth` has none. */
export function isBuildable({ op, value }: Condition, column: Pick<Column, 'field'>): boolean {
  if (!operatorsFor(column).includes(op)) return false
  const { kind, options } = column.field
  if (isBlank(value) || !needsValue(op) || isSpan(op)) return true
  if (op === 'in') return Array.isArray(value)
  const isDay = (day: unknown) => DAY.test(String(day))
  const isDate = kind === 'date' || kind === 'moment'
  if (op === 'between')
    return (
      isRange(value) && value.every(end => isBlank(end) || (isDate ? isDay(end) : typeof end === 'number'))
    )
  if (isDate) return isDay(value)
  if (kind === 'choice') return options?.includes(String(value)) ?? false
  return typeof value !== 'object'
}

/** The conditions in the server's filter language, all of which must hold; those without a value yet are left out. */
export function filterOf(conditions: Condition[], ...more: Array<object | undefined>): object | undefined {
  const all = [...conditions.flatMap(partOf), ...more.filter(part => part !== undefined)]
  return all.length ? { and: all } : undefined
}

function partOf({ path, op, value }: Condition): object[] {
  if (op === 'empty') return [{ field: path, op: 'empty', value: true }]
  if (op === 'notEmpty') return [{ field: path, op: 'empty', value: false }]
  if (isGroup({ op })) {
    const parts = conditionsIn(value).flatMap(partOf)
    return parts.length ? [op === 'anyOf' ? { or: parts } : { and: parts }] : []
  }
  if (isHanging({ op })) return [hangingPart(path, op === 'hasSome', value)]
  if (isBlank(value)) return []
  if (op === 'between' && (!isRange(value) || value.some(isBlank))) return []
  if (op === 'withinLast') return [{ field: path, op, value: `${value}d` }]
  if (op === 'withinNext') return [{ field: path, op: 'between', value: ['today', `+${value}d`] }]
  return [{ field: path, op, value }]
}

function hangingPart(path: string, isThere: boolean, value: unknown): object {
  const inner = filterOf(conditionsIn(value))
  if (!inner) return { field: `${path}.id`, op: 'empty', value: !isThere }
  const some = { field: path, op: 'some', value: inner }
  return isThere ? some : { not: some }
}

/** The conditions within one on what hangs on a record; an address may have been written by hand. */
export const conditionsIn = (value: unknown): Condition[] =>
  Array.isArray(value)
    ? value.filter(entry => typeof entry?.path === 'string' && typeof entry?.op === 'string')
    : []

type Leaf = { field?: unknown; op?: unknown; value?: unknown; and?: unknown; or?: unknown; not?: unknown }
const READABLE = new Set<unknown>([
  ...['eq', 'neq', 'in', 'contains', 'startsWith', 'lt', 'lte', 'gt', 'gte', 'before', 'after'],
])
const isLeaf = (value: unknown): value is Leaf =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A filter as conditions, as far as they are of the kinds that the filter bar builds. What is not, such as `not`, is kept whole in
 * `extra`, so that a view that a program has made can be opened, narrowed and saved again without losing anything.
 */
export function conditionsOf(filter: unknown): { conditions: Condition[]; extra: object | undefined } {
  if (!isLeaf(filter)) return { conditions: [], extra: undefined }
  const { and } = filter
  const parts = Array.isArray(and) && Object.keys(filter).length === 1 ? and : [filter]
  const conditions: Condition[] = []
  const rest: object[] = []
  for (const part of parts) {
    const condition = conditionOf(part as Leaf)
    if (condition) conditions.push(condition)
    else rest.push(part as object)
  }
  return { conditions, extra: rest.length > 1 ? { and: rest } : rest[0] }
}

/** Groups within groups are not built. */
const DEPTH_AT_MOST = 2

function groupOf({ and, or }: Leaf, depth: number): Condition | undefined {
  const parts = Array.isArray(or) ? or : and
  if (depth >= DEPTH_AT_MOST || !Array.isArray(parts) || !parts.length) return undefined
  const value = parts.map(part => (isLeaf(part) ? conditionOf(part, depth + 1) : undefined))
  return value.every(inner => inner !== undefined)
    ? { path: '', op: Array.isArray(or) ? 'anyOf' : 'allOf', value }
    : undefined
}

/** Whether what hangs on a record is asked for, in a group or not: of what hangs on that in turn, nothing is built. */
const hasHanging = (condition: Condition): boolean =>
  isHanging(condition) || (isGroup(condition) && conditionsIn(condition.value).some(hasHanging))

function conditionOf(leaf: Leaf, depth = 0): Condition | undefined {
  const { field, op, value, not } = leaf
  if (leaf.and || leaf.or) return groupOf(leaf, depth)
  if (isLeaf(not)) {
    const inner = not.op === 'some' ? conditionOf(not) : undefined
    return inner && { ...inner, op: 'hasNone' }
  }
  if (typeof field !== 'string' || typeof op !== 'string') return undefined
  if (op === 'some') {
    const { conditions, extra } = conditionsOf(value)
    const isPlain = !extra && conditions.length > 0 && !conditions.some(hasHanging)
    return isPlain ? { path: field, op: 'hasSome', value: conditions } : undefined
  }
  const isNone = value !== false && value !== 'false'
  // Only of what is many is it asked whether there is any: of a link itself, that it is not empty.
  const hanging = op === 'empty' ? /^([a-z-]+s)\.id$/.exec(field)?.[1] : undefined
  if (hanging) return { path: hanging, op: isNone ? 'hasNone' : 'hasSome', value: [] }
  if (op === 'empty') return { path: field, op: isNone ? 'empty' : 'notEmpty', value: null }
  if (op === 'withinLast' || op === 'between') return spanOf(field, op, value)
  return READABLE.has(op) && !isBlank(value) ? { path: field, op: op as Condition['op'], value } : undefined
}

function spanOf(path: string, op: 'withinLast' | 'between', value: unknown): Condition | undefined {
  const daysIn = (pattern: RegExp, text: unknown) => pattern.exec(String(text))?.[1]
  const isNext = op === 'between' && Array.isArray(value) && value.length === 2 && value[0] === 'today'
  const days =
    op === 'withinLast'
      ? daysIn(/^(\d{1,4})d$/, value)
      : isNext
        ? daysIn(/^\+?(\d{1,4})d$/, value[1])
        : undefined
  if (days) return { path, op: isNext ? 'withinNext' : 'withinLast', value: Number(days) }
  return op === 'between' && isRange(value) && !value.some(isBlank) ? { path, op, value } : undefined
}
