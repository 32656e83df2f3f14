import { inLanguage } from '#core/ai/language.ts'
import type { Row } from '#core/db/engine.ts'
import { partlyUnderstood, text } from '../parts.ts'
import { moneyText } from '../words.ts'
import { fieldOf, isNamed, named, overview, ownerOf } from './about.ts'
import {
  filterOf,
  groupLines,
  inLink,
  listed,
  plain,
  type Report,
  settledIn,
  tableLink,
  understood,
} from './answer.ts'
import type { Command, Context, Parts } from './context.ts'
import { type Query, readQuery } from './phrase.ts'
import type { Replies } from './replies.ts'
import { Ambiguous } from './resolve.ts'

const LISTED = 10

/** Some words were no condition, and nothing holds them. */
export class HardlyUnderstood extends Error {}

async function queryIn(context: Context, words: string) {
  const { vocabulary, resolver, today } = context
  return readQuery(words, vocabulary, resolver, today)
}

/** Says which words were not understood as a condition, and were looked for in the records instead. */
export const unsure = ({ say }: Context, leftovers: string[]): string =>
  leftovers.length ? `\n\n${say.unsure(leftovers.map(plain))}` : ''

export async function* answerList(context: Context, query: Query, leftovers: string[]): Parts {
  const { turn, timezone, say } = context
  const { record, q, sort } = query
  const limit = query.limit ?? LISTED
  const filter = filterOf(query)
  const { data, records } = yield* turn.read('list_records', {
    type: record.contract.name,
    limit,
    ...(filter ? { filter } : {}),
    ...(q ? { q } : {}),
    ...(sort ? { sort } : {}),
  })
  const { total, totalIsEstimate, rows } = data as { total: number; totalIsEstimate?: boolean; rows: Row[] }
  const how = understood(query)
  // Perhaps it was mistyped.
  if (!total && leftovers.length && !context.isLastTry) throw new HardlyUnderstood()
  if (leftovers.length) yield partlyUnderstood(leftovers.join(', '))
  if (!total) {
    const nouns = say.noun(record, 2)
    // What was hardly understood is not answered by a no.
    yield text(
      leftovers.length ? `${say.noneWith(nouns, leftovers.map(plain))}\n\n${say.hint}` : say.none(nouns, how),
    )
    return
  }
  const names = await turn.hands.names(record, rows)
  const shown = query.limit ? Math.min(query.limit, total) : total
  yield text(`${say.counted(record, shown, totalIsEstimate && !query.limit)}${how ? `: ${how}` : ''}.\n\n`)
  yield text(listed(record, rows, names, timezone, settledIn(query)))
  if (total > rows.length && !query.limit) yield text(`\n\n[${say.allInTable(total)}](${tableLink(query)})`)
  yield text(unsure(context, leftovers))
  yield { type: 'records', records }
}

/** How many, how much, on average, by group. */
export async function* answerMeasure(context: Context, query: Query, leftovers: string[]): Parts {
  const { record } = query
  const { say } = context
  // Words are looked for by the list alone, which counts too.
  if (query.q) return yield* answerList(context, { ...query, groupBy: [] }, leftovers)
  const filter = filterOf(query)
  const { data } = yield* context.turn.read('measure_records', {
    type: record.contract.name,
    ...(filter ? { filter } : {}),
    groupBy: query.groupBy,
    measures: [{ op: 'count' }, ...(query.measure ? [query.measure] : amountMeasure(query))],
  })
  const report = data as Report
  const apart =
    report.unconverted.length && !query.groupBy.length ? yield* byCurrency(context, query) : undefined
  const how = understood(query)
  const [count = 0, amount] = report.totals
  const isDays = /Days$/.test(query.measure?.field ?? '')
  const money = (value: number | null | undefined) =>
    isDays
      ? inLanguage(
          `${moneyText(value ?? 0, null)} ${value === 1 ? 'day' : 'days'}`,
          `${moneyText(value ?? 0, null)} ${value === 1 ? 'Tag' : 'Tage'}`,
        )
      : moneyText(value ?? 0, report.measures[1]?.kind === 'money' ? report.currency : null)
  const said = query.measure?.op === 'avg' ? say.average : say.worth
  const measured = apart
    ? said(apart)
    : amount === null || amount === undefined || !count
      ? ''
      : said(money(amount))
  yield text(say.thereAre(count ?? 0, say.counted(record, count ?? 0), how, measured))
  for (const { currency, count: left } of apart ? [] : report.unconverted)
    yield text(say.noRate(left, currency))
  if (report.rows.length) yield text(`\n\n${groupsOf(report, query, say, money)}`)
  if (query.isLeastFirst) yield* withNone(context, query, report)
  if (count) yield text(`\n\n[${say.show}](${tableLink(query)})`)
}

