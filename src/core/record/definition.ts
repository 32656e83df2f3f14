import { getTableColumns, getTableName, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Tx } from '../db/workspace.ts'
import type { EventAction } from '../events/actions.ts'
import type { Contract } from './contract.ts'

/**
 * Who sees a record. `workspace`: every member. Otherwise a MEMBER under visibility `own` sees it where one
 * of the `own` fields names them, or where a record that one of the `through` fields names is theirs. What is
 * `private` is seen so by every MEMBER and VIEWER, whatever the workspace lets its members see. Rows whose boolean
 * field `open` is true are read by all, and still changed only by those who would see them without.
 */
export type Visibility =
  | 'workspace'
  | { own: readonly string[]; through?: readonly string[]; private?: true; open?: string }

/** Values on their way into a row; SQL may refer to the row before the change as `old`. */
export type Change = Record<string, unknown>

/**
 * The server's side of a record type. `rules` may add to or refuse what is about to be written; they run
 * in the same transaction, and write other records through the store alone.
 */
export type RecordDefinition = {
  contract: Contract
  table: PgTable
  visibility: Visibility
  /**
   * Who may write: every MEMBER within visibility (default); what is there only the MEMBER who made it, whoever sees it; or ADMIN and
   * OWNER only.
   */
  writers: 'member' | 'maker' | 'admin'
  /**
   * Fields computed on read, over the row `t`. Of a field that has a column as well, filters and orders compare what is
   * computed and not what is stored.
   */
  computed: Record<string, SQL>
  /**
   * Of a computed field with a column: the stored values that may read as a value; a value that is not named reads as it is
   * stored. Only so can a filter on it use an index.
   */
  storedAs: Record<string, Record<string, readonly string[]>>
  /**
   * Further CTEs of the one statement that writes, over `old` and `new` (rows before and after): companion
   * rows that have no life of their own. Comma-separated SQL without parameters.
   */
  alongside: string | undefined
  rules: {
    create?: (tx: Tx, values: Change, context: WriteContext) => Promise<Change> | Change
    update?: (tx: Tx, id: string, values: Change, context: WriteContext) => Promise<Change> | Change
    /** Refuses a deletion, or does what must come before it. */
    remove?: (tx: Tx, id: string) => Promise<void>
    /** What a purge must take along: rows that exist only for the record. */
    purge?: (tx: Tx, ids: string[]) => Promise<void>
  }
  /** The field that names the record with which it is purged: what hangs there and is nothing by itself. Others stay, unlinked. */
  purgedWith: string | undefined
  /** Links that no two live rows share all of: what a merge would make stand twice keeps the link that it has. */
  once: readonly string[]
  /** Which of the generic routes exist; all of them where not said. */
  routes: readonly GenericRoute[]
}

export type GenericRoute =
  | 'list'
  | 'create'
  | 'read'
  | 'update'
  | 'remove'
  | 'restore'
  | 'bulk'
  | 'import'
  | 'export'
  | 'nested'
const ALL_ROUTES: readonly GenericRoute[] = [
  'list',
  'create',
  'read',
  'update',
  'remove',
  'restore',
  'bulk',
  'import',
  'export',
  'nested',
]

/**
 * `history` marks an import of what happened elsewhere: dates and outcomes are taken as given.
 * `asItHappened` also dates and signs the events by the rows; only the made-up demo workspace does that,
 * since a real history of changes must say when and by whom it was written.
 */
export type WriteContext = { history: boolean; asItHappened?: boolean; action?: EventAction }

type Given = Pick<RecordDefinition, 'contract' | 'table' | 'visibility'> &
  Partial<Omit<RecordDefinition, 'contract' | 'table' | 'visibility'>>

/** Completes a record definition, and says at boot where contract and table do not fit. */
export function defineRecord(given: Given): RecordDefinition {
  const definition: RecordDefinition = {
    writers: 'member',
    computed: {},
    storedAs: {},
    alongside: undefined,
    purgedWith: undefined,
    once: [],
    rules: {},
    routes: ALL_ROUTES.filter(
      route =>
        (route !== 'import' || given.contract.importable) &&
        (route !== 'export' || given.contract.exportable),
    ),
    ...given,
  }
  if (definition.routes.includes('export') !== given.contract.exportable)
    throw new Error(
      `${definition.contract.name} is exportable in its contract or by its routes, and not in both`,
    )
  const columns = getTableColumns(definition.table)
  for (const key of Object.keys(definition.contract.fields)) {
    if (!columns[key] && !definition.computed[key]) {
      throw new Error(`${definition.contract.name}.${key} has neither a column nor a computed expression`)
    }
  }
  return definition
}

/** The SQL name of the table. */
export const tableOf = (record: RecordDefinition): string => getTableName(record.table)

/**
 * SQL of the rows `t` with those ids, in the workspace `$1`: each by itself, by the primary key. Of `id = any(…)`, and of a join, a plan for
 * anybody thinks that going through all that is somebody's in another index costs no more.
 * @param ids a parameter such as `$2`
 */
export const rowsById = (record: RecordDefinition, ids: string): string =>
  `unnest(${ids}::uuid[]) k(id), lateral (select * from ${tableOf(record)} r where r.workspace_id = $1::uuid and r.id = k.id limit 1) t`

/** The column behind a field. @throws where there is none */
export function columnOf(record: RecordDefinition, key: string): PgColumn {
  const column = (getTableColumns(record.table) as Record<string, PgColumn>)[key]
  if (!column) throw new Error(`${record.contract.name} has no column ${key}`)
  return column
}

export const hasColumn = (record: RecordDefinition, key: string): boolean =>
  key in getTableColumns(record.table)

/** The SQL type to which a parameter for the column is cast. */
export const castOf = (column: PgColumn): string => column.getSQLType().replace(/ collate .*/, '')

/** The fields whose values stand in the directory of records, by their column there. */
export function directoryColumns(record: RecordDefinition): Record<string, string> {
  const { visibility } = record
  const own = visibility === 'workspace' ? [] : visibility.own
  const parent = visibility === 'workspace' ? undefined : visibility.through?.[0]
  return {
    ...(own.includes('ownerId') ? { owner_id: 'ownerId' } : {}),
    ...(hasColumn(record, 'createdById') ? { created_by_id: 'createdById' } : {}),
    ...Object.fromEntries(
      own
        .filter(key => key !== 'ownerId' && key !== 'createdById')
        .slice(0, 1)
        .map(key => ['assignee_id', key]),
    ),
    ...(parent ? { parent_id: parent } : {}),
  }
}
