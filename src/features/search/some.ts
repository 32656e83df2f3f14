import { hasColumn, type RecordDefinition } from '#core/record/definition.ts'
import { type Add, holds, pattern, type Term } from './terms.ts'
import type { Ranking } from './turn.ts'

/** Records whose words are weighed are those that hold one of the rarest; so many are read at most. */
const READ_AT_MOST = 1500
/** Okapi BM25's usual constants: how soon more of the same word stops to count, and how much length does. */
const K1 = 1.2
const B = 0.75
/** Below what holds every word (`whole.ts`) has at least. */
const BEST = 0.27
/** A word that is only part of another one. */
const PART_WEIGHT = 0.5
const TIMES_AT_MOST = 12
/** A word alone in a text without length (names) counts as one in a text of average length. */
const NAME_LENGTH = 1

/**
 * What `ts_rank` gives a text for a word that stands in it n times, with all weights 1: the sum of 1/i² up to n, by
 * π²/6 (calc_rank_or in PostgreSQL's tsrank.c). By it the number is read off without unpacking the text's words.
 */
const RANKS = Array.from(
  { length: TIMES_AT_MOST },
  (_, n) =>
    Array.from({ length: n + 1 }, (_, i) => 1 / (i + 1) ** 2).reduce((sum, x) => sum + x, 0) / 1.64493406685,
)
const THRESHOLDS = `array[${RANKS.map(rank => (rank - 0.0005).toFixed(6)).join(',')}]::float8[]`

/**
 * Records that hold some of the words, ranked by Okapi BM25: a word counts the more the rarer it is, more of the same word
 * counts less and less, and a longer text needs more of it. Names and addresses have no stems and no length worth the name:
 * there a word is there or not.
 * @param records how many there are in all, among which a word is rare
 * @param isLeft of a record: whether it has been ranked by `whole.ts` already
 */
export function someRanking(terms: Term[], records: number): Ranking {
  const rare = rarest(terms)
  const weights = terms.map(({ found }) => rarity(found, Math.max(records, ...terms.map(term => term.found))))
  const most = weights.reduce((sum, weight) => sum + weight * (K1 + 1), 0)
  const part = (record: RecordDefinition, add: Add) =>
    hasColumn(record, 'searchVector') ? stems(terms, rare, weights, add) : names(terms, rare, weights, add)
  return { part, score: () => `${BEST} * weight / ${most.toFixed(4)}` }
}

/** Robertson and Spärck Jones' weight of a word that stands in `found` of `all`. */
const rarity = (found: number, all: number): number => Math.log(1 + (all - found + 0.5) / (found + 0.5))

/** The rarest words, as many as bring not too many records. */
function rarest(terms: Term[]): Term[] {
  const known = terms.filter(({ found }) => found > 0).sort((a, b) => a.found - b.found)
  let sum = 0
  return known.filter(({ found }, i) => {
    sum += found
    return i === 0 || sum <= READ_AT_MOST
  })
}

const quoted = (stem: string): string => `'${stem.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`

function stems(terms: Term[], rare: Term[], weights: number[], add: Add) {
  const query = add(rare.map(({ stem }) => quoted(stem)).join(' | '), 'tsquery')
  const times = (stem: string) =>
    `width_bucket(ts_rank('{1,1,1,1}', v.words, ${add(quoted(stem), 'tsquery')})::float8, ${THRESHOLDS})`
  const norm = `${K1} * (${1 - B} + ${B} * length / greatest(1, average))`
  const parts = terms.map(
    ({ stem }, i) =>
      `(select ${(weights[i]! * (K1 + 1)).toFixed(4)} * n / (n + ${norm}) from (select ${times(stem)} as n offset 0) n)`,
  )
  return {
    from: `select v.id, '' as title, v.body, ${parts.join(' + ')} as weight from (
        select t.id, t.search_text as body, t.search_vector as words, length(t.search_vector)::float8 as length, avg(length(t.search_vector)) over () as average`,
    where: `t.search_vector @@ ${query}`,
    after: ') v',
  }
}

function names(terms: Term[], rare: Term[], weights: number[], add: Add) {
  const words = terms.map(({ word }) => word)
  const any = [...new Set(rare.map(({ word }) => word))].map(word => holds('t.search_text', word, add))
  const once = (K1 + 1) / (1 + K1 * NAME_LENGTH)
  const parts = words.map(
    (word, i) =>
      `case when ' ' || t.search_text like ${add(pattern(word, '% '), 'text')} then ${(weights[i]! * once).toFixed(4)} when t.search_text like ${add(pattern(word, '%'), 'text')} then ${(weights[i]! * once * PART_WEIGHT).toFixed(4)} else 0 end`,
  )
  return {
    from: `select t.id, '' as title, t.search_text as body, ${parts.join(' + ')} as weight`,
    where: `(${any.join(' or ') || 'false'})`,
  }
}
