import { Group, Text as P, SimpleGrid, Title } from '@mantine/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, Suspense } from 'react'
import { SetupHint } from '#features/onboarding/hint.page.tsx'
import { TaskItem } from '#features/tasks/task-item.page.tsx'
import { api, queries, useMay, useMe, usePipelines } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { later } from '#web/kit/later.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { MemberName } from '#web/kit/value.tsx'
import type { Row } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'
import classes from './home.module.css'

const NextActions = later(() => import('#features/next-actions/next-actions.page.tsx'))
const TeamCharts = later(() => import('#features/analytics/team.page.tsx'))

type Rows = { rows: Row[]; total: number }
type Numbers = {
  openDeals: number
  openTasks: number
  pipelineTotal: number
  recentActivity: number
  currency: string
}
const SHOWN = 8

const listOf = (path: string, query: object) => () =>
  api.get<Rows>(path, { query: { limit: SHOWN, ...query } })

const numbersQuery = queryOptions({
  queryKey: ['dashboard'],
  queryFn: () => api.get<Numbers>('/reports/dashboard'),
})
export const prefetch = () => queries.prefetchQuery(numbersQuery)

/** My day: what is due, what rests too long, who is new, and the team's numbers. */
export default function Home() {
  const text = useText()
  const { user } = useMe()
  const may = useMay()
  return (
    <div className={classes.page}>
      <Title order={1}>{text.home.hello(user.name.split(' ')[0]!)}</Title>
      <SetupHint />
      <TeamNumbers />
      {may.write && (
        <Suspense fallback={<Waiting />}>
          <NextActions />
        </Suspense>
      )}
      <div className={classes.columns}>
        <MyTasks />
        <Resting />
        <NewLeads />
      </div>
      <Suspense fallback={<Waiting />}>
        <TeamCharts />
      </Suspense>
    </div>
  )
}

function TeamNumbers() {
  const text = useText()
  const format = useFormat()
  const { data } = useQuery(numbersQuery)
  const tiles: Array<[string, string | undefined, string]> = [
    [text.home.pipelineTotal, data && format.shortMoney(data.pipelineTotal, data.currency), '/pipeline'],
    [text.home.openDeals, data && format.number(data.openDeals), '/deals'],
    [text.home.openTasks, data && format.number(data.openTasks), '/tasks'],
    [text.home.recent, data && format.number(data.recentActivity), '/contacts'],
  ]
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      {tiles.map(([label, value, to]) => (
        <Link key={label} to={to} className={`card ${classes.tile}`}>
          <P size="xs" className="quiet">
            {label}
          </P>
          <P className={`numbers ${classes.number}`}>{value ?? '–'}</P>
        </Link>
      ))}
    </SimpleGrid>
  )
}

function Panel({ title, to, children }: { title: string; to: string; children: ReactNode }) {
  const text = useText()
  return (
    <section className={`card ${classes.panel}`} aria-label={title}>
      <Group justify="space-between" className={classes.panelHead}>
        <Title order={2}>{title}</Title>
        <Link to={to} className="link">
          {text.common.all}
        </Link>
      </Group>
      {children}
    </section>
  )
}

type Listed = { query: ReturnType<typeof useQuery<Rows>>; empty: string; item: (row: Row) => ReactNode }

function Items({ query, empty, item }: Listed) {
  if (query.isPending) return <Waiting />
  if (query.isError) return <Fault error={query.error} retry={query.refetch} />
  if (!query.data.rows.length) return <p className={`quiet ${classes.empty}`}>{empty}</p>
  return <ul className={classes.items}>{query.data.rows.map(item)}</ul>
}

function MyTasks() {
  const text = useText()
  const query = useQuery({
    queryKey: ['task', 'mine'],
    queryFn: listOf('/tasks/my-tasks', { status: 'OPEN', sort: 'dueAt' }),
  })
  return (
    <Panel title={text.home.today} to="/tasks">
      <Items query={query} empty={text.home.noTasks} item={task => <TaskItem key={task.id} task={task} />} />
    </Panel>
  )
}

function Resting() {
  const text = useText()
  const format = useFormat()
  const stages = usePipelines().flatMap(pipeline => pipeline.stages)
  const rotting = stages.filter(({ kind, rottingDays }) => kind === 'OPEN' && rottingDays !== null)
  const filter = {
    or: rotting.map(({ id, rottingDays }) => ({
      and: [
        { field: 'stageId', op: 'eq', value: id },
        { field: 'stageEnteredAt', op: 'before', value: `-${rottingDays}d` },
      ],
    })),
  }
  const query = useQuery({
    queryKey: ['deal', 'resting', filter],
    enabled: rotting.length > 0,
    queryFn: listOf('/deals', { status: 'OPEN', filter, sort: '-amount' }),
  })
  return (
    <Panel title={text.home.rotting} to="/pipeline">
      <Items
        query={query}
        empty={text.home.noRotting}
        item={deal => (
          <li key={deal.id} className={classes.item}>
            <div className={classes.itemText}>
              <Link to="/deals/$id" params={{ id: deal.id }} className="subtle-link one-line">
                {String(deal.title)}
              </Link>
              <span className="quiet one-line">{text.board.rotting(deal.stageDurationDays as number)}</span>
            </div>
            <b className="numbers">{format.shortMoney(deal.amount as number, deal.currency as string)}</b>
          </li>
        )}
      />
    </Panel>
  )
}

function NewLeads() {
  const text = useText()
  const format = useFormat()
  const query = useQuery({
    queryKey: ['lead', 'new'],
    queryFn: listOf('/leads', { stage: 'NEW', sort: '-createdAt' }),
  })
  return (
    <Panel title={text.home.newLeads} to="/leads">
      <Items
        query={query}
        empty={text.home.noLeads}
        item={lead => (
          <li key={lead.id} className={classes.item}>
            <div className={classes.itemText}>
              <Link to="/leads/$id" params={{ id: lead.id }} className="subtle-link one-line">
                {String(lead.name)}
              </Link>
              <span className="quiet one-line">
                {[lead.company, lead.source, format.ago(lead.createdAt as string)]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </div>
            <MemberName id={lead.ownerId as string | null} isShort />
          </li>
        )}
      />
    </Panel>
  )
}
