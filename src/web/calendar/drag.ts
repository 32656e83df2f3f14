import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { addDays } from '#core/record/relative-time.ts'
import { DAY_MINUTES, isSameSlot, moved, resized, type Slot, snap } from './slots.ts'

/** How far a pointer goes before it means more than a click. */
const THRESHOLD_PX = 4
/** How long a finger rests before it takes hold: before that it scrolls. */
const HOLD_MS = 300

type Held = { x: number; y: number; slot: Slot; isResize: boolean; isMoving: boolean }
type Given = {
  slot: Slot
  days: readonly string[]
  /** The area over which the days stand side by side, and the minutes of a day below each other. */
  area: RefObject<HTMLElement | null>
  isMovable: boolean
  commit: (slot: Slot) => void
}

/**
 * Moves and resizes by mouse, pen or finger, and shows where to meanwhile. A finger takes hold by resting, so that the
 * calendar can still be scrolled over what stands in it.
 */
export function useDrag({ slot, days, area, isMovable, commit }: Given) {
  const held = useRef<Held>(undefined)
  const block = useRef<HTMLElement | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const wasMoved = useRef(false)
  const [preview, setPreview] = useState<Slot>()
  useEffect(() => {
    const element = block.current
    // React listens passively, and a passive listener cannot keep the page from scrolling.
    const keepStill = (event: TouchEvent) => held.current?.isMoving && event.preventDefault()
    element?.addEventListener('touchmove', keepStill, { passive: false })
    return () => element?.removeEventListener('touchmove', keepStill)
  }, [])
  const end = () => {
    clearTimeout(timer.current)
    held.current = undefined
    setPreview(undefined)
  }
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    wasMoved.current = false
    if (!isMovable || event.button !== 0) return
    const isResize = (event.target as HTMLElement).dataset.resize !== undefined
    const { clientX: x, clientY: y, pointerId, currentTarget } = event
    const hold = (isMoving: boolean) => {
      held.current = { x, y, slot, isResize, isMoving }
      if (isMoving) setPreview(slot)
      currentTarget.setPointerCapture(pointerId)
    }
    if (event.pointerType === 'touch') timer.current = setTimeout(() => hold(true), HOLD_MS)
    else hold(false)
  }
  const target = ({ clientX, clientY }: PointerEvent): Slot | undefined => {
    const from = held.current
    if (!from) return undefined
    const [dx, dy] = [clientX - from.x, clientY - from.y]
    if (!from.isMoving && Math.hypot(dx, dy) < THRESHOLD_PX) return undefined
    from.isMoving = true
    wasMoved.current = true
    return slotUnder(from, dx, dy, area.current!, days)
  }
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const to = target(event)
    if (to) setPreview(to)
  }
  // Where the pointer is, not what was drawn last: on a busy page that is behind, or nothing yet.
  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    const from = held.current?.slot
    const to = target(event)
    if (from && to && !isSameSlot(to, from) && !isSameSlot(to, slot)) commit(to)
    end()
  }
  return {
    preview,
    isDragged: preview !== undefined,
    block,
    handlers: {
      onPointerDown,
      onPointerMove,
      onPointerUp,
      onPointerCancel: end,
      onDragStart: (event: { preventDefault: () => void }) => event.preventDefault(),
      onClickCapture(event: { preventDefault: () => void; stopPropagation: () => void }) {
        if (!wasMoved.current) return
        event.preventDefault()
        event.stopPropagation()
      },
    },
  }
}

function slotUnder(
  { slot, isResize }: Held,
  dx: number,
  dy: number,
  area: HTMLElement,
  days: readonly string[],
) {
  const { width, height } = area.getBoundingClientRect()
  const minutes = slot.start === undefined ? 0 : snap((dy / height) * DAY_MINUTES)
  if (isResize) return resized(slot, minutes)
  const at = days.indexOf(slot.day)
  const to = Math.min(days.length - 1, Math.max(0, at + Math.round((dx / width) * days.length)))
  return { ...moved(slot, 0, minutes), day: addDays(slot.day, to - at) }
}
