import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { ActionIcon, VisuallyHidden } from '@mantine/core'
import { IconGripVertical } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useText } from '../text/index.tsx'
import classes from './sortable.module.css'

type Item = { id: string; name: string }
type Given<T extends Item> = {
  label: string
  items: readonly T[]
  /** Told the ids in their new order. */
  move: (ids: string[]) => void
  /** Where there is nothing to move, or nobody who may. */
  isFixed?: boolean
  children: (item: T) => ReactNode
}

/** A list whose entries are put into order by mouse, finger or the arrow keys on their handle. */
export function Sortable<T extends Item>({ label, items, move, isFixed, children }: Given<T>) {
  const text = useText()
  const list = useId()
  const [said, say] = useState('')
  const ids = items.map(({ id }) => id)
  const put = (id: string, place: number) => {
    const to = Math.max(0, Math.min(place, ids.length - 1))
    if (ids.indexOf(id) === to) return
    move(ids.filter(each => each !== id).toSpliced(to, 0, id))
    say(text.sortable.moved(items.find(item => item.id === id)!.name, to + 1, ids.length))
  }
  return (
    <>
      <ul className={`card ${classes.list}`} aria-label={label}>
        {items.map((item, place) => (
          <Entry key={item.id} {...{ list, item, place, put, ids }} isFixed={isFixed || ids.length < 2}>
            {children(item)}
          </Entry>
        ))}
      </ul>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </>
  )
}

type EntryGiven = {
  list: string
  item: Item
  place: number
  ids: string[]
  put: (id: string, place: number) => void
  isFixed: boolean
  children: ReactNode
}

function Entry({ list, item, place, ids, put, isFixed, children }: EntryGiven) {
  const text = useText()
  const entry = useRef<HTMLLIElement>(null)
  const handle = useRef<HTMLButtonElement>(null)
  const edge = useEdge({ list, item, place, ids, put, isFixed }, entry, handle)
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: ids.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    put(item.id, to)
    // The entry that moves keeps the focus: React moves the element, which some browsers blur.
    requestAnimationFrame(() => handle.current?.focus())
  }
  return (
    <li ref={entry} className={classes.entry} data-edge={edge}>
      {!isFixed && (
        <ActionIcon
          ref={handle}
          size={28}
          className={classes.handle}
          aria-label={text.sortable.handle(item.name)}
          title={text.sortable.hint}
          onKeyDown={onKeyDown}
        >
          <IconGripVertical size={14} />
        </ActionIcon>
      )}
      {children}
    </li>
  )
}

type Edge = 'above' | 'below' | undefined

/** Above or below which entry the dragged one would come to stand. */
function useEdge(
  given: Omit<EntryGiven, 'children'>,
  entry: React.RefObject<HTMLLIElement | null>,
  handle: React.RefObject<HTMLButtonElement | null>,
): Edge {
  const [edge, setEdge] = useState<Edge>()
  const latest = useRef(given)
  latest.current = given
  const { isFixed } = given
  useEffect(() => {
    const element = entry.current
    if (!element || !handle.current || isFixed) return
    const edgeAt = (clientY: number): Edge => {
      const { top, height } = element.getBoundingClientRect()
      return clientY < top + height / 2 ? 'above' : 'below'
    }
    return combine(
      draggable({
        element,
        dragHandle: handle.current,
        getInitialData: () => ({ list: latest.current.list, id: latest.current.item.id }),
      }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.list === latest.current.list,
        onDrag: ({ source, location }) =>
          setEdge(
            source.data.id === latest.current.item.id ? undefined : edgeAt(location.current.input.clientY),
          ),
        onDragLeave: () => setEdge(undefined),
        onDrop({ source, location }) {
          setEdge(undefined)
          const { ids, place, put } = latest.current
          const from = ids.indexOf(source.data.id as string)
          const below = edgeAt(location.current.input.clientY) === 'below' ? place + 1 : place
          put(source.data.id as string, from < below ? below - 1 : below)
        },
      }),
    )
  }, [entry, handle, isFixed])
  return edge
}
