import { addDays, dayIn } from '#core/record/relative-time.ts'

/** What the filter language means, said once more over plain rows; slow and simple, so that it can be believed. */

export type Row = Record<string, any>
export type AnyFilter =
  | { field: string; op: string; value?: any }
  | { and: AnyFilter[] }
  | { or: AnyFilter[] }
  | { not: AnyFilter }
export type Kind = 'text' | 'number' | 'date' | 'moment' | 'boolean' | 'list' | 'id'
export type Oracle = {
  kinds: Record<string, Kind>
  zone: string
  /** Rows behind `company.` and `contacts.`; by the ids that the row names. */
  linked: Record<string, (row: Row) => Row[]>
}

export function matches(filter: AnyFilter, row: Row, oracle: Oracle): boolean {
  if ('and' in filter) return filter.and.every(part => matches(part, row, oracle))
  if ('or' in filter) return filter.or.some(part => matches(part, row, oracle))
  if ('not' in filter) return !matches(filter.not, row, oracle)
  const [first = '', ...rest] = filter.field.split('.')
  const linked = oracle.linked[first]
  if (!linked) return compare(filter, valueAt(row, filter.field), oracle)
  const inner = { ...filter, field: rest.join('.') }
  const each = (f: typeof inner) => (other: Row) =>
    compare({ ...f, field: filter.field }, valueAt(other, f.field), oracle)
  if (filter.op === 'empty')
    return filter.value === false ? linked(row).some(each(inner)) : linked(row).every(each(inner))
  if (filter.op === 'neq') return linked(row).every(each(inner))
  return linked(row).some(each(inner))
}

const valueAt = (row: Row, path: string): any =>
  path.split('.').reduce((at: any, key) => at?.[key], row) ?? null

function compare(
  { field, op, value }: { field: string; op: string; value?: any },
  found: any,
  oracle: Oracle,
): boolean {
  const kind = oracle.kinds[field]!
  const isEmpty = found === null || found === '' || (Array.isArray(found) && found.length === 0)
  if (op === 'empty') return value === false ? !isEmpty : isEmpty
  if (kind === 'list') return compareList(op, value, found ?? [])
  if (kind === 'date' || kind === 'moment') return compareTime(kind, op, value, found, oracle.zone)
  if (op === 'neq') return found !== value
  if (found === null) return op === 'eq' && value === null
  switch (op) {
    case 'eq':
      return found === value
    case 'in':
      return value.includes(found)
    case 'contains':
      return found.toLowerCase().includes(value.toLowerCase())
    case 'startsWith':
      return found.toLowerCase().startsWith(value.toLowerCase())
    case 'between':
      return found >= value[0] && found <= value[1]
    case 'lt':
      return found < value
    case 'lte':
      return found <= value
    case 'gt':
      return found > value
    case 'gte':
      return found >= value
    default:
      throw new Error(`the oracle does not know ${op}`)
  }
}

function compareList(op: string, value: any, found: string[]): boolean {
  const wanted: string[] = [value].flat()
  if (op === 'in') return wanted.some(item => found.includes(item))
  const all = wanted.every(item => found.includes(item))
  return op === 'neq' ? !all : all
}

/** The first and, of a day, the last instant that a value names, in milliseconds; days of dates in UTC. */
function span(kind: Kind, value: string, zone: string): [number, number] {
  if (kind === 'date') {
    const from = Date.parse(`${value.slice(0, 10)}T00:00:00Z`)
    return [from, from + 86_400_000]
  }
  if (value.length > 10) return [Date.parse(value), Date.parse(value) + 1]
  return [firstInstant(value, zone), firstInstant(addDays(value, 1), zone)]
}

const found = new Map<string, number>()

/** The first millisecond at which the calendar of the zone shows the day, found by looking. */
export function firstInstant(day: string, zone: string): number {
  const key = `${day} ${zone}`
  if (!found.has(key)) found.set(key, lookForFirst(day, zone))
  return found.get(key)!
}

function lookForFirst(day: string, zone: string): number {
  let low = Date.parse(`${day}T00:00:00Z`) - 26 * 3_600_000
  let high = low + 52 * 3_600_000
  // The day of a zone never goes back across a midnight by more than the search's own last steps.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (dayIn(zone, new Date(middle)) >= day) high = middle
    else low = middle
  }
  return high
}

function compareTime(kind: Kind, op: string, value: any, found: string | null, zone: string): boolean {
  if (found === null) return op === 'neq' ? value !== null : op === 'eq' && value === null
  const at = Date.parse(kind === 'date' ? `${found}T00:00:00Z` : found)
  if (value === null) return op === 'neq'
  const of = (given: string) => span(kind, given, zone)
  const inside = (given: string) => at >= of(given)[0] && at < of(given)[1]
  switch (op) {
    case 'eq':
      return inside(value)
    case 'neq':
      return !inside(value)
    case 'in':
      return value.some(inside)
    case 'lt':
    case 'before':
      return at < of(value)[0]
    case 'lte':
      return at < of(value)[1]
    case 'gt':
    case 'after':
      return at >= of(value)[1]
    case 'gte':
      return at >= of(value)[0]
    case 'between':
      return at >= of(value[0])[0] && at < of(value[1])[1]
    default:
      throw new Error(`the oracle does not know ${op}`)
  }
}
