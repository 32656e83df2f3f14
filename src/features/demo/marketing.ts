import { DAY_MS } from '#core/time.ts'
import { HOUR_MS, iso, isoDate } from './clock.ts'
import type { Contact, World } from './companies.ts'
import type { Deal } from './deals.ts'
import type { Random } from './random.ts'
import type { DemoCampaign, DemoCampaignContact, DemoEmailTemplate, DemoUnsubscribe } from './types.ts'

const MINUTE_MS = 60_000
const MAILS_A_MINUTE = 100
const OWNERS = ['member-admin', 'member-member'] as const

const paragraphs = (text: string): string =>
  text
    .split('\n\n')
    .map(part => `<p>${part.replaceAll('\n', '<br>')}</p>`)
    .join('\n')

const TEMPLATES = [
  {
    name: 'Field report',
    subject: 'What is new on the shop floor, {{ contact.firstName }}',
    body: 'Hello {{ contact.firstName }},\n\nthe new RX7 reads damaged labels from six metres, and its battery lasts two shifts. We have put the field report of a cold store beside it.\n\nShall we bring one to {{ company.name | default: "you" }} for a week?\n\n{{ sender.name }}',
    link: ['Read the field report', 'https://www.halden-hardware.example/field-report'],
    tags: ['newsletter'],
  },
  {
    name: 'Trade-in offer',
    subject: 'Your old scanners are worth something',
    body: 'Hello {{ contact.firstName }},\n\nuntil the end of the quarter we take old scanners of any make in payment: 60 each, whatever their state.\n\nTell us how many there are, and the offer is with you tomorrow.\n\n{{ sender.name }}',
    link: ['Count your scanners', 'https://www.halden-hardware.example/trade-in'],
    tags: ['offer'],
  },
  {
    name: 'Webinar: labels that last',
    subject: 'Half an hour on labels that last',
    body: 'Hello {{ contact.firstName }},\n\nheat, frost and forklift: in thirty minutes we show which label survives what, and what it costs a year.\n\nThere is room for your questions.\n\n{{ sender.name }}',
    link: ['Keep a seat', 'https://www.halden-hardware.example/webinar'],
    tags: ['webinar'],
  },
  {
    name: 'Follow-up after a visit',
    subject: 'Thank you for your time, {{ contact.firstName }}',
    body: 'Hello {{ contact.firstName }},\n\nthank you for showing us round. As agreed you find the figures for two shifts below, and the loan devices leave us on Monday.\n\n{{ sender.name }}',
    link: undefined,
    tags: ['follow-up'],
  },
  {
    name: 'Offer reminder',
    subject: 'Our offer for {{ deal.title }}',
    body: 'Hello {{ contact.firstName }},\n\nour offer for {{ deal.title }} holds until {{ deal.expectedCloseDate | default: "the end of the month" }}. What is still missing for a decision?\n\n{{ sender.name }}',
    link: undefined,
    tags: ['follow-up'],
  },
] as const

type Plan = {
  name: string
  type: DemoCampaign['type']
  /** Days before now on which it began. */
  ago: number
  days: number
  size: number
  budget: number
  spent: number
  template?: number
  status: DemoCampaign['status']
  /** The share of its contacts that it has reached. */
  reached: number
}

const PLANS: readonly Plan[] = [
  {
    name: 'Letter on cold stores',
    type: 'EMAIL',
    ago: 640,
    days: 3,
    size: 90,
    budget: 400,
    spent: 380,
    template: 0,
    status: 'COMPLETED',
    reached: 1,
  },
  {
    name: 'Trade-in weeks',
    type: 'EMAIL',
    ago: 395,
    days: 21,
    size: 160,
    budget: 900,
    spent: 760,
    template: 1,
    status: 'COMPLETED',
    reached: 1,
  },
  {
    name: 'Field report letter',
    type: 'EMAIL',
    ago: 130,
    days: 3,
    size: 220,
    budget: 600,
    spent: 590,
    template: 0,
    status: 'COMPLETED',
    reached: 1,
  },
  {
    name: 'Warehouse days',
    type: 'EVENT',
    ago: 12,
    days: 30,
    size: 45,
    budget: 9000,
    spent: 3200,
    status: 'ACTIVE',
    reached: 1,
  },
  {
    name: 'Webinar invitation',
    type: 'EMAIL',
    ago: 9,
    days: 14,
    size: 180,
    budget: 300,
    spent: 90,
    template: 2,
    status: 'PAUSED',
    reached: 0.56,
  },
  {
    name: 'Trade-in, second round',
    type: 'EMAIL',
    ago: -18,
    days: 21,
    size: 120,
    budget: 1000,
    spent: 0,
    template: 1,
    status: 'PLANNING',
    reached: 0,
  },
]

export type Marketing = {
  templates: DemoEmailTemplate[]
  campaigns: DemoCampaign[]
  campaignContacts: DemoCampaignContact[]
  unsubscribes: DemoUnsubscribe[]
}

