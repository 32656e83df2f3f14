import { DAY_MS } from '#core/time.ts'
import { busyMoment, clamp, HOUR_MS, iso, workMoment } from './clock.ts'
import type { Company, Contact, World } from './companies.ts'
import {
  ALL_COMPANIES,
  addCompany,
  addContact,
  byWeight,
  drawIndustry,
  drawSize,
  REP_CHOICES,
} from './companies.ts'
import { leadNotes } from './lead-notes.ts'
import type { Industry, SizeBand, Source } from './market.ts'
import { SOURCES } from './market.ts'
import type { Random } from './random.ts'
import { logistic } from './random.ts'
import type { DemoLead } from './types.ts'

export type Intent = 'urgent' | 'planned' | 'browsing'

/** What decides whether a lead converts; all of it can be read in the lead's source, tags, notes and firm's name. */
export interface LeadPlan {
  source: Source
  industry: Industry
  size: SizeBand
  intent: Intent
  delayHours: number
  createdMs: number
  convertedMs: number | null
  /** It would have converted, but not yet. */
  warm: boolean
}

/** The deal that a converted lead opens. */
export interface Opening {
  lead: DemoLead
  company: Company
  contact: Contact
  source: Source
  atMs: number
}

const LEAD_COUNT = 900
const INTENT_EFFECT: Record<Intent, number> = { urgent: 0.7, planned: 0, browsing: -0.7 }
const SOURCE_CHOICES = byWeight(SOURCES)
const QUIET_DAYS = 14

/** Odds fall with every band of waiting: the well-known pattern of lead response times, with numbers of our own. */
function delayEffect(hours: number): number {
  if (hours <= 1) return 1
  if (hours <= 4) return 0.5
  if (hours <= 24) return 0
  return hours <= 72 ? -0.7 : -1.3
}

function planLead(random: Random, world: World): LeadPlan {
  const source = random.weighted(SOURCE_CHOICES)
  const industry = drawIndustry(random)
  const size = drawSize(random)
  const intent = random.weighted<Intent>([
    ['urgent', 2],
    ['planned', 5],
    ['browsing', 3],
  ])
  const delayHours = Math.max(0.2, Math.exp(2 + 1.7 * random.normal()))
  const createdMs = busyMoment(random, world.startMs + QUIET_DAYS * DAY_MS, world.nowMs, 0.8)
  const odds =
    -1.75 + source.lead + 1.1 * industry.fit + size.lead + INTENT_EFFECT[intent] + delayEffect(delayHours)
  const converts = random.chance(logistic(odds))
  const wait = delayHours * HOUR_MS + random.between(2, 24) * DAY_MS
  const when = workMoment(random, createdMs + wait, createdMs + HOUR_MS, Number.POSITIVE_INFINITY)
  const convertedMs = converts && when <= world.nowMs ? when : null
  return {
    source,
    industry,
    size,
    intent,
    delayHours,
    createdMs,
    convertedMs,
    warm: converts && convertedMs === null,
  }
}

function openStage(random: Random, plan: LeadPlan, nowMs: number): DemoLead['stage'] {
  if (plan.warm) return nowMs - plan.createdMs > 4 * DAY_MS ? 'QUALIFIED' : 'CONTACTED'
  const ageDays = (nowMs - plan.createdMs) / DAY_MS
  if (ageDays * 24 < plan.delayHours || ageDays < 1) return 'NEW'
  if (ageDays < 12) {
    return random.weighted([
      ['NEW', 6],
      ['CONTACTED', 3],
      ['QUALIFIED', 1],
      ['UNQUALIFIED', 1],
    ])
  }
  if (ageDays < 45) {
    return random.weighted([
      ['NEW', 2],
      ['CONTACTED', 5],
      ['QUALIFIED', 3],
      ['UNQUALIFIED', 4],
    ])
  }
  if (ageDays < 120) {
    return random.weighted([
      ['CONTACTED', 4],
      ['QUALIFIED', 1.5],
      ['UNQUALIFIED', 8],
    ])
  }
  return random.chance(0.1) ? 'CONTACTED' : 'UNQUALIFIED'
}

