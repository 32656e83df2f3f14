import { z } from 'zod'
import { type CsvFile, CsvHeaderError, type CsvRow, isEncoding, parseCsv } from '#core/csv/index.ts'
import { DatabaseFault, type Row } from '#core/db/engine.ts'
import { learnSizes } from '#core/db/upkeep.ts'
import { asSystem, type Tx, type Who } from '#core/db/workspace.ts'
import { type EventAction, ON_THE_WAY } from '#core/events/actions.ts'
import type { JobContext, JobDefinition } from '#core/jobs/jobs.ts'
import { rightsNow } from '#core/jobs/rights.ts'
import { customFieldsOf } from '#core/record/custom-fields.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import type { Storage } from '#core/storage/types.ts'
import { importRows, type Outcome, SeenMarks } from './batch.ts'
import { type Draft, draftOf, type Plan } from './drafts.ts'
import { FAILURES, imports } from './imports.table.ts'
import { Linked } from './linked.ts'
import { columnsFor, type Mapping } from './mapping.ts'
import { readMatchBy } from './match.ts'
import { dialectsOf, type Options, survey } from './survey.ts'
import { targetsOf } from './targets.ts'
import type { ValueMapping } from './value-mapping.ts'

/** Rows of one transaction, and of one statement that creates. */
const ROWS_AT_ONCE = 500
/** How old a look at the caller's rights may be. */
const RIGHTS_FRESH_MS = 250

const input = z.object({ importId: z.uuid() })
type Input = z.infer<typeof input>

/** Reads the file and writes its records; killed at any moment it goes on behind the last batch that was committed. */
export const importJob: JobDefinition<Input> = {
  name: 'import',
  input,
  retries: 50,
  timeoutSeconds: 23 * 3600,
  async run(context) {
    try {
      await work(context)
    } catch (error) {
      if (context.signal.aborted || mayPass(error)) throw error
      context.log.warn({ err: error, importId: context.input.importId }, 'import failed')
      await fail(context, error instanceof CsvHeaderError ? error.message : FAILURES.INTERNAL_ERROR)
    }
  },
}

/** Whether the same try may go well later: the database or the storage was away, or two transactions met. */
export function mayPass(error: unknown): boolean {
  if (error instanceof DatabaseFault) return error.isAway || /^(40|55|57014)/.test(error.code)
  return typeof (error as NodeJS.ErrnoException).syscall === 'string'
}

type Context = JobContext<Input>

export const fileKey = (workspaceId: string, importId: string): string => `${workspaceId}/imports/${importId}`

async function work(context: Context): Promise<void> {
  const { app, input, database, signal } = context
  const { importId } = input
  const who = await rightsNow(database, context.who, importId)
  if (!who) return fail(context, FAILURES.FORBIDDEN)
  const found = await database.inWorkspace(who, tx => begin(tx, importId))
  if (!found) return
  if (found.dryRun && found.processed) {
    await database.inWorkspace(asSystem(who), tx => restart(tx, importId))
    found.processed = 0
  }
  const csv = await openFile(app.storage, who.workspaceId, found)
  const plan = await database.inWorkspace(who, tx => planOf(tx, found, csv), 'read')
  const { total, sample } = await survey(csv, found.total === null, signal)
  if (found.total === null) await database.inWorkspace(who, tx => note(tx, importId, { total }))
  plan.dialects = dialectsOf(plan.columns, sample, found.options as Options, who.timezone)
  await importBatches(context, plan, csv, found)
}

