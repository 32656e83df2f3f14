import { adderOf } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { together } from '#core/db/workspace.ts'
import { Aggregate } from '#core/record/aggregate.ts'
import { rowsUntilChange } from '#core/record/kept.ts'
import { isOfRecord, recordNamed } from '#core/record/registry.ts'
import { dayIn, startOfDay } from '#core/record/relative-time.ts'
import { COUNTED_AT_MOST } from '#core/record/total.ts'
import { scopeCondition, seesThrough } from '#core/record/visibility.ts'
import { pipelineReport } from './pipeline-report.ts'

export const RECENT_DAYS = 7

/** R3 11.1: open deals, open tasks, the pipeline's amount, and how much happened in the last 7 days. */
export async function dashboard(tx: Tx) {
  const [report, openTasks, recentActivity] = await together([
    pipelineReport(tx, { withClosed: false }),
    countOpenTasks(tx),
    countRecent(tx),
  ])
  return {
    openDeals: report.totalOpenDeals,
    openTasks,
    pipelineTotal: report.totalPipelineAmount,
    recentActivity,
    currency: report.currency,
    rates: report.rates,
    unconverted: report.unconverted,
    byCurrency: report.byCurrency,
  }
}

async function countOpenTasks(tx: Tx): Promise<number> {
  const ask = new Aggregate(tx)
  const [row] = await ask.rows(
    `select count(*) as n from tasks t where ${ask.scope('task')} and t.status = 'OPEN'`,
  )
  return row!.n as number
}

/** Interactions and changes of the last 7 days, counted to 10,000 each. */
async function countRecent(tx: Tx): Promise<number> {
  const { who } = tx
  const ask = new Aggregate(tx)
  const bounded = (from: string, time: string) =>
    `(select count(*) from (select 1 from ${from} and ${time} > now() - interval '${RECENT_DAYS} days' limit ${COUNTED_AT_MOST}) c)`
  // As the policy of events has it for who sees their own; the others' narrows by itself.
  const isTold = seesThrough(recordNamed('interaction'), who)
    ? ` and (e.actor_id = ${ask.add(who.userId, 'uuid')} or ${ask.isMine('e.entity_id')})`
    : ''
  const changes = `events e where e.workspace_id = ${ask.add(who.workspaceId, 'uuid')} and ${isOfRecord('e')}${isTold}`
  const talks = `interactions t where ${ask.scope('interaction')} and t.occurred_at <= now()`
  const [row] = await ask.rows(
    `select ${bounded(changes, 'e.created_at')} + ${bounded(talks, 't.occurred_at')} as n`,
  )
  return row!.n as number
}

/** R4's dashboard over leads: new today (in the workspace's zone), share converted, count per stage. */
export async function leadDashboard(tx: Tx) {
  const params: unknown[] = []
  const add = adderOf(params)
  const where = scopeCondition(recordNamed('lead'), tx.who, 't', add)
  const { timezone } = tx.who
  const today = add(startOfDay(dayIn(timezone), timezone).toISOString(), 'timestamptz')
  const text = `select t.stage, count(*) as count, count(*) filter (where t.created_at >= ${today}) as today from leads t where ${where} group by t.stage`
  const rows = await rowsUntilChange(tx, text, params)
  const stages = recordNamed('lead').contract.fields.stage!.options!
  const countOf = (stage: string) => (rows.find(row => row.stage === stage)?.count ?? 0) as number
  const totalLeads = rows.reduce((sum, row) => sum + (row.count as number), 0)
  const convertedLeads = countOf('CONVERTED')
  return {
    newLeadsToday: rows.reduce((sum, row) => sum + (row.today as number), 0),
    totalLeads,
    convertedLeads,
    conversionRate: totalLeads ? Math.round((convertedLeads / totalLeads) * 10_000) / 10_000 : 0,
    pipelineStatus: stages.map(stage => ({ stage, count: countOf(stage) })),
  }
}
