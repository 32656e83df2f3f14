import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, unprocessable } from '#core/errors.ts'
import { checkAmount, workspaceCurrency } from '#core/record/currency.ts'
import type { Change, WriteContext } from '#core/record/definition.ts'
import { dayIn, startOfDay, todayIn } from '#core/record/relative-time.ts'
import { addUp, type Totals } from './amounts.ts'
import type { InvoiceItem, InvoiceStatus } from './invoices.contract.ts'
import { claimNumber, releaseNumbers, takeNumber } from './numbers.ts'

const AMOUNT_AT_MOST = 9_999_999_999_999.99

/**
 * Where an invoice may go: along DRAFT → SENT → PAID, and to VOID from everywhere. OVERDUE is not gone to: it is what SENT
 * reads as from the day after the due date.
 */
const MOVES: Record<InvoiceStatus, readonly InvoiceStatus[]> = {
  DRAFT: ['SENT', 'VOID'],
  SENT: ['PAID', 'VOID'],
  OVERDUE: ['PAID', 'VOID'],
  PAID: ['VOID'],
  VOID: [],
}

type Current = {
  status: InvoiceStatus
  dueAt: string | null
  issuedAt: string | null
  invoiceNumber: string
  items: InvoiceItem[]
  amount: number
  currency: string
}

/** Completes a new invoice. One may be written down in any state that it has elsewhere. */
export async function startInvoice(tx: Tx, given: Change, context: WriteContext): Promise<Change> {
  const values = withMoments(tx, given)
  const paidBefore = context.history && values.paidAt && values.status === undefined
  const asked = (values.status ?? (paidBefore ? 'PAID' : 'DRAFT')) as InvoiceStatus
  const status = isOpen(asked) ? openStatus(tx, values.dueAt) : asked
  if (asked === 'OVERDUE' && status !== asked && !context.history) throw notYetDue()
  const now = new Date().toISOString()
  const since = (context.history && (values.createdAt as string | undefined)) || now
  const issuedAt = values.issuedAt ?? (isOpen(status) || status === 'PAID' ? since : null)
  checkPaidAt(status, values.paidAt)
  checkDue(tx, values, {})
  const currency = (values.currency as string | undefined) ?? (await workspaceCurrency(tx))
  const amounts = amountsOf(values, { items: [], amount: 0, currency })
  const number = values.invoiceNumber as string | undefined
  // The made-up history of a demo workspace is written before anybody else can be there.
  if (number && !context.asItHappened) await claimNumber(tx, number)
  const day = dayIn(tx.who.timezone, issuedAt ? new Date(issuedAt as string) : new Date())
  return {
    ...values,
    ...amounts,
    currency,
    status,
    issuedAt,
    paidAt: status === 'PAID' ? (values.paidAt ?? since) : null,
    invoiceNumber: number ?? (await takeNumber(tx, Number(day.slice(0, 4)))),
  }
}

const RULED = ['status', 'dueAt', 'issuedAt', 'paidAt', 'invoiceNumber', 'items', 'amount', 'currency']

/** A change may send, pay or void it; dates, sums and number follow. Holds the row, so that no two moves cross. */
export async function changeInvoice(
  tx: Tx,
  id: string,
  given: Change,
  context: WriteContext,
): Promise<Change> {
  if (context.action === 'overdue' || !RULED.some(key => given[key] !== undefined)) return given
  const [row] = await tx.session.rows(
    `select status, due_at as "dueAt", issued_at as "issuedAt", invoice_number as "invoiceNumber", items, amount, currency
     from invoices where workspace_id = $1::uuid and id = $2::uuid and deleted_at is null for update`,
    [tx.who.workspaceId, id],
  )
  // Unseen, or seen and not theirs: the store says which.
  if (!row) return given
  const current = row as Row & Current
  const values = withMoments(tx, given)
  checkDue(tx, values, current)
  await changeNumber(tx, current, values.invoiceNumber as string | undefined)
  const { status: _, ...rest } = values
  return { ...rest, ...amountsOf(values, current, current), ...moved(tx, current, values, context) }
}

/** A day means its beginning in the workspace's zone. */
function withMoments(tx: Tx, values: Change): Change {
  const found = { ...values }
  for (const key of ['issuedAt', 'dueAt', 'paidAt']) {
    const value = found[key]
    if (typeof value === 'string' && value.length === 10)
      found[key] = startOfDay(value, tx.who.timezone).toISOString()
  }
  return found
}

const isOpen = (status: InvoiceStatus): boolean => status === 'SENT' || status === 'OVERDUE'

/** What a sent invoice is by the workspace's calendar: its due day must have ended. */
const openStatus = (tx: Tx, dueAt: unknown): InvoiceStatus =>
  typeof dueAt === 'string' && Date.parse(dueAt) < Date.parse(todayIn(tx.who.timezone).start)
    ? 'OVERDUE'
    : 'SENT'

const refusedMove = (message: string) =>
  unprocessable('INVALID_STATUS', message, [{ path: 'status', message, code: 'INVALID_STATUS' }])
const notYetDue = () => refusedMove('An invoice becomes OVERDUE by itself, from the day after its due date')

