import type { IssueParams } from '../errors.ts'

/**
 * What a cell of an import holds. A blank cell (also `-`, `n/a`, `null`, `#N/A`) is a value of null; a cell
 * that cannot be read has a problem, a sentence for the user.
 */
export type CellResult<T> = { ok: true; value: T | null } | CellProblem
/** `code` and `params` say the same as `problem`, as those of an issue do. */
export type CellProblem = { ok: false; problem: string; code: string; params?: IssueParams }

const BLANKS = new Set(['', '-', '–', '—', 'n/a', 'null', 'none', 'nil'])

export function isBlankCell(text: string): boolean {
  return BLANKS.has(text.trim().toLowerCase()) || isErrorCell(text)
}

/** What a spreadsheet writes where a formula has no value, in English and German. */
export const isErrorCell = (text: string): boolean =>
  /^#(n\/a|nv|ref!|bezug!|value!|wert!|div\/0!|name\?|null!|num!|zahl!)$/i.test(text.trim())

export function value<T>(found: T | null): CellResult<T> {
  return { ok: true, value: found }
}

/** A problem that names the cell's text (its first 40 characters). */
export function problem(text: string, why: string, code: string): CellProblem {
  const shown = text.trim()
  return { ok: false, problem: `“${shown.length > 40 ? `${shown.slice(0, 40)}…` : shown}” ${why}.`, code }
}

const CURRENCY_WORDS = new Set([
  ...Intl.supportedValuesOf('currency').map(code => code.toLowerCase()),
  ...['kr', 'zł', 'kč', 'rs', 'fr', 'us', 'a', 'c', 'r', 'ft', 'lei', 'лв', 'руб'],
])

/** The number without its currency (sign, ISO code or common abbreviation, before or after), or undefined. */
function withoutCurrency(text: string): string | undefined {
  let found = 0
  const rest = text.replace(/\p{Sc}|(?<!\d)\p{L}+\.?|(?<=\d)(?![eE][+-]?\d)\p{L}+\.?/gu, mark => {
    const word = mark.replace(/\.$/, '').toLowerCase()
    if (!/^\p{Sc}/u.test(mark)) found += CURRENCY_WORDS.has(word) ? 1 : 9
    return ''
  })
  return found > 1 ? undefined : rest
}

const GROUPED = { ',': /^\d{1,3}(?:,\d{2,3})*,\d{3}$/, '.': /^\d{1,3}(?:\.\d{3})+$/ } as const

/** Digits with one decimal point at most, or undefined when commas and points are not where numbers have them. */
function plainDigits(text: string, decimal: ',' | '.' | undefined): string | undefined {
  const comma = text.lastIndexOf(',')
  const point = text.lastIndexOf('.')
  let mark: ',' | '.' = decimal ?? '.'
  if (decimal === undefined) {
    if (comma !== -1 && point !== -1) mark = comma > point ? ',' : '.'
    else if (comma !== -1) mark = GROUPED[','].test(text) && !text.startsWith('0') ? '.' : ','
    else if (point !== -1 && text.indexOf('.') !== point) mark = ','
  }
  const other = mark === ',' ? '.' : ','
  const [whole = '', fraction, ...more] = text.split(mark)
  if (more.length > 0 || fraction?.includes(other)) return undefined
  if (whole.includes(other) && !GROUPED[other].test(whole)) return undefined
  const digits = whole.replaceAll(other, '')
  return fraction === undefined ? digits : `${digits}.${fraction}`
}

/**
 * A finite number: `1,234.50`, `1.234,50`, `€ 1 200`, `CHF 1'200.–`, `(300)` = -300, `300-`, `12%` = 12, `1.5E+3`.
 * A lone comma before exactly three digits groups thousands (`1,234` = 1234), a lone point is a decimal point
 * (`1.234` = 1.234); give `decimal` when the column's convention is known (`detectDecimal`). Words and
 * magnitudes (`12k`, `3 Mio`) are problems, never guesses.
 */
