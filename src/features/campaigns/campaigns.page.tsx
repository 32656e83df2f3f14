import { RecordTable } from '#web/table/record-table.tsx'
import { prefetchList } from '#web/table/rows.ts'
import { campaignContract } from './campaigns.contract.ts'

const COLUMNS = ['name', 'type', 'status', 'startDate', 'endDate', 'budget', 'actualCost', 'ownerId']
const FORM = ['name', 'type', 'templateId', 'startDate', 'endDate', 'budget', 'description']

export const prefetch = prefetchList(campaignContract)

export default function Campaigns() {
  return <RecordTable contract={campaignContract} columns={COLUMNS} form={FORM} />
}
