import { DAY_MS } from '#core/time.ts'
import { clamp, HOUR_MS, iso, numberInOrder, workMoment } from './clock.ts'
import type { World } from './companies.ts'
import type { Deal } from './deals.ts'
import type { Slots } from './fill.ts'
import { fill } from './fill.ts'
import { REPS } from './market.ts'
import { COLLEAGUES, TEAMS } from './phrases-frames.ts'
import type { Random } from './random.ts'
import type { DemoRelatedType, DemoTask } from './types.ts'

interface Target {
  type: DemoRelatedType
  key: string
  ownerKey: string
  /** The task lies between these moments. */
  fromMs: number
  toMs: number
  name: string
  what: string
}

const DONE = 520
const CANCELLED = 24
const DUE_TODAY = 24
const OVERDUE = 48
const UPCOMING = 84

const TITLES: Record<DemoTask['type'], readonly string[]> = {
  CALL: ['Call {name} about {what}', 'Ring {name} back', 'Call to settle open points with {name}'],
  EMAIL: [
    'Send quote for {what} to {name}',
    'Send references to {name}',
    'Write summary for {name}',
    'Mail data sheet of {what}',
  ],
  MEETING: [
    'Prepare site visit at {name}',
    'Meeting with {name}',
    'Review pilot with {name}',
    'Bring {colleague} and {name} together',
  ],
  TODO: [
    'Check stock for {name}',
    'Update forecast for {name}',
    'Business case for {colleague} at {name}',
    'Order loan units of {what} for {name}',
  ],
  FOLLOW_UP: [
    'Follow up with {name}',
    'Ask {name} for a decision',
    'Remind {name} of the offer',
    'Follow up on the test in the {team}',
  ],
  DEMO: ['Demo of {what} at {name}', 'Show {what} to the {team}', 'Remote demo for {name}'],
}
const DETAILS = [
  'They want to know about delivery to all sites.',
  'See the last call; {colleague} should be in copy.',
  'The {team} has questions about batteries and chargers.',
  'Have the price list and the four-year comparison at hand.',
  'Mention the reference customer nearby.',
  'Keep it short, they are in stocktaking.',
  'Ask who else takes part in the decision.',
  'Bring two units of {what}.',
  'Check first whether the integration question has been answered.',
  '',
]

function words(random: Random, template: string, target: Target): string {
  const slots: Slots = {
    name: target.name,
    what: target.what,
    colleague: `the ${random.pick(COLLEAGUES)}`,
    team: random.pick(TEAMS),
  }
  return fill(template, slots)
}

function dealTarget(deal: Deal): Target {
  return {
    type: 'deal',
    key: deal.record.key,
    ownerKey: deal.record.ownerKey,
    fromMs: deal.startMs,
    toMs: deal.endMs,
    name: deal.company.record.name,
    what: `${deal.quantity} × ${deal.product.name}`,
  }
}

function anyTarget(world: World, random: Random, deals: readonly Deal[]): Target {
  const deal = random.pick(deals)
  const kind = random.weighted<DemoRelatedType>([
    ['deal', 7],
    ['contact', 2],
    ['company', 1],
  ])
  if (kind === 'deal') return dealTarget(deal)
  const base = { ownerKey: deal.company.record.ownerKey, toMs: world.nowMs, what: deal.product.name }
  if (kind === 'company') {
    const { company } = deal
    return { ...base, type: kind, key: company.record.key, fromMs: company.bornMs, name: company.record.name }
  }
  const contact = random.pick(deal.contacts)
  const { firstName, lastName, key } = contact.record
  return { ...base, type: kind, key, fromMs: contact.bornMs, name: `${firstName} ${lastName}` }
}

