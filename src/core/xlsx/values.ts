import { perKey } from '../record/per-key.ts'
import { DAY_MS } from '../time.ts'

/** Formats of ECMA-376 18.8.30 that show a date or a time and have no code in the file; 27 to 58 are East Asia's. */
const isBuiltIn = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

/** Whether a number format shows a date. Letters in quotes and brackets are text, colours and places, `[h]` is a duration. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return isBuiltIn(id)
  if (/\[(h+|m+|s+)\]/i.test(code)) return false
  return /[ymdhs]/i.test(symbolsOf(code))
}

/** How a number is shown: as a date, or with so many digits before the point at least and behind it at most, perhaps in hundredths. */
export type Shown = 'date' | { digits: number; decimals: number; isPercent: boolean }

/** Formats of ECMA-376 18.8.30 of plain numbers that have no code in the file. */
const BUILT_IN: Record<number, string> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
}
for (const id of [5, 6, 37, 38, 41, 42]) BUILT_IN[id] = '#,##0'
for (const id of [7, 8, 39, 40, 43, 44]) BUILT_IN[id] = '#,##0.00'
/** Digits, grouped or not, with a fixed number of decimals; in thousands, powers and fractions a number is not what it looks like. */
const FIXED = /^[^0#?.,/%]*([#0?,]*[0#?])(?:\.([0#?]+))?\s*(%?)[^0#?.,/%]*$/

/** What a number format shows; undefined where that is the number as it is. */
export function shownBy(id: number, code: string | undefined): Shown | undefined {
  if (isDateFormat(id, code)) return 'date'
  const fixed = FIXED.exec(symbolsOf(code ?? BUILT_IN[id] ?? ''))
  if (!fixed) return undefined
  const [, before = '', behind = '', percent] = fixed
  return {
    digits: before.replace(/[^0]/g, '').length,
    decimals: behind.length,
    isPercent: percent === '%',
  }
}

/** The first of a format's parts without texts, colours, places and spaces as wide as a letter. */
const symbolsOf = (code: string): string =>
  code.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|General/gi, '').split(';')[0]!

/** What a spreadsheet counts its days from: the day before 1900, or 1904 where the workbook says so. */
const EPOCHS = { false: Date.UTC(1899, 11, 30), true: Date.UTC(1904, 0, 1) } as const
const LAST_SERIAL = 2_958_465

/**
 * The day and, where there is one, the time of a serial number, as ISO 8601 without a zone: a spreadsheet's clock has none.
 * Before March 1900 a spreadsheet counts a day that was none. Undefined for what is no date.
 */
export function dateOf(serial: number, is1904: boolean): string | undefined {
  if (!(serial >= 0 && serial <= LAST_SERIAL)) return undefined
  const early = !is1904 && serial >= 1 && serial < 60 ? 1 : 0
  const iso = new Date(
    EPOCHS[`${is1904}`] + Math.round((serial + early) * (DAY_MS / 1000)) * 1000,
  ).toISOString()
  const time = iso.slice(11, 19)
  if (serial < 1 && !is1904) return time
  return time === '00:00:00' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${time}`
}

/** Of a number that is shown with less stays as much, since amounts are often shown without their cents. */
const DECIMALS_AT_LEAST = 2

/**
 * A number as its cell shows it: what a formula made has more decimals than that, a percentage is a hundredth of it, and a postal
 * code lacks its zeros.
 */
export function shownText(value: number, { digits, decimals, isPercent }: Exclude<Shown, 'date'>): string {
  const text = numberText(isPercent ? value * 100 : value, Math.max(decimals, DECIMALS_AT_LEAST))
  const padded = text.replace(/^(-?)(\d+)/, (_, sign, whole) => sign + whole.padStart(digits, '0'))
  return isPercent ? `${padded}%` : padded
}

/** A number in plain decimals. Three of them might be thousands to a reader, so they get a fourth. */
export function numberText(value: number, decimalsAtMost = 20): string {
  const plain = Number.parseFloat(value.toPrecision(15))
  const text = Math.abs(plain) >= 1e21 ? String(plain) : plainFormat(decimalsAtMost).format(plain)
  return /^-?\d+\.\d{3}$/.test(text) ? `${text}0` : text
}

/** Made once each: making one takes fifty times as long as using it. */
const plainFormat = perKey(
  (maximumFractionDigits: number) =>
    new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits }),
)

/** `_x000D_` is how Office writes a character that XML cannot hold. */
export const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    : text
