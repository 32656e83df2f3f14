import { DAY_MS } from '#core/time.ts'
import { iso, isoDate, numberInOrder, workMoment } from './clock.ts'
import type { World } from './companies.ts'
import type { Deal } from './deals.ts'
import { fill } from './fill.ts'
import { REPS } from './market.ts'
import { TEAMS } from './phrases-frames.ts'
import type { Random } from './random.ts'
import type { DemoVisit } from './types.ts'

const PAST = 220
const COMING = 40
const PAST_DAYS = 300
const COMING_DAYS = 21
const MINUTE_MS = 60_000

const REASONS = [
  'Demo of {what} for the {team}',
  'Walk through the site before the offer',
  'Test of {what} with the {team}',
  'Review of the pilot',
  'Go through the offer',
  'Hand over of the loan units',
  'Yearly review',
]
const NOTES = [
  'Took two units of {what}; they keep them for a week.',
  'The {team} liked the handling, the batteries are still a question.',
  'They showed us the whole site. Wi-Fi is weak at the docks.',
  'Went through the offer line by line, no open points left.',
  '',
]

function visitOf(random: Random, deal: Deal, dayMs: number, nowMs: number): DemoVisit {
  const contact = random.pick(deal.contacts)
  const atMs = dayMs + random.int(8 * 4, 16 * 4) * 15 * MINUTE_MS
  const isOver = atMs < nowMs
  const slots = { what: deal.product.name, team: random.pick(TEAMS) }
  const planned = workMoment(
    random,
    dayMs - random.between(3, 18) * DAY_MS,
    deal.startMs,
    Math.min(dayMs, nowMs),
  )
  return {
    key: '',
    contactKey: contact.record.key,
    contactName: `${contact.record.firstName} ${contact.record.lastName}`,
    ownerKey: deal.record.ownerKey,
    date: isoDate(atMs),
    time: iso(atMs).slice(11, 16),
    durationMinutes: random.pick([30, 45, 60, 60, 90]),
    reason: fill(random.pick(REASONS), slots),
    status: random.chance(0.08) ? 'CANCELLED' : isOver ? 'COMPLETED' : 'SCHEDULED',
    notes: isOver ? fill(random.pick(NOTES), slots) : '',
    createdAt: iso(Math.max(planned, deal.startMs)),
  }
}

/** The day's midnight, moved from a weekend to the Friday before or the Monday after. */
function weekday(ms: number): number {
  const day = Math.floor(ms / DAY_MS) * DAY_MS
  const weekdayNumber = new Date(day).getUTCDay()
  return weekdayNumber === 6 ? day - DAY_MS : weekdayNumber === 0 ? day + DAY_MS : day
}

/** Visits that sellers have made while their deals were open, and those that are in their calendars. */
export function addVisits(world: World, deals: readonly Deal[]): DemoVisit[] {
  const random = world.random.stream('visits')
  const { nowMs } = world
  const lively = deals.filter(
    ({ startMs, endMs }) => endMs > nowMs - PAST_DAYS * DAY_MS && endMs - startMs > 10 * DAY_MS,
  )
  const open = deals.filter(({ record, startMs }) => record.status === 'OPEN' && nowMs - startMs > 4 * DAY_MS)
  const visits: { atMs: number; record: DemoVisit }[] = []
  const add = (deal: Deal, ms: number) => {
    const dayMs = weekday(ms)
    const record = visitOf(random, deal, dayMs, nowMs)
    visits.push({ atMs: Date.parse(`${record.date}T${record.time}:00Z`), record })
  }
  for (let i = 0; i < PAST; i++) {
    const deal = random.pick(lively)
    const from = Math.max(deal.startMs + 5 * DAY_MS, nowMs - PAST_DAYS * DAY_MS)
    add(deal, Math.min(random.between(from, Math.max(from, deal.endMs)), nowMs - DAY_MS))
  }
  for (let i = 0; i < COMING; i++) {
    // Each seller finds something in the calendar, whichever account is signed in with.
    const own = open.filter(({ record }) => record.ownerKey === REPS[i % REPS.length]!.key)
    add(random.pick(own.length ? own : open), nowMs + random.between(0, COMING_DAYS) * DAY_MS)
  }
  return numberInOrder(visits, 'visit')
}
