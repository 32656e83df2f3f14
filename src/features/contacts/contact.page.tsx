import { dealContract } from '#features/deals/deals.contract.ts'
import { taskContract } from '#features/tasks/tasks.contract.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import type { RelatedList } from '#web/record/related.tsx'
import { contactContract } from './contacts.contract.ts'

const RELATED: RelatedList[] = [
  {
    contract: dealContract,
    fields: ['amount', 'status'],
    form: ['title', 'amount', 'currency', 'stageId', 'expectedCloseDate'],
    initial: contact => ({ primaryContactId: contact.id, companyId: contact.companyId }),
  },
  {
    contract: taskContract,
    fields: ['status', 'dueAt'],
    form: ['title', 'type', 'priority', 'dueAt', 'assigneeId'],
    initial: contact => ({ relatedType: 'contact', relatedId: contact.id }),
  },
]

export default function Contact() {
  return (
    <RecordPage
      contract={contactContract}
      facts={['jobTitle', 'companyId', 'email', 'phone']}
      related={RELATED}
    />
  )
}
