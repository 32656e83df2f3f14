import { z } from 'zod'
import { type Add, adderOf, type Row } from '../db/engine.ts'
import { type Tx, together } from '../db/workspace.ts'
import { JsonText } from '../http/operation.ts'
import { paging } from '../http/page.ts'
import { plainHostIn, withPlainDomains } from '../net/hosts.ts'
import { Aggregate } from './aggregate.ts'
import { type Page, pageFrom, queryMark, readCursor, type Total } from './cursor.ts'
import { type CustomField, customFieldsOf } from './custom-fields.ts'
import { hasColumn, type RecordDefinition } from './definition.ts'
import { compileFilter, customEntitiesIn } from './filter.ts'
import { FILTER_HELP, type Filter, parseFilter } from './filter-language.ts'
import { noTraits } from './filter-operand.ts'
import { checkRange } from './filter-time.ts'
import { fold, literally, numbersIn } from './formats.ts'
import { perKey } from './per-key.ts'
import { naming, plainConditions } from './plain-filters.ts'
import { todayIn } from './relative-time.ts'
import { type Read, readRows, readTexts } from './rows.ts'
import { savedViewOf } from './saved-view.ts'
import { parseSort, type SortKey, sortValue } from './sort.ts'
import { totalOf } from './total.ts'
import { type Equals, planAnew, scopeCondition, seesOwnOnly, walkAlong, walkedKeys } from './visibility.ts'

/** A list request, after the query string has been validated by `listQuerySchema`. */
export type ListQuery = {
  limit?: number
  cursor?: string
  sort?: string
  filter?: string
  /** The id of a saved view, whose filter and order apply. */
  view?: string
  q?: string
  tag?: string
  date?: string
  dateFrom?: string
  dateTo?: string
  [plain: string]: unknown
}

/** The query parameters of a record's list: the common ones, and its plain filters (`contract.plainFilters`). */
export const listQuerySchema = perKey((record: RecordDefinition): z.ZodType<ListQuery> => {
  const { contract } = record
  const plain = Object.fromEntries(
    contract.plainFilters.map(key => [
      key,
      z
        .string()
        .max(2000)
        .optional()
        .meta({ description: `Only rows with this ${key}; several, separated by commas, mean any of them` }),
    ]),
  )
  return z.strictObject({
    ...paging,
    sort: z
      .string()
      .max(300)
      .optional()
      .meta({
        description: `Fields, \`-\` for descending; \`${contract.defaultSort}\` by default`,
        example: contract.defaultSort,
      }),
    filter: z
      .string()
      .max(20_000)
      .optional()
      .meta({ description: `JSON in ${FILTER_HELP}` }),
    view: z.uuid('must be the id of a saved view').optional().meta({
      description: 'A saved view: its filter applies beside the others, its order where `sort` is not given',
    }),
    ...(hasColumn(record, 'searchText')
      ? {
          q: z
            .string()
            .max(200)
            .optional()
            .meta({ description: 'Words that the record holds, in any order, case and accents ignored' }),
        }
      : {}),
    ...(contract.fields.tags
      ? { tag: z.string().max(60).optional().meta({ description: 'Only rows with this tag' }) }
      : {}),
    date: z
      .string()
      .max(40)
      .optional()
      .meta({ description: `Only rows whose ${contract.dateField} is on this day, in the workspace's zone` }),
    dateFrom: z
      .string()
      .max(40)
      .optional()
      .meta({ description: `Only rows whose ${contract.dateField} is on or after this day or moment` }),
    dateTo: z
      .string()
      .max(40)
      .optional()
      .meta({ description: `Only rows whose ${contract.dateField} is on or before this day or moment` }),
    ...plain,
  }) as z.ZodType<ListQuery>
})

/** A list request compiled to SQL: everything but the page. */
export type Selection = {
  where: string
  params: unknown[]
  add: Add
  keys: SortKey[]
  mark: string
  isWhole: boolean
  /** The part of `where` that looks for words, which may be rare or in every row, and all the rest of it. */
  search: { words: string; rest: string } | undefined
  /**
   * Its rows are looked for by the role of searches, which row-level security does not narrow, and read under it by their ids:
   * where that is quicker, and where there are conditions for all that is read.
   */
  asSearch: boolean
  /** Nothing but the order decides which rows come first, so to walk along it is best for any workspace. */
  isWalk: boolean
  /** The fields that say whose a row is, where the order is walked along by each of them. */
  walked: readonly string[] | undefined
  /** What stands before a statement with this `where`: nothing, or what it asks of many rows, gathered once. */
  before: string
}

/**
 * Compiles filter, search, plain parameters and order for this caller.
 * @param gathers whether the caller puts `before` before its statements, so that what a member sees may be gathered once
 * @param equals how it is asked whose a row is
 * @throws Refusal 400
 */
