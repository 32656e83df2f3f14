import { AiUnavailable } from '#core/ai/provider.ts'
import { arrayLiteral, DatabaseFault } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import type { App, Service } from '#core/feature.ts'
import { tableOf } from '#core/record/definition.ts'
import { Embedders } from './embedder.ts'
import { type Due, done, hurry, onQueued, putOff, takeDue } from './queue.ts'
import { embedded, textOf } from './texts.ts'

/** Providers take about a hundred texts at once. */
const TAKEN_AT_ONCE = 90
/** After a change so long is waited, so that what comes together is embedded together. */
const SETTLE_MS = 500
/** For each part of time at work two are left to others. */
const REST = 2
const REST_MS_AT_MOST = 3000
/** Where nothing was told, the queue is still looked at: what was put off, or told by another process. */
const IDLE_MS = 60_000
/** After a failure of its model a workspace waits. */
const PUT_OFF_SECONDS = 300

/** Embeds what is in the queue, beside requests and with patience. */
export const startEmbedding: Service = async app => {
  const worker = new Worker(app)
  const unlisten = onQueued(() => worker.wake())
  worker.wake()
  return async () => {
    unlisten()
    await worker.stop()
  }
}

class Worker {
  private readonly app: App
  private readonly embedders: Embedders
  private readonly waiting = new Map<string, number>()
  private readonly stopping = new AbortController()
  private isWoken = false
  private nextAt = 0
  private timer: NodeJS.Timeout | undefined
  private running: Promise<void> | undefined

  constructor(app: App) {
    this.app = app
    this.embedders = new Embedders(app, this.stopping.signal)
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted
  }

  wake(): void {
    this.isWoken = true
    if (!this.running && !this.isStopping) this.plan(SETTLE_MS, true)
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    clearTimeout(this.timer)
    await this.running
  }

  /** @param onlySooner leaves an earlier plan as it is */
  private plan(inMs: number, onlySooner = false): void {
    const at = Date.now() + inMs
    if (onlySooner && this.timer && this.nextAt <= at) return
    clearTimeout(this.timer)
    this.nextAt = at
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.running = this.turn().finally(() => {
        this.running = undefined
      })
    }, inMs)
    this.timer.unref()
  }

  private readonly inSystem = <T>(work: (scope: Scope) => Promise<T>): Promise<T> =>
    this.app.database.inSystem('ascendore_worker', work, 'unheard')

  private async turn(): Promise<void> {
    const began = Date.now()
    let worked = 0
    this.isWoken = false
    try {
      await this.settleStale()
      worked = await this.work()
    } catch (error) {
      // Of two that wait for each other one is let go, and its turn comes again.
      const isPassing = error instanceof DatabaseFault && (error.isAway || error.isConflict)
      if (!this.isStopping && !isPassing)
        this.app.log.error({ err: error }, 'texts could not be embedded, will try again')
    }
    if (this.isStopping) return
    const idleMs = this.isWoken ? SETTLE_MS : IDLE_MS
    this.plan(worked ? Math.min(REST_MS_AT_MOST, (Date.now() - began) * REST) : idleMs)
  }

  /** Workspaces whose settings have changed. */
  private async settleStale(): Promise<void> {
    const rows = await this.inSystem(scope =>
      scope.session.rows('select workspace_id as id from embedding_states where is_stale limit 20'),
    )
    for (const { id } of rows) {
      this.waiting.delete(id as string)
      await this.embedders.prepare(id as string)
      await this.inSystem(scope => hurry(scope, id as string))
    }
  }

  private async work(): Promise<number> {
    for (const [workspaceId, until] of this.waiting) if (until <= Date.now()) this.waiting.delete(workspaceId)
    const taken = await this.inSystem(scope => takeDue(scope, TAKEN_AT_ONCE, [...this.waiting.keys()]))
    const byWorkspace = Map.groupBy(taken, ({ workspaceId }) => workspaceId)
    for (const [workspaceId, due] of byWorkspace) {
      if (this.isStopping) break
      await this.embed(workspaceId, due)
    }
    return taken.length
  }

  private async embed(workspaceId: string, due: Due[]): Promise<void> {
    try {
      const { name, make } = await this.embedders.prepare(workspaceId)
      const texts = await this.inSystem(scope => textsOf(scope, workspaceId, due))
      const found = due.filter(({ recordId }) => texts.has(recordId))
      const made = await make(found.map(({ recordId }) => texts.get(recordId)!))
      await this.inSystem(async scope => {
        await keep(scope, workspaceId, name, found, made)
        await done(scope, due)
      })
    } catch (error) {
      if (!(error instanceof AiUnavailable)) throw error
      const seconds = Math.max(PUT_OFF_SECONDS, error.retryAfterSeconds ?? 0)
      this.waiting.set(workspaceId, Date.now() + seconds * 1000)
      await this.inSystem(scope => putOff(scope, due, seconds))
      this.app.log.info({ workspaceId, fault: error.fault }, 'a model did not embed texts, will try again')
    }
  }
}

async function textsOf(scope: Scope, workspaceId: string, due: Due[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const record of embedded()) {
    const ids = due.filter(one => one.recordType === record.contract.name).map(({ recordId }) => recordId)
    if (!ids.length) continue
    const rows = await scope.session.rows(
      `select t.id, ${textOf(record, 't')} as text from ${tableOf(record)} t
       where t.workspace_id = $1::uuid and t.id = any($2::uuid[]) and t.deleted_at is null`,
      [workspaceId, arrayLiteral(ids)],
    )
    for (const { id, text } of rows) texts.set(id as string, (text as string | null) ?? '')
  }
  return texts
}

/** Keeps vectors; a text in which there is nothing to compare has none. */
async function keep(
  scope: Scope,
  workspaceId: string,
  model: string,
  due: Due[],
  made: Array<string | undefined>,
): Promise<void> {
  const rows = due.flatMap((one, at) => (made[at] ? [{ ...one, vector: made[at] }] : []))
  const empty = due.filter((_, at) => !made[at])
  if (empty.length)
    await scope.session.rows(
      'delete from embeddings where workspace_id = $1::uuid and record_id = any($2::uuid[])',
      [workspaceId, arrayLiteral(empty.map(({ recordId }) => recordId))],
    )
  if (!rows.length) return
  await scope.session.rows(
    `insert into embeddings (workspace_id, model, record_type, record_id, vector)
     select $1::uuid, $2, k.type, k.id, k.vector::sparsevec::halfvec(768) from unnest($3::text[], $4::uuid[], $5::text[]) k(type, id, vector)
     on conflict (workspace_id, model, record_type, record_id) do update set vector = excluded.vector, created_at = clock_timestamp()`,
    [
      workspaceId,
      model,
      arrayLiteral(rows.map(({ recordType }) => recordType)),
      arrayLiteral(rows.map(({ recordId }) => recordId)),
      arrayLiteral(rows.map(({ vector }) => vector)),
    ],
  )
}
