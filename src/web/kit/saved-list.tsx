import { Badge, Button, Group, Table, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { api, useMay } from '../api.ts'
import { useText } from '../text/index.tsx'
import classes from './list.module.css'
import { ScrollBox } from './scroll-box.tsx'
import { Blank, Fault, PageWaiting } from './states.tsx'

type Saved = { id: string; name: string; description: string | null; shared: boolean }
type Page<T> = { rows: T[]; nextCursor: string | null }

type Given<T> = {
  /** The record type, and its path in the API. */
  name: string
  path: string
  title: string
  empty: string
  emptyHint: string
  /** The way to make another one, for whoever may. */
  create: ReactNode
  head?: ReactNode
  line: (row: T) => ReactNode
}

/** What members have made and saved under names: their own and what is shared. */
export function SavedList<T extends Saved>({
  name,
  path,
  title,
  empty,
  emptyHint,
  create,
  head,
  line,
}: Given<T>) {
  const text = useText()
  const may = useMay()
  const list = useInfiniteQuery({
    queryKey: [name, 'list'],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<Page<T>>(`/${path}`, { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  if (list.isPending) return <PageWaiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const rows = list.data.pages.flatMap(page => page.rows)
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Title order={1}>{title}</Title>
        {rows.length > 0 && create}
      </div>
      {rows.length === 0 ? (
        <Blank title={empty} text={may.write ? emptyHint : undefined}>
          {create}
        </Blank>
      ) : (
        <ScrollBox label={title}>
          <Table verticalSpacing={8} horizontalSpacing="md" fz="sm" highlightOnHover>
            {head && <Table.Thead>{head}</Table.Thead>}
            <Table.Tbody>{rows.map(line)}</Table.Tbody>
          </Table>
        </ScrollBox>
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

/** The name of something saved, as the way to it, with what it is for. */
export function SavedName({ saved, path, icon }: { saved: Saved; path: string; icon?: ReactNode }) {
  const text = useText()
  return (
    <Group gap={10} wrap="nowrap">
      {icon}
      <div style={{ minWidth: 0 }}>
        <Group gap={8} wrap="nowrap">
          <Link
            to={`/${path}/$id`}
            params={{ id: saved.id }}
            className="subtle-link one-line"
            style={{ fontWeight: 500 }}
          >
            {saved.name}
          </Link>
          {!saved.shared && (
            <Badge variant="default" size="sm" radius="sm" tt="none" fw={400} style={{ flex: 'none' }}>
              {text.reports.isPrivate}
            </Badge>
          )}
        </Group>
        {saved.description && <div className="quiet one-line">{saved.description}</div>}
      </div>
    </Group>
  )
}
