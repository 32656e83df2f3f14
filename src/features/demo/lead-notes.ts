import type { Slots } from './fill.ts'
import { fill } from './fill.ts'
import type { Intent, LeadPlan } from './leads.ts'
import { PRODUCTS } from './market.ts'
import type { Random } from './random.ts'
import type { DemoLead } from './types.ts'

const ASKS: readonly string[] = [
  'Asked about {qty} × {product}.',
  'Wants to replace roughly {qty} old units with {noun}.',
  'Interested in {noun} for {sites} sites, about {qty} units.',
  'Looking at {noun}; current ones fail at the docks. Maybe {qty} pieces.',
  'Would like a loan unit of the {product} before talking numbers ({qty} pieces).',
  'Compares {noun} from several makers, {qty} units at first.',
  'Needs {qty} {noun} that survive drops and cold.',
  'Downloaded the {product} data sheet; thinks of about {qty}.',
]
const SIZES_SAID: readonly string[] = [
  'About {staff} people, {industry}.',
  '{industry}, {staff} staff.',
  'Firm of {staff} in {industry}.',
  'They are some {staff} people ({industry}).',
]
const INTENTS: Record<Intent, readonly string[]> = {
  urgent: [
    'Needs it within six weeks.',
    'Budget approved, wants a quote this week.',
    'Existing devices go out of support soon, so it is pressing.',
    'Rollout date is already fixed.',
  ],
  planned: [
    'Planned for the next budget round.',
    'Project starts in a quarter or two.',
    'Will shortlist three suppliers first.',
    'Has a rough budget, no date yet.',
  ],
  browsing: [
    'Just looking around for now.',
    'No budget named.',
    'Collecting brochures for somebody else.',
    'Could not say when they would buy.',
  ],
}
const REACHED: readonly string[] = [
  'First call {delay} after they came in.',
  'Reached {delay} after the enquiry.',
  'Called back {delay} later.',
  'We answered after {delay}.',
]
const UNFIT: readonly string[] = [
  'Closed: too small for us.',
  'Never called back, closed.',
  'Only wanted prices for a tender.',
  'Wrong person and no referral.',
  'Asked to be left alone.',
  'Bought consumer devices instead.',
]

function delayWords(hours: number): string {
  if (hours < 1) return `${Math.max(10, Math.round(hours * 60))} minutes`
  if (hours < 48) return `${Math.round(hours) || 1} hour${Math.round(hours) === 1 ? '' : 's'}`
  return `${Math.round(hours / 24)} days`
}

/** A rep's short notes, which say the firm's size and trade, how pressing it is and how fast we answered. */
export function leadNotes(random: Random, plan: LeadPlan, stage: DemoLead['stage']): string {
  const product = random.pick(PRODUCTS)
  const slots: Slots = {
    qty: String(random.int(2, 12) * Math.max(1, Math.round(plan.size.units / 8))),
    product: product.name,
    noun: product.noun,
    sites: String(random.int(2, 9)),
    staff: String(Math.round(random.between(plan.size.low, Math.min(plan.size.high, 4000)) / 5) * 5 || 5),
    industry: plan.industry.name.toLowerCase(),
    delay: delayWords(plan.delayHours),
  }
  const parts = [random.pick(ASKS), random.pick(SIZES_SAID), random.pick(INTENTS[plan.intent])]
  if (stage !== 'NEW') parts.push(random.pick(REACHED))
  if (stage === 'UNQUALIFIED' && random.chance(0.6)) parts.push(random.pick(UNFIT))
  const text = parts.map(part => fill(part, slots)).join(' ')
  return text.replace(/(^|\. )([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
}
