import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Redis } from 'ioredis'
import type { RateClass } from '../config.ts'
import { DatabaseFault } from '../db/engine.ts'
import { codeForStatus, errorBody, Refusal, unavailable } from '../errors.ts'
import type { App } from '../feature.ts'
import { BASE, canonicalUrl } from './aliases.ts'
import { documentRoutes } from './documents.ts'
import type { Operation } from './operation.ts'
import { cutLinks, isForReader, sendRefusalPage } from './refusal-page.ts'
import { securityHeaders } from './security-headers.ts'
import { identify, serve } from './serve.ts'
import { webApp } from './web-app.ts'

/** Clients whose rate one process remembers. */
const CLIENTS_AT_MOST = 20_000
/** A request that carries no upload has to be here by then; uploads have longer, since they know no row limit. */
const REQUEST_TIMEOUT_MS = 120_000
const UPLOAD_TIMEOUT_MS = 3_600_000
const HEADERS_TIMEOUT_MS = 60_000
/** So much of a body that nobody wants is read away. */
const READ_AWAY_BYTES = 100 * 1024 * 1024
const ROUTES_A_TURN = 50
const REQUEST_ID = /^[\w.:-]{1,100}$/

/** Builds the HTTP side: every operation as a route, behind the same walls. */
export async function makeServer(
  app: App,
  operations: readonly Operation[],
  redis?: Redis,
): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: app.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: app.config.trustProxy,
    bodyLimit: app.config.bodyLimitBytes,
    requestTimeout: UPLOAD_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    routerOptions: { maxParamLength: 200 },
    rewriteUrl: request => canonicalUrl(request.url ?? '/'),
    genReqId: request => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
    },
    clientErrorHandler: answerMalformed,
    // An address that is none, such as one with %zz: no hook and no error handler gets to see it.
    frameworkErrors: (error, request, reply) =>
      sendRefusal(
        reply.headers({ ...securityHeaders(), 'x-request-id': request.id }) as FastifyReply,
        refusalFrom(error),
        request.id,
      ),
    forceCloseConnections: 'idle',
    // One for each request costs more than it tells: what is logged names its request itself.
    childLoggerFactory: logger => logger,
    // Zod reads what comes and JSON.stringify writes what goes: the compilers of JSON Schema are a hundred files not loaded.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  })
  server.decorateRequest('caller', null)
  server.decorateRequest('countedAs', null)
  await addWalls(server, app, redis)
  answerErrors(server, await webApp(server), cutLinks(operations))
  logRequests(server, app)
  documentRoutes(server, operations)
  for (const [index, operation] of operations.entries()) {
    addRoute(server, app, operation)
    // The database, which is made ready meanwhile, gets its next question.
    if (index % ROUTES_A_TURN === 0) await setImmediate()
  }
  return server
}

const noSchemas = () => () => {
  throw new Error('A route of this program has no JSON Schema of its own; operations are read by Zod')
}

async function addWalls(server: FastifyInstance, app: App, redis: Redis | undefined): Promise<void> {
  const security = Object.entries(securityHeaders())
  let isClosing = false
  server.addHook('preClose', async () => {
    isClosing = true
  })
  server.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-request-id', request.id)
    // A route may be stricter than all, as downloads are.
    for (const [name, value] of security) if (!reply.hasHeader(name)) reply.header(name, value)
    // A connection that is busy when the program stops would stay open for its client's next request.
    // Closed with a body still on its way, the connection takes the refusal along that its client was to read.
    if (isClosing) reply.header('connection', 'close')
    else if (isShort(request)) reply.removeHeader('connection')
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    done()
  })
  // What was answered before all of it was read is read away: half a body would hold up the connection's next request.
  server.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete) raw.unpipe().resume()
    done()
  })
  await server.register(cookie)
  await server.register(cors, {
    origin: app.config.corsOrigins.length ? app.config.corsOrigins : false,
    credentials: true,
    exposedHeaders: [
      'ETag',
      'X-Request-Id',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
    ],
  })
  await server.register(multipart, { limits: { files: 1, fields: 50, fieldSize: 200_000, parts: 60 } })
  readJson(server)
  // Imports and received mails are read as a stream; whoever sends such a thing to another route hears 415 (serve.ts).
  server.addContentTypeParser(
    [
      'text/csv',
      'application/csv',
      'text/tab-separated-values',
      'text/plain',
      'application/vnd.ms-excel',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/octet-stream',
      'message/rfc822',
      'application/x-www-form-urlencoded',
    ],
    (_request, payload, done) => done(null, payload),
  )
  await server.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    cache: CLIENTS_AT_MOST,
    ...rateOf(app),
    enableDraftSpec: true,
    redis,
    nameSpace: 'ascendore-rate-',
    skipOnError: true,
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  })
  server.decorate('countAs', countingOf(server))
}

