import { IconLayoutKanban } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Pipeline, pipelinesQuery, queries, type Stage } from '#web/api.ts'
import { Fault, Waiting } from '#web/kit/states.tsx'
import type { Row } from '#web/record/model.ts'
import type { Layout, LayoutGiven } from '#web/table/layout.ts'
import { type Lane, laneQuery, showMoved, sumsQuery } from './board-data.page.tsx'
import { DealTools, Lanes, pipelineOf } from './lanes.page.tsx'
import { useMove } from './move.page.tsx'

/** The pipeline as columns of cards that are dragged, or moved by keys, from stage to stage. */
function Board(given: LayoutGiven) {
  const pipelines = useQuery(pipelinesQuery)
  const pipeline = pipelineOf(pipelines.data ?? [], given.view)
  const lanes = useMemo(() => pipeline?.stages.map(laneOf) ?? [], [pipeline])
  const { move, dialog } = useMove(({ deal, stage }) => showMoved(deal, laneOf(stage)))
  if (pipelines.isPending) return <Waiting />
  if (pipelines.isError || !pipeline) return <Fault error={pipelines.error} retry={pipelines.refetch} />
  const moveTo = (deal: Row, lane: Lane) => {
    const stage = pipeline.stages.find(({ id }) => id === lane.key)
    if (stage) move(deal, stage)
  }
  return (
    <>
      <Lanes {...given} by="stage" lanes={lanes} move={moveTo} />
      {dialog}
    </>
  )
}

const laneOf = (stage: Stage): Lane => ({
  key: stage.id,
  name: stage.name,
  kind: stage.kind,
  filter: { field: 'stageId', op: 'eq', value: stage.id },
  // Open deals by what was touched last; of closed ones the latest.
  sort: stage.kind === 'OPEN' ? '-updatedAt' : '-actualCloseDate',
  holds: key => key === stage.id,
  put: () => ({
    stageId: stage.id,
    status: stage.kind,
    probability: stage.probability,
    stageDurationDays: 0,
  }),
  ...(stage.kind === 'OPEN' ? { initial: { pipelineId: stage.pipelineId, stageId: stage.id } } : {}),
})

/** Asks for the cards of a pipeline's stages, and their sums, before the board is opened. */
export const prefetchBoard = ({ stages }: Pipeline, filter: object | undefined) => {
  const asked = { q: '', filter }
  return Promise.all([
    queries.prefetchQuery(sumsQuery('stage', asked)),
    ...stages.map(stage => queries.prefetchInfiniteQuery(laneQuery(laneOf(stage), asked))),
  ])
}

export const boardLayout: Layout = {
  name: 'board',
  label: text => text.views.board,
  icon: IconLayoutKanban,
  Body: Board,
  Tools: DealTools,
}
