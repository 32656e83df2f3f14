import { sql } from 'drizzle-orm'
import { type AnyPgColumn, index, type PgColumn } from 'drizzle-orm/pg-core'
import { columnOf, type RecordDefinition } from './definition.ts'

/**
 * The SQL by which records are found under what people call them: their title fields joined by a space, case
 * and accents folded. `nameIndex` indexes the very same expression.
 * @param alias the row, with a point (`t.`), or nothing
 */
export function foldedTitle(columns: readonly PgColumn[], alias = ''): string {
  if (columns.length === 1) return `crm_fold(${alias}${columns[0]!.name})`
  return `crm_fold(btrim(${columns.map(({ name }) => `coalesce(${alias}${name}, '')`).join(" || ' ' || ")}))`
}

/** The same for a record type. */
export const titleExpression = (record: RecordDefinition, alias: string): string =>
  foldedTitle(
    record.contract.title.map(key => columnOf(record, key)),
    alias,
  )

/**
 * An index under which imports find records by name. Only a role that row-level security does not narrow can
 * use it, since folding is not leakproof (DESIGN.md 2).
 * @param title the columns of the contract's `title`, in its order
 */
export const nameIndex = (name: string, workspaceId: AnyPgColumn, title: AnyPgColumn[]) =>
  index(`${name}_title`)
    .on(workspaceId, sql.raw(foldedTitle(title as unknown as PgColumn[])))
    .where(sql`deleted_at is null`)
