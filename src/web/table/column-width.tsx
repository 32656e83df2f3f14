import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { useText } from '../text/index.tsx'
import classes from './table.module.css'

const STEP_PX = 16
const AT_LEAST_PX = 60
const AT_MOST_PX = 900

/** The widths with one of them changed, or left to the table again. */
export function withWidth(
  widths: Record<string, number>,
  path: string,
  px: number | undefined,
): Record<string, number> {
  const { [path]: _, ...rest } = widths
  return px === undefined ? rest : { ...rest, [path]: bounded(px) }
}

const bounded = (px: number) => Math.round(Math.min(AT_MOST_PX, Math.max(AT_LEAST_PX, px)))

type Given = { label: string; width: number | undefined; onWidth: (px: number | undefined) => void }

/** The right edge of a column's head: drawn, moved by arrow keys, and given back by a double click. */
export function WidthHandle({ label, width, onWidth }: Given) {
  const text = useText()
  const from = useRef<{ x: number; px: number }>(undefined)
  const cellOf = (target: Element) => target.parentElement!.getBoundingClientRect().width
  const onPointerDown = (event: PointerEvent<HTMLButtonElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { x: event.clientX, px: cellOf(event.currentTarget) }
  }
  const onPointerMove = (event: PointerEvent) => {
    if (from.current) onWidth(from.current.px + event.clientX - from.current.x)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    const by = event.key === 'ArrowRight' ? STEP_PX : event.key === 'ArrowLeft' ? -STEP_PX : 0
    if (!by) return
    event.preventDefault()
    event.stopPropagation()
    onWidth((width ?? cellOf(event.currentTarget)) + by)
  }
  return (
    <button
      type="button"
      className={classes.width}
      aria-label={text.table.width(label)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        from.current = undefined
      }}
      onPointerCancel={() => {
        from.current = undefined
      }}
      onDoubleClick={() => onWidth(undefined)}
      onKeyDown={onKeyDown}
    />
  )
}
