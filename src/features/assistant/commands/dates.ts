import { parse, strict } from 'chrono-node/en'
import { addDays, addMonths, momentAt, offsetMs, relativeDay } from '#core/record/relative-time.ts'

/** Days between which something lies, both included; open where one is missing. `text` says them for people. */
export type Period = { from?: string; to?: string; text: string }
/** A point in time that somebody named: a day, and a time by the clock where they said one. */
export type Moment = { day: string; time?: string; start: number; end: number }

const MONTHS =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?'
const UNIT = 'day|week|month|quarter|year'
const COUNT = '\\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve'
const NUMBERS: Record<string, number> = Object.fromEntries(
  [
    'zero',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
    'twelve',
  ].map((word, n) => [word, n]),
)
/** Days of a month as people count them. */
const ORDINALS =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(
    ' ',
  )
const ORDINAL = `\\d{1,2}(?:st|nd|rd|th)|${ORDINALS.join('|')}`
const POINT = `\\d{4}-\\d\\d-\\d\\d|\\d{1,2}\\.\\d{1,2}\\.\\d{2,4}|\\d{1,2}/\\d{1,2}/\\d{2,4}|(?:${MONTHS})\\.? \\d{1,2}(?:st|nd|rd|th)?(?:,? \\d{4})?|\\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:${MONTHS})(?:,? \\d{4})?|(?:last |next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:${COUNT}) (?:${UNIT})s? ago|(?:the )?(?:${ORDINAL})(?: day)?(?: of (?:the )?(?:this|last|next|previous|current) month)|in (?:${COUNT}) (?:${UNIT})s?|(?:the )?end of (?:(?:the |this |next )?(?:${UNIT})|(?:${MONTHS})(?: \\d{4})?|q[1-4](?: (?:\\d{4}|this year|next year))?)`
const SPAN = `today|yesterday|tomorrow|(?:the )?(?:this|last|next|past|previous|current|coming) (?:${UNIT}|weekend)|(?:in |within |over |during )?(?:the )?(?:last|past|previous|next|coming) (?:${COUNT}) (?:${UNIT})s?|(?:the )?(?:first|second|third|fourth|last) quarter(?: of)?(?: (?:\\d{4}|this year|last year))?|q[1-4](?:(?: of)? (?:\\d{4}|this year|last year|next year))?|(?:${MONTHS})(?: \\d{4}| this year| last year| next year)?|(?:19|20)\\d\\d`

/** Every period holds one of these. */
const HINT =
  /\d|day|week|month|quarter|year|yesterday|tomorrow|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec/i
const LEADS =
  /(?<![\w@.-])(?:(between|from|since|after|before|until|till|by|on|as of|in|during|for|of|within|over) )?(?:the )?$/i
const JOINS = /^ (?:and|to|until|till) /i

const patternOf = (before: string, flags: string) =>
  new RegExp(`${before}(?:${POINT}|${SPAN})(?![\\w@])`, flags)
let [anywhere, here]: RegExp[] = []

/** Where a period stands in a text. */
export type Place = { text: string; index: number; end: number }

/**
 * The first period in a text from a place on, such as `last week`, `since March 5` or `between 1 May and 3 June`. A day or a span is found
 * by a pattern, the words around it by code: a pattern of the whole takes longer to compile than the answer to make.
 */
export function periodIn(text: string, from = 0): Place | undefined {
  if (!HINT.test(text.slice(from))) return undefined
  anywhere ??= patternOf('(?<![\\w@.-])', 'giu')
  anywhere.lastIndex = from
  const found = anywhere.exec(text)
  if (!found) return undefined
  const [lead = '', word = ''] = LEADS.exec(text.slice(from, found.index)) ?? []
  const end = found.index + found[0].length
  const place = (index: number, to: number) => ({ text: text.slice(index, to), index, end: to })
  if (!/^(?:between|from)$/i.test(word)) return place(found.index - lead.length, end)
  const joins = JOINS.exec(text.slice(end))
  here ??= patternOf('', 'iuy')
  here.lastIndex = end + (joins?.[0].length ?? 0)
  if (joins && here.test(text)) return place(found.index - lead.length, here.lastIndex)
  // Nothing is between one day; from it is all that follows.
  return place(found.index - lead.replace(/^between /i, '').length, end)
}

const numberOf = (text: string): number => NUMBERS[text] ?? Number(text)