/** JSON is UTF-8 (RFC 8259 8.1). Read leniently, letters of another charset would be lost in silence. */
function readJson(server: FastifyInstance): void {
  // Keys that would reach a prototype are refused by name, before anything looks into the body (inputs.ts).
  const parse = server.getDefaultJsonParser('ignore', 'ignore')
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // Many clients name the type of every request, also of one without a body, as of a DELETE: what a route needs is missed by name.
    const { operation } = request.routeOptions.config
    if (!body.length && operation && !operation.consumes) return done(null, undefined)
    if (isUtf8(body)) return parse(request, body.toString(), done)
    done(new Refusal(400, 'BAD_REQUEST', 'The body is not UTF-8, as JSON has to be'))
  })
}

/** Whether what is left of the body is worth reading for the connection's sake; else the answer may be lost, and closes it. */
const isShort = ({ headers }: FastifyRequest) => Number(headers['content-length'] ?? 0) <= READ_AWAY_BYTES

const tooMany = (ttlMs: number) => {
  const seconds = Math.ceil(ttlMs / 1000)
  return new Refusal(429, 'RATE_LIMITED', `Too many requests; try again in ${seconds} s`)
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts a request that its own route has counted once more, in another class. @throws Refusal 429 */
    countAs: (request: FastifyRequest, group: RateClass) => Promise<void>
  }
  interface FastifyRequest {
    countedAs: RateClass | null
  }
}

function countingOf(server: FastifyInstance): FastifyInstance['countAs'] {
  const count = server.createRateLimit()
  return async (request, group) => {
    request.countedAs = group
    const found = await count(request)
    if (!found.isAllowed && found.isExceeded) throw tooMany(found.ttl)
  }
}

/** A program with an API key is a client of its own, beside the user on whose behalf it calls. */
const clientOf = ({ caller, ip }: FastifyRequest): string => caller?.apiKeyId ?? caller?.claims.userId ?? ip

/** One bucket for each class of routes and client: the API key, the signed-in user, else the address. */
function rateOf(app: App) {
  const limits = app.config.rateLimitsPerMinute
  const groupOf = (request: FastifyRequest) => {
    const group = request.countedAs ?? request.routeOptions.config.operation?.rate ?? 'general'
    return group === 'general' && request.caller?.claims.isWeb ? 'web' : group
  }
  return {
    max: (request: FastifyRequest) => limits[groupOf(request)],
    keyGenerator: (request: FastifyRequest) => `${groupOf(request)}:${clientOf(request)}`,
  }
}

function addRoute(server: FastifyInstance, app: App, operation: Operation): void {
  server.route({
    method: operation.method,
    url: BASE + operation.path,
    config: { operation },
    onRequest: async request => {
      if (!operation.consumes) limitBodyTime(request)
      request.caller = await identify(app, operation, request)
    },
    // Not as `config.rateLimit`: the plugin would count each route by itself, and the limits are of a class.
    preHandler: server.rateLimit(),
    handler: (request, reply) => serve(app, operation, request, reply),
  })
}

