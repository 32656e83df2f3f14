import { DAY_MS } from '#core/time.ts'
import { numberOf } from './bins.ts'
import type { Finding } from './details.ts'
import { byTime, type Column, isBlank, type Table } from './table.ts'
import { commonBins, tieOf } from './ties.ts'

/**
 * What measures the course of a record: how long it took, in which steps, until it was read. Kept on decided rows alone, it was read at
 * the end. It gives itself away by its ceiling: no row can have lasted longer than since it began, so the ceiling sinks toward the
 * newest rows (right censoring), whatever the column is called. What is known beforehand has no reason to.
 */
export type Course = { key: string; finding: Finding }

const WINDOWS = 20
const LEAST_ROWS = 400
/** An order of rows must be filled in nearly all of them. */
const ORDER_FILLED = 0.95
const MOST_ORDERS = 4
/** Rank correlation of windows and ceilings. */
const SINKS = -0.93
const SINKS_SOMEWHAT = -0.7
const LEAST_LEVELS = 4
/** Of the newest rows hardly one reaches so much of the older rows' ceiling, of those before them not so much. */
const NEWEST_BELOW = [0.25, 0.5] as const
const NEWEST_SHARE = 0.01
const NEWEST_ROWS = 20
/** Twice the time gives twice the ceiling, less what chance takes. */
const STEP_UP = 1.25
/** That it is so by chance. */
const CHANCE = 1e-3
/** The ceiling sinks to so much while the middle stays higher by so much: it is cut off and no trend. */
const CUT_OFF = 0.7
const MIDDLE_STAYS = 1.4
const STILL_LOWER = 0.85
/** How much of a column another one tells, within each outcome. */
const TIED = 0.15
const TIED_AND_SINKING = 0.05

type Sinking = {
  newest: number
  tail: number
  top: number
  left: number
  middle: number
  levels: number
  runsOut: boolean
}

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

/** Spearman's rank correlation of values with their places. */
function trendOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  let [both, own, places] = [0, 0, 0]
  for (const [place, value] of values.entries()) {
    const below = values.filter(other => other < value).length
    const rank = below + (values.filter(other => other === value).length - 1) / 2
    both += (rank - middle) * (place - middle)
    own += (rank - middle) ** 2
    places += (place - middle) ** 2
  }
  return own > 0 ? both / Math.sqrt(own * places) : 0
}

/** How the ceiling of a column moves from the oldest rows to the newest. */
function sinkingOf(values: Float64Array, order: readonly number[]): Sinking | undefined {
  const filled = order.filter(row => !Number.isNaN(values[row]!))
  if (filled.length < LEAST_ROWS) return undefined
  const part = (from: number, to: number) =>
    filled
      .slice(Math.floor(from), Math.floor(to))
      .map(row => values[row]!)
      .sort((a, b) => a - b)
  const share = filled.length / WINDOWS
  const windows = Array.from({ length: WINDOWS }, (_, window) => part(window * share, (window + 1) * share))
  const older = (of: (sorted: number[]) => number) =>
    at(
      windows
        .slice(0, WINDOWS / 2)
        .map(of)
        .sort((a, b) => a - b),
      0.5,
    )
  const tails = windows.map(sorted => at(sorted, 0.95))
  const tops = windows.map(sorted => at(sorted, 0.99))
  const [tail, top, middle] = [0.95, 0.99, 0.5].map(quantile => older(sorted => at(sorted, quantile))) as [
    number,
    number,
    number,
  ]
  if (tail <= 0 || top <= 0) return undefined
  return {
    tail: trendOf(tails),
    top: trendOf(tops),
    left: tops.at(-1)! / top,
    middle: middle > 0 ? at(windows.at(-1)!, 0.5) / middle : 1,
    newest: at(part(filled.length - Math.max(NEWEST_ROWS, filled.length * 0.02), filled.length), 0.95) / tail,
    levels: new Set(tops).size,
    runsOut: runsOut(part, filled.length),
  }
}

