import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { IconClockExclamation } from '@tabler/icons-react'
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react'
import { dayIn } from '#core/record/relative-time.ts'
import { type Stage, useMayChange, useMe } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { LightLink } from '#web/kit/light-link.tsx'
import { useTitle } from '#web/kit/titles.ts'
import { MemberName } from '#web/kit/value.tsx'
import type { Row } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'
import classes from './board.module.css'
import type { Lane } from './board-data.page.tsx'

type Given = {
  deal: Row
  lane: Lane
  lanes: Lane[]
  stage: Stage | undefined
  /** In lanes of months the stage is what one does not see. */
  isByMonth: boolean
  start: number
  move: (deal: Row, lane: Lane) => void
}

/** The deal that somebody moves by keys: it keeps the focus in whatever lane it comes to stand. */
let followed: string | undefined
const follow = (id: string | undefined): void => {
  followed = id
}
/** Whether it lost the focus by its move, and nothing else has it since. */
export const isFollowed = (id: string): boolean => id === followed && document.activeElement === document.body

/** A deal on the board. Dragged with mouse or finger; with the keyboard, Shift and an arrow move it on. */
export const DealCard = memo(
  function DealCard({ deal, lane, lanes, stage, isByMonth, start, move }: Given) {
    const text = useText()
    const mayMove = useMayChange()(deal)
    const { workspace } = useMe()
    const format = useFormat()
    const card = useRef<HTMLAnchorElement>(null)
    const [isDragged, setDragged] = useState(false)
    const company = useTitle('company', (deal.companyId as string | null) ?? null)
    useEffect(() => {
      if (!mayMove) return
      return draggable({
        element: card.current!,
        getInitialData: () => ({ deal, from: lane.key }),
        onDragStart: () => setDragged(true),
        onDrop: () => setDragged(false),
      })
    }, [deal, mayMove, lane.key])
    useEffect(() => {
      if (isFollowed(deal.id)) card.current!.focus()
    }, [deal.id])
    const days = deal.stageDurationDays as number
    const isOpen = deal.status === 'OPEN'
    const isRotting = isOpen && typeof stage?.rottingDays === 'number' && days > stage.rottingDays
    const closes = deal.expectedCloseDate as string | null
    const isLate = isOpen && closes !== null && closes < dayIn(workspace.timezone)
    const onKeyDown = (event: KeyboardEvent<HTMLAnchorElement>) => {
      const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
      if (event.shiftKey && by && mayMove) {
        const next = lanes[lanes.findIndex(({ key }) => key === lane.key) + by]
        if (next?.put) {
          follow(deal.id)
          move(deal, next)
        }
        event.preventDefault()
      } else focusNeighbour(event, by)
    }
    return (
      <li className={classes.place} style={{ transform: `translateY(${start}px)` }}>
        <LightLink
          ref={card}
          href={`/deals/${deal.id}`}
          className={classes.card}
          data-dragged={isDragged || undefined}
          aria-describedby={mayMove ? 'board-keys' : undefined}
          onKeyDown={onKeyDown}
          onBlur={event => event.relatedTarget?.closest('[data-board]') && follow(undefined)}
        >
          <span className={`${classes.title} one-line`}>{String(deal.title)}</span>
          <span className="quiet one-line">
            {isByMonth ? [stage?.name, company].filter(Boolean).join(' · ') : company}
          </span>
          <span className={classes.foot}>
            <b
              className={`numbers ${classes.amount}`}
              title={format.money(deal.amount as number, deal.currency as string)}
            >
              {format.cardMoney(deal.amount as number, deal.currency as string)}
            </b>
            {closes && isOpen && (
              <span className={`numbers one-line ${isLate ? 'late' : 'quiet'}`} title={format.day(closes)}>
                {format.glance(closes)}
              </span>
            )}
            {isRotting && (
              <span className="late" title={text.board.rotting(days)}>
                <IconClockExclamation size={14} aria-label={text.board.rotting(days)} />
              </span>
            )}
            <span className={classes.owner}>
              <MemberName id={deal.ownerId as string | null} isShort />
            </span>
          </span>
        </LightLink>
      </li>
    )
  },
  (a, b) =>
    a.deal === b.deal &&
    a.start === b.start &&
    a.lanes === b.lanes &&
    a.stage === b.stage &&
    a.move === b.move,
)

/** Arrow keys go up and down a column, and to the nearest card of the column beside it. */
function focusNeighbour(event: KeyboardEvent<HTMLAnchorElement>, by: number): void {
  const column = event.currentTarget.closest('section')!
  const cards = [...column.querySelectorAll('a')]
  const at = cards.indexOf(event.currentTarget)
  let target: HTMLElement | null | undefined
  if (event.key === 'ArrowDown') target = cards[at + 1]
  else if (event.key === 'ArrowUp') target = cards[at - 1]
  else if (by) {
    const columns = [...column.parentElement!.querySelectorAll('section')]
    const beside = [...(columns[columns.indexOf(column) + by]?.querySelectorAll('a') ?? [])]
    target = beside[Math.min(at, beside.length - 1)]
  }
  if (!target) return
  event.preventDefault()
  target.focus()
}
