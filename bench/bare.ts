import { readFileSync } from 'node:fs'
import fastify from 'fastify'
import postgres from 'postgres'
import { openEmbedded } from '#core/db/embedded.ts'
import { encodeParams } from '#core/db/engine.ts'
import { PARSERS, SERIALISED_OIDS } from '#core/db/values.ts'
import { newId } from '#core/ids.ts'
import type { Recorded } from './record.ts'

/**
 * The yardstick: a bare Fastify that runs the very statements which the program was recorded to run, with
 * the same driver, and answers their rows as JSON. No transaction, no roles, no sign-in, no validation.
 *
 *   node bench/bare.ts RECORDED.json PORT        DATABASE_URL or DATA_DIR says where
 */
const [file, port] = process.argv.slice(2)
const recorded = JSON.parse(readFileSync(file!, 'utf8')) as Recorded
type Run = (text: string, params: unknown[]) => Promise<unknown[]>

const asText = (value: unknown): string => value as string

function onPostgres(url: string): Run {
  const types = Object.fromEntries(
    [...new Set([...SERIALISED_OIDS, ...Object.keys(PARSERS).map(Number)])].map(oid => [
      `oid${oid}`,
      { to: oid, from: [oid], serialize: asText, parse: PARSERS[oid] ?? asText },
    ]),
  )
  const sql = postgres(url, {
    max: Number(process.env.DATABASE_POOL_SIZE ?? 10),
    fetch_types: false,
    types,
    onnotice: () => {},
    connection: { application_name: 'bench-bare', TimeZone: 'UTC' },
  })
  return (text, params) => sql.unsafe(text, encodeParams(params), { prepare: true })
}

async function onEmbedded(dataDir: string): Promise<Run> {
  const engine = await openEmbedded(dataDir)
  const session = await engine.acquire()
  process.on('SIGTERM', () => {
    engine.release(session)
    engine.close().then(() => process.exit(0))
  })
  return (text, params) => session.rows(text, params)
}

const run = process.env.DATABASE_URL
  ? onPostgres(process.env.DATABASE_URL)
  : await onEmbedded(process.env.DATA_DIR!)

let number = 0
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Parameters with fresh ids in the place of those that the recorded run made, and a fresh number. */
function renewed(params: unknown[], fresh: ReadonlySet<string>, ids: Map<string, string>, n: number) {
  return params.map(value => {
    if (typeof value !== 'string') return value
    const numbered = value.includes('__N__') ? value.replaceAll('__N__', `b${n}`) : value
    if (!fresh.size) return numbered
    return numbered.replace(UUID, id => {
      if (!fresh.has(id)) return id
      if (!ids.has(id)) ids.set(id, newId())
      return ids.get(id)!
    })
  })
}

const server = fastify()
for (const [name, { waves, fresh }] of Object.entries(recorded.replays)) {
  const freshSets = fresh.map(ids => new Set(ids))
  server.all(`/${name}/:index`, async (request, reply) => {
    const index = Number((request.params as { index: string }).index)
    const ids = new Map<string, string>()
    const n = ++number
    const results: unknown[] = []
    for (const wave of waves[index]!) {
      const done = await Promise.all(
        wave.map(({ text, params }) => run(text, renewed(params, freshSets[index]!, ids, n))),
      )
      results.push(...done)
    }
    const body = results.length === 1 ? results[0] : results
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
  })
}
await server.listen({ port: Number(port), host: '127.0.0.1' })
if (process.env.DATABASE_URL) process.on('SIGTERM', () => process.exit(0))
