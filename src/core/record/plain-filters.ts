import { invalid, Refusal } from '../errors.ts'
import type { RecordDefinition } from './definition.ts'
import type { Filter } from './filter-language.ts'
import type { ListQuery } from './list.ts'

type PlainCondition = { parameter: string; condition: Filter }

/** The plain parameters as conditions of the filter language. */
export function plainConditions(record: RecordDefinition, query: ListQuery): PlainCondition[] {
  const { contract } = record
  const conditions: PlainCondition[] = []
  const add = (parameter: string, condition: Filter) => conditions.push({ parameter, condition })
  for (const key of contract.plainFilters) {
    const text = query[key]
    if (typeof text !== 'string' || text === '') continue
    const values = text.split(',').map(value => value.trim())
    add(
      key,
      values.length > 1
        ? { field: key, op: 'in', value: values }
        : { field: key, op: 'eq', value: values[0] },
    )
  }
  const { dateField } = contract
  if (query.tag) add('tag', { field: 'tags', op: 'contains', value: query.tag })
  if (query.date && !contract.plainFilters.includes('date'))
    for (const op of ['gte', 'lte'] as const) add('date', { field: dateField, op, value: query.date })
  if (query.dateFrom) add('dateFrom', { field: dateField, op: 'gte', value: query.dateFrom })
  if (query.dateTo) add('dateTo', { field: dateField, op: 'lte', value: query.dateTo })
  return conditions
}

/** Compiles a filter; what is wrong with a plain parameter is refused under that parameter's own name. @throws Refusal 400 */
export function naming(plain: PlainCondition[], compile: (filter: Filter) => string, filter: Filter): string {
  try {
    return compile(filter)
  } catch (error) {
    for (const { parameter, condition } of plain)
      try {
        compile(condition)
      } catch (own) {
        if (!(own instanceof Refusal) || !own.issues) throw own
        throw invalid(own.issues.map(issue => ({ ...issue, path: parameter })))
      }
    throw error
  }
}
