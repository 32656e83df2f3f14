import { hostOf } from '../db/columns.ts'
import { arrayLiteral } from '../db/engine.ts'
import { hostIn } from '../net/hosts.ts'
import type { Condition, Operator } from './filter-language.ts'
import { type FilterScope, mustBeList, type Operand, plain } from './filter-operand.ts'

export const HOST_OPERATORS: readonly Operator[] = ['eq', 'neq', 'in']

/** Hosts are equal however they are written, here or in a row that has stood since before they were kept bare. */
export function hostComparison(operand: Operand, { op, value }: Condition, scope: FilterScope): string {
  if (op === 'in') mustBeList(operand, value)
  const hosts = [value].flat().map(one => String(plain(operand, one)))
  const list = scope.add(arrayLiteral(hosts.map(one => hostIn(one) ?? one)), 'text[]')
  scope.traits.isLeaky = true
  const isOne = `${hostOf(operand.expression)} = any(array(select ${hostOf('h')} from unnest(${list}) h))`
  return op === 'neq' ? `(${isOne}) is not true` : isOne
}
