import { RecordTable } from '#web/table/record-table.tsx'
import { prefetchList } from '#web/table/rows.ts'
import { leadContract } from './leads.contract.ts'

const COLUMNS = ['name', 'stage', 'company', 'email', 'source', 'score', 'ownerId', 'createdAt']
const FORM = ['name', 'company', 'email', 'phone', 'source', 'stage', 'notes', 'ownerId']

export const prefetch = prefetchList(leadContract)

export default function Leads() {
  return <RecordTable contract={leadContract} columns={COLUMNS} form={FORM} />
}
