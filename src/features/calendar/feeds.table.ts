import { sql } from 'drizzle-orm'
import { foreignKey, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { memberships } from '#core/db/tables.ts'

/** One calendar feed for each member: the SHA-256 of the secret in its address. */
export const calendarFeedTable = pgTable(
  'calendar_feeds',
  {
    workspaceId: uuid('workspace_id').notNull(),
    userId: uuid('user_id').notNull(),
    tokenHash: text('token_hash').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.userId] }),
    foreignKey({
      name: 'calendar_feeds_user_fk',
      columns: [t.workspaceId, t.userId],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
  ],
)

const mine = `${wallHelpers.inWorkspace('calendar_feeds')} and calendar_feeds.user_id = ${wallHelpers.ME}`

export const feedWalls: ExtraWalls = {
  table: 'calendar_feeds',
  grants: [`select, insert, update, delete to ${wallHelpers.EVERYONE}`, 'select to ascendore_auth'],
  policies: [
    { name: 'mine_all', to: wallHelpers.EVERYONE, using: mine, check: mine },
    // The feed itself is asked for without a session; whose it is is told by its address.
    { name: 'auth_read', command: 'select', to: 'ascendore_auth', using: 'true' },
  ],
}
