import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { Row as DbRow } from '#core/db/engine.ts'
import { type Database, systemIn, type Tx, type Who } from '#core/db/workspace.ts'
import { tellEvent } from '#core/events/tell.ts'
import { newId } from '#core/ids.ts'
import type { JobContext, JobDefinition } from '#core/jobs/jobs.ts'
import { dealColumns, dealRows } from './deal-rows.ts'
import { leadColumns, leadRows } from './lead-rows.ts'
import { type Learned, type LearnOptions, MOST_ROWS } from './learn/learn.ts'
import type { Column, ColumnInfo, Table } from './learn/table.ts'
import type { Given } from './learn-worker.ts'
import { packed } from './models.ts'
import type { Kind, Seen, SeenRow } from './rows.ts'

const ROWS_AT_ONCE = 500
const OPEN_ROWS = 1500
/** Thirty thousand rows take half a minute of a processor, and a busy machine gives a part of one. */
const LEARNING_TIMEOUT_MS = 720_000
const VERSIONS_KEPT = 10

export type TrainOptions = { keep?: string[]; without?: string[] }

const input = z.object({ modelId: z.uuid() })

/** Learns a model that was asked for: reads the outcomes as the system sees them, learns in a thread, keeps what it learned. */
export const trainJob: JobDefinition<z.infer<typeof input>> = {
  name: 'train-model',
  input,
  retries: 2,
  async run(context) {
    const { database, who, input: given } = context
    const system = systemIn(who.workspaceId, who.timezone)
    const [asked] = await database.inWorkspace(system, tx =>
      tx.session.rows(
        `update learned_models set status = 'TRAINING' where workspace_id = $1::uuid and id = $2::uuid and status in ('QUEUED', 'TRAINING')
         returning kind, options`,
        [who.workspaceId, given.modelId],
      ),
    )
    if (!asked) return
    await train(context, given.modelId, asked.kind as Kind, asked.options as TrainOptions)
  },
}

type Context = JobContext<z.infer<typeof input>>

async function train(context: Context, id: string, kind: Kind, options: TrainOptions): Promise<void> {
  const { database, who, signal, log } = context
  const system = systemIn(who.workspaceId, who.timezone)
  try {
    const { table, open } = await outcomesOf(database, system, kind, signal)
    const learned = await inThread(table, { ...options, open }, signal)
    if ('tooFew' in learned) {
      await settle(database, system, id, { status: 'TOO_FEW', message: learned.tooFew })
      return
    }
    const labels = await database.inWorkspace(system, tx => levelNames(tx), 'read')
    await settle(database, system, id, { status: 'READY', learned, labels })
  } catch (error) {
    if (signal.aborted) throw error
    log.warn({ err: error, modelId: id }, 'a model could not be learned')
    await settle(database, system, id, { status: 'FAILED', message: 'It could not be learned' })
  }
}

type Settled =
  | { status: 'READY'; learned: Learned; labels: Record<string, string> }
  | { status: 'TOO_FEW' | 'FAILED'; message: string }

async function settle(database: Database, who: Who, id: string, settled: Settled) {
  const parameters = settled.status === 'READY' ? await packed(settled.learned, settled.labels) : null
  await database.inWorkspace(who, async tx => {
    const [row] = await tx.session.rows(
      `update learned_models set status = $3, card = $4::jsonb, parameters = $5, message = $6, trained_at = now()
       where workspace_id = $1::uuid and id = $2::uuid returning kind, version`,
      [
        who.workspaceId,
        id,
        settled.status,
        settled.status === 'READY' ? JSON.stringify(settled.learned.card) : null,
        parameters,
        settled.status === 'READY' ? null : settled.message,
      ],
    )
    if (!row) return
    await tx.session.rows(
      'delete from learned_models where workspace_id = $1::uuid and kind = $2 and version <= $3::int',
      [who.workspaceId, row.kind, (row.version as number) - VERSIONS_KEPT],
    )
  })
}

/** Owners, stages and pipelines have ids in the rows; people read names. */
async function levelNames(tx: Tx): Promise<Record<string, string>> {
  const rows = await tx.session.rows(
    `select m.user_id as id, u.name from memberships m join users u on u.id = m.user_id where m.workspace_id = $1::uuid
     union all select id, name from stages where workspace_id = $1::uuid union all select id, name from pipelines where workspace_id = $1::uuid`,
    [tx.who.workspaceId],
  )
  return Object.fromEntries(rows.map(({ id, name }) => [id as string, name as string]))
}

