import { z } from 'zod'
import { invalid, saying } from '../errors.ts'
import { hostIn, withPlainDomain } from '../net/hosts.ts'
import { isCurrencyCode, phoneProblem } from './formats.ts'
import { perKey } from './per-key.ts'

/**
 * What a field holds; decides how it is stored, filtered, sorted, imported, exported and shown.
 * `link` holds the id of another record, `related` one of any type (beside a field such as `relatedType`),
 * `member` a user id.
 */
export type FieldKind =
  | 'id'
  | 'text'
  | 'longText'
  | 'email'
  | 'phone'
  | 'url'
  | 'integer'
  | 'number'
  | 'money'
  | 'currency'
  | 'boolean'
  | 'date'
  | 'moment'
  | 'time'
  | 'choice'
  | 'link'
  | 'links'
  | 'related'
  | 'member'
  | 'tags'
  | 'texts'
  | 'custom'
  | 'object'

/** When a caller may set a field: always, only on create, only by import of history, or never. */
export type Writable = 'always' | 'create' | 'import' | 'never'

/**
 * One field of a record, as plain data: everything about it is derived from this. `T` is its value on the
 * wire, null among it where it may be; `W` and `R` tell the types of inputs what callers may and must give.
 */
export type Field<T = unknown, W extends Writable = Writable, R extends boolean = boolean> = {
  kind: FieldKind
  /** Validates and normalises a value that is not null. */
  schema: z.ZodType
  /** Validates what a change brings, where that may be more: what has stood since before the schema did may be sent back. */
  changeSchema?: z.ZodType
  /** A text that names a host, which is compared by that alone. */
  isHost?: boolean
  required: R
  nullable: boolean
  writable: W
  default?: unknown
  options?: readonly string[]
  /** The keys of an object that hold texts and are filtered and grouped by: `billingAddress.city`. */
  parts?: readonly string[]
  /** The record type a link points to. */
  target?: string
  description?: string
  /** Column headings under which imports know this field, beside its own name. */
  aliases?: readonly string[]
  /** Only carries the TypeScript type; never set. */
  readonly type?: T
}

export type Fields = Record<string, Field>
/** The record that a set of fields describes, as it stands on the wire. */
export type Values<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never }

type More = Partial<Omit<Field, 'type'>>
/** The field of `T` that `more` makes: what it says of null and of writing is in the type. */
type Made<T, M> = Field<
  M extends { nullable: false } ? T : T | null,
  M extends { writable: infer W extends Writable } ? W : 'always',
  M extends { required: true } ? true : false
>

type NeverNull = { nullable: false }

const field = <T, M>(kind: FieldKind, schema: z.ZodType, more?: More) =>
  ({
    kind,
    schema,
    required: false,
    nullable: true,
    writable: 'always',
    ...more,
  }) as Made<T, M>

// Control characters but tab, line feed and carriage return; lone surrogates, which UTF-8 cannot carry.
const CONTROL =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const LINE_BREAK = /[\r\n\t]/
export const cleanText = perKey((max: number) =>
  z
    .string()
    .max(max)
    .refine(
      value => !CONTROL.test(value),
      saying('CONTROL_CHARACTERS', 'must not contain control characters'),
    ),
)
export const oneLine = perKey((max: number) =>
  cleanText(max)
    .trim()
    .refine(value => !LINE_BREAK.test(value), saying('ONE_LINE', 'must be a single line')),
)

const unique = (values: string[]) => [...new Set(values)]

const idSchema = z.uuid()
const linkSchema = z.uuid('must be the id of a record')
const linksSchema = z.array(idSchema).max(200).transform(unique)
const memberSchema = z.uuid('must be the id of a member')
const emailSchema = oneLine(254)
  .toLowerCase()
  .transform(withPlainDomain)
  .pipe(z.email('must be an e-mail address'))
