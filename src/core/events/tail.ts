import type { Database } from '../db/workspace.ts'
import { type EventRow, type Gap, readBehind } from './follow.ts'

/**
 * Reads the history as it grows, for whoever needs no cursor in the database: each process for itself, every event
 * once and in order. Like a follower it waits before the number of a transaction that may still commit.
 */
export class EventTail {
  private readonly database: Database
  private gap: Gap | undefined
  /** Everything up to here has been read, and nothing below it can come any more. */
  seq = 0

  constructor(database: Database) {
    this.database = database
  }

  /**
   * Starts behind what is settled for certain: where a follower has passed, nothing can commit any more. Called again
   * after a pause, it leaves out what nobody has listened to.
   */
  async skipToNow(): Promise<void> {
    const [row] = await this.database.inSystem(
      'ascendore_worker',
      scope =>
        scope.session.rows(
          `select coalesce(max(seq), 0) as seq from event_cursors where follower = 'counts'`,
        ),
      'unheard',
    )
    this.seq = row!.seq as number
    this.gap = undefined
  }

  /** The next events, at most a thousand; `waiting` says that more stand behind a gap. */
  async next(): Promise<{ events: EventRow[]; waiting: boolean }> {
    const { ready, gap } = await this.database.inSystem(
      'ascendore_worker',
      scope => readBehind(scope, this.seq, this.gap),
      'unheard',
    )
    this.seq = ready.at(-1)?.seq ?? this.seq
    this.gap = gap
    return { events: ready, waiting: gap !== undefined }
  }
}
