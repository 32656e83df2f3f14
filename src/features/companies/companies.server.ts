import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import {
  flexibleColumns,
  money,
  name,
  ownerColumn,
  recordColumns,
  recordKeys,
  searchColumn,
  searchIndex,
} from '#core/db/columns.ts'
import type { Feature } from '#core/feature.ts'
import { defineRecord } from '#core/record/definition.ts'
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
    index('companies_domain').on(t.workspaceId, sql`crm_fold(domain)`).where(sql`deleted_at is null`),
    searchIndex('companies', t),
  ],
)

export const companies = defineRecord({
  contract: companyContract,
  table: companyTable,
  visibility: { own: ['ownerId', 'createdById'] },
})

export default { records: [companies] } satisfies Feature
