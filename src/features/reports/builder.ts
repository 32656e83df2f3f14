import { z } from 'zod'
import { arrayLiteral, DatabaseFault, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { exchangeOf } from '#core/record/currency.ts'
import { type CustomField, customFieldsOf, fieldOf } from '#core/record/custom-fields.ts'
import { hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import type { FieldKind } from '#core/record/fields.ts'
import {
  checkFilter,
  compileFilter,
  customEntitiesIn,
  customExpression,
  type Filter,
  type FilterScope,
} from '#core/record/filter.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { addDays, addMonths, dayIn, relativeDay, startOfDay } from '#core/record/relative-time.ts'
import { comparedExpression } from '#core/record/select.ts'
import { scopeCondition } from '#core/record/visibility.ts'
import { namesFor } from '#features/exports/columns.ts'

const GROUPS_AT_MOST = 1000
const STEPS_AT_MOST = 1000
const STEPS = ['day', 'week', 'month', 'quarter', 'year'] as const
const OPS = ['count', 'sum', 'avg', 'min', 'max', 'rate'] as const

const field = z.string().min(1).max(120)
const measure = z.strictObject({
  op: z.enum(OPS),
  field: field.optional().meta({ description: 'Of all but count' }),
  value: z
    .union([z.string().max(500), z.number(), z.boolean()])
    .optional()
    .meta({ description: 'Of rate: the value whose share of the rows is asked for; true where not given' }),
})
export const reportBody = z.strictObject({
  entity: z.string().max(60).meta({ description: 'The record type, such as deal' }),
  filter: z.unknown().optional().meta({ description: 'In the filter language' }),
  groupBy: z
    .array(z.union([field, z.strictObject({ field, by: z.enum(STEPS) })]))
    .max(2)
    .default([]),
  measures: z.array(measure).min(1).max(10),
})
export type ReportSpec = z.infer<typeof reportBody>

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])
export const reportAnswer = z.object({
  entity: z.string(),
  timezone: z.string(),
  currency: z
    .string()
    .nullable()
    .meta({ description: 'Of the amounts that were converted; null without any' }),
  rates: z.record(z.string(), z.number()),
  unconverted: z.array(z.object({ currency: z.string(), count: z.int() })).meta({
    description: 'Rows in currencies without a rate: counted, but in no measure of an amount',
  }),
  rows: z.array(
    z.object({
      keys: z.array(cell).meta({ description: 'One for each groupBy; of a time the day on which it begins' }),
      names: z
        .array(z.string().nullable())
        .meta({ description: 'What the key is called, where it is an id' }),
      values: z.array(z.number().nullable()).meta({ description: 'One for each measure' }),
    }),
  ),
  totals: z.array(z.number().nullable()).meta({ description: 'The measures over all rows' }),
  isCut: z.boolean().meta({ description: `Whether there were more than ${GROUPS_AT_MOST} groups` }),
})

/** A report on its way to SQL. */
type Making = {
  tx: Tx
  spec: ReportSpec
  record: RecordDefinition
  custom: Map<string, CustomField>
  scope: FilterScope
  params: unknown[]
  where: string
  /** What one unit of the row's currency is worth; undefined where amounts stay as they are. */
  rate: (() => string) | undefined
}

/**
 * Runs a report over what the caller may see. Amounts of several currencies are converted by the workspace's rates, and
 * left out where there is none; grouped by currency they stay as they are. @throws Refusal 400 naming the place
 */
