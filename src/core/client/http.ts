import { BASE } from '../http/aliases.ts'
import { ApiError, errorFrom } from './errors.ts'

const TIMEOUT_MS = 30_000
/** A server that asks for more patience than this is down, as far as one request is concerned. */
const RETRY_AFTER_AT_MOST_MS = 10_000

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What every call takes besides its own inputs. `timeoutMs` is 30,000 by default and counts for each attempt. */
export type CallOptions = {
  signal?: AbortSignal
  timeoutMs?: number
  /** Another workspace of the caller than the client's. */
  workspaceId?: string
  headers?: Record<string, string>
}
/** Texts, numbers and booleans stand as they are, lists are joined by commas, objects become JSON. */
export type Query = Record<string, unknown>
export type Request = CallOptions & { method: Method; path: string; query?: Query; body?: unknown }

export type Wire = {
  /** Where the server is, without `/api/v1`; empty for the page's own origin. */
  baseUrl: string
  fetch: typeof globalThis.fetch
  withCookies: boolean
  workspaceId: string | undefined
}

/**
 * Sends one request and reads its answer. A request that may be repeated safely (RFC 9110 9.2.2, or a POST with
 * an Idempotency-Key) is sent once more where the server is away for a moment: 503 with Retry-After up to 10 s.
 * @throws ApiError; the reason of `signal` where the caller gave up
 */
export async function exchange<T>(
  wire: Wire,
  request: Request,
  token: string | undefined,
  read: (response: Response) => Promise<T>,
  mayRetry = isIdempotent(request),
): Promise<T> {
  let waitMs: number | undefined
  const timeout = new AbortController()
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS
  const timer = setTimeout(() => timeout.abort(), timeoutMs)
  try {
    const signals = request.signal ? [timeout.signal, request.signal] : [timeout.signal]
    const response = await wire.fetch(urlOf(wire, request), {
      method: request.method,
      signal: AbortSignal.any(signals),
      credentials: wire.withCookies ? 'include' : 'same-origin',
      ...contentOf(wire, request, token),
    })
    if (response.ok) return await read(response)
    const error = await errorFrom(response)
    waitMs = response.status === 503 && mayRetry ? retryAfterMs(response) : undefined
    if (waitMs === undefined) throw error
  } catch (error) {
    if (error instanceof ApiError) throw error
    request.signal?.throwIfAborted()
    if (timeout.signal.aborted)
      throw new ApiError(0, 'TIMEOUT', `No answer within ${timeoutMs / 1000} s`, { cause: error })
    throw new ApiError(0, 'NETWORK', 'The server cannot be reached', { cause: error })
  } finally {
    clearTimeout(timer)
  }
  await pause(waitMs, request.signal)
  return exchange(wire, request, token, read, false)
}

/** The body of an answer: undefined where there is none, JSON where it says so, else its text. */
export async function readBody(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  if (!/\bjson\b/i.test(response.headers.get('content-type') ?? '')) return text
  try {
    return JSON.parse(text)
  } catch (cause) {
    const requestId = response.headers.get('x-request-id')
    throw new ApiError(response.status, 'BAD_ANSWER', 'The answer is not valid JSON', { requestId, cause })
  }
}

function isIdempotent({ method, headers }: Request): boolean {
  return (
    method === 'GET' || method === 'PUT' || method === 'DELETE' || headers?.['idempotency-key'] !== undefined
  )
}

/** Retry-After in seconds or as a date (RFC 9110 10.2.3), or undefined where it is missing or too long. */
function retryAfterMs(response: Response): number | undefined {
  const text = response.headers.get('retry-after')
  if (!text) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return ms <= RETRY_AFTER_AT_MOST_MS ? Math.max(0, ms) : undefined
}

/** Waits. @throws the reason of the signal where it is aborted meanwhile */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', abort, { once: true })
  })
}

function urlOf({ baseUrl }: Wire, { path, query }: Request): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null) continue
    params.set(key, textOf(value))
  }
  const search = params.size ? `${path.includes('?') ? '&' : '?'}${params}` : ''
  return `${baseUrl.replace(/\/+$/, '')}${BASE}${path}${search}`
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(',')
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Headers and body: plain values go as JSON; texts, forms, blobs and bytes as they are. */
function contentOf(wire: Wire, { body, headers, workspaceId = wire.workspaceId }: Request, token?: string) {
  const isPlain = body !== undefined && !isRaw(body)
  return {
    headers: {
      accept: 'application/json, */*;q=0.5',
      ...(isPlain ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(workspaceId ? { 'x-workspace-id': workspaceId } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isPlain ? JSON.stringify(body) : (body as string) }),
  }
}

const isRaw = (body: unknown): boolean =>
  typeof body === 'string' ||
  body instanceof FormData ||
  body instanceof Blob ||
  body instanceof ArrayBuffer ||
  ArrayBuffer.isView(body)
