import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import classes from './virtual-list.module.css'

/** How many rows before its end the next page is asked for. */
const AHEAD = 40

type Given<T> = {
  label: string
  rows: readonly T[]
  /** What a row is expected to be high; it is measured once it is in sight. */
  rowPx: number
  /** Asks for the rows behind the last one, if there are any. */
  more: () => void
  line: (row: T) => ReactNode
}

/** A list of any length that fills the page, of which only the rows in sight are drawn. */
export function VirtualList<T extends { id: string }>({ label, rows, rowPx, more, line }: Given<T>) {
  const frame = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowPx,
    getItemKey: index => rows[index]!.id,
    overscan: 10,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for whenever what is in sight nears the end
  useEffect(() => {
    if (last >= rows.length - AHEAD) more()
  }, [last, rows.length])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section ref={frame} className={classes.scroll} aria-label={label} tabIndex={0}>
      <ul className={classes.list} style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start, key }) => (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            className={classes.entry}
            style={{ transform: `translateY(${start}px)` }}
          >
            {line(rows[index]!)}
          </li>
        ))}
      </ul>
    </section>
  )
}
