import { z } from 'zod'
import { arrayLiteral, type Row } from '#core/db/engine.ts'
import { asSystem, type Tx } from '#core/db/workspace.ts'
import { Refusal } from '#core/errors.ts'
import type { JobContext, JobDefinition } from '#core/jobs/jobs.ts'
import { rightsNow } from '#core/jobs/rights.ts'
import { columnOf, hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { linkedAmong } from '#core/record/incoming.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { imports } from './imports.table.ts'
import { lock, note } from './run.ts'

/** Few enough that on the embedded database, which has one session, others get their turn soon. */
const EVENTS_AT_ONCE = 500

const input = z.object({ importId: z.uuid() })
type Input = z.infer<typeof input>

/**
 * Takes back what an import did, from its own events, the latest first. Each step is committed together with
 * how far undo has come, so it goes on after a kill and takes nothing back twice.
 */
export const undoJob: JobDefinition<Input> = {
  name: 'import-undo',
  input,
  retries: 50,
  timeoutSeconds: 23 * 3600,
  async run({ who: asked, input: { importId }, database, signal }: JobContext<Input>) {
    for (let goesOn = true; goesOn; ) {
      signal.throwIfAborted()
      const who = await rightsNow(database, asked, importId)
      if (who) goesOn = await database.inWorkspace(who, tx => undoStep(tx, importId))
      else {
        const system = asSystem({ ...asked, causeId: importId })
        await database.inWorkspace(system, tx => note(tx, importId, { undoStartedAt: null }, 'undo stopped'))
        return
      }
    }
  },
}

type Told = {
  seq: number
  type: string
  id: string
  action: string
  changes: Record<string, { old?: unknown; new?: unknown }>
}

/** One step; false when there is nothing left to take back. */
async function undoStep(tx: Tx, importId: string): Promise<boolean> {
  const state = await lock(tx, importId)
  if (!state?.undoStartedAt || state.status === 'UNDONE') return false
  const events = (await tx.session.rows(
    `select seq, entity_type as type, entity_id as id, action, changes from events
     where workspace_id = $1::uuid and cause_id = $2::uuid and seq < $3::bigint and entity_type <> 'import'
     order by seq desc limit ${EVENTS_AT_ONCE}`,
    [tx.who.workspaceId, importId, state.undoSeq ?? '9223372036854775807'],
  )) as Told[]
  if (!events.length) {
    await note(tx, importId, { status: 'UNDONE', finishedAt: new Date().toISOString() }, 'undone')
    return false
  }
  const tally: Tally = {
    undone: 0,
    kept: 0,
    keptLinked: { ...(state.undoKeptLinked as Tally['keptLinked']) },
  }
  const ofImport = (await store.read(tx, imports, importId)).entity
  for (const run of runsOf(events)) {
    const record = recordNamed(run[0]!.type)
    if (run[0]!.action === 'created') {
      const goes = record.contract.name === ofImport ? run : await withoutLinked(tx, record, run, tally)
      await takeBackCreated(tx, importId, record, goes, tally)
    }
    if (run[0]!.action === 'updated') await takeBackUpdates(tx, record, run, tally)
  }
  await note(tx, importId, {
    undoSeq: events.at(-1)!.seq,
    undone: (state.undone as number) + tally.undone,
    undoKept: (state.undoKept as number) + tally.kept,
    undoKeptLinked: tally.keptLinked,
  })
  return true
}

type Tally = { undone: number; kept: number; keptLinked: Record<string, number> }

/** Neighbouring events of one kind, in their order. */
function runsOf(events: Told[]): Told[][] {
  const runs: Told[][] = []
  for (const event of events) {
    const last = runs.at(-1)
    if (last && last[0]!.type === event.type && last[0]!.action === event.action) last.push(event)
    else runs.push([event])
  }
  return runs
}

/**
 * What was made along the way stays where other records link to it: who has made a deal for the company since would lose it. What the
 * import itself made of its rows is in the trash by then, since it came later.
 */
async function withoutLinked(
  tx: Tx,
  record: RecordDefinition,
  events: Told[],
  tally: Tally,
): Promise<Told[]> {
  const { name } = record.contract
  const linked = await linkedAmong(
    tx,
    record,
    events.map(({ id }) => id),
  )
  const kept = await liveAmong(tx, record, [...linked])
  if (kept) tally.keptLinked[name] = (tally.keptLinked[name] ?? 0) + kept
  tally.kept += kept
  return events.filter(({ id }) => !linked.has(id))
}

/** Puts created records into the trash, but for those that somebody has changed since. */
async function takeBackCreated(
  tx: Tx,
  importId: string,
  record: RecordDefinition,
  events: Told[],
  tally: Tally,
): Promise<void> {
  const rows = await tx.session.rows(
    `select entity_id as id, max(seq) as seq from events where workspace_id = $1::uuid and entity_id = any($2::uuid[])
       and actor_id is not null and cause_id is distinct from $3::uuid and action <> 'deleted' group by entity_id`,
    [tx.who.workspaceId, arrayLiteral(events.map(({ id }) => id)), importId],
  )
  const touched = new Map(rows.map(row => [row.id as string, row.seq as number]))
  const isMine = ({ id, seq }: Told) => (touched.get(id) ?? 0) < seq
  const others = events.filter(event => !isMine(event)).map(({ id }) => id)
  tally.kept += await liveAmong(tx, record, others)
  const ids = events.filter(isMine).map(({ id }) => id)
  try {
    const moved = await tx.attempt(() => store.removeMany(tx, record, ids))
    tally.undone += moved.size
    tally.kept += await liveAmong(
      tx,
      record,
      ids.filter(id => !moved.has(id)),
    )
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    for (const id of ids)
      tallyUp(tally, await refusalOf(() => tx.attempt(() => store.remove(tx, record, id))))
  }
}

/** How many of the records still stand where the caller sees them: what is in the trash already needs no undoing. */
async function liveAmong(tx: Tx, record: RecordDefinition, ids: string[]): Promise<number> {
  if (!ids.length) return 0
  const [row] = await tx.session.rows(
    `select count(*) as n from ${tableOf(record)} where workspace_id = $1::uuid and id = any($2::uuid[]) and deleted_at is null`,
    [tx.who.workspaceId, arrayLiteral(ids)],
  )
  return row!.n as number
}

function tallyUp(tally: Tally, refusal: unknown): void {
  if (!refusal) tally.undone++
  // What is in the trash already needs no undoing.
  else if ((refusal as Refusal).status !== 404) tally.kept++
}

async function refusalOf(work: () => Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) return error
    throw error
  }
}

