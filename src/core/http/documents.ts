import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { openApiDocument } from './openapi.ts'
import type { Operation } from './operation.ts'

/** `/openapi.json`, and `/api-docs` with Swagger UI over the same document. */
export async function documentRoutes(server: FastifyInstance, operations: Operation[]): Promise<void> {
  const document = openApiDocument(operations)
  server.get('/openapi.json', async () => document)
  await server.register(swagger, { mode: 'static', specification: { document: document as never } })
  await server.register(swaggerUi, { routePrefix: '/api-docs', staticCSP: true })
}
