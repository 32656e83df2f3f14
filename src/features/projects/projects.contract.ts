import { z } from 'zod'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const PROJECT_STATUSES = ['PLANNING', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED', 'CANCELLED'] as const

const HOURS_AT_MOST = 99_999_999.99

/** Hours with at most 2 decimals, as they are stored. */
const hours = (description: string) => ({
  ...f.number(0, HOURS_AT_MOST, { description }),
  schema: z
    .number()
    .min(0)
    .max(HOURS_AT_MOST)
    .refine(value => /^-?\d+(\.\d{1,2})?$/.test(String(value)), 'must have at most 2 decimals'),
})

export const projectContract = defineContract({
  name: 'project',
  path: 'projects',
  label: 'Project',
  description: 'Work for a customer, with tasks, dates and hours',
  title: ['name'],
  plainFilters: ['ownerId', 'status', 'priority', 'companyId', 'dealId', 'projectManagerId'],
  example: {
    name: 'Rollout of handhelds, depot north',
    priority: 'HIGH',
    startDate: '2027-02-01',
    dueDate: '2027-04-30',
    estimatedHours: 120,
    tags: ['rollout'],
  },
  fields: {
    ownerId: f.member({ description: 'The member to whom the project belongs; the creator by default' }),
    name: f.required(f.text(255)),
    description: f.longText(),
    status: f.withDefault(f.choice(PROJECT_STATUSES), 'PLANNING'),
    priority: f.withDefault(f.choice(['LOW', 'MEDIUM', 'HIGH', 'URGENT']), 'MEDIUM'),
    companyId: f.link('company', { description: "The deal's where only that is given" }),
    dealId: f.link('deal'),
    projectManagerId: f.member(),
    startDate: f.date(),
    dueDate: f.date({ description: 'On or after startDate' }),
    completionDate: f.date({ description: 'Set when it is completed; none before that' }),
    estimatedHours: hours('Planned'),
    actualHours: hours('Spent'),
    progress: f.readOnly(
      f.integer(0, 100, {
        nullable: false,
        description:
          'Percent of its tasks that are completed, cancelled ones aside; without tasks 100 once it is completed',
      }),
    ),
    taskCount: f.readOnly(
      f.integer(0, 1_000_000, { nullable: false, description: 'Tasks that are not cancelled' }),
    ),
    completedTaskCount: f.readOnly(f.integer(0, 1_000_000, { nullable: false })),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Project = RecordOf<typeof projectContract>
