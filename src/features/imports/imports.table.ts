import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  foreignKey,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { moment, recordColumns, recordKeys } from '#core/db/columns.ts'
import { defineRecord } from '#core/record/definition.ts'
import { importContract } from './imports.contract.ts'

const count = (name: string) => integer(name).notNull().default(0)

export const importTable = pgTable(
  'imports',
  {
    ...recordColumns(),
    entity: text('entity').notNull(),
    status: text('status').notNull().default('PENDING'),
    dryRun: boolean('dry_run').notNull().default(false),
    filename: text('filename'),
    sizeBytes: bigint('size_bytes', { mode: 'number' }),
    onDuplicate: text('on_duplicate').notNull().default('skip'),
    matchBy: text('match_by'),
    mapping: jsonb('mapping').notNull().default(sql`'{}'`),
    valueMapping: jsonb('value_mapping').notNull().default(sql`'{}'`),
    unmapped: text('unmapped').array().notNull().default(sql`'{}'`),
    options: jsonb('options').notNull().default(sql`'{}'`),
    total: integer('total'),
    processed: count('processed'),
    created: count('created'),
    updated: count('updated'),
    skipped: count('skipped'),
    failed: count('failed'),
    createdLinked: jsonb('created_linked').notNull().default(sql`'{}'`),
    undone: count('undone'),
    undoKept: count('undo_kept'),
    undoKeptLinked: jsonb('undo_kept_linked').notNull().default(sql`'{}'`),
    startedAt: moment('started_at'),
    finishedAt: moment('finished_at'),
    undoStartedAt: moment('undo_started_at'),
    /** Events from here on are undone already; undo walks them from the latest. */
    undoSeq: bigint('undo_seq', { mode: 'number' }),
    error: text('error'),
    /** When its file and its refused rows were deleted. */
    purgedAt: moment('purged_at'),
  },
  t => recordKeys(t),
)

/** Why whole imports fail, by the code that says it; imports keep the sentence. */
export const FAILURES = {
  FORBIDDEN: 'Whoever started this import may no longer write here.',
  INTERNAL_ERROR: 'The file could not be imported.',
}

/** Rows that an import refused, as they stand in the file, with the reasons. */
export const importErrorTable = pgTable(
  'import_errors',
  {
    workspaceId: uuid('workspace_id').notNull(),
    importId: uuid('import_id').notNull(),
    rowNumber: bigint('row_number', { mode: 'number' }).notNull(),
    issues: jsonb('issues').notNull(),
    cells: jsonb('cells').notNull(),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.importId, t.rowNumber] }),
    foreignKey({
      name: 'import_errors_import_fk',
      columns: [t.workspaceId, t.importId],
      foreignColumns: [importTable.workspaceId, importTable.id],
    }),
  ],
)

export const imports = defineRecord({
  contract: importContract,
  table: importTable,
  // The file and what is wrong with it are of whoever sent it.
  visibility: { own: ['createdById'], private: true },
  computed: {
    errorCode: sql.raw(
      `case t.error ${Object.entries(FAILURES)
        .map(([code, sentence]) => `when '${sentence}' then '${code}'`)
        .join(' ')} end`,
    ),
    errorsUrl: sql.raw("case when t.failed > 0 then '/api/v1/imports/' || t.id || '/errors' end"),
  },
  routes: ['list', 'read'],
})