async function importBatches(context: Context, plan: Plan, csv: CsvFile, found: Row): Promise<void> {
  const { database, signal, input } = context
  const seen = found.dryRun ? new SeenMarks() : undefined
  let processed = 0
  let who: Who | undefined
  let lookedAt = 0
  for await (const batch of ahead(batchesOf(csv.rows, plan))) {
    processed += batch.length
    if (processed <= (found.processed as number)) continue
    signal.throwIfAborted()
    if (Date.now() - lookedAt > RIGHTS_FRESH_MS) {
      who = await rightsNow(database, context.who, input.importId)
      lookedAt = Date.now()
    }
    if (!who) return fail(context, FAILURES.FORBIDDEN)
    const caller = who
    const from = processed - batch.length
    const goesOn = await database.inWorkspace(caller, tx => step(tx, plan, batch, from, seen))
    if (!goesOn) return
  }
  await database.inWorkspace(asSystem(context.who), async tx => {
    const state = await lock(tx, input.importId)
    if (state?.status === 'RUNNING')
      await note(
        tx,
        input.importId,
        { status: 'COMPLETED', total: processed, finishedAt: now() },
        'completed',
      )
  })
  // A server's autovacuum comes around to it a minute later. It is not worth a word when it fails.
  await learnSizes(database.engine, signal).catch(() => {})
}

/** Rows as drafts, in batches. */
async function* batchesOf(rows: AsyncIterable<CsvRow>, plan: Plan): AsyncGenerator<Draft[]> {
  let batch: Draft[] = []
  for await (const row of rows) {
    batch.push(draftOf(row, plan))
    if (batch.length < ROWS_AT_ONCE) continue
    yield batch
    batch = []
  }
  if (batch.length) yield batch
}

/** The same items, the next one being made while the consumer, and the database, are busy with one. */
async function* ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next()
  try {
    for (;;) {
      const { done, value } = await next
      if (done) return
      next = source.next()
      next.catch(() => {})
      yield value
    }
  } finally {
    await next.catch(() => {})
    await source.return(undefined)
  }
}

const now = () => new Date().toISOString()

/** The import's row, locked until the transaction ends: whoever moves it sees what stands. */
export async function lock(tx: Tx, importId: string): Promise<Row | undefined> {
  const text = `select status, processed, dry_run as "dryRun", created, updated, skipped, failed, undone, undo_kept as "undoKept", undo_kept_linked as "undoKeptLinked",
    created_linked as "createdLinked", undo_seq as "undoSeq", undo_started_at as "undoStartedAt" from imports where workspace_id = $1::uuid and id = $2::uuid for update`
  return (await tx.session.rows(text, [tx.who.workspaceId, importId]))[0]
}

/** Writes down how far the import has come. */
export const note = (
  tx: Tx,
  importId: string,
  values: Record<string, unknown>,
  action: EventAction = ON_THE_WAY,
) => store.update(tx, imports, importId, values, { action })

/** A trial keeps in memory what it has met, and writes nothing: interrupted, it counts from the start. */
async function restart(tx: Tx, importId: string): Promise<void> {
  const text = 'delete from import_errors where workspace_id = $1::uuid and import_id = $2::uuid'
  await tx.session.rows(text, [tx.who.workspaceId, importId])
  await note(tx, importId, NOTHING_YET)
}

const NOTHING_YET = { processed: 0, created: 0, updated: 0, skipped: 0, failed: 0, createdLinked: {} }

/** Takes the import up, unless it has ended. */
async function begin(tx: Tx, importId: string): Promise<Row | undefined> {
  const state = await lock(tx, importId)
  if (state?.status === 'PENDING')
    await note(tx, importId, { status: 'RUNNING', startedAt: now() }, 'started')
  else if (state?.status !== 'RUNNING') return undefined
  return store.read(tx, imports, importId)
}

/**
 * One batch and the progress over it, committed together: a batch is written once, whoever is killed when.
 * False where the import was cancelled, or another process has gone on with it.
 */