/** Status and the dates that follow it. Nothing where the status stays: what was read may be sent back. */
function moved(tx: Tx, current: Current, values: Change, { history }: WriteContext): Change {
  const dueAt = values.dueAt === undefined ? current.dueAt : values.dueAt
  const from = isOpen(current.status) ? openStatus(tx, current.dueAt) : current.status
  const asked = (values.status ?? from) as InvoiceStatus
  const to = isOpen(asked) ? openStatus(tx, dueAt) : asked
  const stays = asked === from || (isOpen(from) && isOpen(asked) && asked === to)
  if (!stays && !history) {
    if (asked === 'OVERDUE' && isOpen(to)) throw notYetDue()
    if (!MOVES[from].includes(asked)) throw refusedMove(`An invoice that is ${from} cannot become ${asked}`)
  }
  checkPaidAt(to, values.paidAt)
  if (values.paidAt === null && to === 'PAID' && from === 'PAID')
    throw invalid({
      path: 'paidAt',
      code: 'PAID_DAY_NEEDED',
      message: 'a paid invoice has the day on which it was paid',
    })
  const isSame = stays && dueAt === current.dueAt
  const now = new Date().toISOString()
  return {
    ...(isSame ? {} : { status: to }),
    ...(isOpen(to) && !isOpen(from) ? { issuedAt: values.issuedAt ?? current.issuedAt ?? now } : {}),
    ...(to === 'PAID' && from !== 'PAID' ? { paidAt: values.paidAt ?? now } : {}),
    ...(to !== 'PAID' && from === 'PAID' ? { paidAt: null } : {}),
  }
}

function checkPaidAt(status: InvoiceStatus, paidAt: unknown): void {
  if (paidAt && status !== 'PAID')
    throw invalid({
      path: 'paidAt',
      code: 'NOT_PAID',
      message: `an invoice that is ${status} has not been paid`,
    })
}

type Dates = { dueAt?: unknown; issuedAt?: unknown }

/**
 * An invoice may be due on the day on which it is issued, and not before: by the workspace's calendar, or by that of UTC, in which many
 * clients write days. What stands already may stay, as may a due day that has passed when the server says that it was issued now.
 * @throws Refusal 400
 */
function checkDue({ who }: Tx, values: Dates, current: Dates): void {
  const { dueAt = current.dueAt, issuedAt = current.issuedAt } = values
  if (!dueAt || !issuedAt || (dueAt === current.dueAt && issuedAt === current.issuedAt)) return
  const isBefore = (zone: string) =>
    dayIn(zone, new Date(dueAt as string)) < dayIn(zone, new Date(issuedAt as string))
  if (!isBefore(who.timezone) || !isBefore('UTC')) return
  const code = 'DUE_BEFORE_ISSUED'
  throw dueAt === current.dueAt
    ? invalid({ path: 'issuedAt', code, message: 'must not lie after dueAt' })
    : invalid({ path: 'dueAt', code, message: 'must not lie before issuedAt' })
}

type Amounts = Pick<Current, 'items' | 'amount' | 'currency'>

/** The amounts that follow from what is given and what stands. @throws Refusal 400 where sum and items differ */
function amountsOf(values: Change, current: Amounts, before?: Amounts): Change {
  const { items, amount, currency } = values
  if (items === undefined && amount === undefined && currency === undefined) return {}
  const lines = (items as InvoiceItem[] | undefined) ?? current.items
  if (!lines.length) {
    const whole = (amount ?? current.amount) as number
    checkAmount({ amount: whole, currency: (currency as string | undefined) ?? current.currency }, before)
    return { items: [], taxes: [], subtotal: null, taxAmount: null, amount: whole }
  }
  const totals = addUp(lines, (currency as string | undefined) ?? current.currency)
  checkTotals(totals)
  // The sum that was read may be sent back beside items that have changed.
  if (amount !== undefined && amount !== totals.amount && (items === undefined || amount !== current.amount))
    throw invalid({
      path: 'amount',
      code: 'SUM_OF_ITEMS',
      params: { sum: totals.amount },
      message: `is the sum of the items, ${totals.amount}`,
    })
  return totals
}

function checkTotals({ amount, subtotal }: Totals): void {
  if (amount < 0)
    throw invalid({ path: 'items', code: 'SUM_NEGATIVE', message: 'must not add up to less than nothing' })
  if (amount > AMOUNT_AT_MOST || Math.abs(subtotal) > AMOUNT_AT_MOST)
    throw invalid({ path: 'items', code: 'SUM_TOO_BIG', message: 'add up to more than an invoice can hold' })
}

/** Another number may be given until the invoice is sent; one of the series that it had goes back. */
async function changeNumber(tx: Tx, current: Current, number: string | undefined): Promise<void> {
  if (number === undefined || number === current.invoiceNumber) return
  if (current.status !== 'DRAFT') {
    const message = 'The number of an invoice stays once it has been sent'
    throw unprocessable('INVOICE_NUMBER_KEPT', message, [
      { path: 'invoiceNumber', message, code: 'INVOICE_NUMBER_KEPT' },
    ])
  }
  await claimNumber(tx, number)
  await releaseNumbers(tx, [current.invoiceNumber])
}
