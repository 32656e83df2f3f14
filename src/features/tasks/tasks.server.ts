import { sql } from 'drizzle-orm'
import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import {
  flexibleColumns,
  moment,
  name,
  rankedColumn,
  rankedIndex,
  recordColumns,
  recordKeys,
  searchColumn,
  searchIndex,
} from '#core/db/columns.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { type Change, defineRecord } from '#core/record/definition.ts'
import { pageOf, ref } from '#core/record/json-schema.ts'
import { list, listQuerySchema } from '#core/record/list.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { taskContract } from './tasks.contract.ts'

export const taskTable = pgTable(
  'tasks',
  {
    ...recordColumns(),
    title: name('title').notNull(),
    description: text('description'),
    type: text('type').notNull().default('TODO'),
    priority: text('priority').notNull().default('MEDIUM'),
    dueAt: moment('due_at'),
    completedAt: moment('completed_at'),
    assigneeId: uuid('assignee_id'),
    relatedType: text('related_type'),
    relatedId: uuid('related_id'),
    progress: text('progress').notNull().default('PENDING'),
    status: text('status')
      .notNull()
      .generatedAlwaysAs(sql`case when progress in ('COMPLETED', 'CANCELLED') then 'DONE' else 'OPEN' end`),
    ...flexibleColumns(),
    searchText: searchColumn(`title || ' ' || coalesce(description, '')`),
    searchVector: rankedColumn(`title || ' ' || coalesce(description, '')`),
  },
  t => [
    ...recordKeys(t, { members: ['assigneeId'], links: ['relatedId'] }),
    index('tasks_due')
      .on(t.workspaceId, t.dueAt.asc(), t.createdAt.desc(), t.id.asc())
      .where(sql`deleted_at is null`),
    index('tasks_assigned').on(t.workspaceId, t.assigneeId, t.status, t.dueAt),
    searchIndex('tasks', t),
    rankedIndex('tasks', t),
  ],
)

export const tasks = defineRecord({
  contract: taskContract,
  table: taskTable,
  visibility: { own: ['assigneeId', 'createdById'], through: ['relatedId'] },
  rules: {
    create: (tx, values) => ({ assigneeId: tx.who.userId, ...onCreate(values) }),
    update: (_tx, _id, values) => onUpdate(values),
  },
})

function onCreate({ status, ...values }: Change): Change {
  const progress = values.progress ?? (status === 'DONE' ? 'COMPLETED' : 'PENDING')
  if (values.progress !== undefined) checkAgreement(status, values.progress)
  const completedAt = progress === 'COMPLETED' ? (values.completedAt ?? new Date().toISOString()) : null
  return { ...values, progress, completedAt }
}

/** `status` and `progress` are two words for one thing: only `progress` is stored, and the time follows it. */
function onUpdate({ status, ...values }: Change): Change {
  if (values.progress === undefined && status === undefined) return values
  if (values.progress !== undefined && status !== undefined && agrees(status, values.progress))
    return { ...values, ...completed(values.progress as string) }
  if (values.progress !== undefined && status === undefined)
    return { ...values, ...completed(values.progress as string) }
  // A client that sends back what it read and changed one of the two means the one that differs.
  const target = status === 'DONE' ? 'COMPLETED' : 'PENDING'
  const closed = sql`old.progress in ('COMPLETED', 'CANCELLED')`
  const given = values.progress ?? null
  const progress = sql`case when ${given}::text is not null and ${given}::text is distinct from old.progress then ${given}::text
    when (case when ${closed} then 'DONE' else 'OPEN' end) = ${status}::text then old.progress else ${target}::text end`
  return {
    ...values,
    progress,
    completedAt: sql`case when (${progress}) = 'COMPLETED' then coalesce(old.completed_at, now()) end`,
  }
}

const completed = (progress: string): Change => ({
  completedAt:
    progress === 'COMPLETED'
      ? sql`case when old.progress = 'COMPLETED' then old.completed_at else now() end`
      : null,
})

const agrees = (status: unknown, progress: unknown) =>
  (status === 'DONE') === (progress === 'COMPLETED' || progress === 'CANCELLED')

function checkAgreement(status: unknown, progress: unknown): void {
  if (status !== undefined && !agrees(status, progress))
    throw invalid({
      path: 'status',
      code: 'PROGRESS_DISAGREES',
      message: `does not agree with progress ${progress}`,
    })
}

const completeRoute = operation({
  method: 'PUT',
  path: '/tasks/:id/complete',
  tag: 'tasks',
  conditional: true,
  byKeys: true,
  summary: 'Mark a task as done',
  params: idParams,
  document: { answer: ref('Task') },
  refuses: { 412: 'If-Match names another version' },
  handle: ({ tx, params, ifMatch }) =>
    store.update(tx, tasks, params.id, { progress: 'COMPLETED' }, { versions: ifMatch, action: 'completed' }),
})

/** The caller's own tasks; the open ones unless `status` or `progress` asks for others. */
function myTasks(tx: Tx, query: Parameters<typeof list>[2]) {
  const isOpen = query.status || query.progress ? [] : [{ field: 'status', op: 'eq' as const, value: 'OPEN' }]
  return list(tx, tasks, query, [{ field: 'assigneeId', op: 'eq', value: tx.who.userId }, ...isOpen])
}

const myTasksRoute = operation({
  method: 'GET',
  path: '/tasks/my-tasks',
  tag: 'tasks',
  summary: 'List the tasks that are assigned to the caller',
  description: 'The open ones, unless `status` or `progress` asks for others.',
  query: listQuerySchema(tasks),
  document: { answer: pageOf(ref('Task')) },
  handle: ({ tx, query }) => myTasks(tx, query),
})

export default { records: [tasks], operations: [myTasksRoute, completeRoute] } satisfies Feature
