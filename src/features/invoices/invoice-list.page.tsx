import { dealContract } from '#features/deals/deals.contract.ts'
import { api } from '#web/api.ts'
import type { Row } from '#web/record/model.ts'
import type { RelatedList } from '#web/record/related.tsx'
import { invoiceContract } from './invoices.contract.ts'

export const INVOICE_FORM = ['title', 'relatedId', 'dueAt', 'currency', 'notes']

/** The invoices of a record. A new one opens, since it is not done with its title. */
export const invoicesOf = (
  type: 'company' | 'contact' | 'deal' | 'project',
  known: (parent: Row) => Record<string, unknown> = () => ({}),
  also?: RelatedList['also'],
): RelatedList => ({
  contract: invoiceContract,
  fields: ['status', 'amount', 'dueAt'],
  form: ['title', 'dueAt', 'currency', 'notes'],
  initial: parent => ({ relatedType: type, relatedId: parent.id, ...known(parent) }),
  opens: true,
  ...(also ? { also } : {}),
})

const ofThese = (ids: string[]) => ({ field: 'relatedId', op: 'in', value: ids })

/** The invoices of a deal stand with those of its company, which is usually who is billed for it. */
export const invoicesOfDeal = invoicesOf(
  'deal',
  deal => ({ title: deal.title, currency: deal.currency, amount: deal.amount }),
  async ({ id, companyId }) =>
    companyId
      ? { filter: ofThese([id, companyId as string]), hint: text => text.invoices.withCompany }
      : undefined,
)

/** Of more deals than these, the latest. */
const DEALS_AT_MOST = 200

/** Those of a company stand with those of its deals: all that it was billed. */
export const invoicesOfCompany = invoicesOf('company', undefined, async ({ id }) => {
  const { rows } = await api.records(dealContract).list({ companyId: id, limit: DEALS_AT_MOST })
  const deals = rows.map(deal => deal.id)
  return deals.length ? { filter: ofThese([id, ...deals]), hint: text => text.invoices.withDeals } : undefined
})
