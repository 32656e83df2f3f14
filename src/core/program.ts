import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { builtinAi } from './ai/provider.ts'
import { AccessBook } from './auth/access.ts'
import { Tokens } from './auth/tokens.ts'
import type { Config } from './config.ts'
import type { Engine } from './db/engine.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase, whileOpening } from './db/open.ts'
import { policiesSql } from './db/policies.ts'
import { keepUp } from './db/upkeep.ts'
import { Database } from './db/workspace.ts'
import { StartupFault } from './errors.ts'
import { Following } from './events/follow.ts'
import { WriteSignal } from './events/signal.ts'
import { type App, type Feature, loadFeatures } from './feature.ts'
import { drain } from './http/drain.ts'
import { healthRoutes } from './http/health.ts'
import { forgetAnswers } from './http/idempotency.ts'
import type { Operation } from './http/operation.ts'
import { learnScopes } from './http/scopes.ts'
import { makeServer } from './http/server.ts'
import { installJobs, Jobs } from './jobs/jobs.ts'
import type { Log } from './log.ts'
import { makeMailer } from './mail.ts'
import { countFollower } from './record/counts.ts'
import { allRecords } from './record/registry.ts'
import { recordRoutes } from './record/routes.ts'
import { removalSchedule } from './storage/removals.ts'
import { openStorage } from './storage/storage.ts'

/** The running program: everything that `start` opened and `stop` closes again. */
export type Program = {
  app: App
  server: FastifyInstance
  operations: readonly Operation[]
  /** What to tell the operator once the program listens. */
  notices: string[]
  stop: () => Promise<void>
}

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Every route: the generic ones of all records, and those that features bring. */
export function operationsOf(features: Feature[]): Operation[] {
  const own = features.flatMap(({ operations = [], sessionOnly }) => {
    const made = typeof operations === 'function' ? operations() : operations
    return sessionOnly ? made.map(operation => ({ ...operation, sessionOnly })) : made
  })
  // A feature's own route stands in for the generic one of the same method and path.
  const taken = new Set(own.map(operation => `${operation.method} ${operation.path}`))
  const generic = allRecords()
    .flatMap(recordRoutes)
    .filter(operation => !taken.has(`${operation.method} ${operation.path}`))
  const all = [...own, ...generic]
  learnScopes(all)
  return all
}

/** Brings the database up to date and builds the server, which does not listen yet. @throws StartupFault */
export async function startProgram(
  config: Config,
  log: Log,
  opening: Promise<Engine> = openDatabase(config),
): Promise<Program> {
  // The database opens in a thread of its own; all that does not ask it anything is made meanwhile.
  const loading = loadFeatures()
  try {
    const features = await Promise.race([loading, opening.then(() => loading)])
    return await assemble(config, log, features, opening)
  } catch (error) {
    await opening.then(engine => engine.close()).catch(() => {})
    throw error
  }
}

/** Brings the tables up to date, and what goes with them: policies, queues. */
async function upToDate(engine: Engine, features: Feature[]): Promise<void> {
  const jobs = features.flatMap(feature => feature.jobs ?? [])
  const schedules = schedulesOf(features)
  const backend = engine.kind === 'embedded' ? 'pglite' : 'postgres'
  const queues = [
    ...jobs.map(({ name, retries, timeoutSeconds, run }) => [
      name,
      retries,
      timeoutSeconds,
      run !== undefined,
    ]),
    ...schedules.map(({ name, cron }) => [name, cron]),
  ]
  await migrate(engine, {
    folder: MIGRATIONS,
    policies: policiesSql(features.flatMap(feature => feature.walls ?? [])),
    install: {
      mark: createHash('sha256').update(JSON.stringify(queues)).digest('hex'),
      run: session => installJobs(session, backend, jobs, schedules),
    },
  })
}

const schedulesOf = (features: Feature[]) => [
  forgetAnswers,
  removalSchedule,
  ...features.flatMap(feature => feature.schedules ?? []),
]

async function assemble(
  config: Config,
  log: Log,
  features: Feature[],
  opening: Promise<Engine>,
): Promise<Program> {
  const database = new Database(whileOpening(config, opening))
  // From here on the database is asked whenever the HTTP side, which is made beside it, lets it have a turn.
  const tables = opening.then(async engine => {
    database.engine = engine
    await upToDate(engine, features)
  })
  tables.catch(() => {}) // told below
  const parts: Omit<App, 'ai'> = {
    config,
    log,
    database,
    jobs: new Jobs(database, log),
    tokens: new Tokens(config.jwtSecret),
    access: new AccessBook(database),
    credentials: features.flatMap(feature => feature.credentials ?? []),
    mailer: makeMailer(config, log),
    storage: await openStorage(config),
    writes: new WriteSignal(log),
    operations: operationsOf(features),
    async found(tx) {
      for (const feature of features) await feature.found?.(tx)
    },
  }
  const ai = features.find(feature => feature.ai)?.ai?.(parts) ?? builtinAi
  const app: App = Object.assign(parts, { ai })
  const redis = config.redisUrl ? await openRedis(config.redisUrl, log) : undefined
  const following = new Following(
    database,
    [countFollower, ...features.flatMap(feature => feature.followers ?? [])],
    log,
  )
  const { operations } = app
  const notices: string[] = []
  const prepare = async () => {
    await tables
    const engine = await opening
    await app.writes.connect(engine, redis)
    database.onWrite = () => {
      following.wake()
      app.writes.tell()
    }
    for (const feature of features) notices.push(...((await feature.prepare?.(app)) ?? []))
    await app.jobs.start(
      app,
      features.flatMap(feature => feature.jobs ?? []),
      schedulesOf(features),
    )
    return engine
  }
  const [engine, server] = await Promise.all([prepare(), makeServer(app, operations, redis)])
  healthRoutes(server, app)
  following.start()
  const stopServices: Array<() => Promise<void>> = []
  for (const service of features.flatMap(feature => feature.services ?? []))
    stopServices.push(await service(app, server))
  const stopUpkeep = keepUp(engine, app.writes)
  const stop = async () => {
    const upkeepEnded = stopUpkeep()
    // The parts that follow each other take 4, 3 and 2 s at most, within the 10 of a stop.
    app.jobs.halt()
    await drain(server)
    await Promise.all([app.jobs.stop(), following.stop(), ...stopServices.map(stopService => stopService())])
    await app.writes.stop()
    redis?.disconnect()
    await upkeepEnded
    await engine.close()
  }
  return { app, server, operations, notices, stop }
}

/** Redis is shared by many processes; where a URL is set, the program does not start without it. */
async function openRedis(url: string, log: Log): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5000, maxRetriesPerRequest: 1 })
  // Of a start that fails one sentence tells; from then on each fault is news.
  let isOpen = false
  redis.on('error', error => isOpen && log.warn({ err: error }, 'redis'))
  try {
    await redis.connect()
    isOpen = true
    return redis
  } catch {
    redis.disconnect()
    throw new StartupFault('Redis cannot be reached. Check REDIS_URL, or leave it out to run as one process.')
  }
}