/** Reads a period such as `last week`, `Q3`, `since March 5`, `between 1 May and 3 June`. @param today in the workspace's zone */
export function periodFrom(text: string, today: string): Period | undefined {
  const said = text.toLowerCase().replace(/\s+/g, ' ').trim()
  const between = /^(?:between|from) (.+?) (?:and|to|until|till) (.+)$/.exec(said)
  if (between) {
    const [from, to] = [spanFrom(between[1]!, today), spanFrom(between[2]!, today)]
    if (!from || !to) return undefined
    // Of two days without a year the first is the earlier one.
    return { from: from.from > to.to ? addMonths(from.from, -12) : from.from, to: to.to, text: said }
  }
  const edge = /^(since|after|before|until|till|by|from|as of) (?:the )?(.+)$/.exec(said)
  if (edge) {
    const span = spanFrom(edge[2]!, today)
    if (!span) return undefined
    if (edge[1] === 'before') return { to: span.from && addDays(span.from, -1), text: said }
    if (edge[1] === 'after') return { from: span.to && addDays(span.to, 1), text: said }
    if (['until', 'till', 'by'].includes(edge[1]!)) return { to: span.to, text: said }
    // Since a day of no year is since the last one.
    const isAhead = span.from > today && !/\d{4}/.test(said)
    return { from: isAhead && edge[1] === 'since' ? addMonths(span.from, -12) : span.from, text: said }
  }
  const bare = said
    .replace(/^on /, '')
    // `in 3 days` is a point; `in 2017` is a year.
    .replace(new RegExp(`^(?:in|during|for|of|within|over) (?!(?:${COUNT}) )`), '')
  const span = spanFrom(bare, today) ?? spanFrom(said, today)
  return span && { ...span, text: said }
}

const startOf = (unit: string, day: string): string => {
  if (unit === 'day') return day
  const named = `startOf${unit.charAt(0).toUpperCase()}${unit.slice(1)}`
  return relativeDay(named, day)!
}
const moved = (day: string, count: number, unit: string): string =>
  unit === 'day'
    ? addDays(day, count)
    : unit === 'week'
      ? addDays(day, count * 7)
      : addMonths(day, count * ({ month: 1, quarter: 3, year: 12 }[unit] ?? 1))
const whole = (unit: string, start: string): { from: string; to: string } => ({
  from: start,
  to: addDays(moved(start, 1, unit), -1),
})

function spanFrom(given: string, today: string): { from: string; to: string } | undefined {
  const text = given.replace(/^the /, '').trim()
  const named = { today: 0, yesterday: -1, tomorrow: 1 }[text]
  if (named !== undefined) return whole('day', addDays(today, named))
  const near = new RegExp(`^(this|current|last|past|previous|next|coming) (${UNIT}|weekend)$`).exec(text)
  if (near) return nearSpan(near[1]!, near[2]!, today)
  const many = new RegExp(
    `^(?:in |within |over |during )?(?:the )?(last|past|previous|next|coming) (${COUNT}) (${UNIT})s?$`,
  ).exec(text)
  if (many) {
    const [, way, count, unit] = many as unknown as [string, string, string, string]
    return /next|coming/.test(way)
      ? { from: today, to: moved(today, numberOf(count), unit) }
      : { from: moved(today, -numberOf(count), unit), to: today }
  }
  return quarterSpan(text, today) ?? monthSpan(text, today) ?? pointSpan(text, today)
}

function nearSpan(way: string, unit: string, today: string): { from: string; to: string } {
  const step = /this|current/.test(way) ? 0 : /next|coming/.test(way) ? 1 : -1
  if (unit !== 'weekend') return whole(unit, moved(startOf(unit, today), step, unit))
  const saturday = addDays(moved(startOf('week', today), step, 'week'), 5)
  return { from: saturday, to: addDays(saturday, 1) }
}

const yearIn = (text: string | undefined, today: string): number => {
  const year = Number(today.slice(0, 4))
  if (text === 'last year') return year - 1
  if (text === 'next year') return year + 1
  return text && /^\d{4}$/.test(text) ? Number(text) : year
}

function quarterSpan(text: string, today: string): { from: string; to: string } | undefined {
  const found =
    /^q([1-4])(?:(?: of)? (\d{4}|this year|last year|next year))?$/.exec(text) ??
    /^(first|second|third|fourth|last) quarter(?: of)?(?: (\d{4}|this year|last year))?$/.exec(text)
  if (!found) return undefined
  const words = ['first', 'second', 'third', 'fourth']
  const number = words.includes(found[1]!) ? words.indexOf(found[1]!) + 1 : Number(found[1]) || 4
  const month = String((number - 1) * 3 + 1).padStart(2, '0')
  return whole('quarter', `${yearIn(found[2], today)}-${month}-01`)
}

function monthSpan(text: string, today: string): { from: string; to: string } | undefined {
  if (/^(?:19|20)\d\d$/.test(text)) return whole('year', `${text}-01-01`)
  const found = new RegExp(`^(${MONTHS})(?: (\\d{4}|this year|last year|next year))?$`).exec(text)
  if (!found) return undefined
  const at = MONTHS.split('|').findIndex(word => word.startsWith(found[1]!.slice(0, 3)))
  return whole('month', `${yearIn(found[2], today)}-${String(at + 1).padStart(2, '0')}-01`)
}

