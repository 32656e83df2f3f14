import { DAY_MS } from '#core/time.ts'
import type { Dated } from './clock.ts'
import { HOUR_MS, iso, numberInOrder, workMoment } from './clock.ts'
import type { Contact, World } from './companies.ts'
import type { Deal } from './deals.ts'
import type { Beat, Mood } from './prose.ts'
import { write } from './prose.ts'
import type { Random } from './random.ts'
import type { DemoInteraction, DemoObjection } from './types.ts'

/** A beat with its place in the deal's planned life (0 at creation, 1 at closing) and who takes the first step. */
interface Planned {
  share: number
  inbound: boolean
  beat: Beat
}

const buyer = (share: number, talk: Extract<Beat, { kind: 'buyer' }>['talk']): Planned => ({
  share,
  inbound: true,
  beat: { kind: 'buyer', talk },
})
const rep = (share: number, talk: Extract<Beat, { kind: 'rep' }>['talk']): Planned => ({
  share,
  inbound: false,
  beat: { kind: 'rep', talk },
})
const log = (share: number, talk: Extract<Beat, { kind: 'log' }>['talk']): Planned => ({
  share,
  inbound: false,
  beat: { kind: 'log', talk },
})

function opening(random: Random, deal: Deal): Planned[] {
  if (deal.source.inbound) return [buyer(0.01, 'enquiry')]
  return [random.chance(0.5) ? rep(0.01, 'pitch') : log(0.01, 'coldcall')]
}

/** Objections and rivals come up, and some objections get an answer a little later. */
function friction(random: Random, deal: Deal): Planned[] {
  const { causes } = deal
  const silent = causes.engagement === 'silent'
  const planned: Planned[] = []
  let rival = causes.competitor
  for (const { category, answered } of causes.objections) {
    const share = silent ? random.between(0.1, 0.3) : random.between(0.3, 0.72)
    // A rival is often named in the same breath as the price; then it is not raised a second time.
    const together = category === 'price' && rival !== null && random.chance(0.4)
    planned.push({
      share,
      inbound: true,
      beat: { kind: 'objection', category, rival: together ? rival : null },
    })
    if (together) rival = null
    if (answered) {
      planned.push({
        share: share + random.between(0.04, 0.14),
        inbound: false,
        beat: { kind: 'answer', category },
      })
    }
  }
  if (rival) {
    const share = silent ? random.between(0.12, 0.3) : random.between(0.25, 0.75)
    planned.push({ share, inbound: true, beat: { kind: 'objection', category: 'competitor', rival } })
  }
  return planned
}

function plan(random: Random, deal: Deal): Planned[] {
  const { causes } = deal
  const planned = [...opening(random, deal), ...friction(random, deal)]
  const maybe = (probability: number, make: () => Planned): void => {
    if (random.chance(probability)) planned.push(make())
  }
  if (causes.engagement === 'silent') {
    // They spoke at first, then no more: unanswered attempts with growing pauses.
    maybe(0.2, () => log(random.between(0.04, 0.12), 'discovery'))
    maybe(0.6, () => rep(0.3, random.chance(0.6) ? 'quote' : 'checkin'))
    planned.push(random.chance(0.5) ? rep(random.between(0.4, 0.5), 'chase') : log(0.45, 'voicemail'))
    maybe(0.35, () => rep(random.between(0.6, 0.75), 'chase'))
  } else if (causes.engagement === 'slow') {
    maybe(0.45, () => log(random.between(0.05, 0.2), 'discovery'))
    maybe(0.2, () => log(random.between(0.2, 0.5), 'demo'))
    maybe(0.7, () => buyer(random.between(0.3, 0.9), 'neutral'))
    maybe(0.3, () => rep(random.between(0.35, 0.6), 'quote'))
    maybe(0.3, () => rep(random.between(0.6, 0.9), random.chance(0.5) ? 'chase' : 'checkin'))
  } else {
    maybe(0.7, () => log(random.between(0.05, 0.16), 'discovery'))
    maybe(0.45, () => log(random.between(0.2, 0.45), 'demo'))
    maybe(0.35, () => buyer(random.between(0.2, 0.5), 'neutral'))
    planned.push(buyer(random.between(0.5, 0.92), 'warm'))
    maybe(0.35, () => buyer(random.between(0.7, 0.98), 'warm'))
    maybe(0.35, () => rep(random.between(0.35, 0.6), 'quote'))
    maybe(0.2, () => rep(random.between(0.55, 0.8), 'checkin'))
  }
  // A silent buyer does not announce delays either; there the date just passes.
  const told = causes.engagement === 'silent' ? 0 : causes.slips
  for (let i = 0; i < told; i++) maybe(0.65, () => buyer(0.55 + i * 0.14 + random.between(0, 0.1), 'slip'))
  return planned.sort((a, b) => a.share - b.share)
}

