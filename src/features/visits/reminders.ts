import { type Database, systemIn, type Who } from '#core/db/workspace.ts'
import type { Schedule } from '#core/jobs/jobs.ts'
import type { Log } from '#core/log.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'

const VISITS_AT_ONCE = 200
/** No reminder is given longer before than this; it is the bound of `reminderMinutes`. */
const AHEAD = '14 days'

/** Visits that are to come, whose reminder is due at the moment $1 and has not been given. */
const WAITING = `v.status = 'SCHEDULED' and v.reminded_at is null and v.deleted_at is null
  and v.starts_at > $1::timestamptz and v.starts_at <= $1::timestamptz + interval '${AHEAD}' and v.remind_at <= $1::timestamptz`

/**
 * Gives the reminders that are due: each is an event `reminded` of its visit, once, which whoever notifies people follows.
 * Those of visits that have begun already are not given any more.
 * @param at the moment that counts as now
 */
export async function giveReminders(database: Database, log: Log, at: Date = new Date()): Promise<void> {
  const waiting = await database.inSystem('ascendore_worker', scope =>
    scope.session.rows(
      `select w.id, w.timezone from workspaces w
       where w.id in (select v.workspace_id from visits v where ${WAITING})`,
      [at.toISOString()],
    ),
  )
  for (const { id, timezone } of waiting) {
    const who = systemIn(id as string, timezone as string)
    let count = 0
    for (let given = VISITS_AT_ONCE; given === VISITS_AT_ONCE; count += given)
      given = await giveSome(database, who, at.toISOString())
    log.info({ workspaceId: id, count }, 'reminded of visits')
  }
}

/** One batch in one transaction; how many it was. */
async function giveSome(database: Database, who: Who, now: string): Promise<number> {
  return database.inWorkspace(who, async tx => {
    const rows = await tx.session.rows(
      `select v.id from visits v where v.workspace_id = $2::uuid and ${WAITING}
       order by v.starts_at limit ${VISITS_AT_ONCE} for update skip locked`,
      [now, who.workspaceId],
    )
    for (const { id } of rows)
      await store.update(tx, recordNamed('visit'), id as string, { remindedAt: now }, { action: 'reminded' })
    return rows.length
  })
}

export const reminderSchedule: Schedule = {
  name: 'visit-reminders',
  cron: '* * * * *',
  run: (database, log) => giveReminders(database, log),
}
