import { Button } from '@mantine/core'
import { useState } from 'react'
import { ScorePanel } from '#features/scoring/score-panel.page.tsx'
import { tasksOf } from '#features/tasks/task-list.page.tsx'
import { useMayChange } from '#web/api.ts'
import type { Row } from '#web/record/model.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import { prefetchRecord } from '#web/record/timeline.tsx'
import { useText } from '#web/text/index.tsx'
import { ConvertDialog } from './convert-dialog.page.tsx'
import { leadContract } from './leads.contract.ts'

const RELATED = [tasksOf('lead')]

export const prefetch = prefetchRecord(leadContract)

export default function Lead() {
  return (
    <RecordPage
      contract={leadContract}
      facts={['stage', 'company', 'source', 'score', 'ownerId']}
      related={RELATED}
      hasAdvice
      actions={lead => <Convert lead={lead} />}
      main={lead => (lead.convertedAt ? null : <ScorePanel kind="lead" row={lead} />)}
    />
  )
}

function Convert({ lead }: { lead: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const [isOpen, setOpen] = useState(false)
  if (lead.convertedAt || !mayChange(lead)) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>{text.leads.convert}</Button>
      {isOpen && <ConvertDialog lead={lead} close={() => setOpen(false)} />}
    </>
  )
}
