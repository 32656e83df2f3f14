import type { Evidence } from '#core/ai/answer.ts'
import { OBJECTION_CATEGORIES, pointsFor } from './categories.ts'
import { quoteOf, saidIn, type Talk } from './talks.ts'

/** What a sentence is worth being told for; our own list of words. */
export const KINDS = [
  {
    key: 'COMMITMENT',
    words:
      /\b(?:budget is reserved|i can confirm|final offer|fix the details|on the agenda|want to have the first|go ahead|agreed to|purchase order|signed|won at|order [A-Z]{1,3}-?\d+)\b/i,
  },
  {
    key: 'DATE',
    words:
      /\b(?:by (?:the end of )?(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday)|before (?:the end of )?(?:january|february|march|april|may|june|july|august|september|october|november|december)|next (?:week|month|quarter|year)|moves back|slips to|deadline|until (?:january|february|march|april|may|june|july|august|september|october|november|december)|fiscal year)\b/i,
  },
  {
    key: 'BUDGET',
    words:
      /\b(?:budget(?:ed)?|approved)\b|(?:USD|EUR|GBP|CHF|[$€£]) ?\d[\d.,]*|\d[\d.,]* ?(?:USD|EUR|GBP|CHF|[€£])/i,
  },
  {
    key: 'STAKEHOLDER',
    words:
      /\b(?:our|their|your) (?:[a-z]+ ){0,2}(?:director|manager|cfo|ceo|cio|coo|board|lead|planner|delegate|officer|counsel|team|council|department)\b|\b(?:champion|decision path|takes over|head office)\b/i,
  },
  {
    key: 'NEXT_STEP',
    words:
      /^next: |\b(?:will send|send you|call(?:s)? (?:you )?back|we agreed|is booked|let us (?:talk|meet)|please (?:send|add)|could you (?:send|make))\b/i,
  },
] as const
export type Kind = (typeof KINDS)[number]['key'] | 'OBJECTION' | 'COMPETITOR'

export type Telling = { kind: Kind; evidence: Evidence; points: number; talk: Talk }
const WEIGHT: Record<Kind, number> = {
  OBJECTION: 5,
  COMPETITOR: 5,
  COMMITMENT: 4,
  DATE: 3,
  BUDGET: 3,
  STAKEHOLDER: 2,
  NEXT_STEP: 2,
}
const OBJECTION_POINTS = 3

/** The sentences of a talk that are worth telling, each by the weightiest thing that it is. */
export function tellingIn(talk: Talk): Telling[] {
  const rivals = talk.competitors.map(name => name.toLowerCase())
  return saidIn(talk).flatMap((sentence): Telling[] => {
    const text = sentence.sentence.toLowerCase()
    const kind = rivals.some(name => text.includes(name))
      ? 'COMPETITOR'
      : isObjection(talk, sentence.sentence)
        ? 'OBJECTION'
        : KINDS.find(({ words }) => words.test(sentence.sentence))?.key
    return kind ? [{ kind, evidence: quoteOf(talk, sentence), points: WEIGHT[kind], talk }] : []
  })
}

const isObjection = (talk: Talk, sentence: string): boolean =>
  talk.isTwoWay &&
  (talk.objections.length > 0 || talk.isInbound) &&
  OBJECTION_CATEGORIES.some(category => pointsFor(category, sentence) >= OBJECTION_POINTS)
