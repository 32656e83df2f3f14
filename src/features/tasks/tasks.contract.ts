import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'
import { relatedFields } from '#core/record/related.ts'

export const taskContract = defineContract({
  name: 'task',
  path: 'tasks',
  label: 'Task',
  description: 'Something to be done by a member, by a time',
  title: ['title'],
  defaultSort: 'dueAt,-createdAt',
  dateField: 'dueAt',
  plainFilters: [
    'status',
    'progress',
    'assigneeId',
    'createdById',
    'relatedType',
    'relatedId',
    'type',
    'priority',
  ],
  example: { title: 'Send the offer', type: 'EMAIL', priority: 'HIGH', dueAt: '2027-01-20T09:00:00Z' },
  fields: {
    title: f.required(f.text(255)),
    description: f.longText(),
    type: f.withDefault(f.choice(['CALL', 'EMAIL', 'MEETING', 'TODO', 'FOLLOW_UP', 'DEMO']), 'TODO'),
    priority: f.withDefault(f.choice(['LOW', 'MEDIUM', 'HIGH', 'URGENT']), 'MEDIUM'),
    dueAt: f.moment(),
    completedAt: f.importOnly(f.moment()),
    assigneeId: f.member({ description: 'Who is to do it; the creator where not given' }),
    ...relatedFields(),
    progress: f.withDefault(f.choice(['PENDING', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED']), 'PENDING'),
    status: f.choice(['OPEN', 'DONE'], {
      nullable: false,
      description:
        'DONE where progress is COMPLETED or CANCELLED. Writing DONE completes the task, OPEN opens it again',
    }),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Task = RecordOf<typeof taskContract>
