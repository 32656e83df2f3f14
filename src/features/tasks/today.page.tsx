import { Button } from '@mantine/core'
import { IconSun } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { addDays, dayIn, startOfDay } from '#core/record/relative-time.ts'
import { useMay, useMe } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import type { Layout, LayoutGiven } from '#web/table/layout.ts'
import { readPage } from '#web/table/rows.ts'
import { useText } from '#web/text/index.tsx'
import { TaskItem } from './task-item.page.tsx'
import classes from './tasks.module.css'

const AHEAD_DAYS = 7
const PAGE = 50

/** Open tasks by how near they are: one's own, unless the filter asks for somebody else's. */
function Today(given: LayoutGiven) {
  const { view, create } = given
  const text = useText()
  const may = useMay()
  const { user, workspace } = useMe()
  const zone = workspace.timezone
  const today = dayIn(zone)
  const isOthers = view.conditions.some(({ path }) => path === 'assigneeId')
  const begins = (days: number) => startOfDay(addDays(today, days), zone).toISOString()
  const due = (op: string, value: string | boolean) => ({ field: 'dueAt', op, value })
  const asked = [
    { field: 'status', op: 'eq', value: 'OPEN' },
    ...(isOthers ? [] : [{ field: 'assigneeId', op: 'eq', value: user.id }]),
    ...(given.filter ? [given.filter] : []),
  ]
  const soon = [due('gte', begins(1)), due('lt', begins(1 + AHEAD_DAYS))]
  const lists = [
    { name: text.home.overdue, query: useTasks(given, asked, [due('lt', begins(0))]) },
    {
      name: text.calendar.today,
      query: useTasks(given, asked, [due('gte', begins(0)), due('lt', begins(1))]),
    },
    { name: text.tasks.nextDays(AHEAD_DAYS), query: useTasks(given, asked, soon) },
    { name: text.forecast.undated, query: useTasks(given, asked, [due('empty', true)]) },
  ]
  if (lists.some(({ query }) => query.isPending)) return <Waiting />
  const failed = lists.find(({ query }) => query.isError)
  if (failed) return <Fault error={failed.query.error} retry={failed.query.refetch} />
  if (lists.every(({ query }) => !query.data?.pages[0]?.rows.length))
    return (
      <Blank icon={IconSun} title={text.home.noTasks}>
        {may.write && <Button onClick={() => create({})}>{text.table.newRecord(given.label)}</Button>}
      </Blank>
    )
  return (
    <div className={classes.lists}>
      {lists.map(({ name, query }) => (
        <Part key={name} name={name} query={query} withAssignee={isOthers} />
      ))}
    </div>
  )
}

function useTasks({ contract, view }: LayoutGiven, asked: object[], more: object[]) {
  const filter = { and: [...asked, ...more] }
  return useInfiniteQuery({
    queryKey: ['task', 'today', view.q, filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      readPage(
        contract,
        { filter, limit: PAGE, sort: 'dueAt,-priority', ...(view.q ? { q: view.q } : {}) },
        pageParam,
        signal,
      ),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
}

type PartGiven = { name: string; query: ReturnType<typeof useTasks>; withAssignee: boolean }

function Part({ name, query, withAssignee }: PartGiven) {
  const text = useText()
  const format = useFormat()
  const rows = query.data?.pages.flatMap(page => page.rows) ?? []
  if (!rows.length) return null
  return (
    <section className={`card ${classes.list}`} aria-label={name}>
      <h2>
        {name} <span className="quiet numbers">{format.number(query.data!.pages[0]!.total)}</span>
      </h2>
      <ul className={classes.items}>
        {rows.map(task => (
          <TaskItem key={task.id} task={task} withAssignee={withAssignee} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          variant="subtle"
          m="xs"
          loading={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {text.common.showMore}
        </Button>
      )}
    </section>
  )
}

export const todayLayout: Layout = {
  name: 'today',
  label: text => text.views.today,
  icon: IconSun,
  Body: Today,
}
