import type { Filter } from '#core/record/filter-language.ts'
import { hangingKeys } from '#core/record/incoming.ts'
import { recordNamed } from '#core/record/registry.ts'
import { addDays, addMonths, moveDay } from '#core/record/relative-time.ts'
import { type Period, periodFrom } from './dates.ts'
import { add, isTime, labelsOf, type Reading, wordCalled } from './phrase.ts'

/** Verbs that say which date is meant, and the fields that may hold it; the first that the type has. */
const WHEN: readonly [string, readonly string[]][] = [
  ['expected to close|due to close|closing|closes|close|expected', ['expectedCloseDate']],
  ['closed|won|lost', ['actualCloseDate']],
  ['moved|changed stages?|changed phases?|advanced', ['stageEnteredAt']],
  ['due', ['dueAt', 'dueDate']],
  ['completed|done|finished', ['completedAt', 'completionDate']],
  ['logged|held|happened|took place|occurred', ['occurredAt']],
  ['issued|sent', ['issuedAt', 'sentAt']],
  ['paid', ['paidAt']],
  ['converted', ['convertedAt']],
  ['starting|starts|start|started|beginning', ['startDate', 'startsAt', 'date']],
  ['ending|ends|ended', ['endDate', 'endsAt']],
  ['last contacted|contacted|talked to|spoken to|heard from', ['lastInteractionAt']],
  ['scheduled|planned', ['date', 'dueAt', 'startDate']],
  ['updated|changed|modified|touched|edited', ['updatedAt']],
  ['created|added|entered|new|opened|made|came in', ['createdAt']],
]
/** What is done until then, and no longer open: a deal that closes, a task or an invoice that falls due. */
const isToCome = (key: string, { to }: Period, today: string): boolean =>
  ['expectedCloseDate', 'dueAt', 'dueDate'].includes(key) && (to ?? today) >= today

/** The field of which a verb speaks: `when does it close`. */
export const fieldOfVerb = (verb: string, fields: object): string | undefined =>
  WHEN.filter(([verbs]) => new RegExp(`^(?:${verbs})$`, 'i').test(verb))
    .flatMap(([, keys]) => keys)
    .find(key => key in fields)

/** Verbs that say how it ended as well, and are read once more for that. */
const ALSO_STATUS = /^(won|lost|done|completed|paid|sent|converted)$/i

/** Conditions over dates: `closing this month`, `created since March`, `overdue`, `not updated in 30 days`. */
export function dateConditions(reading: Reading): void {
  const { said, lexicon, today } = reading
  const { fields } = lexicon.record.contract
  lasting(reading)
  overdue(reading)
  silent(reading)
  const dates = lexicon.words.filter(({ field }) => isTime(field))
  const read = (text: string) => periodFrom(text, today)
  const labelled = said.takeBeforePeriod(
    `(not )?(?:with )?(?:an? |the )?(${labelsOf(dates)})(?: date)?(?: is)?`,
    read,
  )
  const label = labelled?.found[2]?.toLowerCase() ?? ''
  const named = labelled && wordCalled(dates, label)
  if (named) (labelled.found[1] ? outOfPeriod : inPeriod)(reading, named.path, label, labelled.period)
  if (named && !labelled.found[1] && isToCome(named.path, labelled.period, today)) reading.isToCome = true
  for (const [verbs, keys] of WHEN) {
    const key = keys.find(candidate => fields[candidate])
    if (!key) continue
    const taken = said.takeBeforePeriod(
      `(?:that |which |were |was |are |is |have been |been |to be )*(not )?(?:been |yet )*(${verbs})`,
      read,
    )
    if (!taken) continue
    const [, not, verb = ''] = taken.found
    const period = /^clos(?:e|es|ing)$|^due$|expected/i.test(verb) ? ahead(taken.period, today) : taken.period
    if (not) {
      outOfPeriod(reading, key, verb.toLowerCase(), period)
      continue
    }
    inPeriod(reading, key, verb.toLowerCase(), period)
    // What is yet to close is open, unless it is said how it ended.
    if (isToCome(key, period, today)) reading.isToCome = true
    if (ALSO_STATUS.test(verb)) said.putBack(verb)
  }
  const bare = said.takePeriod(read)
  if (bare) inPeriod(reading, '?', '', bare)
}

/** What closes in a quarter or a month without a year closes in the next one to come. */
function ahead(period: Period, today: string): Period {
  const { from, to, text } = period
  if (
    !from ||
    !to ||
    to >= today ||
    /\d{4}|last|past|previous|ago|yesterday|this|between|week|day/.test(text)
  )
    return period
  return { ...period, from: addMonths(from, 12), to: addDays(addMonths(addDays(to, 1), 12), -1) }
}

function inPeriod(reading: Reading, field: string, verb: string, { from, to, text }: Period): void {
  const parts: Filter[] = [
    ...(from ? [{ field, op: 'gte' as const, value: from }] : []),
    ...(to ? [{ field, op: 'lte' as const, value: to }] : []),
  ]
  const days = from && to ? (from === to ? from : `${from} to ${to}`) : from ? `from ${from}` : `until ${to}`
  add(reading, parts.length === 1 ? parts[0]! : { and: parts }, `${verb ? `${verb} ` : ''}${text} (${days})`)
}

/** `not created this year`: all others, also those without such a day. Of how they ended the verb says no more then. */
function outOfPeriod(reading: Reading, field: string, verb: string, period: Period): void {
  inPeriod(reading, field, verb, period)
  const { query } = reading
  query.conditions.push({ not: query.conditions.pop()! })
  query.told.push(`not ${query.told.pop()}`)
}

