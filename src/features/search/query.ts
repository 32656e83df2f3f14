import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, Refusal } from '#core/errors.ts'
import { pageFrom, queryMark, readCursor } from '#core/record/cursor.ts'
import { hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { fold } from '#core/record/formats.ts'
import { compileSelection, LIMIT_AT_MOST, readInOrder } from '#core/record/list.ts'
import { allRecords } from '#core/record/registry.ts'
import { titleExpression } from '#core/record/title.ts'
import { highlightsOf } from './highlight.ts'

/** Matches of one type that are ranked; a word that stands in more records than that is no good name for one. */
const CANDIDATES_AT_MOST = 2000
const WORDS_AT_MOST = 6
/** A word shorter than that has too few trigrams to be known by some of them. */
const TYPO_LETTERS = 4
/** Of `word_similarity`: two letters that changed places leave three of seven trigrams of a word of six. */
const TYPO_LIKENESS = 0.4
const EXCERPT_CHARACTERS = 160

/** The record types that are searched. */
export const searched = (): RecordDefinition[] =>
  allRecords().filter(record => hasColumn(record, 'searchText') && record.routes.includes('list'))

const text = z
  .string()
  .trim()
  .min(1)
  .max(200)
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
  limit: z.coerce.number().int().min(1).max(LIMIT_AT_MOST).optional(),
  cursor: z.string().max(4000).optional(),
})
export const searchBody = z.strictObject({
  q: text,
  types: z.array(z.string().max(60)).min(1).max(50).optional(),
  filters: z
    .record(z.string().max(60), z.unknown())
    .optional()
    .meta({ description: 'By record type, in the filter language; types without one are searched whole' }),
  limit: z.int().min(1).max(LIMIT_AT_MOST).optional(),
  cursor: z.string().max(4000).optional(),
})
export type Search = z.infer<typeof searchBody>

/** Part of a statement over one record type, and its parameters, from `$1`. */
type Part = { record: RecordDefinition; where: string; params: unknown[] }

/**
 * One ranked list over the record types: whose title is what was asked, begins so, holds the words, and then those that hold
 * them elsewhere. Where nothing holds them as they are written, words that are alike are taken. The ids are ranked by
 * the role of searches under explicit conditions (decision 3), the records read with the caller's own rights.
 */
export async function search(tx: Tx, { q, types, filters = {}, limit = 50, cursor: given }: Search) {
  const records = typesOf(types)
  for (const type of Object.keys(filters))
    if (!records.some(({ contract }) => contract.name === type))
      throw invalid({ path: `filters.${type}`, message: 'is not a record type of this search' })
  const asked = numberIn(q) ?? fold(q)
  const words = asked.split(' ').filter(Boolean).slice(0, WORDS_AT_MOST)
  const mark = queryMark(['search', asked, records.map(({ contract }) => contract.name), filters])
  const cursor = given ? readCursor(given, mark, ['number', 'number', 'id']) : undefined
  const behind = cursor?.values as [number, number, string] | undefined
  const turn = (isFuzzy: boolean) =>
    rank(tx, records, { asked, words, filters, isFuzzy, limit: limit + 1, behind })
  let isFuzzy = behind?.[0] === 1
  let ranked = await turn(isFuzzy)
  if (!behind && !ranked.found.length) {
    isFuzzy = true
    ranked = await turn(true)
  }
  const page = pageFrom(ranked.found, limit, cursor ?? ranked, mark, row => [
    Number(isFuzzy),
    row.rank,
    row.id,
  ])
  return { ...page, rows: await shown(tx, records, page.rows, words), facets: ranked.facets }
}

function typesOf(types: string[] | undefined): RecordDefinition[] {
  const all = searched()
  const unknown = types?.find(type => !all.some(({ contract }) => contract.name === type))
  if (unknown !== undefined)
    throw invalid({ path: 'types', message: `${unknown.slice(0, 60)} is not a record type that is searched` })
  return types ? all.filter(({ contract }) => types.includes(contract.name)) : all
}

/** A phone number as records keep it: without what people put between the digits, and without a leading 0 or 00. */
function numberIn(q: string): string | undefined {
  if (!/^[+\d\s()./-]+$/.test(q)) return undefined
  const digits = q.replace(/\D/g, '')
  // Shorter ones are dates, amounts and numbers of invoices.
  return digits.length >= 7 && !/^\d{4}-\d/.test(q) ? digits.replace(/^0+/, '') : undefined
}

type Turn = {
  asked: string
  words: string[]
  filters: Record<string, unknown>
  isFuzzy: boolean
  limit: number
  behind: [number, number, string] | undefined
}

