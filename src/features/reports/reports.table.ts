import { sql } from 'drizzle-orm'
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment, name, recordColumns, recordKeys } from '#core/db/columns.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { memberships, records } from '#core/db/tables.ts'

export const reportTable = pgTable(
  'reports',
  {
    ...recordColumns(),
    name: name('name').notNull(),
    description: text('description'),
    entity: text('entity').notNull(),
    filter: jsonb('filter'),
    groupBy: jsonb('group_by').notNull().default([]),
    measures: jsonb('measures').notNull(),
    chart: text('chart').notNull().default('BAR'),
    shared: boolean('shared').notNull().default(false),
    schedule: jsonb('schedule'),
    scheduleError: text('schedule_error'),
    nextSendAt: moment('next_send_at'),
    lastSentAt: moment('last_sent_at'),
    /** The zone by whose clock `nextSendAt` was reckoned: where the workspace moves, it is reckoned anew. */
    sendZone: text('send_zone'),
  },
  t => [
    ...recordKeys(t),
    index('reports_name').on(t.workspaceId, t.name, t.id),
    // Of all workspaces: the clock asks once a minute.
    index('reports_due').on(t.nextSendAt).where(sql`next_send_at is not null and deleted_at is null`),
  ],
)

/** The mails of scheduled reports: one for each recipient and time, however often the clock is asked. */
export const reportMailTable = pgTable(
  'report_mails',
  {
    workspaceId: uuid('workspace_id').notNull(),
    id: uuid('id').notNull(),
    reportId: uuid('report_id').notNull(),
    userId: uuid('user_id').notNull(),
    dueAt: moment('due_at').notNull(),
    /** QUEUED, SENDING, then SENT, SKIPPED, FAILED, or UNCERTAIN where the process ended in between. */
    status: text('status').notNull().default('QUEUED'),
    reason: text('reason'),
    attempts: integer('attempts').notNull().default(0),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('report_mails_once').on(t.workspaceId, t.reportId, t.userId, t.dueAt),
    index('report_mails_age').on(t.createdAt),
    foreignKey({
      name: 'report_mails_report_fk',
      columns: [t.workspaceId, t.reportId],
      foreignColumns: [records.workspaceId, records.id],
    }),
    foreignKey({
      name: 'report_mails_user_fk',
      columns: [t.workspaceId, t.userId],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
  ],
)

/** Who does not want the mails of a report any more, whatever its schedule says. */
export const reportOptOutTable = pgTable(
  'report_opt_outs',
  {
    workspaceId: uuid('workspace_id').notNull(),
    reportId: uuid('report_id').notNull(),
    userId: uuid('user_id').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.reportId, t.userId] }),
    foreignKey({
      name: 'report_opt_outs_report_fk',
      columns: [t.workspaceId, t.reportId],
      foreignColumns: [records.workspaceId, records.id],
    }),
    foreignKey({
      name: 'report_opt_outs_user_fk',
      columns: [t.workspaceId, t.userId],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
  ],
)

const { EVERYONE, ME, inWorkspace } = wallHelpers
const mine = `${inWorkspace('report_opt_outs')} and report_opt_outs.user_id = ${ME}`

/** The mails are the system's affair, which acts as an admin of the workspace; what one wants is one's own. */
export const reportWalls: ExtraWalls[] = [
  {
    table: 'report_mails',
    grants: ['select, insert, update, delete to ascendore_admin', 'select, delete to ascendore_worker'],
    policies: [
      {
        name: 'here_all',
        to: 'ascendore_admin',
        using: inWorkspace('report_mails'),
        check: inWorkspace('report_mails'),
      },
      { name: 'worker_all', to: 'ascendore_worker', using: 'true' },
    ],
  },
  {
    table: 'report_opt_outs',
    grants: [`select, insert, delete to ${EVERYONE}`],
    policies: [
      { name: 'mine_all', to: EVERYONE, using: mine, check: mine },
      // Read to leave them out; forgotten with their report.
      { name: 'here_read', command: 'select', to: 'ascendore_admin', using: inWorkspace('report_opt_outs') },
      {
        name: 'here_forget',
        command: 'delete',
        to: 'ascendore_admin',
        using: inWorkspace('report_opt_outs'),
      },
    ],
  },
]

/** Whether the caller gets the report `t` by mail. */
export const RECEIVES_MAIL = `(coalesce(t.schedule->'recipientIds', '[]') ? current_setting('app.user_id', true)
  and (t.shared or t.created_by_id = ${ME})
  and not exists (select 1 from report_opt_outs o where o.workspace_id = t.workspace_id and o.report_id = t.id and o.user_id = ${ME}))`
