import { type Sentence, sentencesOf } from '#core/ai/text.ts'
import { moodOf, NEGATIONS, PHRASES, STRONGER, TURNS, WEAKER } from './lexicon.ts'
import { languageOf } from './lexicon-german.ts'

/** The mood of a text from -1, bad, to 1, good; of each sentence that has one too. */
export type Reading = {
  score: number
  label: 'positive' | 'neutral' | 'negative'
  sentences: (Sentence & { score: number })[]
}

/** A negation reaches so many words on. */
const REACH = 3
/** So strong a mood is half of all: sums are squeezed into -1 to 1. */
const HALF = 3
const NEUTRAL = 0.15
const WORD = /\p{L}[\p{L}'’-]*|[!?]/gu

type Language = ReturnType<typeof languageOf>

const squeezed = (sum: number): number => sum / (Math.abs(sum) + HALF)
const round = (value: number): number => Math.round(value * 1000) / 1000

/** The sum of moods of a sentence: words with what negates and strengthens them, and phrases. */
function sumOf(sentence: string, language: Language): number {
  let text = sentence.toLowerCase().replaceAll('’', "'")
  let sum = 0
  for (const [phrase, weight] of PHRASES) {
    const found = phrase.exec(text)
    if (!found) continue
    sum += weight
    // Its words have been read.
    text = `${text.slice(0, found.index)} ${text.slice(found.index + found[0].length)}`
  }
  const words = text.match(WORD) ?? []
  let negatedUntil = -1
  let before = 0
  let after = 0
  let hasTurned = false
  words.forEach((word, at) => {
    if (TURNS.has(word) && at > 0) hasTurned = true
    const mood = weighed(words, at, { isNegated: at <= negatedUntil, language })
    if (NEGATIONS.has(word)) negatedUntil = at + REACH
    if (/[.,;:!?]/.test(word)) negatedUntil = -1
    if (hasTurned) after += mood
    else before += mood
  })
  // What comes after a "but" is what is meant.
  sum += hasTurned ? before * 0.5 + after * 1.5 : before
  return text.includes('!') ? sum * 1.2 : sum
}

function weighed(
  words: readonly string[],
  at: number,
  { isNegated, language }: { isNegated: boolean; language: Language },
): number {
  let mood = moodOf(words[at]!, language)
  if (mood === 0) return 0
  const previous = words[at - 1] ?? ''
  if (STRONGER.has(previous)) mood *= 1.3
  if (WEAKER.has(previous)) mood *= 0.6
  // "Not good" is bad, "not bad" is only fair.
  if (isNegated) mood *= mood > 0 ? -0.9 : -0.5
  return mood
}

/** Reads the mood of a text by a lexicon, sentence by sentence. */
export function readingOf(text: string): Reading {
  const language = languageOf(text)
  const sentences = sentencesOf(text).map(place => ({
    ...place,
    sum: sumOf(place.sentence, languageOf(place.sentence) ?? language),
  }))
  const total = sentences.reduce((sum, one) => sum + one.sum, 0)
  // Of a long text the mood of its sentences on average, of those that have one.
  const moody = sentences.filter(({ sum }) => sum !== 0).length
  const score = round(squeezed(moody > 1 ? (2 * total) / (moody + 1) : total))
  return {
    score,
    label: score >= NEUTRAL ? 'positive' : score <= -NEUTRAL ? 'negative' : 'neutral',
    sentences: sentences
      .filter(({ sum }) => sum !== 0)
      .map(({ sum, ...place }) => ({ ...place, score: round(squeezed(sum)) })),
  }
}
