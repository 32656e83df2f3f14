import { arrayLiteral, type Row } from '../db/engine.ts'
import type { Database, Scope } from '../db/workspace.ts'
import type { Log } from '../log.ts'

/** One change, as followers read it. */
export type EventRow = {
  seq: number
  id: string
  workspaceId: string
  actorId: string | null
  action: string
  entityType: string
  entityId: string
  changes: Record<string, { old?: unknown; new?: unknown }>
  /** The import or other act that caused it. */
  causeId: string | null
  createdAt: string
}

/**
 * A reader of the event history. `handle` runs in the transaction that moves its cursor, so what it writes
 * there happens exactly once, also when the process is killed in the middle.
 */
export type Follower = {
  name: string
  /** Where it starts when it is new: at the first event of all (default), or behind those that are there. */
  from?: 'start' | 'now'
  /** Events of one turn, 1,000 by default; fewer where one costs much, since the embedded database serves nobody meanwhile. */
  atOnce?: number
  handle: (scope: Scope, events: EventRow[]) => Promise<void>
}

const EVENTS_AT_ONCE = 1000
/** Up to so many, several followers take their turn in one transaction; more hold a connection, and locks, for too long. */
const EVENTS_TOGETHER = 100
const IDLE_MS = 1000
/** Between two rounds, so that under load events are handled in large batches and not one by one. */
const PAUSE_MS = 50
/**
 * A round is followed by a pause as many times as long, up to the longest: the more is written, the more there is in a round, each of
 * whose statements costs about the same for many events as for one, and the less followers take from those who write.
 */
const PAUSES_A_ROUND = 3
const LONGEST_PAUSE_MS = 250

/**
 * Reads events in the order of `seq`, which for one record is the order of commits: the number is drawn
 * while the row is locked. A number that is missing may belong to a transaction that is still open, so the
 * follower waits before the gap until every transaction of this database that was open when it had seen the gap
 * has ended; a gap that stays then was rolled back (decision 13).
 *
 * @returns how many events were handled, and whether more wait behind a gap
 */
export async function followOnce(
  database: Database,
  follower: Follower,
): Promise<{ handled: number; waiting: boolean }> {
  const turn = async (scope: Scope) => {
    const { name } = follower
    const cursor = (await heldCursor(scope, name)) ?? (await newCursor(scope, follower))
    if (!cursor) return { handled: 0, waiting: false }
    return handleBehind(scope, cursor, [follower], follower.atOnce ?? EVENTS_AT_ONCE)
  }
  // Its own commits would wake it again, and it would never come to rest.
  return database.inSystem('ascendore_worker', turn, 'unheard')
}

/**
 * One turn, in one transaction, of those followers that stand at the same event: where little is written at a time that
 * is all of them, and costs about what one does.
 *
 * @returns those that had their turn: none where one of them fails, or where many events wait
 */
export async function followTogether(database: Database, followers: Follower[]): Promise<Turn> {
  const nobody: Turn = { turned: new Set(), handled: 0, waiting: false }
  if (followers.length < 2) return nobody
  const turn = async (scope: Scope) => {
    const at = await heldCursors(scope, followers)
    if (!at || at.followers.length < 2) return nobody
    const done = await handleBehind(scope, at.cursor, at.followers, EVENTS_TOGETHER)
    return done.isFull ? nobody : { turned: new Set(at.followers), ...done }
  }
  // Who fails is found, and told of, in the turns that each then has alone.
  return database.inSystem('ascendore_worker', turn, 'unheard').catch(() => nobody)
}

type Turn = { turned: Set<Follower>; handled: number; waiting: boolean }

/** Lets followers handle what is behind their cursor, and moves it. Does nothing where `atMost` events wait, or more. */
async function handleBehind(
  scope: Scope,
  cursor: Cursor,
  followers: Follower[],
  atMost: number,
): Promise<{ handled: number; waiting: boolean; isFull: boolean }> {
  const { ready, gap } = await readBehind(scope, cursor.seq, readGap(cursor.gap_before), atMost)
  const isFull = followers.length > 1 && ready.length >= atMost
  if (isFull || (!ready.length && !gap)) return { handled: 0, waiting: false, isFull }
  if (ready.length) for (const follower of followers) await follower.handle(scope, ready)
  await scope.session.rows(
    'update event_cursors set seq = $2::bigint, gap_before = $3 where follower = any($1)',
    [
      arrayLiteral(followers.map(({ name }) => name)),
      ready.at(-1)?.seq ?? cursor.seq,
      gap ? `${gap.before}:${gap.open.join(',')}` : null,
    ],
  )
  return { handled: ready.length, waiting: gap !== undefined, isFull }
}

type Cursor = { seq: number; gap_before: string | null }

/** The place at which most followers stand, and those; their cursors are locked. Undefined where another process holds all. */
async function heldCursors(
  scope: Scope,
  followers: Follower[],
): Promise<{ cursor: Cursor; followers: Follower[] } | undefined> {
  const rows = (await scope.session.rows(
    'select follower, seq, gap_before from event_cursors where follower = any($1) for update skip locked',
    [arrayLiteral(followers.map(({ name }) => name))],
  )) as (Cursor & { follower: string })[]
  const places = Object.values(Object.groupBy(rows, ({ seq, gap_before }) => `${seq} ${gap_before}`))
  const largest = places.reduce((a, b) => (b!.length > (a?.length ?? 0) ? b : a), undefined)
  if (!largest) return undefined
  const names = new Set(largest.map(row => row.follower))
  return { cursor: largest[0]!, followers: followers.filter(({ name }) => names.has(name)) }
}

