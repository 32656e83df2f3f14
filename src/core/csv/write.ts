/** What a cell of an export may hold. */
export type CsvCell =
  | string
  | number
  | bigint
  | boolean
  | Date
  | null
  | undefined
  | readonly unknown[]
  | object

// A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection), full-width forms included.
// Apostrophes before it are part of the pattern, so that text which already looks neutralised gets one more
// and comes back as it was.
const RISKY = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
const NEUTRALISED = /^'+[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

/** Text that no spreadsheet runs as a formula: risky text gets a leading apostrophe, other text is unchanged. */
export function neutralise(text: string): string {
  return RISKY.test(text) ? `'${text}` : text
}

/** Whether a spreadsheet would take the text for a formula. */
export const isRisky = (text: string): boolean => RISKY.test(text)

/** Takes back what `neutralise` did: `restore(neutralise(text)) === text` for every string. */
export function restore(text: string): string {
  return NEUTRALISED.test(text) ? text.slice(1) : text
}

const cellText = (cell: CsvCell): string =>
  typeof cell === 'number' || typeof cell === 'bigint' ? plainText(cell) : neutralise(plainText(cell))

/** What a cell reads where nothing runs it as a formula. */
export function plainText(cell: CsvCell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : ''
  if (typeof cell === 'bigint' || typeof cell === 'boolean') return String(cell)
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : cell.toISOString()
  if (Array.isArray(cell)) return cell.map(itemText).join('; ')
  return JSON.stringify(cell) ?? ''
}

function itemText(item: unknown): string {
  if (item === null || item === undefined) return ''
  if (item instanceof Date) return cellText(item)
  return typeof item === 'object' ? JSON.stringify(item) : String(item)
}

const PLAIN_EDGES = /^\S(?:[\s\S]*\S)?$/

function quote(text: string, delimiter: string): string {
  if (text === '') return text
  const plain =
    PLAIN_EDGES.test(text) &&
    !text.includes('"') &&
    !text.includes(delimiter) &&
    !text.includes('\n') &&
    !text.includes('\r')
  return plain ? text : `"${text.replaceAll('"', '""')}"`
}

/**
 * One line of CSV (RFC 4180), its CRLF included. Text is neutralised against formula injection; numbers,
 * booleans (`true`, `false`) and dates (ISO 8601, UTC) are written as they are; null, undefined and numbers
 * that are not finite are empty; arrays are joined with `; `; other objects are JSON. Text with a delimiter, a
 * quote, a line break or white space at an end is quoted. `parseCsv` and `restore` give every string back,
 * except NUL characters and unpaired surrogates, which UTF-8 text in PostgreSQL cannot hold.
 */
export function csvLine(cells: readonly CsvCell[], delimiter = ','): string {
  return `${cells.map(cell => quote(cellText(cell), delimiter)).join(delimiter)}\r\n`
}
