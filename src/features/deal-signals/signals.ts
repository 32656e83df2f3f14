import { inLanguage } from '#core/ai/language.ts'
import type { ObjectionCategory } from './categories.ts'
import type { DealFacts } from './facts.ts'
import type { Norms } from './norms.ts'
import { inGerman } from './signals-german.ts'

/** R1's factors (price, timing, features, competitors, rep behaviour), and what else weighs. */
export const FACTORS = [
  'price',
  'timing',
  'features',
  'competitors',
  'rep_behavior',
  'engagement',
  'stakeholders',
  'need',
  'trust',
  'contract',
  'fit',
] as const
export type Factor = (typeof FACTORS)[number]

/**
 * Something that is so of a deal or not, told by its records, whose effect on winning is measured in the closed deals.
 * `prior` is what it is held for, in log-odds, before the workspace's own deals speak: our own guess, weighed against them.
 */
export type Signal = {
  key: string
  factor: Factor
  /** As a clause about deals in general: "a competitor was named". */
  label: string
  /** The same as a statement of one deal: "A competitor was named". */
  statement?: string
  prior: number
  holds: (deal: DealFacts, norms: Norms) => boolean
  /** What it means that it is not so, where that says something of a deal; undefined for a deal of which it cannot be known. */
  absence?: (deal: DealFacts) => string | undefined
}

type Raised = { category: ObjectionCategory; factor: Factor; name: string; open: number; closed: number }
const RAISED: readonly Raised[] = [
  { category: 'price', factor: 'price', name: 'price', open: -0.8, closed: -0.1 },
  { category: 'timing', factor: 'timing', name: 'timing', open: -0.6, closed: -0.1 },
  { category: 'product', factor: 'features', name: 'product', open: -0.7, closed: -0.1 },
  { category: 'authority', factor: 'stakeholders', name: 'authority', open: -0.5, closed: -0.1 },
  { category: 'need', factor: 'need', name: 'need', open: -0.6, closed: -0.2 },
  { category: 'trust', factor: 'trust', name: 'trust', open: -0.4, closed: 0 },
  { category: 'contract', factor: 'contract', name: 'contract', open: -0.5, closed: -0.1 },
]
export const factorOf = (category: ObjectionCategory): Factor =>
  category === 'competitor' ? 'competitors' : RAISED.find(one => one.category === category)!.factor

const raisedAs = (deal: DealFacts, category: string, answered: boolean): boolean =>
  deal.objections.some(raised => raised.category === category && raised.answered === answered)

const LATE_DAYS = 14
const WARM = 0.3