/**
 * Whether the ceiling comes down step by step to nearly nothing at the newest rows, because they have not had the time for more: in the
 * last rows, those before, and twice as many before those.
 */
function runsOut(part: (from: number, to: number) => number[], rows: number): boolean {
  const step = Math.max(NEWEST_ROWS, Math.floor(rows * NEWEST_SHARE))
  if (rows < step * 10) return false
  const older = part(0, rows - step * 8)
  const ceiling = at(older, 0.95)
  const steps = [
    part(rows - step, rows),
    part(rows - 2 * step, rows - step),
    part(rows - 4 * step, rows - 2 * step),
  ]
  const tops = steps.map(sorted => at(sorted, 0.95)) as [number, number, number]
  if (tops[0] * STEP_UP > tops[1] || tops[1] * STEP_UP > tops[2] || tops[2] <= 0) return false
  return NEWEST_BELOW.every((share, index) => {
    const least = ceiling * share
    const usual = older.filter(value => value > least).length / older.length
    const newest = steps.slice(0, index + 1).flat()
    const above = newest.filter(value => value > least).length
    return above <= newest.length * 0.05 && atMost(above, newest.length, usual) <= CHANCE
  })
}

/** The chance of at most so many hits of `rows` where each hits with the share given. */
function atMost(hits: number, rows: number, share: number): number {
  let [chance, sum] = [(1 - share) ** rows, 0]
  for (let hit = 0; hit <= hits; hit++) {
    sum += chance
    chance *= ((rows - hit) / (hit + 1)) * (share / (1 - share))
  }
  return sum
}

const isClock = ({ tail, newest, top, left, middle, levels, runsOut }: Sinking): boolean =>
  runsOut ||
  (levels >= WINDOWS / 2 &&
    ((tail <= SINKS && newest <= NEWEST_BELOW[0]) ||
      (top <= SINKS && left <= CUT_OFF && middle >= left * MIDDLE_STAYS)))

const sinksSomewhat = ({ tail, top, left, levels }: Sinking): boolean =>
  levels >= LEAST_LEVELS && Math.min(tail, top) <= SINKS_SOMEWHAT && left <= STILL_LOWER

/** Rows from the oldest to the newest: by their moments, and by each column that numbers or dates them. */
function ordersOf(table: Table, isRunning: (column: Column) => boolean): number[][] {
  const orders: number[][] = table.at ? [Array.from(byTime(table))] : []
  for (const column of table.columns) {
    if (orders.length >= MOST_ORDERS) break
    if (column.isAsOf || (column.kind !== 'date' && !isRunning(column))) continue
    const values = column.cells.map(cell => numberOf(cell, column.kind, 0))
    const rows = Array.from(values.keys()).filter(row => !Number.isNaN(values[row]!))
    if (rows.length < values.length * ORDER_FILLED) continue
    orders.push(rows.sort((a, b) => values[a]! - values[b]! || a - b))
  }
  return orders
}

/** Days yet to come were planned and not counted up to the end: counted from the rows, days of one calendar sink toward the newest as well. */
const AHEAD = 0.01
function reachesAhead(column: Column): boolean {
  const today = Date.now() / DAY_MS
  const days = column.cells.map(cell => numberOf(cell, 'date', 0, column.notation))
  const filled = days.filter(day => !Number.isNaN(day))
  return filled.filter(day => day > today + 1).length > filled.length * AHEAD
}

/**
 * The columns that measure the course of a record: clocks, by their ceilings; and numbers that are bound to a clock more closely, within
 * each outcome, than what is known beforehand is.
 * @param isRunning whether a column of numbers counts the rows on, as numbers of orders do
 */
