import { inLanguage, percentText } from '#core/ai/language.ts'
import { count, numberText, percent } from '#features/deal-signals/words.ts'
import { partlyUnderstood, text } from '../parts.ts'
import { moneyText } from '../words.ts'
import { filterOf, groupLines, type Report, tableLink, understood } from './answer.ts'
import { unsure } from './ask.ts'
import type { Context, Parts } from './context.ts'
import { type Query, readQuery } from './phrase.ts'

/** What figures of one type are asked of; undefined where the words are not understood whole, as a figure of something else would be wrong. */
async function queryOf({ said, vocabulary, resolver, today, turn }: Context, words: string) {
  if (!turn.hands.can('POST /reports/run')) return undefined
  const read = await readQuery(words, vocabulary, resolver, today)
  return read && { ...read, said }
}

async function* notAll(context: Context, leftovers: string[]): Parts {
  if (!leftovers.length) return
  yield partlyUnderstood(leftovers.join(', '))
  yield text(unsure(context, leftovers))
}

async function* measured(
  { turn }: Context,
  query: Query,
  groupBy: Query['groupBy'],
  measures: object[],
): Parts<Report> {
  const filter = filterOf(query)
  const { data } = yield* turn.read('measure_records', {
    type: query.record.contract.name,
    ...(filter ? { filter } : {}),
    groupBy,
    measures,
  })
  return data as Report
}

type Weighted = { deals: number; weighted: number }

/** Open deals by their probability: each amount counts as much as it is likely, as the page of forecasts has it. */
export async function weightedForecast(context: Context, words: string): Promise<Parts | undefined> {
  const read = await queryOf(context, `open deals ${words}`)
  if (!read || read.query.q) return undefined
  const { query, leftovers } = read
  const [group] = query.groupBy
  return (async function* (): Parts {
    const report = yield* measured(
      context,
      query,
      [...(group ? [group] : []), 'probability'],
      [{ op: 'count' }, { op: 'sum', field: 'amount' }],
    )
    const money = (value: number) => moneyText(Math.round(value * 100) / 100, report.currency)
    const { weighted } = weigh(report.rows)
    const [deals, amount] = report.totals
    const how = understood(query)
    yield text(
      inLanguage(
        `The weighted forecast is **${money(weighted)}**: ${count(deals ?? 0, 'open deal')}${how ? ` (${how})` : ''}, worth ${money(amount ?? 0)} in all, each by its probability.`,
        `Die gewichtete Prognose ist **${money(weighted)}**: ${count(deals ?? 0, 'open deal')}${how ? ` (${how})` : ''}, zusammen ${money(amount ?? 0)}, jeder mit seiner Wahrscheinlichkeit.`,
      ),
    )
    for (const { currency, count: left } of report.unconverted) yield text(context.say.noRate(left, currency))
    if (group) {
      const rows = [...Map.groupBy(report.rows, ({ keys }) => keys[0])].map(([, of]) => {
        const { weighted, deals } = weigh(of)
        return { keys: of[0]!.keys.slice(0, 1), names: of[0]!.names.slice(0, 1), values: [weighted, deals] }
      })
      if (typeof group === 'string') rows.sort((a, b) => b.values[0]! - a.values[0]!)
      yield text(
        `\n\n${groupLines({ rows, isCut: report.isCut }, group, context.say, ([sum, n]) => `${money(sum ?? 0)} · ${numberText(n ?? 0)}`)}`,
      )
    }
    yield text(`\n\n[${context.say.show}](${tableLink(query)})`)
    yield* notAll(context, leftovers)
  })()
}

/** `values` are count and amount, the last key is the probability. */
export const weigh = (rows: Report['rows']): Weighted =>
  rows.reduce(
    (sum, { keys, values: [n, amount] }) => ({
      deals: sum.deals + (n ?? 0),
      weighted: sum.weighted + ((amount ?? 0) * Number(keys.at(-1) ?? 0)) / 100,
    }),
    { deals: 0, weighted: 0 },
  )

/** Of the leads that were made in a period the share that was converted, as the page of sources has it. */
export async function conversion(context: Context, words: string): Promise<Parts | undefined> {
  const read = await queryOf(context, `leads ${words}`)
  if (!read || read.query.q) return undefined
  const { query } = read
  const [group] = query.groupBy
  return (async function* (): Parts {
    const report = yield* measured(context, query, query.groupBy, [
      { op: 'rate', field: 'stage', value: 'CONVERTED' },
      { op: 'count' },
    ])
    const [rate, leads = 0] = report.totals
    const how = understood(query)
    const converted = Math.round((rate ?? 0) * (leads ?? 0))
    yield text(
      leads
        ? inLanguage(
            `**${percent(converted, leads)}** of the leads were converted: ${numberText(converted)} of ${numberText(leads)}${how ? ` (${how})` : ''}.`,
            `**${percent(converted, leads)}** der Leads wurden umgewandelt: ${numberText(converted)} von ${numberText(leads)}${how ? ` (${how})` : ''}.`,
          )
        : context.say.none(context.say.noun(query.record, 2), how),
    )
    if (group) {
      const rows =
        typeof group === 'string'
          ? report.rows.toSorted((a, b) => (b.values[0] ?? 0) - (a.values[0] ?? 0))
          : report.rows
      yield text(
        `\n\n${groupLines({ rows, isCut: report.isCut }, group, context.say, ([share, n]) => `${percentText((share ?? 0) * 100)} (${inLanguage('of', 'von')} ${numberText(n ?? 0)})`)}`,
      )
    }
    if (leads) yield text(`\n\n[${context.say.show}](${tableLink(query)})`)
  })()
}
