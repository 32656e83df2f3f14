import { contactContract } from '#features/contacts/contacts.contract.ts'
import { dealContract } from '#features/deals/deals.contract.ts'
import { taskContract } from '#features/tasks/tasks.contract.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import type { RelatedList } from '#web/record/related.tsx'
import { companyContract } from './companies.contract.ts'

const RELATED: RelatedList[] = [
  {
    contract: dealContract,
    fields: ['amount', 'status'],
    form: ['title', 'amount', 'currency', 'stageId', 'expectedCloseDate'],
    initial: company => ({ companyId: company.id }),
  },
  {
    contract: contactContract,
    fields: ['jobTitle', 'email'],
    form: ['firstName', 'lastName', 'email', 'phone', 'jobTitle'],
    initial: company => ({ companyId: company.id }),
  },
  {
    contract: taskContract,
    fields: ['status', 'dueAt'],
    form: ['title', 'type', 'priority', 'dueAt', 'assigneeId'],
    initial: company => ({ relatedType: 'company', relatedId: company.id }),
  },
]

export default function Company() {
  return <RecordPage contract={companyContract} facts={['status', 'industry', 'ownerId']} related={RELATED} />
}
