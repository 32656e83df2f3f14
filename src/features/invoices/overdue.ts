import { arrayLiteral } from '#core/db/engine.ts'
import { type Database, systemIn, type Who } from '#core/db/workspace.ts'
import type { Schedule } from '#core/jobs/jobs.ts'
import type { Log } from '#core/log.ts'
import { recordNamed } from '#core/record/registry.ts'
import { todayIn } from '#core/record/relative-time.ts'
import { store } from '#core/record/store.ts'

const INVOICES_AT_ONCE = 200

/**
 * Writes down, with an event each, which sent invoices have become overdue. Lists and reports do not wait for it.
 * @param at the moment that counts as now
 */
export async function markOverdue(database: Database, log: Log, at: Date = new Date()): Promise<void> {
  const workspaces = await database.inSystem('ascendore_worker', scope =>
    scope.session.rows('select id, timezone from workspaces'),
  )
  const starts = workspaces.map(({ timezone }) => todayIn(timezone as string, at).start)
  const waiting = await database.inSystem('ascendore_worker', scope =>
    scope.session.rows(
      `select w.id, w.timezone, w.start from unnest($1::uuid[], $2::text[], $3::timestamptz[]) w(id, timezone, start)
       where exists (select 1 from invoices i where i.workspace_id = w.id and i.status = 'SENT' and i.deleted_at is null and i.due_at < w.start)`,
      [workspaces.map(({ id }) => id), workspaces.map(({ timezone }) => timezone), starts].map(arrayLiteral),
    ),
  )
  for (const { id, timezone, start } of waiting) {
    const who = systemIn(id as string, timezone as string)
    let count = 0
    for (let marked = INVOICES_AT_ONCE; marked === INVOICES_AT_ONCE; count += marked)
      marked = await markSome(database, who, start as string)
    log.info({ workspaceId: id, count }, 'invoices became overdue')
  }
}

/** One batch in one transaction; how many it was. */
async function markSome(database: Database, who: Who, start: string): Promise<number> {
  return database.inWorkspace(who, async tx => {
    const rows = await tx.session.rows(
      `select id from invoices where workspace_id = $1::uuid and status = 'SENT' and deleted_at is null and due_at < $2::timestamptz
       order by due_at limit ${INVOICES_AT_ONCE} for update skip locked`,
      [who.workspaceId, start],
    )
    for (const { id } of rows)
      await store.update(
        tx,
        recordNamed('invoice'),
        id as string,
        { status: 'OVERDUE' },
        { action: 'overdue' },
      )
    return rows.length
  })
}

/** At every quarter of an hour, since that is when somewhere in the world a day begins. */
export const overdueSchedule: Schedule = {
  name: 'invoices-overdue',
  cron: '*/15 * * * *',
  run: (database, log) => markOverdue(database, log),
}