/**
 * Decided records, and when they were. What was imported as history may not say: a lead was given its end by no change that we saw, and a deal
 * has the moment of the import. `decidedAt` is null then, for a day that follows the outcome tells it.
 */
const DECIDED: Record<Kind, string> = {
  lead: `select l.id, l.created_at as "createdAt", (l.stage = 'CONVERTED')::int as outcome,
      case when l.stage = 'CONVERTED' then nullif(coalesce(l.converted_at, l.updated_at), l.created_at)
        else coalesce(e.ended, case when e.entered is null then l.updated_at end) end as "decidedAt"
    from leads l
    left join lateral (select max(created_at) filter (where action <> 'created' and changes ? 'stage') as ended,
        min(created_at) filter (where action = 'created') as entered
      from events where workspace_id = l.workspace_id and entity_id = l.id) e on true
    where l.workspace_id = $1::uuid and l.stage in ('CONVERTED', 'UNQUALIFIED') and l.deleted_at is null
    order by l.updated_at desc, l.id limit $2::int`,
  deal: `select d.id, d.created_at as "createdAt", (d.status = 'WON')::int as outcome,
      case when not exists (select 1 from events e where e.workspace_id = d.workspace_id and e.entity_id = d.id and e.action = 'created'
          and e.created_at > d.created_at + interval '1 day' and abs(extract(epoch from e.created_at - d.closed_at)) < 60)
        then coalesce(d.closed_at, d.updated_at) end as "decidedAt"
    from deals d where d.workspace_id = $1::uuid and d.status in ('WON', 'LOST') and d.deleted_at is null
    order by d.closed_at desc nulls last, d.id limit $2::int`,
}
const UNDECIDED: Record<Kind, string> = {
  lead: `select id from leads where workspace_id = $1::uuid and stage in ('NEW', 'CONTACTED', 'QUALIFIED') and deleted_at is null
    order by id desc limit $2::int`,
  deal: `select id from deals where workspace_id = $1::uuid and status = 'OPEN' and deleted_at is null order by id desc limit $2::int`,
}

/** A number in [0, 1) that an id always gives (FNV-1a). */
function shareOf(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return (hash >>> 0) / 4294967296
}

const momentOf = (value: unknown): number =>
  value instanceof Date ? value.getTime() : Date.parse(String(value))

/** From so many records whose length is known others borrow theirs. */
const LEAST_LENGTHS = 20

/**
 * How long a record took whose end is not known: as long as one that ended alike, else one that ended otherwise, that its id picks. Where no
 * lengths are known it is looked at when it was made, as all others are then.
 */
function lengthsOf(decided: readonly DbRow[]): (outcome: 0 | 1, id: string) => number {
  const lengths: [number[], number[]] = [[], []]
  for (const { createdAt, decidedAt, outcome } of decided)
    if (decidedAt) lengths[outcome as 0 | 1].push(Math.max(0, momentOf(decidedAt) - momentOf(createdAt)))
  return (outcome, id) => {
    const known = [lengths[outcome], lengths[outcome ? 0 : 1]].find(({ length }) => length >= LEAST_LENGTHS)
    return known ? known[Math.floor(shareOf(`length ${id}`) * known.length)]! : 0
  }
}

/**
 * Decided records, each as it was at some moment between its making and its outcome (landmarking: which moment follows from the id),
 * because that is how those that are to be scored are seen.
 */
export async function outcomesOf(
  database: Database,
  system: Who,
  kind: Kind,
  signal: AbortSignal,
): Promise<{ table: Table; open: Column[]; rows: SeenRow[] }> {
  const { workspaceId } = system
  const [decided, undecided, columns] = await database.inWorkspace(
    system,
    async tx => [
      await tx.session.rows(DECIDED[kind], [workspaceId, MOST_ROWS]),
      await tx.session.rows(UNDECIDED[kind], [workspaceId, OPEN_ROWS]),
      await (kind === 'lead' ? leadColumns(tx) : dealColumns(tx)),
    ],
    'read',
  )
  const outcomes = new Map(decided.map(row => [row.id as string, row.outcome as number]))
  const begun = new Map(decided.map(row => [row.id as string, momentOf(row.createdAt)]))
  const ended = new Map(
    decided.map(row => [row.id as string, row.decidedAt ? momentOf(row.decidedAt) : Number.NaN]),
  )
  const lasted = lengthsOf(decided)
  const seen = decided.map(({ id, outcome }): Seen => {
    const end = ended.get(id as string)!
    const start = Math.min(begun.get(id as string)!, Number.isNaN(end) ? Number.POSITIVE_INFINITY : end)
    const length = Number.isNaN(end) ? lasted(outcome as 0 | 1, id as string) : end - start
    return { id: id as string, at: Math.floor(start + length * shareOf(id as string)) }
  })
  const now = Date.now()
  const read = (of: Seen[]) => inParts(database, system, kind, of, signal)
  const rows = await read(seen)
  const openRows = await read(undecided.map(({ id }): Seen => ({ id: id as string, at: now })))
  return {
    table: {
      columns: asColumns(columns, rows),
      outcome: Uint8Array.from(rows, ({ id }) => outcomes.get(id)!),
      at: Float64Array.from(rows, ({ at }) => at),
      begun: Float64Array.from(rows, ({ id }) => begun.get(id)!),
      ended: Float64Array.from(rows, ({ id }) => ended.get(id)!),
    },
    open: asColumns(columns, openRows),
    rows,
  }
}

