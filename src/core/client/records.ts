import type { Contract } from '../record/contract.ts'
import type { Fields } from '../record/fields.ts'
import type { CallOptions, Method, Query } from './http.ts'
import type { BulkOperation, BulkResult, CreateOf, ListQuery, Page, RecordFrom, UpdateOf } from './types.ts'

/** Rows a page where all rows are wanted: the most that the API gives. */
const ALL_LIMIT = 200

type Conditional = CallOptions & { ifMatch?: number }
type Call = (
  method: Method,
  path: string,
  more?: CallOptions & { query?: Query; body?: unknown },
) => Promise<unknown>

/** What can be done with the records of a contract. Every call throws `ApiError`. */
export type RecordClient<F extends Fields, P extends string> = {
  /** One page of those that the caller may see. */
  list(query?: ListQuery<F, P>, options?: CallOptions): Promise<Page<RecordFrom<F>>>
  /** Page after page, as far as one goes on asking; `limit` is 200 where not given. */
  pages(query?: ListQuery<F, P>, options?: CallOptions): AsyncGenerator<Page<RecordFrom<F>>, void>
  /** Row after row of all pages. */
  all(query?: ListQuery<F, P>, options?: CallOptions): AsyncGenerator<RecordFrom<F>, void>
  /** @throws ApiError 404 also where the record is another workspace's, or not the caller's to see */
  read(id: string, options?: CallOptions): Promise<RecordFrom<F>>
  /** With `idempotencyKey`, a repeated request creates once, for 24 hours. @throws ApiError 400, 409 */
  create(data: CreateOf<F>, options?: CallOptions & { idempotencyKey?: string }): Promise<RecordFrom<F>>
  /** Changes the given fields; `ifMatch` is the `version` that was read. @throws ApiError 400, 404, 409, 412 */
  update(id: string, data: UpdateOf<F>, options?: Conditional): Promise<RecordFrom<F>>
  /** Puts it into the trash, or deletes what knows no trash. @throws ApiError 404, 412 */
  remove(id: string, options?: Conditional): Promise<void>
  /** Takes it out of the trash. */
  restore(id: string, options?: CallOptions): Promise<RecordFrom<F>>
  /**
   * Up to 1,000 operations, each with its own result; with `atomic` the first failure undoes all.
   * @throws ApiError with `atomic`, its issues under `operations.<index>.data.<field>`
   */
  bulk(
    operations: readonly BulkOperation<F>[],
    options?: CallOptions & { atomic?: boolean; idempotencyKey?: string },
  ): Promise<{ results: BulkResult[] }>
  /** One page of the records of another type that belong to this one: the deals of a company. */
  nested<G extends Fields, Q extends string>(
    id: string,
    of: Contract<G, Q>,
    query?: ListQuery<G, Q>,
    options?: CallOptions,
  ): Promise<Page<RecordFrom<G>>>
}

/** The typed calls of one record type; `call` sends what they ask. */
export function recordClient<F extends Fields, P extends string>(
  contract: Contract<F, P>,
  call: Call,
): RecordClient<F, P> {
  type Row = RecordFrom<F>
  const base = `/${contract.path}`
  const at = (id: string) => `${base}/${encodeURIComponent(id)}`
  const list = (query: ListQuery<F, P> = {}, options?: CallOptions) =>
    call('GET', base, { ...options, query }) as Promise<Page<Row>>

  async function* pages(query: ListQuery<F, P> = {}, options?: CallOptions) {
    let next: ListQuery<F, P> = { limit: ALL_LIMIT, ...query }
    for (;;) {
      const page = await list(next, options)
      yield page
      if (!page.nextCursor) return
      next = { ...next, cursor: page.nextCursor }
    }
  }

  return {
    list,
    pages,
    async *all(query, options) {
      for await (const page of pages(query, options)) yield* page.rows
    },
    read: (id, options) => call('GET', at(id), options) as Promise<Row>,
    create: (data, options) => call('POST', base, { ...withKey(options), body: data }) as Promise<Row>,
    update: (id, data, options) =>
      call('PATCH', at(id), { ...withVersion(options), body: data }) as Promise<Row>,
    remove: (id, options) => call('DELETE', at(id), withVersion(options)) as Promise<void>,
    restore: (id, options) => call('POST', `${at(id)}/restore`, options) as Promise<Row>,
    bulk: (operations, { atomic, ...options } = {}) =>
      call('POST', `${base}/bulk`, { ...withKey(options), body: { operations, atomic } }) as Promise<{
        results: BulkResult[]
      }>,
    nested: (id, of, query, options) =>
      call('GET', `${at(id)}/${of.path}`, { ...options, query }) as ReturnType<RecordClient<F, P>['nested']> &
        Promise<never>,
  }
}

/** The options with one more header, where it has a value. */
const withHeader = (options: CallOptions, name: string, value: string | undefined): CallOptions =>
  value === undefined ? options : { ...options, headers: { ...options.headers, [name]: value } }

function withKey({
  idempotencyKey,
  ...options
}: CallOptions & { idempotencyKey?: string } = {}): CallOptions {
  return withHeader(options, 'idempotency-key', idempotencyKey)
}

function withVersion({ ifMatch, ...options }: Conditional = {}): CallOptions {
  return withHeader(options, 'if-match', ifMatch === undefined ? undefined : `"${ifMatch}"`)
}