function channel(random: Random, { beat, inbound }: Planned): DemoInteraction['type'] {
  if (beat.kind === 'log') return beat.talk === 'demo' ? 'MEETING' : 'CALL'
  if (beat.kind === 'rep') return random.chance(0.85) ? 'EMAIL' : 'MESSAGE'
  return random.weighted([
    ['EMAIL', 52],
    ['CALL', 26],
    ['MESSAGE', inbound ? 12 : 5],
    ['MEETING', 10],
  ])
}

function minutes(random: Random, type: DemoInteraction['type'], beat: Beat): number | null {
  if (type === 'MEETING') return random.int(6, 18) * 5
  if (type !== 'CALL') return null
  return beat.kind === 'log' && beat.talk === 'voicemail' ? random.int(1, 2) : random.int(4, 48)
}

const MOODS: Record<Deal['causes']['engagement'], readonly (readonly [Mood, number])[]> = {
  active: [
    ['up', 7],
    ['flat', 2.5],
    ['down', 0.5],
  ],
  slow: [
    ['up', 2],
    ['flat', 6],
    ['down', 2],
  ],
  silent: [
    ['up', 0.3],
    ['flat', 4],
    ['down', 6],
  ],
}

function found(beat: Beat): { objections: DemoObjection[]; competitors: string[] } {
  if (beat.kind !== 'objection') return { objections: [], competitors: [] }
  const objections: DemoObjection[] = [beat.category]
  if (beat.rival && beat.category !== 'competitor') objections.push('competitor')
  return { objections, competitors: beat.rival ? [beat.rival] : [] }
}

function record(
  random: Random,
  deal: Deal,
  planned: Planned,
  contact: Contact,
  atMs: number,
): Dated<DemoInteraction> {
  const type = channel(random, planned)
  const direction = planned.inbound ? 'INBOUND' : 'OUTBOUND'
  const scene = {
    contact,
    ownerKey: deal.record.ownerKey,
    deal,
    mood: random.weighted(MOODS[deal.causes.engagement]),
  }
  const text = write(random, planned.beat, scene, type, direction)
  const interaction: DemoInteraction = {
    key: '',
    type,
    direction,
    subject: text.subject,
    content: text.content,
    durationMinutes: minutes(random, type, planned.beat),
    occurredAt: iso(atMs),
    contactKey: contact.record.key,
    dealKey: deal.record.key,
    companyKey: deal.company.record.key,
    ownerKey: deal.record.ownerKey,
    ...found(planned.beat),
    nextSteps: text.nextSteps,
    sentimentScore: text.sentimentScore,
  }
  return { atMs, record: interaction }
}

function converse(random: Random, deal: Deal): Dated<DemoInteraction>[] {
  const made: Dated<DemoInteraction>[] = []
  // What is said comes before the closing moment, or it would not have been a cause.
  const limit = deal.endMs - HOUR_MS / 4
  let last = deal.startMs
  for (const [i, planned] of plan(random, deal).entries()) {
    const raw = deal.startMs + planned.share * (deal.planMs - deal.startMs)
    if (raw > deal.endMs) break
    const atMs =
      i === 0 ? deal.startMs : workMoment(random, raw, last + HOUR_MS / 4, Number.POSITIVE_INFINITY)
    if (atMs > limit && deal.record.status === 'OPEN' && i > 0) break
    last = Math.min(atMs, Math.max(limit, deal.startMs))
    const contact = i === 0 || random.chance(0.5) ? deal.contacts[0]! : random.pick(deal.contacts)
    made.push(record(random, deal, planned, contact, last))
  }
  return made
}

/** Now and then a customer is looked after without a deal at hand. */
function courtesy(world: World, random: Random, deals: readonly Deal[]): Dated<DemoInteraction>[] {
  const made: Dated<DemoInteraction>[] = []
  for (const deal of deals) {
    if (deal.record.status !== 'WON' || !random.chance(0.15)) continue
    const raw = deal.planMs + random.between(12, 70) * DAY_MS
    if (raw > world.nowMs) continue
    const atMs = workMoment(random, raw, deal.planMs, world.nowMs)
    const planned = random.chance(0.5) ? buyer(0, 'neutral') : rep(0, 'checkin')
    const dated = record(random, deal, planned, deal.contacts[0]!, atMs)
    dated.record.dealKey = null
    made.push(dated)
  }
  return made
}

export function addInteractions(world: World, deals: readonly Deal[]): DemoInteraction[] {
  const random = world.random.stream('interactions')
  const made = deals.flatMap(deal => converse(random, deal))
  made.push(...courtesy(world, random, deals))
  return numberInOrder(made, 'interaction')
}
