import { z } from 'zod'
import {
  type Field,
  type Fields,
  id,
  importOnly,
  member,
  moment,
  readOnly,
  required,
  type Values,
} from './fields.ts'
import { perKey } from './per-key.ts'

/** The part of a record type that server, web app and clients share: plain data, no server import. */
export type Contract<F extends Fields = Fields, P extends string = string> = {
  /** Singular, in lower camel case: `deal`. Names the type in events, links and filters. */
  name: string
  /** The path segment: `deals`. */
  path: string
  /** For people and documents: `Deal`. */
  label: string
  description: string
  fields: F
  /** The fields whose values name one record, joined by a space: `['title']`. */
  title: readonly string[]
  /** Default order, as the `sort` parameter says it. */
  defaultSort: string
  /** The field that `dateFrom` and `dateTo` read; `createdAt` where none is named. */
  dateField: string
  /** The fields that may be given as plain query parameters (R3 section 10). */
  plainFilters: readonly P[]
  softDelete: boolean
  /** A body that creates one, as the OpenAPI document shows it; a test sends it. */
  example?: Record<string, unknown>
  /** Whether `/import` exists for it. */
  importable: boolean
  /** Whether `/export` exists for it; where not said, for what can be imported. */
  exportable: boolean
  /** What `/export` answers where nothing else is asked for, the columns that stand first in it, and how many rows are read at once. */
  exportAs?: { format: 'csv' | 'xlsx' | 'json'; first: readonly string[]; rowsAtOnce?: number }
}

const systemFields = {
  id: id(),
  workspaceId: id(),
  createdById: readOnly(member({ description: 'Who created it' })),
  createdAt: importOnly(required(moment())),
  updatedAt: readOnly(required(moment())),
}

export type SystemFields = typeof systemFields

type Given<F extends Fields, P extends string> = Pick<Contract<F>, 'name' | 'path' | 'label' | 'fields'> & {
  title: readonly (keyof F & string)[]
  description?: string
  defaultSort?: string
  dateField?: (keyof F & string) | 'createdAt'
  plainFilters?: readonly P[]
  softDelete?: boolean
  example?: Partial<Record<keyof F & string, unknown>>
  importable?: boolean
  exportable?: boolean
  exportAs?: {
    format: 'csv' | 'xlsx' | 'json'
    first: readonly (keyof F & string)[]
    rowsAtOnce?: number
  }
}

/** Makes the contract of a record type; the fields that every record has are added to its own. */
export function defineContract<
  const F extends Fields,
  const P extends (keyof F & string) | 'createdById' = never,
>(given: Given<F, P>): Contract<F & SystemFields, P> {
  return {
    description: `${given.label} records`,
    defaultSort: '-updatedAt',
    dateField: 'createdAt',
    softDelete: true,
    importable: true,
    exportable: given.importable ?? true,
    ...given,
    plainFilters: given.plainFilters ?? [],
    fields: {
      ...systemFields,
      ...given.fields,
    } as F & SystemFields,
  } as Contract<F & SystemFields, P>
}

/** The record as it is read. */
export type RecordOf<C> = C extends Contract<infer F> ? Values<F> & { [key: string]: unknown } : never

/** Fields that callers (or, with `history`, imports) may set, with the schema for each. */
export function writableFields(
  fields: Fields,
  when: 'create' | 'update',
  history = false,
): [string, Field][] {
  return Object.entries(fields).filter(
    ([, f]) =>
      f.writable === 'always' ||
      (f.writable === 'create' && when === 'create') ||
      (f.writable === 'import' && history),
  )
}

/**
 * The schema of a body that creates or changes a record. Known fields that callers may not set are
 * dropped in silence, so that a client may send back what it read; unknown ones are refused by name.
 */
export const inputSchema = (contract: Contract, when: 'create' | 'update', history = false) =>
  inputSchemas(contract)(when)(history)

const inputSchemas = perKey((contract: Contract) =>
  perKey((when: 'create' | 'update') =>
    perKey((history: boolean) => makeInputSchema(contract, when, history)),
  ),
)
const ignored = z
  .unknown()
  .transform(() => undefined)
  .optional()

function makeInputSchema(contract: Contract, when: 'create' | 'update', history: boolean) {
  const writable = new Map(writableFields(contract.fields, when, history))
  const shape = Object.entries(contract.fields).map(([key, f]): [string, z.ZodType] => {
    if (!writable.has(key)) return [key, ignored]
    return [key, fieldSchema(f, when)]
  })
  return z
    .strictObject({ version: ignored, deletedAt: ignored, ...Object.fromEntries(shape) })
    .transform(dropUndefined)
}

/** An empty text means "nothing" where nothing is allowed, as forms and spreadsheets send it. */
function fieldSchema(f: Field, when: 'create' | 'update'): z.ZodType {
  const schema = (when === 'update' && f.changeSchema) || f.schema
  const base = f.nullable ? z.preprocess(value => (value === '' ? null : value), schema.nullable()) : schema
  // What imports alone may set has a value of its own where they do not.
  if (when === 'create' && f.required && f.writable !== 'import') return base
  return base.optional()
}

function dropUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined))
}
