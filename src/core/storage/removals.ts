import { arrayLiteral } from '../db/engine.ts'
import type { Database, Tx, Who } from '../db/workspace.ts'
import { unavailable } from '../errors.ts'
import type { Schedule } from '../jobs/jobs.ts'
import type { Storage } from './types.ts'

/**
 * The list of stored bytes that are to be deleted. Bytes and rows live in two stores that share no
 * transaction, so bytes are on this list before they are written, and leave it in the transaction that makes
 * their row; a purge puts them on it in the transaction that deletes their row. Killed at any moment, each
 * file is then either known to a row or on the list.
 */

const GRACE = '1 day'
/** A process that was killed while deleting leaves its keys to the next one after this time. */
const TAKEN_FOR = '1 hour'
const KEYS_AT_ONCE = 200

type Keep = { database: Database; storage: Storage }

/**
 * Stores bytes that no row knows yet. The caller makes the row with `claimBytes` in its transaction, or
 * calls `discardBytes`; where it can do neither the sweep deletes them after a day.
 */
export async function putUnclaimed(
  { database, storage }: Keep,
  who: Who,
  key: string,
  source: AsyncIterable<Uint8Array>,
): Promise<{ sizeBytes: number }> {
  await database.inWorkspace(who, tx =>
    tx.session.rows(
      `insert into storage_removals (workspace_id, key, due_at) values ($1::uuid, $2, now() + interval '${GRACE}')`,
      [who.workspaceId, key],
    ),
  )
  return storage.put(key, source)
}

/** Takes the bytes off the list in the transaction that makes their row. @throws Refusal 503 where the sweep has them */
export async function claimBytes(tx: Tx, key: string): Promise<void> {
  const claimed = await tx.session.rows(
    'delete from storage_removals where workspace_id = $1::uuid and key = $2 and not is_taken returning 1',
    [tx.who.workspaceId, key],
  )
  if (!claimed.length) throw unavailable('The upload took too long; send it again')
}

/** Deletes bytes that have found no row. A failure is left to the sweep, so nothing is thrown. */
export async function discardBytes({ database, storage }: Keep, who: Who, key: string): Promise<void> {
  const place = [who.workspaceId, key]
  try {
    // Where the commit's answer was lost the row may be there after all; then the key is off the list.
    const taken = await database.inWorkspace(who, tx =>
      tx.session.rows(
        `update storage_removals set is_taken = true, due_at = now() + interval '${TAKEN_FOR}'
         where workspace_id = $1::uuid and key = $2 and not is_taken returning 1`,
        place,
      ),
    )
    if (!taken.length) return
    await storage.delete(key)
    await database.inWorkspace(who, tx =>
      tx.session.rows('delete from storage_removals where workspace_id = $1::uuid and key = $2', place),
    )
  } catch {
    // Still on the list.
  }
}

/** Has bytes deleted once the transaction that forgets them has been committed. */
export async function removeBytesAfter(tx: Tx, keys: string[]): Promise<void> {
  await tx.session.rows(
    `insert into storage_removals (workspace_id, key, due_at) select $1::uuid, unnest($2::text[]), now()
     on conflict (workspace_id, key) do update set due_at = now()`,
    [tx.who.workspaceId, arrayLiteral(keys)],
  )
}

/** Deletes the bytes whose time has come; answers how many files that were. */
export async function sweepRemovals({ database, storage }: Keep): Promise<number> {
  for (let count = 0; ; ) {
    // Marked first and deleted outside the transaction: a slow store must not hold a connection.
    const due = (await database.inSystem('ascendore_worker', scope =>
      scope.session.rows(
        `update storage_removals set is_taken = true, due_at = now() + interval '${TAKEN_FOR}'
         where (workspace_id, key) in (select workspace_id, key from storage_removals where due_at <= now()
           order by due_at limit ${KEYS_AT_ONCE} for update skip locked)
         returning workspace_id as "workspaceId", key`,
      ),
    )) as Array<{ workspaceId: string; key: string }>
    for (const { key } of due) await storage.delete(key)
    if (due.length)
      await database.inSystem('ascendore_worker', scope =>
        scope.session.rows(
          'delete from storage_removals where (workspace_id, key) in (select * from unnest($1::uuid[], $2::text[])) and is_taken',
          [arrayLiteral(due.map(row => row.workspaceId)), arrayLiteral(due.map(row => row.key))],
        ),
      )
    count += due.length
    if (due.length < KEYS_AT_ONCE) return count
  }
}

/** Every five minutes: the bytes of what was purged, and of uploads that were cut off. */
export const removalSchedule: Schedule = {
  name: 'storage-removals',
  cron: '*/5 * * * *',
  async run(database, log, { storage }) {
    const files = await sweepRemovals({ database, storage })
    if (files) log.info({ files }, 'stored files deleted')
    await storage.tidy()
  },
}
