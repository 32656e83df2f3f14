import type { Row } from '#web/record/model.ts'
import type { RelatedList } from '#web/record/related.tsx'
import { invoiceContract } from './invoices.contract.ts'

export const INVOICE_FORM = ['title', 'relatedId', 'dueAt', 'currency', 'notes']

/** The invoices of a record. A new one opens, since it is not done with its title. */
export const invoicesOf = (
  type: 'company' | 'contact' | 'deal' | 'project',
  known: (parent: Row) => Record<string, unknown> = () => ({}),
): RelatedList => ({
  contract: invoiceContract,
  fields: ['status', 'amount', 'dueAt'],
  form: ['title', 'dueAt', 'currency', 'notes'],
  initial: parent => ({ relatedType: type, relatedId: parent.id, ...known(parent) }),
  opens: true,
})
