import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { memberships, workspaces } from '#core/db/tables.ts'

/** Where events are sent. The secrets are sealed, since signing needs them whole. */
export const webhookTable = pgTable(
  'webhooks',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    id: uuid('id').notNull(),
    name: text('name'),
    url: text('url').notNull(),
    events: text('events').array().notNull(),
    isActive: boolean('is_active').notNull().default(true),
    pausedAt: moment('paused_at'),
    pausedReason: text('paused_reason'),
    sealedSecret: text('sealed_secret').notNull(),
    sealedPreviousSecret: text('sealed_previous_secret'),
    previousUntil: moment('previous_until'),
    /** Only events behind this one are its own: it was made, or resumed, then. */
    fromSeq: bigint('from_seq', { mode: 'number' }).notNull(),
    /** When a dispatcher has to look at its queue; null where nothing waits. */
    nextAttemptAt: moment('next_attempt_at'),
    /** One dispatcher works a queue at a time; a lease that ran out was a killed process's. */
    leaseId: uuid('lease_id'),
    leasedUntil: moment('leased_until'),
    createdById: uuid('created_by_id').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: 'webhooks_created_by_fk',
      columns: [t.workspaceId, t.createdById],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
    index('webhooks_due').on(t.nextAttemptAt).where(sql`next_attempt_at is not null`),
  ],
)

/**
 * The queue and the log of deliveries. What is sent is made of the event, which nobody can change, so that it
 * is not kept twice.
 */
export const deliveryTable = pgTable(
  'webhook_deliveries',
  {
    workspaceId: uuid('workspace_id').notNull(),
    id: uuid('id').notNull(),
    webhookId: uuid('webhook_id').notNull(),
    /** EVENT in the order of events; TEST and REPLAY are tried once, at once. */
    kind: text('kind').notNull(),
    eventSeq: bigint('event_seq', { mode: 'number' }),
    eventType: text('event_type').notNull(),
    status: text('status').notNull().default('PENDING'),
    attempts: integer('attempts').notNull().default(0),
    firstAttemptAt: moment('first_attempt_at'),
    nextAttemptAt: moment('next_attempt_at'),
    deliveredAt: moment('delivered_at'),
    responseStatus: integer('response_status'),
    responseExcerpt: text('response_excerpt'),
    error: text('error'),
    durationMs: integer('duration_ms'),
    /** The latest attempts, the last one last. */
    log: jsonb('log').notNull().default(sql`'[]'`),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: 'webhook_deliveries_webhook_fk',
      columns: [t.workspaceId, t.webhookId],
      foreignColumns: [webhookTable.workspaceId, webhookTable.id],
    }),
    index('webhook_deliveries_log').on(t.workspaceId, t.webhookId, t.id),
    index('webhook_deliveries_queue')
      .on(t.workspaceId, t.webhookId, t.kind, t.eventSeq)
      .where(sql`status = 'PENDING'`),
    index('webhook_deliveries_age').on(t.createdAt),
  ],
)
