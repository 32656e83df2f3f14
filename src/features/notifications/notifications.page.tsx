import { Button, Group, SegmentedControl, Title } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { api } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import { NoticeItem } from './item.page.tsx'
import { countQuery, type Notices, useNotices } from './model.page.tsx'
import classes from './notifications.module.css'

const PAGE = 50

/** What I was told in the last 90 days, the latest first. */
export default function Notifications() {
  const text = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const { show } = useSearch({ strict: false }) as { show?: string }
  const isUnread = show === 'unread'
  const { readAll, isReadingAll } = useNotices()
  const unread = useQuery(countQuery).data?.unread ?? 0
  return (
    <div className={classes.page}>
      <Group justify="space-between">
        <Title order={1}>{text.notices.title}</Title>
        <Link to="/settings/notifications" className="link">
          {text.notices.preferences}
        </Link>
      </Group>
      <Group justify="space-between">
        <SegmentedControl
          size="xs"
          aria-label={text.notices.which}
          value={isUnread ? 'unread' : 'all'}
          onChange={value =>
            navigate({
              to: '/notifications',
              replace: true,
              search: (value === 'unread' ? { show: 'unread' } : {}) as never,
            })
          }
          data={[
            { value: 'all', label: text.notices.every },
            {
              value: 'unread',
              label: unread
                ? `${text.notices.onlyUnread} (${format.number(unread)})`
                : text.notices.onlyUnread,
            },
          ]}
        />
        <Button variant="default" disabled={!unread} loading={isReadingAll} onClick={() => readAll()}>
          {text.notices.markAll}
        </Button>
      </Group>
      <List isUnread={isUnread} />
    </div>
  )
}

function List({ isUnread }: { isUnread: boolean }) {
  const text = useText()
  const { open, read } = useNotices()
  const list = useInfiniteQuery({
    queryKey: ['notifications', 'list', isUnread],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<Notices>('/notifications', {
        query: {
          limit: PAGE,
          ...(isUnread ? { unread: 'true' } : {}),
          ...(pageParam ? { cursor: pageParam } : {}),
        },
      }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const rows = list.data.pages.flatMap(page => page.rows)
  if (!rows.length) return <Blank icon={IconBell} title={text.notices.none} text={text.notices.noneHint} />
  return (
    <>
      <ul className={`card ${classes.list}`} aria-label={text.notices.title}>
        {rows.map(notice => (
          <NoticeItem key={notice.id} {...{ notice, open, read }} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {text.common.showMore}
          </Button>
        </Group>
      )}
    </>
  )
}