/** A company that exists at the moment and looks like the plan; the lead's own features stay what they were. */
function nearestCompany(random: Random, world: World, plan: LeadPlan, atMs: number): Company {
  const there = world.companies.filter(
    company => company.bornMs <= atMs && company.appetite > 0 && company.leavesMs > atMs,
  )
  const choices = there.map(company => {
    const alike = (company.industry === plan.industry ? 8 : 1) * (company.size === plan.size ? 5 : 1)
    return [company, alike] as const
  })
  return random.weighted(choices)
}

function convert(world: World, random: Random, plan: LeadPlan, lead: DemoLead, founds: boolean): Opening {
  const atMs = plan.convertedMs!
  const company = founds
    ? addCompany(world, random, plan.industry, plan.size, atMs)
    : nearestCompany(random, world, plan, atMs)
  const known = company.contacts.filter(contact => contact.bornMs < plan.createdMs)
  // Conversion reuses what is there: some leads are people already in the book, who ask again.
  const reuse = !founds && known.length > 1 && random.chance(0.3)
  const contact = reuse ? random.pick(known) : addContact(world, random, company, plan.source.name, atMs)
  const { firstName, lastName, email, phone, key } = contact.record
  Object.assign(lead, {
    name: `${firstName} ${lastName}`,
    email,
    phone,
    company: company.record.name,
    stage: 'CONVERTED',
    ownerKey: company.record.ownerKey,
    convertedAt: iso(atMs),
    contactKey: key,
    companyKey: company.record.key,
  })
  return { lead, company, contact, source: plan.source, atMs }
}

/** A lead that did not convert: from a firm of its own, or sometimes from one already in the book. */
function introduce(world: World, random: Random, plan: LeadPlan, lead: DemoLead): void {
  const insiders = world.companies.filter(
    company =>
      company.bornMs <= plan.createdMs && company.industry === plan.industry && company.size === plan.size,
  )
  const inside = insiders.length > 0 && random.chance(0.15) ? random.pick(insiders) : null
  const firm = inside ? inside.firm : world.registry.firm(random, plan.industry)
  const person = world.registry.person(random, firm)
  lead.name = `${person.firstName} ${person.lastName}`
  lead.email = person.email
  lead.company = firm.name
  lead.phone = person.phone
}

function blankLead(random: Random, plan: LeadPlan, key: string, nowMs: number): DemoLead {
  const tags = [`intent-${plan.intent}`]
  const stage = plan.convertedMs === null ? openStage(random, plan, nowMs) : 'CONVERTED'
  if (stage !== 'NEW') {
    if (plan.delayHours <= 4) tags.push('fast-response')
    if (plan.delayHours > 72) tags.push('slow-response')
  }
  return {
    key,
    name: '',
    email: '',
    company: '',
    phone: '',
    stage,
    source: plan.source.name,
    notes: leadNotes(random, plan, stage),
    ownerKey: random.weighted(REP_CHOICES),
    tags,
    createdAt: iso(plan.createdMs),
    convertedAt: null,
    contactKey: null,
    companyKey: null,
    dealKey: null,
  }
}

/** Makes the leads, and with the converted ones the companies and contacts that came that way. */
export function addLeads(world: World): { leads: DemoLead[]; openings: Opening[] } {
  const random = world.random.stream('leads')
  const plans = Array.from({ length: LEAD_COUNT }, () => planLead(random, world))
  plans.sort((a, b) => a.createdMs - b.createdMs)
  const leads = plans.map((plan, i) => blankLead(random, plan, `lead-${i + 1}`, world.nowMs))
  const order = plans
    .map((plan, i) => ({ plan, lead: leads[i]! }))
    .filter(({ plan }) => plan.convertedMs !== null)
    .sort((a, b) => a.plan.convertedMs! - b.plan.convertedMs!)
  // New companies are spread evenly over the conversions, so that the book grows all along.
  const founders = clamp(ALL_COMPANIES - world.companies.length, 0, order.length)
  const openings = order.map(({ plan, lead }, i) => {
    const founds =
      Math.floor((i * founders) / order.length) !== Math.floor(((i + 1) * founders) / order.length)
    return convert(world, random, plan, lead, founds)
  })
  for (const [i, plan] of plans.entries()) {
    if (plan.convertedMs === null) introduce(world, random, plan, leads[i]!)
  }
  return { leads, openings }
}
