import { Checkbox } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type Dispatch, memo, type SetStateAction, useCallback, useEffect, useRef, useState } from 'react'
import { useMay, useMayChange } from '../api.ts'
import { LightLink } from '../kit/light-link.tsx'
import { useOverscan } from '../kit/overscan.ts'
import { titleOf } from '../kit/titles.ts'
import { FieldValue } from '../kit/value.tsx'
import type { AnyContract, Column, Row } from '../record/model.ts'
import { useText } from '../text/index.tsx'
import { CellEditor } from './cell-editor.tsx'
import { WidthHandle, withWidth } from './column-width.tsx'
import { moveFocus } from './grid-keys.ts'
import classes from './table.module.css'

const ROW_PX = 36
/** Rows from the end at which the next page is asked for. */
const AHEAD = 40

type Given = {
  contract: AnyContract
  columns: Column[]
  /** Widths in pixels that somebody has drawn, by column. */
  widths: Record<string, number>
  onWidths: (widths: Record<string, number>) => void
  rows: Row[]
  total: number
  sort: string
  onSort: (sort: string) => void
  selected: ReadonlySet<string>
  onSelect: Dispatch<SetStateAction<ReadonlySet<string>>>
  onEnd: () => void
  isStale: boolean
}

/** The rows that are in sight, out of any number. Arrow keys move, Enter edits, Space selects. */
export function Grid(given: Given) {
  const { contract, columns, widths, rows, total, sort, onSort, selected, onSelect, onEnd, isStale } = given
  const text = useText()
  const may = useMay()
  const mayChange = useMayChange()
  const scroller = useRef<HTMLDivElement>(null)
  const [edited, setEdited] = useState<{ id: string; path: string }>()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: useOverscan(20),
    getItemKey: index => rows[index]!.id,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= rows.length - AHEAD) onEnd()
  }, [last, rows.length, onEnd])
  const { template, leastPx } = templateOf(columns, widths, may.write)
  const toggle = useCallback(
    (id: string) =>
      onSelect(before => {
        const next = new Set(before)
        if (!next.delete(id)) next.add(id)
        return next
      }),
    [onSelect],
  )
  return (
    <div ref={scroller} className={classes.scroller} data-stale={isStale || undefined}>
      <div role="grid" aria-rowcount={total} style={{ minWidth: leastPx }} onKeyDown={moveFocus}>
        <div role="row" className={classes.head} style={{ gridTemplateColumns: template }}>
          {may.write && (
            <div role="columnheader" className={classes.check}>
              <Checkbox
                size="xs"
                aria-label={text.table.selectAll}
                checked={selected.size > 0 && selected.size === rows.length}
                indeterminate={selected.size > 0 && selected.size < rows.length}
                onChange={event =>
                  onSelect(new Set(event.currentTarget.checked ? rows.map(row => row.id) : []))
                }
              />
            </div>
          )}
          {columns.map((column, place) => (
            <HeadCell
              key={column.path}
              // The first cell shows the whole title, of which its field may be only a part.
              column={
                place === 0 && contract.title.length > 1 ? { ...column, label: text.table.name } : column
              }
              sort={sort}
              onSort={onSort}
              width={widths[column.path]}
              onWidth={px => given.onWidths(withWidth(widths, column.path, px))}
            />
          ))}
        </div>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => {
            const row = rows[index]!
            return (
              <BodyRow
                key={row.id}
                {...{ row, columns, contract, index, start, template, toggle }}
                isSelected={may.write ? selected.has(row.id) : undefined}
                edited={edited?.id === row.id ? edited.path : undefined}
                edit={path => mayChange(row) && setEdited(path ? { id: row.id, path } : undefined)}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** How wide a column is at least, in px, and its share of the room that is left. */
function widthOf({ field, path }: Column): [leastPx: number, share: number] {
  if (path === 'name' || path === 'title' || path === 'subject') return [230, 2]
  if (path === 'invoiceNumber') return [124, 1]
  // Both names stand there.
  if (path === 'firstName') return [180, 2]
  switch (field.kind) {
    case 'integer':
    case 'number':
    case 'boolean':
      return [110, 1]
    // Words such as "Nicht qualifiziert", and amounts of nine digits, whole.
    case 'choice':
      return [132, 1]
    case 'money':
      return [140, 1]
    case 'date':
    case 'moment':
      return [124, 1]
    default:
      return [148, 1.5]
  }
}

const CHECK_PX = 36

/** The columns of the grid. Its width is told beside them: by itself it would be as wide as the shares ask, with the last column out of sight. */
function templateOf(columns: readonly Column[], widths: Record<string, number>, isSelectable: boolean) {
  const sizes = columns.map(column => {
    const px = widths[column.path]
    const [leastPx, share] = widthOf(column)
    return px ? { px, track: `${px}px` } : { px: leastPx, track: `minmax(${leastPx}px, ${share}fr)` }
  })
  return {
    template: [...(isSelectable ? [`${CHECK_PX}px`] : []), ...sizes.map(({ track }) => track)].join(' '),
    leastPx: sizes.reduce((sum, { px }) => sum + px, isSelectable ? CHECK_PX : 0),
  }
}

/** Several values do not fit into a row; they are changed on the record's page. */
const isEditable = ({ isWritable, field }: Column) => isWritable && field.kind !== 'object'

const SORTABLE = new Set(['links', 'object', 'custom', 'tags', 'texts', 'related'])
const isNumeric = ({ field }: Column) => ['money', 'integer', 'number'].includes(field.kind)

function HeadCell({
  column,
  sort,
  onSort,
  width,
  onWidth,
}: {
  column: Column
  sort: string
  onSort: (sort: string) => void
  width: number | undefined
  onWidth: (px: number | undefined) => void
}) {
  const text = useText()
  const first = sort.split(',')[0]!
  const isDown = first === `-${column.path}`
  const isUp = first === column.path
  const isSortable = !SORTABLE.has(column.field.kind)
  return (
    <div
      role="columnheader"
      aria-sort={isUp ? 'ascending' : isDown ? 'descending' : undefined}
      className={classes.headCell}
      data-numeric={isNumeric(column) || undefined}
    >
      {isSortable ? (
        <button
          type="button"
          className={classes.sort}
          title={text.table.sortBy(column.label)}
          onClick={() => onSort(isUp ? `-${column.path}` : column.path)}
        >
          <span className="one-line">{column.label}</span>
          {isUp && <IconArrowUp size={12} />}
          {isDown && <IconArrowDown size={12} />}
        </button>
      ) : (
        <span className="one-line">{column.label}</span>
      )}
      <WidthHandle label={column.label} width={width} onWidth={onWidth} />
    </div>
  )
}

type RowGiven = {
  row: Row
  columns: Column[]
  contract: AnyContract
  index: number
  start: number
  template: string
  /** Undefined for whoever could do nothing with what they select. */
  isSelected: boolean | undefined
  edited: string | undefined
  toggle: (id: string) => void
  edit: (path: string | undefined) => void
}

const BodyRow = memo(
  function BodyRow({
    row,
    columns,
    contract,
    index,
    start,
    template,
    isSelected,
    edited,
    toggle,
    edit,
  }: RowGiven) {
    const text = useText()
    const name = titleOf(row, contract.title)
    return (
      <div
        role="row"
        aria-rowindex={index + 2}
        aria-selected={isSelected}
        className={classes.row}
        style={{ gridTemplateColumns: template, transform: `translateY(${start}px)` }}
      >
        {isSelected !== undefined && (
          <div role="gridcell" className={classes.check}>
            <input
              type="checkbox"
              className={classes.tick}
              aria-label={`${text.table.selectRow}: ${name}`}
              checked={isSelected}
              onChange={() => toggle(row.id)}
            />
          </div>
        )}
        {columns.map((column, place) => (
          <div
            key={column.path}
            role="gridcell"
            tabIndex={-1}
            data-numeric={isNumeric(column) || undefined}
            data-first={place === 0 || undefined}
            className={classes.cell}
            onDoubleClick={() => isEditable(column) && place > 0 && edit(column.path)}
            onKeyDown={event => {
              if (event.key !== 'Enter' || event.target !== event.currentTarget) return
              if (place === 0) event.currentTarget.querySelector('a')?.click()
              else if (isEditable(column)) edit(column.path)
            }}
          >
            {edited === column.path ? (
              <CellEditor contract={contract} row={row} column={column} close={() => edit(undefined)} />
            ) : place === 0 ? (
              <LightLink href={`/${contract.path}/${row.id}`} className={`${classes.title} one-line`}>
                {column.path === contract.title[0] ? name : <FieldValue {...shownBy(column, row)} />}
              </LightLink>
            ) : (
              <FieldValue {...shownBy(column, row)} />
            )}
          </div>
        ))}
      </div>
    )
  },
  (a, b) =>
    a.row === b.row &&
    a.start === b.start &&
    a.columns === b.columns &&
    a.template === b.template &&
    a.isSelected === b.isSelected &&
    a.edited === b.edited &&
    a.toggle === b.toggle,
)

const shownBy = (column: Column, row: Row) => ({
  field: column.field,
  name: column.path,
  value: column.read(row),
  row,
})
