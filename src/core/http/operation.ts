import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Access } from '../auth/access.ts'
import type { Claims } from '../auth/tokens.ts'
import type { RateClass } from '../config.ts'
import type { Role, Tx, Who } from '../db/workspace.ts'
import type { App } from '../feature.ts'

/** The preference by which rows say whether the caller may change them. */
export const MAY_CHANGE = 'may-change'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** An answer with more than a body: `headers`, another `status`, or a stream. */
export class Answer {
  readonly status: number | undefined
  readonly headers: Record<string, string>
  readonly body: unknown
  constructor(body: unknown, more: { status?: number; headers?: Record<string, string> } = {}) {
    this.body = body
    this.status = more.status
    this.headers = more.headers ?? {}
  }
}

/** A body that is JSON already: rows that the database itself has written so. */
export class JsonText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What every handler is given; inputs have passed the operation's schemas. */
type Base<P, Q, B> = { app: App; request: FastifyRequest; params: P; query: Q; body: B }
export type PublicContext<P, Q, B> = Base<P, Q, B>
export type UserContext<P, Q, B> = Base<P, Q, B> & { claims: Claims }
export type MemberContext<P, Q, B> = Base<P, Q, B> & {
  tx: Tx
  who: Who
  access: Access
  claims: Claims
  /** The versions that the caller names, any of which will do. */
  ifMatch: readonly number[] | undefined
}
/** A handler that opens its own transactions, because its answer or its input is a stream. */
export type StreamContext<P, Q, B> = Omit<MemberContext<P, Q, B>, 'tx' | 'ifMatch'>

type Described = {
  method: Method
  /** Below the base path, with `:name` places. */
  path: string
  summary: string
  description?: string
  tag: string
  rate?: RateClass
  /** Success status and body; 200 and any JSON where not said. */
  status?: number
  answers?: z.ZodType | 'nothing' | 'csv' | 'table' | 'pdf' | 'stream'
  /** Other statuses of success, whose body has the same shape, and when they are answered. */
  alsoAnswers?: Record<number, string>
  /** Further answers that are no refusals and have no JSON, for the document. */
  also?: Record<number, string>
  /** Codes of refusals beyond those that every route has, for the document. */
  refuses?: Record<number, string>
  /** The body's media types where it is not JSON. */
  consumes?: string[]
  /** JSON Schemas for the document where the Zod schema says less; `$ref`s to components welcome. */
  document?: { body?: object; answer?: object; example?: unknown; answerExample?: unknown }
  /** Whether `If-Match` is read. */
  conditional?: boolean
  /** A streaming POST that reads `Idempotency-Key` itself. */
  keyed?: boolean
  /** What it reads or writes beyond its own tag and the nouns of its path, for the scopes of API keys. */
  touches?: readonly string[]
  /** Needs no scope of its own: what it calls for the caller asks for theirs. */
  isScopedWithin?: boolean
  /** What links in mails lead to: a person who opens it in a browser is refused by a page in words. */
  isLinked?: boolean
  /** Only for people who are signed in; no API key reaches it. */
  sessionOnly?: boolean
  /** Writes with statements that all find their rows by keys (`Database.inWorkspace`). */
  byKeys?: boolean
  /** A POST that is answered anew each time, whatever `Idempotency-Key` comes with it. */
  unkeyed?: boolean
}

/** One route: the server, the OpenAPI document, the client and the tests are all made from it. */
export type Operation = Described & {
  access: 'public' | 'user' | Role
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** Reads only: its transaction may not write. */
  reads: boolean
  streams: boolean
  // biome-ignore lint/suspicious/noExplicitAny: as of `handle`
  before?: (context: any) => Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: contexts differ by constructor; each is checked there
  handle: (context: any) => unknown
}

type Schemas<P, Q, B> = { params?: z.ZodType<P>; query?: z.ZodType<Q>; body?: z.ZodType<B> }
type Given<P, Q, B, C> = Described &
  Schemas<P, Q, B> & {
    /** What may take long, such as asking the network: runs before the transaction opens. @throws Refusal */
    before?: (context: { app: App; params: P; query: Q; body: B }) => Promise<void>
    handle: (context: C) => unknown
  }

/** A route for anybody. */
export const publicOperation = <P, Q, B>(given: Given<P, Q, B, PublicContext<P, Q, B>>): Operation => ({
  ...given,
  access: 'public',
  reads: given.method === 'GET',
  streams: false,
})

/** A route for whoever is signed in, whatever workspace they are in. */
export const userOperation = <P, Q, B>(given: Given<P, Q, B, UserContext<P, Q, B>>): Operation => ({
  ...given,
  access: 'user',
  reads: given.method === 'GET',
  streams: false,
})

/** A route inside a workspace, run in one transaction, for members of at least the role. */
export const operation = <P, Q, B>(
  given: Given<P, Q, B, MemberContext<P, Q, B>> & { access?: Role; reads?: boolean },
): Operation => ({
  access: given.method === 'GET' ? 'VIEWER' : 'MEMBER',
  reads: given.method === 'GET',
  streams: false,
  ...given,
})

/** A route inside a workspace that streams and opens its own transactions. */
export const streamOperation = <P, Q, B>(
  given: Given<P, Q, B, StreamContext<P, Q, B>> & { access?: Role; reads?: boolean },
): Operation => ({
  access: given.method === 'GET' ? 'VIEWER' : 'MEMBER',
  reads: given.method === 'GET',
  streams: true,
  ...given,
})

const RANK: Record<Role, number> = { VIEWER: 0, MEMBER: 1, ADMIN: 2, OWNER: 3 }
/** Whether a role may do what the least role may. */
export const reaches = (role: Role, least: Role): boolean => RANK[role] >= RANK[least]
/** The one of two roles that may do less. */
export const lesser = (one: Role, other: Role): Role => (reaches(one, other) ? other : one)

/** What kind of transaction its handler is given. */
export const transactionOf = ({ reads, byKeys }: Operation): 'read' | 'change' | 'write' => {
  if (reads) return 'read'
  return byKeys ? 'change' : 'write'
}