/** The groups, those of time in its order and others with what was asked for most first. */
function groupsOf(
  { rows, isCut }: Report,
  { groupBy: [group], measure, isLeastFirst }: Query,
  say: Replies,
  money: (value: number) => string,
): string {
  const at = measure ? 1 : 0
  const most = isLeastFirst ? -1 : 1
  const ordered =
    (measure || isLeastFirst) && typeof group === 'string'
      ? rows.toSorted((a, b) => most * ((b.values[at] ?? 0) - (a.values[at] ?? 0)))
      : rows
  return groupLines({ rows: ordered, isCut }, group!, say, ([count, amount]) => {
    const much = amount === undefined || amount === null ? '' : ` · ${money(amount)}`
    return `${moneyText(count ?? 0, null)}${much}`
  })
}

/** Who has none at all has the fewest, and is in no group. */
async function* withNone(
  { vocabulary, turn }: Context,
  { record, groupBy: [group] }: Query,
  { rows }: Report,
): Parts {
  // Who sees their own alone cannot say of others that they have none.
  if (!turn.hands.seesAll || typeof group !== 'string' || record.contract.fields[group]?.kind !== 'member')
    return
  const names = vocabulary.members
    .filter(({ id }) => !rows.some(({ keys }) => keys[0] === id))
    .map(({ name }) => plain(name))
  if (names.length) yield text(`\n- ${inLanguage('none', 'keine')}: ${names.join(', ')}`)
}

/** Amounts without a rate are told each in its own currency. */
async function* byCurrency({ turn }: Context, query: Query): Parts<string> {
  const filter = filterOf(query)
  const { data } = yield* turn.read('measure_records', {
    type: query.record.contract.name,
    ...(filter ? { filter } : {}),
    groupBy: ['currency'],
    measures: query.measure ? [query.measure] : amountMeasure(query),
  })
  const sums = (data as Report).rows.map(({ keys, values }) => moneyText(values[0] ?? 0, String(keys[0])))
  return sums.join(inLanguage(' and ', ' und '))
}

/** Deals are counted with what they are worth. */
function amountMeasure({ record }: Query) {
  const field = Object.entries(record.contract.fields).find(
    ([key, { kind, writable }]) => kind === 'money' && writable === 'always' && key === 'amount',
  )
  return field ? [{ op: 'sum', field: field[0] }] : []
}

export async function* exported(context: Context, query: Query, format: string): Parts {
  const filter = filterOf(query)
  const { data } = yield* context.turn.read('export_records', {
    type: query.record.contract.name,
    format,
    ...(filter ? { filter } : {}),
    ...(query.q ? { q: query.q } : {}),
    ...(query.sort ? { sort: query.sort } : {}),
  })
  const { say } = context
  const { rows, url } = data as { rows: number; url: string }
  const how = understood(query)
  yield text(
    `[${say.download(say.counted(query.record, rows), format.toUpperCase())}](${inLink(url)})${how ? `: ${how}` : ''}.`,
  )
}

const listing = async (context: Context): Promise<Parts | undefined> => {
  const read = await queryIn(context, context.said)
  if (!read) return undefined
  const { query, leftovers } = read
  return query.groupBy.length || query.measure
    ? answerMeasure(context, query, leftovers)
    : answerList(context, query, leftovers)
}

const counting = async (context: Context): Promise<Parts | undefined> => {
  const read = await queryIn(context, context.said)
  return read && answerMeasure(context, read.query, read.leftovers)
}

