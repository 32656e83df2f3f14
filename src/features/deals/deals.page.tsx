import { type Pipeline, usePipelines } from '#web/api.ts'
import type { Layout } from '#web/table/layout.ts'
import { RecordTable } from '#web/table/record-table.tsx'
import { prefetchList } from '#web/table/rows.ts'
import { tableLayout } from '#web/table/table-body.tsx'
import { boardLayout } from './board.page.tsx'
import { dealContract } from './deals.contract.ts'
import { forecastLayout } from './forecast.page.tsx'
import { pipelineOf } from './lanes.page.tsx'

const COLUMNS = [
  'title',
  'stageId',
  'amount',
  'status',
  'companyId',
  'expectedCloseDate',
  'ownerId',
  'updatedAt',
]
export const DEAL_FORM = [
  'title',
  'amount',
  'currency',
  'pipelineId',
  'stageId',
  'companyId',
  'primaryContactId',
  'expectedCloseDate',
  'source',
  'ownerId',
]

export const prefetch = prefetchList(dealContract)

/** All deals, as a table first; the same views as the pipeline has. */
export default function Deals() {
  return <DealViews layouts={[tableLayout, boardLayout, forecastLayout]} />
}

export const isOf = ({ id }: Pipeline) => ({ field: 'pipelineId', op: 'eq', value: id })

type Given = { layouts: readonly [Layout, ...Layout[]]; title?: string; isOnePipeline?: boolean }

export function DealViews({ layouts, title, isOnePipeline = false }: Given) {
  const pipelines = usePipelines()
  const isNarrow = (options: Record<string, unknown>) =>
    pipelines.length > 1 && (isOnePipeline || options.pipelineId !== undefined)
  return (
    <RecordTable
      contract={dealContract}
      columns={COLUMNS}
      form={DEAL_FORM}
      title={title}
      layouts={layouts}
      narrow={view => {
        const pipeline = pipelineOf(pipelines, view)
        return pipeline && isNarrow(view.options) ? isOf(pipeline) : undefined
      }}
      initial={view => {
        const pipeline = pipelineOf(pipelines, view)
        return pipeline && isNarrow(view.options) ? { pipelineId: pipeline.id } : {}
      }}
    />
  )
}
