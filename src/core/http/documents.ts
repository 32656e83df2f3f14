import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { openApiDocument } from './openapi.ts'
import type { Operation } from './operation.ts'

/** `/openapi.json`, and `/api-docs` with Swagger UI over the same document. Both are made when they are first asked for. */
export function documentRoutes(server: FastifyInstance, operations: readonly Operation[]): void {
  let made: object | undefined
  const document = { toJSON: () => (made ??= openApiDocument(operations)) }
  server.get('/openapi.json', async () => document)

  let pages: Promise<FastifyInstance> | undefined
  const answer = async ({ url, headers }: FastifyRequest, reply: FastifyReply) => {
    pages ??= documentPages(document)
    const page = await (await pages).inject({ method: 'GET', url, headers })
    return reply.status(page.statusCode).headers(page.headers).send(page.rawPayload)
  }
  server.get('/api-docs', answer)
  server.get('/api-docs/*', answer)
}

/** Swagger UI, as a program of its own that only ours speaks to: no start has to wait for it. */
async function documentPages(document: object): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ])
  const pages = fastify()
  await pages.register(swagger, { mode: 'static', specification: { document: document as never } })
  await pages.register(swaggerUi, { routePrefix: '/api-docs', staticCSP: true })
  return pages
}
