import { ActionIcon, Button, Group, Text as P, SegmentedControl, VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconCalendarWeek, IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { keepPreviousData, useMutation, useMutationState, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { addDays, dayIn, relativeDay } from '#core/record/relative-time.ts'
import { api, messageOf, queries, useMayChange, useMe } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { tellFault } from '../kit/notify.tsx'
import { Fault, Waiting } from '../kit/states.tsx'
import { type Row, refreshAround } from '../record/model.ts'
import type { Layout, LayoutGiven } from '../table/layout.ts'
import { readPage } from '../table/rows.ts'
import type { Text } from '../text/en.ts'
import { useText } from '../text/index.tsx'
import classes from './calendar.module.css'
import { clock, type Item, type Slot } from './slots.ts'
import { TimeGrid } from './time-grid.tsx'

/** Pages of 200 in one week; a calendar with more shows nothing. */
const PAGES_AT_MOST = 5

/** How a record type stands in the calendar. */
export type CalendarOf = {
  itemOf: (row: Row, zone: string, text: Text, mayChange: boolean) => Item
  /** The change that moves a record there; also what a new one there knows. */
  valuesAt: (slot: Slot, zone: string) => Record<string, unknown>
}

type Span = 'day' | 'week'

/** Day and week of a record type, by the clock of the workspace. */
export const calendarLayout = (of: CalendarOf): Layout => ({
  name: 'calendar',
  label: text => text.views.calendar,
  icon: IconCalendarWeek,
  Body: given => <Calendar {...given} of={of} />,
})

function Calendar({ of, ...given }: LayoutGiven & { of: CalendarOf }) {
  const text = useText()
  const mayChange = useMayChange()
  const { workspace } = useMe()
  const zone = workspace.timezone
  const { days, span, go, setSpan } = useDays(given, zone)
  const { query, key } = useRange(given, days)
  const [said, say] = useState('')
  const format = useFormat()
  const { move, rows } = useMoves(given, of, key, zone, query.data)
  const items = useMemo(
    () => rows.map(row => of.itemOf(row, zone, text, mayChange(row))),
    [rows, of, zone, text, mayChange],
  )
  return (
    <div className={classes.calendar}>
      <Bar
        {...{ days, span, go, setSpan, zone }}
        count={items.length}
        isCut={query.data?.length === PAGES_AT_MOST * 200}
      />
      <VisuallyHidden>
        <p id="calendar-keys">{text.calendar.keyHint}</p>
        <p role="status">{said}</p>
      </VisuallyHidden>
      {query.isPending ? (
        <Waiting />
      ) : query.isError ? (
        <Fault error={query.error} retry={query.refetch} />
      ) : (
        <TimeGrid
          days={days}
          items={items}
          move={(item, slot) => {
            say(
              `${item.title}: ${format.weekday(slot.day)} ${slot.start === undefined ? '' : clock(slot.start)}, ${text.calendar.minutes(slot.minutes)}`,
            )
            move({ item, slot })
            // Whoever moves it by keys beyond the last day goes on with it.
            if (!days.includes(slot.day)) go(slot.day)
          }}
          add={slot => given.create(of.valuesAt(slot, zone))}
        />
      )}
    </div>
  )
}

/** The days that are shown, as the address says them. */
function useDays({ view, change }: LayoutGiven, zone: string) {
  const isNarrow = useMediaQuery('(max-width: 720px)') ?? false
  const search = useSearch({ strict: false }) as { date?: unknown }
  const navigate = useNavigate()
  const today = dayIn(zone)
  const day = typeof search.date === 'string' && /^\d{4}-\d\d-\d\d$/.test(search.date) ? search.date : today
  const span: Span = (view.options.span as Span | undefined) ?? (isNarrow ? 'day' : 'week')
  const days = useMemo(() => {
    const first = span === 'day' ? day : relativeDay('startOfWeek', day)!
    return Array.from({ length: span === 'day' ? 1 : 7 }, (_, i) => addDays(first, i))
  }, [day, span])
  const go = (date: string) =>
    navigate({ to: '.', replace: true, search: ((before: object) => ({ ...before, date })) as never })
  return { days, span, go, setSpan: (next: Span) => change({ options: { ...view.options, span: next } }) }
}

function useRange({ contract, view, filter }: LayoutGiven, days: string[]) {
  const asked = {
    dateFrom: days[0],
    dateTo: days.at(-1),
    limit: 200,
    ...(filter ? { filter } : {}),
    ...(view.q ? { q: view.q } : {}),
  }
  const key = [contract.name, 'calendar', asked]
  const query = useQuery({
    queryKey: key,
    placeholderData: keepPreviousData,
    async queryFn({ signal }) {
      const rows: Row[] = []
      let cursor: string | null = ''
      for (let page = 0; cursor !== null && page < PAGES_AT_MOST; page++) {
        const answer: { rows: Row[]; nextCursor: string | null } = await readPage(
          contract,
          asked,
          cursor,
          signal,
        )
        rows.push(...answer.rows)
        cursor = answer.nextCursor
      }
      return rows
    },
  })
  return { query, key }
}

type Move = { item: Item; slot: Slot }

/**
 * Moves at once on the screen, and back with a message where the server refuses. What is still on its way stands over what is read
 * meanwhile: the news of one move must not take the next one back.
 */
function useMoves(
  { contract }: LayoutGiven,
  of: CalendarOf,
  key: unknown[],
  zone: string,
  read: Row[] | undefined,
) {
  const text = useText()
  const mutationKey = useMemo(() => ['calendar', contract.name], [contract.name])
  const underWay = useMutationState({
    filters: { mutationKey, status: 'pending' },
    select: ({ state }) => state.variables as Move,
  })
  const moving = useMutation({
    mutationKey,
    // One after the other: of two moves of one appointment the later has to arrive last.
    scope: { id: `calendar-${contract.name}` },
    mutationFn: ({ item, slot }: Move) =>
      api.patch<Row & { warnings?: Array<{ message: string }> }>(
        `/${contract.path}/${item.id}`,
        of.valuesAt(slot, zone),
      ),
    onMutate: () => queries.cancelQueries({ queryKey: [contract.name, 'calendar'] }),
    onError(error) {
      tellFault(messageOf(error, text.common.offline))
    },
    onSuccess(changed) {
      queries.setQueryData<Row[]>(key, rows =>
        rows?.map(row => (row.id === changed.id ? { ...row, ...changed } : row)),
      )
      if (changed.warnings?.length) tellFault(text.calendar.overlap)
    },
    onSettled: () => queries.isMutating({ mutationKey }) <= 1 && refreshAround(contract.name),
  })
  const rows = useMemo(() => {
    const shown = new Map(
      underWay.map(({ item, slot }) => [item.id, { ...of.valuesAt(slot, zone), warnings: [] }]),
    )
    return read?.map(row => (shown.has(row.id) ? { ...row, ...shown.get(row.id) } : row)) ?? []
  }, [read, underWay, of, zone])
  return { move: moving.mutate, rows }
}

type BarGiven = {
  days: string[]
  span: Span
  go: (day: string) => void
  setSpan: (span: Span) => void
  zone: string
  count: number
  isCut: boolean
}

function Bar({ days, span, go, setSpan, zone, count, isCut }: BarGiven) {
  const text = useText()
  const format = useFormat()
  const [first, last] = [days[0]!, days.at(-1)!]
  const isElsewhere = new Intl.DateTimeFormat().resolvedOptions().timeZone !== zone
  return (
    <Group className={classes.bar} gap={6}>
      <Button variant="default" onClick={() => go(dayIn(zone))}>
        {text.calendar.today}
      </Button>
      <Group gap={0}>
        <ActionIcon aria-label={text.calendar.back} onClick={() => go(addDays(first, -days.length))}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <ActionIcon aria-label={text.calendar.forth} onClick={() => go(addDays(first, days.length))}>
          <IconChevronRight size={16} />
        </ActionIcon>
      </Group>
      <P fw={600} aria-live="polite">
        {first === last ? format.day(first) : format.dayRange(first, last)}
      </P>
      {(isCut || isElsewhere) && (
        <P size="sm" className="quiet">
          {isCut ? text.calendar.cut(count) : ''} {isElsewhere ? text.calendar.zone(zone) : ''}
        </P>
      )}
      <SegmentedControl
        ml="auto"
        size="xs"
        aria-label={text.views.layout}
        value={span}
        onChange={value => setSpan(value as Span)}
        data={[
          { value: 'day', label: text.calendar.day },
          { value: 'week', label: text.calendar.week },
        ]}
      />
    </Group>
  )
}
