import { DAY_MS } from '#core/time.ts'
import { clamp, HOUR_MS, iso, workMoment } from './clock.ts'
import type { World } from './companies.ts'
import type { Deal } from './deals.ts'
import { SALES } from './market.ts'
import type { Random } from './random.ts'
import type { DemoInvoice, DemoInvoiceItem } from './types.ts'

/** Older books are closed and not carried over. */
const SPAN_DAYS = 420
const VOID_SHARE = 0.02
const TERMS_DAYS = [
  [14, 25],
  [30, 55],
  [45, 20],
] as const
const RATE: Record<DemoInvoice['currency'], number> = { USD: 1, EUR: 0.92, GBP: 0.79 }
/** Percent: sales tax is not charged to businesses, value added tax is. */
const TAX: Record<DemoInvoice['currency'], number> = { USD: 0, EUR: 19, GBP: 20 }

interface Draft {
  deal: Deal
  issuedMs: number | null
}

const cents = (value: number): number => Math.round(value * 100)

/** The goods at list price and what was taken off it, which come to the deal's amount net of tax. */
function itemsOf({ record, product, quantity }: Deal): DemoInvoiceItem[] {
  const taxRate = TAX[record.currency]
  if (record.pipelineKey !== SALES) {
    const description = `Service contract for ${quantity} × ${product.name}, one year`
    return [{ description, quantity: 1, unitPrice: record.amount, taxRate }]
  }
  const unitPrice = cents(product.priceUsd * RATE[record.currency]) / 100
  const rest = cents(record.amount) - cents(unitPrice) * quantity
  return [
    { description: product.name, quantity, unitPrice, taxRate },
    ...(rest === 0
      ? []
      : [
          {
            description: rest < -quantity ? 'Discount as agreed' : 'Rounding',
            quantity: 1,
            unitPrice: rest / 100,
            taxRate,
          },
        ]),
  ]
}

/** When it is paid, or would be: most customers near the due date, some of them late, a few after a long time. */
function paymentMs(random: Random, issuedMs: number, dueMs: number): number {
  const days = random.weighted([
    [random.between(-8, 0), 62],
    [random.between(0, 12), 22],
    [random.between(12, 45), 11],
    [random.between(45, 150), 5],
  ])
  return workMoment(
    random,
    Math.max(dueMs + days * DAY_MS, issuedMs + DAY_MS),
    issuedMs + HOUR_MS,
    Number.POSITIVE_INFINITY,
  )
}

function invoiceOf(
  world: World,
  random: Random,
  { deal, issuedMs }: Draft,
  invoiceNumber: string,
): DemoInvoice {
  const { record, product, quantity } = deal
  const createdMs = issuedMs ?? workMoment(random, deal.planMs + DAY_MS, deal.planMs, world.nowMs)
  const invoice: DemoInvoice = {
    key: `invoice-${invoiceNumber}`,
    invoiceNumber,
    title: `${quantity} × ${product.name}`,
    notes: `Deal “${record.title}”.`,
    items: itemsOf(deal),
    currency: record.currency,
    status: 'DRAFT',
    issuedAt: null,
    dueAt: null,
    paidAt: null,
    // Who is billed; R3's client knows invoices of companies and contacts alone.
    relatedType: 'company',
    relatedKey: record.companyKey,
    dealKey: record.key,
    createdByKey: record.ownerKey,
    createdAt: iso(createdMs),
    updatedAt: iso(createdMs),
  }
  if (issuedMs === null) return invoice
  const today = Math.floor(world.nowMs / DAY_MS) * DAY_MS
  const dueMs = Math.floor(issuedMs / DAY_MS) * DAY_MS + random.weighted(TERMS_DAYS) * DAY_MS
  const paidMs = paymentMs(random, issuedMs, dueMs)
  const isVoid = random.chance(VOID_SHARE)
  const isPaid = !isVoid && paidMs <= world.nowMs
  const voidedMs = clamp(issuedMs + 2 * DAY_MS, issuedMs, world.nowMs)
  return {
    ...invoice,
    status: isVoid ? 'VOID' : isPaid ? 'PAID' : dueMs < today ? 'OVERDUE' : 'SENT',
    issuedAt: iso(issuedMs),
    dueAt: iso(dueMs),
    paidAt: isPaid ? iso(paidMs) : null,
    updatedAt: iso(isVoid ? voidedMs : isPaid ? paidMs : issuedMs),
  }
}

/** An invoice for each deal won of late, numbered without a gap in the order in which they were written. */
export function addInvoices(world: World, deals: readonly Deal[]): DemoInvoice[] {
  const random = world.random.stream('invoices')
  const drafts = deals
    .filter(({ record, planMs }) => record.status === 'WON' && planMs > world.nowMs - SPAN_DAYS * DAY_MS)
    .map((deal): Draft => {
      const issuedMs = workMoment(
        random,
        deal.planMs + random.between(1, 6) * DAY_MS,
        deal.planMs,
        Number.POSITIVE_INFINITY,
      )
      return { deal, issuedMs: issuedMs <= world.nowMs ? issuedMs : null }
    })
    .sort((a, b) => (a.issuedMs ?? Number.POSITIVE_INFINITY) - (b.issuedMs ?? Number.POSITIVE_INFINITY) || 0)
  const last = new Map<number, number>()
  return drafts.map(draft => {
    const year = new Date(draft.issuedMs ?? world.nowMs).getUTCFullYear()
    const sequence = (last.get(year) ?? 0) + 1
    last.set(year, sequence)
    return invoiceOf(world, random, draft, `${year}-${String(sequence).padStart(4, '0')}`)
  })
}
