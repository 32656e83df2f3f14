import { createHash } from 'node:crypto'
import { type Cell, isBlank, type Table } from './table.ts'

/** So few other rows with the same cells are to be expected, or it is no chance that there is one. */
const EXPECTED_AT_MOST = 0.05
/** A record may have come in more than once, but rows that are alike by the dozen are alike because their fields say little. */
const COPIES_AT_MOST = 10

export type Repeats = {
  /** For each row the first one that holds the same; its own number where there is none before it. */
  first: Int32Array
  /** The rows that repeat none before them. */
  distinct: number[]
}

/**
 * Rows that hold the same in all fields, and in so many or so rare values that chance cannot have made them alike, such as a record
 * that was imported twice. What was counted up to a moment of the record's own (`isAsOf`) may differ.
 *
 * Expected are rows times the chance of their cells: that of the rarest in full, and the square roots of the others', since
 * fields go along with each other. Chances are counted among rows that differ; a value that one of them alone has is as likely to come again as
 * values of its field do.
 */
export function repeatsIn({ columns, outcome }: Table): Repeats {
  const first = Int32Array.from(outcome.keys())
  const compared = columns.filter(({ isAsOf }) => !isAsOf)
  const alike = [...Map.groupBy(first.values(), row => keyOf(compared.map(({ cells }) => cells[row])))]
  const heads = alike.map(([, rows]) => rows[0]!)
  const chances = compared.map(({ cells }) => chancesOf(heads.map(row => textOf(cells[row]))))
  for (const [group, [, rows]] of alike.entries()) {
    if (rows.length < 2 || rows.length > COPIES_AT_MOST) continue
    const logs = chances.map(of => Math.log(of[group]!)).sort((a, b) => a - b)
    const chance = Math.exp(logs.reduce((sum, log, at) => sum + (at ? log / 2 : log), 0))
    if (logs.length && outcome.length * chance <= EXPECTED_AT_MOST)
      for (const row of rows) first[row] = rows[0]!
  }
  return { first, distinct: Array.from(outcome.keys()).filter(row => first[row] === row) }
}

/** How likely another row has the same value, for each of the rows. */
function chancesOf(values: readonly string[]): Float64Array {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const shared = values.reduce((sum, value) => sum + (counts.get(value)! > 1 ? 1 : 0), 0)
  const again = Math.max(shared, 1) / values.length
  return Float64Array.from(values, value => Math.min(1, (counts.get(value)! - 1 + again) / values.length))
}

const textOf = (cell: Cell | undefined): string =>
  isBlank(cell) ? '' : `${typeof cell}${Array.isArray(cell) ? cell.join('\u0001') : cell}`

/** A digest of the cells' texts, so that no long texts are kept. */
const keyOf = (cells: readonly (Cell | undefined)[]): string => {
  const hash = createHash('sha256')
  for (const cell of cells) hash.update(`${textOf(cell)}\u0002`)
  return hash.digest('base64')
}
