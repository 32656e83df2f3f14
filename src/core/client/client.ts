import type { Contract } from '../record/contract.ts'
import type { Fields } from '../record/fields.ts'
import type { ApiError } from './errors.ts'
import { type CallOptions, type Method, type Query, type Request, readBody, type Wire } from './http.ts'
import { type RecordClient, recordClient } from './records.ts'
import { Session, type Tokens } from './session.ts'

export { ApiError } from './errors.ts'
export type { CallOptions } from './http.ts'
export type { SignedIn } from './session.ts'
export type * from './types.ts'

type ClientOptions = Tokens & {
  /** Where the server is, such as `https://crm.example.com`, without `/api/v1`; the page's own origin by default. */
  baseUrl?: string
  fetch?: typeof globalThis.fetch
  /** Told once when nobody is signed in any more: the tokens are refused and cannot be renewed. */
  onUnauthorized?: (error: ApiError) => void
  /** The workspace to work in, where it is not the one of the session. */
  workspaceId?: string
  /** Whether a cookie carries the refresh token, as in browsers; by default wherever there is a document. */
  withCookies?: boolean
}

type ReadOptions = CallOptions & { query?: Query }
type SendOptions = ReadOptions & {
  /** Makes a POST safe to repeat: the server runs it once and gives the same answer again, for 24 hours. */
  idempotencyKey?: string
}

/** The API as a program uses it. Paths stand below `/api/v1`; every call throws `ApiError`. */
export type Client = {
  auth: Session
  /** The calls of one record type, typed by its contract. */
  records<F extends Fields, P extends string>(contract: Contract<F, P>): RecordClient<F, P>
  get<T = unknown>(path: string, options?: ReadOptions): Promise<T>
  post<T = unknown>(path: string, body?: unknown, options?: SendOptions): Promise<T>
  put<T = unknown>(path: string, body?: unknown, options?: ReadOptions): Promise<T>
  patch<T = unknown>(path: string, body?: unknown, options?: ReadOptions): Promise<T>
  delete<T = unknown>(path: string, options?: ReadOptions & { body?: unknown }): Promise<T>
  /** The successful answer with its body unread, for downloads and streams: only its start is awaited in time. */
  open(path: string, options?: ReadOptions & { method?: Method; body?: unknown }): Promise<Response>
}

/**
 * The client of the API, for browsers and for Node. Access tokens are kept in memory and renewed when they
 * expire; texts, forms (`FormData`), blobs and bytes are sent as they are, any other body as JSON.
 *
 *     const api = createClient({ baseUrl: 'https://crm.example.com' })
 *     await api.auth.login({ email, password })
 *     for await (const deal of api.records(dealContract).all({ status: 'OPEN' })) …
 */
export function createClient(options: ClientOptions = {}): Client {
  const wire: Wire = {
    baseUrl: options.baseUrl ?? '',
    // Looked up at each call, and called without an owner, which browsers insist on.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    withCookies: options.withCookies ?? 'document' in globalThis,
    workspaceId: options.workspaceId,
  }
  const auth = new Session(wire, options, options.onUnauthorized)
  const call = (method: Method, path: string, more: Omit<Request, 'method' | 'path'> = {}) =>
    auth.send({ ...more, method, path }, readBody)
  const typed =
    (method: Method) =>
    <T>(path: string, body?: unknown, { idempotencyKey, ...more }: SendOptions = {}) => {
      const headers = { ...more.headers, ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}) }
      return call(method, path, { ...more, headers, body }) as Promise<T>
    }
  return {
    auth,
    records: contract => recordClient(contract, call),
    get: <T>(path: string, more?: ReadOptions) => call('GET', path, more) as Promise<T>,
    post: typed('POST'),
    put: typed('PUT'),
    patch: typed('PATCH'),
    delete: <T>(path: string, more?: ReadOptions) => call('DELETE', path, more) as Promise<T>,
    open: (path, { method = 'GET', ...more } = {}) =>
      auth.send({ ...more, method, path }, async response => response),
  }
}
