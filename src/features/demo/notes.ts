import { DAY_MS } from '#core/time.ts'
import { HOUR_MS, iso, numberInOrder, workMoment } from './clock.ts'
import type { World } from './companies.ts'
import type { Deal } from './deals.ts'
import type { Slots } from './fill.ts'
import { fill, upper } from './fill.ts'
import { COMPETITORS, MEMBERS } from './market.ts'
import { COLLEAGUES, MONTHS, TEAMS } from './phrases-frames.ts'
import type { Random } from './random.ts'
import type { DemoLostReason, DemoNote } from './types.ts'

const CLOSING_SHARE = 0.34
const NOTE_COUNT = 800

/** Reviews written after the closing: they may name the outcome, because they are no part of its causes. */
const WON_REVIEWS = [
  'Won. The {team} decided it after the test.',
  'Order {order} is in. {contact} pushed it through in the end.',
  'Won at {money}. Delivery in two lots, first one in {month}.',
  'Signed. Regular contact with {contact} made the difference.',
  'Won, although {colleague} hesitated to the last.',
  'Purchase order {order} received. Handover to support is done.',
]
const LOST_REVIEWS: Record<DemoLostReason, readonly string[]> = {
  Price: [
    'Lost on price; nobody answered their budget question in time.',
    'Too expensive for them. {money} was never going to pass.',
    'Price. We should have offered the smaller package early.',
  ],
  Competitor: [
    'Lost to {rival}.',
    '{rival} won it, with an earlier pilot.',
    'They went with {rival}; {contact} was fair about it.',
  ],
  'No decision': [
    'Went quiet. Closed after several attempts.',
    'No decision, nobody answers any more.',
    'Closed; the project has no owner on their side.',
  ],
  Timing: [
    'Wrong moment, maybe again in {month}.',
    'Postponed once too often. Closed.',
    'Timing. Their other project comes first.',
  ],
  'Missing feature': [
    'Lost because the {product} lacks what they need.',
    'A missing function decided it. Passed on to product management.',
    'The {product} did not meet their requirements.',
  ],
  'No authority': [
    'We never met the person who decides.',
    'Stopped by {colleague}, whom we had not spoken with.',
    'Head office said no.',
  ],
  'No need': ['They keep the old devices.', 'No real need after all.', 'The {team} did not want it.'],
  'Contract terms': [
    'Legal did not agree on the terms.',
    'Failed on the liability clause.',
    'Contract terms; our side took too long to answer.',
  ],
}
const DEAL_NOTES = [
  '{contact} is our champion, {colleague} has to be won.',
  'Decision path: {contact}, then {colleague}, then purchasing.',
  'They want delivery before the end of {month}.',
  'Ask for the floor plan of the {team} before the next visit.',
  'Budget is in the figures of the {team}.',
  'Loan units are with the {team} until {month}.',
  'Their old devices: mixed makes, about seven years old.',
  'Spare batteries matter more to them than price per unit.',
]
const CONTACT_NOTES = [
  'Prefers calls before nine.',
  'Back from leave in {month}.',
  'Used to work in the {team}; knows the daily trouble.',
  'Likes numbers, dislikes slides.',
  'Answers messages faster than mail.',
  'Brings {colleague} into every decision.',
  'Met at the fair; collects old radios.',
]
const COMPANY_NOTES = [
  'Opens another site in {month}.',
  'Fiscal year ends in {month}.',
  'Purchasing is being centralised; {colleague} takes over.',
  'Invoices go to the group, not to the site.',
  'Deliveries only through gate 3, with registration a day ahead.',
  'Has a frame contract until {month}.',
]

function fillNote(random: Random, template: string, deal: Deal): string {
  const slots: Slots = {
    team: random.pick(TEAMS),
    month: random.pick(MONTHS),
    colleague: `their ${random.pick(COLLEAGUES)}`,
    contact: deal.contacts[0]!.record.firstName,
    product: deal.product.name,
    rival: deal.causes.competitor ?? random.pick(COMPETITORS),
    order: `PO-${random.int(20_000, 98_000)}`,
    money: `${deal.record.currency} ${Math.round(deal.record.amount)}`,
  }
  return upper(fill(template, slots))
}

function review(world: World, random: Random, deal: Deal): DemoNote {
  const reason = deal.record.lostReason
  const template = random.pick(reason ? LOST_REVIEWS[reason] : WON_REVIEWS)
  const atMs = workMoment(random, deal.planMs + random.between(0.1, 3) * DAY_MS, deal.planMs, world.nowMs)
  return {
    key: '',
    body: fillNote(random, template, deal),
    authorKey: deal.record.ownerKey,
    isPinned: random.chance(0.15),
    relatedType: 'deal',
    relatedKey: deal.record.key,
    createdAt: iso(atMs),
  }
}

function remark(world: World, random: Random, deal: Deal): DemoNote {
  const kind = random.weighted<DemoNote['relatedType']>([
    ['deal', 5],
    ['contact', 3],
    ['company', 2],
  ])
  const contact = deal.contacts[0]!
  const subject = {
    deal: { key: deal.record.key, fromMs: deal.startMs, toMs: deal.endMs, list: DEAL_NOTES },
    contact: { key: contact.record.key, fromMs: contact.bornMs, toMs: world.nowMs, list: CONTACT_NOTES },
    company: {
      key: deal.company.record.key,
      fromMs: deal.company.bornMs,
      toMs: world.nowMs,
      list: COMPANY_NOTES,
    },
  }[kind]
  const raw = random.between(subject.fromMs, Math.max(subject.fromMs + HOUR_MS, subject.toMs))
  const author = random.chance(0.85) ? deal.record.ownerKey : random.pick(MEMBERS.slice(0, 2)).key
  const count = random.chance(0.4) ? 2 : 1
  const body = random
    .sample(subject.list, count)
    .map(line => fillNote(random, line, deal))
    .join(' ')
  return {
    key: '',
    body,
    authorKey: author,
    isPinned: random.chance(0.1),
    relatedType: kind,
    relatedKey: subject.key,
    createdAt: iso(workMoment(random, raw, subject.fromMs, Math.max(subject.fromMs, subject.toMs))),
  }
}

export function addNotes(world: World, deals: readonly Deal[]): DemoNote[] {
  const random = world.random.stream('notes')
  const notes: DemoNote[] = []
  for (const deal of deals) {
    if (deal.record.status !== 'OPEN' && random.chance(CLOSING_SHARE)) notes.push(review(world, random, deal))
  }
  while (notes.length < NOTE_COUNT) notes.push(remark(world, random, random.pick(deals)))
  const dated = notes.map(record => ({ atMs: Date.parse(record.createdAt), record }))
  return numberInOrder(dated, 'note')
}
