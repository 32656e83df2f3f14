import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Access, whoOf } from '../auth/access.ts'
import type { Credential } from '../auth/credentials.ts'
import { bearerOf, type Claims } from '../auth/tokens.ts'
import type { Tx } from '../db/workspace.ts'
import { forbidden, invalid, notFound, Refusal, unauthenticated } from '../errors.ts'
import type { App } from '../feature.ts'
import { isUuid } from '../ids.ts'
import { etagOf, isKnown, wantedVersions } from './etag.ts'
import { type KeptAnswer, once, onceForUser } from './idempotency.ts'
import { ISSUES_AT_MOST, inputReader, unstorableTexts } from './inputs.ts'
import { Answer, JsonText, MAY_CHANGE, type Operation, reaches, transactionOf } from './operation.ts'
import { givenParameters, NO_PARAMETERS, unreadable } from './parameters.ts'
import { isOpen, lacks, missingScope } from './scopes.ts'

/** Who calls, as far as the request has shown it. `apiKeyId` where a program calls on behalf of the user. */
export type Caller = {
  claims: Claims
  workspaceId: string
  access: Access | undefined
  apiKeyId?: string
  /** What the key may do. */
  scopes?: readonly string[]
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null
  }
  interface FastifyContextConfig {
    operation?: Operation
  }
}

