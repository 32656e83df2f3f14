import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import type { Feature } from '#core/feature.ts'
import { deliveryOperations } from './deliveries.ts'
import { startDispatcher } from './dispatch.ts'
import { webhookFollower } from './follower.ts'
import { webhookOperations } from './routes.ts'

export { deliveryTable, webhookTable } from './tables.ts'

const KEPT_DAYS = 30

const wallsOf = (table: string, admin: string, worker: string): ExtraWalls => ({
  table,
  grants: [`${admin} to ascendore_admin`, `${worker} to ascendore_worker`],
  policies: [
    {
      name: 'admin_all',
      to: 'ascendore_admin',
      using: wallHelpers.inWorkspace(table),
      check: wallHelpers.inWorkspace(table),
    },
    { name: 'worker_all', to: 'ascendore_worker', using: 'true', check: 'true' },
  ],
})

export default {
  operations: [...webhookOperations, ...deliveryOperations],
  followers: [webhookFollower],
  services: [startDispatcher],
  schedules: [
    {
      name: 'webhook-cleaning',
      cron: '41 3 * * *',
      run: database =>
        database.inSystem('ascendore_worker', async scope => {
          await scope.session.rows(
            `delete from webhook_deliveries where created_at < now() - interval '${KEPT_DAYS} days' and status <> 'PENDING'`,
          )
        }),
    },
  ],
  walls: [
    wallsOf('webhooks', 'select, insert, update, delete', 'select, update'),
    wallsOf('webhook_deliveries', 'select, insert, update, delete', 'select, insert, update, delete'),
  ],
} satisfies Feature
