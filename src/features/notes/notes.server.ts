import { boolean, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import {
  flexibleColumns,
  rankedColumn,
  rankedIndex,
  recordColumns,
  recordKeys,
  searchColumn,
  searchIndex,
} from '#core/db/columns.ts'
import type { Feature } from '#core/feature.ts'
import { defineRecord } from '#core/record/definition.ts'
import { noteContract } from './notes.contract.ts'

export const noteTable = pgTable(
  'notes',
  {
    ...recordColumns(),
    body: text('body').notNull(),
    authorId: uuid('author_id'),
    isPinned: boolean('is_pinned').notNull().default(false),
    relatedType: text('related_type'),
    relatedId: uuid('related_id'),
    ...flexibleColumns(),
    searchText: searchColumn('body'),
    searchVector: rankedColumn('body'),
  },
  t => [
    ...recordKeys(t, { members: ['authorId'], links: ['relatedId'] }),
    searchIndex('notes', t),
    rankedIndex('notes', t),
  ],
)

export const notes = defineRecord({
  contract: noteContract,
  table: noteTable,
  visibility: { own: ['authorId', 'createdById'], through: ['relatedId'] },
  rules: { create: (tx, values) => ({ authorId: tx.who.userId, ...values }) },
})

export default { records: [notes] } satisfies Feature
