import { arrayLiteral } from '../db/engine.ts'
import type { Condition } from './filter-language.ts'
import { badValue, type FilterScope, MULTI, type Operand, plain } from './filter-operand.ts'

/**
 * Compares links as they read: one to a record in the trash counts as none. What names a single record asks once whether that
 * one is in the trash, so that an index of the link decides; only `empty` has to look at each.
 */
export function linkComparison(operand: Operand, condition: Condition, scope: FilterScope): string {
  return MULTI.includes(operand.kind)
    ? manyComparison(operand, condition, scope)
    : oneComparison(operand, condition, scope)
}

/** Whether one of the records that `test` names, the rows `x` of the directory, is in the trash. */
const trashed = (test: string, scope: FilterScope) =>
  `exists (select 1 from records x where x.workspace_id = ${scope.add(scope.who.workspaceId, 'uuid')} and ${test} and x.deleted_at is not null)`

const isNo = (value: unknown) => value === false || value === 'false'

function oneComparison(operand: Operand, { op, value }: Condition, scope: FilterScope): string {
  const { expression } = operand
  const none = () => `(${expression} is null or ${trashed(`x.id = ${expression}`, scope)})`
  if (op === 'empty') return isNo(value) ? `not ${none()}` : none()
  if ((op === 'eq' || op === 'neq') && value === null) return op === 'eq' ? none() : `not ${none()}`
  if (op === 'eq' || op === 'neq') {
    const id = scope.add(plain(operand, value), 'uuid')
    const same = `(${expression} = ${id} and not ${trashed(`x.id = ${id}`, scope)})`
    return op === 'eq' ? same : `${same} is not true`
  }
  if (op === 'in') {
    const list = scope.add(arrayLiteral(listOf(operand, value)), 'uuid[]')
    return `(${expression} = any(${list}) and not ${trashed(`x.id = ${expression}`, scope)})`
  }
  throw badValue(operand, `cannot be compared by ${op}`)
}

function manyComparison(operand: Operand, { op, value }: Condition, scope: FilterScope): string {
  const { expression } = operand
  if (op === 'empty') {
    const none = `not exists (select 1 from unnest(${expression}) l where not ${trashed('x.id = l', scope)})`
    return isNo(value) ? `not (${none})` : `(${none})`
  }
  if (op !== 'eq' && op !== 'contains' && op !== 'neq' && op !== 'in')
    throw badValue(operand, `cannot be compared by ${op}`)
  const list = scope.add(arrayLiteral(listOf(operand, Array.isArray(value) ? value : [value])), 'uuid[]')
  scope.traits.isLeaky = true
  if (op === 'in')
    return `${expression} && array(select l from unnest(${list}) l where not ${trashed('x.id = l', scope)})`
  const all = `(${expression} @> ${list} and not ${trashed(`x.id = any(${list})`, scope)})`
  return op === 'neq' ? `not ${all}` : all
}

function listOf(operand: Operand, value: unknown): unknown[] {
  if (!Array.isArray(value) || value.length > 500)
    throw badValue(operand, 'must be a list of at most 500 values for in')
  return value.map(item => plain(operand, item))
}
