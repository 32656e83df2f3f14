import { Button, Menu, Select, Title, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconLayoutGrid, IconPencil, IconTrash } from '@tabler/icons-react'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useRef, useState } from 'react'
import type { SavedReport } from '#features/reports/model.page.tsx'
import { api, messageOf, queries, useMay, useMe } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { Blank, Fault, PageWaiting } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './dashboard.module.css'
import { type DashboardTile, TILES_AT_MOST } from './dashboards.contract.ts'
import { NameDialog } from './dashboards.page.tsx'
import {
  dashboardQuery,
  dashboardRunQuery,
  movedTo,
  type SavedDashboard,
  saveTiles,
  sizeOf,
} from './model.page.tsx'
import { Tile } from './tile.page.tsx'

/** Several reports side by side. */
export default function DashboardPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const query = useQuery(dashboardQuery(id))
  if (query.isPending) return <PageWaiting />
  if (query.isError) return <Fault error={query.error} retry={query.refetch} />
  return <Dashboard key={id} dashboard={query.data} />
}

function Dashboard({ dashboard }: { dashboard: SavedDashboard }) {
  const text = useText()
  const may = useMay()
  const { user, role, workspace } = useMe()
  const { edit } = useSearch({ strict: false }) as { edit?: boolean }
  const mayChange = may.write && (dashboard.createdById === user.id || (dashboard.shared && may.administer))
  const [isEditing, setEditing] = useState(Boolean(edit) && mayChange)
  const run = useQuery({ ...dashboardRunQuery(dashboard.id), placeholderData: keepPreviousData })
  const { tiles } = dashboard
  const seesLess = role === 'MEMBER' && workspace.settings.recordVisibility === 'own'
  const reports = useQuery({ ...reportsQuery, enabled: mayChange && dashboard.shared })
  const isPrivate = ({ reportId }: DashboardTile) =>
    dashboard.shared && reports.data?.find(({ id }) => id === reportId)?.shared === false
  const save = useSaving(dashboard.id)
  const mover = useMoving(tiles, run.data?.tiles, save)
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div className={classes.names}>
          <Title order={1} className="one-line" title={dashboard.name}>
            {dashboard.name}
          </Title>
          {dashboard.description && (
            <div className={`quiet ${classes.description}`}>{dashboard.description}</div>
          )}
          {/* Who made it may see more, and speaks of other figures. */}
          {seesLess && dashboard.createdById !== user.id && tiles.length > 0 && (
            <div className={`quiet ${classes.description}`}>{text.dashboards.ofYours}</div>
          )}
        </div>
        {isEditing && tiles.length > 0 && tiles.length < TILES_AT_MOST && (
          <AddReport add={reportId => save([...tiles, { reportId, width: 2, height: 2 }])} />
        )}
        {mayChange && (tiles.length > 0 || isEditing) && (
          <Button
            variant={isEditing ? 'filled' : 'default'}
            leftSection={<IconLayoutGrid size={14} />}
            onClick={() => setEditing(!isEditing)}
          >
            {isEditing ? text.dashboards.done : text.dashboards.edit}
          </Button>
        )}
        {mayChange && <DashboardMenu dashboard={dashboard} />}
      </div>
      <VisuallyHidden role="status">{mover.told}</VisuallyHidden>
      {run.isError && <Fault error={run.error} retry={run.refetch} />}
      {tiles.length === 0 ? (
        <Blank
          icon={IconLayoutGrid}
          title={text.dashboards.noTiles}
          text={mayChange ? text.dashboards.noTilesHint : undefined}
        >
          {mayChange && (
            <AddReport
              add={reportId => {
                setEditing(true)
                save([{ reportId, width: 2, height: 2 }])
              }}
            />
          )}
        </Blank>
      ) : (
        <ul className={classes.grid}>
          {tiles.map((tile, at) => (
            <Tile
              key={`${tile.reportId}${tiles.slice(0, at).filter(other => other.reportId === tile.reportId).length}`}
              {...{ tile, at, isEditing }}
              isPrivate={isPrivate(tile)}
              run={run.data?.tiles.find(({ reportId }) => reportId === tile.reportId)}
              move={mover.move}
              change={values => save(tiles.map((other, i) => (i === at ? { ...other, ...values } : other)))}
              remove={() => save(tiles.filter((_, i) => i !== at))}
            />
          ))}
        </ul>
      )}
    </div>
  )
}