export async function compileSelection(
  tx: Tx,
  record: RecordDefinition,
  query: ListQuery,
  extra: Filter[] = [],
  gathers = false,
  equals?: Equals,
): Promise<Selection> {
  const view = query.view ? await savedViewOf(tx, record, query.view) : undefined
  const sort = query.sort || view?.sort || record.contract.defaultSort
  checkRange(query.dateFrom, query.dateTo, tx.who.timezone)
  const plain = plainConditions(record, query)
  const given = [
    ...extra,
    ...(view?.filter ?? []),
    ...plain.map(({ condition }) => condition),
    ...(query.filter ? [parseFilter(query.filter)] : []),
  ]
  const filter: Filter = { and: given }
  const custom = await customFieldsFor(tx, record, filter, sort)
  const params: unknown[] = []
  const add = adderOf(params)
  const conditions: string[] = []
  const own = record.contract.name
  const traits = noTraits()
  if (given.length) {
    const scope = {
      who: tx.who,
      today: todayIn(tx.who.timezone).day,
      customFields: (entity: string) => custom.get(entity) ?? new Map<string, CustomField>(),
      add,
      traits,
    }
    conditions.push(naming(plain, part => compileFilter(part, record, 't', scope), filter))
  }
  const words = fold(withPlainDomains(query.q ?? ''))
    .split(' ')
    .filter(Boolean)
    .slice(0, 6)
  // Few rows hang on one record, each of which is sooner asked by itself.
  const ask = gathers && !traits.isOfOne ? new Aggregate(tx, add) : undefined
  const scope = ask ? ask.scope(own) : scopeCondition(record, tx.who, 't', add, undefined, equals)
  const rest = [scope, ...conditions].join(' and ')
  // Folded by the database too, which knows more letters: ł and ø are no l and o with an accent.
  const wordConditions = words.map(
    word => `t.search_text like crm_fold(${add(`%${literally(word)}%`, 'text')})`,
  )
  const forms = [...numbersIn(query.q ?? ''), ...plainHostIn(query.q ?? '')]
  const otherwise = forms.map(form => `t.search_text like ${add(`%${literally(form)}%`, 'text')}`)
  const found = [wordConditions.join(' and '), ...otherwise].join(' or ')
  const keys = parseSort(sort, record, custom.get(own) ?? new Map())
  const where = words.length ? `${rest} and (${found})` : rest
  const before = ask?.whole('') ?? ''
  const isLeaky = traits.isLeaky || words.length > 0 || keys.some(key => !key.leakproof)
  const readsMore = traits.readsMore || keys.some(key => key.readsMore)
  const isWhole = given.length === 0 && words.length === 0
  const ownOnly = seesOwnOnly(record, tx.who)
  const walked =
    isWhole && ownOnly && keys[0]!.path === 'updatedAt' && keys[1]!.path === 'id' && !keys[2]
      ? walkedKeys(record)
      : undefined
  return {
    where,
    params,
    add,
    keys,
    mark: queryMark([own, sort, given, words]),
    isWhole,
    isWalk: isWhole && !isLeaky && !readsMore && (!ownOnly || walked !== undefined),
    walked,
    search: words.length ? { words: `(${found})`, rest } : undefined,
    before,
    asSearch: !readsMore && (isLeaky || before !== ''),
  }
}

async function customFieldsFor(
  tx: Tx,
  record: RecordDefinition,
  filter: Filter,
  sort: string,
): Promise<Map<string, Map<string, CustomField>>> {
  const entities = customEntitiesIn(filter, record)
  if (sort.includes('customFields.')) entities.add(record.contract.name)
  const found = await together(
    [...entities].map(async entity => [entity, await customFieldsOf(tx, entity)] as const),
  )
  return new Map(found)
}

/**
 * One page of a list: what the caller may see, filtered and ordered, with a total and the cursor of the
 * next page. Stable while rows are added, since a cursor names a place in the order and not a number.
 */
export async function list(
  tx: Tx,
  record: RecordDefinition,
  query: ListQuery,
  extra: Filter[] = [],
): Promise<Page> {
  const { found, limit, total, selection } = await pageOf(tx, record, query, extra, readRows)
  return pageFrom(found, limit, total, selection.mark, row => placeOf(selection, row))
}

/** The same page as the text of its JSON, in which the database wrote the rows. */
export async function listText(
  tx: Tx,
  record: RecordDefinition,
  query: ListQuery,
  extra: Filter[] = [],
): Promise<JsonText> {
  const { found, limit, total, selection } = await pageOf(tx, record, query, extra, readTexts)
  const { rows, ...rest } = pageFrom(found, limit, total, selection.mark, text =>
    placeOf(selection, JSON.parse(text)),
  )
  return new JsonText(`{"rows":[${rows.join(',')}],${JSON.stringify(rest).slice(1)}`)
}

const placeOf = ({ keys }: Selection, row: Row): unknown[] => keys.map(key => sortValue(key, row))

async function pageOf<R>(tx: Tx, record: RecordDefinition, query: ListQuery, extra: Filter[], read: Read<R>) {
  const limit = query.limit ?? 50
  const selection = await compileSelection(tx, record, query, extra, true)
  const parts = selection.keys.map(key => (key.nullable ? 'nullable' : 'any'))
  const cursor = query.cursor ? readCursor(query.cursor, selection.mark, parts) : undefined
  const counting = () => (cursor ? Promise.resolve(cursor) : totalOf(tx, record, selection))
  const reading = (total?: number) => {
    // Whether to walk along the order or to sort what is theirs depends on how much that is: a plan for anybody always sorts.
    if (selection.walked) walkAlong(tx)
    else if (!selection.isWalk) planAnew(tx, record)
    return read(tx, record, selection, limit + 1, cursor?.values, total)
  }
  const [total, found] = selection.search
    ? await oneByOne(counting, reading)
    : await both(counting, () => reading())
  return { found, limit, total, selection }
}

/** Issues two pieces of work without waiting between them, so that their statements travel together. */
async function both<A, B>(first: () => Promise<A>, second: () => Promise<B>): Promise<[A, B]> {
  const started = first()
  started.catch(() => {})
  const other = second()
  other.catch(() => {})
  // What the first was refused is the reason why the second fails as well.
  return [await started, await other]
}

/** Counts first: how many rows a word finds decides how they are best read. */
async function oneByOne<T extends Total, R>(
  counting: () => Promise<T>,
  reading: (total: number) => Promise<R[]>,
): Promise<[T, R[]]> {
  const total = await counting()
  return [total, await reading(total.total)]
}
