import { addDays, addMonths, dayIn, momentAt, relativeDay } from '#core/record/relative-time.ts'
import type { ReportSchedule } from './reports.contract.ts'

/** The day of that number in the month of `day`; the month's last one where it is shorter. */
function dayOfMonth(day: string, number: number): string {
  const first = `${day.slice(0, 7)}-01`
  const last = addDays(addMonths(first, 1), -1)
  const wanted = addDays(first, number - 1)
  return wanted.startsWith(first.slice(0, 7)) ? wanted : last
}

/**
 * The first moment after another at which a schedule is due, by the clock of the zone: 08:00 stays 08:00 when the clock
 * changes. A time that the clock skips is as far behind the change as it would have been; one that it shows twice counts once.
 */
export function nextAfter(schedule: ReportSchedule, zone: string, after: Date): Date {
  const today = dayIn(zone, after)
  const days = {
    DAY: [today, addDays(today, 1)],
    WEEK: [0, 7].map(more => addDays(relativeDay('startOfWeek', today)!, schedule.weekday - 1 + more)),
    MONTH: [0, 1].map(more => dayOfMonth(addMonths(`${today.slice(0, 7)}-01`, more), schedule.dayOfMonth)),
  }[schedule.every]
  const moments = days.map(day => momentAt(day, schedule.time, zone))
  return moments.find(moment => moment > after) ?? moments.at(-1)!
}