export async function runReport(tx: Tx, spec: ReportSpec): Promise<z.infer<typeof reportAnswer>> {
  const made = await prepare(tx, spec)
  const { record, params } = made
  const exchange = await exchangeOf(tx)
  const names = spec.groupBy.map(group => (typeof group === 'string' ? group : group.field))
  const isMixed = 'currency' in record.contract.fields && !names.includes('currency')
  // A parameter that no statement names has no type, so it comes with the first amount.
  let rate: string | undefined
  if (isMixed)
    made.rate = () => {
      rate ??= `(${made.scope.add(JSON.stringify(exchange.rates), 'jsonb')}->>t.currency)::numeric`
      return rate
    }
  const measures = spec.measures.map((one, i) => measureSql(made, one, i))
  const groups: string[] = []
  for (const [i, group] of spec.groupBy.entries()) groups.push(await groupSql(made, group, i))
  const list = (from: string[], name: string) => from.map((sql, i) => `${sql} as ${name}${i}`)
  const isTimed = typeof spec.groupBy[0] === 'object'
  const from = `from ${tableOf(record)} t where ${made.where}`
  const ask = (text: string) =>
    tx.session.rows(text, params).catch(error => {
      if (error instanceof DatabaseFault && error.code.startsWith('22'))
        throw invalid({ path: 'filter', message: 'holds a value that does not fit' })
      throw error
    })
  const sets = groups.length
    ? ` group by grouping sets ((${groups.map((_, i) => i + 1).join(', ')}), ())`
    : ''
  const whole = groups.length ? `grouping(${groups.join(', ')}) > 0` : 'true'
  const order = groups.length
    ? ` order by whole desc, ${isTimed ? 'k0 nulls last' : 'm0 desc nulls last, k0'}`
    : ''
  const found = await ask(
    `select ${[...list(groups, 'k'), ...list(measures, 'm'), `${whole} as whole`].join(', ')} ${from}${sets}${order} limit ${GROUPS_AT_MOST + 2}`,
  )
  const currencies = rate ? await currencyCounts(tx, spec) : []
  const values = (row: Row | undefined) => measures.map((_, i) => (row?.[`m${i}`] ?? null) as number | null)
  const rows = found.filter(row => groups.length && !row.whole).slice(0, GROUPS_AT_MOST)
  const called = await namesFor(
    tx,
    record,
    rows.map(row => Object.fromEntries(names.map((name, i) => [name, row[`k${i}`]]))),
  )
  return {
    entity: spec.entity,
    timezone: tx.who.timezone,
    currency: currencies.length ? exchange.currency : null,
    rates: Object.fromEntries(
      currencies
        .filter(({ currency }) => currency !== exchange.currency && exchange.rates[currency])
        .map(({ currency }) => [currency, exchange.rates[currency]!]),
    ),
    unconverted: currencies.filter(({ currency }) => !exchange.rates[currency]),
    rows: rows.map(row => {
      const keys = names.map((_, i) => row[`k${i}`] as string | number | boolean | null)
      return { keys, names: keys.map(key => called.get(String(key)) ?? null), values: values(row) }
    }),
    totals: values(found.find(row => row.whole)),
    isCut: found.length > GROUPS_AT_MOST + 1,
  }
}

/** Record type, custom fields and the condition of the rows. */
async function prepare(tx: Tx, spec: ReportSpec): Promise<Making> {
  const { entity, filter } = spec
  if (!hasRecord(entity) || !recordNamed(entity).contract.importable)
    throw invalid({ path: 'entity', message: 'is not a record type that reports can be made of' })
  const record = recordNamed(entity)
  const checked: Filter = filter === undefined || filter === null ? { and: [] } : checkFilter(filter)
  const all = new Map<string, Map<string, CustomField>>()
  for (const name of new Set([entity, ...customEntitiesIn(checked, record)]))
    all.set(name, await customFieldsOf(tx, name))
  const params: unknown[] = []
  const scope: FilterScope = {
    who: tx.who,
    today: dayIn(tx.who.timezone),
    customFields: name => all.get(name) ?? new Map(),
    add: (value, cast) => `$${params.push(value)}::${cast}`,
  }
  const where = `${scopeCondition(record, tx.who, 't', scope.add)} and ${compileFilter(checked, record, 't', scope)}`
  return { tx, spec, record, custom: all.get(entity)!, scope, params, where, rate: undefined }
}

type Part = { sql: string; kind: FieldKind; isOwn: boolean }

function partOf({ record, custom }: Making, name: string, path: string): Part {
  const own = Object.hasOwn(record.contract.fields, name) ? record.contract.fields[name] : undefined
  if (own && hasColumn(record, name) && own.kind !== 'custom' && own.kind !== 'object')
    return { sql: comparedExpression(record, name, 't'), kind: own.kind, isOwn: true }
  const defined = name.startsWith('customFields.')
    ? custom.get(name.slice('customFields.'.length))
    : undefined
  if (!defined) throw invalid({ path, message: `${name} is not a field that reports know` })
  const f = fieldOf(defined)
  return { sql: customExpression(defined, f, 't'), kind: f.kind, isOwn: false }
}

