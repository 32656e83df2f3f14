import type { RelatedList } from '#web/record/related.tsx'
import { TaskItem } from './task-item.page.tsx'
import { taskContract } from './tasks.contract.ts'

/** The tasks that hang on a record, ticked off where they stand. */
export const tasksOf = (type: string): RelatedList => ({
  contract: taskContract,
  fields: ['status', 'dueAt'],
  form: ['title', 'type', 'priority', 'dueAt', 'assigneeId'],
  initial: parent => ({ relatedType: type, relatedId: parent.id }),
  item: task => <TaskItem key={task.id} task={task} withAssignee isAtHome />,
})
