import type { DealFacts } from '#features/deal-signals/facts.ts'

/** How alike two deals are by structure, 0 to 1, each part by its weight; ours, and stated in decision 33. */
const WEIGHTS = {
  pipeline: 1,
  amount: 2,
  industry: 1.5,
  source: 0.5,
  objections: 2,
  competitors: 1.5,
  contacts: 0.5,
}
const ALL = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0)
/** Ten times the amount is not alike at all. */
const AMOUNT_RANGE = Math.log(10)

export function likeness(one: DealFacts, other: DealFacts): number {
  const same = (a: unknown, b: unknown) => (a !== null && a === b ? 1 : 0)
  const amount =
    one.amount && other.amount
      ? Math.max(0, 1 - Math.abs(Math.log(one.amount / other.amount)) / AMOUNT_RANGE)
      : 0
  const sum =
    WEIGHTS.pipeline * same(one.pipelineId, other.pipelineId) +
    WEIGHTS.amount * amount +
    WEIGHTS.industry * same(one.industry, other.industry) +
    WEIGHTS.source * same(one.source, other.source) +
    WEIGHTS.objections *
      overlap(
        one.objections.map(({ category }) => category),
        other.objections.map(({ category }) => category),
      ) +
    WEIGHTS.competitors * overlap(one.competitors.map(lower), other.competitors.map(lower)) +
    WEIGHTS.contacts * (Math.min(one.contacts, 3) === Math.min(other.contacts, 3) ? 1 : 0)
  return sum / ALL
}

const lower = (text: string) => text.trim().toLowerCase()

/** What both have of what either has (Jaccard); nothing in either is alike by half. */
function overlap(one: readonly string[], other: readonly string[]): number {
  const all = new Set([...one, ...other])
  if (!all.size) return 0.5
  return one.filter(item => other.includes(item)).length / all.size
}

/** The closed deals most like this one: of each outcome so many. */
export function mostAlike(
  deal: DealFacts,
  closed: readonly DealFacts[],
  counts: { won: number; lost: number },
) {
  const ranked = closed
    .map(other => ({ deal: other, similarity: Math.round(likeness(deal, other) * 100) / 100 }))
    .sort((a, b) => b.similarity - a.similarity || (a.deal.id < b.deal.id ? -1 : 1))
  return [
    ...ranked.filter(one => one.deal.status === 'WON').slice(0, counts.won),
    ...ranked.filter(one => one.deal.status === 'LOST').slice(0, counts.lost),
  ]
}
