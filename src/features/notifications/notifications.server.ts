import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import type { Feature } from '#core/feature.ts'
import { notifyDue } from './due.ts'
import { notificationFollower } from './follower.ts'
import { mailWaiting } from './mail.ts'
import { notificationOperations } from './routes.ts'

export { notificationTable, preferenceTable } from './tables.ts'

const KEPT_DAYS = 90
const { EVERYONE, ME, inWorkspace } = wallHelpers

/** What belongs to one member and nobody else, whatever their role. */
const personal = (table: string, mine: string, worker: string): ExtraWalls => ({
  table,
  grants: [...mine.split('; ').map(rights => `${rights} to ${EVERYONE}`), `${worker} to ascendore_worker`],
  policies: [
    {
      name: 'mine_all',
      to: EVERYONE,
      using: `${inWorkspace(table)} and ${table}.user_id = ${ME}`,
      check: `${inWorkspace(table)} and ${table}.user_id = ${ME}`,
    },
    { name: 'worker_all', to: 'ascendore_worker', using: 'true', check: 'true' },
  ],
})

export default {
  operations: notificationOperations,
  followers: [notificationFollower],
  schedules: [
    { name: 'notifications-due', cron: '* * * * *', run: database => notifyDue(database) },
    { name: 'notifications-mail', cron: '* * * * *', run: (_database, _log, app) => mailWaiting(app) },
    {
      name: 'notifications-cleaning',
      cron: '53 3 * * *',
      run: database =>
        database.inSystem('ascendore_worker', async scope => {
          await scope.session.rows(
            `delete from notifications where created_at < now() - interval '${KEPT_DAYS} days'`,
          )
        }),
    },
  ],
  walls: [
    personal('notifications', 'select; update (read_at)', 'select, insert, update, delete'),
    personal('notification_preferences', 'select, insert, update', 'select'),
  ],
} satisfies Feature
