import { numberOf } from './bins.ts'
import { type Column, isBlank, type Table } from './table.ts'

const BINS = 8
const MOST_ROWS = 10_000
/** Rows of an outcome are held beside each other only within parts of the time, so that what both owe to the times does not count. */
const MOST_PARTS = 10
const ROWS_OF_PART = 1000

/** Rows of a column in a few bins of like size, blanks in one of their own, with the part that each row belongs to. */
export type Binned = { bins: Uint8Array; parts: Uint8Array }

/** The same rows of every column: of large tables each so many-th. @param order rows from the oldest to the newest */
export function commonBins(column: Column, table: Table, order: readonly number[]): Binned {
  const step = Math.max(1, Math.ceil(order.length / MOST_ROWS))
  const rows = Array.from({ length: Math.ceil(order.length / step) }, (_, index) => order[index * step]!)
  const values = rows.map(row =>
    isBlank(column.cells[row]) ? Number.NaN : numberOf(column.cells[row], column.kind, table.at?.[row]),
  )
  const sorted = values.filter(value => !Number.isNaN(value)).sort((a, b) => a - b)
  const edges = [
    ...new Set(
      Array.from({ length: BINS - 1 }, (_, bin) => sorted[Math.floor((sorted.length * (bin + 1)) / BINS)]!),
    ),
  ]
  const times = Math.max(1, Math.min(MOST_PARTS, Math.floor(rows.length / ROWS_OF_PART)))
  return {
    bins: Uint8Array.from(values, value =>
      Number.isNaN(value) ? 0 : 1 + edges.filter(edge => value > edge).length,
    ),
    parts: Uint8Array.from(
      rows,
      (row, place) => 2 * Math.floor((place * times) / rows.length) + table.outcome[row]!,
    ),
  }
}

const entropyOf = (counts: ReadonlyMap<number, number>, rows: number) => {
  let sum = 0
  for (const count of counts.values()) sum -= (count / rows) * Math.log(count / rows)
  return sum
}

/**
 * The share of one column's entropy that another takes away within each outcome and time (Theil's uncertainty coefficient, with Miller and
 * Madow's correction): 0 where they have nothing to do with each other but for the outcome, 1 where one gives the other.
 */
export function tieOf(one: Binned, other: Binned): number {
  let [shared, own] = [0, 0]
  for (const part of new Set(one.parts)) {
    const [ones, others, both] = [
      new Map<number, number>(),
      new Map<number, number>(),
      new Map<number, number>(),
    ]
    let rows = 0
    one.parts.forEach((is, row) => {
      if (is !== part) return
      rows++
      const [a, b] = [one.bins[row]!, other.bins[row]!]
      ones.set(a, (ones.get(a) ?? 0) + 1)
      others.set(b, (others.get(b) ?? 0) + 1)
      both.set(a * 256 + b, (both.get(a * 256 + b) ?? 0) + 1)
    })
    if (!rows) continue
    const entropy = entropyOf(ones, rows)
    const chance = ((ones.size - 1) * (others.size - 1)) / (2 * rows)
    shared += rows * (entropy + entropyOf(others, rows) - entropyOf(both, rows) - chance)
    own += rows * entropy
  }
  return own > 0 ? Math.max(0, shared / own) : 0
}
