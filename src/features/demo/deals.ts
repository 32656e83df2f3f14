import { DAY_MS } from '#core/time.ts'
import { busyMoment, clamp, HOUR_MS, iso, isoDate, workMoment } from './clock.ts'
import type { Company, Contact, World } from './companies.ts'
import { byWeight, REP_CHOICES } from './companies.ts'
import type { Opening } from './leads.ts'
import type { Product, Source } from './market.ts'
import { EXISTING, PIPELINES, PRODUCTS, RENEWALS, SALES, SOURCES } from './market.ts'
import type { Causes, Setting, Verdict } from './outcome.ts'
import { drawCauses, judge } from './outcome.ts'
import type { Random } from './random.ts'
import type { DemoDeal, DemoStage, DemoStageEntry } from './types.ts'

/** A deal with what the generator knows of it: why it goes as it goes, and when it is meant to end. */
export interface Deal {
  record: DemoDeal
  company: Company
  contacts: Contact[]
  product: Product
  quantity: number
  source: Source
  causes: Causes
  startMs: number
  /** When it closes, or would; may lie after now. */
  planMs: number
  /** When the story so far ends: closing or now. */
  endMs: number
  /** It fell asleep in its stage and is never closed. */
  asleep: boolean
}

interface Slot {
  company: Company
  atMs: number
  opening: Opening | null
}

const DEAL_COUNT = 1500
const PRODUCT_CHOICES = byWeight(PRODUCTS)
const SOURCE_CHOICES = byWeight(SOURCES)
/** Of the lost and not lively ones: never closed, so that a review of the pipeline finds something to clean up. */
const ASLEEP_SHARE = 0.23
const LARGEST_USD = 400_000
const RATE: Record<DemoDeal['currency'], number> = { USD: 1, EUR: 0.92, GBP: 0.79 }

/** When and where deals start: those that leads became, then the rest, by each company's appetite. */
function planSlots(world: World, random: Random, openings: readonly Opening[]): Slot[] {
  const slots: Slot[] = openings.map(opening => ({ company: opening.company, atMs: opening.atMs, opening }))
  const first = world.startMs + 14 * DAY_MS
  const choices = world.companies.map((company): [Company, number] => [company, 0])
  while (slots.length < DEAL_COUNT) {
    const atMs = busyMoment(random, first, world.nowMs, 1)
    // The same list is reweighed for every deal, as making a new one each time was most of the garbage.
    for (const choice of choices) {
      const { bornMs, leavesMs, appetite } = choice[0]
      choice[1] = bornMs < atMs && leavesMs > atMs ? appetite : 0
    }
    slots.push({ company: random.weighted(choices), atMs, opening: null })
  }
  return slots.sort((a, b) => a.atMs - b.atMs)
}

function lifeDays(random: Random, setting: Setting, causes: Causes, verdict: Verdict): number {
  const pace = { active: 0.85, slow: 1.15, silent: 1.35 }[causes.engagement]
  const scale = (setting.amountUsd / 15_000) ** 0.12 * (setting.renewal ? 0.7 : 1) * (verdict.won ? 1 : 1.45)
  return clamp(47 * pace * scale * Math.exp(0.38 * random.normal()) + causes.slips * 11, 5, 260)
}

/** Open stages in order, with the share of the deal's life at which each is entered. */
function stagePath(
  random: Random,
  renewal: boolean,
  verdict: Verdict,
): { stage: DemoStage; share: number }[] {
  const stages = PIPELINES.find(pipeline => pipeline.key === (renewal ? RENEWALS : SALES))!.stages
  const open = stages.filter(stage => stage.kind === 'OPEN')
  const shares = renewal ? [0, random.between(0.3, 0.6)] : []
  if (!renewal) {
    shares.push(0, random.between(0.08, 0.2), random.between(0.3, 0.48), random.between(0.6, 0.82))
  }
  let last = open.length - 1
  if (verdict.lostReason) {
    const early = verdict.lostReason === 'No need' || verdict.lostReason === 'No authority'
    const weights =
      verdict.lostReason === 'No decision' ? [4, 4, 3, 1] : early ? [5, 4, 1, 0.4] : [0.6, 2, 4, 4]
    last = Math.min(last, random.weighted(weights.map((weight, i) => [i, weight])))
  }
  // A lost deal lingers in the stage it dies in, so the steps before take less of its life.
  const squeeze = verdict.won ? 1 : 0.8
  const path = open.slice(0, last + 1).map((stage, i) => ({ stage, share: shares[i]! * squeeze }))
  const skips = path.length > 3 && random.chance(0.08)
  return skips ? path.filter((_, i) => i !== 1) : path
}

function historyOf(
  random: Random,
  deal: Deal,
  renewal: boolean,
  verdict: Verdict,
  nowMs: number,
): DemoStageEntry[] {
  const history: DemoStageEntry[] = []
  let last = deal.startMs
  for (const { stage, share } of stagePath(random, renewal, verdict)) {
    const raw = deal.startMs + share * (deal.planMs - deal.startMs)
    const atMs =
      share === 0 ? deal.startMs : workMoment(random, raw, last + HOUR_MS / 2, deal.planMs - HOUR_MS / 2)
    if (atMs > nowMs || atMs < last) break
    history.push({ stageKey: stage.key, enteredAt: iso(atMs) })
    last = atMs
  }
  return history
}

