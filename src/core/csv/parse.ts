import { type Encoding, sniffEncoding, utf8Bytes } from './decode.ts'
import { type RawRecord, type RowFault, readRecords } from './records.ts'
import { detectDelimiter } from './scan.ts'

export type CsvOptions = {
  /** One ASCII character other than a quote or a line break; detected when not given. */
  delimiter?: string
  /** Detected over the whole file when not given. */
  encoding?: Encoding
  /** The number of the row in which the header stands; the first that is not blank where not given. */
  headerRow?: number
}

/**
 * A row of the file. `cells` has at least as many cells as the header; `extra` counts those beyond it (blank
 * ones at the row's end aside). A row that could not be read has `error` and no cells.
 */
export type CsvRow = { rowNumber: number; cells: string[]; extra: number; error?: RowFault }

export type CsvFile = {
  encoding: Encoding
  delimiter: string
  /** Trimmed, without trailing blanks, each different from all others whatever the case. */
  header: string[]
  headerRow: number
  rows: AsyncIterable<CsvRow>
}

/** The file has no header row that can be read: what to tell the user. */
export class CsvHeaderError extends Error {
  override name = 'CsvHeaderError'
  readonly fault: RowFault

  constructor(fault: RowFault) {
    super(fault.message)
    this.fault = fault
  }
}

const HEAD_BYTES = 64 * 1024
const SEP_LINE = /^"?sep=([\x20-\x7e\t])"?(?:\r\n|\n|\r|$)/i

type Dialect = { encoding: Encoding; delimiter: string; skip: number }

async function readHead(open: () => AsyncIterable<Buffer>, encoding: Encoding) {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of utf8Bytes(open, encoding)) {
    chunks.push(chunk)
    size += chunk.length
    if (size > HEAD_BYTES) break
  }
  return { head: Buffer.concat(chunks).subarray(0, HEAD_BYTES), whole: size <= HEAD_BYTES }
}

function checkDelimiter(delimiter: string): string {
  if (/^[\x20-\x7e\t]$/.test(delimiter) && delimiter !== '"') return delimiter
  throw new RangeError('The delimiter must be one ASCII character other than a quotation mark.')
}

async function detectDialect(open: () => AsyncIterable<Buffer>, options: CsvOptions): Promise<Dialect> {
  const encoding = options.encoding ?? (await sniffEncoding(open))
  const { head, whole } = await readHead(open, encoding)
  const sep = SEP_LINE.exec(head.toString('latin1', 0, 16))
  const skip = sep ? sep[0].length : 0
  const said = options.delimiter ?? (sep && sep[1] !== '"' ? sep[1] : undefined)
  const delimiter = said === undefined ? detectDelimiter(head.subarray(skip), whole) : checkDelimiter(said)
  return { encoding, delimiter, skip }
}

async function* textBytes(open: () => AsyncIterable<Buffer>, dialect: Dialect): AsyncGenerator<Buffer> {
  let skip = dialect.skip
  for await (const chunk of utf8Bytes(open, dialect.encoding)) {
    const dropped = Math.min(skip, chunk.length)
    skip -= dropped
    yield dropped > 0 ? chunk.subarray(dropped) : chunk
  }
}

function isBlank(cells: string[]): boolean {
  for (const cell of cells) if (cell !== '' && cell.trim() !== '') return false
  return true
}

/** As in workbooks. Whoever has more sends no table; each column is compared with the names of all fields. */
const COLUMNS_AT_MOST = 2000

/** The cells of a header as names, trimmed and each different from the others. @throws CsvHeaderError */
export function headerNames(cells: string[]): string[] {
  const names = cells.map(cell =>
    cell
      .replace(/^\uFEFF/, '')
      .replace(/\s+/g, ' ')
      .trim(),
  )
  while (names.length > 0 && names[names.length - 1] === '') names.pop()
  if (names.length > COLUMNS_AT_MOST)
    throw new CsvHeaderError({
      code: 'TOO_MANY_COLUMNS',
      params: { maximum: COLUMNS_AT_MOST },
      message: `The header has more than ${COLUMNS_AT_MOST} columns.`,
    })
  const used = new Set<string>()
  const key = (name: string) => name.normalize('NFC').toLowerCase()
  const given = new Set(names.map(key))
  // Where the numbers of a name that comes often have got to: counted anew for each, many of one name would take for ever.
  const numbers = new Map<string, number>()
  return names.map((cell, index) => {
    const base = cell === '' ? `Column ${index + 1}` : cell
    let name = base
    let n = numbers.get(key(base)) ?? 2
    for (; used.has(key(name)) || (name !== cell && given.has(key(name))); n++) name = `${base} (${n})`
    numbers.set(key(base), n)
    used.add(key(name))
    return name
  })
}

