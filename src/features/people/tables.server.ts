import { sql } from 'drizzle-orm'
import {
  bigint,
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
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { memberships, sessions, users, workspaces } from '#core/db/tables.ts'
import type { Feature } from '#core/feature.ts'

/** The tables of people beyond the kernel's own. All but `invites` belong to persons, not to a workspace. */

/** Refresh tokens that have been exchanged: one that comes again ends its session. Kept as SHA-256. */
export const usedRefreshTokens = pgTable(
  'used_refresh_tokens',
  {
    hash: text('hash').primaryKey(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    usedAt: moment('used_at').notNull(),
  },
  t => [index().on(t.sessionId), index().on(t.usedAt)],
)

/** Links that were sent by mail, by SHA-256 of their token. `purpose` is `verify` or `reset`. */
export const mailTokens = pgTable(
  'mail_tokens',
  {
    hash: text('hash').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    purpose: text('purpose').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    expiresAt: moment('expires_at').notNull(),
    usedAt: moment('used_at'),
  },
  t => [index().on(t.userId, t.purpose, t.createdAt), index().on(t.expiresAt)],
)

/** Failed sign-ins by account and by address; see `login-guard.ts`. Keys are hashes, so no mail is listed. */
export const loginAttempts = pgTable(
  'login_attempts',
  {
    key: text('key').primaryKey(),
    failures: integer('failures').notNull(),
    since: moment('since').notNull(),
    lockedUntil: moment('locked_until'),
  },
  t => [index().on(t.since)],
)

/** The second factor of a person; see `two-factor.ts`. It counts once `enabledAt` is set. */
export const twoFactors = pgTable('two_factors', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id),
  sealedSecret: text('sealed_secret').notNull(),
  enabledAt: moment('enabled_at'),
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
  recoveryHashes: text('recovery_hashes').array().notNull().default(sql`'{}'`),
  createdAt: moment('created_at').notNull().default(sql`now()`),
})

/** Invitations into a workspace. Their tokens are computed from the row and kept nowhere (`invites.ts`). */
export const invites = pgTable(
  'invites',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    id: uuid('id').notNull(),
    email: text('email').notNull(),
    role: text('role').notNull(),
    createdById: uuid('created_by_id'),
    expiresAt: moment('expires_at').notNull(),
    acceptedAt: moment('accepted_at'),
    revokedAt: moment('revoked_at'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: 'invites_created_by_fk',
      columns: [t.workspaceId, t.createdById],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
    uniqueIndex('invites_pending')
      .on(t.workspaceId, t.email)
      .where(sql`accepted_at is null and revoked_at is null`),
  ],
)

/** A table that only sign-in reads and writes, and that the nightly cleaning empties by the named columns. */
const signInOnly = (table: string, cleanedBy?: string): ExtraWalls => ({
  table,
  grants: [
    'select, insert, update, delete to ascendore_auth',
    ...(cleanedBy ? [`select (${cleanedBy}) to ascendore_worker`, 'delete to ascendore_worker'] : []),
  ],
  policies: [
    { name: 'auth_all', to: 'ascendore_auth', using: 'true', check: 'true' },
    { name: 'worker_clean', to: 'ascendore_worker', using: 'true' },
  ],
})

const here = wallHelpers.inWorkspace('invites')

const walls: ExtraWalls[] = [
  signInOnly('used_refresh_tokens', 'used_at'),
  signInOnly('mail_tokens', 'expires_at'),
  signInOnly('login_attempts', 'since, locked_until'),
  signInOnly('two_factors'),
  {
    table: 'invites',
    grants: ['select, insert, update to ascendore_admin', 'select, update to ascendore_auth'],
    policies: [
      { name: 'admin_all', to: 'ascendore_admin', using: here, check: here },
      { name: 'auth_all', to: 'ascendore_auth', using: 'true', check: 'true' },
    ],
  },
]

/** What is over and can prove nothing any more. A refresh token lives 30 days, so its trace does too. */
const CLEANING = [
  `delete from used_refresh_tokens where used_at < now() - interval '30 days'`,
  `delete from sessions where expires_at < now() or ended_at < now() - interval '30 days'`,
  `delete from mail_tokens where expires_at < now() - interval '1 day'`,
  `delete from login_attempts where since < now() - interval '1 day' and (locked_until is null or locked_until < now() - interval '1 day')`,
]

export default {
  walls,
  schedules: [
    {
      name: 'people-cleaning',
      cron: '17 3 * * *',
      run: database =>
        database.inSystem('ascendore_worker', async scope => {
          for (const statement of CLEANING) await scope.session.rows(statement)
        }),
    },
  ],
} satisfies Feature
