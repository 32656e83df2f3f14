import { sql } from 'drizzle-orm'
import { pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { recordColumns, recordKeys, searchColumn, searchIndex } from '#core/db/columns.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { forbidden } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { defineRecord } from '#core/record/definition.ts'
import { unsubscribeContract } from './unsubscribes.contract.ts'

export const unsubscribeTable = pgTable(
  'unsubscribes',
  {
    ...recordColumns(),
    email: text('email').notNull(),
    reason: text('reason'),
    source: text('source').notNull().default('MANUAL'),
    searchText: searchColumn(`email || ' ' || coalesce(reason, '')`),
  },
  t => [
    ...recordKeys(t),
    uniqueIndex('unsubscribes_live_email').on(t.workspaceId, t.email).where(sql`deleted_at is null`),
    searchIndex('unsubscribes', t),
  ],
)

/** Any member may enter an address; only admins may mail it again. */
export const unsubscribes = defineRecord({
  contract: unsubscribeContract,
  table: unsubscribeTable,
  visibility: 'workspace',
  routes: ['list', 'create', 'read', 'update', 'remove', 'restore', 'bulk', 'export', 'nested'],
  rules: {
    remove: async ({ session, who }, id) => {
      if (who.role !== 'MEMBER') return
      const found = await session.rows(
        'select 1 from unsubscribes where workspace_id = $1::uuid and id = $2::uuid and deleted_at is null',
        [who.workspaceId, id],
      )
      if (found.length) throw forbidden('Only an admin or owner may take an address off the list')
    },
  },
})

/** Which of the addresses want no more mail. */
export async function unsubscribedAmong({ session, who }: Tx, addresses: string[]): Promise<Set<string>> {
  const rows = await session.rows(
    'select email from unsubscribes where workspace_id = $1::uuid and email = any($2::text[]) and deleted_at is null',
    [who.workspaceId, arrayLiteral(addresses.map(address => address.toLowerCase()))],
  )
  return new Set(rows.map(row => row.email as string))
}

export default { records: [unsubscribes] } satisfies Feature