const NUMBERS: readonly FieldKind[] = ['integer', 'number', 'money']
const UNGROUPED: readonly FieldKind[] = ['longText', 'tags', 'texts', 'links']

function measureSql(
  made: Making,
  { op, field: name, value }: ReportSpec['measures'][number],
  i: number,
): string {
  if (op === 'count') return 'count(*)'
  const path = `measures.${i}.field`
  if (!name) throw invalid({ path, message: `is required for ${op}` })
  if (op === 'rate') {
    const test = compileFilter({ field: name, op: 'eq', value: value ?? true }, made.record, 't', made.scope)
    return `round(avg(case when ${test} then 1 else 0 end), 4)`
  }
  const { sql, kind, isOwn } = partOf(made, name, path)
  if (!NUMBERS.includes(kind)) throw invalid({ path, message: `must be a number for ${op}` })
  const amount = kind === 'money' && isOwn && made.rate ? `${sql} * ${made.rate()}` : sql
  return op === 'avg' || kind === 'money' ? `round(${op}(${amount})::numeric, 2)` : `${op}(${amount})`
}

async function groupSql(made: Making, group: ReportSpec['groupBy'][number], i: number): Promise<string> {
  const { field: name, by } = typeof group === 'string' ? { field: group, by: undefined } : group
  const path = `groupBy.${i}`
  const { sql, kind } = partOf(made, name, path)
  const isTime = kind === 'date' || kind === 'moment'
  if (!by) {
    if (UNGROUPED.includes(kind) || kind === 'moment')
      throw invalid({ path, message: `${name} needs a time to group by, or cannot be grouped by` })
    return `(${sql})`
  }
  if (!isTime) throw invalid({ path, message: `${name} is no date and cannot be grouped by ${by}` })
  if (kind === 'date') return `to_char(date_trunc('${by}', ${sql}), 'YYYY-MM-DD')`
  // The bounds are reckoned here: the database's own zones may be others than ours.
  const { timezone } = made.tx.who
  const own = await prepare(made.tx, made.spec)
  const at = partOf(own, name, path).sql
  const [ends] = await made.tx.session.rows(
    `select min(${at}) as first, max(${at}) as last from ${tableOf(own.record)} t where ${own.where}`,
    own.params,
  )
  const days = ends!.first ? stepsBetween(dayOf(ends!.first), dayOf(ends!.last), by, path) : []
  const bounds = made.scope.add(
    arrayLiteral(days.map(day => startOfDay(day, timezone).toISOString())),
    'timestamptz[]',
  )
  return `(${made.scope.add(arrayLiteral(days), 'text[]')})[width_bucket(${sql}, ${bounds})]`

  function dayOf(moment: unknown): string {
    return dayIn(timezone, new Date(moment as string))
  }
}

const STARTS = {
  day: 'today',
  week: 'startOfWeek',
  month: 'startOfMonth',
  quarter: 'startOfQuarter',
  year: 'startOfYear',
}
const MONTHS = { month: 1, quarter: 3, year: 12 }

/** The days on which the steps begin, from the one that holds the first day to the one that holds the last. */
function stepsBetween(first: string, last: string, by: (typeof STEPS)[number], path: string): string[] {
  const next = (at: string) =>
    by === 'day' || by === 'week' ? addDays(at, by === 'week' ? 7 : 1) : addMonths(at, MONTHS[by])
  const days: string[] = []
  for (let at = relativeDay(STARTS[by], first)!; at <= last; at = next(at)) {
    days.push(at)
    if (days.length > STEPS_AT_MOST)
      throw invalid({ path, message: `would part the rows into more than ${STEPS_AT_MOST} ${by}s` })
  }
  return days
}

async function currencyCounts(tx: Tx, spec: ReportSpec) {
  const { record, where, params } = await prepare(tx, spec)
  const rows = await tx.session.rows(
    `select t.currency, count(*) as count from ${tableOf(record)} t where ${where} group by 1 order by 1`,
    params,
  )
  return rows as { currency: string; count: number }[]
}
