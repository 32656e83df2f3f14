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
    case 'member':
    case 'link':
    case 'currency':
      return ['eq', 'neq', 'empty', 'notEmpty']
    case 'boolean':
      return ['eq']
    case 'tags':
      return ['contains', 'empty', 'notEmpty']
    default:
      return ['contains', 'startsWith', 'eq', 'neq', 'empty', 'notEmpty']
  }
}

export const needsValue = (op: Condition['op']): boolean => op !== 'empty' && op !== 'notEmpty'

/** The conditions in the server's filter language; those without a value yet are left out. */
export function filterOf(conditions: Condition[]): object | undefined {
  const parts = conditions.flatMap(({ path, op, value }): object[] => {
    if (op === 'empty') return [{ field: path, op: 'empty', value: true }]
    if (op === 'notEmpty') return [{ field: path, op: 'empty', value: false }]
    if (value === null || value === undefined || value === '') return []
    if (op === 'withinLast') return [{ field: path, op, value: `${value}d` }]
    return [{ field: path, op, value }]
  })
  return parts.length ? { and: parts } : undefined
}

type Told = { field?: unknown; op?: unknown; value?: unknown; and?: unknown }

/** The conditions that a kept filter is made of; undefined where it says more than they can. */
export function conditionsOf(filter: object | null | undefined): Condition[] | undefined {
  if (!filter) return []
  const parts = Array.isArray((filter as Told).and) ? ((filter as Told).and as Told[]) : [filter as Told]
  const conditions = parts.map(conditionOf)
  return conditions.every(condition => condition !== undefined) ? conditions : undefined
}

const KNOWN = ['eq', 'neq', 'contains', 'startsWith', 'lt', 'lte', 'gt', 'gte', 'before', 'after']

function conditionOf({ field, op, value }: Told): Condition | undefined {
  if (typeof field !== 'string' || typeof op !== 'string') return undefined
  if (op === 'empty') return { path: field, op: value === false ? 'notEmpty' : 'empty', value: null }
  if (op === 'withinLast') {
    const [, days] = /^(\d+)d$/.exec(String(value)) ?? []
    return days ? { path: field, op, value: Number(days) } : undefined
  }
  return KNOWN.includes(op) ? { path: field, op: op as Condition['op'], value } : undefined
}
