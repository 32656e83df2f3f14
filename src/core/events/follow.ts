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
  handle: (scope: Scope, events: EventRow[]) => Promise<void>
}

const EVENTS_AT_ONCE = 1000
const IDLE_MS = 1000
/** Between two rounds, so that under load events are handled in large batches and not one by one. */
const PAUSE_MS = 50

/**
 * Reads events in the order of `seq`, which for one record is the order of commits: the number is drawn
 * while the row is locked. A number that is missing may belong to a transaction that is still open, so
 * the follower waits before the gap until every transaction that was open when it saw the gap has ended
 * (their ids are below the snapshot's xmax); a gap that stays then was rolled back.
 *
 * @returns how many events were handled, and whether more wait behind a gap
 */
export async function followOnce(
  database: Database,
  follower: Follower,
): Promise<{ handled: number; waiting: boolean }> {
  return database.inSystem(
    'ascendore_worker',
    async scope => {
      const { name, from = 'start' } = follower
      await scope.session.rows(
        `insert into event_cursors (follower, seq) select $1, ${from === 'now' ? '(select coalesce(max(seq), 0) from events)' : '0'}
       where not exists (select 1 from event_cursors where follower = $1) on conflict do nothing`,
        [name],
      )
      const [cursor] = await scope.session.rows(
        'select seq, gap_before from event_cursors where follower = $1 for update skip locked',
        [name],
      )
      if (!cursor) return { handled: 0, waiting: false }
      const found = await seenEvents(scope, cursor.seq as number)
      if (!found.length) return { handled: 0, waiting: false }
      const { ready, gap } = beforeGap(found, cursor as { seq: number; gap_before: string | null })
      if (ready.length) await follower.handle(scope, ready)
      await scope.session.rows(
        'update event_cursors set seq = $2::bigint, gap_before = $3 where follower = $1',
        [name, ready.at(-1)?.seq ?? cursor.seq, gap],
      )
      return { handled: ready.length, waiting: gap !== null }
    },
    'quiet',
  )
}

type Seen = EventRow & { xmin: string; xmax: string }

/** The events behind a number, with the snapshot in which they were seen: "open" means open when exactly these were. */
export async function seenEvents(scope: Scope, seq: number): Promise<Seen[]> {
  const found = await scope.session.rows(
    `select e.*, pg_snapshot_xmin(pg_current_snapshot())::text as xmin, pg_snapshot_xmax(pg_current_snapshot())::text as xmax
     from (select seq, id, workspace_id as "workspaceId", actor_id as "actorId", action, entity_type as "entityType",
       entity_id as "entityId", changes, cause_id as "causeId", created_at as "createdAt"
       from events where seq > $1::bigint order by seq limit ${EVENTS_AT_ONCE}) e order by e.seq`,
    [seq],
  )
  return found as Seen[]
}

/**
 * The events that may be handled now, and the gap before which the rest waits, as "seq xmax": the event
 * behind the gap, and the id below which all transactions must have ended.
 */
export function beforeGap(
  seen: Seen[],
  cursor: { seq: number; gap_before: string | null },
): { ready: EventRow[]; gap: string | null } {
  const [waitingFor, waitingUntil] = cursor.gap_before?.split(' ') ?? []
  const ready: EventRow[] = []
  let last = cursor.seq
  for (const event of seen) {
    const isGap = event.seq !== last + 1
    const nobodyOpen = event.xmin === event.xmax
    const hasEnded = waitingFor === String(event.seq) && BigInt(event.xmin) >= BigInt(waitingUntil!)
    if (isGap && !nobodyOpen && !hasEnded) {
      // A wait that has begun keeps its mark: a busy database must not postpone it for ever.
      const until = waitingFor === String(event.seq) ? waitingUntil! : event.xmax
      return { ready, gap: `${event.seq} ${until}` }
    }
    ready.push(event)
    last = event.seq
  }
  return { ready, gap: null }
}

/** Runs followers until stopped: at once when woken, else every second. */
export class Following {
  private readonly database: Database
  private readonly followers: Follower[]
  private readonly log: Log
  private stopped = false
  private wakeUp: (() => void) | undefined
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
    this.wake()
    await this.running
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      this.woken = false
      const isIdle = await this.round()
      if (!this.stopped) await this.sleep(isIdle && !this.woken ? IDLE_MS : PAUSE_MS)
    }
  }

  /** One turn of every follower; true where none has anything left to do. */
  private async round(): Promise<boolean> {
    let isIdle = true
    for (const follower of this.followers) {
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

  private sleep(ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        this.wakeUp = undefined
        resolve()
      }
      const timer = setTimeout(done, ms)
      // A short pause is not cut by writes; a long sleep is.
      this.wakeUp = ms > PAUSE_MS ? done : undefined
    })
  }
}
