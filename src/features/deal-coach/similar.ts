import { inLanguage, percentText } from '#core/ai/language.ts'
import type { Tx } from '#core/db/workspace.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import { wordFor } from '#features/deal-signals/telling.ts'
import { similarities } from '#features/embeddings/similar.ts'

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

/** Of the closed deals so many of each outcome, those most alike by structure, are compared by their texts too. */
const COMPARED = 200
/** What the nearness of texts counts beside structure. */
const TEXT_SHARE = 0.35

export type Alike = { deal: DealFacts; similarity: number; structure: number; text: number | null }

/** The closed deals most like this one by structure and, where their texts have vectors, by those: of each outcome so many. */
export async function mostAlike(
  tx: Tx,
  deal: DealFacts,
  closed: readonly DealFacts[],
  counts: { won: number; lost: number },
): Promise<Alike[]> {
  const byStructure = closed
    .map(other => ({ deal: other, structure: likeness(deal, other) }))
    .sort((a, b) => b.structure - a.structure || (a.deal.id < b.deal.id ? -1 : 1))
  const compared = (['WON', 'LOST'] as const).flatMap(status =>
    byStructure.filter(one => one.deal.status === status).slice(0, COMPARED),
  )
  const texts = await similarities(
    tx,
    'deal',
    deal.id,
    compared.map(one => one.deal.id),
  )
  const ranked = compared
    .map(({ deal: other, structure }): Alike => {
      const text = texts.get(other.id) ?? null
      // Without a text there is nothing to hold beside the other's: structure alone, less what texts might have added.
      const similarity = (1 - TEXT_SHARE) * structure + TEXT_SHARE * (text ?? (texts.size ? 0 : structure))
      return {
        deal: other,
        similarity: two(similarity),
        structure: two(structure),
        text: text === null ? null : two(text),
      }
    })
    .sort((a, b) => b.similarity - a.similarity || (a.deal.id < b.deal.id ? -1 : 1))
  return [
    ...ranked.filter(one => one.deal.status === 'WON').slice(0, counts.won),
    ...ranked.filter(one => one.deal.status === 'LOST').slice(0, counts.lost),
  ]
}

const two = (value: number): number => Math.round(value * 100) / 100
const NEAR_TEXT = 0.25
const NEAR_AMOUNT = 0.7

/** In what two deals are alike, as words. */
export function alikeIn(one: DealFacts, { deal: other, text }: Alike): string[] {
  const shared = one.objections.filter(({ category }) =>
    other.objections.some(theirs => theirs.category === category),
  )
  const rivals = one.competitors.filter(name => other.competitors.map(lower).includes(lower(name)))
  const ratio =
    one.amount && other.amount ? Math.min(one.amount / other.amount, other.amount / one.amount) : 0
  return [
    ...(one.industry && one.industry === other.industry
      ? [inLanguage(`the same industry (${one.industry})`, `dieselbe Branche (${one.industry})`)]
      : []),
    ...(ratio >= NEAR_AMOUNT ? [inLanguage('a like amount', 'ein ähnlicher Betrag')] : []),
    ...shared.map(({ category }) =>
      inLanguage(`an objection about ${category}`, `ein Einwand (${wordFor(category)})`),
    ),
    ...rivals.map(name => inLanguage(`${name} as a competitor`, `${name} als Wettbewerber`)),
    ...(one.source && one.source === other.source
      ? [inLanguage(`the same source (${one.source})`, `dieselbe Quelle (${one.source})`)]
      : []),
    ...(text !== null && text >= NEAR_TEXT
      ? [
          inLanguage(
            `texts alike by ${percentText(text * 100)}`,
            `Texte ähnlich zu ${percentText(text * 100)}`,
          ),
        ]
      : []),
  ]
}
