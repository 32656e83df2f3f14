import { type Column, isBlank, type Notation, type Table } from './table.ts'

/** A column of texts is one of numbers or days where so many of its filled cells read as such, and it has more values than a choice would. */
const READ_AT_LEAST = 0.98
const VALUES_AT_LEAST = 15
/** So many of its cells tell how a column is written. */
const CELLS_LOOKED_AT = 2000

const CURRENCY = /^(?:[$€£¥]|(?:eur|usd|gbp|chf|jpy)\b)\s*|\s*(?:[$€£¥%]|(?:eur|usd|gbp|chf|jpy)\b)$/gi
const NUMBER = /^[-+−]?\d[\d.,'’  ]*$/
const DAY = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T].*)?$/
const ISO_DAY = /^\d{4}-\d{2}-\d{2}(?:[ T].*)?$/

/** `412 kg`, `3 days`, `12 m²`, `80 km/h`: what stands behind the figure. */
const UNIT = /(?<=\d)\s*(\p{L}{1,7}[²³]?(?:\/\p{L}{1,7})?)$/u

const withUnit = (text: string): string => text.trim().replace(CURRENCY, '')
const bare = (text: string): string => withUnit(text).replace(UNIT, '')
const unitOf = (text: string): string | undefined =>
  UNIT.exec(withUnit(text))?.[1]
    ?.toLowerCase()
    .replace(/(?<=\p{L}{2})s$/u, '')

/** A number as people write it: `1,234.50`, `€ 1.234,50` where commas are decimal, `12 %`, `412 kg`; NaN for what is none. */
export function numberIn(text: string, notation: Notation | undefined): number {
  const plain = Number(text)
  if (notation === undefined && !Number.isNaN(plain)) return plain
  const digits = bare(text)
  if (!NUMBER.test(digits)) return plain
  const spaced = digits.replace(/['’  ]/g, '').replace('−', '-')
  return Number(
    notation === 'comma' ? spaced.replaceAll('.', '').replace(',', '.') : spaced.replaceAll(',', ''),
  )
}

/** A day as people write it, in milliseconds since 1970; NaN for what is none. */
export function dayIn(text: string, notation: Notation | undefined): number {
  const found = notation && notation !== 'comma' && DAY.exec(text.trim())
  if (!found) return Date.parse(text)
  const [, one, other, year] = found
  const [day, month] = notation === 'dayFirst' ? [one, other] : [other, one]
  return Date.UTC(Number(year), Number(month) - 1, Number(day))
}

/** Whether commas part decimals in these texts; what can be both ways is read as English. */
function hasDecimalCommas(texts: readonly string[]): boolean {
  const written = texts.map(bare)
  return (
    written.some(text => /,\d{1,2}$|,\d{4,}$|\..*,|\d\.\d{3}\./.test(text)) &&
    !written.some(text => /\.\d{1,2}$|,.*\.|,\d{3},/.test(text))
  )
}

/** Which part of a day stands first: told by one that is no month. */
function dayNotation(texts: readonly string[]): Notation | undefined {
  const found = texts.flatMap(text => {
    const parts = DAY.exec(text.trim())
    return parts ? [parts] : []
  })
  if (found.some(parts => Number(parts[2]) > 12)) return 'monthFirst'
  return found.some(parts => Number(parts[1]) > 12) ? 'dayFirst' : undefined
}

/**
 * A column of texts that are all numbers or all days, as the column that it is. A spreadsheet knows no types, and a field of text
 * may hold figures: as words each of them would name its row.
 */
export function asWritten(column: Column): Column {
  if (column.kind !== 'category' && column.kind !== 'number') return column
  const texts = column.cells.filter(cell => !isBlank(cell)).slice(0, CELLS_LOOKED_AT)
  if (!texts.some(cell => typeof cell === 'string' && Number.isNaN(Number(cell)))) {
    const isNumeric = texts.every(cell => typeof cell === 'number' || typeof cell === 'string')
    const isMany = new Set(texts.map(String)).size >= VALUES_AT_LEAST
    return column.kind === 'category' && isNumeric && isMany ? read(column, 'number', undefined) : column
  }
  const words = texts.map(String)
  if (column.kind === 'category' && new Set(words).size < VALUES_AT_LEAST) return column
  const share = (count: number) => count / words.length
  const order = dayNotation(words)
  const days = words.filter(text => ISO_DAY.test(text) || (order && DAY.test(text.trim()))).length
  if (column.kind === 'category' && share(days) >= READ_AT_LEAST) return read(column, 'date', order)
  // Grams and kilograms, or 12A and 12B, are no figures that could be compared.
  const units = new Set(words.map(unitOf))
  if (column.kind === 'category' && units.size > (units.has(undefined) ? 2 : 1)) return column
  const notation = hasDecimalCommas(words) ? 'comma' : undefined
  const numbers = words.filter(text => !Number.isNaN(numberIn(text, notation))).length
  return share(numbers) >= READ_AT_LEAST || column.kind === 'number'
    ? read(column, 'number', notation)
    : column
}

function read(column: Column, kind: 'number' | 'date', notation: Notation | undefined): Column {
  const cells = column.cells.map(cell => {
    if (isBlank(cell) || typeof cell !== 'string') return cell
    const value = kind === 'number' ? numberIn(cell, notation) : dayIn(cell, notation)
    return Number.isNaN(value) ? null : value
  })
  return { ...column, kind, cells, ...(notation ? { notation } : {}) }
}

export const tableAsWritten = (table: Table): Table => ({ ...table, columns: table.columns.map(asWritten) })
