import { offsetMs } from '../record/relative-time.ts'
import { DAY_MS } from '../time.ts'
import { type CellResult, isBlankCell, problem, value } from './values.ts'

/** Whether the day or the month comes first in dates such as 03/04/2024. */
export type DateOrder = 'DMY' | 'MDY'

type Moment = { year: number; month: number; day: number; hour: number; minute: number; second: number }
type Found = Moment & { milli: number; offset?: number }

const MONTHS: Record<string, number> = {}
const MONTH_WORDS = [
  'jan january januar janvier ene enero janv',
  'feb february februar fevrier fev febrero fevr',
  'mar march marz mrz mars marzo',
  'apr april avril avr abr abril',
  'may mai mayo',
  'jun june juni juin junio',
  'jul july juli juillet juil julio',
  'aug august aout ago agosto',
  'sep sept september septembre septiembre',
  'oct october okt oktober octobre octubre',
  'nov november novembre noviembre',
  'dec december dez dezember decembre dic diciembre',
]
for (const [index, words] of MONTH_WORDS.entries()) {
  for (const word of words.split(' ')) MONTHS[word] = index + 1
}

const TIME =
  /[T\s,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap])?(?:\.?m\.?)?\s*(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?$/i
const ISO = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/
const COMPACT = /^((?:19|20)\d{2})(\d{2})(\d{2})$/
const NUMERIC = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$/
const DAY_FIRST =
  /^(?:\p{L}+,?\s+)?(\d{1,2})(?:\.|st|nd|rd|th|er)?[\s-]*(?:de\s+)?(\p{L}{3,})\.?,?[\s-]*(?:de\s+)?(\d{4}|\d{2})$/iu
const MONTH_FIRST = /^(?:\p{L}+,\s+)?(\p{L}{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/iu

function fullYear(text: string): number {
  const year = Number(text)
  return text.length > 2 ? year : year + (year < 70 ? 2000 : 1900)
}

function monthOf(word: string): number | undefined {
  return MONTHS[word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()]
}

type Day = [year: number, month: number, day: number]

function numericDay(match: RegExpExecArray, order: DateOrder | undefined): Day {
  const [, first, separator, second, year] = match
  const a = Number(first)
  const b = Number(second)
  const dayFirst = a > 12 || (b <= 12 && (order ?? (separator === '.' ? 'DMY' : 'MDY')) === 'DMY')
  return dayFirst ? [fullYear(year!), b, a] : [fullYear(year!), a, b]
}

function dayOf(text: string, order: DateOrder | undefined): Day | undefined {
  const iso = ISO.exec(text)
  if (iso) return [Number(iso[1]), Number(iso[3]), Number(iso[4])]
  const compact = COMPACT.exec(text)
  if (compact) return [Number(compact[1]), Number(compact[2]), Number(compact[3])]
  const numeric = NUMERIC.exec(text)
  if (numeric) return numericDay(numeric, order)
  const dayFirst = DAY_FIRST.exec(text)
  const dayFirstMonth = dayFirst ? monthOf(dayFirst[2]!) : undefined
  if (dayFirst && dayFirstMonth) return [fullYear(dayFirst[3]!), dayFirstMonth, Number(dayFirst[1])]
  const monthFirst = MONTH_FIRST.exec(text)
  const month = monthFirst ? monthOf(monthFirst[1]!) : undefined
  return monthFirst && month ? [fullYear(monthFirst[3]!), month, Number(monthFirst[2])] : undefined
}

function offsetOf(zone: string | undefined): number | undefined {
  if (!zone) return undefined
  if (!/\d/.test(zone)) return 0
  const digits = zone.replace(/\D/g, '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return zone.startsWith('-') ? -minutes : minutes
}

type Clock = { hour: number; minute: number; second: number; milli: number; offset?: number }
const MIDNIGHT: Clock = { hour: 0, minute: 0, second: 0, milli: 0 }

function clockOf(match: RegExpExecArray): Clock | undefined {
  const [, hours, minutes, seconds, fraction, half, zone] = match
  let hour = Number(hours)
  if (half) {
    if (hour < 1 || hour > 12) return undefined
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  }
  const minute = Number(minutes)
  const second = Number(seconds ?? 0)
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const milli = Number((fraction ?? '').padEnd(3, '0').slice(0, 3))
  return { hour, minute, second, milli, offset: offsetOf(zone) }
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function read(text: string, order: DateOrder | undefined): Found | string {
  const whole = text.trim().replace(/\s+/g, ' ')
  if (/^\d{1,7}(?:[.,]\d+)?$/.test(whole)) return 'is a number, not a date; write dates as 2024-03-15'
  const time = TIME.exec(whole)
  const clock = time ? clockOf(time) : MIDNIGHT
  const day = dayOf(time ? whole.slice(0, time.index).trim() : whole, order)
  if (!day) return 'is not a date that could be read; write dates as 2024-03-15'
  if (!clock) return 'has a time of day that does not exist'
  const [year, month, date] = day
  if (year < 1800 || year > 2200) return 'is not a date between 1800 and 2200'
  if (month < 1 || month > 12 || date < 1 || date > daysIn(year, month))
    return 'is a date that does not exist'
  return { year, month, day: date, ...clock }
}

/**
 * A calendar date as `YYYY-MM-DD`, as it is written: a time and an offset beside it are read and dropped.
 * Reads `2024-03-15`, `2024/3/15`, `20240315`, `3/15/2024`, `15/03/2024`, `15.03.2024`, `15.3.24`,
 * `15 Mar 2024`, `March 15, 2024` (months also in German, French and Spanish), each with a time if there is
 * one. Where day and month could be either, `order` decides (`detectDateOrder`); without it, points mean
 * day first and other separators month first. Impossible dates and bare numbers (Excel serials) are problems.
 */
export function parseDateCell(text: string, options: { order?: DateOrder } = {}): CellResult<string> {
  if (isBlankCell(text)) return value<string>(null)
  const found = read(text, options.order)
  if (typeof found === 'string') return problem(text, found, 'NOT_A_DATE')
  const pad = (part: number) => String(part).padStart(2, '0')
  return value(`${found.year}-${pad(found.month)}-${pad(found.day)}`)
}

/** Minutes by which the zone's clocks are ahead of UTC at an instant. Throws RangeError on an unknown zone. */
const zoneOffset = (timeZone: string, instant: number): number =>
  Math.round(offsetMs(timeZone, instant) / 60_000)

/**
 * An instant as ISO 8601 in UTC (`2024-03-12T09:14:00.000Z`), of the same forms as `parseDateCell`; a date
 * alone is its midnight. Text with `Z` or an offset says its own; other text is local to `timeZone`
 * (IANA name, UTC when not given; an unknown name throws RangeError). A local time that a change of clocks
 * skips is read with the offset before the change.
 */
export function parseDateTimeCell(
  text: string,
  options: { order?: DateOrder; timeZone?: string } = {},
): CellResult<string> {
  if (isBlankCell(text)) return value<string>(null)
  const found = read(text, options.order)
  if (typeof found === 'string') return problem(text, found, 'NOT_A_DATE')
  const { year, month, day, hour, minute, second, milli, offset } = found
  const local = Date.UTC(year, month - 1, day, hour, minute, second, milli)
  const { timeZone = 'UTC' } = options
  if (offset !== undefined || timeZone === 'UTC') {
    return value(new Date(local - (offset ?? 0) * 60_000).toISOString())
  }
  const before = zoneOffset(timeZone, local - DAY_MS)
  const candidate = local - before * 60_000
  const actual = zoneOffset(timeZone, candidate)
  const instant = actual === before ? candidate : local - actual * 60_000
  const stands = zoneOffset(timeZone, instant) === actual
  return value(new Date(stands ? instant : candidate).toISOString())
}

/** Where people write the month first although they live on the same continent as others who do not. */
const MONTH_FIRST_ZONE = /^(Asia\/Manila|Pacific\/(Honolulu|Guam|Saipan|Pago_Pago|Midway|Wake))$/
const DAY_FIRST_IN_AMERICA =
  /^America\/(Argentina\/.*|Asuncion|Bahia|Belem|Bogota|Buenos_Aires|Caracas|Costa_Rica|Fortaleza|Guatemala|Guayaquil|Havana|La_Paz|Lima|Manaus|Mexico_City|Monterrey|Montevideo|Recife|Santiago|Santo_Domingo|Sao_Paulo|Tijuana)$/

/**
 * What 03/04/2026 means to most people in a time zone, for dates that do not show it themselves. Undefined in North America,
 * and where the zone says nothing of a place (UTC).
 */
export function dateOrderIn(timeZone: string): DateOrder | undefined {
  if (MONTH_FIRST_ZONE.test(timeZone)) return undefined
  const isElsewhere = /^(Africa|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)\//.test(timeZone)
  return isElsewhere || DAY_FIRST_IN_AMERICA.test(timeZone) ? 'DMY' : undefined
}

/** The order that a column's dates show: some number above 12 in one place, none in the other; else undefined. */
export function detectDateOrder(samples: readonly string[]): DateOrder | undefined {
  let dayFirst = 0
  let monthFirst = 0
  for (const sample of samples) {
    const match = /^(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?!\d)/.exec(sample.trim())
    if (!match) continue
    const a = Number(match[1])
    const b = Number(match[2])
    if (a > 12 && a <= 31 && b <= 12) dayFirst++
    if (b > 12 && b <= 31 && a <= 12) monthFirst++
  }
  if (dayFirst > 0 === monthFirst > 0) return undefined
  return dayFirst > 0 ? 'DMY' : 'MDY'
}
