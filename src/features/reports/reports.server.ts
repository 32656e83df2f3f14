import { z } from 'zod'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { currencySum } from '#core/record/currency.ts'
import { reportAnswer, reportBody, runReport } from './builder.ts'
import { dashboard, leadDashboard, RECENT_DAYS } from './dashboard.ts'
import { mailJob, mailSchedules } from './mails.ts'
import { pipelineReport } from './pipeline-report.ts'
import { reportWalls } from './reports.table.ts'
import { reports } from './saved.ts'
import { exportRoute, runRoute, wishRoutes } from './saved-routes.ts'

export { reportMailTable, reportOptOutTable, reportTable } from './reports.table.ts'

const rates = z
  .record(z.string(), z.number())
  .meta({ description: "What one unit of another currency is worth in the workspace's, where it was needed" })
const unconverted = z.array(currencySum).meta({
  description:
    'Open deals in currencies for which `settings.exchangeRates` of the workspace has no rate; they are in no sum',
})
const byCurrency = z.array(currencySum).meta({
  description: 'Open deals in each currency, not converted: what there is, also where a total cannot hold it',
})

const pipelineAnswer = z.object({
  currency: z.string(),
  rates,
  unconverted,
  byCurrency,
  stages: z.array(
    z.object({
      stageId: z.uuid(),
      stageName: z.string(),
      pipelineId: z.uuid(),
      kind: z.enum(['OPEN', 'WON', 'LOST']),
      probability: z.int(),
      openDeals: z.int(),
      totalAmount: z.number(),
      weightedAmount: z.number(),
      closedDeals: z.int(),
      closedAmount: z.number(),
      byCurrency: z.array(currencySum).meta({ description: 'Open and closed deals, not converted' }),
    }),
  ),
  totalOpenDeals: z.int(),
  totalPipelineAmount: z.number(),
  totalWeightedAmount: z.number(),
})

const pipelineQuery = z.strictObject({
  pipelineId: z.uuid().optional().meta({ description: 'Only this pipeline; all of them where not given' }),
})

const dashboardAnswer = z.object({
  openDeals: z.int(),
  openTasks: z.int(),
  pipelineTotal: z.number(),
  recentActivity: z.int().meta({
    description: `Interactions and changes of the last ${RECENT_DAYS} days, counted to 10,000 each`,
  }),
  currency: z.string(),
  rates,
  unconverted,
  byCurrency,
})

const leadAnswer = z.object({
  newLeadsToday: z.int(),
  totalLeads: z.int(),
  convertedLeads: z.int(),
  conversionRate: z.number().meta({ description: 'Converted leads by all leads, 0 to 1' }),
  pipelineStatus: z.array(z.object({ stage: z.string(), count: z.int() })),
})

export default {
  records: [reports],
  jobs: [mailJob],
  schedules: mailSchedules,
  walls: reportWalls,
  operations: [
    runRoute,
    exportRoute,
    ...wishRoutes,
    operation({
      method: 'GET',
      path: '/reports/pipeline',
      tag: 'reports',
      summary: 'Deals and their amounts by stage, open and closed',
      query: pipelineQuery,
      answers: pipelineAnswer,
      handle: ({ tx, query }) => pipelineReport(tx, { ...query, withClosed: true }),
    }),
    operation({
      method: 'POST',
      path: '/reports/run',
      tag: 'reports',
      access: 'VIEWER',
      reads: true,
      summary: 'Run a report: rows of a record type, filtered, grouped and measured',
      description:
        'Of what the caller may see; a field of a linked record that the caller does not see counts as none. Grouped by what has several values (tags, a multi-select, `contacts.jobTitle`) a row counts once in each of them: the group says so (`countsInEach`), and `totals` have it once. Nothing is kept.',
      body: reportBody,
      answers: reportAnswer,
      document: {
        example: {
          entity: 'deal',
          filter: { field: 'status', op: 'eq', value: 'WON' },
          groupBy: ['ownerId', { field: 'actualCloseDate', by: 'quarter' }],
          measures: [{ op: 'count' }, { op: 'sum', field: 'amount' }],
        },
      },
      handle: ({ tx, body }) => runReport(tx, body),
    }),
    operation({
      method: 'GET',
      path: '/deals/pipeline',
      tag: 'deals',
      summary: 'Open deals and their amounts by stage, as a board shows them',
      query: pipelineQuery,
      answers: pipelineAnswer,
      handle: ({ tx, query }) => pipelineReport(tx, { ...query, withClosed: false }),
    }),
    operation({
      method: 'GET',
      path: '/reports/dashboard',
      tag: 'reports',
      summary: 'The few numbers of a start page',
      answers: dashboardAnswer,
      handle: ({ tx }) => dashboard(tx),
    }),
    operation({
      method: 'GET',
      path: '/dashboard',
      tag: 'dashboard',
      summary: 'New leads, conversion and leads by stage',
      answers: leadAnswer,
      handle: ({ tx }) => leadDashboard(tx),
    }),
  ],
} satisfies Feature
