import { invalid } from '#core/errors.ts'
import { addDays, addMonths, relativeDay } from '#core/record/relative-time.ts'
import type { REPORT_STEPS } from './reports.contract.ts'

const STEPS_AT_MOST = 1000
const STARTS = {
  day: 'today',
  week: 'startOfWeek',
  month: 'startOfMonth',
  quarter: 'startOfQuarter',
  year: 'startOfYear',
}
const MONTHS = { month: 1, quarter: 3, year: 12 }

/** The days on which the steps begin, from the one that holds the first day to the one that holds the last. */
export function stepsBetween(
  first: string,
  last: string,
  by: (typeof REPORT_STEPS)[number],
  path: string,
): string[] {
  const next = (at: string) =>
    by === 'day' || by === 'week' ? addDays(at, by === 'week' ? 7 : 1) : addMonths(at, MONTHS[by])
  const days: string[] = []
  for (let at = relativeDay(STARTS[by], first)!; at <= last; at = next(at)) {
    days.push(at)
    if (days.length > STEPS_AT_MOST)
      throw invalid({
        path,
        code: 'TOO_MANY_PARTS',
        message: `would part the rows into more than ${STEPS_AT_MOST} ${by}s`,
      })
  }
  return days
}
