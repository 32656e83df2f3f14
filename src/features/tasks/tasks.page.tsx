import { RecordTable } from '#web/table/record-table.tsx'
import { taskContract } from './tasks.contract.ts'

const COLUMNS = ['title', 'progress', 'priority', 'type', 'dueAt', 'relatedId', 'assigneeId']
const FORM = ['title', 'description', 'type', 'priority', 'dueAt', 'assigneeId']

export default function Tasks() {
  return <RecordTable contract={taskContract} columns={COLUMNS} form={FORM} />
}
