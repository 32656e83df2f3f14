import { Button } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { type InfiniteData, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf, queries, useMembers } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import { useOptimistic } from '#web/settings/optimistic.ts'
import classes from '#web/settings/settings.module.css'
import { useText } from '#web/text/index.tsx'

type FailedJob = {
  id: string
  name: string
  attempts: number
  error: string
  causedById: string | null
  failedAt: string
}
type Page = { rows: FailedJob[]; nextCursor: string | null }
const KEY = ['jobs', 'failed']

/** What went wrong in the background, to be tried again or given up. */
export default function FailedJobs() {
  const text = useText()
  const list = useInfiniteQuery({
    queryKey: KEY,
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<Page>('/jobs/failed', { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const rows = list.data.pages.flatMap(page => page.rows)
  return (
    <SettingsPage title={text.jobs.title} hint={text.jobs.hint}>
      {rows.length ? (
        <ul className={`card ${classes.list}`} aria-label={text.jobs.title}>
          {rows.map(job => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      ) : (
        <Blank icon={IconCircleCheck} title={text.jobs.empty} text={text.jobs.emptyHint} />
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          {text.common.showMore}
        </Button>
      )}
    </SettingsPage>
  )
}

function JobRow({ job }: { job: FailedJob }) {
  const text = useText()
  const format = useFormat()
  const members = useMembers()
  const [isAsking, ask] = useState(false)
  const retrying = useMutation({
    mutationFn: () => api.post(`/jobs/${job.id}/retry`, {}),
    onSuccess() {
      tell(text.jobs.retried)
      queries.invalidateQueries({ queryKey: KEY })
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  const discarding = useOptimistic<InfiniteData<Page>, FailedJob>({
    key: KEY,
    apply: ({ pages, ...data }, gone) => ({
      ...data,
      pages: pages.map(page => ({ ...page, rows: page.rows.filter(({ id }) => id !== gone.id) })),
    }),
    send: ({ id }) => api.delete(`/jobs/${id}`),
  })
  const name = text.jobs.names[job.name] ?? job.name
  const who = job.causedById && members.get(job.causedById)?.name
  return (
    <li style={{ flexWrap: 'wrap' }}>
      <div className={classes.main} style={{ minWidth: 220 }}>
        <b className="one-line">{name}</b>
        <span className="late">{job.error}</span>
        <span className="quiet">
          {[who, text.jobs.failedAt(format.ago(job.failedAt), job.attempts)].filter(Boolean).join(' · ')}
        </span>
      </div>
      <Button
        variant="default"
        size="compact-xs"
        aria-label={`${text.common.retry}: ${name}`}
        loading={retrying.isPending}
        onClick={() => retrying.mutate()}
      >
        {text.common.retry}
      </Button>
      <Button
        variant="default"
        size="compact-xs"
        aria-label={`${text.jobs.discard}: ${name}`}
        onClick={() => ask(true)}
      >
        {text.jobs.discard}
      </Button>
      {isAsking && (
        <Confirm
          title={text.jobs.discardTitle}
          text={text.jobs.discardText}
          submit={text.jobs.discard}
          color="red"
          close={() => ask(false)}
          run={() => {
            ask(false)
            discarding.mutate(job)
          }}
        />
      )}
    </li>
  )
}
