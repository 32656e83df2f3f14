import { RecordTable } from '#web/table/record-table.tsx'
import { emailTemplateContract } from './email-templates.contract.ts'

const COLUMNS = ['name', 'subject', 'isActive', 'createdById', 'updatedAt']

export default function Templates() {
  return <RecordTable contract={emailTemplateContract} columns={COLUMNS} form={['name', 'subject', 'body']} />
}