/** Letters, fairs and webinars of two years, with what became of each mail. */
export function addCampaigns(world: World, deals: readonly Deal[]): Marketing {
  const random = world.random.stream('campaigns')
  const templates = TEMPLATES.map(({ name, subject, body, link, tags }, i): DemoEmailTemplate => {
    const more = link ? `\n<p><a href="${link[1]}">${link[0]}</a></p>` : ''
    return {
      key: `template-${i + 1}`,
      name,
      subject,
      body: link ? `${body}\n\n${link[0]}: ${link[1]}` : body,
      bodyHtml: paragraphs(body) + more,
      tags: [...tags],
      createdByKey: OWNERS[i % 2]!,
      createdAt: iso(world.startMs + (i + 1) * DAY_MS + 9 * HOUR_MS),
    }
  })
  const gone = new Map<string, number>()
  const begun = new Map<string, number[]>()
  for (const { record } of deals)
    begun.set(record.primaryContactKey, [
      ...(begun.get(record.primaryContactKey) ?? []),
      Date.parse(record.createdAt),
    ])
  const campaigns: DemoCampaign[] = []
  const campaignContacts: DemoCampaignContact[] = []
  for (const [i, plan] of PLANS.entries()) {
    const campaign = campaignOf(world, plan, i)
    campaigns.push(campaign)
    const startMs = world.nowMs - plan.ago * DAY_MS
    const known = world.contacts.filter(
      ({ bornMs, record }) =>
        bornMs < Math.min(startMs, world.nowMs) - DAY_MS &&
        // Letters win few deals: most who were about to buy anyway had been called before.
        (!buysSoon(begun.get(record.key), startMs) || random.chance(0.035)),
    )
    const chosen = random.sample(known, Math.min(plan.size, known.length))
    for (const [n, contact] of chosen.entries())
      campaignContacts.push(
        recipientOf(world, random, {
          plan,
          campaign,
          contact,
          gone,
          n,
          isReached: n < chosen.length * plan.reached,
        }),
      )
  }
  campaignContacts.forEach((each, i) => {
    each.key = `campaign-contact-${i + 1}`
  })
  const addresses = new Map(world.contacts.map(({ record }) => [record.key, record.email]))
  const unsubscribes = [...gone].map(([contactKey, atMs], i) => ({
    key: `unsubscribe-${i + 1}`,
    email: addresses.get(contactKey)!,
    source: 'ONE_CLICK' as const,
    createdAt: iso(atMs),
  }))
  return { templates, campaigns, campaignContacts, unsubscribes }
}

/** Whether a deal with them begins within the time for which campaigns are credited with it. */
const buysSoon = (moments: number[] = [], fromMs: number): boolean =>
  moments.some(ms => ms >= fromMs && ms < fromMs + 90 * DAY_MS)

function campaignOf(world: World, plan: Plan, i: number): DemoCampaign {
  const startMs = world.nowMs - plan.ago * DAY_MS
  const createdMs = Math.min(startMs, world.nowMs) - 6 * DAY_MS
  const ownerKey = OWNERS[i % 2]!
  const isSent = plan.type === 'EMAIL' && plan.reached > 0
  return {
    key: `campaign-${i + 1}`,
    name: `${plan.name} ${isoDate(startMs).slice(0, 4)}`,
    description: '',
    type: plan.type,
    status: plan.status,
    startDate: isoDate(startMs),
    endDate: isoDate(startMs + plan.days * DAY_MS),
    budget: plan.budget,
    actualCost: plan.spent || null,
    templateKey: plan.template === undefined ? null : `template-${plan.template + 1}`,
    sendingSince: isSent ? iso(startMs) : null,
    sentByKey: isSent ? ownerKey : null,
    tags: [plan.type.toLowerCase()],
    ownerKey,
    createdAt: iso(createdMs),
  }
}

type Given = {
  plan: Plan
  campaign: DemoCampaign
  contact: Contact
  /** Who has unsubscribed, and when. */
  gone: Map<string, number>
  n: number
  isReached: boolean
}

function recipientOf(world: World, random: Random, given: Given): DemoCampaignContact {
  const { plan, campaign, contact, gone, n, isReached } = given
  const { key, status } = contact.record
  const startMs = world.nowMs - plan.ago * DAY_MS
  const none = {
    sentAt: null,
    deliveredAt: null,
    openedAt: null,
    clickedAt: null,
    bouncedAt: null,
    unsubscribedAt: null,
  }
  const base = {
    key: '',
    campaignKey: campaign.key,
    contactKey: key,
    reason: null as string | null,
    createdByKey: campaign.ownerKey,
    createdAt: iso(Math.min(startMs - DAY_MS, world.nowMs - HOUR_MS)),
    ...none,
  }
  if (!isReached) return { ...base, status: 'PENDING' }
  if ((gone.get(key) ?? world.nowMs) < startMs) return { ...base, status: 'SKIPPED', reason: 'UNSUBSCRIBED' }
  const sentMs = startMs + Math.floor(n / MAILS_A_MINUTE) * MINUTE_MS + n * 300
  const sent = { ...base, sentAt: iso(sentMs) }
  if (plan.type !== 'EMAIL') return { ...sent, status: 'SENT' }
  if (status === 'BOUNCED' || random.chance(0.015))
    return {
      ...sent,
      status: 'BOUNCED',
      bouncedAt: iso(sentMs + MINUTE_MS),
      reason: '5.1.1 smtp; 550 no such user',
    }
  const sooner = (ms: number) => iso(Math.min(ms, world.nowMs))
  const delivered = { ...sent, deliveredAt: iso(sentMs + 4000) }
  if (!random.chance(0.41)) return { ...delivered, status: 'DELIVERED' }
  const openedMs = sentMs + random.between(0.05, 40) * HOUR_MS
  const opened = { ...delivered, openedAt: sooner(openedMs) }
  if (random.chance(0.03)) {
    const atMs = Math.min(openedMs + MINUTE_MS, world.nowMs)
    gone.set(key, atMs)
    return { ...opened, status: 'UNSUBSCRIBED', unsubscribedAt: iso(atMs) }
  }
  if (!random.chance(0.24)) return { ...opened, status: 'OPENED' }
  return { ...opened, status: 'CLICKED', clickedAt: sooner(openedMs + random.between(10, 200) * 1000) }
}
