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

/** The invoices of a deal stand with those of its company, which is usually who is billed for it. */
export const invoicesOfDeal = invoicesOf(
  'deal',
  deal => ({ title: deal.title, currency: deal.currency, amount: deal.amount }),
  deal =>
    deal.companyId
      ? {
          filter: { field: 'relatedId', op: 'in', value: [deal.id, deal.companyId] },
          hint: text => text.invoices.withCompany,
        }
      : undefined,
)
