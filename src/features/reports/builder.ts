import { z } from 'zod'
import { arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { Aggregate } from '#core/record/aggregate.ts'
import { exchangeOf, ratesUsed } from '#core/record/currency.ts'
import { type CustomField, customFieldsOf } from '#core/record/custom-fields.ts'
import { tableOf } from '#core/record/definition.ts'
import type { FieldKind } from '#core/record/fields.ts'
import { compileFilter, customEntitiesIn } from '#core/record/filter.ts'
import { checkFilter, type Filter } from '#core/record/filter-language.ts'
import { type FilterScope, noTraits } from '#core/record/filter-operand.ts'
import { misfit } from '#core/record/misfit.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { dayIn, startOfDay } from '#core/record/relative-time.ts'
import { namesFor } from '#features/exports/columns.ts'
import { customTypesOf, fieldPart, type Group, groupOf, groupPart, type Making, type Part } from './parts.ts'
import { REPORT_OPS, REPORT_STEPS, type ReportMeasure, reportShape } from './reports.contract.ts'
import { stepsBetween } from './steps.ts'

const GROUPS_AT_MOST = 1000

export const reportBody = z.strictObject(reportShape)
export type ReportSpec = z.infer<typeof reportBody>

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])
export const answerShape = {
  entity: z.string(),
  timezone: z.string(),
  currency: z.string().nullable().meta({
    description:
      "Of every amount in it: the workspace's. Null where there is none, or where the rows are grouped by their currency",
  }),
  rates: z.record(z.string(), z.number()),
  unconverted: z.array(z.object({ currency: z.string(), count: z.int() })).meta({
    description: 'Rows in currencies without a rate: counted, but in no measure of an amount',
  }),
  groups: z
    .array(
      z.object({
        field: z.string(),
        by: z.enum(REPORT_STEPS).nullable(),
        label: z.string(),
        kind: z.string(),
        countsInEach: z.boolean().meta({
          description:
            'Whether a row may have several values, such as tags: it counts once in each of them, so that the groups come to more than the totals, in which it counts once',
        }),
      }),
    )
    .meta({ description: 'What the keys are; kind is that of the field, or of one of its values' }),
  measures: z
    .array(
      z.object({
        op: z.enum(REPORT_OPS),
        field: z.string().nullable(),
        label: z.string(),
        kind: z.enum(['count', 'number', 'money', 'rate']),
      }),
    )
    .meta({ description: 'What the values are' }),
  rows: z.array(
    z.object({
      keys: z.array(cell).meta({ description: 'One for each groupBy; of a time the day on which it begins' }),
      names: z
        .array(z.string().nullable())
        .meta({ description: 'What the key is called, where it is an id' }),
      values: z.array(z.number().nullable()).meta({ description: 'One for each measure' }),
    }),
  ),
  totals: z.array(z.number().nullable()).meta({
    description: 'The measures over all rows; null for amounts of several currencies that are not converted',
  }),
  isCut: z.boolean().meta({ description: `Whether there were more than ${GROUPS_AT_MOST} groups` }),
}
export const reportAnswer = z.object(answerShape)
export type ReportResult = z.infer<typeof reportAnswer>

/**
 * Runs a report over what the caller may see. Amounts of several currencies are converted by the workspace's rates, and
 * left out where there is none; grouped by currency they stay as they are. @throws Refusal 400 naming the place
 */