/** Gives changed fields their old values back, each where it still has the value that the import wrote. */
async function takeBackUpdates(
  tx: Tx,
  record: RecordDefinition,
  events: Told[],
  tally: Tally,
): Promise<void> {
  const rows = await tx.session.rows(
    `select id, to_jsonb(t) as "row" from ${tableOf(record)} t where workspace_id = $1::uuid and id = any($2::uuid[]) and deleted_at is null`,
    [tx.who.workspaceId, arrayLiteral([...new Set(events.map(({ id }) => id))])],
  )
  const current = new Map(rows.map(row => [row.id as string, row.row as Row]))
  for (const { id, changes } of events) {
    const row = current.get(id)
    if (!row) continue
    const { values, columns, isWhole } = restoration(record, row, changes)
    if (!Object.keys(values).length) {
      tally.kept++
      continue
    }
    // What stood together before may stand together again; a part of it has to suit what has come since.
    const ruled = isWhole ? { ...record, rules: {} } : record
    const refusal = await refusalOf(() =>
      tx.attempt(() => store.update(tx, ruled, id, values, { history: true })),
    )
    tallyUp(tally, refusal)
    if (!refusal) Object.assign(row, columns)
  }
}

/** The values to write, and how the row stands in the database after that. */
function restoration(record: RecordDefinition, row: Row, changes: Told['changes']) {
  const values: Record<string, unknown> = {}
  const columns: Row = {}
  for (const [key, change] of Object.entries(changes)) {
    if (!hasColumn(record, key)) continue
    const { name } = columnOf(record, key)
    const old = change.old ?? null
    if (key === 'customFields') {
      const back = customBack((row[name] ?? {}) as Row, (old ?? {}) as Row, (change.new ?? {}) as Row)
      if (!Object.keys(back).length) continue
      values[key] = back
      const merged = Object.entries({ ...(row[name] as object), ...back })
      columns[name] = Object.fromEntries(merged.filter(([, value]) => value !== null))
    } else if (same(row[name] ?? null, change.new ?? null)) {
      values[key] = old
      columns[name] = old
    }
  }
  return {
    values,
    columns,
    isWhole: Object.keys(changes).every(key => key in values || !hasColumn(record, key)),
  }
}

/** Custom fields stand in one column, but each is a field of its own. */
function customBack(current: Row, old: Row, wrote: Row): Row {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(wrote)])]
  const changed = keys.filter(key => !same(old[key] ?? null, wrote[key] ?? null))
  return Object.fromEntries(
    changed.filter(key => same(current[key] ?? null, wrote[key] ?? null)).map(key => [key, old[key] ?? null]),
  )
}

/** Rows come from the database and changes from the wire, which write one moment in two ways. */
const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(comparable(a)) === JSON.stringify(comparable(b))
const comparable = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value)
    ? Date.parse(value)
    : value
