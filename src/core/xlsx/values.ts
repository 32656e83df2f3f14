import { DAY_MS } from '../time.ts'

/** Formats of ECMA-376 18.8.30 that show a date or a time and have no code in the file; 27 to 58 are East Asia's. */
const isBuiltIn = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

/** Whether a number format shows a date. Letters in quotes and brackets are text, colours and places, `[h]` is a duration. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return isBuiltIn(id)
  if (/\[(h+|m+|s+)\]/i.test(code)) return false
  return /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|General/gi, '').split(';')[0]!)
}

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

/** A number in plain decimals. Three of them might be thousands to a reader, so they get a fourth. */
export function numberText(value: number): string {
  const plain = Number.parseFloat(value.toPrecision(15))
  const text = Math.abs(plain) >= 1e21 ? String(plain) : plain.toLocaleString('en-US', PLAIN)
  return /^-?\d+\.\d{3}$/.test(text) ? `${text}0` : text
}
const PLAIN = { useGrouping: false, maximumFractionDigits: 20 } as const

/** `_x000D_` is how Office writes a character that XML cannot hold. */
export const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    : text