async function partOf(tx: Tx, record: RecordDefinition, { words, filters, isFuzzy }: Turn): Promise<Part> {
  const { name } = record.contract
  const alike = isFuzzy ? words.filter(word => word.length >= TYPO_LETTERS) : []
  const q = words.filter(word => !alike.includes(word)).join(' ')
  const filter = filters[name] === undefined ? {} : { filter: JSON.stringify(filters[name]) }
  const { where, params, add } = await compileSelection(tx, record, { q, ...filter }).catch(error => {
    if (!(error instanceof Refusal) || !error.issues) throw error
    throw invalid(
      error.issues.map(({ path, message }) => ({
        path: path.replace(/^filter/, `filters.${name}`),
        message,
      })),
    )
  })
  const conditions = alike.map(word => `crm_fold(${add(word, 'text')}) <% t.search_text`)
  return { record, where: [where, ...conditions].join(' and '), params }
}

type Add = (value: unknown, cast: string) => string

/** From 0 to 1, over the folded `title` and `body` of a record. */
function scoreOf({ asked, words, isFuzzy }: Turn, add: Add): string {
  const whole = `crm_fold(${add(asked, 'text')})`
  if (isFuzzy)
    return `greatest(word_similarity(${whole}, title), 0.8 * word_similarity(${whole}, left(body, 1000)))`
  const like = (value: string, before: string) =>
    `crm_fold(${add(`${before}${value.replace(/[\\%_]/g, '\\$&')}%`, 'text')})`
  const begun = words.map(word => like(word, '% '))
  const all = (column: string) => begun.map(word => `' ' || ${column} like ${word}`).join(' and ')
  return `(case when title = ${whole} then 1.0 when title like ${like(asked, '')} then 0.85 when ${all('title')} then 0.7
    when ${all('body')} then 0.5 else 0.3 end + 0.15 * similarity(title, ${whole})) / 1.15`
}

async function rank(tx: Tx, records: RecordDefinition[], turn: Turn) {
  const { words, isFuzzy, limit, behind } = turn
  // Without a word that may be misspelt, a second turn would find what the first has not.
  if (isFuzzy && !words.some(word => word.length >= TYPO_LETTERS))
    return { found: [], facets: {}, total: 0, totalIsEstimate: false }
  const params: unknown[] = []
  const add = (value: unknown, cast: string) => `$${params.push(value)}::${cast}`
  const score = scoreOf(turn, add)
  const parts: string[] = []
  for (const record of records) {
    const part = await partOf(tx, record, turn)
    const where = part.where.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + params.length}`)
    params.push(...part.params)
    parts.push(`(select '${record.contract.name}' as type, t.id, coalesce(${titleExpression(record, 't.')}, '') as title, t.search_text as body
      from ${tableOf(record)} t where ${where} limit ${CANDIDATES_AT_MOST + 1})`)
  }
  const after = behind ? `where (-rank, id) > (-${add(behind[1], 'bigint')}, ${add(behind[2], 'uuid')})` : ''
  const first = add(words[0] ?? '', 'text')
  const statement = `with c as materialized (${parts.join(' union all ')}),
    r as (select type, id, (10000 * ${score})::int as rank, body from c)
    select type, id, rank, substr(body, greatest(1, strpos(body, crm_fold(${first})) - 40), ${EXCERPT_CHARACTERS}) as excerpt,
      (select jsonb_object_agg(type, n) from (select type, count(*)::int as n from c group by type) f) as facets
    from r ${after} order by rank desc, id limit ${limit}`
  const setting = tx.session.script(`set local pg_trgm.word_similarity_threshold = ${TYPO_LIKENESS}`)
  setting.catch(() => {})
  const found = await tx.as('ascendore_search', () => tx.session.rows(statement, params))
  await setting
  const facets = (found[0]?.facets ?? {}) as Record<string, number>
  const counts = Object.values(facets)
  return {
    found,
    facets,
    total: counts.reduce((sum, n) => sum + n, 0),
    totalIsEstimate: counts.some(n => n > CANDIDATES_AT_MOST),
  }
}

/** The ranked records as their caller reads them, each with what was found in it. */
async function shown(tx: Tx, records: RecordDefinition[], ranked: Row[], words: string[]) {
  const read = new Map<string, Row>()
  for (const record of records) {
    const ids = ranked.filter(({ type }) => type === record.contract.name).map(({ id }) => id as string)
    for (const row of await readInOrder(tx, record, ids)) read.set(row.id as string, row)
  }
  return ranked.flatMap(({ type, id, rank: points, excerpt }) => {
    const row = read.get(id as string)
    if (!row) return []
    const { contract } = records.find(candidate => candidate.contract.name === type)!
    const title = contract.title
      .map(key => row[key])
      .filter(Boolean)
      .join(' ')
    const highlights = highlightsOf(contract, row, words, excerpt as string)
    return [{ type, id, title, score: (points as number) / 10_000, highlights, record: row }]
  })
}
