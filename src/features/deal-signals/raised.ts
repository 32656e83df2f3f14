import type { Evidence } from '#core/ai/answer.ts'
import type { Sentence } from '#core/ai/text.ts'
import {
  categoryOfTag,
  OBJECTION_CATEGORIES,
  type ObjectionCategory,
  pointsFor,
  speaksOf,
} from './categories.ts'
import {
  bestSentence,
  competitorQuote,
  OPENING,
  objectionQuote,
  quoteOf,
  saidIn,
  type Talk,
} from './talks.ts'

/** An objection that came up, where, and what was answered. */
export type Raised = {
  category: ObjectionCategory
  raisedAt: string
  answered: boolean
  /** Whether the interaction was tagged with it; otherwise it was read out of the text. */
  isLogged: boolean
  evidence: Evidence
  answer?: Evidence
  dealId: string | null
}

/** An objection is read out of an untagged text where a sentence says it in a strong phrase and one more word. */
const READ_FROM_POINTS = 4

/**
 * The objections in talks, in the order in which they came up; of each category in each deal the last one.
 * @param readsTexts whether those are read out too that nobody has tagged
 */
export function objectionsIn(talks: readonly Talk[], { readsTexts = true } = {}): Raised[] {
  const inOrder = [...talks].reverse()
  const raised = new Map<string, Raised>()
  inOrder.forEach((talk, at) => {
    for (const [category, tag] of categoriesOf(talk, readsTexts)) {
      const answering = inOrder.slice(at + 1).filter(later => answers(later, talk, category))
      const answer = bestAnswer(answering, category)
      raised.set(`${talk.dealId} ${category}`, {
        category,
        raisedAt: talk.occurredAt,
        answered: answering.length > 0,
        isLogged: tag !== undefined,
        evidence: tag === undefined ? readOut(talk, category)! : objectionQuote(talk, category, tag),
        ...(answer ? { answer } : {}),
        dealId: talk.dealId,
      })
    }
  })
  return [...raised.values()]
}

function categoriesOf(talk: Talk, readsTexts: boolean): Array<[ObjectionCategory, string | undefined]> {
  if (talk.objections.length)
    return talk.objections.flatMap((tag): Array<[ObjectionCategory, string]> => {
      const category = categoryOfTag(tag)
      return category ? [[category, tag]] : []
    })
  if (!readsTexts || talk.recordType === 'note' || !talk.isTwoWay) return []
  const sentences = saidIn(talk).map(({ sentence }) => sentence)
  const points = OBJECTION_CATEGORIES.map((category): [ObjectionCategory, number] => [
    category,
    Math.max(0, ...sentences.map(sentence => pointsFor(category, sentence))),
  ])
  const [first] = points.sort((a, b) => b[1] - a[1])
  return first && first[1] >= READ_FROM_POINTS ? [[first[0], undefined]] : []
}

function readOut(talk: Talk, category: ObjectionCategory): Evidence | undefined {
  const found = bestSentence(talk, sentence => pointsFor(category, sentence))
  return found && quoteOf(talk, found)
}

/** The same test as the statistics make in SQL: we came back to it. */
const answers = (later: Talk, talk: Talk, category: ObjectionCategory): boolean =>
  later.recordType === 'interaction' &&
  !later.isInbound &&
  later.dealId === talk.dealId &&
  later.occurredAt > talk.occurredAt &&
  speaksOf(category, `${later.subject ?? ''} ${later.text}`)

/** Sentences that only lead up to an answer, and show that one follows. */
const LEADING =
  /^(?:coming back to|on the question of|regarding|about your|you (?:raised|asked|mentioned)|i took your|we spoke about)/i
/** How a log tells what was said in answer. */
const REPORTED = /^(?:i (?:explained|told|made the point|said)|we (?:showed|explained)|my answer)/i
const NO_ANSWER = /^(?:next:|as promised|attached|thank you)/i

/** The sentence that answers best, and of which talk: one that leads up to an answer, replies, or tells one before others. */
function bestAnswer(answering: readonly Talk[], category: ObjectionCategory): Evidence | undefined {
  let best: { evidence: Evidence; points: number } | undefined
  for (const talk of answering) {
    const sentences = saidIn(talk)
    const leads = sentences.some(({ sentence }) => LEADING.test(sentence))
    const frame = (leads ? 3 : 0) + (/^(?:re|aw|antw):/i.test(talk.subject ?? '') ? 2 : 0)
    for (const whole of sentences) {
      const sentence = LEADING.test(whole.sentence) ? behindColon(whole) : whole
      if (!sentence || NO_ANSWER.test(sentence.sentence) || OPENING.test(sentence.sentence)) continue
      const { sentence: text } = sentence
      const points = frame + (speaksOf(category, text) ? 2 : 0) + (REPORTED.test(text) ? 2 : 0)
      if (points >= ANSWER_POINTS && points > (best?.points ?? 0))
        best = { evidence: quoteOf(talk, sentence), points }
    }
  }
  return best?.evidence
}
/** Of "Coming back to the price: we can …" what is said. */
function behindColon({ sentence, end }: Sentence): Sentence | undefined {
  const rest = /: (\p{L}.{10,})$/u.exec(sentence)?.[1]
  return rest === undefined ? undefined : { sentence: rest, start: end - rest.length, end }
}
/** Speaking of the same subject alone makes an answer, a talk of other things does not. */
const ANSWER_POINTS = 2

export type Named = { name: string; firstAt: string; times: number; evidence: Evidence }

/** The competitors named in talks, with the first sentence that does. */
export function competitorsIn(talks: readonly Talk[]): Named[] {
  const named = new Map<string, Named>()
  for (const talk of [...talks].reverse())
    for (const name of talk.competitors) {
      const key = name.trim().toLowerCase()
      const known = named.get(key)
      if (known) known.times++
      else named.set(key, { name, firstAt: talk.occurredAt, times: 1, evidence: competitorQuote(talk, name) })
    }
  return [...named.values()]
}
