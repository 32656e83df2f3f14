import { sql } from 'drizzle-orm'
import { foreignKey, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { memberships, workspaces } from '#core/db/tables.ts'
import type { Feature } from '#core/feature.ts'
import { keyReader } from './read.ts'
import { apiKeyOperations } from './routes.ts'

/** Keys of programs. Of the key itself only the hash is kept, which no role of a user can read (`key.ts`). */
export const apiKeyTable = pgTable(
  'api_keys',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    prefix: text('prefix').notNull(),
    hash: text('hash').notNull(),
    role: text('role').notNull(),
    scopes: text('scopes').array().notNull(),
    createdById: uuid('created_by_id').notNull(),
    expiresAt: moment('expires_at'),
    lastUsedAt: moment('last_used_at'),
    revokedAt: moment('revoked_at'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: 'api_keys_created_by_fk',
      columns: [t.workspaceId, t.createdById],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
  ],
)

const here = wallHelpers.inWorkspace('api_keys')
const SHOWN =
  'workspace_id, id, name, prefix, role, scopes, created_by_id, expires_at, last_used_at, revoked_at, created_at, updated_at'

const walls: ExtraWalls[] = [
  {
    table: 'api_keys',
    grants: [
      `select (${SHOWN}) to ascendore_admin`,
      'insert to ascendore_admin',
      'update (name, scopes, role, expires_at, revoked_at, updated_at) to ascendore_admin',
      'select to ascendore_auth',
      'update (last_used_at) to ascendore_auth',
    ],
    policies: [
      { name: 'admin_all', to: 'ascendore_admin', using: here, check: here },
      { name: 'auth_all', to: 'ascendore_auth', using: 'true', check: 'true' },
    ],
  },
]

export default {
  sessionOnly: true,
  operations: apiKeyOperations,
  credentials: [keyReader],
  walls,
} satisfies Feature
