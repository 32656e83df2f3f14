import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { ActionIcon } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { type Stage, useMay } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import type { Row } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'
import classes from './board.module.css'
import { type BoardFilter, columnQuery, type Sums, standsIn } from './board-data.page.tsx'
import { DealCard } from './deal-card.page.tsx'

const CARD_PX = 92
const AHEAD = 15

type Given = {
  stage: Stage
  stages: Stage[]
  filter: BoardFilter
  sums: Sums['stages'][number] | undefined
  currency: string | undefined
  move: (deal: Row, stage: Stage) => void
  add: () => void
}

/** One stage: its sums, and the cards that are in sight out of any number. */
export function BoardColumn({ stage, stages, filter, sums, currency, move, add }: Given) {
  const text = useText()
  const may = useMay()
  const format = useFormat()
  const list = useInfiniteQuery(columnQuery(stage, filter))
  const deals = useMemo(
    () => list.data?.pages.flatMap(page => page.rows.filter(deal => standsIn(deal, stage))) ?? [],
    [list.data, stage],
  )
  const frame = useRef<HTMLElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const isOver = useDrop(frame, stage, move)
  const virtual = useVirtualizer({
    count: deals.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_PX,
    overscan: 8,
    getItemKey: index => deals[index]!.id,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (list.hasNextPage && !list.isFetchingNextPage && last >= deals.length - AHEAD) list.fetchNextPage()
  }, [last, deals.length, list])
  return (
    <section ref={frame} className={classes.column} data-over={isOver || undefined} aria-label={stage.name}>
      <header className={classes.head}>
        <div className={classes.name}>
          <span className={classes.mark} data-kind={stage.kind} />
          <h2 className="one-line">{stage.name}</h2>
          {sums && stage.kind === 'OPEN' && (
            <span className="quiet numbers">{format.number(sums.openDeals)}</span>
          )}
          {may.write && stage.kind === 'OPEN' && (
            <ActionIcon size="sm" ml="auto" aria-label={`${text.board.addDeal}: ${stage.name}`} onClick={add}>
              <IconPlus size={14} />
            </ActionIcon>
          )}
        </div>
        <div className="quiet numbers one-line">
          {sums && stage.kind === 'OPEN' && (
            <>
              {format.shortMoney(sums.totalAmount, currency)} ·{' '}
              {text.board.weighted(format.shortMoney(sums.weightedAmount, currency))}
            </>
          )}
        </div>
      </header>
      <div ref={scroller} className={classes.cards} tabIndex={deals.length ? undefined : 0}>
        <ul className={classes.list} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => (
            <DealCard
              key={deals[index]!.id}
              deal={deals[index]!}
              stage={stage}
              stages={stages}
              start={start}
              move={move}
            />
          ))}
        </ul>
        {list.isSuccess && !deals.length && <p className={`quiet ${classes.empty}`}>{text.board.empty}</p>}
      </div>
    </section>
  )
}

function useDrop(frame: React.RefObject<HTMLElement | null>, stage: Stage, move: Given['move']): boolean {
  const [isOver, setOver] = useState(false)
  const latest = useRef(move)
  latest.current = move
  useEffect(
    () =>
      dropTargetForElements({
        element: frame.current!,
        canDrop: ({ source }) => source.data.deal !== undefined,
        onDragEnter: ({ source }) => setOver((source.data.deal as Row).stageId !== stage.id),
        onDragLeave: () => setOver(false),
        onDrop({ source }) {
          setOver(false)
          latest.current(source.data.deal as Row, stage)
        },
      }),
    [frame, stage],
  )
  return isOver
}
