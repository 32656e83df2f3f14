import { RecordTable } from '#web/table/record-table.tsx'
import { prefetchList } from '#web/table/rows.ts'
import { PROJECT_FORM } from './project-list.page.tsx'
import { projectContract } from './projects.contract.ts'

const COLUMNS = [
  'name',
  'companyId',
  'status',
  'priority',
  'progress',
  'dueDate',
  'actualHours',
  'estimatedHours',
  'projectManagerId',
]

export const prefetch = prefetchList(projectContract)

export default function Projects() {
  return <RecordTable contract={projectContract} columns={COLUMNS} form={PROJECT_FORM} />
}
