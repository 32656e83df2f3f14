import { DAY_MS } from '#core/time.ts'
import { dayIn, numberIn } from './kinds.ts'
import {
  type Cell,
  type Column,
  type ColumnKind,
  isBlank,
  type Notation,
  type Row,
  type Table,
} from './table.ts'

/** A level or word seen less often teaches nothing. */
const LEAST_SEEN = 5
const MOST_NUMBER_BINS = 200
/** A split is a set of levels in two 32-bit words; one bin is for blanks and one for all other levels. */
const MOST_LEVELS = 60
/** Of one column, and of all together: what words cost in time they seldom tell. */
const MOST_WORDS = 40
const MOST_WORDS_IN_ALL = 60

/**
 * How one feature becomes a small number: bin 0 is a blank; numbers fall between edges; levels have a bin each and one for all
 * others; a word of a text is absent (1) or there (2).
 */
export type Feature = { column: string; kind: ColumnKind; notation?: Notation } & (
  | { of: 'number'; edges: number[] }
  | { of: 'level'; levels: string[] }
  | { of: 'word'; word: string }
)

export const binsOf = (feature: Feature): number =>
  feature.of === 'number' ? feature.edges.length + 2 : feature.of === 'level' ? feature.levels.length + 2 : 3

const WORD = /[\p{L}\p{N}]{3,}/gu

/** The words of a cell: of a text its words in lower case, of a set its members. */
export const wordsOf = (cell: Cell | undefined, kind: ColumnKind): string[] =>
  isBlank(cell)
    ? []
    : kind === 'text'
      ? [...new Set(String(cell).toLowerCase().match(WORD) ?? [])]
      : [...new Set((Array.isArray(cell) ? cell : [cell]).map(String))]

const isWordy = (kind: ColumnKind) => kind === 'text' || kind === 'set'

/** The words of each row. */
export const wordsIn = ({ words, cells, kind }: Column): readonly (readonly string[])[] =>
  words ?? cells.map(cell => wordsOf(cell, kind))

/** A table whose texts are parted into words, so that they need not be again for each part of the rows that is looked at. */
export const withWords = (table: Table): Table => ({
  ...table,
  columns: table.columns.map(column =>
    isWordy(column.kind) ? { ...column, words: wordsIn(column) } : column,
  ),
})

/** A cell as a number, dates as days after `at`; NaN for what is none. */
export function numberOf(
  cell: Cell | undefined,
  kind: ColumnKind,
  at: number | undefined,
  notation?: Notation,
): number {
  if (isBlank(cell)) return Number.NaN
  if (kind !== 'date') return typeof cell === 'string' ? numberIn(cell, notation) : Number(cell)
  const moment = typeof cell === 'number' ? cell : dayIn(String(cell), notation)
  return (moment - (at ?? 0)) / DAY_MS
}

const isCounted = (kind: ColumnKind) => kind === 'number' || kind === 'date'

/** Midpoints between neighbouring values, at most so many, an even share of the rows between them. */
function edgesOf(values: number[]): number[] {
  const sorted = Float64Array.from(values.filter(value => !Number.isNaN(value))).sort()
  const edges: number[] = []
  let sinceLast = 0
  let distinct = 1
  for (let at = 1; at < sorted.length; at++) if (sorted[at] !== sorted[at - 1]) distinct++
  const share = distinct <= MOST_NUMBER_BINS ? 1 : sorted.length / MOST_NUMBER_BINS
  for (let at = 1; at < sorted.length; at++) {
    sinceLast++
    if (sorted[at] === sorted[at - 1] || sinceLast < share || edges.length >= MOST_NUMBER_BINS) continue
    edges.push((sorted[at]! + sorted[at - 1]!) / 2)
    sinceLast = 0
  }
  return edges
}

function commonest(cells: Iterable<string>, most: number): string[] {
  const counts = new Map<string, number>()
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count >= LEAST_SEEN)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, most)
    .map(([level]) => level)
}

