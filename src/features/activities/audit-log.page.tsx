import { Button, Title } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '#web/api.ts'
import { saveFile } from '#web/kit/download.ts'
import { useFormat } from '#web/kit/format.ts'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { totalText } from '#web/kit/total.ts'
import { VirtualList } from '#web/kit/virtual-list.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './audit.module.css'
import { AuditEvent, type Event } from './audit-event.page.tsx'
import { AuditFilters, useAsked } from './audit-filters.page.tsx'

type Page = { rows: Event[]; total: number; totalIsEstimate?: boolean; nextCursor: string | null }
const ROW_PX = 41

/** Who did what and when, of everything that ever changed. */
export default function AuditLog() {
  const text = useText()
  const format = useFormat()
  const [asked, ask] = useAsked()
  const list = useInfiniteQuery({
    queryKey: ['audit-log', asked],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      api.get<Page>('/audit-logs', {
        query: { limit: 100, ...asked, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  const events = useMemo(() => list.data?.pages.flatMap(page => page.rows) ?? [], [list.data])
  const first = list.data?.pages[0]
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Title order={1}>{text.nav.audit}</Title>
        {first && (
          <span className="quiet numbers" role="status">
            {text.table.rows(totalText(text, format, first))}
          </span>
        )}
        <Button
          ml="auto"
          variant="default"
          leftSection={<IconDownload size={14} />}
          onClick={() => saveFile('/audit-logs/export', 'audit-log.csv', asked)}
        >
          {text.table.export}
        </Button>
      </div>
      <AuditFilters asked={asked} ask={ask} />
      {list.isError ? (
        <Fault error={list.error} retry={() => list.refetch()} />
      ) : list.isPending ? (
        <Waiting />
      ) : events.length ? (
        <VirtualList
          label={text.nav.audit}
          rows={events}
          rowPx={ROW_PX}
          line={event => <AuditEvent event={event} />}
          more={() => list.hasNextPage && !list.isFetchingNextPage && list.fetchNextPage()}
        />
      ) : (
        <Blank title={text.audit.empty} />
      )}
    </div>
  )
}
