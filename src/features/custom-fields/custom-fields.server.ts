import { sql } from 'drizzle-orm'
import { boolean, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { recordColumns, recordKeys } from '#core/db/columns.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import type { Page } from '#core/record/cursor.ts'
import { type Change, defineRecord } from '#core/record/definition.ts'
import { pageOf, ref } from '#core/record/json-schema.ts'
import { list } from '#core/record/list.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
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
    order: integer('position').notNull().default(0),
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
    throw invalid({ path: 'key', code: 'KEY_FORMAT', message: 'must be a letter, then letters, digits or _' })
  }
  const isChoice = type === 'select' || type === 'multiSelect'
  if (isChoice && !(options as string[] | undefined)?.length)
    throw invalid({ path: 'options', code: 'REQUIRED', message: `must be given for ${type}` })
  return values
}

export const customFields = defineRecord({
  contract: customFieldContract,
  table: customFieldTable,
  visibility: 'workspace',
  writers: 'admin',
  rules: { create: (tx, values) => place(tx, check(values)), update: (_tx, _id, values) => check(values) },
  routes: ['list', 'create', 'read', 'update', 'remove', 'restore', 'bulk'],
})

/** A field that does not say where it stands goes behind the others of its record type. */
async function place(tx: Tx, values: Change): Promise<Change> {
  if (values.order !== undefined) return values
  const [last] = await tx.session.rows(
    'select max(position) as place from custom_fields where workspace_id = $1::uuid and entity = $2 and deleted_at is null',
    [tx.who.workspaceId, values.entity],
  )
  return { ...values, order: Math.min(ORDER_AT_MOST, ((last?.place as number | null) ?? -1) + 1) }
}

const ORDER_AT_MOST = 10_000
const FIELDS_AT_MOST = 500

type Order = { entity: string; fieldIds: string[] }

/** Gives the fields their places; those that are not named follow in their old order. @throws Refusal 400 */
async function reorder(tx: Tx, { entity, fieldIds }: Order): Promise<Page> {
  const rows = await tx.session.rows(
    'select id from custom_fields where workspace_id = $1::uuid and entity = $2 and deleted_at is null order by position, created_at, id for update',
    [tx.who.workspaceId, entity],
  )
  const own = rows.map(row => row.id as string)
  const strange = fieldIds.filter(id => !own.includes(id))
  if (strange.length)
    throw invalid({ path: 'fieldIds', message: `not fields of ${entity}: ${strange.join(', ')}` })
  if (new Set(fieldIds).size !== fieldIds.length)
    throw invalid({ path: 'fieldIds', code: 'TWICE', message: 'names a field twice' })
  const rest = own.filter(id => !fieldIds.includes(id))
  for (const [order, id] of [...fieldIds, ...rest].entries())
    await store.update(tx, customFields, id, { order })
  return list(tx, customFields, { entity, limit: 200 })
}

const reorderRoute = operation({
  method: 'PUT',
  path: '/custom-fields/reorder',
  tag: 'custom-fields',
  access: 'ADMIN',
  summary: 'Put the custom fields of a record type into a new order',
  body: z.strictObject({
    entity: z.string().max(60),
    fieldIds: z.array(z.uuid()).min(1).max(FIELDS_AT_MOST),
  }),
  document: { answer: pageOf(ref('CustomField')) },
  handle: ({ tx, body }) => reorder(tx, body),
})

export default { records: [customFields], operations: [reorderRoute] } satisfies Feature
