import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import {
  flexibleColumns,
  hostOf,
  money,
  name,
  ownerColumn,
  ownSearchIndex,
  recordColumns,
  recordKeys,
  searchColumn,
} from '#core/db/columns.ts'
import type { Tx } from '#core/db/workspace.ts'
import type { Feature } from '#core/feature.ts'
import { hostIn } from '#core/net/hosts.ts'
import { type Change, defineRecord, type WriteContext } from '#core/record/definition.ts'
import { notADomain } from '#core/record/fields.ts'
import { store } from '#core/record/store.ts'
import { nameIndex } from '#core/record/title.ts'
import { companyContract } from './companies.contract.ts'

export const companyTable = pgTable(
  'companies',
  {
    ...recordColumns(),
    ...ownerColumn(),
    name: name('name').notNull(),
    domain: text('domain'),
    industry: text('industry'),
    size: text('size'),
    website: text('website'),
    annualRevenue: money('annual_revenue'),
    employeeCount: integer('employee_count'),
    billingAddress: jsonb('billing_address'),
    shippingAddress: jsonb('shipping_address'),
    status: text('status').notNull().default('PROSPECT'),
    ...flexibleColumns(),
    searchText: searchColumn(`name || ' ' || coalesce(domain, '') || ' ' || coalesce(industry, '')`),
  },
  t => [
    ...recordKeys(t, { members: ['ownerId'] }),
    index().on(t.workspaceId, t.name, t.id),
    nameIndex('companies', t.workspaceId, [t.name]),
    index('companies_domain')
      .on(t.workspaceId, sql.raw(hostOf('domain')))
      .where(sql`deleted_at is null`),
    ownSearchIndex('companies', t),
  ],
)

export const companies = defineRecord({
  contract: companyContract,
  table: companyTable,
  visibility: { own: ['ownerId', 'createdById'] },
  rules: { update: domainChecked },
})

/** What is no domain may stay where it stands since before it was refused, and go where a merge or an undo takes it. @throws Refusal 400 */
async function domainChecked(tx: Tx, id: string, values: Change, context: WriteContext): Promise<Change> {
  const { domain } = values
  if (typeof domain !== 'string' || hostIn(domain) || context.history || tx.who.causeId) return values
  const before = await store.find(tx, companies, id)
  if (before && before.domain !== domain) throw notADomain('domain')
  return values
}

export default { records: [companies] } satisfies Feature
