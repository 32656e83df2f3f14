import { z } from 'zod'
import type { Add } from '../db/engine.ts'
import type { Who } from '../db/workspace.ts'
import { invalid } from '../errors.ts'
import { withPlainDomain } from '../net/hosts.ts'
import type { CustomField } from './custom-fields.ts'
import type { FieldKind } from './fields.ts'
import type { Operator } from './filter-language.ts'

/** What a statement turns out to hold while it is compiled. Its role and its plan go by that. */
export type Traits = {
  /** Operators that PostgreSQL lets no index serve under row-level security (decision 3). */
  isLeaky: boolean
  /** Rows beside those that it has conditions for, which row-level security alone narrows. */
  readsMore: boolean
  /** A single record or what hangs on it, which is little. */
  isOfOne: boolean
}
export const noTraits = (): Traits => ({ isLeaky: false, readsMore: false, isOfOne: false })

/** What a filter is compiled against: the record type, the caller, and the workspace's custom fields. */
export type FilterScope = {
  who: Who
  today: string
  customFields: (entity: string) => Map<string, CustomField>
  add: Add
  /** Written to by what is compiled. */
  traits: Traits
}

/** A field that a condition may speak of, as SQL. */
export type Operand = {
  path: string
  expression: string
  kind: FieldKind
  options?: readonly string[]
  numberCast: string
  /** A text that names a host, however it is written. */
  isHost?: boolean
  /** A link, which reads as null while what it names is in the trash. */
  isNullInTrash?: boolean
  /** The condition that the stored value may read as one of these, where it is computed and an index can say so. */
  narrowed?: (values: unknown[], scope: FilterScope) => string
}

export const MULTI: readonly FieldKind[] = ['tags', 'texts', 'links']
export const TEXTUAL: readonly FieldKind[] = [
  'text',
  'longText',
  'email',
  'phone',
  'url',
  'currency',
  'time',
  'choice',
]
export const UUIDS: readonly FieldKind[] = ['id', 'link', 'related', 'member', 'links']
const ORDERED: readonly FieldKind[] = ['integer', 'number', 'money', 'text', 'email', 'time']

export function mustBeOrdered(operand: Operand, op: Operator): void {
  if (!ORDERED.includes(operand.kind)) throw badValue(operand, `cannot be compared by ${op}`)
}

export function mustBeList(operand: Operand, value: unknown): asserts value is unknown[] {
  if (!Array.isArray(value) || value.length > 500)
    throw badValue(operand, 'must be a list of at most 500 values for in')
}

export function scalar(operand: Operand, value: unknown, scope: FilterScope): string {
  return scope.add(plain(operand, value), castNoted(operand, scope))
}

/** Comparisons of `numeric` are leaky. */
export function castNoted(operand: Operand, { traits }: FilterScope): string {
  const cast = castFor(operand)
  if (cast === 'numeric') traits.isLeaky = true
  return cast
}

function castFor({ kind, numberCast }: Operand): string {
  if (UUIDS.includes(kind)) return 'uuid'
  if (kind === 'integer' || kind === 'number' || kind === 'money') return numberCast
  return kind === 'boolean' ? 'boolean' : 'text'
}

/** A value of the type that the field has; texts from the query string are read as such. */
export function plain(operand: Operand, value: unknown): string | number | boolean {
  const { kind, options } = operand
  if (UUIDS.includes(kind)) {
    if (z.uuid().safeParse(value).success) return value as string
    throw badValue(operand, 'must be an id')
  }
  if (kind === 'boolean') {
    if (value === true || value === 'true') return true
    if (value === false || value === 'false') return false
    throw badValue(operand, 'must be true or false')
  }
  if (kind === 'integer' || kind === 'number' || kind === 'money') return numeric(operand, value)
  if (typeof value !== 'string' || value.length > 1000 || value.includes('\0'))
    throw badValue(operand, 'must be a text')
  if (options && kind === 'choice' && !options.includes(value))
    throw badValue(operand, `must be one of ${options.join(', ')}`)
  return kind === 'email' ? withPlainDomain(value.toLowerCase()) : value
}

function numeric(operand: Operand, value: unknown): number {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number) || Math.abs(number) > 1e15)
    throw badValue(operand, 'must be a number')
  if (operand.numberCast === 'bigint' && !Number.isInteger(number))
    throw badValue(operand, 'must be a whole number')
  return number
}

export const badValue = (operand: { path: string }, message: string) =>
  invalid({ path: `filter.${operand.path}`, code: 'VALUE_FITS_NOT', message })
