import { RecordTable } from '#web/table/record-table.tsx'
import { prefetchList } from '#web/table/rows.ts'
import { INVOICE_FORM } from './invoice-list.page.tsx'
import { invoiceContract } from './invoices.contract.ts'

const COLUMNS = ['invoiceNumber', 'title', 'relatedId', 'status', 'amount', 'issuedAt', 'dueAt', 'paidAt']

export const prefetch = prefetchList(invoiceContract)

export default function Invoices() {
  return <RecordTable contract={invoiceContract} columns={COLUMNS} form={INVOICE_FORM} />
}
