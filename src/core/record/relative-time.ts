import { DAY_MS } from '../time.ts'

const UNIT_DAYS = { d: 1, w: 7 } as const

/** A formatter for each zone that was asked for: making one takes a hundred times as long as using it. */
function forEachZone(locale: string, options: Intl.DateTimeFormatOptions) {
  const made = new Map<string, Intl.DateTimeFormat>()
  return (zone: string): Intl.DateTimeFormat => {
    const kept = made.get(zone)
    if (kept) return kept
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
    made.set(zone, format)
    return format
  }
}

const days = forEachZone('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' })
const clocks = forEachZone('en-US', {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})

/** The calendar day (YYYY-MM-DD) that it is in the zone at that moment. */
export const dayIn = (zone: string, at: Date = new Date()): string => days(zone).format(at)

/**
 * The moment at which a calendar day begins in the zone; days of 23 or 25 hours included. Where the clock skips midnight, as in
 * Santiago, that is the change; where it shows midnight twice, as once in Gaza, the first time.
 */
export const startOfDay = (day: string, zone: string): Date => momentAt(day, '00:00', zone)

/**
 * The moment at which the zone's clock shows that day and time. A time that the clock skips is as far behind the
 * change as it would have been; of a time that it shows twice the first is meant (as Temporal's `compatible`).
 * @param time HH:mm
 */
export function momentAt(day: string, time: string, zone: string): Date {
  const wall = Date.parse(`${day}T${time}:00Z`)
  // A day apart, so that a change of the clock in between shows as two offsets.
  const before = offsetMs(zone, wall - DAY_MS)
  const after = offsetMs(zone, wall + DAY_MS)
  const fitting = [before, after].find(offset => offsetMs(zone, wall - offset) === offset)
  return new Date(wall - (fitting ?? before))
}

type Today = { day: string; start: string; endsMs: number; startsMs: number }
const todays = new Map<string, Today>()

/** The day that it is in the zone and the moment at which it began; kept until it ends, for it is asked for at every turn. */
export function todayIn(zone: string, at: Date = new Date()): Today {
  const kept = todays.get(zone)
  const ms = at.getTime()
  if (kept && ms >= kept.startsMs && ms < kept.endsMs) return kept
  const day = dayIn(zone, at)
  const start = startOfDay(day, zone)
  const endsMs = startOfDay(addDays(day, 1), zone).getTime()
  const today = { day, start: start.toISOString(), startsMs: start.getTime(), endsMs }
  todays.set(zone, today)
  return today
}

/** How far the zone's clock is ahead of UTC at that moment, in milliseconds. */
export function offsetMs(zone: string, atMs: number): number {
  const parts = clocks(zone).formatToParts(atMs)
  const get = (type: string) => Number(parts.find(part => part.type === type)?.value)
  const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'))
  return local - Math.floor(atMs / 1000) * 1000
}

/** The day that lies so many days after another. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The day so many months later; the last of the month where it has no such day. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10)
}

/**
 * The day that a relative expression means: `today`, `yesterday`, `tomorrow`, `-7d`, `+2w`, `-3m`, `+1y`,
 * `startOfWeek` (Monday), `startOfMonth`, `startOfQuarter`, `startOfYear`. Undefined for anything else.
 */
export function relativeDay(text: string, today: string): string | undefined {
  const named: Record<string, () => string> = {
    today: () => today,
    yesterday: () => addDays(today, -1),
    tomorrow: () => addDays(today, 1),
    startOfWeek: () => addDays(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7)),
    startOfMonth: () => `${today.slice(0, 8)}01`,
    startOfQuarter: () =>
      `${today.slice(0, 5)}${String(Math.floor((Number(today.slice(5, 7)) - 1) / 3) * 3 + 1).padStart(2, '0')}-01`,
    startOfYear: () => `${today.slice(0, 5)}01-01`,
  }
  if (Object.hasOwn(named, text)) return named[text]!()
  const span = parseSpan(text)
  return span ? moveDay(today, span) : undefined
}

export type Span = { count: number; unit: 'd' | 'w' | 'm' | 'y' }

/** Reads `-7d`, `+2w`, `30d`, `6m`, `1y`: a count of at most four digits and a unit. */
export function parseSpan(text: string): Span | undefined {
  const match = /^([+-]?\d{1,4})([dwmy])$/.exec(text)
  return match ? { count: Number(match[1]), unit: match[2] as Span['unit'] } : undefined
}

/** The day that lies a span after another. */
export function moveDay(day: string, { count, unit }: Span): string {
  if (unit === 'd' || unit === 'w') return addDays(day, count * UNIT_DAYS[unit])
  return addMonths(day, unit === 'm' ? count : count * 12)
}
