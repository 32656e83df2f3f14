import type { Evidence } from '#core/ai/answer.ts'
import { categoryOfTag, type ObjectionCategory, pointsOf, speaksOf } from './categories.ts'
import { bestSentence, competitorQuote, objectionQuote, quoteOf, saidIn, type Talk } from './talks.ts'

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

/** The objections in talks, in the order in which they came up; of each category in each deal the last one. */
export function objectionsIn(talks: readonly Talk[]): Raised[] {
  const inOrder = [...talks].reverse()
  const raised = new Map<string, Raised>()
  inOrder.forEach((talk, at) => {
    for (const [category, tag] of categoriesOf(talk)) {
      const answering = inOrder.slice(at + 1).find(later => answers(later, talk, category))
      const answer = answering && answerQuote(answering, category)
      raised.set(`${talk.dealId} ${category}`, {
        category,
        raisedAt: talk.occurredAt,
        answered: answering !== undefined,
        isLogged: tag !== undefined,
        evidence: tag === undefined ? readOut(talk, category)! : objectionQuote(talk, category, tag),
        ...(answer ? { answer } : {}),
        dealId: talk.dealId,
      })
    }
  })
  return [...raised.values()]
}

function categoriesOf(talk: Talk): Array<[ObjectionCategory, string | undefined]> {
  if (talk.objections.length)
    return talk.objections.flatMap((tag): Array<[ObjectionCategory, string]> => {
      const category = categoryOfTag(tag)
      return category ? [[category, tag]] : []
    })
  if (talk.recordType === 'note' || !talk.isTwoWay) return []
  const points = new Map<ObjectionCategory, number>()
  for (const { sentence } of saidIn(talk))
    for (const [category, n] of Object.entries(pointsOf(sentence)) as Array<[ObjectionCategory, number]>)
      points.set(category, Math.max(points.get(category) ?? 0, n))
  const [first] = [...points].sort((a, b) => b[1] - a[1])
  return first && first[1] >= READ_FROM_POINTS ? [[first[0], undefined]] : []
}

function readOut(talk: Talk, category: ObjectionCategory): Evidence | undefined {
  const found = bestSentence(talk, sentence => pointsOf(sentence)[category])
  return found && quoteOf(talk, found)
}

/** The same test as the statistics make in SQL: we came back to it. */
const answers = (later: Talk, talk: Talk, category: ObjectionCategory): boolean =>
  later.recordType === 'interaction' &&
  !later.isInbound &&
  later.dealId === talk.dealId &&
  later.occurredAt > talk.occurredAt &&
  speaksOf(category, `${later.subject ?? ''} ${later.text}`)

/** Sentences that only lead up to an answer. */
const LEADING =
  /^(?:coming back to|on the question of|you raised|i took your|we spoke about|as promised|thank you for)/i

/** What of a talk answers an objection of the category: the sentence that says most about it. */
export function answerQuote(talk: Talk, category: ObjectionCategory): Evidence | undefined {
  const sentences = saidIn(talk).filter(
    ({ sentence }) => !LEADING.test(sentence) && !sentence.startsWith('Next:'),
  )
  const telling = sentences.find(({ sentence }) => speaksOf(category, sentence)) ?? sentences[0]
  return telling && quoteOf(talk, telling)
}

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
