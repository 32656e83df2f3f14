import { z } from 'zod'
import { saying } from '#core/errors.ts'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const INVOICE_STATUSES = ['DRAFT', 'SENT', 'PAID', 'OVERDUE', 'VOID'] as const
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number]

const ITEMS_AT_MOST = 200

const decimal = (min: number, max: number) =>
  z
    .number()
    .min(min)
    .max(max)
    .refine(value => /^-?\d+(\.\d{1,4})?$/.test(String(value)), 'must have at most 4 decimals')

const item = z.strictObject({
  description: z.string().trim().min(1).max(500),
  quantity: decimal(-1_000_000_000, 1_000_000_000).default(1),
  unitPrice: decimal(-1_000_000_000, 1_000_000_000).meta({ description: 'Without tax' }),
  taxRate: decimal(0, 100).default(0).meta({ description: 'Percent' }),
  amount: z.number().optional().meta({ description: 'quantity × unitPrice, rounded; computed' }),
})
export type InvoiceItem = {
  description: string
  quantity: number
  unitPrice: number
  taxRate: number
  amount: number
}

const tax = z.strictObject({ taxRate: z.number(), net: z.number(), tax: z.number() })
export type InvoiceTax = z.infer<typeof tax>

/** Like any moment, but a bare day stays one until the workspace's zone is known. */
const dayOrMoment = (description: string) => {
  const field = f.moment({ description })
  const schema = z
    .union(
      [z.iso.datetime({ offset: true }), z.iso.date()],
      'must be a day, or an ISO-8601 date-time such as 2026-01-31T09:30:00Z',
    )
    .refine(
      value => value >= '1900' && value < '2201',
      saying('YEAR_RANGE', 'must lie between 1900 and 2200'),
    )
    .transform(value => (value.length === 10 ? value : new Date(value).toISOString()))
  return { ...field, schema }
}

const number = () => {
  const field = f.text(60, {
    nullable: false,
    description: 'Unique in the workspace; the next of the series, such as 2026-0001, where not given',
  })
  // Forms send nothing as an empty text.
  return { ...field, schema: field.schema.transform(value => value || undefined) }
}

export const invoiceContract = defineContract({
  name: 'invoice',
  path: 'invoices',
  label: 'Invoice',
  description: 'A bill to a customer. What was sent and not paid by its due date is overdue',
  title: ['invoiceNumber'],
  dateField: 'datedAt',
  plainFilters: ['status', 'relatedType', 'relatedId', 'currency', 'invoiceNumber', 'createdById'],
  example: {
    title: 'Handheld scanners, first delivery',
    items: [
      { description: 'Skerrow S3', quantity: 20, unitPrice: 420, taxRate: 19 },
      { description: 'Setup, hours', quantity: 3.5, unitPrice: 95, taxRate: 19 },
    ],
    currency: 'EUR',
    dueAt: '2027-02-28T12:00:00Z',
  },
  fields: {
    invoiceNumber: number(),
    title: f.required(f.text(255)),
    notes: f.longText(),
    items: f.object(z.array(item).max(ITEMS_AT_MOST), {
      nullable: false,
      default: [],
      description: 'The lines. Where there are any, amount, subtotal and taxes follow from them',
    }),
    amount: f.withDefault(f.money({ min: 0, description: 'What is to be paid, tax included' }), 0),
    subtotal: f.readOnly(f.money({ description: 'Without tax; known where there are items' })),
    taxAmount: f.readOnly(f.money({ description: 'All taxes; known where there are items' })),
    taxes: f.readOnly(
      f.object(z.array(tax), { nullable: false, default: [], description: 'The tax of each rate' }),
    ),
    currency: f.currency({ nullable: false, description: "ISO 4217; the workspace's where not given" }),
    status: f.withDefault(
      f.choice(INVOICE_STATUSES, {
        description: 'DRAFT → SENT → PAID; → VOID from each; OVERDUE by itself from the day after dueAt',
      }),
      'DRAFT',
    ),
    relatedType: f.choice(['contact', 'company', 'deal', 'project'], {
      description: 'The type of the record that is billed',
    }),
    relatedId: f.related({ description: 'Its id' }),
    issuedAt: dayOrMoment('Set when it is sent, where not given'),
    dueAt: dayOrMoment("A day begins at midnight in the workspace's zone"),
    paidAt: dayOrMoment('Set when it is paid, where not given'),
    datedAt: f.readOnly(
      f.moment({
        nullable: false,
        description: 'issuedAt, or createdAt before that; what dateFrom and dateTo read',
      }),
    ),
  },
})

export type Invoice = RecordOf<typeof invoiceContract>
