import { sql } from 'drizzle-orm'
import {
  boolean,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { memberships } from '#core/db/tables.ts'

/** What a member was told. `key` names the effect, so that it is told once, whatever reads its cause again. */
export const notificationTable = pgTable(
  'notifications',
  {
    workspaceId: uuid('workspace_id').notNull(),
    id: uuid('id').notNull(),
    userId: uuid('user_id').notNull(),
    key: text('key').notNull(),
    kind: text('kind').notNull(),
    actorId: uuid('actor_id'),
    entityType: text('entity_type').notNull(),
    entityId: uuid('entity_id').notNull(),
    title: text('title'),
    detail: text('detail'),
    /** Several of one import count as one. */
    count: integer('count').notNull().default(1),
    /** False where the member wants only the mail. */
    inApp: boolean('in_app').notNull(),
    isMailWaiting: boolean('is_mail_waiting').notNull(),
    mailedAt: moment('mailed_at'),
    readAt: moment('read_at'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: 'notifications_user_fk',
      columns: [t.workspaceId, t.userId],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
    uniqueIndex('notifications_key').on(t.workspaceId, t.userId, t.key),
    index('notifications_list').on(t.workspaceId, t.userId, t.id),
    index('notifications_unread').on(t.workspaceId, t.userId).where(sql`read_at is null and in_app`),
    index('notifications_mail').on(t.createdAt).where(sql`is_mail_waiting`),
    index('notifications_age').on(t.createdAt),
  ],
)

/** What a member has said of a kind; without a row the default holds. */
export const preferenceTable = pgTable(
  'notification_preferences',
  {
    workspaceId: uuid('workspace_id').notNull(),
    userId: uuid('user_id').notNull(),
    kind: text('kind').notNull(),
    inApp: boolean('in_app').notNull(),
    email: boolean('email').notNull(),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.userId, t.kind] }),
    foreignKey({
      name: 'notification_preferences_user_fk',
      columns: [t.workspaceId, t.userId],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
  ],
)
