import { RecordTable } from '#web/table/record-table.tsx'
import { dealContract } from './deals.contract.ts'

const COLUMNS = [
  'title',
  'stageId',
  'amount',
  'status',
  'companyId',
  'expectedCloseDate',
  'ownerId',
  'updatedAt',
]
export const DEAL_FORM = [
  'title',
  'amount',
  'currency',
  'pipelineId',
  'stageId',
  'companyId',
  'primaryContactId',
  'expectedCloseDate',
  'source',
  'ownerId',
]

export default function Deals() {
  return <RecordTable contract={dealContract} columns={COLUMNS} form={DEAL_FORM} />
}
