import { RecordTable } from '#web/table/record-table.tsx'
import { campaignContract } from './campaigns.contract.ts'

const COLUMNS = ['name', 'type', 'status', 'startDate', 'endDate', 'budget', 'actualCost', 'ownerId']
const FORM = ['name', 'type', 'templateId', 'startDate', 'endDate', 'budget', 'description']

export default function Campaigns() {
  return <RecordTable contract={campaignContract} columns={COLUMNS} form={FORM} />
}
