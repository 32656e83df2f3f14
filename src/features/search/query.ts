import { z } from 'zod'
import { arrayLiteral, type Row } from '#core/db/engine.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { paging, ROWS_AT_MOST } from '#core/http/page.ts'
import { pageFrom, queryMark, readCursor } from '#core/record/cursor.ts'
import { hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { checkFilter } from '#core/record/filter-language.ts'
import { allRecords } from '#core/record/registry.ts'
import { readInOrder } from '#core/record/rows.ts'
import { nearOf } from '#features/embeddings/near.ts'
import { filteredRows } from './filtered.ts'
import { type Highlight, inFields, inTexts, wantedOf, writtenPieces } from './highlight.ts'
import { COUNTED_AT_MOST } from './searched.ts'
import { mostlyOurs } from './share.ts'
import { someRanking } from './some.ts'
import { type Asked, askedOf, type Term, termsOf } from './terms.ts'
import { type Ranking, rank, type Scope, scopesOf } from './turn.ts'
import { wholeRanking } from './whole.ts'
import { type Asking, meantBy, oneTypoOff } from './words.ts'

/** The record types that are searched. */
export const searched = (): RecordDefinition[] =>
  allRecords().filter(record => hasColumn(record, 'searchText') && record.routes.includes('read'))

const text = z
  .string()
  .trim()
  .min(1)
  .max(400)
  .refine(value => !value.includes('\0'), 'must not contain control characters')
export const searchQuery = z.strictObject({
  q: text.meta({
    description:
      'Words or their parts, in any order; case and accents do not matter. A phone number, as you write it',
  }),
  types: z
    .string()
    .max(300)
    .optional()
    .meta({ description: 'Record types, separated by commas; all by default' }),
  ...paging,
})
export const searchBody = z.strictObject({
  q: text.optional().meta({
    description:
      'As in `GET /search`. Without it a filter is needed: then what meets the filters is answered, of the types that have one, those changed last first and of one moment by `id`, the highest first; each scores 1 and has no highlights',
  }),
  types: z.array(z.string().max(60)).min(1).max(50).optional(),
  filters: z
    .record(z.string().max(60), z.unknown())
    .optional()
    .meta({ description: 'By record type, in the filter language; types without one are searched whole' }),
  filter: z.record(z.string().max(60), z.unknown()).optional().meta({
    description:
      'One for all types, in the filter language: only types that have its fields, with such values, are searched',
  }),
  limit: z.int().min(1).max(ROWS_AT_MOST).optional(),
  cursor: z.string().max(4000).optional(),
})
type Search = z.infer<typeof searchBody>
type Words = Search & { q: string }

/** What was asked in words, or else by filters alone. @throws Refusal 400 where nothing was asked */
export function searchFor(tx: Tx, { q, ...asked }: Search) {
  if (q !== undefined) return search(tx, { q, ...asked })
  if (!asked.filter && !Object.keys(asked.filters ?? {}).length)
    throw invalid({ path: 'q', code: 'REQUIRED', message: 'is required without a filter' })
  return filtered(tx, asked)
}

async function filtered(tx: Tx, { types, filters = {}, filter, limit = 50, cursor: given }: Search) {
  const scopes = await scopesFor(tx, types, filters, filter)
  const asked = scopes.filter(({ record }) => filter || record.contract.name in filters)
  const records = asked.map(({ record }) => record)
  const names = records.map(({ contract }) => contract.name)
  const mark = queryMark(['filtered', names, filters, filter ?? null])
  const cursor = given ? readCursor(given, mark, ['moment', 'id']) : undefined
  const found = await filteredRows(tx, asked, limit + 1, cursor?.values as [string, string] | undefined)
  const totalIsEstimate = Object.values(found.facets).some(n => n > COUNTED_AT_MOST)
  const page = pageFrom(found.rows, limit, cursor ?? { ...found, totalIsEstimate }, mark, row => [
    row.at,
    row.id,
  ])
  return { ...page, rows: await shown(tx, records, page.rows, []), facets: found.facets }
}

function scopesFor(
  tx: Tx,
  types: string[] | undefined,
  filters: Record<string, unknown>,
  filter: Record<string, unknown> | undefined,
): Promise<Scope[]> {
  const all = typesOf(types)
  for (const type of Object.keys(filters))
    if (!all.some(({ contract }) => contract.name === type))
      throw invalid({ path: `filters.${type}`, message: 'is not a record type of this search' })
  return scopesOf(tx, all, { filters, filter: filter && checkFilter(filter) })
}

/** What holds all the words is looked for first; then with typos forgiven; then what holds some of them. */
const [WHOLE, MEANT, SOME] = [0, 1, 2]
/** So many words are a sentence rather than a name: what says the same in other words is wanted as well. */
const SENTENCE_WORDS = 5
const ENOUGH = 10
/** Words of a question are counted up to here in each record type: in texts, and in names, where a word that stands in many says little. */
const COUNTED_IN_TEXTS = 3000
const COUNTED_IN_NAMES = 1000

/**
 * One ranked list over the record types: whose title is what was asked, begins so, holds the words, and then those that hold
 * them elsewhere (`whole.ts`). Where nothing holds them all as they are written, words that nobody has written are taken for
 * those that are near them (`words.ts`), and then what holds some of the words follows, by BM25 (`some.ts`). Vectors of
 * meaning would be one turn more. The ids are ranked by the role of searches, the records read with the caller's own rights.
 */
export async function search(tx: Tx, { q, types, filters = {}, filter, limit = 50, cursor: given }: Words) {
  const [asked, scopes, mostly] = await together([
    askedOf(tx, q),
    scopesFor(tx, types, filters, filter),
    mostlyOurs(tx, searched()),
  ])
  const records = scopes.map(({ record }) => record)
  const names = records.map(({ contract }) => contract.name)
  const mark = queryMark(['search', asked.text, names, filters, ...(filter ? [filter] : [])])
  const cursor = given ? readCursor(given, mark, ['number', 'number', 'id']) : undefined
  const [turn, ...place] = (cursor?.values ?? [WHOLE]) as [number, number, string]
  const found = { rows: [] as Row[], facets: {} as Record<string, number>, total: 0 }
  const take: Take = async (number, ranking, { without, otherwise } = {}) => {
    const wanted = turn > number ? 0 : limit + 1 - found.rows.length
    const behind = turn === number && cursor ? (place as [number, string]) : undefined
    const { rows, facets, total, answered } = await rank(tx, {
      scopes,
      mostly,
      ranking,
      limit: wanted,
      behind,
      without,
      otherwise,
    })
    found.rows.push(...rows.map(row => ({ ...row, turn: number })))
    for (const [type, n] of Object.entries(facets)) found.facets[type] = (found.facets[type] ?? 0) + n
    found.total += total
    return answered
  }
  const words = await takeTurns(tx, records, asked, found, take)
  const totalIsEstimate = Object.values(found.facets).some(n => n > COUNTED_AT_MOST)
  const page = pageFrom(found.rows, limit, cursor ?? { ...found, totalIsEstimate }, mark, row => [
    row.turn,
    row.rank,
    row.id,
  ])
  return { ...page, rows: await shown(tx, records, page.rows, words), facets: found.facets }
}

type Take = (
  number: number,
  ranking: Ranking,
  also?: { without?: string[]; otherwise?: Asking | undefined },
) => Promise<Row[]>

/** Takes one turn after another until there is enough. Answers what is to be marked in what was found. */
async function takeTurns(
  tx: Tx,
  records: RecordDefinition[],
  asked: Asked,
  found: { total: number },
  take: Take,
): Promise<string[]> {
  for (const number of asked.numbers) {
    if (number === asked.text) continue
    await take(WHOLE, wholeRanking(number, [[number]]))
    if (found.total) return [number, ...asked.words]
  }
  const choices = asked.words.map(word => [word, ...asked.hosts])
  // Of several words it must first be told which of them nobody has written.
  const otherwise = asked.words.length === 1 ? oneTypoOff(tx, asked.words[0]!) : undefined
  const answered = await take(WHOLE, wholeRanking(asked.text, choices), { otherwise })
  const isSentence = asked.words.length >= SENTENCE_WORDS
  if (found.total >= (isSentence ? ENOUGH : 1)) return asked.words
  let words = asked.words
  // A word alone has just been looked for everywhere.
  let terms = words.length > 1 ? await countTerms(tx, records, words) : undefined
  if (!found.total) {
    const near = await together(
      words.map(word => (isKnown(word, terms) ? [] : meantBy(tx, records, word, otherwise && answered))),
    )
    if (near.some(({ length }) => length)) {
      words = near.map(([first], i) => first ?? words[i]!)
      const likely = near.map((some, i) => (some.length ? some : [words[i]!]))
      await take(MEANT, weaker(wholeRanking(words.join(' '), likely)))
      if (found.total && !isSentence) return likely.flat()
      terms = undefined
    }
  }
  terms ??= await countTerms(tx, records, words)
  if (terms.some(term => term.found))
    await take(SOME, await ranking(tx, records, terms, isSentence ? asked.text : undefined), {
      without: asked.words,
    })
  return [...asked.words, ...words, ...terms.map(({ stem }) => stem)]
}

/** @param sentence what was asked, where it says enough to be compared with whole texts */
async function ranking(
  tx: Tx,
  records: RecordDefinition[],
  terms: Term[],
  sentence: string | undefined,
): Promise<Ranking> {
  const [size, near] = await together([sizeOf(tx, records), sentence ? nearOf(tx, sentence) : undefined])
  return someRanking(terms, records, size, near)
}

const countTerms = (tx: Tx, records: RecordDefinition[], words: string[]): Promise<Term[]> =>
  termsOf(tx, words, records.map(countOf))

/** A word without stems says nothing ("the"), and so it cannot be a typo. */
const isKnown = (word: string, terms: Term[] | undefined): boolean => {
  const own = terms?.filter(term => term.word === word)
  return own !== undefined && (!own.length || own.some(({ found }) => found > 0))
}

const MEANT_WEIGHT = 0.9
const weaker = (ranking: Ranking): Ranking => ({
  ...ranking,
  score: add => `${MEANT_WEIGHT} * ${ranking.score(add)}`,
})

/** SQL of how many records of the type hold a term, as far as `termsOf` needs to know. */
function countOf(record: RecordDefinition): string {
  const [test, most] = hasColumn(record, 'searchVector')
    ? ['t.search_vector @@ l.query', COUNTED_IN_TEXTS]
    : ['t.search_text like l.part', COUNTED_IN_NAMES]
  return `(select count(*) from (select 1 from ${tableOf(record)} t where t.workspace_id = $1::uuid and t.deleted_at is null and ${test} limit ${most}) c)`
}

/** How many records there are to be searched, nearly. */
async function sizeOf(tx: Tx, records: RecordDefinition[]): Promise<number> {
  const types = arrayLiteral(records.map(({ contract }) => contract.name))
  const [row] = await tx.session.rows(
    'select coalesce(sum(live), 0)::float8 as n from record_counts where workspace_id = $1::uuid and type = any($2::text[])',
    [tx.who.workspaceId, types],
  )
  return row!.n as number
}

function typesOf(types: string[] | undefined): RecordDefinition[] {
  const all = searched()
  const unknown = types?.find(type => !all.some(({ contract }) => contract.name === type))
  if (unknown !== undefined)
    throw invalid({ path: 'types', message: `${unknown.slice(0, 60)} is not a record type that is searched` })
  return types ? all.filter(({ contract }) => types.includes(contract.name)) : all
}

/** The ranked records as their caller reads them, each with what was found in it. */
async function shown(tx: Tx, records: RecordDefinition[], ranked: Row[], words: string[]) {
  const marked = new Map<string, Highlight[]>()
  const wanted = wantedOf(words)
  const idsOf = ({ contract }: RecordDefinition) =>
    ranked.filter(({ type }) => type === contract.name).map(({ id }) => id as string)
  const rows = await together(records.map(record => readInOrder(tx, record, idsOf(record))))
  records.forEach(({ contract }, i) => {
    for (const row of rows[i]!) marked.set(row.id as string, inFields(contract, row, wanted))
  })
  const written = await together(
    records.map(record => {
      const unmarked = idsOf(record).filter(id => marked.get(id)?.length === 0)
      return writtenPieces(tx, record, unmarked, words)
    }),
  )
  const read = new Map(rows.flat().map(row => [row.id as string, row]))
  const pieces = new Map(written.flatMap(found => [...found]))
  return ranked.flatMap(({ type, id, rank: points, excerpt }) => {
    const row = read.get(id as string)
    if (!row) return []
    const { contract } = records.find(candidate => candidate.contract.name === type)!
    const title = contract.title
      .map(key => row[key])
      .filter(Boolean)
      .join(' ')
    const inRow = marked.get(row.id as string)!
    const highlights = inRow.length
      ? inRow
      : inTexts([pieces.get(row.id as string), excerpt as string], wanted)
    return [{ type, id, title, score: (points as number) / 10_000, highlights, record: row }]
  })
}
