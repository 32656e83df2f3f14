import type { Column } from '../record/model.ts'
import type { Text } from '../text/en.ts'

/** One condition as the reader builds it. */
export type Condition = { path: string; op: keyof Text['operators']; value: unknown }

/** The operators that make sense for a column, the usual one first. */
export function operatorsFor({ field }: Column): Array<keyof Text['operators']> {
  switch (field.kind) {
    case 'integer':
    case 'number':
    case 'money':
      return ['gte', 'lte', 'eq', 'gt', 'lt', 'empty', 'notEmpty']
    case 'date':
    case 'moment':
      return ['withinLast', 'after', 'before', 'empty', 'notEmpty']
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

export const needsValue = (op: Condition['op']): boolean => op !== 'empty' && op !== 'notEmpty'

const isBlank = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)

/** The conditions in the server's filter language, all of which must hold; those without a value yet are left out. */
export function filterOf(conditions: Condition[], ...more: Array<object | undefined>): object | undefined {
  const parts = conditions.flatMap(({ path, op, value }): object[] => {
    if (op === 'empty') return [{ field: path, op: 'empty', value: true }]
    if (op === 'notEmpty') return [{ field: path, op: 'empty', value: false }]
    if (isBlank(value)) return []
    if (op === 'withinLast') return [{ field: path, op, value: `${value}d` }]
    return [{ field: path, op, value }]
  })
  const all = [...parts, ...more.filter(part => part !== undefined)]
  return all.length ? { and: all } : undefined
}

type Leaf = { field?: unknown; op?: unknown; value?: unknown; and?: unknown }
const READABLE = new Set<unknown>([
  ...['eq', 'neq', 'in', 'contains', 'startsWith', 'lt', 'lte', 'gt', 'gte', 'before', 'after'],
])

/**
 * A filter as conditions, as far as the filter bar can show it. What it cannot, such as `or`, is kept whole in `extra`,
 * so that a view that a program has made can be opened, narrowed and saved again without losing anything.
 */
export function conditionsOf(filter: unknown): { conditions: Condition[]; extra: object | undefined } {
  if (!filter || typeof filter !== 'object') return { conditions: [], extra: undefined }
  const { and } = filter as Leaf
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

function conditionOf({ field, op, value }: Leaf): Condition | undefined {
  if (typeof field !== 'string' || typeof op !== 'string') return undefined
  if (op === 'empty') return { path: field, op: value === false ? 'notEmpty' : 'empty', value: null }
  if (op === 'withinLast') {
    const days = /^(\d{1,4})d$/.exec(String(value))?.[1]
    return days ? { path: field, op, value: Number(days) } : undefined
  }
  return READABLE.has(op) ? { path: field, op: op as Condition['op'], value } : undefined
}
