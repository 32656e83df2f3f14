import { readFileSync } from 'node:fs'
import fastify from 'fastify'
import postgres from 'postgres'
import { openEmbedded } from '#core/db/embedded.ts'
import { encodeParams, type Session } from '#core/db/engine.ts'
import { PARSERS, SERIALISED_OIDS } from '#core/db/values.ts'
import { newId } from '#core/ids.ts'
import type { Recorded } from './record.ts'

/**
 * The yardstick: a bare Fastify that runs the very statements which the program was recorded to run, with the same driver, and
 * answers their rows as JSON. No sign-in, no validation, and no transaction and roles unless `--transactions` is given: then what
 * the program sends around its statements (begin, role, settings, commit) is run as well, in as many round trips.
 *
 *   node bench/bare.ts RECORDED.json PORT [--transactions]       DATABASE_URL or DATA_DIR says where
 */
const [file, port, isWhole] = process.argv.slice(2)
const recorded = JSON.parse(readFileSync(file!, 'utf8')) as Recorded
type Statement = { text: string; params: unknown[]; isScript: boolean }
type Run = (statement: Statement) => Promise<unknown[]>
/** Calls `work` with what runs statements: on one connection where they make a transaction. */
type Borrow = <T>(work: (run: Run) => Promise<T>) => Promise<T>

const asText = (value: unknown): string => value as string

function onPostgres(url: string): Borrow {
  const types = Object.fromEntries(
    [...new Set([...SERIALISED_OIDS, ...Object.keys(PARSERS).map(Number)])].map(oid => [
      `oid${oid}`,
      { to: oid, from: [oid], serialize: asText, parse: PARSERS[oid] ?? asText },
    ]),
  )
  const sql = postgres(url, {
    max: Number(process.env.DATABASE_POOL_SIZE ?? 10),
    // Without it the driver never hands out a connection that is reserved before it is open.
    fetch_types: Boolean(isWhole),
    types,
    onnotice: () => {},
    connection: { application_name: 'bench-bare', TimeZone: 'UTC' },
  })
  const runOn =
    (on: Pick<typeof sql, 'unsafe'>): Run =>
    ({ text, params, isScript }) =>
      isScript ? on.unsafe(text).simple() : on.unsafe(text, encodeParams(params), { prepare: true })
  if (!isWhole) return work => work(runOn(sql))
  return async work => {
    const connection = await sql.reserve()
    try {
      return await work(runOn(connection))
    } finally {
      connection.release()
    }
  }
}

async function onEmbedded(dataDir: string): Promise<Borrow> {
  const engine = await openEmbedded(dataDir)
  let held: Session | undefined
  process.on('SIGTERM', () => {
    if (held) engine.release(held)
    engine.close().then(() => process.exit(0))
  })
  const runOn =
    (session: Session): Run =>
    ({ text, params, isScript }) =>
      isScript ? session.script(text) : session.rows(text, params)
  if (!isWhole) {
    held = await engine.acquire()
    const run = runOn(held)
    return work => work(run)
  }
  return async work => {
    const session = await engine.acquire()
    try {
      return await work(runOn(session))
    } finally {
      engine.release(session)
    }
  }
}

const borrow = process.env.DATABASE_URL
  ? onPostgres(process.env.DATABASE_URL)
  : await onEmbedded(process.env.DATA_DIR!)

let number = 0
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Parameters with fresh ids in the place of those that the recorded run made, and a fresh number. */
function renewed(params: unknown[], fresh: ReadonlySet<string>, ids: Map<string, string>, n: number) {
  return params.map(value => {
    if (typeof value !== 'string') return value
    const numbered = value.includes('__N__') ? value.replaceAll('__N__', `${isWhole ? 's' : 'b'}${n}`) : value
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
    await borrow(async run => {
      for (const wave of waves[index]!) {
        const wanted = isWhole ? wave : wave.filter(({ isScript }) => !isScript)
        const done = await Promise.all(
          wanted.map(statement =>
            run({ ...statement, params: renewed(statement.params, freshSets[index]!, ids, n) }),
          ),
        )
        results.push(...done.filter((_, i) => !wanted[i]!.isScript))
      }
    })
    const body = results.length === 1 ? results[0] : results
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
  })
}
await server.listen({ port: Number(port), host: '127.0.0.1' })
if (process.env.DATABASE_URL) process.on('SIGTERM', () => process.exit(0))
