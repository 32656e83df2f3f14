import { sql } from 'drizzle-orm'
import { jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { moment, recordColumns, recordKeys } from '#core/db/columns.ts'
import { defineRecord } from '#core/record/definition.ts'
import { mergeContract } from './merges.contract.ts'

export const mergeTable = pgTable(
  'merges',
  {
    ...recordColumns(),
    entity: text('entity').notNull(),
    targetId: uuid('target_id').notNull(),
    sourceIds: text('source_ids').array().notNull().default(sql`'{}'`),
    moved: jsonb('moved'),
    undoneAt: moment('undone_at'),
  },
  t => recordKeys(t),
)

export const merges = defineRecord({
  contract: mergeContract,
  table: mergeTable,
  visibility: { own: ['createdById'], private: true },
  routes: ['list', 'read'],
})
