import { tableLayout } from '#web/table/table-body.tsx'
import { useText } from '#web/text/index.tsx'
import { boardLayout } from './board.page.tsx'
import { DealViews } from './deals.page.tsx'
import { forecastLayout } from './forecast.page.tsx'

const LAYOUTS = [boardLayout, tableLayout, forecastLayout] as const

/** The deals of one pipeline: as a board, a table or a forecast. */
export default function PipelinePage() {
  const text = useText()
  return <DealViews title={text.board.title} layouts={LAYOUTS} isOnePipeline />
}