function pointSpan(text: string, today: string): { from: string; to: string } | undefined {
  const end = new RegExp(`^end of (?:the |this )?(next )?(${UNIT})$`).exec(text)
  if (end) {
    const { to } = whole(end[2]!, moved(startOf(end[2]!, today), end[1] ? 1 : 0, end[2]!))
    return { from: to, to }
  }
  const last = /^end of (.+)$/.exec(text)?.[1]
  const ended = last && (monthSpan(last, today) ?? quarterSpan(last, today))
  if (ended) return { from: ended.to, to: ended.to }
  const nth = new RegExp(`^(${ORDINAL})(?: day)? of (?:the )?(this|last|next|previous|current) month$`).exec(
    text,
  )
  if (nth) {
    const step = /next/.test(nth[2]!) ? 1 : /last|previous/.test(nth[2]!) ? -1 : 0
    const month = whole('month', moved(startOf('month', today), step, 'month'))
    const number = ORDINALS.indexOf(nth[1]!) + 1 || Number.parseInt(nth[1]!, 10)
    const day = addDays(month.from, number - 1)
    return number && day <= month.to ? { from: day, to: day } : undefined
  }
  const ago = new RegExp(`^(in )?(${COUNT}) (${UNIT})s?( ago)?$`).exec(text)
  if (ago && (ago[1] || ago[4])) {
    const day = moved(today, numberOf(ago[2]!) * (ago[4] ? -1 : 1), ago[3]!)
    return { from: day, to: day }
  }
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{2,4})$/.exec(text)
  const iso = dotted
    ? `${dotted[3]!.length === 2 ? `20${dotted[3]}` : dotted[3]}-${dotted[2]!.padStart(2, '0')}-${dotted[1]!.padStart(2, '0')}`
    : text
  const [found] = strict.parse(iso, { instant: new Date(`${today}T12:00:00Z`), timezone: 0 })
  const result = found ?? parse(iso, { instant: new Date(`${today}T12:00:00Z`), timezone: 0 })[0]
  if (!result) return undefined
  const day = dayOf(result.start)
  return { from: day, to: day }
}

type Parts = { get: (part: 'year' | 'month' | 'day' | 'hour' | 'minute') => number | null }
const two = (n: number | null) => String(n ?? 0).padStart(2, '0')
const dayOf = (parts: Parts): string =>
  `${parts.get('year')}-${two(parts.get('month'))}-${two(parts.get('day'))}`

const END = new RegExp(
  `\\b(?:the )?end of (?:(?:the |this |next )?(?:${UNIT})|(?:${MONTHS})(?: \\d{4})?|q[1-4](?: (?:\\d{4}|this year|next year))?)\\b`,
  'i',
)

/** `end of next month`, `end of March`, `end of Q1`: the last day, of a month or quarter without a year the next one to come. */
function endIn(text: string, today: string): Moment | undefined {
  const found = END.exec(text)
  const span = found && pointSpan(found[0].toLowerCase().replace(/^the /, ''), today)
  if (!found || !span) return undefined
  const isPast = span.to < today && !/\d{4}|year/.test(found[0])
  const day = isPast ? addDays(addMonths(addDays(span.to, 1), 12), -1) : span.to
  return { day, start: found.index, end: found.index + found[0].length }
}

/**
 * The point in time that a text names, looking ahead: `tomorrow at 10`, `next Friday`, `in 3 days`; with the place of its
 * words. The clock is that of the zone.
 */
export function momentFrom(text: string, zone: string, now = Date.now()): Moment | undefined {
  // A clock that shows in UTC what the zone's shows, so that no other zone comes in.
  const instant = new Date(now + offsetMs(zone, now))
  const end = endIn(text, instant.toISOString().slice(0, 10))
  if (end) return end
  const [found] = parse(text, { instant, timezone: 0 }, { forwardDate: true })
  if (!found) return undefined
  const { start, index } = found
  // "May", "Mark" and a bare number are no dates by themselves.
  if (!/\d|day|week|month|year|tomorrow|tonight|noon|morning|evening|midnight/i.test(found.text))
    return undefined
  const isTimed = start.isCertain('hour') || /tonight|morning|evening|noon|midnight/i.test(found.text)
  return {
    day: dayOf(start),
    ...(isTimed ? { time: `${two(hourOf(start, found.text))}:${two(start.get('minute'))}` } : {}),
    start: index,
    end: index + found.text.length,
  }
}

/** Who says "at 2" of a day's work means the afternoon; whoever means the night writes am, or 02:00. */
function hourOf(start: Clock, words: string): number {
  const hour = start.get('hour') ?? 0
  const isBare = !start.isCertain('meridiem') && !/\b0\d:|night|morning/i.test(words)
  return isBare && hour >= 1 && hour <= 6 ? hour + 12 : hour
}
type Clock = Parts & { isCertain: (part: 'meridiem') => boolean }

/** The moment as it stands on the wire; a day without a time is taken at `otherwise`. */
export const isoOf = (
  { day, time }: Pick<Moment, 'day' | 'time'>,
  zone: string,
  otherwise = '09:00',
): string => momentAt(day, time ?? otherwise, zone).toISOString()