/** Whether a record is called so, or several are. */
async function isCalled({ resolver }: Context, name: string): Promise<boolean> {
  try {
    const found = await resolver.maybe(name)
    return found !== undefined && isNamed(name, found.ref.title)
  } catch (error) {
    if (!(error instanceof Ambiguous)) throw error
    return error.found.every(({ ref }) => isNamed(name, ref.title))
  }
}

/** Commands that read. */
export const askCommands: Command[] = [
  {
    pattern:
      /^(?:how many|how much|count|number of|what(?:'s| is| are) the (?:number|total|sum|value|worth|average)|total|average)\b/i,
    run: counting,
  },
  {
    pattern:
      /^(?:who (?:owns|has|handles|manages|works on)|who(?:'s| is) (?:the owner of|responsible for|assigned to|working on|in charge of))\s+(.+)$/i,
    async run(context, match) {
      const { name } = named(match[1]!)
      // `Who has not …` and `who has admin rights` ask for no record.
      const isAsked = !/^who has\b/i.test(match[0]) || (await isCalled(context, name))
      return isAsked ? ownerOf(context, name) : undefined
    },
  },
  {
    pattern:
      /^(?:summari[sz]e|sum up|(?:an? )?(?:summary|overview|history) (?:of|for)|brief me on|(?:give me|get me|show me) (?:an? )?(?:summary|brief|briefing|rundown|overview) (?:of|on|for)|tell me (?:everything )?about|what(?:'s| is| has been) (?:up|new|going on|happening) with|what happened (?:with|to|at)|catch me up on)\s+(.+)$/i,
    run: (context, match) => overview(context, named(match[1]!).name, named(match[1]!).types),
  },
  {
    pattern:
      /^(?:export|download)\s+(.+?)(?:\s+(?:as|to|in|into)\s+(?:an? )?(csv|excel|xlsx|json)(?: file)?)?[.!?]*$/i,
    async run(context, match) {
      const read = await queryIn(context, match[1]!)
      if (!read) return undefined
      const format = match[2]?.toLowerCase().replace('excel', 'xlsx') ?? 'csv'
      return exported(context, read.query, format)
    },
  },
  {
    pattern:
      /^(?:what(?:'s| is| are)|when(?:'s| is| was)|how much is|tell me|show(?: me)?|give me)\s+(?:the |an? )?(.+?)\s+(?:of|for)\s+(.+)$/i,
    run: (context, match) => fieldOf(context, match[1]!, named(match[2]!).name),
  },
  {
    pattern: /^(?:what(?:'s| is)|when(?:'s| is))\s+(.+?)'s\s+(.+?)\??$/i,
    run: (context, match) => fieldOf(context, match[2]!, match[1]!),
  },
  {
    pattern: /^when (?:does|do|did|is|was|will|has)\s+(.+?)\s+(?:be )?(?:expected to )?(\w+)\??$/i,
    run: (context, match) => fieldOf(context, match[2]!, named(match[1]!).name),
  },
  {
    pattern:
      /^(?:show|list|find|give|get|display|which|what|who|see|search|look|any|do|are|is|view|top|my|all|open)\b/i,
    run: listing,
  },
]

/** What is left when no pattern fits: a noun phrase, else a name. */
export const looseCommands: Command[] = [
  { pattern: /./, run: listing },
  {
    pattern:
      /^(?:show|find|open|search(?: for)?|look up|get|go to|who is|what is|see|view)?\s*(?:me )?(.+)$/i,
    async run(context, match) {
      const { name, types } = named(match[1]!)
      if (name.length > 100) return undefined
      try {
        const found = await context.resolver.maybe(name, types)
        // A sentence in which some word happens to be found is no name.
        if (!found || !isNamed(name, found.ref.title)) return undefined
        return overview(context, name, [found.ref.recordType])
      } catch (error) {
        if (error instanceof Ambiguous && !error.found.some(({ ref }) => isNamed(name, ref.title)))
          return undefined
        throw error
      }
    },
  },
]
