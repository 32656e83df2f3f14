import { taskContract } from '#features/tasks/tasks.contract.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import type { RelatedList } from '#web/record/related.tsx'
import { dealContract } from './deals.contract.ts'
import { StagePath } from './stage-path.page.tsx'

const RELATED: RelatedList[] = [
  {
    contract: taskContract,
    fields: ['status', 'dueAt'],
    form: ['title', 'type', 'priority', 'dueAt', 'assigneeId'],
    initial: deal => ({ relatedType: 'deal', relatedId: deal.id }),
  },
]

export default function Deal() {
  return (
    <RecordPage
      contract={dealContract}
      facts={['amount', 'companyId', 'primaryContactId', 'expectedCloseDate', 'ownerId']}
      related={RELATED}
      banner={deal => <StagePath deal={deal} />}
    />
  )
}
