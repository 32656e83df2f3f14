import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { memberships } from '#core/db/tables.ts'

/** IMAP mailboxes from which received mail is read. Passwords are sealed, since signing in needs them whole. */
export const mailboxTable = pgTable(
  'mailboxes',
  {
    workspaceId: uuid('workspace_id').notNull(),
    id: uuid('id').notNull(),
    /** Whose it is; null where it is the workspace's. */
    userId: uuid('user_id'),
    createdById: uuid('created_by_id').notNull(),
    host: text('host').notNull(),
    port: integer('port').notNull(),
    security: text('security').notNull(),
    username: text('username').notNull(),
    /** PASSWORD, or OAUTH2: then what is sealed are its tokens. */
    auth: text('auth').notNull().default('PASSWORD'),
    tokenUrl: text('token_url'),
    clientId: text('client_id'),
    sealedPassword: text('sealed_password').notNull(),
    folder: text('folder').notNull(),
    isActive: boolean('is_active').notNull().default(true),
    /** Of the mails that were there before, those of so many days are read as well. */
    backfillDays: integer('backfill_days').notNull().default(0),
    /** The place in the folder (RFC 3501, 2.3.1.1): the next message to read, valid under this UIDVALIDITY. */
    uidValidity: bigint('uid_validity', { mode: 'number' }),
    uidNext: bigint('uid_next', { mode: 'number' }),
    readAt: moment('read_at'),
    failures: integer('failures').notNull().default(0),
    lastError: text('last_error'),
    nextReadAt: moment('next_read_at'),
    /** One process reads a mailbox at a time; a lease that ran out was a killed process's. */
    leaseId: uuid('lease_id'),
    leasedUntil: moment('leased_until'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: 'mailboxes_user_fk',
      columns: [t.workspaceId, t.userId],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
    foreignKey({
      name: 'mailboxes_created_by_fk',
      columns: [t.workspaceId, t.createdById],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
    index('mailboxes_due').on(t.nextReadAt).where(sql`is_active`),
  ],
)

const here = wallHelpers.inWorkspace('mailboxes')
const mine = `${here} and mailboxes.user_id = ${wallHelpers.ME}`
const RIGHTS = 'select, insert, update, delete'

export const mailboxWalls: ExtraWalls = {
  table: 'mailboxes',
  grants: [
    `${RIGHTS} to ascendore_admin`,
    `${RIGHTS} to ascendore_member, ascendore_member_wide`,
    'select, update to ascendore_worker',
  ],
  policies: [
    { name: 'admin_all', to: 'ascendore_admin', using: here, check: here },
    { name: 'mine_all', to: 'ascendore_member, ascendore_member_wide', using: mine, check: mine },
    { name: 'worker_all', to: 'ascendore_worker', using: 'true', check: 'true' },
  ],
}
