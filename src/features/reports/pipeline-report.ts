import { adderOf } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { together } from '#core/db/workspace.ts'
import {
  type CurrencySum,
  cents,
  type Exchange,
  exchangeOf,
  type Rates,
  ratesUsed,
  sumsByCurrency,
} from '#core/record/currency.ts'
import { rowsUntilChange } from '#core/record/kept.ts'
import { recordNamed } from '#core/record/registry.ts'
import { scopeCondition } from '#core/record/visibility.ts'

export type StageSums = {
  stageId: string
  stageName: string
  pipelineId: string
  kind: string
  probability: number
  openDeals: number
  /** Sum of the open deals' amounts in the workspace's currency. */
  totalAmount: number
  /** The same, each amount times its probability. */
  weightedAmount: number
  closedDeals: number
  closedAmount: number
  byCurrency: CurrencySum[]
}

export type PipelineReport = {
  currency: string
  /** The rates that were used; a currency without one is left out of the sums and told under `unconverted`. */
  rates: Rates
  unconverted: CurrencySum[]
  /** Open deals as they are, in each currency, the workspace's own among them. */
  byCurrency: CurrencySum[]
  stages: StageSums[]
  totalOpenDeals: number
  totalPipelineAmount: number
  totalWeightedAmount: number
}

type Part = {
  stageId: string
  currency: string
  status: string
  count: number
  amount: number
  weighted: number
}

/**
 * Deals by stage, of what the caller may see. Money of other currencies is never added up silently: it is
 * converted by the workspace's `settings.exchangeRates`, or left out of the sums and named.
 * Weighted amount = Σ amount × probability / 100, the usual weighted pipeline.
 * @param withClosed also sums up won and lost deals, which an ever growing history makes slower
 */
export async function pipelineReport(
  tx: Tx,
  { pipelineId, withClosed }: { pipelineId?: string; withClosed: boolean },
): Promise<PipelineReport> {
  const params: unknown[] = []
  const add = adderOf(params)
  const where = [
    scopeCondition(recordNamed('deal'), tx.who, 't', add),
    ...(pipelineId ? [`t.pipeline_id = ${add(pipelineId, 'uuid')}`] : []),
    ...(withClosed ? [] : [`t.status = 'OPEN'`]),
  ].join(' and ')
  // Named as a constant, open deals are summed up from the index `deals_board` alone, which does not hold it.
  const [status, groups] = withClosed ? ['t.status', ', t.status'] : [`'OPEN'`, '']
  const summing = `select t.stage_id as "stageId", t.currency, ${status} as status, count(*) as count, sum(t.amount) as amount, round(sum(t.amount * coalesce(t.probability, 0)) / 100, 2) as weighted
     from deals t where ${where} group by t.stage_id, t.currency${groups}`
  const [parts, stages, exchange] = await together([
    rowsUntilChange(tx, summing, params) as Promise<unknown> as Promise<Part[]>,
    tx.session.rows(
      `select s.id as "stageId", s.name as "stageName", s.pipeline_id as "pipelineId", s.kind, s.probability
       from stages s join pipelines p on p.workspace_id = s.workspace_id and p.id = s.pipeline_id and p.deleted_at is null
       where s.workspace_id = $1::uuid and s.deleted_at is null and ($2::uuid is null or s.pipeline_id = $2::uuid)
       order by p.is_default desc, p.created_at, p.id, s.position, s.id`,
      [tx.who.workspaceId, pipelineId ?? null],
    ),
    exchangeOf(tx),
  ])
  return assemble(exchange, stages as Omit<StageSums, 'openDeals'>[], parts)
}

function assemble(exchange: Exchange, stages: Partial<StageSums>[], parts: Part[]): PipelineReport {
  const rateOf = (part: Part) => exchange.rates[part.currency] ?? 0
  const open = parts.filter(part => part.status === 'OPEN')
  const rows = stages.map(stage =>
    stageSums(
      stage,
      parts.filter(part => part.stageId === stage.stageId),
      rateOf,
    ),
  )
  const total = (pick: (row: StageSums) => number) =>
    rows.reduce((sum, row) => sum + cents(pick(row)), 0) / 100
  return {
    currency: exchange.currency,
    rates: ratesUsed(parts, exchange),
    unconverted: sumsByCurrency(open.filter(part => !rateOf(part))),
    byCurrency: sumsByCurrency(open),
    stages: rows,
    totalOpenDeals: rows.reduce((sum, row) => sum + row.openDeals, 0),
    totalPipelineAmount: total(row => row.totalAmount),
    totalWeightedAmount: total(row => row.weightedAmount),
  }
}

function stageSums(stage: Partial<StageSums>, parts: Part[], rateOf: (part: Part) => number): StageSums {
  const open = parts.filter(part => part.status === 'OPEN')
  const closed = parts.filter(part => part.status !== 'OPEN')
  const money = (list: Part[], pick: (part: Part) => number) =>
    list.reduce((sum, part) => sum + Math.round(pick(part) * rateOf(part) * 100), 0) / 100
  const count = (list: Part[]) => list.reduce((sum, part) => sum + part.count, 0)
  return {
    ...(stage as StageSums),
    openDeals: count(open),
    totalAmount: money(open, part => part.amount),
    weightedAmount: money(open, part => part.weighted),
    closedDeals: count(closed),
    closedAmount: money(closed, part => part.amount),
    byCurrency: sumsByCurrency(parts),
  }
}
