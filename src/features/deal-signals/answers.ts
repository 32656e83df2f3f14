import type { Evidence } from '#core/ai/answer.ts'
import type { Tx } from '#core/db/workspace.ts'
import { likeness } from '#features/deal-coach/similar.ts'
import type { ObjectionCategory } from './categories.ts'
import type { DealFacts } from './facts.ts'
import { objectionsIn } from './raised.ts'
import { talksOfMany } from './talks.ts'
import { upper } from './words.ts'

/** What was answered to an objection in a deal that was won afterwards. */
export type WonAnswer = {
  text: string
  dealId: string
  title: string
  score: number
  /** How much of its words that objection shares with this one, 0 to 1. */
  alike: number
  raised: Evidence
  answer: Evidence
}

/** Won deals whose talks are read, and talks read of them. */
const DEALS_READ = 25
const TALKS_READ = 400

type Wanted = {
  category: ObjectionCategory
  text: string
  closed: readonly DealFacts[]
  deal: DealFacts | undefined
}

/**
 * What worked: answers to objections of the category in deals that were won, those first whose objection reads most like this
 * one and whose deal is most like this deal. Each way of answering once.
 */
export async function wonAnswers(
  tx: Tx,
  { category, text, closed, deal }: Wanted,
  atMost: number,
): Promise<WonAnswer[]> {
  const fitting = closed.filter(
    one =>
      one.status === 'WON' && one.objections.some(raised => raised.category === category && raised.answered),
  )
  const ranked = fitting
    .map(one => ({ one, like: deal ? likeness(deal, one) : 0 }))
    .sort((a, b) => b.like - a.like || (a.one.closedAt! < b.one.closedAt! ? 1 : -1))
  const read = ranked.slice(0, DEALS_READ)
  const talks = await talksOfMany(
    tx,
    'deal',
    read.map(({ one }) => one.id),
    TALKS_READ,
  )
  const wanted = wordsOf(text)
  const found = read.flatMap(({ one, like }) =>
    objectionsIn(
      talks.filter(talk => talk.dealId === one.id && talk.occurredAt <= one.closedAt!),
      { readsTexts: false },
    ).flatMap((raised): WonAnswer[] =>
      raised.category === category && raised.answer
        ? [
            {
              text: spoken(raised.answer.sentence),
              dealId: one.id,
              title: one.title,
              alike: alike(wanted, wordsOf(raised.evidence.sentence)),
              score: alike(wanted, wordsOf(raised.evidence.sentence)) + 0.3 * like,
              raised: raised.evidence,
              answer: raised.answer,
            },
          ]
        : [],
    ),
  )
  return distinct(found.sort((a, b) => b.score - a.score)).slice(0, atMost)
}

const STOPPED = new Set(
  'a an and are as at be but by can could do does for from had has have i if in is it its me more my no not of on or our so than that the their them they this to too us was we were what which will with would you your'.split(
    ' ',
  ),
)

/** The words of a text that carry meaning, without their endings; numbers say nothing here. */
export function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/\p{L}{2,}/gu) ?? []
  return new Set(words.filter(word => !STOPPED.has(word)).map(word => word.replace(/(?:ing|ed|es|s)$/, '')))
}

/** How many of the words two texts share, of all they have (Jaccard). */
export function alike(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = [...one].filter(word => other.has(word)).length
  return shared ? shared / (one.size + other.size - shared) : 0
}

const SAME = 0.6

function distinct(found: readonly WonAnswer[]): WonAnswer[] {
  const kept: WonAnswer[] = []
  for (const one of found)
    if (!kept.some(other => alike(wordsOf(other.text), wordsOf(one.text)) >= SAME)) kept.push(one)
  return kept
}

/** How a log begins to tell what was answered; without it the sentence can be said. */
const REPORTED =
  /^(?:i (?:explained|said|added|pointed out|made the point)(?: to \p{L}+)? that|i told \p{L}+ that|we (?:showed|explained|said) that|my answer:|meine antwort:)\s*/iu

const spoken = (sentence: string): string => upper(sentence.replace(REPORTED, '').replace(/^[“"]|[”"]$/g, ''))
