import { VisuallyHidden } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type CSSProperties, type KeyboardEvent, type RefObject, useEffect, useRef } from 'react'
import { useFormat } from '../kit/format.ts'
import classes from './calendar.module.css'
import { useDrag } from './drag.ts'
import { clock, DAY_MINUTES, type Item, moved, resized, type Slot, STEP_MINUTES } from './slots.ts'

type Given = {
  item: Item
  days: readonly string[]
  area: RefObject<HTMLElement | null>
  column: number
  columns: number
  /** The row of what belongs to a day alone. */
  row?: number
  move: (item: Item, slot: Slot) => void
}

/** One appointment: a link to its record that is dragged, drawn longer at its lower edge, and moved by keys. */
export function Block({ item, days, area, column, columns, row, move }: Given) {
  const format = useFormat()
  const { isMovable } = item
  const drag = useDrag({ slot: item, days, area, isMovable, commit: slot => move(item, slot) })
  const at = drag.preview ?? item
  // Keys may come faster than what they did is drawn: each goes on from the one before.
  const { day, start, minutes } = item
  const latest = useRef<Slot>({ day, start, minutes })
  useEffect(() => {
    latest.current = { day, start, minutes }
  }, [day, start, minutes])
  const when =
    at.start === undefined
      ? format.weekday(at.day)
      : `${format.weekday(at.day)} ${clock(at.start)}–${clock((at.start + at.minutes) % DAY_MINUTES)}`
  const onKeyDown = (event: KeyboardEvent) => {
    const next = isMovable ? slotByKey({ ...item, ...latest.current }, event) : undefined
    if (!next) return
    event.preventDefault()
    latest.current = next
    move(item, next)
  }
  return (
    <li
      className={classes.place}
      style={placeOf(at, days.indexOf(at.day), days.length, drag.isDragged ? [0, 1] : [column, columns], row)}
      data-dragged={drag.isDragged || undefined}
    >
      <Link
        ref={element => {
          drag.block.current = element
        }}
        to={item.path}
        className={classes.block}
        data-tone={item.tone}
        data-warning={item.warning ? true : undefined}
        data-short={at.minutes <= 30 || at.start === undefined || undefined}
        aria-describedby={isMovable ? 'calendar-keys' : undefined}
        title={[item.title, item.hint, when, item.warning].filter(Boolean).join('\n')}
        draggable={false}
        onKeyDown={onKeyDown}
        {...drag.handlers}
      >
        <span className={classes.blockTitle}>
          {item.warning && <IconAlertTriangle size={12} className={classes.warning} />}
          <b className="one-line">{item.title}</b>
        </span>
        {at.start !== undefined && (
          <span className="numbers one-line">
            {clock(at.start)} {item.hint}
          </span>
        )}
        <VisuallyHidden>
          , {when}
          {item.warning && `, ${item.warning}`}
        </VisuallyHidden>
        {item.isResizable && <span data-resize className={classes.resize} />}
      </Link>
    </li>
  )
}

/** Shift and arrows move by a quarter of an hour or a day, Alt with up and down make it shorter or longer. */
function slotByKey(item: Item, { key, shiftKey, altKey }: KeyboardEvent): Slot | undefined {
  const { day, start, minutes } = item
  const slot = { day, start, minutes }
  const down = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
  const right = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
  if (shiftKey && (down || right)) return moved(slot, right, down * STEP_MINUTES)
  if (altKey && down && item.isResizable) return resized(slot, down * STEP_MINUTES)
  return undefined
}

export const HOUR_PX = 48
const ROW_PX = 24

function placeOf(
  { start, minutes }: Slot,
  day: number,
  days: number,
  [column, columns]: [number, number],
  row = 0,
): CSSProperties {
  const width = 100 / days
  const left = width * (day + column / columns)
  if (start === undefined)
    return { top: row * ROW_PX, height: ROW_PX - 2, left: `${left}%`, width: `${width}%` }
  const height = (Math.min(minutes, DAY_MINUTES - start) / 60) * HOUR_PX
  return {
    top: (start / 60) * HOUR_PX,
    height: Math.max(height, HOUR_PX / 2) - 2,
    left: `${left}%`,
    width: `${width / columns}%`,
  }
}

/** How high the strip of what belongs to days alone is. */
export const stripHeight = (rows: number): number => rows * ROW_PX