const asColumns = (columns: readonly ColumnInfo[], rows: readonly SeenRow[]): Column[] =>
  columns.map(column => ({ ...column, cells: rows.map(({ cells }) => cells[column.key] ?? null) }))

/** In small transactions, so that requests get their turn at the database between them. @throws where the program wants to stop */
async function inParts(database: Database, who: Who, kind: Kind, seen: Seen[], signal: AbortSignal) {
  const rows: SeenRow[] = []
  for (let from = 0; from < seen.length; from += ROWS_AT_ONCE) {
    signal.throwIfAborted()
    const part = seen.slice(from, from + ROWS_AT_ONCE)
    rows.push(
      ...(await database.inWorkspace(who, tx => (kind === 'lead' ? leadRows : dealRows)(tx, part), 'read')),
    )
  }
  return rows
}

type Answered = Learned | { tooFew: string }

/** Learns in a thread of its own. @throws where it takes longer than twelve minutes, or the program wants to stop */
function inThread(table: Table, options: LearnOptions, signal: AbortSignal): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./learn-worker.ts', import.meta.url))
    const end = (settle: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      settle()
      void worker.terminate()
    }
    const stop = () => end(() => reject(new Error('the program stops')))
    const timer = setTimeout(
      () => end(() => reject(new Error('learning took too long'))),
      LEARNING_TIMEOUT_MS,
    )
    signal.addEventListener('abort', stop)
    worker.once('message', (learned: Answered) => end(() => resolve(learned)))
    worker.once('error', error => end(() => reject(error)))
    handOver(worker, table, options).catch(error => end(() => reject(error)))
  })
}

/** A column at a time, since copying forty thousand rows in one go would keep requests waiting for half a second. */
async function handOver(worker: Worker, table: Table, { open = [], ...options }: LearnOptions) {
  const give = (given: Given) => worker.postMessage(given)
  const { columns, ...rest } = table
  for (const [list, isOpen] of [[columns, false] as const, [open, true] as const])
    for (const column of list) {
      give({ column, isOpen })
      await new Promise(resolve => setImmediate(resolve))
    }
  give({ rest, options })
}

/** Asks for a model in the caller's transaction; one that waits or is being learned already is the answer. */
export async function askForModel(
  tx: Tx,
  kind: Kind,
  options: TrainOptions,
): Promise<{ id: string; isNew: boolean }> {
  const { workspaceId, userId } = tx.who
  await tx.session.rows('select id from workspaces where id = $1::uuid for update', [workspaceId])
  const [waiting] = await tx.session.rows(
    `select id from learned_models where workspace_id = $1::uuid and kind = $2 and status in ('QUEUED', 'TRAINING')
     and created_at > now() - interval '30 minutes' and options = $3::jsonb`,
    [workspaceId, kind, JSON.stringify(options)],
  )
  if (waiting) return { id: waiting.id as string, isNew: false }
  const id = newId()
  await tx.session.rows(
    `insert into learned_models (workspace_id, id, kind, version, status, options, requested_by_id, created_at)
     select $1::uuid, $2::uuid, $3, coalesce(max(version), 0) + 1, 'QUEUED', $4::jsonb, $5::uuid, now()
     from learned_models where workspace_id = $1::uuid and kind = $3`,
    [workspaceId, id, kind, JSON.stringify(options), userId],
  )
  await tellEvent(tx, {
    action: 'requested',
    entityType: 'model',
    entityId: id,
    changes: { kind: { new: kind } },
  })
  return { id, isNew: true }
}
