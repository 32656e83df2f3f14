import { numberOf, wordsIn } from './bins.ts'
import type { Finding, Settling } from './details.ts'
import { type Column, isBlank, type Table } from './table.ts'

type Settled = Extract<Finding, { code: 'SETTLES' }>

/** A value that tells the outcome for certain: so few rows against it, seen and at most to be feared (of the share that there would be anyhow). */
const AGAINST = 0.03
const AGAINST_SEEN = 0.01
const AGAINST_OF_USUAL = 0.15
/** A commoner outcome is told for certain by many a value without being set by it. */
const COMMONEST = 0.8
const LEAST_ROWS = 30
/** Such values must settle so much of all rows of the outcome; a whole end of a scale more, which honest strong fields reach a little. */
const SETTLED = 0.15
const SETTLED_BY_RANGE = 0.3
/** One-sided 95 %. */
const Z = 1.645

/** The upper end of a share that was seen `hits` times in `rows` (Wilson). */
function mostOf(hits: number, rows: number): number {
  const share = hits / rows
  const spread = Z * Math.sqrt((share * (1 - share)) / rows + (Z * Z) / (4 * rows * rows))
  return (share + (Z * Z) / (2 * rows) + spread) / (1 + (Z * Z) / rows)
}

type Counts = [number, number]
const rowsOf = ([zeros, ones]: Counts) => zeros + ones

/**
 * Values of a column, or one end of its scale, that leave next to no doubt about the outcome and are found in a good part of the rows
 * that had it: set with the outcome even where the column as a whole ranks it only fairly.
 */
export function settles(table: Table, column: Column): Settled | undefined {
  const all: Counts = [0, 0]
  for (const outcome of table.outcome) all[outcome]!++
  for (const outcome of [0, 1] as const) {
    const usual = all[1 - outcome]! / table.outcome.length
    if (1 - usual > COMMONEST) continue
    const most = Math.min(AGAINST, AGAINST_OF_USUAL * usual)
    const isCertain = (counts: Counts) =>
      rowsOf(counts) >= LEAST_ROWS &&
      counts[1 - outcome]! <= AGAINST_SEEN * rowsOf(counts) &&
      mostOf(counts[1 - outcome]!, rowsOf(counts)) <= most
    const said =
      ofValues(table, column, { outcome, all, isCertain }) ??
      ofRange(table, column, { outcome, all, isCertain })
    if (said) return said
  }
  return undefined
}

type Asked = { outcome: 0 | 1; all: Counts; isCertain: (counts: Counts) => boolean }
const telling = (which: Partial<Settling>, counts: Counts, share: number, outcome: 0 | 1): Settled => ({
  code: 'SETTLES',
  params: {
    rows: rowsOf(counts),
    against: counts[1 - outcome]!,
    isSuccess: outcome === 1,
    share,
    ...which,
  },
})

function ofValues(table: Table, column: Column, { outcome, all, isCertain }: Asked): Settled | undefined {
  const words = wordsIn(column)
  const seen = new Map<string, Counts>()
  words.forEach((inRow, row) => {
    for (const word of inRow) {
      let counts = seen.get(word)
      if (!counts) {
        counts = [0, 0]
        seen.set(word, counts)
      }
      counts[table.outcome[row]!]!++
    }
  })
  const certain = new Set([...seen].filter(([, counts]) => isCertain(counts)).map(([word]) => word))
  if (!certain.size) return undefined
  const covered: Counts = [0, 0]
  words.forEach((inRow, row) => {
    if (inRow.some(word => certain.has(word))) covered[table.outcome[row]!]!++
  })
  const share = covered[outcome] / all[outcome]
  if (share < SETTLED) return undefined
  const names = [...certain].sort((a, b) => rowsOf(seen.get(b)!) - rowsOf(seen.get(a)!))
  const values = names.slice(0, 3).map(name => name.slice(0, 40))
  return telling({ values, ...(names.length > 3 ? { isMore: true } : {}) }, covered, share, outcome)
}

/** The lowest or the highest values, as far as they are certain. */
function ofRange(table: Table, column: Column, { outcome, all, isCertain }: Asked): Settled | undefined {
  if (column.kind !== 'number' && !(column.kind === 'date' && table.at)) return undefined
  const values = column.cells.map((cell, row) =>
    isBlank(cell) ? Number.NaN : numberOf(cell, column.kind, table.at?.[row]),
  )
  const ascending = Array.from(values.keys())
    .filter(row => !Number.isNaN(values[row]!))
    .sort((a, b) => values[a]! - values[b]!)
  for (const end of ['lowest', 'highest'] as const) {
    const order = end === 'lowest' ? ascending : ascending.toReversed()
    const counts: Counts = [0, 0]
    let widest: Counts | undefined
    let value = 0
    for (const [place, row] of order.entries()) {
      counts[table.outcome[row]!]!++
      if (values[order[place + 1] ?? -1] === values[row] || !isCertain(counts)) continue
      widest = [...counts]
      value = values[row]!
    }
    const share = widest ? widest[outcome] / all[outcome] : 0
    if (!widest || share < SETTLED_BY_RANGE) continue
    const edge = Number(value.toFixed(2))
    return telling(end === 'lowest' ? { upTo: edge } : { from: edge }, widest, share, outcome)
  }
  return undefined
}