const STANDING: readonly Signal[] = [
  ...RAISED.flatMap(({ category, factor, name, open, closed }): Signal[] => [
    {
      key: `${category}_open`,
      factor,
      label: `an objection about ${name} was left unanswered`,
      prior: open,
      holds: deal => raisedAs(deal, category, false),
    },
    {
      key: `${category}_answered`,
      factor,
      label: `an objection about ${name} was answered`,
      prior: closed,
      holds: deal => raisedAs(deal, category, true),
    },
  ]),
  {
    key: 'competitor',
    factor: 'competitors',
    label: 'a competitor was named',
    prior: -0.7,
    holds: deal =>
      deal.competitors.length > 0 || deal.objections.some(({ category }) => category === 'competitor'),
    absence: deal => (deal.talks > 0 ? 'No competitor was named' : undefined),
  },
  {
    key: 'large',
    factor: 'price',
    label: 'the amount was larger than that of three quarters of won deals',
    prior: -0.2,
    holds: (deal, norms) => deal.amount !== null && deal.amount > norms.amount,
  },
  {
    key: 'late',
    factor: 'timing',
    label: 'the close date slipped by more than two weeks or was moved back',
    prior: -0.4,
    holds: deal => deal.lateDays > LATE_DAYS || deal.slips > 0,
    absence: deal => (deal.expectedCloseDate ? 'The close date held' : undefined),
  },
  {
    key: 'silent',
    factor: 'rep_behavior',
    label: 'contact broke off for longer than in three quarters of won deals',
    prior: -0.6,
    holds: (deal, norms) => deal.talks > 0 && deal.longestGapDays > norms.gapDays,
    absence: deal => (deal.talks > 0 ? 'Contact never broke off for long' : undefined),
  },
  {
    key: 'chased',
    factor: 'engagement',
    label: 'two or more of our tries stayed without a reply at the end',
    prior: -0.5,
    holds: deal => deal.triesSince >= 2,
    absence: deal => (deal.talks > 0 ? 'They kept replying' : undefined),
  },
  {
    key: 'warm',
    factor: 'engagement',
    label: 'the buyer sounded positive',
    prior: 0.4,
    holds: deal => deal.sentiment !== null && deal.sentiment >= WARM,
  },
  {
    key: 'cool',
    factor: 'engagement',
    label: 'the buyer sounded negative',
    prior: -0.3,
    holds: deal => deal.sentiment !== null && deal.sentiment < 0,
  },
  {
    key: 'single',
    factor: 'stakeholders',
    label: 'only one contact was involved',
    prior: -0.3,
    holds: deal => deal.contacts === 1,
    absence: deal => (deal.contacts > 1 ? 'More than one contact was involved' : undefined),
  },
  {
    key: 'several',
    factor: 'stakeholders',
    label: 'three or more contacts were involved',
    prior: 0.4,
    holds: deal => deal.contacts >= 3,
  },
  {
    key: 'meetings',
    factor: 'rep_behavior',
    label: 'there was a meeting',
    prior: 0.2,
    holds: deal => deal.meetings > 0,
  },
  {
    key: 'customer',
    factor: 'fit',
    label: 'the company had bought before',
    prior: 0.4,
    holds: deal => deal.wonBefore > 0,
  },
]

/** A value of a field is a signal of its own from so many closed deals on. */
const VALUE_AT_LEAST = 15
const VALUES_AT_MOST = 12

type Field = {
  key: 'source' | 'industry' | 'ownerId'
  factor: Factor
  label: (value: string) => string
  statement: (value: string) => string
}

/** The signals of these closed deals: the standing ones, and the sources, industries and owners that come often enough. */
export function signalsOf(closed: readonly DealFacts[], nameOf: (memberId: string) => string): Signal[] {
  const fields: Field[] = [
    {
      key: 'source',
      factor: 'fit',
      label: value => inLanguage(`the source was ${value}`, `die Quelle ${value} war`),
      statement: value => inLanguage(`The source was ${value}`, `Quelle: ${value}`),
    },
    {
      key: 'industry',
      factor: 'fit',
      label: value => inLanguage(`the industry was ${value}`, `die Branche ${value} war`),
      statement: value => inLanguage(`The industry was ${value}`, `Branche: ${value}`),
    },
    {
      key: 'ownerId',
      factor: 'rep_behavior',
      label: value => inLanguage(`the owner was ${nameOf(value)}`, `${nameOf(value)} zuständig war`),
      statement: value => inLanguage(`The owner was ${nameOf(value)}`, `Zuständig war ${nameOf(value)}`),
    },
  ]
  const own = fields.flatMap(({ key, factor, label, statement }) => {
    const counts = new Map<string, number>()
    for (const deal of closed) if (deal[key]) counts.set(deal[key], (counts.get(deal[key]) ?? 0) + 1)
    return [...counts]
      .filter(([, n]) => n >= VALUE_AT_LEAST && n <= closed.length - VALUE_AT_LEAST)
      .sort((a, b) => b[1] - a[1])
      .slice(0, VALUES_AT_MOST)
      .map(
        ([value]): Signal => ({
          key: `${key === 'ownerId' ? 'owner' : key}:${value}`,
          factor,
          label: label(value),
          statement: statement(value),
          prior: 0,
          holds: deal => deal[key] === value,
        }),
      )
  })
  return [...inLanguage(STANDING, STANDING.map(inGerman)), ...own]
}
