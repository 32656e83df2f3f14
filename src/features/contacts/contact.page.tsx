import { dealContract } from '#features/deals/deals.contract.ts'
import { ComposeButton } from '#features/emails/compose.page.tsx'
import { invoicesOf } from '#features/invoices/invoice-list.page.tsx'
import { tasksOf } from '#features/tasks/task-list.page.tsx'
import { visitContract } from '#features/visits/visits.contract.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import type { RelatedList } from '#web/record/related.tsx'
import { prefetchRecord } from '#web/record/timeline.tsx'
import { contactContract } from './contacts.contract.ts'

const RELATED: RelatedList[] = [
  {
    contract: dealContract,
    fields: ['amount', 'status'],
    form: ['title', 'amount', 'currency', 'stageId', 'expectedCloseDate'],
    initial: contact => ({ primaryContactId: contact.id, companyId: contact.companyId }),
  },
  tasksOf('contact'),
  {
    contract: visitContract,
    fields: ['date', 'time', 'status'],
    form: ['reason', 'date', 'time', 'durationMinutes', 'ownerId', 'notes'],
    initial: contact => ({ contactId: contact.id }),
  },
  invoicesOf('contact'),
]

export const prefetch = prefetchRecord(contactContract)

export default function Contact() {
  return (
    <RecordPage
      contract={contactContract}
      facts={['jobTitle', 'companyId', 'email', 'phone']}
      related={RELATED}
      hasAdvice
      actions={contact => <ComposeButton key={contact.id} contactIds={[contact.id]} />}
    />
  )
}
