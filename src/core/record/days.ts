import { DAY_MS } from '../time.ts'
import { dayIn } from './relative-time.ts'

/**
 * One way of counting days. Between two moments they are days of 24 hours, of which only whole ones are told; between two days of the
 * calendar they are nights, by the workspace's calendar. The statements below count like the functions.
 */

type Moment = string | number | Date
const msOf = (moment: Moment): number =>
  typeof moment === 'number' ? moment : moment instanceof Date ? moment.getTime() : Date.parse(moment)

/** Days of 24 hours between two moments, with their fraction; 0 where the second lies before the first. */
export const elapsedDays = (from: Moment, to: Moment = Date.now()): number =>
  Math.max(0, (msOf(to) - msOf(from)) / DAY_MS)

/** How many of them have passed whole: what is told, here as by `totalDurationDays` of a deal. */
export const wholeDaysOf = (days: number): number => Math.floor(Math.max(0, days))

/** The same in SQL. */
export const sqlDays = (from: string, to: string): string =>
  `(extract(epoch from ${to} - ${from}) / ${DAY_MS / 1000})`
export const sqlWholeDays = (from: string, to: string): string =>
  `greatest(0, floor(${sqlDays(from, to)}))::int`

/** Nights from one day of the calendar (YYYY-MM-DD) to another; below 0 where the second is the earlier one. */
export const daysApart = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS)

/** Nights from today, by the calendar of that zone, to a day of the calendar. */
export const daysUntil = (day: string, zone: string, now: Date = new Date()): number =>
  daysApart(dayIn(zone, now), day)
