import { sql } from 'drizzle-orm'
import { boolean, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { recordColumns, recordKeys } from '#core/db/columns.ts'
import { invalid } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { defineRecord } from '#core/record/definition.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { customFieldContract } from './custom-fields.contract.ts'

export const customFieldTable = pgTable(
  'custom_fields',
  {
    ...recordColumns(),
    entity: text('entity').notNull(),
    key: text('key').notNull(),
    label: text('label').notNull(),
    type: text('type').notNull(),
    options: text('options').array().notNull().default(sql`'{}'`),
    required: boolean('required').notNull().default(false),
  },
  t => [
    ...recordKeys(t),
    uniqueIndex('custom_fields_key').on(t.workspaceId, t.entity, t.key).where(sql`deleted_at is null`),
  ],
)

/** The key becomes part of SQL expressions (record/filter.ts), so nothing but an identifier may pass. */
function check(values: Record<string, unknown>): Record<string, unknown> {
  const { entity, key, type, options } = values
  if (
    entity !== undefined &&
    (!hasRecord(entity as string) || !('customFields' in recordNamed(entity as string).contract.fields))
  ) {
    throw invalid({ path: 'entity', message: 'is not a record type that has custom fields' })
  }
  if (key !== undefined && !/^[a-zA-Z][a-zA-Z0-9_]{0,59}$/.test(key as string)) {
    throw invalid({ path: 'key', message: 'must be a letter, then letters, digits or _' })
  }
  const isChoice = type === 'select' || type === 'multiSelect'
  if (isChoice && !(options as string[] | undefined)?.length)
    throw invalid({ path: 'options', message: `must be given for ${type}` })
  return values
}

export const customFields = defineRecord({
  contract: customFieldContract,
  table: customFieldTable,
  visibility: 'workspace',
  writers: 'admin',
  rules: { create: (_tx, values) => check(values), update: (_tx, _id, values) => check(values) },
  routes: ['list', 'create', 'read', 'update', 'remove', 'restore', 'bulk'],
})

export default { records: [customFields] } satisfies Feature
