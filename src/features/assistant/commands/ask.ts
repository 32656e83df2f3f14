import type { Row } from '#core/db/engine.ts'
import { text } from '../parts.ts'
import { moneyText, nounOf } from '../words.ts'
import { fieldOf, isNamed, named, overview, ownerOf } from './about.ts'
import { counted, filterOf, listed, plain, settledIn, tableLink, understood } from './answer.ts'
import type { Command, Context, Parts } from './context.ts'
import { type Query, readQuery } from './phrase.ts'
import { Ambiguous } from './resolve.ts'

const LISTED = 10

async function queryIn(context: Context, words: string) {
  const { vocabulary, resolver, today } = context
  return readQuery(words, vocabulary, resolver, today)
}

/** Says which words were not understood as a condition, and were looked for in the records instead. */
const unsure = (leftovers: string[]): string =>
  leftovers.length
    ? `\n\nI did not understand ${leftovers.map(words => `“${plain(words)}”`).join(' and ')} as a condition, so I looked for records that hold these words.`
    : ''

export async function* answerList(context: Context, query: Query, leftovers: string[]): Parts {
  if (leftovers.length)
    yield {
      type: 'warning',
      code: 'PARTLY_UNDERSTOOD',
      message: `Not understood as a condition: ${leftovers.join(', ')}`,
    }
  const { turn, timezone } = context
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
  if (!total) {
    yield text(
      `There are no ${nounOf(record)}${how ? ` that fit: ${how}` : ''} that you may see.${unsure(leftovers)}`,
    )
    return
  }
  const names = await turn.hands.names(record, rows)
  const shown = query.limit ? Math.min(query.limit, total) : total
  yield text(`${counted(record, shown, totalIsEstimate && !query.limit)}${how ? `: ${how}` : ''}.\n\n`)
  yield text(listed(record, rows, names, timezone, settledIn(query)))
  if (total > rows.length && !query.limit)
    yield text(`\n\n[All ${total.toLocaleString('en-US')} in the table](${tableLink(query)})`)
  yield text(unsure(leftovers))
  yield { type: 'records', records }
}

/** How many, how much, on average, by group. */
export async function* answerMeasure(context: Context, query: Query, leftovers: string[]): Parts {
  const { record } = query
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
  const money = (value: number | null | undefined) =>
    report.measures[1]?.kind === 'money' ? moneyText(value ?? 0, report.currency) : String(value ?? 0)
  const measured = apart
    ? `, ${query.measure?.op === 'avg' ? `${apart} on average` : `worth ${apart} in all`}`
    : amount === null || amount === undefined || !count
      ? ''
      : query.measure?.op === 'avg'
        ? `, ${money(amount)} on average`
        : `, worth ${money(amount)} in all`
  const verb = count === 1 ? 'is' : 'are'
  const is = counted(record, count ?? 0)
  yield text(`There ${verb} **${is}**${how ? ` (${how})` : ''}${measured}.`)
  for (const { currency, count: left } of apart ? [] : report.unconverted)
    yield text(
      ` ${left} in ${currency} ${left === 1 ? 'is' : 'are'} not in the sum: there is no rate for it.`,
    )
  if (report.rows.length)
    yield text(
      `\n\n${report.rows
        .slice(0, 30)
        .map(({ keys, names, values }) => {
          const name = names[0] ?? keys[0]
          return `- ${plain(name === null ? 'none' : String(name))}: ${values[0]}${values[1] === undefined || values[1] === null ? '' : ` · ${money(values[1])}`}`
        })
        .join('\n')}`,
    )
  if (count) yield text(`\n\n[Show them](${tableLink(query)})`)
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
  return sums.join(' and ')
}

type Report = {
  currency: string | null
  unconverted: { currency: string; count: number }[]
  measures: { kind: string }[]
  rows: { keys: (string | number | null)[]; names: (string | null)[]; values: (number | null)[] }[]
  totals: (number | null)[]
}

/** Deals are counted with what they are worth. */
function amountMeasure({ record }: Query) {
  const field = Object.entries(record.contract.fields).find(
    ([key, { kind, writable }]) => kind === 'money' && writable === 'always' && key === 'amount',
  )
  return field ? [{ op: 'sum', field: field[0] }] : []
}

async function* exported(context: Context, query: Query, format: string): Parts {
  const filter = filterOf(query)
  const { data } = yield* context.turn.read('export_records', {
    type: query.record.contract.name,
    format,
    ...(filter ? { filter } : {}),
    ...(query.q ? { q: query.q } : {}),
    ...(query.sort ? { sort: query.sort } : {}),
  })
  const { rows, url } = data as { rows: number; url: string }
  const how = understood(query)
  const address = url.replace(/[()]/g, bracket => (bracket === '(' ? '%28' : '%29'))
  yield text(
    `[Download ${counted(query.record, rows)} as ${format.toUpperCase()}](${address})${how ? `: ${how}` : ''}.`,
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
    run: (context, match) => ownerOf(context, named(match[1]!).name),
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
        if (error instanceof Ambiguous && !error.options.some(({ title }) => isNamed(name, title)))
          return undefined
        throw error
      }
    },
  },
]