async function step(
  tx: Tx,
  plan: Plan,
  batch: Draft[],
  from: number,
  seen: SeenMarks | undefined,
): Promise<boolean> {
  // The tables grow with each batch: a plan that was kept from the first ones would read them whole.
  // And a batch that a power cut takes away is done again, so its commit need not wait for the disk.
  const settings = 'set local plan_cache_mode = force_custom_plan; set local synchronous_commit = off'
  tx.session.script(settings).catch(() => {})
  const state = await lock(tx, plan.importId)
  if (state?.status !== 'RUNNING' || state.processed !== from) return false
  const { created, updated, skipped, refused, linked } = seen
    ? await pretend(tx, () => importRows(tx, plan, batch, seen))
    : await importRows(tx, plan, batch, undefined)
  await keepRefused(tx, plan.importId, refused)
  const counted = (key: string, more: number) => (state[key] as number) + more
  await note(tx, plan.importId, {
    processed: counted('processed', batch.length),
    created: counted('created', created),
    updated: counted('updated', updated),
    skipped: counted('skipped', skipped),
    failed: counted('failed', refused.length),
    ...(Object.keys(linked).length
      ? { createdLinked: added(state.createdLinked as Record<string, number>, linked) }
      : {}),
  })
  return true
}

const added = (before: Record<string, number>, more: Record<string, number>): Record<string, number> => ({
  ...before,
  ...Object.fromEntries(Object.entries(more).map(([key, count]) => [key, (before[key] ?? 0) + count])),
})

class Pretended extends Error {}

/** Does the work and takes it back, so that a dry run hears what the rules and the database would say. */
async function pretend(tx: Tx, importing: () => Promise<Outcome>): Promise<Outcome> {
  let outcome: Outcome | undefined
  try {
    await tx.attempt(async () => {
      outcome = await importing()
      throw new Pretended()
    })
  } catch (error) {
    if (!(error instanceof Pretended)) throw error
  }
  return outcome!
}

async function keepRefused(tx: Tx, importId: string, refused: Draft[]): Promise<void> {
  if (!refused.length) return
  const rows = refused.map(({ rowNumber, issues, cells }) => ({
    rowNumber,
    issues: issues.slice(0, 20),
    cells,
  }))
  await tx.session.rows(
    `insert into import_errors (workspace_id, import_id, row_number, issues, cells)
     select $1::uuid, $2::uuid, (r->>'rowNumber')::bigint, r->'issues', r->'cells' from jsonb_array_elements($3::jsonb) r`,
    [tx.who.workspaceId, importId, JSON.stringify(rows)],
  )
}

/** Ends the import; what is done stays, and can be undone. */
async function fail({ database, who, input }: Context, error: string): Promise<void> {
  await database.inWorkspace(asSystem({ ...who, causeId: input.importId }), async tx => {
    const state = await lock(tx, input.importId)
    if (state?.status === 'PENDING' || state?.status === 'RUNNING')
      await note(tx, input.importId, { status: 'FAILED', error, finishedAt: now() }, 'failed')
  })
}

export function openFile(storage: Storage, workspaceId: string, { id, options }: Row): Promise<CsvFile> {
  const { encoding, delimiter, headerRow } = options as Options
  return parseCsv(() => storage.read(fileKey(workspaceId, id as string)), {
    delimiter,
    headerRow,
    ...(encoding && isEncoding(encoding) ? { encoding } : {}),
  })
}

async function planOf(tx: Tx, found: Row, csv: CsvFile): Promise<Plan> {
  const record = recordNamed(found.entity as string)
  const custom = await customFieldsOf(tx, record.contract.name)
  const targets = targetsOf(record, custom)
  return {
    importId: found.id as string,
    record,
    columns: columnsFor(found.mapping as Mapping, csv.header, targets, found.valueMapping as ValueMapping),
    dialects: [],
    custom,
    onDuplicate: found.onDuplicate as Plan['onDuplicate'],
    matchBy: readMatchBy((found.matchBy as string | null) ?? '', targets),
    names: new Map(),
    namesSince: 0,
    createLinked: (found.options as Options).createLinked ?? false,
    linked: new Linked(),
    ignoreUnknownMembers: (found.options as Options).ignoreUnknownMembers ?? false,
  }
}
