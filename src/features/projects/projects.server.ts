import { sql } from 'drizzle-orm'
import { index, numeric, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import {
  date,
  flexibleColumns,
  live,
  name,
  ownerColumn,
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
import { type Change, defineRecord } from '#core/record/definition.ts'
import { recordNamed } from '#core/record/registry.ts'
import { todayIn } from '#core/record/relative-time.ts'
import { store } from '#core/record/store.ts'
import { nameIndex } from '#core/record/title.ts'
import { projectContract } from './projects.contract.ts'

const hours = (column: string) => numeric(column, { precision: 10, scale: 2, mode: 'number' })

export const projectTable = pgTable(
  'projects',
  {
    ...recordColumns(),
    ...ownerColumn(),
    name: name('name').notNull(),
    description: text('description'),
    status: text('status').notNull().default('PLANNING'),
    priority: text('priority').notNull().default('MEDIUM'),
    companyId: uuid('company_id'),
    dealId: uuid('deal_id'),
    projectManagerId: uuid('project_manager_id'),
    startDate: date('start_date'),
    dueDate: date('due_date'),
    completionDate: date('completion_date'),
    estimatedHours: hours('estimated_hours'),
    actualHours: hours('actual_hours'),
    ...flexibleColumns(),
    searchText: searchColumn(`name || ' ' || coalesce(description, '')`),
    searchVector: rankedColumn(`name || ' ' || coalesce(description, '')`),
  },
  t => [
    ...recordKeys(t, { members: ['ownerId', 'projectManagerId'], links: ['dealId', 'companyId'] }),
    index('projects_status').on(t.workspaceId, t.status, t.updatedAt, t.id).where(live),
    index('projects_due').on(t.workspaceId, t.dueDate, t.id).where(live),
    nameIndex('projects', t.workspaceId, [t.name]),
    searchIndex('projects', t),
    rankedIndex('projects', t),
  ],
)

/** Counts the tasks that hang on the project, of those that the caller may see. */
const tasks = (what: string, condition: string) =>
  `(select ${what} from tasks k where k.workspace_id = t.workspace_id and k.related_id = t.id and k.deleted_at is null and ${condition})`
const COMPLETED_SHARE = `(100 * count(*) filter (where k.progress = 'COMPLETED') / nullif(count(*), 0))::int`

export const projects = defineRecord({
  contract: projectContract,
  table: projectTable,
  visibility: { own: ['ownerId', 'createdById', 'projectManagerId'], through: ['dealId', 'companyId'] },
  computed: {
    progress: sql.raw(
      `coalesce(${tasks(COMPLETED_SHARE, "k.progress <> 'CANCELLED'")}, case when t.status = 'COMPLETED' then 100 else 0 end)`,
    ),
    taskCount: sql.raw(tasks('count(*)::int', "k.progress <> 'CANCELLED'")),
    completedTaskCount: sql.raw(tasks('count(*)::int', "k.progress = 'COMPLETED'")),
  },
  rules: { create: startProject, update: changeProject },
})

/** A project for a deal is for the deal's company; a completed one has the day of its completion. */
async function startProject(tx: Tx, values: Change): Promise<Change> {
  checkDates(values)
  const isCompleted = values.status === 'COMPLETED'
  checkCompletion(isCompleted, values.completionDate)
  const deal =
    values.dealId && values.companyId === undefined
      ? await store.find(tx, recordNamed('deal'), values.dealId as string)
      : undefined
  return {
    ...values,
    ...(deal?.companyId ? { companyId: deal.companyId } : {}),
    ...(isCompleted ? { completionDate: values.completionDate ?? todayIn(tx.who.timezone).day } : {}),
  }
}

const RULED = ['status', 'startDate', 'dueDate', 'completionDate']

async function changeProject(tx: Tx, id: string, values: Change): Promise<Change> {
  if (!RULED.some(key => values[key] !== undefined)) return values
  const [row] = await tx.session.rows(
    `select status, start_date as "startDate", due_date as "dueDate", completion_date as "completionDate"
     from projects where workspace_id = $1::uuid and id = $2::uuid and deleted_at is null for update`,
    [tx.who.workspaceId, id],
  )
  // Unseen, or seen and not theirs: the store says which.
  if (!row) return values
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
  const after: Change = { ...row, ...given }
  checkDates(after)
  const isCompleted = after.status === 'COMPLETED'
  // What was read of a completed project may be sent back with another status: the day then goes.
  if (values.completionDate !== row.completionDate) checkCompletion(isCompleted, values.completionDate)
  const completionDate = isCompleted ? (after.completionDate ?? todayIn(tx.who.timezone).day) : null
  return { ...values, completionDate }
}

function checkDates({ startDate, dueDate }: Change): void {
  if (startDate && dueDate && (dueDate as string) < (startDate as string))
    throw invalid({ path: 'dueDate', code: 'BEFORE_START', message: 'must not lie before startDate' })
}

function checkCompletion(isCompleted: boolean, completionDate: unknown): void {
  if (completionDate && !isCompleted)
    throw invalid({
      path: 'completionDate',
      code: 'ONLY_COMPLETED',
      message: 'only a completed project has one',
    })
}

export default { records: [projects] } satisfies Feature
