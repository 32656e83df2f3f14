import type { Add } from '#core/db/engine.ts'
import { foldedTitleOf, hasNameIndex, titleExpression } from '#core/record/title.ts'
import { holds, pattern } from './terms.ts'
import type { Ranking } from './turn.ts'

/** Of the words, the longest are looked for by index; each record that has them is then asked for the others. */
const WORDS_BY_INDEX = 8
const INDEXED = 't.search_text'
const UNINDEXED = `(t.search_text || '')`
/** So much of a text decides how well it is ranked. */
const RANKED_CHARACTERS = 2000
const TITLE_CHARACTERS = 200

/**
 * Records that hold every word, ranked by where: the title is what was asked, begins so, has words that begin so, holds
 * them as parts, and then the same of the rest. Of two that are equal in this the shorter title stands first.
 * @param choices for each word what may stand for it: itself, or what it may have been meant to be
 */
export function wholeRanking(asked: string, choices: string[][]): Ranking {
  const longest = [...choices].sort((a, b) => b[0]!.length - a[0]!.length)
  const any = (words: string[], test: (word: string) => string) =>
    words.length === 1 ? test(words[0]!) : `(${words.map(test).join(' or ')})`
  return {
    part: (record, add) => ({
      from: `select t.id, left(${foldedTitleOf(record)}, ${TITLE_CHARACTERS}) as title, t.search_text as body`,
      where: longest
        .map((words, i) => any(words, word => holds(i < WORDS_BY_INDEX ? INDEXED : UNINDEXED, word, add)))
        .join(' and '),
      named: hasNameIndex(record) ? `${titleExpression(record, 't.')} = ${add(asked, 'text')}` : undefined,
    }),
    score: add => scoreOf(asked, choices, add),
    planned: 'once',
  }
}

function scoreOf(asked: string, choices: string[][], add: Add): string {
  const whole = add(asked, 'text')
  const every = (test: (word: string) => string) =>
    choices.map(words => `(${words.map(test).join(' or ')})`).join(' and ')
  const begun = choices.map(words => words.map(word => add(pattern(word, '% '), 'text')))
  const begins = (text: string) =>
    begun.map(words => `(${words.map(word => `' ' || ${text} like ${word}`).join(' or ')})`).join(' and ')
  const body = `left(body, ${RANKED_CHARACTERS})`
  return `(case when title = ${whole} then 1.0 when title like ${add(pattern(asked, ''), 'text')} then 0.85
    when ${begins('title')} then 0.7 when ${every(word => holds('title', word, add))} then 0.6 when ${begins(body)} then 0.5 else 0.3 end
    + 0.1 * least(1.0, char_length(${whole})::float8 / greatest(1, char_length(title)))) / 1.1`
}
