import type { Company } from './companies.ts'
import type { Product, Source } from './market.ts'
import { COMPETITORS, REPS } from './market.ts'
import type { Random } from './random.ts'
import { logistic } from './random.ts'
import type { DemoLostReason, DemoObjection } from './types.ts'

/**
 * Why deals are won and lost in the demo. A logistic model (log-odds add up) draws each outcome from causes that
 * the records show: texts, interactions and their gaps, contacts, dates, source, industry, size and the rep. The
 * numbers are ours, chosen so that the effects are plain to see in reports and worth learning for a model.
 */

type Engagement = 'active' | 'slow' | 'silent'

interface RaisedObjection {
  category: Exclude<DemoObjection, 'competitor'>
  answered: boolean
}

export interface Causes {
  engagement: Engagement
  competitor: string | null
  objections: RaisedObjection[]
  threads: number
  slips: number
  discount: number
}

export interface Setting {
  company: Company
  product: Product
  source: Source
  ownerKey: string
  amountUsd: number
  renewal: boolean
  earlierWins: number
}

export interface Verdict {
  won: boolean
  lostReason: DemoLostReason | null
}

interface ObjectionRule {
  category: RaisedObjection['category']
  rate: number
  answered: number
  /** Log-odds when nobody answers it, and when somebody does. */
  open: number
  closed: number
  reason: DemoLostReason
}

const OBJECTION_RULES: readonly ObjectionRule[] = [
  { category: 'price', rate: 0.34, answered: 0.58, open: -1.9, closed: -0.1, reason: 'Price' },
  { category: 'timing', rate: 0.19, answered: 0.5, open: -1.1, closed: -0.2, reason: 'Timing' },
  { category: 'authority', rate: 0.12, answered: 0.5, open: -0.9, closed: -0.1, reason: 'No authority' },
  { category: 'product', rate: 0, answered: 0.5, open: -1.3, closed: -0.2, reason: 'Missing feature' },
  { category: 'need', rate: 0.09, answered: 0.45, open: -1.1, closed: -0.3, reason: 'No need' },
  { category: 'contract', rate: 0.1, answered: 0.55, open: -1.1, closed: -0.1, reason: 'Contract terms' },
  { category: 'trust', rate: 0.08, answered: 0.6, open: -0.8, closed: 0, reason: 'Competitor' },
]

const ENGAGEMENT_EFFECT: Record<Engagement, number> = { active: 0.95, slow: -0.1, silent: -2 }
const COMPETITOR_EFFECT = -1.6
const SLIP_EFFECT = -0.45
const BASE = 1.15

export function drawCauses(random: Random, setting: Setting): Causes {
  const { renewal, company, product } = setting
  const engagement = random.weighted<Engagement>([
    ['active', renewal ? 55 : 42],
    ['slow', 36],
    ['silent', renewal ? 12 : 22],
  ])
  // Who does not talk does not object either: silence must not look like interest.
  const talk = engagement === 'silent' ? 0.3 : 1
  const objections: RaisedObjection[] = []
  for (const rule of OBJECTION_RULES) {
    let rate = rule.category === 'product' ? product.gap : rule.rate
    if (rule.category === 'price' && setting.amountUsd > 40_000) rate += 0.1
    if (rule.category === 'trust' && setting.earlierWins > 0) rate /= 3
    if (random.chance(rate * talk)) {
      objections.push({ category: rule.category, answered: random.chance(rule.answered) })
    }
  }
  const rivalRate = (renewal ? 0.16 : 0.27) * (engagement === 'silent' ? 0.6 : 1)
  return {
    engagement,
    competitor: random.chance(rivalRate) ? random.pick(COMPETITORS) : null,
    objections: random.sample(objections, 3),
    threads: Math.min(
      company.contacts.length,
      random.weighted([1, 2, 3, 4].map((n, i) => [n, [44, 30, 17, 9][i]!])),
    ),
    slips: random.weighted([0, 1, 2, 3].map((n, i) => [n, [58, 25, 12, 5][i]!])),
    discount: random.chance(0.4) ? random.pick([5, 5, 8, 10, 10, 12, 15, 18, 20]) : 0,
  }
}

/** Log-odds of winning, before chance. */
function logOdds(causes: Causes, setting: Setting): number {
  const rep = REPS.find(candidate => candidate.key === setting.ownerKey)
  let sum = BASE + ENGAGEMENT_EFFECT[causes.engagement] + setting.source.deal + setting.product.effect
  sum += 0.9 * setting.company.industry.fit + (rep?.skill ?? 0)
  sum += 0.55 * (causes.threads - 1.9) + SLIP_EFFECT * causes.slips
  sum += 0.12 * Math.min(3, setting.earlierWins) + (setting.renewal ? 0.3 : 0)
  // Ten times the money costs about three quarters of a log-odd; a deep discount is a sign of weakness.
  sum -= 0.75 * Math.log10(Math.max(500, setting.amountUsd) / 15_000)
  if (causes.discount > 12) sum -= 0.5
  if (causes.competitor) sum += COMPETITOR_EFFECT
  for (const raised of causes.objections) sum += effectOf(raised)
  return sum
}

function effectOf(raised: RaisedObjection): number {
  const rule = OBJECTION_RULES.find(candidate => candidate.category === raised.category)!
  return raised.answered ? rule.closed : rule.open
}

/** The reason is drawn among the causes that weighed against the deal, the heavier the likelier. */
function lostReasonOf(random: Random, causes: Causes): DemoLostReason {
  const blame: [DemoLostReason, number][] = []
  for (const raised of causes.objections) {
    const rule = OBJECTION_RULES.find(candidate => candidate.category === raised.category)!
    // Distrust is only recorded as lost to a competitor when there is one to lose to.
    const reason = rule.category === 'trust' && !causes.competitor ? 'No decision' : rule.reason
    blame.push([reason, effectOf(raised) ** 2])
  }
  if (causes.competitor) blame.push(['Competitor', COMPETITOR_EFFECT ** 2])
  if (causes.engagement === 'silent') blame.push(['No decision', ENGAGEMENT_EFFECT.silent ** 2])
  if (causes.slips > 1) blame.push(['Timing', (causes.slips * SLIP_EFFECT) ** 2])
  return random.weighted([...blame, ['No decision', blame.length > 0 ? 0.1 : 1]])
}

export function judge(random: Random, causes: Causes, setting: Setting): Verdict {
  const won = random.chance(logistic(logOdds(causes, setting)))
  return { won, lostReason: won ? null : lostReasonOf(random, causes) }
}
