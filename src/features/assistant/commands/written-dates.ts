import type { Speaker } from '#core/ai/speaker.ts'

/** A date that is one day in one country and another in the next, written by somebody of whom we do not know where they are. */
export class DoubtfulDate extends Error {
  readonly written: string
  readonly readings: [string, string]
  constructor(written: string, readings: [string, string]) {
    super(`${written} may be two dates`)
    this.written = written
    this.readings = readings
  }
}

/** What is written down is kept as it was said; in what stands before it there may be a date. */
const WITH_CONTENT = /^(?:please )?(?:log|add|write|leave|make|keep|note)\b[^:]*:(?!\d)/i
const WRITTEN = /(?<![\w/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?![\w/-]|\.\d)/g

/**
 * Writes the dates of a sentence as ISO does, so that all that reads them later reads the same day: with dots the day stands first,
 * with slashes and dashes as the speaker's country has it, and what can be only one of both is that. @throws DoubtfulDate
 */
export function withPlainDates(sentence: string, { dates }: Speaker): string {
  const head = WITH_CONTENT.exec(sentence)?.[0] ?? sentence
  const plain = head.replace(
    WRITTEN,
    (written, first: string, mark: string, second: string, year: string) => {
      const full = year.length === 2 ? `20${year}` : year
      const dayFirst = iso(full, second, first)
      const monthFirst = mark === '.' ? undefined : iso(full, first, second)
      if (!dayFirst || !monthFirst || dayFirst === monthFirst) return dayFirst ?? monthFirst ?? written
      if (!dates) throw new DoubtfulDate(written, [dayFirst, monthFirst])
      return dates === 'day first' ? dayFirst : monthFirst
    },
  )
  return plain + sentence.slice(head.length)
}

/** The day, or undefined where the calendar has none such. */
function iso(year: string, month: string, day: string): string | undefined {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const moment = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text) ? text : undefined
}