/** The follower's cursor, locked; undefined where there is none yet, or another process holds it. */
async function heldCursor(scope: Scope, name: string): Promise<Cursor | undefined> {
  const text = 'select seq, gap_before from event_cursors where follower = $1 for update skip locked'
  return (await scope.session.rows(text, [name]))[0] as Cursor | undefined
}

/** The cursor of a follower that is new; undefined where it stands already. */
async function newCursor(
  scope: Scope,
  { name, from = 'start' }: Pick<Follower, 'name' | 'from'>,
): Promise<Cursor | undefined> {
  const first = from === 'now' ? '(select coalesce(max(seq), 0) from events)' : '0'
  const text = `insert into event_cursors (follower, seq) select $1, ${first} on conflict do nothing returning seq, gap_before`
  return (await scope.session.rows(text, [name]))[0] as Cursor | undefined
}

/** A gap that is waited for: the event behind it, and the transactions that may still fill it. */
export type Gap = { before: number; open: string[] }

/** Reads `seq:id,id`; what an earlier version wrote is seen anew. */
function readGap(text: string | null): Gap | undefined {
  const [, before, open] = /^(\d+):([\d,]*)$/.exec(text ?? '') ?? []
  return before === undefined ? undefined : { before: Number(before), open: open!.split(',').filter(Boolean) }
}

/**
 * The events behind a number up to the first gap that may still be filled, and that gap.
 * @param waited the gap at which the reading before has stopped
 */
export async function readBehind(
  scope: Scope,
  seq: number,
  waited: Gap | undefined,
  atMost = EVENTS_AT_ONCE,
): Promise<{ ready: EventRow[]; gap: Gap | undefined }> {
  // Asked before the events are read: who had ended by then has its events among them.
  const stillOpen = waited ? await openAmong(scope, waited.open) : []
  const found = (await scope.session.rows(
    `select seq, id, workspace_id as "workspaceId", actor_id as "actorId", action, entity_type as "entityType",
       entity_id as "entityId", changes, cause_id as "causeId", created_at as "createdAt"
     from events where seq > $1::bigint order by seq limit ${atMost}`,
    [seq],
  )) as Row[] as EventRow[]
  const { ready, gapBefore } = beforeGap(found, seq, stillOpen.length ? undefined : waited?.before)
  if (gapBefore === undefined) return { ready, gap: undefined }
  // Asked after the events were read: whoever ends in between is seen next time.
  const open = gapBefore === waited?.before ? stillOpen : await openAmong(scope)
  return { ready, gap: { before: gapBefore, open } }
}

/**
 * The events up to the first gap, and the event behind it.
 * @param closed the event before which all is known to be there
 */
function beforeGap(
  found: EventRow[],
  seq: number,
  closed: number | undefined,
): { ready: EventRow[]; gapBefore?: number } {
  const at = found.findIndex(
    (event, i) => event.seq !== (found[i - 1]?.seq ?? seq) + 1 && event.seq !== closed,
  )
  return at < 0 ? { ready: found } : { ready: found.slice(0, at), gapBefore: found[at]!.seq }
}

/**
 * The ids of the other transactions of this database that are open, of all or of the given ones. Each holds a
 * lock on its own id until all may see what it did. Locks do not tell their database, so that of the process does;
 * where neither that nor a prepared transaction tells it, it may be this one.
 */
async function openAmong(scope: Scope, ids?: string[]): Promise<string[]> {
  if (ids && !ids.length) return []
  const rows = await scope.session.rows(
    `select l.transactionid::text as id from pg_locks l
     left join pg_stat_activity a on a.pid = l.pid left join pg_prepared_xacts p on p.transaction = l.transactionid
     where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted and l.pid is distinct from pg_backend_pid()
       and coalesce(a.datname, p.database, current_database()) = current_database()`,
  )
  const open = rows.map(row => row.id as string)
  return ids ? open.filter(id => ids.includes(id)) : open
}

/** Runs followers until stopped: at once when woken, else every second. */
export class Following {
  private readonly database: Database
  private readonly followers: Follower[]
  private readonly log: Log
  private stopped = false
  private wakeUp: (() => void) | undefined
  private end: (() => void) | undefined
  private woken = false
  private running: Promise<void> | undefined

  constructor(database: Database, followers: Follower[], log: Log) {
    this.database = database
    this.followers = followers
    this.log = log
  }

  start(): void {
    this.running ??= this.loop()
  }

  /** Says that something was written; the next round starts at once. */
  wake(): void {
    this.woken = true
    this.wakeUp?.()
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.end?.()
    await this.running
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      this.woken = false
      const start = performance.now()
      const isIdle = await this.round()
      const tookMs = performance.now() - start
      if (this.stopped) return
      if (isIdle && !this.woken) await this.sleep(IDLE_MS, 'woken')
      else
        await this.sleep(Math.min(LONGEST_PAUSE_MS, Math.max(PAUSE_MS, PAUSES_A_ROUND * tookMs)), 'stopped')
    }
  }

  /** One turn of every follower; true where none has anything left to do. */
  private async round(): Promise<boolean> {
    const together = await followTogether(this.database, this.followers)
    let isIdle = !together.handled && !together.waiting
    for (const follower of this.followers.filter(one => !together.turned.has(one))) {
      try {
        const { handled, waiting } = await followOnce(this.database, follower)
        if (handled || waiting) isIdle = false
      } catch (error) {
        if (!this.stopped)
          this.log.warn({ err: error, follower: follower.name }, 'follower failed, will try again')
      }
    }
    return isIdle
  }

  /** @param until what ends it before its time: writes end a long sleep, but not a pause */
  private sleep(ms: number, until: 'woken' | 'stopped'): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        this.wakeUp = undefined
        this.end = undefined
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.end = done
      this.wakeUp = until === 'woken' ? done : undefined
    })
  }
}
