import type { Evidence } from '#core/ai/answer.ts'
import { germanWords } from '#core/ai/text.ts'
import { OBJECTION_CATEGORIES, pointsFor } from './categories.ts'
import { quoteOf, saidIn, type Talk } from './talks.ts'

/** What a sentence is worth being told for; our own list of words, English and German. */
export const KINDS = [
  {
    key: 'COMMITMENT',
    words:
      /\b(?:budget is reserved|i can confirm|final offer|fix the details|on the agenda|want to have the first|go ahead|agreed to|purchase order|signed|won at|order [A-Z]{1,3}-?\d+)\b/i,
    german: germanWords(
      'budget ist (?:reserviert|freigegeben|genehmigt|eingeplant)|kann (?:das |es |ich )?bestätigen|bestätige ich|endgültiges angebot|letztes angebot|auf der tagesordnung|zugesagt|zugestimmt|bestellung|auftrag (?:erteilt|kommt|ist raus)|unterschrieben|unterzeichnet|wir bestellen',
    ),
  },
  {
    key: 'DATE',
    words:
      /\b(?:by (?:the end of )?(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday)|before (?:the end of )?(?:january|february|march|april|may|june|july|august|september|october|november|december)|next (?:week|month|quarter|year)|moves back|slips to|deadline|until (?:january|february|march|april|may|june|july|august|september|october|november|december)|fiscal year)\b/i,
    german: germanWords(
      String.raw`(?:bis|vor|ab|spätestens|anfang|mitte|ende)(?: zum)?(?: ende| mitte| anfang)? (?:(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)|montag|dienstag|mittwoch|donnerstag|freitag|\d{1,2}\.(?:\d{1,2}\.| (?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)))|nächste\p{L}? (?:woche|monat|quartal|jahr)|verschiebt sich|verschoben|frist\w*|stichtag|geschäftsjahr\w*|im (?:q[1-4]|(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember))`,
    ),
  },
  {
    key: 'BUDGET',
    words:
      /\b(?:budget(?:ed)?|approved)\b|(?:USD|EUR|GBP|CHF|[$€£]) ?\d[\d.,]*|\d[\d.,]* ?(?:USD|EUR|GBP|CHF|[€£])/i,
    german: germanWords(
      String.raw`budgetier\w*|haushalt\w*|genehmigt|freigegeben|bewilligt|\d[\d.,]* ?(?:euro|franken)`,
    ),
  },
  {
    key: 'STAKEHOLDER',
    words:
      /\b(?:our|their|your) (?:[a-z]+ ){0,2}(?:director|manager|cfo|ceo|cio|coo|board|lead|planner|delegate|officer|counsel|team|council|department)\b|\b(?:champion|decision path|takes over|head office)\b/i,
    german: germanWords(
      String.raw`(?:unser|ihr|euer)\p{L}* (?:\p{L}+ ){0,2}\p{L}*(?:leiter\w*|leitung|geschäftsführ\w*|vorstand|einkauf|einkäufer\w*|betriebsrat|justiziar\w*|team|abteilung|controller\w*)|geschäftsleitung|entscheidungsweg|übernimmt|zentrale`,
    ),
  },
  {
    key: 'NEXT_STEP',
    words:
      /^next: |\b(?:will send|send you|call(?:s)? (?:you )?back|we agreed|is booked|let us (?:talk|meet)|please (?:send|add)|could you (?:send|make))\b/i,
    german: germanWords(
      String.raw`nächster schritt|schicke? ich|schicken wir|sende(?:n)? (?:ich|wir)|melde[tn]? (?:ich |wir )?(?:mich|sich|uns)|rufe? (?:ich )?(?:\p{L}+ )?zurück|ruft zurück|vereinbart|termin (?:steht|ist)|bitte (?:schicken|senden|ergänzen)|könnten sie|können sie (?:uns|mir)`,
    ),
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
        : KINDS.find(({ words, german }) => words.test(sentence.sentence) || german.test(sentence.sentence))
            ?.key
    return kind ? [{ kind, evidence: quoteOf(talk, sentence), points: WEIGHT[kind], talk }] : []
  })
}

const isObjection = (talk: Talk, sentence: string): boolean =>
  talk.isTwoWay &&
  (talk.objections.length > 0 || talk.isInbound) &&
  OBJECTION_CATEGORIES.some(category => pointsFor(category, sentence) >= OBJECTION_POINTS)