function overdue(reading: Reading): void {
  const { fields } = reading.lexicon.record.contract
  if (Object.values(fields).some(field => field.options?.includes('OVERDUE'))) return
  const key = ['dueAt', 'dueDate', 'expectedCloseDate'].find(candidate => fields[candidate])
  if (!key || !reading.said.take('overdue|past due|late')) return
  const status = fields.status?.options ?? []
  const open: Filter[] = status.includes('OPEN')
    ? [{ field: 'status', op: 'eq', value: 'OPEN' }]
    : status.length
      ? [{ not: { field: 'status', op: 'in', value: status.filter(s => /COMPLETED|CANCELLED/.test(s)) } }]
      : []
  const before: Filter = { field: key, op: 'lt', value: key === 'dueAt' ? 'now' : 'today' }
  add(reading, { and: [before, ...open] }, 'overdue')
}

const UNIT = '(?:more than |over |longer than |at least )?(\\d{1,3}) (day|week|month|year)s?'
/** Of a span in words: `two weeks`, `a month`. */
const COUNTS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const countOf = (text: string): string =>
  /^an?$/i.test(text) ? '1' : /\d/.test(text) ? text : String(COUNTS.indexOf(text.toLowerCase()))
const daysBack = (today: string, count: string, unit: string): string =>
  moveDay(today, { count: -Number(count), unit: unit.charAt(0).toLowerCase() as 'd' | 'w' | 'm' | 'y' })

/** `in Proposal for more than 2 weeks`, `overdue by 30 days`. */
function lasting(reading: Reading): void {
  const { said, lexicon, today } = reading
  const { fields } = lexicon.record.contract
  const stayed = fields.stageEnteredAt && said.take(`for (?=more|over|longer|at least)${UNIT}`)
  if (stayed) {
    const day = daysBack(today, stayed[1]!, stayed[2]!)
    add(reading, { field: 'stageEnteredAt', op: 'before', value: day }, `in the stage since before ${day}`)
    // What has ended stays where it is.
    reading.isToCome = true
  }
  const due = ['dueAt', 'dueDate'].find(key => fields[key])
  const late = due && said.take(`(?:overdue|late|past due) (?:by |for |since )?${UNIT}`)
  if (!late) return
  const day = daysBack(today, late[1]!, late[2]!)
  add(reading, { field: due, op: 'before', value: day }, `due before ${day}`)
  said.putBack('overdue')
}

/** Of what keeps no day of the last contact the talks tell, and of `touched` the changes too. */
function unheard(reading: Reading, day: string, verb: string): boolean {
  const { record } = reading.query
  const talks = recordNamed('interaction')
  if (!hangingKeys(talks, record.contract.name).length) return false
  const { path } = talks.contract
  const silent: Filter = {
    not: { field: path, op: 'some', value: { field: 'occurredAt', op: 'gte', value: day } },
  }
  const still: Filter = { field: 'updatedAt', op: 'before', value: day }
  // What has been made since cannot have been silent for so long.
  const made: Filter = { field: 'createdAt', op: 'before', value: day }
  const isTouched = verb === 'touched'
  add(
    reading,
    { and: [made, isTouched ? still : silent, ...(isTouched ? [silent] : [])] },
    isTouched
      ? `neither talked about nor changed since ${day}`
      : `made before ${day}, and no call, mail or meeting since`,
  )
  return true
}

/** `not updated in 30 days`, `no contact for 2 weeks`, `older than 6 months`. What has ended may rest. */
function silent(reading: Reading): void {
  const { said, lexicon, today } = reading
  const { fields } = lexicon.record.contract
  const span = `(?:for |in |since )?(?:more than |over )?(?:the last |the past )?(\\d{1,3}|an?|${COUNTS.slice(1).join('|')}) (day|week|month|year)s?`
  const found =
    said.take(
      `(?:not (?:been )?|un|haven't been |hasn't been |have not been |haven't |without )(updated|touched|changed|contacted|moved|contact|activity) ${span}`,
    ) ?? said.take(`(?:no )(contact|activity|update)s? ${span}`)
  const old = found ? undefined : said.take(`older than (\\d{1,3}) (day|week|month|year)s?`)
  const [given, unit] = found ? [found[2]!, found[3]!] : (old?.slice(1, 3) ?? [])
  if (!given || !unit) return
  const count = countOf(given)
  const verb = found?.[1]?.toLowerCase() ?? 'created'
  const key =
    /contact|activity/.test(verb) && fields.lastInteractionAt
      ? 'lastInteractionAt'
      : verb === 'moved' && fields.stageEnteredAt
        ? 'stageEnteredAt'
        : found
          ? 'updatedAt'
          : 'createdAt'
  const day = daysBack(today, count, unit)
  const before: Filter = { field: key, op: 'before', value: day }
  const never: Filter = { field: key, op: 'empty', value: true }
  const isOfTalks = /contact|activity|touched/.test(verb)
  const hasEnd = fields.status?.options?.includes('OPEN') || fields.stage?.options?.includes('CONVERTED')
  if (isOfTalks && hasEnd) reading.isToCome = true
  if (isOfTalks && !fields.lastInteractionAt && unheard(reading, day, verb)) return
  add(
    reading,
    key === 'lastInteractionAt' ? { or: [before, never] } : before,
    `${old ? 'created before' : `${/act$|ity$|ate$/.test(verb) ? 'no' : 'not'} ${verb} since`} ${day}`,
  )
}
