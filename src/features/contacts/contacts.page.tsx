import { AddToCampaign } from '#features/campaigns/add-to-campaign.page.tsx'
import { RecordTable } from '#web/table/record-table.tsx'
import { prefetchList } from '#web/table/rows.ts'
import { contactContract } from './contacts.contract.ts'

const COLUMNS = [
  'firstName',
  'companyId',
  'jobTitle',
  'email',
  'phone',
  'lastInteractionAt',
  'ownerId',
  'tags',
]
const FORM = ['firstName', 'lastName', 'email', 'phone', 'jobTitle', 'companyId', 'leadSource', 'ownerId']

export const prefetch = prefetchList(contactContract)

export default function Contacts() {
  return (
    <RecordTable
      contract={contactContract}
      columns={COLUMNS}
      form={FORM}
      bulk={(ids, clear) => <AddToCampaign ids={ids} clear={clear} />}
    />
  )
}
