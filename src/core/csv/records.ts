import { Parser } from 'csv-parse'
import type { Issue } from '../errors.ts'
import { hasStrayClose, newScan, scanRecord } from './scan.ts'

/** The largest record read, in bytes of UTF-8, its line break included. */
export const MAX_RECORD_BYTES = 1024 * 1024
const SLICE_BYTES = 64 * 1024
const REWIND_FREE_BYTES = 16 * 1024 * 1024
const REWIND_FACTOR = 4
const EMPTY_LINES_AT_ONCE = 1000

/** One record: its cells as they are written, or why it could not be read; or a run of empty lines, and how many. */
export type RawRecord = { cells: string[]; error?: RowFault; emptyLines?: number }
/** The code of an issue, and a sentence for the user. */
export type RowFault = Omit<Issue, 'path'>

const UNCLOSED: RowFault = {
  code: 'UNCLOSED_QUOTE',
  message: 'A quotation mark is opened in this row and never closed; the row was skipped.',
}
const STRAY: RowFault = {
  code: 'UNCLOSED_QUOTE',
  message: 'A quotation mark in this row is not closed where its cell ends; the row was skipped.',
}
const TOO_LONG: RowFault = {
  code: 'TOO_LARGE',
  params: { limit: '1 MiB' },
  message: 'This row is larger than 1 MiB; it was skipped.',
}
const LOST_END: RowFault = {
  code: 'REST_UNREAD',
  message:
    'This row is larger than 1 MiB and its quotation mark is never closed; the rest of the file was not read.',
}

/** Chunks of at most 64 KiB that can be put back, and counts of what was read and put back, in bytes. */
class Input {
  private readonly source: AsyncIterator<Buffer>
  private pending: Buffer[] = []
  private read = 0
  private rewound = 0

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]()
  }

  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.pending.pop()
      if (chunk !== undefined && chunk.length > 0) {
        if (chunk.length > SLICE_BYTES) this.pending.push(chunk.subarray(SLICE_BYTES))
        return chunk.length > SLICE_BYTES ? chunk.subarray(0, SLICE_BYTES) : chunk
      }
      if (chunk !== undefined) continue
      const next = await this.source.next()
      if (next.done) return undefined
      this.read += next.value.length
      this.pending.push(next.value)
    }
  }

  unread(bytes: Buffer): void {
    this.rewound += bytes.length
    this.pending.push(bytes)
  }

  /** Whether reading again stays within a fixed multiple of the file's size, so a hostile file costs no more. */
  mayRewind(): boolean {
    return this.rewound < this.read * REWIND_FACTOR + REWIND_FREE_BYTES
  }

  async close(): Promise<void> {
    await this.source.return?.()
  }
}

/**
 * The empty lines at the start of `bytes`, which begin with a record: many need no parser, and a sheet whose last row is far below
 * the others has a million. A CR at the end may be half of a line break.
 */
function emptyLinesAt(bytes: Buffer): { lines: number; bytes: number } {
  let at = 0
  let lines = 0
  for (; bytes[at] === 10 || (bytes[at] === 13 && at + 1 < bytes.length); lines++)
    at += bytes[at] === 13 && bytes[at + 1] === 10 ? 2 : 1
  return { lines, bytes: at }
}

/** csv-parse's stream, fed chunk by chunk; each record is collected with the byte offset at which it ends. */
class Tokenizer {
  records: string[][] = []
  ends: number[] = []
  private readonly parser: Parser

  constructor(delimiter: string) {
    this.parser = new Parser({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_quotes: true,
      relax_column_count: true,
      ltrim: true,
      on_record: (record, context) => {
        this.records.push(record as unknown as string[])
        this.ends.push((context as unknown as { bytes: number }).bytes)
        return null
      },
    })
    this.parser.on('error', () => {})
    this.parser.resume()
  }

  write(chunk: Buffer): Promise<Error | undefined> {
    return new Promise(resolve => this.parser.write(chunk, error => resolve(error ?? undefined)))
  }

  end(): Promise<Error | undefined> {
    return new Promise(resolve => {
      this.parser.once('error', resolve)
      this.parser.end(() => resolve(undefined))
    })
  }

  destroy(): void {
    this.parser.destroy()
  }
}

/** Whether the lines after the first look like rows of the file: then a quote left open swallowed them. */
function swallowedRows(bytes: Buffer, delimiter: number, width: number): boolean {
  let from = bytes.indexOf(10) + 1
  if (from === 0 || width < 2) return false
  let lines = 0
  let fits = 0
  while (lines < 20 && from > 0) {
    const end = bytes.indexOf(10, from)
    if (end === -1) break
    const state = newScan()
    scanRecord(bytes.subarray(from, end + 1), 0, delimiter, state)
    if (state.fields === width) fits++
    lines++
    from = end + 1
  }
  return lines > 0 && fits * 2 >= lines
}

