/** What a field may hold. A `set` holds several words of its own, such as tags. */
export type ColumnKind = 'number' | 'category' | 'boolean' | 'date' | 'text' | 'set'

/** A value of a row: dates as milliseconds since 1970 or ISO text; null where nothing is known. */
export type Cell = string | number | boolean | null | readonly string[]

/** How the texts of a column are to be read as numbers or days; English where nothing is said. */
export type Notation = 'comma' | 'dayFirst' | 'monthFirst'

export type ColumnInfo = {
  key: string
  /** As a person calls it. */
  label: string
  kind: ColumnKind
  /** Its values are known to be those from before the outcome, so it cannot leak it. */
  isAsOf?: boolean
  notation?: Notation
}

/** `words` are those of each cell of a text, where they have been looked for already (`withWords`). */
export type Column = ColumnInfo & { cells: readonly Cell[]; words?: readonly (readonly string[])[] }

/**
 * Rows to learn from, by column. `outcome` is 1 for what is to be foretold, and `at` (milliseconds) the moment from which each row
 * is seen: rows are ordered by it for the hold-out, and dates count in days from it.
 */
export type Table = {
  columns: readonly Column[]
  outcome: Uint8Array
  at?: Float64Array
  /** When each row began and when its outcome came (milliseconds), where that is known: what follows either was set with the outcome. */
  begun?: Float64Array
  ended?: Float64Array
}

/** One row to be scored, by the keys of the columns. */
export type Row = { cells: Readonly<Record<string, Cell>>; at?: number }

export const isBlank = (cell: Cell | undefined): boolean =>
  cell === null ||
  cell === undefined ||
  cell === '' ||
  (typeof cell === 'number' && Number.isNaN(cell)) ||
  (Array.isArray(cell) && cell.length === 0)

/** The table of some of the rows, in the order given. */
export function take(table: Table, rows: Int32Array | readonly number[]): Table {
  const picked = Array.from(rows)
  return {
    columns: table.columns.map(column => ({
      ...column,
      cells: picked.map(row => column.cells[row] ?? null),
      words: column.words && picked.map(row => column.words![row]!),
    })),
    outcome: Uint8Array.from(picked, row => table.outcome[row]!),
    at: table.at && Float64Array.from(picked, row => table.at![row]!),
    begun: table.begun && Float64Array.from(picked, row => table.begun![row]!),
    ended: table.ended && Float64Array.from(picked, row => table.ended![row]!),
  }
}

/** Row numbers from the oldest to the newest; the order given where no time is known. */
export function byTime({ outcome, at }: Table): Int32Array {
  const rows = Int32Array.from(outcome.keys())
  return at ? rows.sort((a, b) => at[a]! - at[b]! || a - b) : rows
}