export function parseNumberCell(text: string, options: { decimal?: ',' | '.' } = {}): CellResult<number> {
  if (isBlankCell(text)) return value<number>(null)
  const bad = problem(text, 'is not a number', 'NOT_A_NUMBER')
  let rest = text.normalize('NFKC').replace(/[−–]/g, '-').trim()
  const bracketed = /^\((.*)\)$/.exec(rest)
  if (bracketed) rest = bracketed[1]!
  const bare = withoutCurrency(
    rest.replace(/(?<=\d)\s*%$/, '').replace(/[.,]-{1,2}(?=\s|\p{L}|\p{Sc}|$)/u, ''),
  )
  if (bare === undefined) return bad
  const compact = bare.trim().replace(/(?<=\d)[\s'’](?=\d{3}(?!\d))/g, '')
  const match = /^([+-]?)\s*([\d.,]*\d[\d.,]*)(?:[eE]([+-]?\d{1,3}))?\s*(-?)$/.exec(compact)
  if (!match) return bad
  const [, sign, body = '', exponent, trailing] = match
  const signs = (bracketed ? 1 : 0) + (sign ? 1 : 0) + (trailing ? 1 : 0)
  const digits = plainDigits(body, options.decimal)
  if (digits === undefined || signs > 1) return bad
  const size = Number(exponent ? `${digits}e${exponent}` : digits)
  if (!Number.isFinite(size)) return bad
  const negative = bracketed || sign === '-' || trailing
  return value(negative && size !== 0 ? -size : size)
}

/** The decimal mark that a column's cells show beyond doubt, or undefined when they show none, or both. */
export function detectDecimal(samples: readonly string[]): ',' | '.' | undefined {
  const seen = new Set<',' | '.'>()
  for (const sample of samples) {
    const marks = sample.replace(/[^\d.,]/g, '').replace(/[.,]+$/, '')
    const comma = marks.lastIndexOf(',')
    const point = marks.lastIndexOf('.')
    const tail = marks.length - 1 - Math.max(comma, point)
    if (comma === -1 && point === -1) continue
    if (comma !== -1 && point !== -1) seen.add(comma > point ? ',' : '.')
    else if (tail !== 3) {
      if (marks.indexOf(',') === comma && comma !== -1) seen.add(',')
      if (marks.indexOf('.') === point && point !== -1) seen.add('.')
    }
  }
  return seen.size === 1 ? [...seen][0] : undefined
}

const YES = new Set([
  'yes',
  'y',
  'true',
  't',
  '1',
  'on',
  'x',
  '✓',
  '✔',
  'ja',
  'j',
  'wahr',
  'oui',
  'vrai',
  'si',
  'sí',
])
const NO = new Set([
  'no',
  'n',
  'false',
  'f',
  '0',
  'off',
  '✗',
  '✘',
  'nein',
  'falsch',
  'non',
  'faux',
  'nee',
  'falso',
])
for (const word of ['s', 'verdadero', 'verdadeiro', 'sim', 'vero']) YES.add(word)
for (const word of ['não', 'nao']) NO.add(word)

/** yes/no, true/false, 1/0, x, and the same in German, French, Spanish, Italian, Portuguese and Dutch. */
export function parseBooleanCell(text: string): CellResult<boolean> {
  const word = text.normalize('NFC').trim().toLowerCase()
  if (YES.has(word)) return value(true)
  if (NO.has(word)) return value(false)
  return isBlankCell(text) ? value<boolean>(null) : problem(text, 'is neither yes nor no', 'NOT_YES_NO')
}

/**
 * The items of a cell such as tags: separated by semicolons, or line breaks, or else by commas; trimmed, without
 * blanks, and without repeats that differ only in case (the first spelling stays). A blank cell is [].
 */
export function parseListCell(text: string): CellResult<string[]> {
  const separator = /[;\n]/.test(text) ? /[;\r\n]+/ : /,/
  const items = new Map<string, string>()
  for (const part of text.split(separator)) {
    const item = part.trim()
    if (item !== '' && !items.has(item.toLowerCase())) items.set(item.toLowerCase(), item)
  }
  return value([...items.values()])
}