/** The token of `Authorization: Bearer …`, or the key of `X-Api-Key`. */
function tokenOf(app: App, { headers }: FastifyRequest): string | undefined {
  if (headers.authorization !== undefined) return bearerOf(headers.authorization)
  const key = headers['x-api-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !app.credentials.some(reader => reader.recognises(key)))
    throw unauthenticated('The API key is not valid', 'INVALID_API_KEY')
  return key
}

/** Reads the access token and, for routes inside a workspace, the caller's rights there. @throws Refusal 401, 403, 404 */
export async function identify(
  app: App,
  operation: Operation,
  request: FastifyRequest,
): Promise<Caller | null> {
  if (operation.access === 'public') return null
  const token = tokenOf(app, request)
  if (!token) throw unauthenticated()
  const reader = app.credentials.find(candidate => candidate.recognises(token))
  if (reader) return callerByKey(operation, request, await reader.read(app, token))
  const claims = await app.tokens.verify(token)
  const header = wantedWorkspace(request)
  const workspaceId = header ?? claims.workspaceId
  if (operation.access === 'user' && header === undefined) {
    await app.access.requireSession(claims)
    return { claims, workspaceId, access: undefined }
  }
  const access = await app.access.accessOf(claims, workspaceId)
  requireRole(operation, access)
  return { claims, workspaceId, access }
}

/** A program that calls with a key: in the key's one workspace, as far as its scopes reach. @throws Refusal 403, 404 */
function callerByKey(operation: Operation, request: FastifyRequest, key: Credential): Caller {
  const { id, userId, workspaceId, access, scopes } = key
  const header = wantedWorkspace(request)
  if (header !== undefined && header.toLowerCase() !== workspaceId) throw notFound('Workspace')
  if (!isOpen(operation)) throw forbidden('No API key reaches this; sign in as a person', 'NOT_FOR_API_KEYS')
  requireRole(operation, access)
  const missing = missingScope(operation, scopes)
  if (missing) throw lacks(missing)
  const claims = { userId, workspaceId, sessionId: id, isWeb: false }
  return { claims, workspaceId, access, apiKeyId: id, scopes }
}

/** The workspace that the request names. @throws Refusal 400 */
function wantedWorkspace({ headers }: FastifyRequest): string | undefined {
  const header = headers['x-workspace-id']
  if (header !== undefined && !isUuid(header))
    throw invalid({ path: 'X-Workspace-Id', message: 'must be the id of a workspace' })
  return header
}

function requireRole({ access: least }: Operation, { role }: Access): void {
  if (least === 'public' || least === 'user' || reaches(role, least)) return
  throw forbidden(
    role === 'VIEWER' && least === 'MEMBER'
      ? 'Viewers may only read'
      : `Only ${least === 'OWNER' ? 'an owner' : 'an admin or owner'} may do this`,
  )
}

/** Runs an operation for a request and sends what it answers. */
export async function serve(
  app: App,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const inputs = readInputs(operation, request)
  const base = { app, request, ...inputs }
  await operation.before?.({ app, ...inputs })
  const { caller } = request
  if (!caller) return send(operation, reply, await operation.handle(base))
  const key =
    operation.method === 'POST' && !operation.unkeyed ? request.headers['idempotency-key'] : undefined
  const asked = [operation.method, operation.path, inputs.params, inputs.query, request.body ?? null]
  const { jwtSecret } = app.config
  if (operation.access === 'user') {
    const { claims } = caller
    const work = async () => operation.handle({ ...base, claims })
    if (typeof key !== 'string') return send(operation, reply, await work())
    const answer = async () => keep(operation, await work())
    return sendKept(reply, await onceForUser(app.database, claims.userId, key, asked, answer, jwtSecret))
  }
  const { access, claims } = caller
  const who = whoOf(claims, caller.workspaceId, access!, {
    requestId: request.id,
    ip: request.ip,
    userAgent: request.headers['user-agent'],
    apiKeyId: caller.apiKeyId,
    asksMayChange: prefers(request, MAY_CHANGE),
  })
  const member = { ...base, who, access: access!, claims }
  if (operation.streams) return send(operation, reply, await operation.handle(member))
  const ifMatch = wantedVersions(request.headers['if-match'])
  const work = (tx: Tx) => Promise.resolve(operation.handle({ ...member, tx, ifMatch }))
  if (typeof key === 'string') {
    const answered = (tx: Tx) => once(tx, key, asked, async () => keep(operation, await work(tx)), jwtSecret)
    const kept = await app.database.inWorkspace(who, answered, operation.byKeys ? 'change' : 'write')
    return sendKept(reply, kept)
  }
  return send(operation, reply, await app.database.inWorkspace(who, work, transactionOf(operation)))
}

function readInputs(operation: Operation, request: FastifyRequest) {
  const { issues, read } = inputReader()
  // By the header and not by the body: the multipart parser leaves the body undefined.
  const isTyped = request.headers['content-type'] !== undefined
  if (operation.body && isTyped && !operation.consumes && !isJson(request)) {
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send JSON, with Content-Type: application/json')
  }
  if (operation.consumes && isForNobodyElse(request, operation.consumes))
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', `Send one of: ${operation.consumes.join(', ')}`)
  const params = read(operation.params, request.params)
  const asked = givenParameters(request.query)
  const known = operation.query ?? (operation.access === 'public' ? undefined : NO_PARAMETERS)
  const wrong = known ? unreadable(asked) : []
  issues.push(...wrong)
  const query = wrong.length ? undefined : read(known, asked)
  const unstorable = unstorableTexts(request.body)
  const body = operation.consumes
    ? request.body
    : read(operation.body, request.body ?? (operation.method === 'GET' ? undefined : {}))
  // Features that read their bodies themselves get mails of others, which they mend and do not refuse.
  if (!operation.consumes)
    issues.push(...unstorable.filter(({ path }) => !issues.some(issue => issue.path === path)))
  if (issues.length) throw invalid(issues.slice(0, ISSUES_AT_MOST))
  return { params, query, body }
}

const isJson = (request: FastifyRequest) =>
  /^application\/([\w.+-]+\+)?json\b/i.test(request.headers['content-type'] ?? '')

/** Streams that only the routes which name them take; tables come under many types, and their routes look themselves. */
const NAMED_ONLY = ['message/rfc822', 'application/x-www-form-urlencoded']

function isForNobodyElse({ headers }: FastifyRequest, consumes: string[]): boolean {
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  return NAMED_ONLY.includes(type) && !consumes.includes(type)
}

/** Whether `Prefer` (RFC 7240) names the preference; those that are not known are nobody's concern. */
const prefers = ({ headers }: FastifyRequest, preference: string): boolean =>
  String(headers.prefer ?? '')
    .split(',')
    .some(each => each.split(';')[0]!.trim().toLowerCase() === preference)

/** What an operation answered, ready to be kept or sent. */
function keep(operation: Operation, result: unknown): KeptAnswer {
  const answer = result instanceof Answer ? result : new Answer(result)
  const status = answer.status ?? operation.status ?? 200
  if (answer.body === undefined || status === 204) return { status, headers: answer.headers, body: null }
  const body = jsonOf(answer.body)
  const type = { 'content-type': 'application/json; charset=utf-8' }
  return { status, headers: { ...type, ...tagged(answer.body, body), ...answer.headers }, body }
}

const sendKept = (reply: FastifyReply, { status, headers, body }: KeptAnswer): unknown =>
  reply.status(status).headers(headers).send(body)

function send(operation: Operation, reply: FastifyReply, result: unknown): unknown {
  const answer = result instanceof Answer ? result : new Answer(result)
  reply.status(answer.status ?? operation.status ?? 200).headers(answer.headers)
  if (answer.body === undefined) return reply.send()
  if (answer.body instanceof Readable || typeof answer.body === 'string' || Buffer.isBuffer(answer.body))
    return reply.send(answer.body)
  const text = jsonOf(answer.body)
  const { etag } = tagged(answer.body, text)
  if (etag) reply.header('etag', etag)
  if (etag && operation.method === 'GET' && isKnown(reply.request.headers['if-none-match'], etag))
    return reply.status(304).send()
  return reply.type('application/json; charset=utf-8').send(text)
}

const jsonOf = (body: unknown): string => (body instanceof JsonText ? body.text : JSON.stringify(body))

function tagged(body: unknown, text: string): Record<string, string> {
  const etag = etagOf(body, text)
  return etag ? { etag } : {}
}