const NOT_A_DOMAIN = ['NOT_A_DOMAIN', 'must be a domain, such as example.com'] as const
const hostSchema = oneLine(255).transform((value, context) => {
  const host = hostIn(value)
  if (host === undefined) context.addIssue({ code: 'custom', ...saying(...NOT_A_DOMAIN) })
  return host ?? z.NEVER
})
const phoneSchema = oneLine(50).superRefine((value, context) => {
  const problem = phoneProblem(value)
  if (problem) context.addIssue({ code: 'custom', ...saying('NOT_A_PHONE', problem) })
})
const urlSchema = oneLine(500).pipe(z.url({ protocol: /^https?$/, message: 'must be an http or https URL' }))
const currencySchema = z
  .string()
  .trim()
  .toUpperCase()
  .length(3)
  .refine(isCurrencyCode, saying('NOT_A_CURRENCY', 'must be an ISO 4217 currency code'))
const booleanSchema = z.boolean()
const dateSchema = z
  .string()
  .transform(value =>
    /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
      ? new Date(value).toISOString().slice(0, 10)
      : value,
  )
  .pipe(
    z.iso
      .date({ error: 'must be a date, YYYY-MM-DD', abort: true })
      .refine(hasSaneYear, saying('YEAR_RANGE', 'must lie between 1900 and 2200')),
  )
const momentSchema = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    'must be an ISO-8601 date-time such as 2026-01-31T09:30:00Z',
  )
  .refine(value => hasSaneYear(value), saying('YEAR_RANGE', 'must lie between 1900 and 2200'))
  .transform(value => new Date(value).toISOString())
const timeSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time, HH:mm')
const tagsSchema = z.array(oneLine(60).min(1)).max(50).transform(unique)
const textsSchema = z.array(oneLine(200).min(1)).max(50).transform(unique)
const customSchema = z.record(z.string(), z.unknown())

export const id = () => readOnly(required(field<string, More>('id', idSchema)))
export const text = <const M extends More>(max = 255, more?: M) =>
  field<string, M>('text', oneLine(max), more)
export const longText = <const M extends More>(max = 50_000, more?: M) =>
  field<string, M>('longText', cleanText(max), more)
export const email = <const M extends More>(more?: M) => field<string, M>('email', emailSchema, more)
/** The domain of a site, `example.com`, kept so of whatever URL is given. What a change brings is looked at by the record's rule. */
export const host = <const M extends More>(more?: M) =>
  field<string, M>('text', hostSchema, {
    isHost: true,
    changeSchema: oneLine(255).transform(value => hostIn(value) ?? value),
    ...more,
  })
export const notADomain = (path: string) => invalid({ path, code: NOT_A_DOMAIN[0], message: NOT_A_DOMAIN[1] })
/** Kept as given; the server stores the E.164 form beside it. */
export const phone = <const M extends More>(more?: M) => field<string, M>('phone', phoneSchema, more)
export const url = <const M extends More>(more?: M) => field<string, M>('url', urlSchema, more)
export const integer = <const M extends More>(min: number, max: number, more?: M) =>
  field<number, M>('integer', z.int().min(min).max(max), more)
export const number = <const M extends More>(min: number, max: number, more?: M) =>
  field<number, M>('number', z.number().min(min).max(max), more)
/** An amount with at most 2 decimals and 13 digits before the point. */
export const money = <const M extends More & { min?: number }>(more?: M) =>
  field<number, M>(
    'money',
    z
      .number()
      .min(more?.min ?? -9_999_999_999_999.99)
      .max(9_999_999_999_999.99)
      .refine(hasTwoDecimals, saying('DECIMALS', 'must have at most 2 decimals')),
    more,
  )
