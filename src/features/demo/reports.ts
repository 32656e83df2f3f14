/** What the demo workspace asks of its data: one question for each kind of chart. */

const is = (field: string, value: string) => ({ field, op: 'eq', value })
const lately = (field: string, value: string) => ({ field, op: 'withinLast', value })
const COUNT = { op: 'count' }
const AMOUNT = { op: 'sum', field: 'amount' }

export const DEMO_REPORTS = [
  {
    key: 'report-won',
    name: 'Won by month',
    description: 'Amount of deals won in the last twelve months',
    entity: 'deal',
    filter: { and: [is('status', 'WON'), lately('actualCloseDate', '365d')] },
    groupBy: [{ field: 'actualCloseDate', by: 'month' }],
    measures: [AMOUNT, COUNT],
    chart: 'AREA',
  },
  {
    key: 'report-open',
    name: 'Open pipeline by owner and stage',
    description: 'What is still to be won, and with whom',
    entity: 'deal',
    filter: is('status', 'OPEN'),
    groupBy: ['ownerId', 'stageId'],
    measures: [AMOUNT, COUNT],
    chart: 'STACKED_BAR',
  },
  {
    key: 'report-leads',
    name: 'Leads by source',
    description: 'Where leads come from, and what share of them was converted',
    entity: 'lead',
    filter: null,
    groupBy: ['source'],
    measures: [COUNT, { op: 'rate', field: 'stage', value: 'CONVERTED' }],
    chart: 'BAR',
  },
  {
    key: 'report-lost',
    name: 'Why deals are lost',
    description: null,
    entity: 'deal',
    filter: { and: [is('status', 'LOST'), lately('actualCloseDate', '365d')] },
    groupBy: ['lostReason'],
    measures: [COUNT],
    chart: 'DONUT',
  },
  {
    key: 'report-due',
    name: 'Outstanding invoices',
    description: 'Sent and not paid',
    entity: 'invoice',
    filter: { field: 'status', op: 'in', value: ['SENT', 'OVERDUE'] },
    groupBy: [],
    measures: [AMOUNT, COUNT],
    chart: 'NUMBER',
  },
  {
    key: 'report-quarter',
    name: 'Won this quarter',
    description: null,
    entity: 'deal',
    filter: { and: [is('status', 'WON'), { field: 'actualCloseDate', op: 'gte', value: 'startOfQuarter' }] },
    groupBy: [],
    measures: [AMOUNT, COUNT],
    chart: 'NUMBER',
  },
]

/** Tiles by report, width in columns and height in rows. */
export const DEMO_DASHBOARDS = [
  {
    key: 'dashboard-sales',
    name: 'Sales at a glance',
    description: 'How the team is doing',
    tiles: [
      ['report-won', 2, 2],
      ['report-lost', 2, 2],
      ['report-open', 3, 2],
      ['report-quarter', 1, 1],
      ['report-due', 1, 1],
      ['report-leads', 4, 2],
    ] as Array<[string, number, number]>,
  },
]