function settingOf(random: Random, slot: Slot, product: Product, quantity: number): Setting {
  const { company, atMs, opening } = slot
  const earlierWins = company.wins.filter(wonMs => wonMs < atMs).length
  const renewal = !opening && earlierWins > 0 && random.chance(0.15)
  const existing = renewal || (earlierWins > 0 && random.chance(0.62))
  const source = opening ? opening.source : existing ? EXISTING : random.weighted(SOURCE_CHOICES)
  const ownerKey = random.chance(0.72) ? company.record.ownerKey : random.weighted(REP_CHOICES)
  return { company, product, source, ownerKey, amountUsd: product.priceUsd * quantity, renewal, earlierWins }
}

function describe(random: Random, deal: Deal, setting: Setting): Partial<DemoDeal> {
  const { product, quantity, company } = deal
  const { discount } = deal.causes
  const where = random.pick([
    'main site',
    'night shift',
    'second depot',
    'field teams',
    'returns desk',
    'new hall',
    'pilot group',
  ])
  const title = setting.renewal
    ? `${company.record.name} – support renewal, ${quantity} × ${product.name}`
    : `${company.record.name} – ${quantity} × ${product.name} (${where})`
  const lines = [
    setting.renewal
      ? `Service contract for ${quantity} ${product.noun} runs out; renewal for another year.`
      : `${quantity} ${product.noun} for the ${where} in ${company.record.billingAddress.city}.`,
    discount > 0 ? `Quoted at ${discount}% off list.` : 'Quoted at list price.',
    ...(setting.earlierWins > 0
      ? [`Has bought from us ${setting.earlierWins} time${setting.earlierWins > 1 ? 's' : ''} before.`]
      : []),
  ]
  const tags = [product.line, ...(discount > 0 ? ['discounted'] : []), ...(quantity >= 100 ? ['volume'] : [])]
  return { title, description: lines.join(' '), tags }
}

function contactsOf(random: Random, slot: Slot, threads: number): Contact[] {
  const met = slot.company.contacts.filter(contact => contact.bornMs <= slot.atMs)
  const first = slot.opening?.contact ?? random.pick(met)
  return [
    first,
    ...random.sample(
      met.filter(contact => contact !== first),
      threads - 1,
    ),
  ]
}

function buildDeal(world: World, random: Random, slot: Slot, key: string): Deal {
  const { company, atMs } = slot
  const product = random.weighted(PRODUCT_CHOICES)
  const fill = company.size.units * (900 / product.priceUsd) ** 0.45 * Math.exp(0.55 * random.normal())
  const quantity = Math.round(clamp(fill, 1, LARGEST_USD / product.priceUsd))
  const setting = settingOf(random, slot, product, quantity)
  if (setting.renewal) setting.amountUsd *= 0.18
  const causes = drawCauses(random, setting)
  const contacts = contactsOf(random, slot, causes.threads)
  // The model must judge what the record will show: only contacts already met can be on the deal.
  causes.threads = contacts.length
  const verdict = judge(random, causes, setting)
  const asleep = !verdict.won && causes.engagement !== 'active' && random.chance(ASLEEP_SHARE)
  const life = lifeDays(random, setting, causes, verdict) * DAY_MS
  const planMs = workMoment(random, atMs + life, atMs + 3 * DAY_MS, Number.POSITIVE_INFINITY)
  const closed = !asleep && planMs <= world.nowMs
  const currency = company.firm.place.currency
  const amount = Math.round(setting.amountUsd * (1 - causes.discount / 100) * RATE[currency] * 100) / 100
  const expected = planMs - causes.slips * random.between(14, 28) * DAY_MS + random.between(-4, 4) * DAY_MS
  const deal: Deal = {
    record: {
      key,
      title: '',
      amount,
      currency,
      pipelineKey: setting.renewal ? RENEWALS : SALES,
      stageKey: '',
      status: closed ? (verdict.won ? 'WON' : 'LOST') : 'OPEN',
      companyKey: company.record.key,
      primaryContactKey: contacts[0]!.record.key,
      contactKeys: contacts.map(contact => contact.record.key),
      expectedCloseDate: isoDate(Math.max(expected, atMs + 4 * DAY_MS)),
      actualCloseDate: closed ? isoDate(planMs) : null,
      source: setting.source.name,
      lostReason: closed ? verdict.lostReason : null,
      description: '',
      ownerKey: setting.ownerKey,
      tags: [],
      createdAt: iso(atMs),
      history: [],
    },
    company,
    contacts,
    product,
    quantity,
    source: setting.source,
    causes,
    startMs: atMs,
    planMs,
    endMs: Math.min(planMs, world.nowMs),
    asleep,
  }
  Object.assign(deal.record, describe(random, deal, setting))
  finish(random, deal, setting.renewal, verdict, world.nowMs)
  if (deal.record.status === 'WON') company.wins.push(planMs)
  return deal
}

function finish(random: Random, deal: Deal, renewal: boolean, verdict: Verdict, nowMs: number): void {
  const history = historyOf(random, deal, renewal, verdict, nowMs)
  if (deal.record.status !== 'OPEN') {
    const kind = deal.record.status
    const stages = PIPELINES.find(pipeline => pipeline.key === deal.record.pipelineKey)!.stages
    history.push({ stageKey: stages.find(stage => stage.kind === kind)!.key, enteredAt: iso(deal.planMs) })
  }
  deal.record.history = history
  deal.record.stageKey = history.at(-1)!.stageKey
}

/** Makes the deals in the order of time, because who bought before is more likely to buy again. */
export function addDeals(world: World, openings: readonly Opening[]): Deal[] {
  const random = world.random.stream('deals')
  return planSlots(world, random, openings).map((slot, i) => {
    const deal = buildDeal(world, random, slot, `deal-${i + 1}`)
    if (slot.opening) slot.opening.lead.dealKey = deal.record.key
    return deal
  })
}
