import { z } from 'zod'
import { invalid } from '../errors.ts'

export const OPERATORS = [
  'eq',
  'neq',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'contains',
  'startsWith',
  'empty',
  'between',
  'withinLast',
  'before',
  'after',
  'some',
] as const
export type Operator = (typeof OPERATORS)[number]

/** The language in a few words, for whoever writes a filter by hand or by a program. */
export const FILTER_HELP = `the filter language: {"field","op","value"} joined by {"and":[]}, {"or":[]}, {"not":{}}. Operators: ${OPERATORS.join(' ')}. Related fields as "company.industry", custom ones as "customFields.region", parts of addresses as "billingAddress.country" (street, city, state, postalCode, country). What hangs on a record by the path of its type: "tasks.status" eq "OPEN" holds where one of its tasks is open, within {"not"} where none is; "deals.id" empty where it has none; "deals" some {a filter} where all of the filter holds of one of them. Dates may be relative: today, -7d, startOfMonth, startOfQuarter.`

export type Condition = { field: string; op: Operator; value?: unknown }
/** The filter language: conditions over fields, joined by `and`, `or` and `not`. */
export type Filter = Condition | { and: Filter[] } | { or: Filter[] } | { not: Filter }

const NODES_AT_MOST = 100
const DEPTH_AT_MOST = 10

export const filterSchema: z.ZodType<Filter> = z.lazy(() =>
  z.union([
    z.strictObject({ field: z.string().max(120), op: z.enum(OPERATORS), value: z.unknown().optional() }),
    z.strictObject({ and: z.array(filterSchema).max(NODES_AT_MOST) }),
    z.strictObject({ or: z.array(filterSchema).max(NODES_AT_MOST) }),
    z.strictObject({ not: filterSchema }),
  ]),
)

/** Reads the `filter` parameter: JSON in the filter language. @throws Refusal 400 at `filter` */
export function parseFilter(text: string): Filter {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw invalid({ path: 'filter', code: 'NOT_JSON', message: 'must be JSON' })
  }
  return checkFilter(json)
}

/** Validates a filter and its bounds. @throws Refusal 400 at `filter` */
export function checkFilter(json: unknown): Filter {
  if (depthOf(json) > DEPTH_AT_MOST * 2)
    throw invalid({ path: 'filter', message: `must nest at most ${DEPTH_AT_MOST} deep` })
  const read = filterSchema.safeParse(json)
  if (!read.success)
    throw invalid({
      path: 'filter',
      message: 'must be { field, op, value }, { and: [] }, { or: [] } or { not: {} }',
    })
  if (nodesOf(read.data) > NODES_AT_MOST)
    throw invalid({ path: 'filter', message: `must hold at most ${NODES_AT_MOST} conditions` })
  return read.data
}

function depthOf(value: unknown, depth = 0): number {
  if (depth > DEPTH_AT_MOST * 2 || typeof value !== 'object' || value === null) return depth
  return Math.max(depth, ...Object.values(value).map(inner => depthOf(inner, depth + 1)))
}

function nodesOf(filter: Filter): number {
  if ('and' in filter) return 1 + filter.and.reduce((sum, f) => sum + nodesOf(f), 0)
  if ('or' in filter) return 1 + filter.or.reduce((sum, f) => sum + nodesOf(f), 0)
  if ('not' in filter) return 1 + nodesOf(filter.not)
  return filter.op === 'some' ? 1 + nodesOf(checkFilter(filter.value)) : 1
}