export async function runReport(tx: Tx, spec: ReportSpec): Promise<ReportResult> {
  const made = await prepare(tx, spec)
  const exchange = await exchangeOf(tx)
  const groups = groupsOf(made)
  const isGroupedByCurrency = groups.some(({ name }) => name === 'currency')
  const converts = 'currency' in made.record.contract.fields && !isGroupedByCurrency
  const rate = converts ? rateIn(made, exchange) : undefined
  const measures = measuresOf(made)
  const found = await rowsOf(made, groups, measures)
  if (groups.some(({ isMany }) => isMany)) {
    const once = await prepare(tx, spec)
    if (converts) rateIn(once, exchange)
    found.unshift(...(await rowsOf(once, [], measuresOf(once))))
  }
  const currencies = rate?.isUsed() ? await currencyCounts(tx, spec) : []
  const rows = found.filter(row => groups.length && !row.whole).slice(0, GROUPS_AT_MOST)
  const called = await namesOf(made, groups, rows)
  const values = (row: Row | undefined) => measures.map((_, i) => (row?.[`m${i}`] ?? null) as number | null)
  const hasMoney = measures.some(({ kind }) => kind === 'money')
  const isMixed =
    isGroupedByCurrency && new Set(rows.map(row => row[`k${groups.findIndex(byCurrency)}`])).size > 1
  return {
    entity: spec.entity,
    timezone: tx.who.timezone,
    currency: hasMoney && !isGroupedByCurrency ? exchange.currency : null,
    rates: ratesUsed(currencies, exchange),
    unconverted: currencies.filter(({ currency }) => !exchange.rates[currency]),
    groups: groups.map(({ name, by, label, kind, isMany }) => ({
      field: name,
      by: by ?? null,
      label,
      kind,
      countsInEach: isMany,
    })),
    measures: measures.map(({ op, field, label, kind }) => ({ op, field: field ?? null, label, kind })),
    rows: rows.map(row => {
      const keys = groups.map((_, i) => row[`k${i}`] as string | number | boolean | null)
      return { keys, names: keys.map(key => called.get(String(key)) ?? null), values: values(row) }
    }),
    totals: values(found.find(row => row.whole)).map((value, i) =>
      isMixed && measures[i]!.kind === 'money' ? null : value,
    ),
    isCut: found.length > GROUPS_AT_MOST + 1,
  }
}

/** What an amount is worth. A parameter that no statement names has no type, so it comes with the first amount. */
function rateIn(made: Making, { rates }: Awaited<ReturnType<typeof exchangeOf>>) {
  let rate: string | undefined
  made.rate = () => {
    rate ??= `(${made.scope.add(JSON.stringify(rates), 'jsonb')}->>t.currency)::numeric`
    return rate
  }
  return { isUsed: () => rate !== undefined }
}

const byCurrency = ({ name }: { name: string }) => name === 'currency'

/** Whether a report can be run, as far as that shows without its rows. @throws Refusal 400 naming the place */
export async function checkReport(tx: Tx, spec: ReportSpec): Promise<void> {
  const made = await prepare(tx, spec)
  groupsOf(made)
  measuresOf(made)
}

/**
 * The groups and, marked as `whole`, what all of them come to: one more than are shown, to tell whether there are more.
 * Where a row counts in several groups they do not tell what all come to.
 */
async function rowsOf(made: Making, groups: Group[], measures: Measure[]): Promise<Row[]> {
  const keys: string[] = []
  for (const group of groups) keys.push(group.by ? await stepSql(made, group, group.by) : `(${group.sql})`)
  const columns = [
    ...keys.map((sql, i) => `${sql} as k${i}`),
    ...measures.map(({ sql }, i) => `${sql} as m${i}`),
  ]
  const numbers = keys.map((_, i) => i + 1).join(', ')
  const isMany = groups.some(group => group.isMany)
  const whole = !keys.length ? 'true' : isMany ? 'false' : `grouping(${keys.join(', ')}) > 0`
  const sets = !keys.length
    ? ''
    : isMany
      ? ` group by ${numbers}`
      : ` group by grouping sets ((${numbers}), ())`
  const first = groups[0]?.by ? 'k0 nulls last, m0 desc nulls last' : 'm0 desc nulls last, k0'
  const order = keys.length ? ` order by whole desc, ${first}` : ''
  const from = `from ${tableOf(made.record)} t${joinsOf(groups)} where ${made.where}`
  const text = `select ${[...columns, `${whole} as whole`].join(', ')} ${from}${sets}${order} limit ${GROUPS_AT_MOST + 2}`
  return rowsFor(made, text).catch(misfit('filter'))
}

const joinsOf = (parts: Part[]): string =>
  parts.flatMap(({ joins }) => joins.map(join => ` ${join}`)).join('')

const rowsFor = ({ ask, scope }: Making, text: string): Promise<Row[]> =>
  ask.rows(text, !scope.traits.readsMore)

/** What ids among the keys are called: of records, and of members, whom custom fields name too. */
async function namesOf(made: Making, groups: Group[], rows: Row[]): Promise<Map<string, string>> {
  const fields = Object.fromEntries(groups.map(({ name, field }) => [name, field]))
  const record = { ...made.record, contract: { ...made.record.contract, fields } }
  const keyed = rows.map(row => Object.fromEntries(groups.map(({ name }, i) => [name, row[`k${i}`]])))
  return namesFor(made.tx, record, keyed)
}

