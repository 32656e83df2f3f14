import type { Row } from '#web/record/model.ts'
import type { RelatedList } from '#web/record/related.tsx'
import { projectContract } from './projects.contract.ts'

export const PROJECT_FORM = [
  'name',
  'companyId',
  'dealId',
  'projectManagerId',
  'priority',
  'startDate',
  'dueDate',
  'estimatedHours',
  'description',
]

/** The projects of a company or a deal. */
export const projectsOf = (known: (parent: Row) => Record<string, unknown>): RelatedList => ({
  contract: projectContract,
  fields: ['status', 'progress', 'dueDate'],
  form: ['name', 'projectManagerId', 'startDate', 'dueDate', 'estimatedHours'],
  initial: known,
})
