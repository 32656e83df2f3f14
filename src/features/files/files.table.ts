import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import {
  flexibleColumns,
  rankedColumn,
  rankedIndex,
  recordColumns,
  recordKeys,
  searchColumn,
  searchIndex,
} from '#core/db/columns.ts'
import { invalid } from '#core/errors.ts'
import { defineRecord } from '#core/record/definition.ts'
import { removeBytesAfter } from '#core/storage/removals.ts'
import { renamed } from './filename.ts'
import { fileContract } from './files.contract.ts'

export const fileTable = pgTable(
  'files',
  {
    ...recordColumns(),
    filename: text('filename').notNull(),
    contentType: text('content_type').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    attachedToType: text('attached_to_type'),
    attachedToId: uuid('attached_to_id'),
    description: text('description'),
    ...flexibleColumns(),
    /** What the file says, for search alone; null until it has been read. Follows from the bytes, so it is no field. */
    textContent: text('text_content'),
    searchText: searchColumn(
      "filename || ' ' || coalesce(description, '') || ' ' || coalesce(text_content, '')",
    ),
    searchVector: rankedColumn(
      "filename || ' ' || coalesce(description, '') || ' ' || coalesce(text_content, '')",
    ),
  },
  t => [...recordKeys(t, { links: ['attachedToId'] }), searchIndex('files', t), rankedIndex('files', t)],
)

/** Where the bytes of a file are. */
export const fileKey = (workspaceId: string, fileId: string): string => `${workspaceId}/files/${fileId}`

export const files = defineRecord({
  contract: fileContract,
  table: fileTable,
  visibility: { own: ['createdById'], through: ['attachedToId'] },
  purgedWith: 'attachedToId',
  rules: {
    create: (_tx, values) => {
      // A row without bytes would be a promise that nobody keeps.
      if (!values.sha256) throw invalid({ path: 'op', message: 'files are created by /files/upload' })
      return values
    },
    update: (_tx, _id, values) =>
      typeof values.filename === 'string' ? { ...values, filename: renamed(values.filename) } : values,
    purge: (tx, ids) =>
      removeBytesAfter(
        tx,
        ids.map(id => fileKey(tx.who.workspaceId, id)),
      ),
  },
  routes: ['list', 'read', 'update', 'remove', 'restore', 'bulk', 'export', 'nested'],
})