/** Record type, custom fields and the condition of the rows. */
async function prepare(tx: Tx, spec: ReportSpec): Promise<Making> {
  const { entity, filter } = spec
  if (!hasRecord(entity) || !recordNamed(entity).contract.importable)
    throw invalid({ path: 'entity', message: 'is not a record type that reports can be made of' })
  const record = recordNamed(entity)
  const checked: Filter = filter === undefined || filter === null ? { and: [] } : checkFilter(filter)
  const all = new Map<string, Map<string, CustomField>>()
  for (const name of new Set([
    entity,
    ...customEntitiesIn(checked, record),
    ...customTypesOf(record, spec.groupBy),
  ]))
    all.set(name, await customFieldsOf(tx, name))
  const ask = new Aggregate(tx)
  const scope: FilterScope = {
    who: tx.who,
    today: dayIn(tx.who.timezone),
    customFields: name => all.get(name) ?? new Map(),
    add: ask.add,
    traits: noTraits(),
  }
  const where = `${ask.scope(entity)} and ${compileFilter(checked, record, 't', scope)}`
  return { tx, spec, record, scope, ask, where, rate: undefined, joined: 0 }
}

const NUMBERS: readonly FieldKind[] = ['integer', 'number', 'money']

type Measure = ReportMeasure & { sql: string; label: string; kind: 'count' | 'number' | 'money' | 'rate' }

const groupsOf = (made: Making): Group[] => made.spec.groupBy.map((one, i) => groupOf(made, one, i))

const measuresOf = (made: Making): Measure[] => made.spec.measures.map((one, i) => measureOf(made, one, i))

function measureOf(made: Making, measure: ReportMeasure, i: number): Measure {
  const { op, field: name, value } = measure
  if (op === 'count') return { op, sql: 'count(*)', label: 'count', kind: 'count' }
  const path = `measures.${i}.field`
  if (!name) throw invalid({ path, code: 'REQUIRED', message: `is required for ${op}` })
  if (op === 'rate') {
    const test = compileFilter({ field: name, op: 'eq', value: value ?? true }, made.record, 't', made.scope)
    const sql = `round(avg(case when ${test} then 1 else 0 end), 4)`
    return { ...measure, sql, label: `rate of ${name} ${value ?? true}`, kind: 'rate' }
  }
  const { sql, kind, label, isOwn } = fieldPart(made, made.record, 't', name, path)
  if (!NUMBERS.includes(kind))
    throw invalid({ path, code: 'NOT_A_NUMBER', message: `must be a number for ${op}` })
  const amount = kind === 'money' && isOwn && made.rate ? `${sql} * ${made.rate()}` : sql
  const rounded =
    op === 'avg' || kind === 'money' ? `round(${op}(${amount})::numeric, 2)` : `${op}(${amount})`
  return { ...measure, sql: rounded, label: `${op} of ${label}`, kind: kind === 'money' ? 'money' : 'number' }
}

/** The day on which the step begins that holds the row's time. */
async function stepSql(made: Making, { name, sql, kind, path }: Group, by: (typeof REPORT_STEPS)[number]) {
  if (kind === 'date') return `to_char(date_trunc('${by}', ${sql}), 'YYYY-MM-DD')`
  // The bounds are reckoned here: the database's own zones may be others than ours.
  const { timezone } = made.tx.who
  const own = await prepare(made.tx, made.spec)
  const part = groupPart(own, name, path)
  const at = part.sql
  const [ends] = await rowsFor(
    own,
    `select min(${at}) as first, max(${at}) as last from ${tableOf(own.record)} t${joinsOf([part])} where ${own.where}`,
  )
  const dayOf = (moment: unknown) => dayIn(timezone, new Date(moment as string))
  const days = ends!.first ? stepsBetween(dayOf(ends!.first), dayOf(ends!.last), by, path) : []
  const bounds = made.scope.add(
    arrayLiteral(days.map(day => startOfDay(day, timezone).toISOString())),
    'timestamptz[]',
  )
  return `(${made.scope.add(arrayLiteral(days), 'text[]')})[width_bucket(${sql}, ${bounds})]`
}

async function currencyCounts(tx: Tx, spec: ReportSpec) {
  const made = await prepare(tx, spec)
  const rows = await rowsFor(
    made,
    `select t.currency, count(*) as count from ${tableOf(made.record)} t where ${made.where} group by 1 order by 1`,
  )
  return rows as { currency: string; count: number }[]
}
