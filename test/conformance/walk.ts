import assert from 'node:assert/strict'
import { test } from 'node:test'

/** What a requirement document says of routes, in its own words. */
export type RequirementDocument<Route extends string = string> = {
  name: string
  /** What stands before its paths. */
  base: string
  /** Every route it names. */
  routes: readonly Route[]
}

export type Answer = {
  status: number
  headers: Headers
  /** Read as JSON where it is JSON. */
  body: any
  text: string
  bytes: Buffer
}

type Given = {
  /** What stands in the places of the path, in their order. */
  at?: string | string[]
  /** The query as it would be written, without the `?`. */
  query?: string | Record<string, string>
  body?: unknown
  headers?: Record<string, string>
}

/** A place in a path, as the documents write it: `{id}`, `:id`, `[id]`. */
const PLACE = /\{\w+\}|:\w+|\[\w+\]/g

/** Calls the routes of one document on a listening server as its client would, and remembers which it has called. */
export class Walk<Route extends string = string> {
  readonly called = new Set<string>()
  readonly document: RequirementDocument<Route>
  private readonly origin: () => Promise<string>

  constructor(document: RequirementDocument<Route>, origin: () => Promise<string>) {
    this.document = document
    this.origin = origin
  }

  /** A client with this access token, or without one. */
  as(token?: string) {
    return async (route: Route, status: number, given: Given = {}): Promise<Answer> => {
      const answer = await this.send(route, token, given)
      assert.equal(answer.status, status, `${this.document.name}: ${route}: ${answer.text.slice(0, 500)}`)
      if (status >= 400) assertEnvelope(answer, route)
      else this.called.add(route)
      return answer
    }
  }

  private async send(route: string, token: string | undefined, { at = [], query, ...given }: Given) {
    const [method = '', template = ''] = route.split(' ')
    const values = [at].flat()
    const path = template.replace(
      PLACE,
      place => values.shift() ?? assert.fail(`${route}: what is ${place}?`),
    )
    const search = query ? `?${typeof query === 'string' ? query : new URLSearchParams(query)}` : ''
    const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), ...given.headers }
    return request((await this.origin()) + this.document.base + path + search, { ...given, method, headers })
  }

  /** The test that nothing the document names was left out. */
  checkCompleteness(): void {
    const { name, routes } = this.document
    test(`${name}: the walk has called every route that the document names`, () => {
      assert.deepEqual(
        routes.filter(route => !this.called.has(route)),
        [],
      )
    })
  }
}

/** A request over the network; objects are sent as JSON. */
export async function request(
  url: string,
  { method, body, headers = {} }: { method: string; body?: unknown; headers?: Record<string, string> },
): Promise<Answer> {
  const isRaw = body === undefined || typeof body === 'string' || body instanceof FormData
  const response = await fetch(url, {
    method,
    headers: isRaw ? headers : { 'content-type': 'application/json', ...headers },
    body: isRaw ? (body as RequestInit['body']) : JSON.stringify(body),
    redirect: 'manual',
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const text = bytes.toString()
  const isJson = response.headers.get('content-type')?.includes('json') && text !== ''
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : undefined,
    text,
    bytes,
  }
}

/** R3 4.7 with R0's `timestamp` and request id, as SPEC 1 merges the two. */
export function assertEnvelope({ status, body, text }: Answer, what: string): void {
  const { error, code, issues, requestId, timestamp, ...more } = body ?? {}
  const about = `${what}: ${status} ${text.slice(0, 500)}`
  assert.equal(typeof error, 'string', about)
  assert.match(code, /^[A-Z][A-Z0-9_]+$/, about)
  assert.equal(typeof requestId, 'string', about)
  assert.equal(new Date(timestamp).toISOString(), timestamp, about)
  assert.deepEqual(more, {}, about)
  for (const issue of issues ?? [])
    assert.deepEqual([typeof issue.path, typeof issue.message], ['string', 'string'], about)
}

/** R3 4.6. */
export function rowsOf({ body, text }: Answer): Array<Answer['body']> {
  assert.ok(Array.isArray(body?.rows), text.slice(0, 300))
  assert.ok(Number.isInteger(body.total) && body.total >= body.rows.length, text.slice(0, 300))
  assert.ok(body.nextCursor === null || typeof body.nextCursor === 'string', text.slice(0, 300))
  return body.rows
}

/** The fields of `wanted`, each with its value, stand in the object. */
export function assertHas(actual: Record<string, unknown>, wanted: Record<string, unknown>): void {
  const same = Object.fromEntries(Object.keys(wanted).map(key => [key, actual?.[key]]))
  assert.deepEqual(same, wanted)
}
