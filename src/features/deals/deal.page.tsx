import { ComposeButton } from '#features/emails/compose.page.tsx'
import { invoicesOfDeal } from '#features/invoices/invoice-list.page.tsx'
import { projectsOf } from '#features/projects/project-list.page.tsx'
import { ScorePanel } from '#features/scoring/score-panel.page.tsx'
import { tasksOf } from '#features/tasks/task-list.page.tsx'
import type { Row } from '#web/record/model.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import type { RelatedList } from '#web/record/related.tsx'
import { prefetchRecord } from '#web/record/timeline.tsx'
import { dealContract } from './deals.contract.ts'
import { StagePath } from './stage-path.page.tsx'

const RELATED: RelatedList[] = [
  tasksOf('deal'),
  invoicesOfDeal,
  projectsOf(deal => ({ dealId: deal.id, companyId: deal.companyId, name: deal.title })),
]

export const prefetch = prefetchRecord(dealContract)

export default function Deal() {
  return (
    <RecordPage
      contract={dealContract}
      facts={['amount', 'companyId', 'primaryContactId', 'expectedCloseDate', 'ownerId']}
      related={RELATED}
      hasAdvice
      actions={deal => <ComposeButton key={deal.id} dealId={deal.id} contactIds={peopleOf(deal)} />}
      banner={deal => <StagePath deal={deal} />}
      main={deal => (deal.status === 'OPEN' ? <ScorePanel kind="deal" row={deal} /> : null)}
    />
  )
}

/** Its contacts, the primary one first. */
const peopleOf = ({ primaryContactId, contactIds }: Row): string[] => [
  ...new Set([primaryContactId, ...((contactIds as string[] | null) ?? [])].filter(Boolean) as string[]),
]
