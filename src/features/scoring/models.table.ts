import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { workspaces } from '#core/db/tables.ts'

/**
 * What was learned from the outcomes of a workspace, a row for each time. `parameters` is the model itself, JSON under gzip in
 * base64; `card` what it says of itself. The newest READY version of a kind is the one in use.
 */
export const learnedModelTable = pgTable(
  'learned_models',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    id: uuid('id').notNull(),
    kind: text('kind').notNull(),
    version: integer('version').notNull(),
    status: text('status').notNull(),
    options: jsonb('options').notNull(),
    card: jsonb('card'),
    parameters: text('parameters'),
    message: text('message'),
    requestedById: uuid('requested_by_id'),
    createdAt: moment('created_at').notNull(),
    trainedAt: moment('trained_at'),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('learned_models_version').on(t.workspaceId, t.kind, t.version),
    index('learned_models_newest').on(t.workspaceId, t.createdAt, t.id),
  ],
)

const { EVERYONE, inWorkspace } = wallHelpers
const here = inWorkspace('learned_models')

/** Every member reads what was learned (it holds no record), and only admins have it learned anew. */
export const modelWalls: ExtraWalls = {
  table: 'learned_models',
  grants: [`select to ${EVERYONE}`, 'insert, update, delete to ascendore_admin'],
  policies: [
    { name: 'here_read', command: 'select', to: EVERYONE, using: here },
    { name: 'admin_all', to: 'ascendore_admin', using: here, check: here },
  ],
}
