import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { ActionIcon, Menu, Title } from '@mantine/core'
import {
  IconArrowsMoveHorizontal,
  IconArrowsMoveVertical,
  IconExternalLink,
  IconGripVertical,
  IconLock,
  IconTable,
  IconTrash,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type CSSProperties, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { hasNotes, ReportFigure } from '#web/chart/report-figure.tsx'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { Waiting } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './dashboard.module.css'
import { DASHBOARD_COLUMNS, type DashboardTile, TILE_ROWS_AT_MOST } from './dashboards.contract.ts'
import type { RunTile } from './model.page.tsx'

const ROW_PX = 148
const GAP_PX = 16
/** What of a tile's height is not its chart. */
const FRAME_PX = 104
const LEGEND_PX = 30
const NOTES_PX = 28

type Given = {
  tile: DashboardTile
  run: RunTile | undefined
  at: number
  isEditing: boolean
  /** Whether others see the dashboard, and not this report. */
  isPrivate: boolean
  /** Puts the tile that stands at `from` to another place. */
  move: (from: number, to: number) => void
  change: (values: Partial<DashboardTile>) => void
  remove: () => void
}

/** One report of a dashboard. Moved with mouse or finger by its handle, or with the arrow keys on it. */
export function Tile({ tile, run, at, isEditing, isPrivate, move, change, remove }: Given) {
  const text = useText()
  const [isTable, setTable] = useState(false)
  const box = useRef<HTMLLIElement>(null)
  const handle = useRef<HTMLButtonElement>(null)
  const { isDragged, isOver } = useDragging(box, handle, at, isEditing, move)
  const name = run ? (run.name ?? text.reports.one) : '…'
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
    if (!by) return
    event.preventDefault()
    move(at, at + by)
  }
  const canSwitch =
    run?.result && run.chart !== 'TABLE' && run.chart !== 'NUMBER' && run.result.groups.length > 0
  return (
    <li
      ref={box}
      className={`card ${classes.tile}`}
      style={{ '--width': tile.width, '--height': tile.height } as CSSProperties}
      data-width={tile.width}
      data-dragged={isDragged || undefined}
      data-over={isOver || undefined}
    >
      <div className={classes.tileHead}>
        {isEditing && (
          <ActionIcon
            ref={handle}
            size={24}
            className={classes.handle}
            aria-label={text.dashboards.move(name)}
            title={text.dashboards.moveHint}
            data-tile={tile.reportId}
            onKeyDown={onKeyDown}
          >
            <IconGripVertical size={16} />
          </ActionIcon>
        )}
        <Title order={2} className="one-line">
          {run?.name ? (
            <Link to="/reports/$id" params={{ id: tile.reportId }} className="subtle-link" title={name}>
              {name}
            </Link>
          ) : (
            name
          )}
        </Title>
        {isPrivate && (
          <IconLock size={14} className="quiet" role="img" aria-label={text.dashboards.onlyYou}>
            <title>{text.dashboards.onlyYou}</title>
          </IconLock>
        )}
        {canSwitch && (
          <ActionIcon
            size={24}
            aria-pressed={isTable}
            aria-label={`${text.reports.showTable}: ${name}`}
            title={isTable ? text.reports.showChart : text.reports.showTable}
            variant={isTable ? 'light' : 'subtle'}
            onClick={() => setTable(!isTable)}
          >
            <IconTable size={14} />
          </ActionIcon>
        )}
        {isEditing && <TileMenu {...{ tile, name, change, remove }} />}
      </div>
      <div className={classes.tileBody}>
        <Content run={run} isTable={isTable} width={tile.width} height={tile.height} name={name} />
      </div>
    </li>
  )
}

type ContentGiven = {
  run: RunTile | undefined
  isTable: boolean
  width: number
  height: number
  name: string
}

function Content({ run, isTable, width, height, name }: ContentGiven) {
  const text = useText()
  if (!run) return <Waiting />
  if (!run.result)
    return (
      <p className="quiet" style={{ display: 'flex', gap: 8, margin: 0 }}>
        <IconLock size={16} style={{ flex: 'none' }} />
        {run.error?.code === 'NOT_FOUND'
          ? text.dashboards.hidden
          : text.dashboards.failed(run.error?.message ?? '')}
      </p>
    )
  const { groups, measures } = run.result
  const framePx =
    FRAME_PX +
    (groups.length > 1 ? 2 * LEGEND_PX : measures.length > 1 ? LEGEND_PX : 0) +
    (hasNotes(run.result) ? NOTES_PX : 0)
  return (
    <ReportFigure
      result={run.result}
      chart={isTable ? 'TABLE' : run.chart!}
      label={name}
      atMost={width}
      height={Math.max(height * (ROW_PX + GAP_PX) - framePx, 120)}
    />
  )
}

type MenuGiven = Pick<Given, 'tile' | 'change' | 'remove'> & { name: string }

function TileMenu({ tile: { reportId, width, height }, name, change, remove }: MenuGiven) {
  const text = useText()
  const sizes = [
    [text.dashboards.wider, IconArrowsMoveHorizontal, { width: width + 1 }, width < DASHBOARD_COLUMNS],
    [text.dashboards.narrower, IconArrowsMoveHorizontal, { width: width - 1 }, width > 1],
    [text.dashboards.taller, IconArrowsMoveVertical, { height: height + 1 }, height < TILE_ROWS_AT_MOST],
    [text.dashboards.lower, IconArrowsMoveVertical, { height: height - 1 }, height > 1],
  ] as const
  return (
    <MoreMenu label={name} size={24}>
      {sizes.map(([label, Icon, values, isPossible]) => (
        <Menu.Item
          key={label}
          leftSection={<Icon size={14} />}
          disabled={!isPossible}
          closeMenuOnClick={false}
          onClick={() => change(values)}
        >
          {label}
        </Menu.Item>
      ))}
      <Menu.Divider />
      <Menu.Item
        leftSection={<IconExternalLink size={14} />}
        component={Link}
        to="/reports/$id"
        // biome-ignore lint/suspicious/noExplicitAny: the routes are found at run time
        params={{ id: reportId } as any}
      >
        {text.dashboards.open}
      </Menu.Item>
      <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={remove}>
        {text.dashboards.remove}
      </Menu.Item>
    </MoreMenu>
  )
}

/** Lets the tile be dragged by its handle, and others be dropped on it. */
function useDragging(
  box: RefObject<HTMLLIElement | null>,
  handle: RefObject<HTMLButtonElement | null>,
  at: number,
  isEditing: boolean,
  move: Given['move'],
) {
  const [isDragged, setDragged] = useState(false)
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    if (!isEditing) return
    return combine(
      draggable({
        element: box.current!,
        dragHandle: handle.current!,
        getInitialData: () => ({ tileAt: at }),
        onDragStart: () => setDragged(true),
        onDrop: () => setDragged(false),
      }),
      dropTargetForElements({
        element: box.current!,
        canDrop: ({ source }) => typeof source.data.tileAt === 'number' && source.data.tileAt !== at,
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: ({ source }) => {
          setOver(false)
          move(source.data.tileAt as number, at)
        },
      }),
    )
  }, [box, handle, at, isEditing, move])
  return { isDragged, isOver }
}
