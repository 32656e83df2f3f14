import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '#core/config.ts'
import { forbidden, Refusal } from '#core/errors.ts'
import type { Feature, Service } from '#core/feature.ts'
import { BASE } from '#core/http/aliases.ts'
import { Answer, streamOperation } from '#core/http/operation.ts'
import { Hands } from '#features/assistant/hands.ts'

const message = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(200), z.number()]).optional(),
  method: z.string().max(200).optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
})

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Pages of others have no business here, also where a name of theirs has come to mean this machine (DNS rebinding): an `Origin`
 * must be our own, one that CORS lets in, or that of a local tool on a server that is local itself. Programs send none.
 * @throws Refusal 403
 */
function requireKnownOrigin({ headers }: FastifyRequest, { publicUrl, corsOrigins }: Config): void {
  const { origin } = headers
  if (origin === undefined) return
  const own = new URL(publicUrl)
  if (origin === own.origin || corsOrigins.includes(origin)) return
  const from = URL.canParse(origin) ? new URL(origin).hostname : ''
  if (LOCAL.has(from) && LOCAL.has(own.hostname)) return
  throw forbidden('This origin may not use MCP; add it to CORS_ORIGINS', 'ORIGIN_NOT_ALLOWED')
}

const mcpRoute = streamOperation({
  method: 'POST',
  path: '/mcp',
  tag: 'mcp',
  access: 'MEMBER',
  summary: 'The tools of the assistant for any MCP client (streamable HTTP, stateless)',
  description:
    'The Model Context Protocol, also under `/mcp`. With an access token or an API key: the tools that its role and scopes reach are listed, and each call needs the scopes of the routes that it uses. Tools that write do so at once, or with `preview` not at all; clients confirm by the annotations.',
  // Each tool asks for the scopes of what it calls; to come in none is needed.
  isScopedWithin: true,
  unkeyed: true,
  body: message,
  answers: 'stream',
  document: { example: { jsonrpc: '2.0', id: 1, method: 'tools/list' } },
  refuses: { 406: 'Accept must take both application/json and text/event-stream' },
  async handle({ body, query: _, params: __, ...actor }) {
    const { app, request } = actor
    requireKnownOrigin(request, app.config)
    const hands = new Hands(actor)
    const [{ createMcpHandler }, { mcpServerFor }] = await Promise.all([
      import('@modelcontextprotocol/server'),
      import('./tools.ts'),
    ])
    const handler = createMcpHandler(() => mcpServerFor(hands), {
      // Tools change when a role does, which is told nobody: a stream would only hold the connection.
      maxSubscriptions: 0,
      onerror: error => app.log.debug({ err: error, requestId: request.id }, 'mcp'),
    })
    const response = await handler.fetch(asWebRequest(request, body), { parsedBody: body })
    return new Answer(response.body ? Readable.fromWeb(response.body as ReadableStream) : undefined, {
      status: response.status,
      headers: Object.fromEntries(response.headers),
    })
  },
})

function asWebRequest({ headers, id }: FastifyRequest, body: unknown): Request {
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' &&
    !/^(content-length|connection|authorization|x-api-key|cookie|transfer-encoding)$/.test(name)
      ? [[name, value]]
      : [],
  )
  return new Request(`http://mcp.local/${id}`, { method: 'POST', headers: given, body: JSON.stringify(body) })
}

/** There are no sessions and no streams from the server, and the protocol says how that is told. */
const refuseStreams: Service = async (_app, server) => {
  server.route({
    method: ['GET', 'DELETE'],
    url: `${BASE}/mcp`,
    handler: async (_request, reply) => {
      reply.header('allow', 'POST')
      throw new Refusal(405, 'METHOD_NOT_ALLOWED', 'This MCP server is stateless: send messages by POST')
    },
  })
  return async () => {}
}

export default { operations: [mcpRoute], services: [refuseStreams] } satisfies Feature
