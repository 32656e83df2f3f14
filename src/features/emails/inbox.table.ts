import { sql } from 'drizzle-orm'
import { foreignKey, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { memberships } from '#core/db/tables.ts'

/** Where mail for a workspace may be delivered: the SHA-256 of the secret in its address. */
export const mailInboxTable = pgTable(
  'mail_inboxes',
  {
    workspaceId: uuid('workspace_id').notNull(),
    /** By which way mail comes in. */
    kind: text('kind').notNull().default('WEBHOOK'),
    tokenHash: text('token_hash').notNull(),
    createdById: uuid('created_by_id').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.kind] }),
    foreignKey({
      name: 'mail_inboxes_created_by_fk',
      columns: [t.workspaceId, t.createdById],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
  ],
)

const here = wallHelpers.inWorkspace('mail_inboxes')

export const inboxWalls: ExtraWalls = {
  table: 'mail_inboxes',
  grants: ['select, insert, update to ascendore_admin'],
  policies: [{ name: 'admin_all', to: 'ascendore_admin', using: here, check: here }],
}