const reportsQuery = {
  queryKey: ['report', 'choose'],
  queryFn: async () => (await api.get<{ rows: SavedReport[] }>('/reports', { query: { limit: 200 } })).rows,
}

/** Keeps the tiles in order: a second change waits for the first. */
function useSaving(id: string) {
  const text = useText()
  const last = useRef(Promise.resolve())
  return useCallback(
    (tiles: DashboardTile[]) => {
      const known = queries.getQueryData<{ tiles: DashboardTile[] }>(['dashboard', 'run', id])?.tiles ?? []
      const isNew = tiles.some(({ reportId }) => !known.some(tile => tile.reportId === reportId))
      last.current = last.current
        .then(() => saveTiles(id, tiles.map(sizeOf)))
        .then(() => {
          if (isNew) queries.invalidateQueries({ queryKey: ['dashboard', 'run', id] })
        })
        .catch(error => tellFault(messageOf(error, text.common.offline)))
    },
    [id, text],
  )
}

/** Moves tiles, tells where they are now, and keeps the keyboard on the one that moved. */
function useMoving(
  tiles: DashboardTile[],
  runs: Array<{ reportId: string; name: string | null }> | undefined,
  save: (tiles: DashboardTile[]) => void,
) {
  const text = useText()
  const [told, setTold] = useState('')
  const move = useCallback(
    (from: number, to: number) => {
      const { reportId } = tiles[from] ?? {}
      if (!reportId || to < 0 || to >= tiles.length || from === to) return
      save(movedTo(tiles, from, to))
      const name = runs?.find(run => run.reportId === reportId)?.name ?? text.reports.one
      setTold(text.dashboards.moved(name, to + 1, tiles.length))
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>(`[data-tile="${reportId}"]`)?.focus({ preventScroll: false }),
      )
    },
    [tiles, runs, save, text],
  )
  return { told, move }
}

function AddReport({ add }: { add: (reportId: string) => void }) {
  const text = useText()
  const { data } = useQuery(reportsQuery)
  if (data?.length === 0) return <span className="quiet">{text.dashboards.noReports}</span>
  return (
    <Select
      size="xs"
      w={220}
      searchable
      value={null}
      aria-label={text.dashboards.add}
      placeholder={text.dashboards.add}
      data={(data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      onChange={id => id && add(id)}
    />
  )
}

function DashboardMenu({ dashboard }: { dashboard: SavedDashboard }) {
  const text = useText()
  const [isNaming, naming] = useDisclosure()
  const [isDeleting, deleting] = useDisclosure()
  return (
    <>
      <MoreMenu>
        <Menu.Item leftSection={<IconPencil size={14} />} onClick={naming.open}>
          {text.dashboards.rename}
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={deleting.open}>
          {text.dashboards.delete}
        </Menu.Item>
      </MoreMenu>
      {isNaming && <NameDialog dashboard={dashboard} close={naming.close} />}
      {isDeleting && <DeleteDialog dashboard={dashboard} close={deleting.close} />}
    </>
  )
}

function DeleteDialog({ dashboard, close }: { dashboard: SavedDashboard; close: () => void }) {
  const text = useText()
  const navigate = useNavigate()
  const deleting = useMutation({
    mutationFn: () => api.delete(`/dashboards/${dashboard.id}`),
    onSuccess() {
      tell(text.dashboards.deleted)
      queries.invalidateQueries({ queryKey: ['dashboard', 'list'] })
      navigate({ to: '/dashboards' })
    },
  })
  return (
    <Confirm
      title={`${text.dashboards.delete}: ${dashboard.name}`}
      text={text.dashboards.deleteHint}
      submit={text.common.delete}
      color="red"
      close={close}
      run={() => deleting.mutate()}
      isSending={deleting.isPending}
      error={deleting.error}
    />
  )
}
