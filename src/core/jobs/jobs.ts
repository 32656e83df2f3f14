import { type Clock, PgBoss } from 'pg-boss'
import type { z } from 'zod'
import { arrayLiteral, type Session } from '../db/engine.ts'
import { type Database, type Scope, Tx, type Who } from '../db/workspace.ts'
import type { App } from '../feature.ts'
import { NIL_ID } from '../ids.ts'
import type { Log } from '../log.ts'

/** What a running job is given. `signal` tells it that the process wants to stop. */
export type JobContext<Input> = {
  app: App
  who: Who
  input: Input
  database: Database
  signal: AbortSignal
  log: Log
}

/**
 * Work that is done in the background. `once` runs in one transaction with the job's own completion, so
 * its effect happens exactly once even when the process is killed; `run` opens transactions of its own
 * and must be able to go on where a killed run stopped.
 */
export type JobDefinition<Input = unknown> = {
  name: string
  input: z.ZodType<Input>
  once?: (tx: Tx, input: Input) => Promise<void>
  run?: (context: JobContext<Input>) => Promise<void>
  /** Tries after the first, with growing gaps; 5 by default. */
  retries?: number
  /** How long one try may take; 15 minutes by default. */
  timeoutSeconds?: number
}

/** A job of any input, for lists of them. */
// biome-ignore lint/suspicious/noExplicitAny: the input is checked by the job's own schema
export type AnyJob = JobDefinition<any>

/** Work that the system does at set times (cron, UTC), over all workspaces. */
export type Schedule = {
  name: string
  cron: string
  run: (database: Database, log: Log, app: App) => Promise<void>
}

type Envelope = { who: Who; input: unknown }

/** On whose behalf a job runs that no workspace has caused: row-level security shows it nothing. */
const NOBODY: Who = {
  workspaceId: NIL_ID,
  userId: null,
  role: 'VIEWER',
  visibility: 'own',
  timezone: 'UTC',
}

const RETRY_DELAY_SECONDS = 5
const STOP_TIMEOUT_MS = 3000
const HEARTBEAT_SECONDS = 30

/** The queues' options; the same when they are made (by the owner) and when they are used. */
const queueOptions = (job: { retries?: number; timeoutSeconds?: number; run?: unknown }) => ({
  retryLimit: job.retries ?? 5,
  retryDelay: RETRY_DELAY_SECONDS,
  retryBackoff: true,
  retryDelayMax: 3600,
  expireInSeconds: job.timeoutSeconds ?? 900,
  deleteAfterSeconds: 7 * 24 * 3600,
  // A killed process is noticed by its silence, not only when the long time of a try has run out.
  ...(job.run ? { heartbeatSeconds: HEARTBEAT_SECONDS } : {}),
})

/** One question for all queues, so often. What this process puts into one is told at once. */
const LOOK_MS = 1000
/** So often each worker looks for itself, should nobody have told it. */
const POLL_SECONDS = 60
const DUE =
  "select distinct name from pgboss.job where state < 'active' and not blocked and start_after <= pgboss.job_now()"
const CLOCK_CHECK_SECONDS = 60

/**
 * A clock that runs on when somebody sets that of the machine back: by that one, workers would wait as long as it was set
 * back. What time it is for schedules pg-boss asks the database, as often as `CLOCK_CHECK_SECONDS` says.
 */
const steadyClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  setTimeout: (work, ms) => setTimeout(work, ms),
  clearTimeout: handle => clearTimeout(handle as NodeJS.Timeout),
  setInterval: (work, ms) => setInterval(work, ms),
  clearInterval: handle => clearInterval(handle as NodeJS.Timeout),
}

const asPgBossParams = (values: readonly unknown[] = []) =>
  values.map(value => (Array.isArray(value) ? arrayLiteral(value) : value))

/** pg-boss speaks to the database through whatever runs its statements here. */
const bossDatabase = (execute: (text: string, values: unknown[]) => Promise<unknown[]>) => ({
  executeSql: async (text: string, values?: unknown[]) => ({
    rows: await execute(text, asPgBossParams(values)),
  }),
})

const statementOn = (session: Session) => (text: string, values: unknown[]) =>
  values.length ? session.rows(text, values) : session.script(text)

/** Makes the tables and queues of pg-boss; runs as the owner, after the migrations. */
export async function installJobs(
  session: Session,
  backend: 'postgres' | 'pglite',
  jobs: AnyJob[],
  schedules: Schedule[],
): Promise<void> {
  const boss = new PgBoss({
    db: bossDatabase(statementOn(session)),
    backend,
    schedule: false,
    supervise: false,
    reindex: false,
  })
  boss.on('error', () => {})
  await boss.start()
  for (const job of [
    ...jobs,
    ...schedules.map(schedule => ({ name: schedule.name, retries: 2, run: undefined })),
  ]) {
    const options = queueOptions(job)
    if (await boss.getQueue(job.name)) await boss.updateQueue(job.name, options)
    else await boss.createQueue(job.name, options)
  }
  for (const { name, cron } of schedules) await boss.schedule(name, cron)
  await boss.stop({ graceful: false })
}

/** Background work: enqueued in the transaction that causes it, run with the rights of whoever caused it. */
export class Jobs {
  private readonly database: Database
  private readonly log: Log
  private readonly boss: PgBoss
  private readonly stopping = new AbortController()
  private app: App | undefined
  private looking: NodeJS.Timeout | undefined
  /** How to work on the queues that nobody has put anything into since this process began, by their names. */
  private readonly unused = new Map<string, () => Promise<unknown>>()