/** Ends a request whose body comes too slowly: such a client would hold the connection for the time of an upload. */
function limitBodyTime({ raw, headers }: FastifyRequest): void {
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  const timer = setTimeout(() => raw.complete || raw.destroy(), REQUEST_TIMEOUT_MS).unref()
  raw.once('close', () => clearTimeout(timer))
}

/** Everything that goes wrong leaves in the one envelope (R3 4.7). */
function answerErrors(
  server: FastifyInstance,
  showPage: Awaited<ReturnType<typeof webApp>>,
  isCutLink: ReturnType<typeof cutLinks>,
): void {
  server.setErrorHandler((error, request, reply) => {
    const refusal = refusalFrom(error)
    if (refusal.status >= 500)
      request.log[refusal.isOutside ? 'info' : 'error'](
        { err: error, requestId: request.id },
        'request failed',
      )
    if (refusal.retryAfterSeconds) reply.header('retry-after', String(refusal.retryAfterSeconds))
    // RFC 9110 15.5.2: who is not known is told how one shows who one is.
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer')
    if (isForReader(request)) return sendRefusalPage(request, reply, refusal)
    return sendRefusal(reply, refusal, request.id)
  })
  server.setNotFoundHandler((request, reply) => {
    if (showPage(request, reply)) return reply
    const refusal = new Refusal(
      404,
      'NOT_FOUND',
      `There is no ${request.method} ${request.url.split('?')[0]}`,
    )
    if (isCutLink(request)) return sendRefusalPage(request, reply, refusal)
    return sendRefusal(reply, refusal, request.id)
  })
}

const sendRefusal = (reply: FastifyReply, refusal: Refusal, requestId: string): FastifyReply =>
  reply
    .status(refusal.status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(refusal, requestId)))

const FASTIFY_WORDS: Record<string, string> = {
  FST_ERR_BAD_URL: 'The address is not a valid URL',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; send JSON',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is too large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'This content type is not supported; send JSON, with Content-Type: application/json',
  FST_REQ_FILE_TOO_LARGE: 'The file is too large',
}

function refusalFrom(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof DatabaseFault) {
    if (error.code === 'CONNECTION_BUSY') return unavailable('The database is busy; try again', error)
    if (error.isAway) return unavailable('The database is away; try again', error)
    if (error.isConflict)
      return new Refusal(503, 'UNAVAILABLE', 'The record was busy; try again', {
        cause: error,
        retryAfterSeconds: 1,
      })
    if (error.code === '57014') return unavailable('The database took too long; narrow the request', error)
    if (error.code === '22021' || error.code === '22P05')
      return new Refusal(400, 'VALIDATION_ERROR', 'The request holds characters that cannot be stored')
  }
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string }
  if (statusCode && statusCode >= 400 && statusCode < 500) {
    return new Refusal(
      statusCode,
      codeForStatus(statusCode),
      FASTIFY_WORDS[code ?? ''] ?? message ?? 'Bad request',
    )
  }
  return new Refusal(500, 'INTERNAL_ERROR', 'Something went wrong on our side', { cause: error })
}

/** One line a request, when it is answered. */
function logRequests(server: FastifyInstance, app: App): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { url, method, id } = request
    const pattern = request.routeOptions.url
    app.log.info(
      {
        requestId: id,
        method,
        // A secret in the path is not for the log.
        url: pattern?.includes(':token') ? pattern : url.split('?')[0],
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
        userId: request.caller?.claims.userId,
        workspaceId: request.caller?.workspaceId,
        apiKeyId: request.caller?.apiKeyId,
      },
      'request',
    )
    done()
  })
}

/** What is not even HTTP gets the same envelope, as far as the socket still takes it. */
function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const body = JSON.stringify(
    errorBody(new Refusal(status, 'BAD_REQUEST', 'The request is not valid HTTP'), randomUUID()),
  )
  socket.end(
    `HTTP/1.1 ${status} Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
