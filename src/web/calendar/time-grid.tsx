import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useMay, useMe } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { useText } from '../text/index.tsx'
import { Block, HOUR_PX, stripHeight } from './block.tsx'
import classes from './calendar.module.css'
import { clock, DAY_MINUTES, type Item, placed, type Slot, STEP_MINUTES, slotAt, snap } from './slots.ts'

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
/** What one sees first: the day begins a little before work does. */
const FIRST_SEEN_MINUTES = 7.5 * 60
const NEW_MINUTES = 30

type Given = {
  days: readonly string[]
  items: Item[]
  move: (item: Item, slot: Slot) => void
  add: (slot: Slot) => void
}

/** The hours of some days side by side. A click where nothing stands begins something new. */
export function TimeGrid({ days, items, move, add }: Given) {
  const text = useText()
  const format = useFormat()
  const may = useMay()
  const { workspace } = useMe()
  const scroller = useRef<HTMLElement>(null)
  const area = useRef<HTMLUListElement>(null)
  const strip = useRef<HTMLUListElement>(null)
  const now = useNow(workspace.timezone)
  const { blocks, wholeDay, rows } = useMemo(() => laidOut(days, items), [days, items])
  useLayoutEffect(() => {
    scroller.current!.scrollTop = (FIRST_SEEN_MINUTES / 60) * HOUR_PX
  }, [])
  const columns = { '--days': days.length } as React.CSSProperties
  return (
    <section
      ref={scroller}
      className={classes.scroller}
      style={columns}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
      tabIndex={0}
      aria-label={text.views.calendar}
    >
      <div className={classes.head}>
        <div className={classes.gutter} />
        <div className={classes.days}>
          {days.map(day => (
            <h2 key={day} className={classes.day} data-today={day === now.day || undefined}>
              {format.weekday(day)}
            </h2>
          ))}
          {rows > 0 && (
            <ul ref={strip} className={classes.strip} style={{ height: stripHeight(rows) }}>
              {wholeDay.map(({ item, row }) => (
                <Block key={item.id} {...{ item, days, row, move }} area={strip} column={0} columns={1} />
              ))}
            </ul>
          )}
        </div>
      </div>
      <div className={classes.body} style={{ height: 24 * HOUR_PX }}>
        <div className={classes.gutter} aria-hidden>
          {HOURS.slice(1).map(hour => (
            <span key={hour} style={{ top: hour * HOUR_PX }} className="numbers">
              {clock(hour * 60)}
            </span>
          ))}
        </div>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button for a new one and its key are above */}
        <ul
          ref={area}
          className={classes.area}
          onClick={event => {
            if (event.target !== event.currentTarget || !may.write) return
            const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
            const day = days[Math.floor(((event.clientX - left) / width) * days.length)]!
            const at = ((event.clientY - top) / height) * DAY_MINUTES
            const start = Math.max(0, snap(at - STEP_MINUTES))
            add({ day, start, minutes: NEW_MINUTES })
          }}
        >
          {blocks.map(({ item, column, columns: wide }) => (
            <Block key={item.id} {...{ item, days, area, column, move }} columns={wide} />
          ))}
        </ul>
        {days.includes(now.day) && (
          <div
            className={classes.now}
            style={{
              top: ((now.start ?? 0) / 60) * HOUR_PX,
              insetInlineStart: `calc(var(--gutter) + (100% - var(--gutter)) * ${days.indexOf(now.day) / days.length})`,
              width: `calc((100% - var(--gutter)) / ${days.length})`,
            }}
          />
        )}
      </div>
    </section>
  )
}

function laidOut(days: readonly string[], items: Item[]) {
  const blocks = days.flatMap(day =>
    placed(items.filter(item => item.day === day && item.start !== undefined)),
  )
  const wholeDay = days.flatMap(day =>
    items.filter(item => item.day === day && item.start === undefined).map((item, row) => ({ item, row })),
  )
  return { blocks, wholeDay, rows: Math.max(0, ...wholeDay.map(({ row }) => row + 1)) }
}

/** What the workspace's clock shows, minute by minute. */
function useNow(zone: string): Slot {
  const [now, setNow] = useState(() => slotAt(new Date().toISOString(), zone, 0))
  useEffect(() => {
    const timer = setInterval(() => setNow(slotAt(new Date().toISOString(), zone, 0)), 60_000)
    return () => clearInterval(timer)
  }, [zone])
  return now
}
