import { contactContract } from '#features/contacts/contacts.contract.ts'
import { dealContract } from '#features/deals/deals.contract.ts'
import { invoicesOfCompany } from '#features/invoices/invoice-list.page.tsx'
import { projectsOf } from '#features/projects/project-list.page.tsx'
import { tasksOf } from '#features/tasks/task-list.page.tsx'
import { RecordPage } from '#web/record/record-page.tsx'
import type { RelatedList } from '#web/record/related.tsx'
import { prefetchRecord } from '#web/record/timeline.tsx'
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
  tasksOf('company'),
  invoicesOfCompany,
  projectsOf(company => ({ companyId: company.id })),
]

export const prefetch = prefetchRecord(companyContract)

export default function Company() {
  return (
    <RecordPage
      contract={companyContract}
      facts={['status', 'industry', 'ownerId']}
      related={RELATED}
      hasAdvice
    />
  )
}
