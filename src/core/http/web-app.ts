import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const BUILT = fileURLToPath(new URL('../../../dist/web/', import.meta.url))
const A_YEAR_SECONDS = 31_536_000

/**
 * Serves the built web app: its files, and its one page for every address that a person may open in a browser. Where it has
 * not been built, as for those who only use the API, there is nothing at `/`.
 * @returns what answers an address that is no route: true where it has sent the page
 */
export async function webApp(
  server: FastifyInstance,
): Promise<(request: FastifyRequest, reply: FastifyReply) => boolean> {
  if (!existsSync(join(BUILT, 'index.html'))) return () => false
  await server.register(fastifyStatic, {
    root: BUILT,
    wildcard: false,
    index: false,
    cacheControl: false,
    preCompressed: true,
    // Names of built files change with their content; the page itself is asked for anew.
    setHeaders: (reply, path) =>
      void reply.header(
        'cache-control',
        path.includes('/assets/') ? `public, max-age=${A_YEAR_SECONDS}, immutable` : 'no-cache',
      ),
  })
  const page = (reply: FastifyReply) => reply.sendFile('index.html')
  server.get('/', (_request, reply) => page(reply))
  return (request, reply) => {
    const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    if (!isPage || request.url.startsWith('/api') || request.url.startsWith('/assets/')) return false
    page(reply)
    return true
  }
}
