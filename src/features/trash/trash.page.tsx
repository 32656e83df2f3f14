import { Button, Select, Title } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { api, messageOf, queries, useMayChange } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { deletedTypes } from '#web/kit/record-types.ts'
import { SearchBox } from '#web/kit/search-box.tsx'
import { Blank, Fault, PageWaiting } from '#web/kit/states.tsx'
import { totalText } from '#web/kit/total.ts'
import { MemberName } from '#web/kit/value.tsx'
import { VirtualList } from '#web/kit/virtual-list.tsx'
import { refreshAround } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'
import classes from './trash.module.css'

type Row = {
  id: string
  entity: string
  title: string
  deletedAt: string
  deletedById: string | null
  mayChange?: boolean
}
type Page = { rows: Row[]; total: number; totalIsEstimate?: boolean; nextCursor: string | null }

const ROW_PX = 56

/** What was deleted and can still be taken back. */
export default function Trash() {
  const text = useText()
  const format = useFormat()
  const [{ entity, q }, ask] = useAsked()
  const list = useInfiniteQuery({
    queryKey: ['trash', entity, q],
    placeholderData: keepPreviousData,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.get<Page>('/trash', {
        query: { limit: 100, entity, q, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  const rows = useMemo(() => list.data?.pages.flatMap(page => page.rows) ?? [], [list.data])
  if (list.isPending) return <PageWaiting />
  const isNarrowed = Boolean(entity || q)
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Title order={1}>{text.trash.title}</Title>
        {list.data && (
          <span className="quiet numbers" role="status">
            {text.table.rows(totalText(text, format, list.data.pages[0]!))}
          </span>
        )}
        {(rows.length > 0 || isNarrowed) && <Narrowing entity={entity} q={q} ask={ask} />}
      </div>
      {list.isError ? (
        <Fault error={list.error} retry={() => list.refetch()} />
      ) : rows.length ? (
        <VirtualList
          label={text.trash.title}
          rows={rows}
          rowPx={ROW_PX}
          more={() => list.hasNextPage && !list.isFetchingNextPage && list.fetchNextPage()}
          line={row => <Line row={row} />}
        />
      ) : q ? (
        <Blank title={text.palette.nothing} />
      ) : (
        <Blank
          title={entity ? text.trash.noneOf(text.plurals[entity] ?? entity) : text.trash.empty}
          text={entity ? undefined : text.trash.emptyHint}
        />
      )}
    </div>
  )
}

type Asked = { entity?: string | undefined; q?: string | undefined }

/** What is asked for, as it stands in the address. */
function useAsked(): [Asked, (change: Asked) => void] {
  const { entity, q } = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const asked: Asked = {
    ...(entity ? { entity: String(entity) } : {}),
    // An address with q=2026 is read as a number.
    ...(q !== undefined && q !== '' ? { q: String(q) } : {}),
  }
  const ask = (change: Asked) => {
    const search = Object.entries({ ...asked, ...change }).filter(([, value]) => value)
    navigate({ to: '.', replace: true, search: Object.fromEntries(search) as never })
  }
  return [asked, ask]
}

/** By words of the name, and to a type. */
function Narrowing({ entity, q = '', ask }: Asked & { ask: (change: Asked) => void }) {
  const text = useText()
  return (
    <div className={classes.narrowing}>
      <SearchBox value={q} onChange={typed => ask({ q: typed })} />
      <Select
        size="xs"
        clearable
        aria-label={text.trash.type}
        placeholder={text.trash.every}
        value={entity ?? null}
        data={deletedTypes.map(value => ({ value, label: text.plurals[value] ?? value }))}
        onChange={value => ask({ entity: value ?? undefined })}
      />
    </div>
  )
}

function Line({ row }: { row: Row }) {
  const text = useText()
  const format = useFormat()
  const mayChange = useMayChange()
  const restoring = useMutation({
    mutationFn: () => api.post(`/trash/${row.id}/restore`, {}),
    onSuccess() {
      tell(`${row.title}: ${text.common.restore}`)
      refreshAround(row.entity)
      queries.invalidateQueries({ queryKey: ['trash'] })
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  return (
    <div className={classes.line}>
      <div className={classes.named}>
        <b className="one-line" title={row.title}>
          {row.title}
        </b>
        <span className={`quiet ${classes.facts}`}>
          <span>{text.labels[row.entity] ?? row.entity}</span>
          <span>{text.trash.deleted(format.ago(row.deletedAt))}</span>
          <MemberName id={row.deletedById} />
        </span>
      </div>
      {mayChange(row) && (
        <Button
          variant="default"
          size="compact-xs"
          aria-label={`${text.common.restore}: ${row.title}`}
          loading={restoring.isPending}
          onClick={() => restoring.mutate()}
        >
          {text.common.restore}
        </Button>
      )}
    </div>
  )
}