export function coursesOf(table: Table, isRunning: (column: Column) => boolean): Map<string, Course> {
  const found = new Map<string, Course>()
  const orders = table.outcome.length < LEAST_ROWS ? [] : ordersOf(table, isRunning)
  if (!orders.length) return found
  const timed = table.columns.filter(
    column =>
      !column.isAsOf &&
      !isRunning(column) &&
      (column.kind === 'number' || (column.kind === 'date' && table.at && !reachesAhead(column))),
  )
  const somewhat = new Set<string>()
  let by = orders[0]!
  for (const column of timed) {
    const values = Float64Array.from(column.cells, (cell, row) =>
      numberOf(cell, column.kind, table.at?.[row]),
    )
    for (const order of orders) {
      const sinking = sinkingOf(values, order)
      if (!sinking) continue
      if (sinksSomewhat(sinking)) somewhat.add(column.key)
      if (!isClock(sinking) || found.has(column.key)) continue
      by = order
      found.set(column.key, {
        key: column.key,
        finding: { code: 'CEILING_SINKS', params: { left: sinking.left } },
      })
    }
  }
  if (found.size) follow(table, { timed, somewhat, order: by }, found)
  return found
}

/** Adds what is bound to what was found, until nothing more is. */
function follow(
  table: Table,
  {
    timed,
    somewhat,
    order,
  }: { timed: readonly Column[]; somewhat: ReadonlySet<string>; order: readonly number[] },
  found: Map<string, Course>,
): void {
  const binned = new Map(timed.map(column => [column.key, commonBins(column, table, order)]))
  let fresh = [...found.keys()]
  while (fresh.length) {
    const next: string[] = []
    for (const { key, kind } of timed) {
      if (found.has(key) || kind !== 'number') continue
      const least = somewhat.has(key) ? TIED_AND_SINKING : TIED
      const [bound] = fresh
        .map(clock => ({ clock, tie: tieOf(binned.get(key)!, binned.get(clock)!) }))
        .sort((a, b) => b.tie - a.tie)
      if (!bound || bound.tie < least) continue
      const { label } = timed.find(column => column.key === bound.clock)!
      found.set(key, {
        key,
        finding: { code: 'TOLD_BY', params: { field: label, share: bound.tie } },
      })
      next.push(key)
    }
    fresh = next
  }
}

/** Days within which a date is taken for that of the end, and shorter records tell nothing of it. */
const SAME_DAY = 1.5
const LEAST_DAYS = 4
const LEAST_TOLD = 40
const DATED = 0.5
const AS_LONG = 0.9

/** Where it is known when each row began and ended: a date that is the day of the end, a number that is how long it took. */
export function boundToEnd(table: Table, column: Column): Finding | undefined {
  const { ended, begun } = table
  if (!ended || !begun || (column.kind !== 'date' && column.kind !== 'number')) return undefined
  const days = (row: number) => (ended[row]! - begun[row]!) / DAY_MS
  const rows = Array.from(ended.keys()).filter(row => !isBlank(column.cells[row]) && days(row) >= LEAST_DAYS)
  if (rows.length < LEAST_TOLD) return undefined
  if (column.kind === 'date') {
    const same = rows.filter(
      row =>
        numberOf(column.cells[row], 'date', ended[row]) > -SAME_DAY &&
        numberOf(column.cells[row], 'date', ended[row]) < SAME_DAY,
    ).length
    return same < rows.length * DATED
      ? undefined
      : { code: 'DAY_OF_OUTCOME', params: { share: same / rows.length } }
  }
  const byLength = [...rows]
    .sort((a, b) => days(a) - days(b))
    .map(row => numberOf(column.cells[row], 'number', 0))
  const trend = rankTrend(byLength)
  return trend < AS_LONG ? undefined : { code: 'FOLLOWS_LENGTH', params: { correlation: trend } }
}

/** As `trendOf`, for many values: in the order of a sort. */
function rankTrend(values: readonly number[]): number {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let place = start; place < end; place++) ranks[order[place]!] = (start + end - 1) / 2
    start = end
  }
  const middle = (values.length - 1) / 2
  let [both, own, places] = [0, 0, 0]
  for (const [place, rank] of ranks.entries()) {
    both += (rank - middle) * (place - middle)
    own += (rank - middle) ** 2
    places += (place - middle) ** 2
  }
  return own > 0 ? both / Math.sqrt(own * places) : 0
}
