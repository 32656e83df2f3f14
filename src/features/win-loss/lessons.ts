import { z } from 'zod'
import { type Evidence, evidence } from '#core/ai/answer.ts'
import { inLanguage } from '#core/ai/language.ts'
import type { Tx } from '#core/db/workspace.ts'
import { draftClick, taskClick } from '#features/deal-coach/one-click.ts'
import { oneClick } from '#features/deal-coach/shapes.ts'
import type { Effect } from '#features/deal-signals/effects.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import type { History } from '#features/deal-signals/history.ts'
import { experience } from '#features/deal-signals/telling.ts'
import { adviceOf } from './advice.ts'
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
        action: inLanguage('Ask again in a quarter', 'In einem Quartal wieder fragen'),
        reason: inLanguage(
          `Lost for ${deal.lostReason}, which may pass`,
          `Verloren wegen ${deal.lostReason}; das kann vorübergehen`,
        ),
        evidence: grounds,
        create: taskClick(tx, {
          title: inLanguage(`Ask again: ${deal.title}`, `Wieder fragen: ${deal.title}`),
          description: inLanguage(`Lost for ${deal.lostReason}`, `Verloren wegen ${deal.lostReason}`),
          type: 'FOLLOW_UP',
          inWorkingDays: SOON,
          relatedId: deal.id,
        }),
      },
    ]
  return [
    {
      key: 'ask_why',
      action: inLanguage('Ask them what decided it', 'Fragen, was den Ausschlag gab'),
      reason: deal.lostReason
        ? inLanguage(
            `The recorded reason is ${deal.lostReason}; their own words are worth more`,
            `Als Grund ist erfasst: ${deal.lostReason}; ihre eigenen Worte sind mehr wert`,
          )
        : inLanguage('No reason is recorded', 'Kein Grund ist erfasst'),
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
