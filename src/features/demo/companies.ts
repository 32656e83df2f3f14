import { DAY_MS } from '#core/time.ts'
import { clamp, iso, workMoment } from './clock.ts'
import type { Firm, Person } from './identity.ts'
import { Registry } from './identity.ts'
import type { Industry, SizeBand } from './market.ts'
import { INDUSTRIES, REPS, SIZES } from './market.ts'
import { addressIn } from './places.ts'
import { Random } from './random.ts'
import type { DemoCompany, DemoContact } from './types.ts'
import { JOBS } from './words.ts'

export interface Contact {
  record: DemoContact
  bornMs: number
}

/** A company with what the generator knows of it and the record does not say. */
export interface Company {
  record: DemoCompany
  firm: Firm
  industry: Industry
  size: SizeBand
  bornMs: number
  /** After this moment it buys no more. */
  leavesMs: number
  /** How often it buys, relative to the others; 0 for one that has not bought yet. */
  appetite: number
  contacts: Contact[]
  wins: number[]
}

/** What all sections share while the demo is being made. */
export interface World {
  random: Random
  nowMs: number
  startMs: number
  registry: Registry
  companies: Company[]
  contacts: Contact[]
}

const FIRST_COMPANIES = 50
export const ALL_COMPANIES = 85
const ALL_CONTACTS = 400

export const byWeight = <T extends { weight: number }>(list: readonly T[]): (readonly [T, number])[] =>
  list.map(item => [item, item.weight] as const)

const INDUSTRY_CHOICES = byWeight(INDUSTRIES)
const SIZE_CHOICES = byWeight(SIZES)
export const REP_CHOICES = REPS.map(rep => [rep.key, rep.weight] as const)

export const drawIndustry = (random: Random): Industry => random.weighted(INDUSTRY_CHOICES)
export const drawSize = (random: Random): SizeBand => random.weighted(SIZE_CHOICES)

export function newWorld(seed: number, nowMs: number, startMs: number): World {
  const random = new Random(seed, 'world')
  return { random, nowMs, startMs, registry: new Registry(), companies: [], contacts: [] }
}

export function addCompany(
  world: World,
  random: Random,
  industry: Industry,
  size: SizeBand,
  bornMs: number,
): Company {
  const firm = world.registry.firm(random, industry)
  const staff = Math.round(random.between(size.low, size.high))
  const tags = [
    ...(size.units > 50 ? ['key-account'] : []),
    ...(random.chance(0.3) ? ['multi-site'] : []),
    ...(random.chance(0.15) ? ['newsletter'] : []),
  ]
  const company: Company = {
    record: {
      key: `company-${world.companies.length + 1}`,
      name: firm.name,
      domain: firm.domain,
      industry: industry.name,
      size: size.label,
      website: `https://www.${firm.domain}`,
      annualRevenue: Math.round((staff * random.between(110_000, 320_000)) / 1000) * 1000,
      employeeCount: staff,
      billingAddress: addressIn(random, firm.place),
      status: 'LEAD',
      ownerKey: random.weighted(REP_CHOICES),
      tags,
      createdAt: iso(bornMs),
    },
    firm,
    industry,
    size,
    bornMs,
    leavesMs: Number.POSITIVE_INFINITY,
    // Bounded, so that no single customer becomes the whole story of the reports.
    appetite: clamp(Math.exp(0.5 * random.normal()) * (0.6 + size.units / 60), 0.2, 2.2),
    contacts: [],
    wins: [],
  }
  world.companies.push(company)
  return company
}

/** The book that was imported on the first days, some of which never bought and some of which left later. */
export function addFirstCompanies(world: World): void {
  const random = world.random.stream('companies')
  for (let i = 0; i < FIRST_COMPANIES; i++) {
    const day = world.startMs + random.between(0.5, 12) * DAY_MS
    const bornMs =
      i === 0 ? world.startMs : workMoment(random, day, world.startMs, world.startMs + 13 * DAY_MS)
    const company = addCompany(world, random, drawIndustry(random), drawSize(random), bornMs)
    if (i % 8 === 7) company.appetite = 0
    if (i % 8 === 3) company.leavesMs = world.startMs + random.between(240, 480) * DAY_MS
    addContact(world, random, company, 'Existing customer', bornMs)
  }
}

export function addContact(
  world: World,
  random: Random,
  company: Company,
  source: string,
  bornMs: number,
  person: Person = world.registry.person(random, company.firm),
): Contact {
  const [jobTitle, department] = random.pick(JOBS)
  const contact: Contact = {
    record: {
      key: `contact-${world.contacts.length + 1}`,
      ...person,
      jobTitle,
      department,
      companyKey: company.record.key,
      customerType: 'B2B',
      status: random.weighted([
        ['ACTIVE', 90],
        ['INACTIVE', 7],
        ['BOUNCED', 3],
      ]),
      leadSource: source,
      ownerKey: company.record.ownerKey,
      tags: [
        ...(/^(Chief|Managing|Finance Director)/.test(jobTitle) ? ['decision-maker'] : []),
        ...(random.chance(0.1) ? ['champion'] : []),
      ],
      createdAt: iso(bornMs),
    },
    bornMs,
  }
  world.contacts.push(contact)
  company.contacts.push(contact)
  return contact
}

/** The colleagues met along the way, until the book holds all its contacts. */
export function addColleagues(world: World): void {
  const random = world.random.stream('colleagues')
  const choices = world.companies.map(company => [company, 0.5 + Math.sqrt(company.appetite)] as const)
  while (world.contacts.length < ALL_CONTACTS) {
    const company = random.weighted(choices)
    // Most are met early: the square pulls towards the company's first days.
    const age = random.next() ** 2
    const raw = company.bornMs + age * (world.nowMs - company.bornMs)
    const source = random.weighted([
      ['Existing customer', 6],
      ['Referral', 3],
      ['Trade show', 2],
      ['Website', 2],
    ])
    addContact(world, random, company, source, workMoment(random, raw, company.bornMs, world.nowMs))
  }
}

/** What a company is follows from what it bought, so it can only be said once its deals are known. */
export function settleStatuses(world: World, dealCounts: Map<string, number>): void {
  for (const company of world.companies) {
    const deals = dealCounts.get(company.record.key) ?? 0
    const churned = company.leavesMs < world.nowMs && company.wins.length > 0
    if (churned) company.record.status = 'CHURNED'
    else if (company.wins.length > 0) company.record.status = 'CUSTOMER'
    else company.record.status = deals > 0 ? 'PROSPECT' : 'LEAD'
  }
}
