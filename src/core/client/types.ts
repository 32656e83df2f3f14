import type { Fields, Values } from '../record/fields.ts'
import type { Operator } from '../record/filter-language.ts'

/** The types of what the API takes and gives, derived from contracts. Plain mapped types: tsc stays fast. */

type Never = { writable: 'import' | 'never' }
type NotCreatable<F extends Fields> = { [K in keyof F]: F[K] extends Never ? K : never }[keyof F]
type NotUpdatable<F extends Fields> = {
  [K in keyof F]: F[K] extends { writable: 'create' | 'import' | 'never' } ? K : never
}[keyof F]
type Required<F extends Fields> = {
  [K in keyof F]: F[K] extends Never ? never : F[K] extends { required: true } ? K : never
}[keyof F]

/** A record as it is read: its fields, and the version that `ifMatch` names. */
export type RecordFrom<F extends Fields> = Values<F> & { version: number }
/** What makes a record: the required fields, and any other that a caller may set. */
export type CreateOf<F extends Fields> = Pick<Values<F>, Required<F>> &
  Partial<Omit<Values<F>, Required<F> | NotCreatable<F>>>
/** What changes a record: any of the fields that a caller may set later on. */
export type UpdateOf<F extends Fields> = Partial<Omit<Values<F>, NotUpdatable<F>>>

/** One page of a list. With `totalIsEstimate`, `total` is near the truth; `nextCursor` is null on the last page. */
export type Page<T> = { rows: T[]; total: number; totalIsEstimate?: true; nextCursor: string | null }

/** A field, or one of a linked record or the workspace's own: `company.name`, `customFields.region`. */
type FieldPath<F extends Fields> = (keyof F & string) | `${string}.${string}`

/** The filter language: conditions over fields, joined by `and`, `or` and `not`. */
export type Filter<F extends Fields = Fields> =
  | { field: FieldPath<F>; op: Operator; value?: unknown }
  /** What is linked, or hangs on it, by name: `deals`, `company`; the value is a filter over those. */
  | { field: string; op: 'some'; value: Filter }
  | { and: Filter<F>[] }
  | { or: Filter<F>[] }
  | { not: Filter<F> }

type PlainValue<T> = NonNullable<T> | readonly NonNullable<T>[]

/**
 * The query of a list: `limit` 1 to 200 (50 by default), `sort` as the API says it (`-updatedAt,title`) or as a
 * list of its parts, `view` for a saved view, `q` for words, a day for `date`, days or moments for `dateFrom` and `dateTo`, and the
 * contract's plain filters, of which several values mean any of them.
 */
export type ListQuery<F extends Fields = Fields, P extends string = string> = {
  limit?: number
  cursor?: string
  sort?: string | readonly `${'' | '-'}${FieldPath<F>}`[]
  filter?: Filter<F>
  view?: string
  q?: string
  tag?: string
  dateFrom?: string
  dateTo?: string
} & { [K in Exclude<'date', P>]?: string } & { [K in P & keyof F]?: PlainValue<Values<F>[K]> }

/** One of at most 1,000 operations of a bulk request. */
export type BulkOperation<F extends Fields = Fields> =
  | { op: 'create'; data: CreateOf<F> }
  | { op: 'update'; id: string; data: UpdateOf<F> }
  | { op: 'delete' | 'restore'; id: string }
  | { op: 'tag'; id: string; data: { add?: string[]; remove?: string[] } }
  | { op: 'reassign'; id: string; data: UpdateOf<F> }

/** What became of one operation: the status that it would have had as a request of its own. */
export type BulkResult = {
  index: number
  status: number
  id?: string
  error?: { error: string; code: string; issues?: { path: string; message: string }[] }
}