  constructor(database: Database, log: Log) {
    this.database = database
    this.log = log
    this.boss = new PgBoss({
      db: bossDatabase((text, values) => this.asWorker(text, values)),
      backend: database.engine.kind === 'embedded' ? 'pglite' : 'postgres',
      migrate: false,
      createSchema: false,
      reindex: false,
      monitorVacuum: false,
      clock: steadyClock,
      clockMonitorIntervalSeconds: CLOCK_CHECK_SECONDS,
    })
    this.boss.on('error', error => {
      if (!this.stopping.signal.aborted) log.error({ err: error }, 'background jobs')
    })
    this.boss.on('warning', warning => log.debug({ warning }, 'background jobs'))
  }

  /**
   * Runs one statement of pg-boss, which sends whole transactions as one script: so the role is set for the session and reset
   * after. All three travel together.
   */
  private async asWorker(text: string, values: unknown[] = []): Promise<unknown[]> {
    const session = await this.database.engine.acquire()
    try {
      const [, rows] = await Promise.all([
        session.script('set role ascendore_worker'),
        statementOn(session)(text, values),
        session.script('reset role'),
      ])
      return rows
    } catch (error) {
      // A transaction that failed in its middle has ended by nothing yet, and its role stands.
      await session.script('rollback').catch(() => {})
      await session.script('reset role').catch(() => {})
      throw error
    } finally {
      this.database.engine.release(session)
    }
  }

  async start(app: App, jobs: AnyJob[], schedules: Schedule[]): Promise<void> {
    this.app = app
    // The embedded database has one process: what is under way now was cut off when the last one ended.
    if (this.database.engine.kind === 'embedded') {
      await this.asWorker("update pgboss.job set state = 'retry', start_after = now() where state = 'active'")
    }
    await this.boss.start()
    for (const job of jobs)
      this.unused.set(job.name, () =>
        this.boss.work(job.name, { pollingIntervalSeconds: POLL_SECONDS, batchSize: 1 }, ([taken]) =>
          // What is done makes room for the next one at once, and not at the next poll.
          this.perform(job, taken!).finally(() => this.nudge(job.name)),
        ),
      )
    for (const { name, run } of schedules)
      this.unused.set(name, () =>
        this.boss.work(name, { pollingIntervalSeconds: POLL_SECONDS }, () =>
          run(this.database, this.log, app),
        ),
      )
    this.look(0)
  }

  /** Tells the workers of queues in which a job's time has come: with retries and delays nobody else does. */
  private look(inMs: number): void {
    if (this.stopping.signal.aborted) return
    this.looking = setTimeout(async () => {
      try {
        for (const { name } of (await this.asWorker(DUE)) as Array<{ name: string }>) this.nudge(name)
      } catch (error) {
        this.log.debug({ err: error }, 'background jobs could not be looked for')
      }
      this.look(LOOK_MS)
    }, inMs).unref()
  }

  /**
   * Puts a job into the queue in the caller's own transaction: it exists if and only if that commits. Out
   * of a workspace's transaction it runs on behalf of its caller, else on behalf of nobody.
   */
  async enqueue<Input>(
    tx: Scope,
    job: JobDefinition<Input>,
    input: Input,
    options: { startAfter?: Date; key?: string } = {},
  ): Promise<void> {
    const { workspaceId, userId, role, visibility, timezone, requestId, apiKeyId } =
      tx instanceof Tx ? tx.who : NOBODY
    const who = { workspaceId, userId, role, visibility, timezone, requestId, apiKeyId }
    const envelope: Envelope = { who, input }
    await this.boss.send(job.name, envelope, {
      db: bossDatabase((text, values) => tx.as('ascendore_worker', () => tx.session.rows(text, values))),
      startAfter: options.startAfter,
      singletonKey: options.key,
    })
    tx.afterCommit(() => this.nudge(job.name))
  }

  /** Has this process look at the queue now rather than at the next poll. */
  nudge(name: string): void {
    const begin = this.unused.get(name)
    if (!begin) {
      for (const worker of this.boss.getWipData()) if (worker.name === name) this.boss.notifyWorker(worker.id)
    } else if (!this.stopping.signal.aborted) {
      this.unused.delete(name)
      begin().catch(error => {
        this.unused.set(name, begin)
        this.log.error({ err: error, job: name }, 'a queue could not be worked on')
      })
    }
  }

  private async perform(job: AnyJob, taken: { id: string; data: unknown }): Promise<void> {
    const { who, input } = taken.data as Envelope
    const log = this.log.child({ job: job.name, jobId: taken.id, requestId: who.requestId })
    try {
      const parsed = job.input.parse(input)
      if (job.once) {
        await this.database.inWorkspace(who, async tx => {
          await job.once!(tx, parsed)
          const inside = bossDatabase((text, values) =>
            tx.as('ascendore_worker', () => tx.session.rows(text, values)),
          )
          await this.boss.complete(job.name, taken.id, null, { db: inside })
        })
      } else {
        const { app, database, stopping } = this
        await job.run!({ app: app!, who, input: parsed, database, signal: stopping.signal, log })
      }
    } catch (error) {
      if (this.stopping.signal.aborted) log.info('job was cut off, will go on at the next start')
      else log.warn({ err: error }, 'job failed')
      throw error
    }
  }

  /** Has running jobs come to an end where they can. Requests that are being answered may still enqueue more. */
  halt(): void {
    this.stopping.abort()
    clearTimeout(this.looking)
  }

  /** Lets running jobs end (at most 3 s more); what is cut off goes on at the next start. */
  async stop(): Promise<void> {
    this.halt()
    await this.boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS })
  }
}
