import { RecordTable } from '#web/table/record-table.tsx'
import { prefetchList } from '#web/table/rows.ts'
import { companyContract } from './companies.contract.ts'

const COLUMNS = ['name', 'status', 'industry', 'size', 'annualRevenue', 'ownerId', 'tags', 'updatedAt']
export const COMPANY_FORM = ['name', 'domain', 'industry', 'size', 'status', 'ownerId']

export const prefetch = prefetchList(companyContract)

export default function Companies() {
  return <RecordTable contract={companyContract} columns={COLUMNS} form={COMPANY_FORM} />
}
