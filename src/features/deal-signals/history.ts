import { coldStart, type Warning } from '#core/ai/answer.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { memberNames } from '#features/analytics/scope.ts'
import { type Effect, effectsOf } from './effects.ts'
import { CLOSED_AT_MOST, type DealFacts, dealFacts } from './facts.ts'
import { type Norms, normsOf } from './norms.ts'
import { signalsOf } from './signals.ts'
import { numberText } from './words.ts'

/** What the workspace's closed deals teach, as far as the caller may see them. */
export type History = {
  closed: DealFacts[]
  norms: Norms
  effects: Effect[]
  memberName: (id: string | null) => string
}
type Which = Exclude<NonNullable<Parameters<typeof dealFacts>[1]>['closed'], false>

/** From so many deals of each outcome on nothing is said to be missing. */
export const OUTCOMES_AT_LEAST = 20

/** The history, and the facts of the deals named. */
export async function historyWith(
  tx: Tx,
  ids: readonly string[],
  closed?: Which,
): Promise<History & { named: DealFacts[] }> {
  const [facts, names] = await together([dealFacts(tx, { ids, closed }), memberNames(tx)])
  const own = new Set(ids)
  const memberName = (id: string | null) => (id && names.get(id)) || inLanguage('somebody', 'jemand')
  // A deal is not held against itself.
  const past = facts.filter(deal => !own.has(deal.id) && deal.status !== 'OPEN')
  const norms = normsOf(past)
  return {
    closed: past,
    norms,
    effects: effectsOf(signalsOf(past, memberName), past, norms),
    memberName,
    named: facts.filter(deal => own.has(deal.id)),
  }
}

/** Says where the history is too thin. */
export function thin({ norms: { won, lost } }: Pick<History, 'norms'>): Warning[] {
  const warnings: Warning[] = []
  if (won < OUTCOMES_AT_LEAST)
    warnings.push(coldStart(won, OUTCOMES_AT_LEAST, inLanguage('won deals', 'gewonnene Deals')))
  if (lost < OUTCOMES_AT_LEAST)
    warnings.push(coldStart(lost, OUTCOMES_AT_LEAST, inLanguage('lost deals', 'verlorene Deals')))
  // Said wherever a figure rests on them: whoever counts all finds others.
  if (won + lost >= CLOSED_AT_MOST)
    warnings.push({
      code: 'LATEST_ONLY',
      message: inLanguage(
        `What closed deals show is of the ${numberText(CLOSED_AT_MOST)} that were closed last`,
        `Was abgeschlossene Deals zeigen, stammt von den ${numberText(CLOSED_AT_MOST)}, die zuletzt abgeschlossen wurden`,
      ),
    })
  return warnings
}

/** How sure an answer from the history is, from the scarcer outcome: 0.2 without any, 0.5 from 20 on, 0.8 from 80. */
export const sureness = ({ norms: { won, lost } }: Pick<History, 'norms'>): number => {
  const least = Math.min(won, lost)
  return Math.round(Math.min(0.9, 0.2 + 0.3 * Math.sqrt(least / 20)) * 100) / 100
}
