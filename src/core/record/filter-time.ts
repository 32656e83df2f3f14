import { invalid } from '../errors.ts'
import type { Condition } from './filter-language.ts'
import { badValue, type FilterScope, type Operand } from './filter-operand.ts'
import { addDays, dayIn, moveDay, parseSpan, relativeDay, startOfDay, todayIn } from './relative-time.ts'

/** A point that a caller named: a whole day (in the workspace's zone), or a moment. */
type Point = { day: string } | { moment: string }

/** Compares a date or a moment. A day given for a moment means all of that day in the workspace's zone. */
export function momentCondition(operand: Operand, { op, value }: Condition, scope: FilterScope): string {
  const { expression } = operand
  const edges = (point: Point) => edgesOf(operand, point, scope)
  const one = () => edges(pointOf(operand, value, scope))
  switch (op) {
    case 'eq':
      return value === null ? `${expression} is null` : within(expression, one())
    case 'neq':
      return value === null ? `${expression} is not null` : `(${within(expression, one())}) is not true`
    case 'lt':
    case 'before':
      return `${expression} < ${one().from}`
    case 'lte':
      return `${expression} ${one().isDay ? '<' : '<='} ${one().to}`
    case 'gt':
    case 'after':
      return `${expression} ${one().isDay ? '>=' : '>'} ${one().to}`
    case 'gte':
      return `${expression} >= ${one().from}`
    case 'between': {
      if (!Array.isArray(value) || value.length !== 2)
        throw badValue(operand, 'must be two values for between')
      const [start, end] = value.map(item => edges(pointOf(operand, item, scope)))
      return `(${expression} >= ${start!.from} and ${expression} ${end!.isDay ? '<' : '<='} ${end!.to})`
    }
    case 'in': {
      if (!Array.isArray(value) || value.length > 500)
        throw badValue(operand, 'must be a list of at most 500 values for in')
      return value.length
        ? `(${value.map(item => within(expression, edges(pointOf(operand, item, scope)))).join(' or ')})`
        : 'false'
    }
    case 'withinLast':
      return withinLast(operand, value, scope)
    default:
      throw badValue(operand, `cannot be compared by ${op}`)
  }
}

/** Each edge becomes a parameter when it is read, since PostgreSQL refuses one that no condition uses. */
type Edges = { readonly from: string; readonly to: string; isDay: boolean }

const lazily = (isDay: boolean, from: () => string, to: () => string): Edges => ({
  get from() {
    return from()
  },
  get to() {
    return to()
  },
  isDay,
})

const within = (expression: string, edges: Edges) =>
  edges.isDay
    ? `(${expression} >= ${edges.from} and ${expression} < ${edges.to})`
    : `${expression} = ${edges.from}`

/** The first moment of a point and, of a day, the first moment after it. */
function edgesOf(operand: Operand, point: Point, scope: FilterScope): Edges {
  if (operand.kind === 'date') {
    const day = 'day' in point ? point.day : point.moment.slice(0, 10)
    return lazily(
      true,
      () => scope.add(day, 'date'),
      () => scope.add(addDays(day, 1), 'date'),
    )
  }
  if ('moment' in point) {
    const at = () => scope.add(point.moment, 'timestamptz')
    return lazily(false, at, at)
  }
  const midnight = (day: string) =>
    scope.add(startOfDay(day, scope.who.timezone).toISOString(), 'timestamptz')
  return lazily(
    true,
    () => midnight(point.day),
    () => midnight(addDays(point.day, 1)),
  )
}

/** Within the years that calendar, time zones and database all can count in. */
const isCountable = (day: string) => /^\d{4}-/.test(day) && day >= '1000' && day < '9000'

function pointOf(operand: Operand, value: unknown, { today }: FilterScope): Point {
  const point = readPoint(value, today)
  if (point) return point
  throw badValue(
    operand,
    'must be a date, an ISO-8601 date-time, or a relative one such as today, -7d, startOfMonth',
  )
}

/** Undefined for what is neither. */
function readPoint(value: unknown, today: string): Point | undefined {
  if (typeof value !== 'string') return undefined
  if (value === 'now') return { moment: new Date().toISOString() }
  const relative = relativeDay(value, today)
  if (relative && isCountable(relative)) return { day: relative }
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value)
  const time = Date.parse(value)
  if ((!isDay && !/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/.test(value)) || Number.isNaN(time))
    return undefined
  const moment = new Date(time).toISOString()
  // Date.parse rolls 2026-02-30 over to March; a person who wrote that should hear of it.
  if (!isCountable(moment) || (isDay && !moment.startsWith(value))) return undefined
  return isDay ? { day: value } : { moment }
}

/**
 * Refuses a range that ends before it begins, in which nothing can lie. What is no time is for others to refuse.
 * @throws Refusal 400 at `dateFrom`
 */
export function checkRange(dateFrom: unknown, dateTo: unknown, zone: string): void {
  const today = todayIn(zone).day
  const [from, to] = [readPoint(dateFrom, today), readPoint(dateTo, today)]
  if (!from || !to) return
  const isReversed =
    'day' in from && 'day' in to
      ? from.day > to.day
      : 'day' in to
        ? dayIn(zone, firstOf(from, zone)) > to.day
        : firstOf(from, zone) > new Date(to.moment)
  if (isReversed) throw invalid({ path: 'dateFrom', code: 'AFTER_END', message: 'must not lie after dateTo' })
}

const firstOf = (point: Point, zone: string): Date =>
  'day' in point ? startOfDay(point.day, zone) : new Date(point.moment)

/** `30d`, `2w`, `6m`, `1y`, or a number of days. */
function withinLast(operand: Operand, value: unknown, scope: FilterScope): string {
  const span = typeof value === 'number' ? { count: value, unit: 'd' as const } : parseSpan(String(value))
  if (!span || !Number.isInteger(span.count) || span.count < 1 || span.count > 9999) {
    throw badValue(operand, 'must be a span such as 30d, 2w, 6m or 1y')
  }
  const first = moveDay(scope.today, { ...span, count: -span.count })
  if (!isCountable(first)) throw badValue(operand, 'reaches too far back')
  const { from } = edgesOf(operand, { day: first }, scope)
  const end =
    operand.kind === 'date'
      ? `${operand.expression} <= ${scope.add(scope.today, 'date')}`
      : `${operand.expression} <= now()`
  return `(${operand.expression} >= ${from} and ${end})`
}
