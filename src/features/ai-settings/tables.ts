import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { memberships, workspaces } from '#core/db/tables.ts'

/** The model that a workspace has set for itself; a workspace without a row has the installation's. */
export const aiSettingsTable = pgTable(
  'ai_settings',
  {
    workspaceId: uuid('workspace_id').notNull(),
    id: uuid('id').notNull(),
    /** Null for the installation's. */
    provider: text('provider'),
    model: text('model'),
    embeddingModel: text('embedding_model'),
    baseUrl: text('base_url'),
    region: text('region'),
    /** The keys as JSON, sealed; and the last four characters, by which people tell them apart. */
    sealedKeys: text('sealed_keys'),
    keyHint: text('key_hint'),
    monthlyTokens: bigint('monthly_tokens', { mode: 'number' }),
    monthlyCost: numeric('monthly_cost', { precision: 12, scale: 2 }),
    prices: jsonb('prices').notNull().default(sql`'{}'`),
    /** Rises with each change of how the provider is reached, so that its failures are forgotten. */
    round: integer('round').notNull().default(0),
    updatedById: uuid('updated_by_id'),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('ai_settings_one').on(t.workspaceId),
    foreignKey({
      name: 'ai_settings_workspace_fk',
      columns: [t.workspaceId],
      foreignColumns: [workspaces.id],
    }),
    foreignKey({
      name: 'ai_settings_updated_by_fk',
      columns: [t.workspaceId, t.updatedById],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
  ],
)

/** One row for each call of a model. No prompt and no answer is kept. */
export const aiUsageTable = pgTable(
  'ai_usage',
  {
    workspaceId: uuid('workspace_id').notNull(),
    id: uuid('id').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    userId: uuid('user_id'),
    task: text('task').notNull(),
    promptVersion: integer('prompt_version'),
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    /** Whether the installation's key paid, and not the workspace's. */
    isInstallations: boolean('is_installations').notNull(),
    /** Null for success. */
    fault: text('fault'),
    attempts: integer('attempts').notNull(),
    inputTokens: integer('input_tokens').notNull(),
    outputTokens: integer('output_tokens').notNull(),
    /** Where the provider had not counted the tokens. */
    isEstimate: boolean('is_estimate').notNull(),
    /** US dollars; null where the model has no price. */
    cost: numeric('cost', { precision: 14, scale: 8 }),
    durationMs: integer('duration_ms').notNull(),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('ai_usage_by_time').on(t.workspaceId, t.createdAt),
  ],
)

const admins = (table: string): ExtraWalls['policies'][number] => ({
  name: 'admin_all',
  to: 'ascendore_admin',
  using: wallHelpers.inWorkspace(table),
  check: wallHelpers.inWorkspace(table),
})

export const aiWalls: ExtraWalls[] = [
  {
    table: 'ai_settings',
    grants: ['select, insert, update to ascendore_admin'],
    policies: [admins('ai_settings')],
  },
  {
    table: 'ai_usage',
    grants: ['select, insert to ascendore_admin', 'select, delete to ascendore_worker'],
    policies: [
      admins('ai_usage'),
      { name: 'worker_read', command: 'select', to: 'ascendore_worker', using: 'true' },
      { name: 'worker_delete', command: 'delete', to: 'ascendore_worker', using: 'true' },
    ],
  },
]
