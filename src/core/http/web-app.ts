import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const BUILT = fileURLToPath(new URL('../../../dist/web/', import.meta.url))
/** Sent in the place of the file beside them to who takes them. */
const COMPRESSED = /\.(br|gz)$/
const A_YEAR_SECONDS = 31_536_000

/**
 * Serves the built web app: its files, and its one page for every address that a person may open in a browser. Where it has
 * not been built, as for those who only use the API, there is nothing at `/`.
 * @param built where the build lies; a newer one may take its place while the server runs
 * @returns what answers an address that is no route: true where it has sent the page
 */
export async function webApp(
  server: FastifyInstance,
  built = BUILT,
): Promise<(request: FastifyRequest, reply: FastifyReply) => boolean> {
  if (!existsSync(join(built, 'index.html'))) return () => false
  // A route for each of some hundred files would be a third of the time that a start takes.
  await server.register(fastifyStatic, {
    root: built,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: reply => void reply.header('cache-control', 'no-cache'),
  })
  await server.register(fastifyStatic, {
    root: join(built, 'assets'),
    prefix: '/assets/',
    index: false,
    decorateReply: false,
    preCompressed: true,
    cacheControl: false,
    // Names of built files change with their content; the page itself is asked for anew.
    setHeaders: reply => void reply.header('cache-control', `public, max-age=${A_YEAR_SECONDS}, immutable`),
  })
  for (const file of readdirSync(built, { withFileTypes: true }))
    if (file.isFile() && !COMPRESSED.test(file.name))
      server.get(`/${file.name}`, (_request, reply) => reply.sendFile(file.name))
  const page = (reply: FastifyReply) => reply.sendFile('index.html')
  server.get('/', (_request, reply) => page(reply))
  return (request, reply) => {
    const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    if (!isPage || request.url.startsWith('/api') || request.url.startsWith('/assets/')) return false
    page(reply)
    return true
  }
}
