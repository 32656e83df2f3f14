import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { openApiDocument } from './openapi.ts'
import type { Operation } from './operation.ts'

/** `/openapi.json`, and `/api-docs` with Swagger UI over the same document. */
export async function documentRoutes(
  server: FastifyInstance,
  operations: readonly Operation[],
): Promise<void> {
  let made: object | undefined
  // Made when it is first asked for: it is a tenth of the start, and most starts never need it.
  const document = { toJSON: () => (made ??= openApiDocument(operations)) }
  server.get('/openapi.json', async () => document)
  await server.register(swagger, { mode: 'static', specification: { document: document as never } })
  await server.register(swaggerUi, { routePrefix: '/api-docs', staticCSP: true })
}
