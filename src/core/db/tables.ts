import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  index,
  inet,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment, name } from './types.ts'

/** The tables on which the kernel itself stands. Features own all others. */

export const workspaces = pgTable('workspaces', {
  id: uuid('id').primaryKey(),
  name: name('name').notNull(),
  slug: text('slug').notNull().unique(),
  currency: text('currency').notNull().default('USD'),
  timezone: text('timezone').notNull().default('UTC'),
  settings: jsonb('settings').notNull().default(sql`'{}'`),
  createdAt: moment('created_at').notNull().default(sql`now()`),
  updatedAt: moment('updated_at').notNull().default(sql`now()`),
  version: integer('version').notNull().default(1),
})

/** A person, in as many workspaces as they have memberships; hence no workspace id. */
export const users = pgTable('users', {
  id: uuid('id').primaryKey(),
  name: name('name').notNull(),
  email: text('email').notNull().unique(),
  passwordHash: text('password_hash'),
  emailVerifiedAt: moment('email_verified_at'),
  isActive: boolean('is_active').notNull().default(true),
  /** How the person wants the app: language, locale, time zone, theme. */
  preferences: jsonb('preferences').notNull().default(sql`'{}'`),
  createdAt: moment('created_at').notNull().default(sql`now()`),
  updatedAt: moment('updated_at').notNull().default(sql`now()`),
})

/**
 * Who belongs to which workspace. A member who leaves keeps the row (`removedAt`), because records go on
 * naming them.
 */
export const memberships = pgTable(
  'memberships',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    id: uuid('id').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    role: text('role').notNull(),
    isActive: boolean('is_active').notNull().default(true),
    removedAt: moment('removed_at'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
    version: integer('version').notNull().default(1),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('memberships_user').on(t.workspaceId, t.userId),
    index().on(t.userId),
  ],
)

/**
 * A sign-in of a person on one device. Its refresh token is kept as a hash (SHA-256) and rotates; a token
 * that was used before ends the session (`endedAt`). `workspaceId` is the one it works in, or the nil UUID.
 */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    workspaceId: uuid('workspace_id').notNull(),
    tokenHash: text('token_hash').notNull(),
    userAgent: text('user_agent'),
    ip: inet('ip'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    usedAt: moment('used_at').notNull().default(sql`now()`),
    expiresAt: moment('expires_at').notNull(),
    endedAt: moment('ended_at'),
  },
  t => [unique('sessions_token').on(t.tokenHash), index().on(t.userId), index().on(t.expiresAt)],
)

/**
 * The directory of all records, without their content: what an id is, who may see it, what it hangs on
 * and whether it is in the trash. Links of every kind point here, and visibility of what hangs on a
 * record is decided here, so that neither needs to know the record types.
 */
export const records = pgTable(
  'records',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    id: uuid('id').notNull(),
    type: text('type').notNull(),
    ownerId: uuid('owner_id'),
    createdById: uuid('created_by_id'),
    assigneeId: uuid('assignee_id'),
    parentId: uuid('parent_id'),
    deletedAt: moment('deleted_at'),
    deletedById: uuid('deleted_by_id'),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('records_deleted').on(t.workspaceId, t.deletedAt, t.id).where(sql`deleted_at is not null`),
    index('records_parent').on(t.workspaceId, t.parentId).where(sql`parent_id is not null`),
  ],
)

/**
 * The append-only history of every change; audit, timeline, counters and all other followers read it.
 * `seq` is the order in which followers read it; a number that is missing may still come (decision 13).
 */
export const events = pgTable(
  'events',
  {
    workspaceId: uuid('workspace_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).generatedAlwaysAsIdentity({ cache: 1 }),
    id: uuid('id').notNull(),
    actorId: uuid('actor_id'),
    action: text('action').notNull(),
    entityType: text('entity_type').notNull(),
    entityId: uuid('entity_id').notNull(),
    changes: jsonb('changes').notNull().default(sql`'{}'`),
    causeId: uuid('cause_id'),
    apiKeyId: uuid('api_key_id'),
    ip: inet('ip'),
    userAgent: text('user_agent'),
    requestId: text('request_id'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.seq] }),
    index('events_seq').on(t.seq),
    index('events_entity').on(t.workspaceId, t.entityId, t.createdAt),
    index('events_time').on(t.workspaceId, t.createdAt, t.id),
    // What happened to a type of records, of which there may be few among many events.
    index('events_type').on(t.workspaceId, t.entityType, t.createdAt, t.id),
    index('events_actor').on(t.workspaceId, t.actorId, t.createdAt),
    index('events_cause').on(t.workspaceId, t.causeId, t.seq).where(sql`cause_id is not null`),
  ],
)

/** Live records by type, folded from events up to the cursor of the follower `counts`; see `record/counts.ts`. */
export const recordCounts = pgTable(
  'record_counts',
  {
    workspaceId: uuid('workspace_id').notNull(),
    type: text('type').notNull(),
    live: bigint('live', { mode: 'number' }).notNull().default(0),
  },
  t => [primaryKey({ columns: [t.workspaceId, t.type] })],
)

/** How far each follower of events has come; one row a follower, over all workspaces. */
export const eventCursors = pgTable('event_cursors', {
  follower: text('follower').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull().default(0),
  gapBefore: text('gap_before'),
})

/**
 * Answers that are given again for the same `Idempotency-Key`, for 24 hours: sealed, headers and all, in `body`
 * (decision 12). `headers` is of earlier versions. The workspace is the nil UUID for what a person does in none.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    workspaceId: uuid('workspace_id').notNull(),
    userId: uuid('user_id').notNull(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    status: integer('status'),
    headers: jsonb('headers'),
    body: text('body'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [primaryKey({ columns: [t.workspaceId, t.userId, t.key] }), index('idempotency_age').on(t.createdAt)],
)

/**
 * Stored bytes that are to be deleted once `dueAt` has come; see `storage/removals.ts`. `isTaken` while a
 * sweep deletes them.
 */
export const storageRemovals = pgTable(
  'storage_removals',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    key: text('key').notNull(),
    dueAt: moment('due_at').notNull(),
    isTaken: boolean('is_taken').notNull().default(false),
  },
  t => [primaryKey({ columns: [t.workspaceId, t.key] }), index('storage_removals_due').on(t.dueAt)],
)