function blank(random: Random, target: Target, createdMs: number, dueMs: number): DemoTask {
  const type = random.weighted<DemoTask['type']>([
    ['CALL', 24],
    ['EMAIL', 20],
    ['FOLLOW_UP', 24],
    ['TODO', 14],
    ['MEETING', 11],
    ['DEMO', 7],
  ])
  return {
    key: '',
    title: words(random, random.pick(TITLES[type]), target),
    description: words(random, random.pick(DETAILS), target),
    type,
    priority: random.weighted<DemoTask['priority']>([
      ['LOW', 20],
      ['MEDIUM', 48],
      ['HIGH', 25],
      ['URGENT', 7],
    ]),
    dueAt: iso(dueMs),
    completedAt: null,
    progress: 'PENDING',
    assigneeKey: target.ownerKey,
    createdByKey: random.chance(0.8) ? target.ownerKey : random.pick(['member-owner', 'member-admin']),
    relatedType: target.type,
    relatedKey: target.key,
    createdAt: iso(createdMs),
  }
}

function pastTask(world: World, random: Random, target: Target, done: boolean): DemoTask {
  const span = Math.max(HOUR_MS, target.toMs - target.fromMs)
  const createdMs = workMoment(
    random,
    target.fromMs + random.between(0, 0.8) * span,
    target.fromMs,
    target.toMs,
  )
  const dueMs = workMoment(
    random,
    createdMs + random.between(1, 9) * DAY_MS,
    createdMs + HOUR_MS,
    Number.POSITIVE_INFINITY,
  )
  const task = blank(random, target, createdMs, dueMs)
  const endMs =
    dueMs +
    random.weighted([
      [-random.between(0, 1.5), 7],
      [random.between(0, 4), 3],
    ]) *
      DAY_MS
  if (done) {
    task.completedAt = iso(workMoment(random, endMs, createdMs, world.nowMs))
    task.progress = 'COMPLETED'
  } else {
    task.progress = 'CANCELLED'
  }
  return task
}

/** Open work hangs on open deals; today's, yesterday's and the coming weeks'. */
function openTask(
  world: World,
  random: Random,
  target: Target,
  due: 'today' | 'overdue' | 'upcoming',
): DemoTask {
  const { nowMs } = world
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS
  const createdMs = workMoment(random, nowMs - random.between(1, 14) * DAY_MS, target.fromMs, nowMs)
  const dueMs = {
    today: () => today + random.int(8 * 4, 22 * 4) * (HOUR_MS / 4),
    overdue: () =>
      clamp(nowMs - random.between(1, 12) * DAY_MS, createdMs, Math.max(createdMs, today - HOUR_MS)),
    upcoming: () =>
      workMoment(random, nowMs + random.between(2, 24) * DAY_MS, today + DAY_MS, Number.POSITIVE_INFINITY),
  }[due]()
  const early = Math.min(createdMs, dueMs)
  const task = blank(random, target, Math.max(early, target.fromMs), Math.max(dueMs, target.fromMs))
  if (random.chance(0.2)) task.progress = 'IN_PROGRESS'
  return task
}

export function addTasks(world: World, deals: readonly Deal[]): DemoTask[] {
  const random = world.random.stream('tasks')
  const open = deals.filter(deal => deal.record.status === 'OPEN')
  // What is open must have had time to be overdue.
  const settled = open.filter(deal => world.nowMs - deal.startMs > 4 * DAY_MS)
  const tasks: DemoTask[] = []
  const add = (count: number, make: () => DemoTask): void => {
    for (let i = 0; i < count; i++) tasks.push(make())
  }
  add(DONE, () => pastTask(world, random, anyTarget(world, random, deals), true))
  add(CANCELLED, () => pastTask(world, random, anyTarget(world, random, deals), false))
  add(DUE_TODAY, () => openTask(world, random, dealTarget(random.pick(settled)), 'today'))
  add(OVERDUE, () => openTask(world, random, dealTarget(random.pick(settled)), 'overdue'))
  add(UPCOMING, () => openTask(world, random, dealTarget(random.pick(open)), 'upcoming'))
  // Each seller finds something to do on the first day, whichever account is signed in with.
  for (const [i, rep] of REPS.entries()) tasks[DONE + CANCELLED + i]!.assigneeKey = rep.key
  const dated = tasks.map(record => ({ atMs: Date.parse(record.createdAt), record }))
  return numberInOrder(dated, 'task')
}
