import { Alert, Checkbox, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { type Pipeline, useMe, usePipelines } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import type { Row } from '#web/record/model.ts'
import type { LayoutGiven } from '#web/table/layout.ts'
import type { View } from '#web/table/view.ts'
import { useText } from '#web/text/index.tsx'
import classes from './board.module.css'
import { BoardColumn } from './board-column.page.tsx'
import { type Lane, type Sums, sumsQuery } from './board-data.page.tsx'

/** The pipeline that a view names, else the default one. */
export const pipelineOf = (pipelines: Pipeline[], view: View): Pipeline | undefined =>
  pipelines.find(({ id }) => id === view.options.pipelineId) ??
  pipelines.find(({ isDefault }) => isDefault) ??
  pipelines[0]

type LanesGiven = LayoutGiven & { by: Sums['by']; lanes: Lane[]; move: (deal: Row, lane: Lane) => void }

/** Lanes side by side, with what is common to boards by stage and by month. */
export function Lanes({ by, lanes, move, view, filter, create }: LanesGiven) {
  const text = useText()
  const format = useFormat()
  const pipelines = usePipelines()
  const asked = useMemo(() => ({ q: view.q, filter }), [view.q, filter])
  const { data: sums } = useQuery(sumsQuery(by, asked))
  const stages = useMemo(
    () => new Map(pipelines.flatMap(pipeline => pipeline.stages.map(stage => [stage.id, stage]))),
    [pipelines],
  )
  const steady = useSteady(move)
  const strange = by === 'stage' ? (sums?.rows.filter(({ currency }) => !sums.rates[currency]) ?? []) : []
  return (
    <>
      {strange.length > 0 && (
        <Alert variant="light" radius={0} py={6}>
          {text.board.unconverted}{' '}
          {[...byCurrency(strange)].map(([currency, amount]) => format.money(amount, currency)).join(', ')}
        </Alert>
      )}
      <p id="board-keys" className={classes.hidden}>
        {by === 'stage' ? text.board.keyHint : text.forecast.keyHint}
      </p>
      <div className={classes.board} data-board>
        {lanes.map(lane => (
          <BoardColumn
            key={lane.key}
            {...{ lane, lanes, stages, asked, by }}
            sums={sums}
            move={steady}
            add={({ initial = {} }) => create(initial)}
          />
        ))}
      </div>
    </>
  )
}

/** A function that stays the same while what it does changes, so that cards in memory need not be drawn again. */
function useSteady(move: LanesGiven['move']): LanesGiven['move'] {
  const latest = useRef(move)
  useEffect(() => {
    latest.current = move
  })
  return useRef<LanesGiven['move']>((deal, lane) => latest.current(deal, lane)).current
}

function byCurrency(rows: Sums['rows']): Map<string, number> {
  const amounts = new Map<string, number>()
  for (const { currency, amount } of rows) amounts.set(currency, (amounts.get(currency) ?? 0) + amount)
  return amounts
}

/** Which pipeline, and whether only one's own deals. */
export function DealTools({ view, change }: LayoutGiven) {
  const text = useText()
  const { user } = useMe()
  const pipelines = usePipelines()
  const isMine = (condition: View['conditions'][number]) =>
    condition.path === 'ownerId' && condition.op === 'eq' && condition.value === user.id
  const others = view.conditions.filter(condition => !isMine(condition))
  return (
    <>
      {pipelines.length > 1 && (
        <Select
          size="xs"
          w={180}
          aria-label={text.nav.pipeline}
          value={pipelineOf(pipelines, view)?.id ?? null}
          data={pipelines.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={pipelineId => change({ options: { ...view.options, pipelineId } })}
        />
      )}
      <Checkbox
        size="xs"
        label={text.board.mine}
        checked={others.length < view.conditions.length}
        onChange={event =>
          change({
            conditions: event.currentTarget.checked
              ? [...others, { path: 'ownerId', op: 'eq', value: user.id }]
              : others,
          })
        }
      />
    </>
  )
}
