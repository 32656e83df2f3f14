import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api, messageOf, useMay } from '#web/api.ts'
import { tellFault } from '#web/kit/notify.tsx'
import { type Row, refreshAround } from '#web/record/model.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import { useText } from '#web/text/index.tsx'
import { taskContract } from './tasks.contract.ts'

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
  const may = useMay()
  const isDone = task.status === 'DONE'
  const turning = useMutation({
    mutationFn: () => api.patch(`/tasks/${task.id}`, { status: isDone ? 'OPEN' : 'DONE' }),
    onSuccess: () => refreshAround('task'),
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  if (!may.write) return null
  return (
    <Button
      variant={isDone ? 'default' : 'filled'}
      loading={turning.isPending}
      onClick={() => turning.mutate()}
    >
      {isDone ? text.tasks.reopen : text.tasks.done}
    </Button>
  )
}
