import type { Column } from '../record/model.ts'
import type { Text } from '../text/en.ts'

/** One condition as the reader builds it. Of records that hang on a row, `value` holds the conditions that one of them has to meet. */
export type Condition = { path: string; op: keyof Text['operators']; value: unknown }

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
      return ['gte', 'lte', 'eq', 'gt', 'lt', 'empty', 'notEmpty']
    case 'date':
    case 'moment':
      return ['eq', 'before', 'after', 'withinLast', 'withinNext', 'empty', 'notEmpty']
    case 'choice':
      return ['eq', 'neq', 'in', 'empty', 'notEmpty']
    case 'member':
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

const isBlank = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)

/** Whether the filter bar has the controls to build the condition on the column; a day such as `startOfMonth` has none. */
export function isBuildable({ op, value }: Condition, column: Pick<Column, 'field'>): boolean {
  if (!operatorsFor(column).includes(op)) return false
  const { kind, options } = column.field
  if (isBlank(value) || !needsValue(op) || isSpan(op)) return true
  if (op === 'in') return Array.isArray(value)
  if (kind === 'date' || kind === 'moment') return /^\d{4}-\d\d-\d\d$/.test(String(value))
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
  if (isHanging({ op })) return [hangingPart(path, op === 'hasSome', value)]
  if (isBlank(value)) return []
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

type Leaf = { field?: unknown; op?: unknown; value?: unknown; and?: unknown; not?: unknown }
const READABLE = new Set<unknown>([
  ...['eq', 'neq', 'in', 'contains', 'startsWith', 'lt', 'lte', 'gt', 'gte', 'before', 'after'],
])
const isLeaf = (value: unknown): value is Leaf =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A filter as conditions, as far as they are of the kinds that the filter bar builds. What is not, such as `or`, is kept whole in
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

function conditionOf({ field, op, value, not }: Leaf): Condition | undefined {
  if (isLeaf(not)) {
    const inner = not.op === 'some' ? conditionOf(not) : undefined
    return inner && { ...inner, op: 'hasNone' }
  }
  if (typeof field !== 'string' || typeof op !== 'string') return undefined
  if (op === 'some') {
    const { conditions, extra } = conditionsOf(value)
    const isPlain = !extra && conditions.length > 0 && !conditions.some(isHanging)
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
  return days ? { path, op: isNext ? 'withinNext' : 'withinLast', value: Number(days) } : undefined
}