/** Passes over the record at the start of `bytes`, however large, holding one chunk at a time. */
async function passOver(input: Input, bytes: Buffer, delimiter: number): Promise<RowFault> {
  const state = newScan()
  for (let chunk: Buffer | undefined = bytes; chunk !== undefined; chunk = await input.next()) {
    const end = scanRecord(chunk, 0, delimiter, state)
    if (end === -1) continue
    input.unread(chunk.subarray(end))
    return TOO_LONG
  }
  return state.mode === 'quoted' ? LOST_END : TOO_LONG
}

function firstLineEnd(bytes: Buffer): number {
  const lf = bytes.indexOf(10)
  const cr = bytes.indexOf(13)
  if (cr === -1 || (lf !== -1 && lf <= cr + 1)) return lf + 1
  return cr + 1
}

/** Why the record at hand cannot be read: unclosed at the file's end, closed by a later line, or too large. */
type Fault = 'unclosed' | 'stray' | 'large'

/**
 * Decides what to do with `bytes`, which begin with a record that cannot be read, and leaves `input` at the
 * next one. Answers what to tell the user.
 */
async function recover(input: Input, bytes: Buffer, delimiter: number, width: number, fault: Fault) {
  const next = firstLineEnd(bytes)
  const end = fault === 'stray' ? scanRecord(bytes, 0, delimiter, newScan()) : -1
  const record = end === -1 ? bytes : bytes.subarray(0, end)
  const rewinds = fault === 'unclosed' || swallowedRows(record, delimiter, width)
  if (rewinds && next > 0 && input.mayRewind()) {
    input.unread(bytes.subarray(next))
    return UNCLOSED
  }
  if (fault === 'unclosed') return UNCLOSED
  const error = await passOver(input, bytes, delimiter)
  return fault === 'stray' ? STRAY : error
}

/**
 * Whether a record is one with a row that a quote left open ran it into. csv-parse keeps the opening quote of a
 * field whose quotes are broken, so only a cell that begins with one and has a line break is looked at twice.
 */
function isStray(cells: string[], raw: Buffer, delimiter: number): boolean {
  for (const cell of cells) {
    if (cell.charCodeAt(0) === 34 && /[\r\n]/.test(cell)) return hasStrayClose(raw, delimiter)
  }
  return false
}

/**
 * The records of a CSV text given as UTF-8 bytes, blank ones included. `width()` is the header's number of
 * cells, 0 while it is unknown. Holds one chunk and at most one record (1 MiB); takes time in proportion to
 * the file, whatever is in it. The source is closed when the consumer stops. See `parseCsv` for what is
 * guaranteed about broken records.
 */
export async function* readRecords(
  source: AsyncIterable<Buffer>,
  delimiter: string,
  width: () => number,
): AsyncGenerator<RawRecord> {
  const code = delimiter.charCodeAt(0)
  const input = new Input(source)
  let parser = new Tokenizer(delimiter)
  try {
    let held: Buffer = Buffer.alloc(0)
    let heldFrom = 0
    for (;;) {
      let chunk = await input.next()
      if (chunk) held = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
      const { lines, bytes } = emptyLinesAt(held)
      if (lines >= EMPTY_LINES_AT_ONCE) {
        yield { cells: [], emptyLines: lines }
        // The parser has taken some of them already: a new one goes on behind them.
        parser.destroy()
        parser = new Tokenizer(delimiter)
        held = held.subarray(bytes)
        heldFrom = 0
        chunk = held
      }
      const failure = chunk ? await parser.write(chunk) : await parser.end()
      const { records, ends } = parser
      let start = 0
      let fault: Fault | undefined
      for (let i = 0; i < records.length && !fault; i++) {
        const end = ends[i]! - heldFrom
        if (end - start > MAX_RECORD_BYTES) fault = 'large'
        else if (isStray(records[i]!, held.subarray(start, end), code)) fault = 'stray'
        else {
          start = end
          yield { cells: records[i]! }
        }
      }
      parser.records = []
      parser.ends = []
      held = held.subarray(start)
      heldFrom += start
      if (!fault && held.length > MAX_RECORD_BYTES) fault = 'large'
      if (!fault && failure) fault = 'unclosed'
      if (fault) {
        parser.destroy()
        const error = await recover(input, held, code, width(), fault)
        yield { cells: [], error }
        parser = new Tokenizer(delimiter)
        held = Buffer.alloc(0)
        heldFrom = 0
      } else if (!chunk) return
    }
  } finally {
    parser.destroy()
    await input.close()
  }
}
