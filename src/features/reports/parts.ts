import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import type { Aggregate } from '#core/record/aggregate.ts'
import { fieldOf } from '#core/record/custom-fields.ts'
import { hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import type { Field, FieldKind } from '#core/record/fields.ts'
import { customExpression, linkNamed } from '#core/record/filter.ts'
import { type FilterScope, MULTI } from '#core/record/filter-operand.ts'
import { recordNamed } from '#core/record/registry.ts'
import {
  comparedExpression,
  isNullInTrash,
  partExpression,
  readExpression,
  readsMore,
} from '#core/record/select.ts'
import type { ReportSpec } from './builder.ts'
import type { REPORT_STEPS, ReportGroup } from './reports.contract.ts'

/** A report on its way to SQL. */
export type Making = {
  tx: Tx
  spec: ReportSpec
  record: RecordDefinition
  scope: FilterScope
  ask: Aggregate
  where: string
  /** What one unit of the row's currency is worth; undefined where amounts stay as they are. */
  rate: (() => string) | undefined
  /** How many tables stand beside the rows' own, for their names. */
  joined: number
}

/** A field as SQL over what stands beside the rows `t` by `joins`. */
export type Part = {
  sql: string
  kind: FieldKind
  field: Field
  label: string
  isOwn: boolean
  joins: string[]
  /** Whether a row may have several values, each of which is one of the joined rows. */
  isMany: boolean
}

export type Group = Part & { name: string; by: (typeof REPORT_STEPS)[number] | undefined; path: string }

/** The record types whose own fields are grouped by, also those of linked records. */
export function customTypesOf(record: RecordDefinition, groupBy: readonly ReportGroup[]): string[] {
  return groupBy.flatMap(group => {
    let at: RecordDefinition | undefined = record
    for (const step of (typeof group === 'string' ? group : group.field).split('.')) {
      if (step === 'customFields') return at ? [at.contract.name] : []
      const link: { target: string } | undefined = at && linkNamed(at, step)
      at = link && recordNamed(link.target)
    }
    return []
  })
}

/** @throws Refusal 400 naming the place */
export function groupOf(made: Making, group: ReportGroup, i: number): Group {
  const { field: name, by } = typeof group === 'string' ? { field: group, by: undefined } : group
  const path = `groupBy.${i}`
  const part = groupPart(made, name, path)
  const isTime = part.kind === 'date' || part.kind === 'moment'
  if (!by && (part.kind === 'longText' || part.kind === 'moment'))
    throw invalid({ path, message: `${name} needs a time to group by, or cannot be grouped by` })
  if (by && !isTime) throw invalid({ path, message: `${name} is no date and cannot be grouped by ${by}` })
  if (isTime && part.isMany)
    throw invalid({ path, message: `${name} is a time of several records and cannot be grouped by` })
  return { ...part, name, by, path }
}

/** What is grouped by: a field of the row or, as `company.industry`, of a record that it links to. */
export const groupPart = (made: Making, name: string, path: string): Part =>
  stepInto(made, made.record, 't', name, path)

function stepInto(made: Making, record: RecordDefinition, alias: string, name: string, path: string): Part {
  const [first = '', ...rest] = name.split('.')
  if (!rest.length || first === 'customFields')
    return spread(made, fieldPart(made, record, alias, name, path))
  const sql = partExpression(record, first, rest.join('.'), alias)
  if (sql) {
    const field = record.contract.fields[first]!
    return { sql, kind: 'text', field, label: name, isOwn: true, joins: [], isMany: false }
  }
  const link = linkNamed(record, first)
  if (!link) throw unknown(name, path)
  const target = recordNamed(link.target)
  const r = `j${made.joined++}`
  const inner = stepInto(made, target, r, rest.join('.'), path)
  const label = `${first}.${inner.label}`
  // What the caller does not see of linked records counts as none.
  const seen = made.ask.scope(link.target, r)
  const ids = `${alias}.${link.column}`
  if (!link.many) {
    const join = `left join ${tableOf(target)} ${r} on ${r}.id = ${ids} and ${seen}`
    return { ...inner, label, isOwn: false, joins: [join, ...inner.joins] }
  }
  const v = `j${made.joined++}`
  const values = `select distinct ${inner.sql} as v from ${tableOf(target)} ${r} ${inner.joins.join(' ')} where ${r}.id = any(${ids}) and ${seen}`
  return { ...inner, label, isOwn: false, ...valuesOf(v, values) }
}

/** A field of several values, parted into them. */
function spread(made: Making, part: Part): Part {
  if (!MULTI.includes(part.kind)) return part
  const v = `j${made.joined++}`
  const kind = part.kind === 'links' ? 'link' : 'text'
  return { ...part, kind, ...valuesOf(v, `select distinct u.v from unnest(${part.sql}) u(v)`) }
}

const valuesOf = (v: string, values: string) => ({
  sql: `${v}.v`,
  joins: [`left join lateral (${values}) ${v} on true`],
  isMany: true,
})

/** A field of rows `alias`. @throws Refusal 400 naming the place */
export function fieldPart(
  { scope }: Making,
  record: RecordDefinition,
  alias: string,
  name: string,
  path: string,
): Part {
  const beside = { joins: [], isMany: false }
  const own = Object.hasOwn(record.contract.fields, name) ? record.contract.fields[name] : undefined
  if (own && own.kind !== 'custom' && own.kind !== 'object') {
    if (readsMore(record, name)) scope.traits.readsMore = true
    const sql = ownExpression(record, name, own, alias)
    return { ...beside, sql, kind: own.kind, field: own, label: name, isOwn: true }
  }
  const key = name.startsWith('customFields.') ? name.slice('customFields.'.length) : undefined
  const defined =
    key && hasColumn(record, 'customFields') ? scope.customFields(record.contract.name).get(key) : undefined
  if (!defined) throw unknown(name, path)
  const field = fieldOf(defined)
  const sql = customExpression(defined, field, alias)
  return { ...beside, sql, kind: field.kind, field, label: defined.label, isOwn: false }
}

const unknown = (name: string, path: string) =>
  invalid({
    path,
    code: 'NO_FIELD',
    params: { field: name },
    message: `${name} is not a field that reports know`,
  })

/** A link into the trash counts as none, as it reads. */
const ownExpression = (record: RecordDefinition, name: string, field: Field, alias: string): string =>
  isNullInTrash(field)
    ? readExpression(record, name, field).replace(/\bt\./g, `${alias}.`)
    : comparedExpression(record, name, alias)
