import { Checkbox, Group } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, messageOf, useMayChange } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { tellFault, tellUndo } from '#web/kit/notify.tsx'
import { Choice, MemberName, RecordLink } from '#web/kit/value.tsx'
import { type Row, refreshAround } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'
import classes from './tasks.module.css'

/** Ticks a task off, and offers to take that back. */
export function useTick() {
  const text = useText()
  return useMutation({
    mutationFn: ({ task, status }: { task: Row; status: 'OPEN' | 'DONE' }) =>
      api.patch(`/tasks/${task.id}`, { status }),
    onSuccess(_answer, { task, status }) {
      refreshAround('task')
      if (status === 'DONE')
        tellUndo(`${text.tasks.isDone}: ${task.title}`, text.common.undo, () =>
          api
            .patch(`/tasks/${task.id}`, { status: 'OPEN' })
            .then(() => refreshAround('task'))
            .catch(error => tellFault(messageOf(error, text.common.offline))),
        )
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
}

type Given = {
  task: Row
  withAssignee?: boolean
  /** On the page of the record on which it hangs, that need not be said. */
  isAtHome?: boolean
}

/** A task in a list of few: ticked off where it stands. */
export function TaskItem({ task, withAssignee = false, isAtHome = false }: Given) {
  const text = useText()
  const mayChange = useMayChange()
  const format = useFormat()
  const ticking = useTick()
  const due = task.dueAt as string | null
  const isDone = task.status === 'DONE'
  return (
    <li className={classes.item}>
      <Checkbox
        size="xs"
        disabled={!mayChange(task)}
        aria-label={`${text.tasks.done}: ${task.title}`}
        checked={isDone !== ticking.isPending}
        onChange={() => ticking.mutate({ task, status: isDone ? 'OPEN' : 'DONE' })}
      />
      <div className={classes.itemText}>
        <Link
          to="/tasks/$id"
          params={{ id: task.id }}
          className={`subtle-link one-line ${isDone ? classes.done : ''}`}
        >
          {String(task.title)}
        </Link>
        <Group gap={8} wrap="nowrap" className="quiet" fz="xs">
          {due && (
            <span
              className={`numbers ${classes.due} ${!isDone && due < new Date().toISOString() ? 'late' : ''}`}
              title={format.moment(due)}
            >
              {format.ago(due)}
            </span>
          )}
          {task.relatedId && !isAtHome ? (
            <RecordLink type={task.relatedType as string} id={task.relatedId as string} />
          ) : null}
        </Group>
      </div>
      {!isDone && (task.priority === 'URGENT' || task.priority === 'HIGH') ? (
        <Choice value={task.priority as string} />
      ) : null}
      {withAssignee && <MemberName id={task.assigneeId as string | null} isShort />}
    </li>
  )
}
