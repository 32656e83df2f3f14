import { type Add, adderOf, type Planned, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, Refusal } from '#core/errors.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { compileSelection } from '#core/record/list.ts'
import { scopeCondition } from '#core/record/visibility.ts'
import { COUNTED_AT_MOST } from './searched.ts'
import { unindexed } from './share.ts'
import { holds } from './terms.ts'
import type { Asking } from './words.ts'

/** Of records that are called just what was asked, so many are ranked however many others hold the words. */
const NAMESAKES_AT_MOST = 50
const EXCERPT_CHARACTERS = 160
/** In place of a number of matches. */
const ANSWERED = -1

/**
 * The start of a select over the row `t`, its condition, and what closes it. It gives `id`, `title`, `body` and what `score` needs.
 * `named` is a condition that few records meet, which an index finds and which are ranked before there are too many.
 */
export type Part = { from: string; where: string; after?: string; named?: string | undefined }
/** How records are found and ranked: a part for each type, and a score from 0 to 1 over what they give. */
export type Ranking = {
  /** Undefined where no record of the type can be among them. */
  part: (record: RecordDefinition, add: Add) => Part | undefined
  score: (add: Add) => string
  /** Matches of a type that are weighed, where these are more than are counted. */
  weighed?: number
  /** Whether its plan is the same whatever is looked for: with a part for each type it takes long to be made. */
  planned?: Planned
}

/** A record type with the condition of what the caller sees of it and asks for. */
export type Scope = { record: RecordDefinition; where: string; params: unknown[] }

export type Filters = {
  /** Of one type. */
  filters: Record<string, unknown>
  /** Of all types that have its fields and values; the others are left out. */
  filter: Filter | undefined
}

/** @throws Refusal 400 naming what is wrong with the filter of a type, or with one that fits no type */
export async function scopesOf(
  tx: Tx,
  records: RecordDefinition[],
  { filters, filter }: Filters,
): Promise<Scope[]> {
  const refused: Refusal[] = []
  const scopes = await Promise.all(
    records.map(async (record): Promise<Scope[]> => {
      const own = filters[record.contract.name]
      // Where both are given, what is wrong with its own is told first.
      const scope =
        own === undefined ? undefined : await scopeOf(tx, record, own, `filters.${record.contract.name}`)
      if (!filter) return [scope ?? (await scopeOf(tx, record))]
      return scopeOf(tx, record, own === undefined ? filter : { and: [filter, own] }, 'filter').then(
        found => [found],
        error => {
          if (!(error instanceof Refusal) || error.status !== 400) throw error
          refused.push(error)
          return []
        },
      )
    }),
  )
  const found = scopes.flat()
  // Of types that have its fields, it is told what is wrong with their values.
  if (!found.length && refused.length)
    throw refused.find(({ issues }) => issues?.some(({ path }) => path !== 'filter')) ?? refused[0]
  return found
}

async function scopeOf(tx: Tx, record: RecordDefinition, filter?: unknown, path = 'filter'): Promise<Scope> {
  // By the words and not by whose they are: under a plan for anybody both look alike, and a member may own thousands.
  const equals = 'beside words'
  if (filter === undefined) {
    const params: unknown[] = []
    return { record, where: scopeCondition(record, tx.who, 't', adderOf(params), undefined, equals), params }
  }
  const compiled = compileSelection(tx, record, { filter: JSON.stringify(filter) }, [], false, equals)
  const { where, params } = await compiled.catch(error => {
    if (!(error instanceof Refusal) || !error.issues) throw error
    throw invalid(error.issues.map(issue => ({ ...issue, path: issue.path.replace(/^filter/, path) })))
  })
  return { record, where, params }
}

export type Turn = {
  scopes: Scope[]
  /** Types of which the workspace has most of all rows (`mostlyOurs`). */
  mostly: ReadonlySet<string>
  ranking: Ranking
  /** Rows that are wanted; with 0 matches are counted only. */
  limit: number
  /** Rank and id of the last row of the page before. */
  behind?: [number, string] | undefined
  /** Words that no record of this turn may have all of: those have been ranked already. */
  without?: string[]
  /** What is asked as well where nothing is found: it costs nothing where something is. */
  otherwise?: Asking | undefined
}
export type Ranked = { rows: Row[]; facets: Record<string, number>; total: number }

/**
 * Ranks the records of all types in one statement, as the role of searches under explicit conditions (decision 3). Answers
 * type, id, rank (10,000 for the best) and an excerpt of each, how many there are by type, and what was asked otherwise.
 */
export async function rank(
  tx: Tx,
  { scopes, mostly, ranking, limit, behind, without = [], otherwise }: Turn,
): Promise<Ranked & { answered: Row[] }> {
  const params: unknown[] = []
  const places = new Map<string, string>()
  const add: Add = (value, cast) => {
    const key = `${cast} ${value}`
    const place = places.get(key) ?? `$${params.push(value)}::${cast}`
    places.set(key, place)
    return place
  }
  const score = ranking.score(add)
  const parts = scopes.flatMap(scope => {
    const part = ranking.part(scope.record, add)
    if (!part) return []
    const visible = scope.where.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + params.length}`)
    params.push(...scope.params)
    const { from, where, after = '', named } = part
    const but = without.length
      ? ` and not (${without.map(word => holds('t.search_text', word, add)).join(' and ')})`
      : ''
    const table = tableOf(scope.record)
    const type = scope.record.contract.name
    const select = (condition: string, most: number) =>
      `(select '${type}' as type, p.* from (${from} from ${table} t where ${condition} limit ${most}${after}) p)`
    const isNamed = `${visible} and ${named}`
    const namesakes = `select t.id from ${table} t where ${isNamed} limit ${NAMESAKES_AT_MOST}`
    const others = named ? ` and t.id <> all (array(${namesakes}))` : ''
    // To an index of words the workspace is one more list, as long as all its records.
    const ours = mostly.has(type) ? unindexed(visible) : visible
    return [
      ...(named ? [select(isNamed, NAMESAKES_AT_MOST)] : []),
      select(`${ours} and ${where}${but}${others}`, ranking.weighed ?? COUNTED_AT_MOST + 1),
    ]
  })
  const rest = otherwise
    ? ` union all select type, null, null, coalesce(word, ids), ${ANSWERED} from (${otherwise.select(add)}) o where not exists (select from c)`
    : ''
  const place = behind ? `where (-rank, id) > (-${add(behind[0], 'bigint')}, ${add(behind[1], 'uuid')})` : ''
  const statement = `with c as materialized (${parts.join(' union all ')}),
    r as (select type, id, (10000 * ${score})::int as rank, body from c),
    page as (select * from r ${place} order by rank desc, id limit ${limit})
    select type, id, rank, left(body, ${EXCERPT_CHARACTERS}) as excerpt, null::int as n from page
    union all select type, null, null, null, count(*)::int from c group by type${rest} order by rank desc, id`
  if (otherwise) tx.session.script(otherwise.settings).catch(() => {})
  const found = await tx.as('ascendore_search', () => tx.session.rows(statement, params, ranking.planned))
  const facets = Object.fromEntries(
    found.flatMap(({ type, n }) =>
      n === null || n === ANSWERED ? [] : [[type as string, Math.min(n as number, COUNTED_AT_MOST + 1)]],
    ),
  )
  return {
    rows: found.filter(({ id }) => id !== null),
    facets,
    total: Object.values(facets).reduce((sum, n) => sum + n, 0),
    answered: found.flatMap(({ type, n, excerpt }) =>
      n === ANSWERED ? [type ? { type, ids: excerpt } : { word: excerpt }] : [],
    ),
  }
}
