import { sql } from 'drizzle-orm'
import { bigint, boolean, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
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
    isMoving: boolean('is_moving').notNull().default(false),
    /** The event up to which an undo has come. */
    undoSeq: bigint('undo_seq', { mode: 'number' }),
    undoneAt: moment('undone_at'),
  },
  t => [...recordKeys(t), index('merges_moving').on(t.workspaceId).where(sql`is_moving`)],
)

export const merges = defineRecord({
  contract: mergeContract,
  table: mergeTable,
  visibility: { own: ['createdById'], private: true },
  routes: ['list', 'read'],
})