function toRow(rowNumber: number, record: RawRecord, width: number): CsvRow {
  const { cells, error } = record
  if (error !== undefined) return { rowNumber, cells: [], extra: 0, error }
  if (cells.length === width) return { rowNumber, cells, extra: 0 }
  while (cells.length > width && cells[cells.length - 1]!.trim() === '') cells.pop()
  const extra = Math.max(0, cells.length - width)
  while (cells.length < width) cells.push('')
  return { rowNumber, cells, extra }
}

async function* readRows(
  open: () => AsyncIterable<Buffer>,
  dialect: Dialect,
  headerRow: number,
  width: number,
): AsyncGenerator<CsvRow> {
  let rowNumber = 0
  const widthOf = () => (rowNumber >= headerRow ? width : 0)
  for await (const record of readRecords(textBytes(open, dialect), dialect.delimiter, widthOf)) {
    rowNumber += record.emptyLines ?? 1
    if (rowNumber <= headerRow || (record.error === undefined && isBlank(record.cells))) continue
    yield toRow(rowNumber, record, width)
  }
}

/**
 * Opens a CSV file as a stream. `open` must give the file's bytes from the start each time it is called: it is
 * called once to find the encoding (unless given), once for the head, once for the header, and once per
 * iteration of `rows`, so `rows` can be iterated again, and a caller who never iterates leaves nothing open.
 *
 * Read: UTF-8, UTF-16 and Windows-1252; comma, semicolon, tab or pipe, or the character an Excel `sep=` line
 * names; CRLF, LF and CR, also mixed; quoted line breaks and doubled quotes; stray quotes (kept as text). Blank
 * records, and those of delimiters only, are skipped, before the header too. White space before a cell is
 * dropped unless quoted; NUL characters are dropped. An empty column name between others becomes `Column 3`;
 * a name that repeats another, whatever its case, gets ` (2)`. Short rows are filled with ''.
 *
 * `rowNumber` is the row a spreadsheet shows: it counts records, blank ones too, from 1, not physical lines,
 * and not the `sep=` line. After an error row it may run ahead of the spreadsheet's, which takes an unclosed
 * quote as one enormous cell.
 *
 * Guaranteed of broken records: no record over 1 MiB is held, so memory is constant whatever the file holds,
 * and time is proportional to its size. Each becomes an error row, never an exception:
 * - a quote never closed by the file's end, or open for over 1 MiB while the swallowed lines look like rows of
 *   this file: its first line is skipped and reading goes on at the next physical line, so no later row is
 *   lost (until a hostile file has had four times its size + 16 MiB read again; then the record is skipped);
 * - any other record over 1 MiB: all of it is skipped and reading goes on at the next record;
 * - a quote closed only by a stray quote of a later line: where the later lines look like rows of this file,
 *   as above, so they are read; otherwise the whole record is skipped.
 * Not found: a quote left open that a later line closes just where a cell ends. It reads as one longer cell.
 *
 * Rows are pulled: nothing is read ahead of the consumer but one chunk, and leaving the loop closes the stream.
 * An empty file has an empty header and no rows. Rejects with `CsvHeaderError` when the header row is larger
 * than 1 MiB, has more than 2,000 columns or an unclosed quote, with `RangeError` on a delimiter of another shape, and with the
 * stream's own errors.
 */
export async function parseCsv(
  open: () => AsyncIterable<Buffer>,
  options: CsvOptions = {},
): Promise<CsvFile> {
  const dialect = await detectDialect(open, options)
  const { encoding, delimiter } = dialect
  let headerRow = 0
  let header: string[] = []
  for await (const record of readRecords(textBytes(open, dialect), delimiter, () => 0)) {
    headerRow += record.emptyLines ?? 1
    if (headerRow < (options.headerRow ?? 1)) continue
    if (record.error !== undefined) {
      throw new CsvHeaderError({
        ...record.error,
        message: `The header, row ${headerRow}, could not be read. ${record.error.message}`,
      })
    }
    if (isBlank(record.cells)) continue
    header = headerNames(record.cells)
    break
  }
  const rows = { [Symbol.asyncIterator]: () => readRows(open, dialect, headerRow, header.length) }
  return { encoding, delimiter, header, headerRow, rows }
}
