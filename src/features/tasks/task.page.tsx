import { Button } from '@mantine/core'
import { useMayChange } from '#web/api.ts'
import type { Row } from '#web/record/model.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import { prefetchRecord } from '#web/record/timeline.tsx'
import { useText } from '#web/text/index.tsx'
import { useTick } from './task-item.page.tsx'
import { taskContract } from './tasks.contract.ts'

export const prefetch = prefetchRecord(taskContract)

export default function Task() {
  return (
    <RecordPage
      contract={taskContract}
      facts={['progress', 'priority', 'dueAt', 'assigneeId', 'relatedId']}
      related={[]}
      actions={task => <Complete task={task} />}
    />
  )
}

function Complete({ task }: { task: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const ticking = useTick()
  const isDone = task.status === 'DONE'
  if (!mayChange(task)) return null
  return (
    <Button
      variant={isDone ? 'default' : 'filled'}
      loading={ticking.isPending}
      onClick={() => ticking.mutate({ task, status: isDone ? 'OPEN' : 'DONE' })}
    >
      {isDone ? text.tasks.reopen : text.tasks.done}
    </Button>
  )
}
