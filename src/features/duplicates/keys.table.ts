import { sql } from 'drizzle-orm'
import { boolean, customType, index, pgTable, primaryKey, real, text, uuid } from 'drizzle-orm/pg-core'
import type { ExtraWalls } from '#core/db/policies.ts'

/** Compared byte by byte: any order does that keeps likes together, and this one costs least. */
const plain = customType<{ data: string }>({ dataType: () => 'text collate "C"' })

/**
 * What records may have in common, a row for each: addresses, numbers, domains, names, and names read backwards. In their
 * order, equal ones lie together and names with a typo near each other. They follow the events (keys.ts).
 */
export const duplicateKeyTable = pgTable(
  'duplicate_keys',
  {
    workspaceId: uuid('workspace_id').notNull(),
    entity: text('entity').notNull(),
    kind: text('kind').notNull(),
    key: plain('key').notNull(),
    id: uuid('id').notNull(),
    /** Whether another record has the same. */
    isDoubled: boolean('is_doubled').notNull().default(false),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.entity, t.kind, t.key, t.id] }),
    index('duplicate_keys_record').on(t.workspaceId, t.id),
    index('duplicate_keys_doubled').on(t.workspaceId, t.entity, t.kind, t.key, t.id).where(sql`is_doubled`),
  ],
)

/** Two records whose names are alike but not the same, by how alike they are. */
export const duplicateNameTable = pgTable(
  'duplicate_names',
  {
    workspaceId: uuid('workspace_id').notNull(),
    a: uuid('a').notNull(),
    b: uuid('b').notNull(),
    entity: text('entity').notNull(),
    name: text('name').notNull(),
    likeness: real('likeness').notNull(),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.a, t.b] }),
    index('duplicate_names_b').on(t.workspaceId, t.b),
    index('duplicate_names_likest').on(t.workspaceId, t.entity, t.likeness.desc(), t.a, t.b),
  ],
)

/** Read by the role that ranks ids: its statements name workspace and visibility themselves (find.ts). */
export const keyWalls: ExtraWalls[] = ['duplicate_keys', 'duplicate_names'].map(table => ({
  table,
  grants: ['select to ascendore_search', 'select, insert, update, delete to ascendore_worker'],
  policies: [
    { name: 'search_read', command: 'select', to: 'ascendore_search', using: 'true' },
    { name: 'worker_all', to: 'ascendore_worker', using: 'true', check: 'true' },
  ],
}))
