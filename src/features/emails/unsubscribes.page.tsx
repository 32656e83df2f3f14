import { RecordTable } from '#web/table/record-table.tsx'
import { unsubscribeContract } from './unsubscribes.contract.ts'

const COLUMNS = ['email', 'source', 'reason', 'createdAt', 'createdById']

export default function Unsubscribes() {
  return <RecordTable contract={unsubscribeContract} columns={COLUMNS} form={['email', 'reason']} />
}
