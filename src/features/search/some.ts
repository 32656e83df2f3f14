import { type Add, arrayLiteral } from '#core/db/engine.ts'
import { hasColumn, type RecordDefinition } from '#core/record/definition.ts'
import type { Near } from '#features/embeddings/near.ts'
import { COUNTED_AT_MOST } from './searched.ts'
import { holds, inNames, pattern, type Term } from './terms.ts'
import type { Ranking } from './turn.ts'

/** Records whose words are weighed are those that hold one of the rarest; so many are read at most. */
const READ_AT_MOST = 800
/** Okapi BM25's usual constants: how soon more of the same word stops to count, and how much length does. */
const K1 = 1.2
const B = 0.75
/** Below what holds every word (`whole.ts`) has at least. */
const BEST = 0.27
/** A word that is only part of another one. */
const PART_WEIGHT = 0.5
/** How much of the score is how near a text is as a whole, by its words and their parts (decision 31). */
const NEAR_WEIGHT = 0.2
/** So many of each type, the weightiest, are compared as a whole. */
const COMPARED_AT_MOST = 200
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
 * @param records in the order of the terms' counts
 * @param size how many records there are in all, among which a word is rare
 * @param near the question as a vector, which weighs in where texts have one too
 */
export function someRanking(terms: Term[], records: RecordDefinition[], size: number, near?: Near): Ranking {
  const rare = rarest(terms)
  const all = Math.max(size, ...terms.map(({ found }) => found))
  const weights = terms.map(({ found }) => rarity(found, all))
  const most = weights.reduce((sum, weight) => sum + weight * (K1 + 1), 0)
  const isIn = (record: RecordDefinition) => rare.some(({ counts }) => counts[records.indexOf(record)])
  const part = (record: RecordDefinition, add: Add) =>
    hasColumn(record, 'searchVector')
      ? stems(terms, rare, weights, add, near && nearness(record, near, add))
      : names(terms, rare, weights, add)
  return {
    part: (record, add) => (isIn(record) ? part(record, add) : undefined),
    score: add => {
      const share = `weight / ${add(most, 'float8')}`
      return `${BEST} * (${(1 - NEAR_WEIGHT).toFixed(2)} * ${share} + ${NEAR_WEIGHT} * coalesce(near, ${share}))`
    },
    weighed: READ_AT_MOST + COUNTED_AT_MOST,
    planned: 'once',
  }
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

/** SQL of how near the text of the record `w` is to the question, from 0 to 1; null where it has no vector. */
const nearness = ({ contract }: RecordDefinition, { model, vector }: Near, add: Add): string =>
  `(select greatest(0, 1 - (e.vector <=> ${add(vector, 'sparsevec')}::halfvec(768))) from embeddings e
    where e.workspace_id = w.workspace_id and e.model = ${add(model, 'text')} and e.record_type = '${contract.name}' and e.record_id = w.id)`

function stems(terms: Term[], rare: Term[], weights: number[], add: Add, near = 'null::float8') {
  const query = add(rare.map(({ stem }) => quoted(stem)).join(' | '), 'tsquery')
  const times = terms.map(
    ({ stem }, i) =>
      `width_bucket(ts_rank('{1,1,1,1}', u.words, ${add(quoted(stem), 'tsquery')})::float8, ${THRESHOLDS}) as n${i}`,
  )
  const norm = `${K1} * (${1 - B} + ${B} * v.length / v.average)`
  const parts = weights.map(
    (weight, i) => `${add(weight * (K1 + 1), 'float8')} * v.n${i} / (v.n${i} + ${norm})`,
  )
  // A long list of words is kept packed and elsewhere; joined with nothing it is unpacked once and not for every word.
  return {
    from: `select w.id, '' as title, w.body, w.weight, case when row_number() over (order by w.weight desc) <= ${COMPARED_AT_MOST} then ${near} end as near
      from (select v.id, v.workspace_id, v.body, ${parts.join(' + ')} as weight from (select u.*, ${times.join(', ')} from (
        select t.id, t.workspace_id, t.search_text as body, t.search_vector || ''::tsvector as words, length(t.search_vector)::float8 as length,
          greatest(1, avg(length(t.search_vector)) over ())::float8 as average`,
    where: `t.search_vector @@ ${query}`,
    after: ' offset 0) u offset 0) v offset 0) w',
  }
}

function names(terms: Term[], rare: Term[], weights: number[], add: Add) {
  const any = [...new Set(rare.map(inNames))].map(word => holds('t.search_text', word, add))
  const once = (K1 + 1) / (1 + K1 * NAME_LENGTH)
  const lists = [
    add(arrayLiteral(terms.map(term => pattern(inNames(term), '% '))), 'text[]'),
    add(arrayLiteral(terms.map(term => pattern(inNames(term), '%'))), 'text[]'),
    add(arrayLiteral(weights.map(weight => weight * once)), 'float8[]'),
  ]
  return {
    from: `select t.id, '' as title, t.search_text as body, (select sum(case when ' ' || t.search_text like w.begun then w.weight
        when t.search_text like w.part then ${PART_WEIGHT} * w.weight else 0 end) from unnest(${lists.join(', ')}) w(begun, part, weight)) as weight, null::float8 as near`,
    where: `(${any.join(' or ') || 'false'})`,
  }
}