/** The words that part the outcomes best by chi-square, each in enough rows. */
function tellingWords(table: Table, column: Column, most: number): string[] {
  const seen = new Map<string, [number, number]>()
  for (const [row, words] of wordsIn(column).entries())
    for (const word of words) {
      let counts = seen.get(word)
      if (!counts) {
        counts = [0, 0]
        seen.set(word, counts)
      }
      counts[table.outcome[row]!]!++
    }
  const base = table.outcome.reduce((sum, one) => sum + one, 0) / Math.max(1, table.outcome.length)
  const least = Math.max(LEAST_SEEN, table.outcome.length * 0.01)
  const chiSquare = ([zeros, ones]: [number, number]) =>
    (ones - (zeros + ones) * base) ** 2 / ((zeros + ones) * base * (1 - base) + 1e-9)
  return [...seen]
    .filter(([, [zeros, ones]]) => zeros + ones >= least)
    .sort((a, b) => chiSquare(b[1]) - chiSquare(a[1]) || (a[0] < b[0] ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word)
}

function featuresOf(table: Table, column: Column, mostWords: number): Feature[] {
  const { key, kind, cells, notation } = column
  if (isWordy(kind))
    return tellingWords(table, column, mostWords).map(word => ({ column: key, kind, of: 'word', word }))
  if (isCounted(kind)) {
    const edges = edgesOf(cells.map((cell, row) => numberOf(cell, kind, table.at?.[row], notation)))
    return [{ column: key, kind, of: 'number', edges, ...(notation ? { notation } : {}) }]
  }
  const levels = commonest(cells.filter(cell => !isBlank(cell)).map(String), MOST_LEVELS)
  return [{ column: key, kind, of: 'level', levels }]
}

/** How the columns of these rows become bins; numbers and levels by how often they occur, words by what they tell. */
export function makeFeatures(table: Table): Feature[] {
  const wordy = table.columns.filter(({ kind }) => isWordy(kind)).length
  const mostWords = Math.min(MOST_WORDS, Math.ceil(MOST_WORDS_IN_ALL / wordy))
  return table.columns.flatMap(column => featuresOf(table, column, mostWords))
}

const positions = new WeakMap<Feature, Map<string, number>>()

function levelBin(feature: Feature & { of: 'level' }, level: string): number {
  let known = positions.get(feature)
  if (!known) {
    known = new Map(feature.levels.map((name, index) => [name, index + 1]))
    positions.set(feature, known)
  }
  return known.get(level) ?? feature.levels.length + 1
}

function numberBin(edges: number[], value: number): number {
  if (Number.isNaN(value)) return 0
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (value <= edges[middle]!) high = middle
    else low = middle + 1
  }
  return low + 1
}

/** The bin of one cell. */
export function binOf(feature: Feature, cell: Cell | undefined, at: number | undefined): number {
  if (feature.of === 'number')
    return numberBin(feature.edges, numberOf(cell, feature.kind, at, feature.notation))
  if (feature.of === 'word')
    return wordsOf(cell, feature.kind).includes(feature.word) ? 2 : isBlank(cell) ? 0 : 1
  return isBlank(cell) ? 0 : levelBin(feature, String(cell))
}

/** All rows as bins, one array for each feature. */
export function binRows(features: readonly Feature[], table: Table): Uint8Array[] {
  const columns = new Map(table.columns.map(column => [column.key, column]))
  const binned = features.map(() => new Uint8Array(table.outcome.length))
  const words = new Map<Column, Map<string, Uint8Array>>()
  for (const [index, feature] of features.entries()) {
    const column = columns.get(feature.column)
    if (!column) continue
    const bins = binned[index]!
    const isWord = feature.of === 'word'
    for (let row = 0; row < bins.length; row++) {
      const cell = column.cells[row]
      bins[row] = isWord ? Number(!isBlank(cell)) : binOf(feature, cell, table.at?.[row])
    }
    if (isWord) words.set(column, (words.get(column) ?? new Map()).set(feature.word, bins))
  }
  // A row has fewer words than there are features.
  for (const [column, asked] of words)
    for (const [row, said] of wordsIn(column).entries())
      for (const word of said) {
        const bins = asked.get(word)
        if (bins) bins[row] = 2
      }
  return binned
}

/** One row as bins, a number for each feature. */
export const binRow = (features: readonly Feature[], row: Row): Uint8Array =>
  Uint8Array.from(features, feature => binOf(feature, row.cells[feature.column], row.at))

/** So far from the middle, in standard deviations, a bin is taken to lie at most: a few huge amounts are no reason for a huge step. */
const FARTHEST = 4

/** For numbers where each bin lies: the mean of its values, in standard deviations from the middle; a blank lies there. */
export const centresOf = (
  features: readonly Feature[],
  table: Table,
  bins: readonly Uint8Array[],
): (Float64Array | undefined)[] =>
  features.map((feature, index) => {
    if (feature.of !== 'number' || feature.edges.length < 2) return undefined
    const { cells } = table.columns.find(({ key }) => key === feature.column)!
    const sums = new Float64Array(binsOf(feature))
    const counts = new Float64Array(sums.length)
    cells.forEach((cell, row) => {
      const bin = bins[index]![row]!
      if (bin === 0) return
      sums[bin]! += numberOf(cell, feature.kind, table.at?.[row], feature.notation)
      counts[bin]! += 1
    })
    const rows = counts.reduce((sum, count) => sum + count, 0)
    const middle = sums.reduce((sum, one) => sum + one, 0) / rows
    const places = sums.map((sum, bin) => (counts[bin] ? sum / counts[bin]! - middle : 0))
    const spread = Math.sqrt(places.reduce((sum, place, bin) => sum + counts[bin]! * place ** 2, 0) / rows)
    if (!(spread > 0)) return undefined
    return places.map(place => Math.max(-FARTHEST, Math.min(FARTHEST, place / spread)))
  })
