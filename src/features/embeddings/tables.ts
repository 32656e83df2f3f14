import { sql } from 'drizzle-orm'
import { boolean, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { halfvec, moment } from '#core/db/columns.ts'
import type { ExtraWalls } from '#core/db/policies.ts'

/** What each record's text is near to. Vectors of different models stand beside each other and are never compared. */
export const embeddingTable = pgTable(
  'embeddings',
  {
    workspaceId: uuid('workspace_id').notNull(),
    model: text('model').notNull(),
    recordType: text('record_type').notNull(),
    recordId: uuid('record_id').notNull(),
    vector: halfvec('vector').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.model, t.recordType, t.recordId] }),
    index('embeddings_of_record').on(t.workspaceId, t.recordId),
  ],
)

/** Records whose text has changed since it was embedded. */
export const embeddingDueTable = pgTable(
  'embedding_due',
  {
    workspaceId: uuid('workspace_id').notNull(),
    recordId: uuid('record_id').notNull(),
    recordType: text('record_type').notNull(),
    dueAt: moment('due_at').notNull().default(sql`now()`),
  },
  t => [primaryKey({ columns: [t.workspaceId, t.recordId] }), index('embedding_due_next').on(t.dueAt)],
)

/** By what a workspace's texts are embedded. */
export const embeddingStateTable = pgTable(
  'embedding_states',
  {
    workspaceId: uuid('workspace_id').notNull(),
    id: uuid('id').notNull(),
    /** The model for which every record has been put into the queue. */
    model: text('model'),
    /** Whether that must be looked at again, since the settings have changed. */
    isStale: boolean('is_stale').notNull().default(false),
    /** How rare words are here (statistics.ts), counted over so many records. */
    rarity: text('rarity'),
    documents: integer('documents').notNull().default(0),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('embedding_states_one').on(t.workspaceId),
    index('embedding_states_stale').on(t.workspaceId).where(sql`is_stale`),
  ],
)

/** No user's role has any right here: ids are ranked by the role of searches, under conditions that are said each time. */
const walls = (table: string, toSearch: boolean): ExtraWalls => ({
  table,
  grants: [
    'select, insert, update, delete to ascendore_worker',
    ...(toSearch ? ['select to ascendore_search'] : []),
  ],
  policies: [
    { name: 'worker_all', to: 'ascendore_worker', using: 'true', check: 'true' },
    ...(toSearch
      ? [{ name: 'search_read', command: 'select', to: 'ascendore_search', using: 'true' } as const]
      : []),
  ],
})

export const embeddingWalls = [
  walls('embeddings', true),
  walls('embedding_due', false),
  walls('embedding_states', true),
]
