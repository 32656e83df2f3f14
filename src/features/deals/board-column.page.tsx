import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { ActionIcon } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { type Stage, useMay } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { useOverscan } from '#web/kit/overscan.ts'
import type { Row } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'
import classes from './board.module.css'
import { type Asked, type Lane, laneQuery, type Sums, showLane, standsIn } from './board-data.page.tsx'
import { DealCard, isFollowed } from './deal-card.page.tsx'

const CARD_PX = 92
const AHEAD = 15

type Given = {
  lane: Lane
  lanes: Lane[]
  stages: Map<string, Stage>
  asked: Asked
  by: Sums['by']
  sums: Sums | undefined
  move: (deal: Row, lane: Lane) => void
  add: ((lane: Lane) => void) | undefined
}

/** One lane: its sums, and the cards that are in sight out of any number. */
export function BoardColumn({ lane, lanes, stages, asked, by, sums, move, add }: Given) {
  const text = useText()
  const may = useMay()
  const list = useInfiniteQuery(laneQuery(lane, asked))
  useEffect(() => showLane(lane, by), [lane, by])
  const deals = useMemo(
    () => list.data?.pages.flatMap(page => page.rows.filter(deal => standsIn(deal, lane))) ?? [],
    [list.data, lane],
  )
  const frame = useRef<HTMLElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const isOver = useDrop(frame, lane, move)
  const virtual = useVirtualizer({
    count: deals.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_PX,
    overscan: useOverscan(8),
    getItemKey: index => deals[index]!.id,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the lane stands is nothing that changes it
  useEffect(() => {
    const at = deals.findIndex(({ id }) => isFollowed(id))
    if (at >= 0) virtual.scrollToIndex(at)
  }, [deals])
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (list.hasNextPage && !list.isFetchingNextPage && last >= deals.length - AHEAD) list.fetchNextPage()
  }, [last, deals.length, list])
  return (
    <section ref={frame} className={classes.column} data-over={isOver || undefined} aria-label={lane.name}>
      <header className={classes.head}>
        <div className={classes.name}>
          <span className={classes.mark} data-kind={lane.kind} />
          <h2 className="one-line">{lane.name}</h2>
          <LaneCount lane={lane} sums={sums} />
          {may.write && add && lane.initial && (
            <ActionIcon
              size="sm"
              ml="auto"
              aria-label={`${text.board.addDeal}: ${lane.name}`}
              onClick={() => add(lane)}
            >
              <IconPlus size={14} />
            </ActionIcon>
          )}
        </div>
        <LaneSums lane={lane} sums={sums} />
      </header>
      <div ref={scroller} className={classes.cards} tabIndex={deals.length ? undefined : 0}>
        <ul className={classes.list} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => (
            <DealCard
              key={deals[index]!.id}
              deal={deals[index]!}
              {...{ lane, lanes, start, move }}
              stage={stages.get(deals[index]!.stageId as string)}
              isByMonth={by === 'month'}
            />
          ))}
        </ul>
        {list.isSuccess && !deals.length && (
          <p className={`quiet ${classes.empty}`}>
            {by === 'month' ? text.forecast.empty : text.board.empty}
          </p>
        )}
      </div>
    </section>
  )
}

type SumsGiven = { lane: Lane; sums: Sums | undefined }

function LaneCount({ lane, sums }: SumsGiven) {
  const format = useFormat()
  if (!sums || lane.kind !== 'OPEN') return null
  const count = sums.rows.filter(({ key }) => lane.holds(key)).reduce((sum, group) => sum + group.count, 0)
  return <span className="quiet numbers">{format.number(count)}</span>
}

/** Amount and weighted amount: of a stage converted, of a month in each currency, since it is what is to be paid. */
function LaneSums({ lane, sums }: SumsGiven) {
  const text = useText()
  const format = useFormat()
  if (!sums || lane.kind !== 'OPEN') return <div className={classes.sums} />
  const own = sums.rows.filter(({ key }) => lane.holds(key))
  const lines = new Map<string, { amount: number; weighted: number }>()
  for (const { currency, amount, weighted } of own) {
    const rate = sums.by === 'month' ? 1 : sums.rates[currency]
    if (!rate) continue
    const name = sums.by === 'month' ? currency : sums.currency
    const line = lines.get(name) ?? { amount: 0, weighted: 0 }
    lines.set(name, { amount: line.amount + amount * rate, weighted: line.weighted + weighted * rate })
  }
  return (
    <div
      className={`quiet numbers ${classes.sums}`}
      // As high as the highest, so that the cards begin on one line.
      style={sums.by === 'month' ? { minHeight: currenciesIn(sums) * LINE_PX } : undefined}
    >
      {[...lines].map(([currency, { amount, weighted }]) => (
        <div key={currency} className="one-line">
          {format.shortMoney(amount, currency)} · {text.board.weighted(format.shortMoney(weighted, currency))}
        </div>
      ))}
    </div>
  )
}

const LINE_PX = 18
const currenciesIn = (sums: Sums): number => new Set(sums.rows.map(({ currency }) => currency)).size

function useDrop(frame: React.RefObject<HTMLElement | null>, lane: Lane, move: Given['move']): boolean {
  const [isOver, setOver] = useState(false)
  const latest = useRef({ move, lane })
  latest.current = { move, lane }
  useEffect(
    () =>
      dropTargetForElements({
        element: frame.current!,
        canDrop: ({ source }) => source.data.deal !== undefined && latest.current.lane.put !== undefined,
        onDragEnter: ({ source }) => setOver(source.data.from !== latest.current.lane.key),
        onDragLeave: () => setOver(false),
        onDrop({ source }) {
          setOver(false)
          if (source.data.from !== latest.current.lane.key)
            latest.current.move(source.data.deal as Row, latest.current.lane)
        },
      }),
    [frame],
  )
  return isOver
}
