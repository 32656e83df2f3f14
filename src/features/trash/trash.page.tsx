import { Button, Group, Select, Title } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { api, messageOf, queries, useMayChange } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import classes from '#web/kit/list.module.css'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { deletedTypes } from '#web/kit/record-types.ts'
import { Blank, Fault, PageWaiting } from '#web/kit/states.tsx'
import { totalText } from '#web/kit/total.ts'
import { MemberName } from '#web/kit/value.tsx'
import { refreshAround } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'

type Row = {
  id: string
  entity: string
  title: string
  deletedAt: string
  deletedById: string | null
  mayChange?: boolean
}
type Page = { rows: Row[]; total: number; totalIsEstimate?: boolean; nextCursor: string | null }

/** What was deleted and can still be taken back. */
export default function Trash() {
  const text = useText()
  const mayChange = useMayChange()
  const format = useFormat()
  const navigate = useNavigate()
  const { entity } = useSearch({ strict: false }) as { entity?: string }
  const list = useInfiniteQuery({
    queryKey: ['trash', entity],
    placeholderData: keepPreviousData,
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<Page>('/trash', {
        query: { limit: 100, entity, ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  const restoring = useMutation({
    mutationFn: (row: Row) => api.post(`/trash/${row.id}/restore`, {}),
    onSuccess(_answer, row) {
      tell(`${row.title}: ${text.common.restore}`)
      refreshAround(row.entity)
      queries.invalidateQueries({ queryKey: ['trash'] })
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  if (list.isPending) return <PageWaiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const rows = list.data.pages.flatMap(page => page.rows)
  return (
    <div className={classes.page}>
      <Group gap="sm">
        <Title order={1}>{text.trash.title}</Title>
        <span className="quiet numbers" role="status">
          {text.table.rows(totalText(text, format, list.data.pages[0]!))}
        </span>
        {(rows.length > 0 || entity) && (
          <Select
            size="xs"
            w={170}
            ml="auto"
            clearable
            aria-label={text.trash.type}
            placeholder={text.trash.every}
            value={entity ?? null}
            data={deletedTypes.map(value => ({ value, label: text.plurals[value] ?? value }))}
            onChange={value =>
              navigate({ to: '.', replace: true, search: (value ? { entity: value } : {}) as never })
            }
          />
        )}
      </Group>
      {rows.length === 0 ? (
        <Blank
          title={entity ? text.trash.noneOf(text.plurals[entity] ?? entity) : text.trash.empty}
          text={entity ? undefined : text.trash.emptyHint}
        />
      ) : (
        <ul className={`card ${classes.rows}`}>
          {rows.map(row => (
            <li key={row.id}>
              <span className={classes.named}>
                <b className="one-line" title={row.title}>
                  {row.title}
                </b>
                <span className={`quiet ${classes.facts}`}>
                  <span>{text.labels[row.entity] ?? row.entity}</span>
                  <span>{text.trash.deleted(format.ago(row.deletedAt))}</span>
                  <MemberName id={row.deletedById} />
                </span>
              </span>
              {mayChange(row) && (
                <Button
                  variant="default"
                  size="compact-xs"
                  aria-label={`${text.common.restore}: ${row.title}`}
                  loading={restoring.isPending && restoring.variables.id === row.id}
                  onClick={() => restoring.mutate(row)}
                >
                  {text.common.restore}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {text.common.showMore}
          </Button>
        </Group>
      )}
    </div>
  )
}
