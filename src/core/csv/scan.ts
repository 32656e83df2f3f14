/**
 * A byte scanner that finds where records end, with the same rules as the parser (csv-parse with relaxed
 * quotes), but keeps no cells. It serves where no cells are wanted: telling delimiters apart and passing
 * over a record that is too large to hold.
 */
export type ScanState = { mode: 'start' | 'plain' | 'quoted' | 'quote' | 'cr'; fields: number }

const QUOTE = 34
const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9

export function newScan(): ScanState {
  return { mode: 'start', fields: 1 }
}

function outside(state: ScanState, byte: number, delimiter: number): boolean {
  if (byte === LF) return true
  if (byte === CR) state.mode = 'cr'
  else if (byte === delimiter) {
    state.mode = 'start'
    state.fields++
  } else if (byte === QUOTE && state.mode === 'start') state.mode = 'quoted'
  else if (state.mode !== 'start' || (byte !== SPACE && byte !== TAB)) state.mode = 'plain'
  return false
}

function step(state: ScanState, byte: number, delimiter: number): boolean {
  if (state.mode === 'quoted') {
    if (byte === QUOTE) state.mode = 'quote'
    return false
  }
  if (state.mode === 'quote') {
    state.mode = byte === QUOTE ? 'quoted' : 'plain'
    if (byte === QUOTE) return false
  }
  return outside(state, byte, delimiter)
}

/**
 * Goes on scanning `bytes` from `from` for the end of the record begun in `state` (which it advances).
 * Answers the index of the first byte after the record's line break, or -1 when `bytes` ends before it.
 */
export function scanRecord(bytes: Buffer, from: number, delimiter: number, state: ScanState): number {
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (state.mode === 'cr') return byte === LF ? i + 1 : i
    if (state.mode === 'quoted') {
      const next = bytes.indexOf(QUOTE, i)
      if (next === -1) return -1
      i = next
    }
    if (step(state, bytes[i]!, delimiter)) return i + 1
  }
  return -1
}

/** Whether a quote that ends no cell closes a quoted cell of the record `raw` after a line break within it. */
export function hasStrayClose(raw: Buffer, delimiter: number): boolean {
  const state = newScan()
  let lineBreak = false
  for (const byte of raw) {
    const before = state.mode
    if (before === 'quoted' && (byte === LF || byte === CR)) lineBreak = true
    if (before === 'quote' && lineBreak && ![QUOTE, LF, CR, delimiter].includes(byte)) return true
    if (before === 'start') lineBreak = false
    step(state, byte, delimiter)
  }
  return false
}

/** The number of cells in each record of `bytes`, at most `limit`, without the last one unless `whole`. */
export function countCells(bytes: Buffer, delimiter: number, limit: number, whole: boolean): number[] {
  const counts: number[] = []
  let from = 0
  while (from < bytes.length && counts.length < limit) {
    const state = newScan()
    const end = scanRecord(bytes, from, delimiter, state)
    if (end === -1 && !whole && counts.length > 0) break
    const last = end === -1 ? bytes.length : end
    if (!isBlankLine(bytes, from, last)) counts.push(state.fields)
    from = last
  }
  return counts
}

/** Nothing but separators, quotes and white space. */
function isBlankLine(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!BLANK.includes(bytes[i]!)) return false
  return true
}

const CANDIDATES = [',', ';', '\t', '|']
const BLANK = [...CANDIDATES, ' ', '"', '\r', '\n'].map(character => character.charCodeAt(0))

function scoreOf(counts: number[]): number {
  const header = counts[0] ?? 1
  if (header < 2) return 0
  let agreement = 0
  for (const count of counts) agreement += Math.min(count, header) / Math.max(count, header)
  return (agreement / counts.length) ** 2 * Math.log2(header + 1)
}

/**
 * The delimiter (comma, semicolon, tab or pipe) of a file whose first bytes, as UTF-8, are `head`: the one
 * that cuts the header into two cells or more and the next lines most nearly into as many. `whole` says that
 * `head` is all of the file. A file of one column answers the comma.
 */
export function detectDelimiter(head: Buffer, whole: boolean): string {
  let best = ','
  let bestScore = 0
  for (const candidate of CANDIDATES) {
    const score = scoreOf(countCells(head, candidate.charCodeAt(0), 40, whole))
    if (score > bestScore) {
      best = candidate
      bestScore = score
    }
  }
  return best
}
