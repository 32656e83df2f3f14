import { pipelinesQuery, queries } from '#web/api.ts'
import { filterOf } from '#web/table/filters.ts'
import { opensView } from '#web/table/saved-views.ts'
import { tableLayout } from '#web/table/table-body.tsx'
import { useText } from '#web/text/index.tsx'
import { boardLayout, prefetchBoard } from './board.page.tsx'
import { DealViews, isOf } from './deals.page.tsx'
import { forecastLayout } from './forecast.page.tsx'

const LAYOUTS = [boardLayout, tableLayout, forecastLayout] as const

export async function prefetch() {
  const [hasOwn, pipelines] = await Promise.all([opensView('deal'), queries.ensureQueryData(pipelinesQuery)])
  const pipeline = pipelines.find(({ isDefault }) => isDefault) ?? pipelines[0]
  if (hasOwn || !pipeline) return
  await prefetchBoard(pipeline, pipelines.length > 1 ? filterOf([], isOf(pipeline)) : undefined)
}

/** The deals of one pipeline: as a board, a table or a forecast. */
export default function PipelinePage() {
  const text = useText()
  return <DealViews title={text.board.title} layouts={LAYOUTS} isOnePipeline />
}
