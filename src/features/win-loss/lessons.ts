import { z } from 'zod'
import { type Evidence, evidence } from '#core/ai/answer.ts'
import type { Tx } from '#core/db/workspace.ts'
import { draftClick, taskClick } from '#features/deal-coach/one-click.ts'
import { oneClick } from '#features/deal-coach/shapes.ts'
import type { Effect } from '#features/deal-signals/effects.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import type { History } from '#features/deal-signals/history.ts'
import { experience } from '#features/deal-signals/telling.ts'
import type { WeighedFinding } from './deal.ts'

export const lessonShape = z.object({
  key: z.string(),
  action: z.string(),
  reason: z.string(),
  evidence: z.array(evidence),
  create: oneClick
    .optional()
    .meta({ description: 'What one click creates, where there is still something to do' }),
})
export type Lesson = z.infer<typeof lessonShape>
const LESSONS_AT_MOST = 5

/** What to do otherwise where a signal spoke against winning, and what to keep where it spoke for it. */
const MEND: Record<string, string> = {
  price_open: 'Answer a price objection before the next quote goes out',
  timing_open: 'When they say "not now", agree on a date and a first step that fits it',
  product_open:
    'Bring missing functions to product management the same day, and tell the buyer what comes when',
  authority_open: 'Ask in the first call who else decides, and meet them before the offer',
  need_open: 'Show the need with their own numbers before the demo',
  trust_open: 'Offer a reference call as soon as somebody doubts',
  contract_open: 'Send the contract to their lawyers early, with what we may change',
  competitor: 'Ask early whom else they look at, and show the difference before the offer',
  silent: 'Never let a deal go silent for longer than won deals were: plan the next contact in every contact',
  chased: 'After two tries without a reply change the channel or the person',
  single: 'Bring in a second contact before the offer',
  late: 'Agree on the steps to the close date, and check them when it moves',
  large: 'Offer a first step that is smaller than the whole',
  cool: 'Talk about the tone: ask what bothers them',
}
const KEEP: Record<string, string> = {
  several: 'Keep bringing several people in',
  warm: 'Keep what made them say so: repeat it with the next buyer',
  customer: 'Sell first to those who have bought before',
  price_answered: 'Keep answering price objections at once',
  authority_answered: 'Keep going to those who decide',
  meetings: 'Keep meeting them',
}

const adviceOf = (key: string, isAgainst: boolean) => (isAgainst ? MEND[key] : KEEP[key])

/** What a closed deal teaches; for a lost one also how to come back to it. */
export function lessonsFrom(
  tx: Tx,
  deal: DealFacts,
  weighed: readonly WeighedFinding[],
  history: History,
): Lesson[] {
  const direction = deal.status === 'WON' ? 1 : -1
  const sorted = [...weighed].sort((a, b) => direction * (b.weight - a.weight))
  const lessons = sorted.flatMap(({ key, weight, text, evidence: grounds }): Lesson[] => {
    const action = adviceOf(key, weight < 0)
    if (!action) return []
    const effect = history.effects.find(one => one.key === key)
    return [{ key, action, reason: effect ? experience(effect) : text, evidence: grounds }]
  })
  return [...comeBack(tx, deal), ...lessons].slice(0, LESSONS_AT_MOST)
}

const SOON = 60

/** A deal that was lost for the moment may be asked for again. */
function comeBack(tx: Tx, deal: DealFacts): Lesson[] {
  if (deal.status !== 'LOST') return []
  const grounds: Evidence[] = deal.lostReason
    ? [{ recordType: 'deal', recordId: deal.id, field: 'lostReason', sentence: deal.lostReason }]
    : []
  if (/timing|not now|postpone|no decision|budget/i.test(deal.lostReason ?? ''))
    return [
      {
        key: 'ask_again',
        action: 'Ask again in a quarter',
        reason: `Lost for ${deal.lostReason}, which may pass`,
        evidence: grounds,
        create: taskClick(tx, {
          title: `Ask again: ${deal.title}`,
          description: `Lost for ${deal.lostReason}`,
          type: 'FOLLOW_UP',
          inWorkingDays: SOON,
          relatedId: deal.id,
        }),
      },
    ]
  return [
    {
      key: 'ask_why',
      action: 'Ask them what decided it',
      reason: deal.lostReason
        ? `The recorded reason is ${deal.lostReason}; their own words are worth more`
        : 'No reason is recorded',
      evidence: grounds,
      create: draftClick({ dealId: deal.id }, 'ask why we lost'),
    },
  ]
}

/** What the whole workspace might do otherwise, or keep, the weightiest first. */
export function workspaceLessons(
  effects: readonly Effect[],
  groundsOf: (effect: Effect) => Evidence[],
): Lesson[] {
  return effects
    .filter(
      effect =>
        adviceOf(effect.key, effect.logOdds < 0) !== undefined && Math.abs(effect.logOdds) > effect.error,
    )
    .sort((a, b) => Math.abs(b.wins) - Math.abs(a.wins))
    .slice(0, LESSONS_AT_MOST)
    .map(effect => ({
      key: effect.key,
      action: adviceOf(effect.key, effect.logOdds < 0)!,
      reason: experience(effect),
      evidence: groundsOf(effect),
    }))
}