export const currency = <const M extends More>(more?: M) => field<string, M>('currency', currencySchema, more)
export const boolean = <const M extends More>(more?: M) => field<boolean, M>('boolean', booleanSchema, more)
/** A calendar day, YYYY-MM-DD; an ISO moment is cut to its UTC day. */
export const date = <const M extends More>(more?: M) => field<string, M>('date', dateSchema, more)
/** A moment, ISO-8601 with an offset; a bare day means its midnight in UTC. Kept in UTC to the millisecond. */
export const moment = <const M extends More>(more?: M) => field<string, M>('moment', momentSchema, more)
export const time = <const M extends More>(more?: M) => field<string, M>('time', timeSchema, more)
export const choice = <const O extends readonly string[], const M extends More>(options: O, more?: M) =>
  field<O[number], M>('choice', z.enum(options as unknown as [string, ...string[]]), { options, ...more })
export const link = <const M extends More>(target: string, more?: M) =>
  field<string, M>('link', linkSchema, { target, ...more })
export const links = <const M extends More>(target: string, more?: M) =>
  field<string[], M>('links', linksSchema, { target, ...more })
export const related = <const M extends More>(more?: M) => field<string, M>('related', linkSchema, more)
export const member = <const M extends More>(more?: M) => field<string, M>('member', memberSchema, more)
export const tags = <const M extends More>(more?: M) =>
  field<string[], M & NeverNull>('tags', tagsSchema, {
    nullable: false,
    default: [],
    ...more,
  })
/** A short list of free words, such as the objections heard in a call. */
export const texts = <const M extends More>(more?: M) =>
  field<string[], M & NeverNull>('texts', textsSchema, {
    nullable: false,
    default: [],
    ...more,
  })
/** Values of the fields that the workspace's admins have defined, by key. */
export const custom = () =>
  field<Record<string, unknown>, NeverNull>('custom', customSchema, {
    nullable: false,
    default: {},
  })
export const object = <const M extends More>(shape: z.ZodType, more?: M) =>
  field<Record<string, unknown>, M>(
    'object',
    shape.refine(isStorable, saying('CONTROL_CHARACTERS', 'must not contain NUL or half a surrogate pair')),
    more,
  )

/** An object with keys of the caller's choice, such as the goals of a campaign. */
export const freeObject = (description: string) =>
  object(
    z
      .record(z.string().max(100), z.unknown())
      .refine(value => JSON.stringify(value).length <= FREE_CHARACTERS, saying('TOO_LARGE', 'is too large')),
    { description },
  )
const FREE_CHARACTERS = 10_000

/** What PostgreSQL's jsonb refuses, in keys or values: JSON.stringify writes it as these escapes. */
const isStorable = (value: unknown): boolean =>
  !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(JSON.stringify(value) ?? '')

/** The field must be given on create and is never null. */
export const required = <T, W extends Writable>(of: Field<T, W>): Field<NonNullable<T>, W, true> => ({
  ...(of as Field<NonNullable<T>, W>),
  required: true,
  nullable: false,
  schema: isText(of.kind)
    ? (of.schema as z.ZodString).refine(value => value.trim() !== '', saying('REQUIRED', 'must not be empty'))
    : of.schema,
})
/** Never null; `value` where none is given. */
export const withDefault = <T, W extends Writable, R extends boolean>(
  of: Field<T, W, R>,
  value: NonNullable<T>,
): Field<NonNullable<T>, W, R> => ({
  ...(of as Field<NonNullable<T>, W, R>),
  nullable: false,
  default: value,
})
/** Shown, never set by a caller. */
export const readOnly = <T, R extends boolean>(of: Field<T, Writable, R>): Field<T, 'never', R> => ({
  ...of,
  writable: 'never',
})
/** Set by imports of history; callers of the API see it only. */
export const importOnly = <T, R extends boolean>(of: Field<T, Writable, R>): Field<T, 'import', R> => ({
  ...of,
  writable: 'import',
})

const isText = (kind: FieldKind) => kind === 'text' || kind === 'longText'

/** Whether the shortest decimal form of the number has at most two places: no float error slips in. */
function hasTwoDecimals(value: number): boolean {
  return /^-?\d+(\.\d{1,2})?$/.test(String(value)) || Number.isInteger(value)
}

function hasSaneYear(value: string): boolean {
  const year = Number(value.slice(0, 4))
  return year >= 1900 && year <= 2200
}
