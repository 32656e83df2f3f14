import { sql } from 'drizzle-orm'
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import {
  live,
  moment,
  money,
  name,
  rankedColumn,
  rankedIndex,
  recordColumns,
  recordKeys,
  searchColumn,
  searchIndex,
} from '#core/db/columns.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import type { Feature } from '#core/feature.ts'
import { defineRecord } from '#core/record/definition.ts'
import { agingRoute } from './aging.ts'
import { invoiceContract } from './invoices.contract.ts'
import { releaseNumbers, seriesWalls } from './numbers.ts'
import { overdueSchedule } from './overdue.ts'
import { pdfRoute } from './pdf-route.ts'
import { changeInvoice, startInvoice } from './rules.ts'

export { invoiceSeries } from './numbers.ts'

export const invoiceTable = pgTable(
  'invoices',
  {
    ...recordColumns(),
    invoiceNumber: text('invoice_number').notNull(),
    title: name('title').notNull(),
    notes: text('notes'),
    items: jsonb('items').notNull().default(sql`'[]'`),
    amount: money('amount').notNull().default(0),
    subtotal: money('subtotal'),
    taxAmount: money('tax_amount'),
    taxes: jsonb('taxes').notNull().default(sql`'[]'`),
    currency: text('currency').notNull(),
    status: text('status').notNull().default('DRAFT'),
    relatedType: text('related_type'),
    relatedId: uuid('related_id'),
    issuedAt: moment('issued_at'),
    dueAt: moment('due_at'),
    paidAt: moment('paid_at'),
    datedAt: moment('dated_at').notNull().generatedAlwaysAs(sql`coalesce(issued_at, created_at)`),
    searchText: searchColumn(`invoice_number || ' ' || title || ' ' || coalesce(notes, '')`),
    searchVector: rankedColumn(`invoice_number || ' ' || title || ' ' || coalesce(notes, '')`),
  },
  t => [
    ...recordKeys(t, { links: ['relatedId'] }),
    // An import that was undone may come again. The series passes over what is in the trash, too.
    uniqueIndex('invoices_live_number').on(t.workspaceId, t.invoiceNumber).where(live),
    index('invoices_number').on(t.workspaceId, t.invoiceNumber),
    index('invoices_status').on(t.workspaceId, t.status, t.updatedAt, t.id).where(live),
    index('invoices_dated').on(t.workspaceId, t.datedAt, t.id).where(live),
    index('invoices_open')
      .on(t.workspaceId, t.dueAt)
      .where(sql`status in ('SENT', 'OVERDUE') and deleted_at is null`),
    searchIndex('invoices', t),
    rankedIndex('invoices', t),
  ],
)

/**
 * What is sent and past due is overdue at the very midnight, whether or not the job has written it down yet. `app.day_start`
 * is when the workspace's day began; followers have none, and read what is stored.
 */
const STATUS = `case when t.status in ('SENT', 'OVERDUE') and nullif(current_setting('app.day_start', true), '') is not null
  then case when t.due_at < nullif(current_setting('app.day_start', true), '')::timestamptz then 'OVERDUE' else 'SENT' end
  else t.status end`

export const invoices = defineRecord({
  contract: invoiceContract,
  table: invoiceTable,
  visibility: { own: ['createdById'], through: ['relatedId'] },
  computed: { status: sql.raw(STATUS) },
  storedAs: { status: { SENT: ['SENT', 'OVERDUE'], OVERDUE: ['SENT', 'OVERDUE'] } },
  rules: { create: startInvoice, update: changeInvoice, purge: releaseDrafts },
})

/** What was sent keeps its number for ever, and the history tells what became of it. */
async function releaseDrafts(tx: Tx, ids: string[]): Promise<void> {
  const rows = await tx.session.rows(
    `select invoice_number as number from invoices where workspace_id = $1::uuid and id = any($2::uuid[]) and status = 'DRAFT' order by invoice_number`,
    [tx.who.workspaceId, arrayLiteral(ids)],
  )
  await releaseNumbers(
    tx,
    rows.map(row => row.number as string),
  )
}

export default {
  records: [invoices],
  operations: [agingRoute, pdfRoute],
  schedules: [overdueSchedule],
  walls: [seriesWalls],
} satisfies Feature
