import { IconCalendarDollar } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useMemo } from 'react'
import { addMonths, dayIn } from '#core/record/relative-time.ts'
import { api, messageOf, useMe } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell, tellFault, tellUndo } from '#web/kit/notify.tsx'
import type { Row } from '#web/record/model.ts'
import { putIntoLists } from '#web/table/cell-editor.tsx'
import type { Layout, LayoutGiven } from '#web/table/layout.ts'
import type { Text } from '#web/text/en.ts'
import { useText } from '#web/text/index.tsx'
import { type Lane, monthOf, showMoved } from './board-data.page.tsx'
import { DealTools, Lanes } from './lanes.page.tsx'

const MONTHS = 6

type Move = { deal: Row; lane: Lane; back?: object }
const pick = ({ expectedCloseDate = null }: Partial<Row>) => ({ expectedCloseDate })

/** Open deals by the month in which they are expected to close; a deal that is put into another month closes in it. */
function Forecast(given: LayoutGiven) {
  const text = useText()
  const format = useFormat()
  const { workspace } = useMe()
  const month = dayIn(workspace.timezone).slice(0, 7)
  const lanes = useMemo(() => lanesFrom(month, text, format.month), [month, text, format])
  const moving = useMutation({
    mutationFn: ({ deal, lane, back }: Move) =>
      api.patch<Row>(`/deals/${deal.id}`, back ?? pick(lane.put!(deal))),
    onMutate: ({ deal, lane }) => showMoved(deal, lane),
    onError(error, _given, shown) {
      shown?.undo()
      tellFault(messageOf(error, text.common.offline))
    },
    onSuccess(changed, { deal, lane, back }) {
      const told = text.board.moved(String(deal.title), lane.name)
      const from = back ? undefined : lanes.find(({ holds }) => holds(monthOf(deal)))
      if (from)
        tellUndo(told, text.common.undo, () =>
          moving.mutate({ deal: { ...deal, ...changed }, lane: from, back: pick(deal) }),
        )
      else tell(told)
      putIntoLists('deal', changed)
    },
    onSettled: (_changed, _error, _given, shown) => shown?.settle(),
  })
  return <Lanes {...given} by="month" lanes={lanes} move={(deal, lane) => moving.mutate({ deal, lane })} />
}

/** What should have closed already, the months to come, what comes after them, and what has no date. */
function lanesFrom(first: string, text: Text, nameOf: (month: string) => string): Lane[] {
  const months = Array.from({ length: MONTHS }, (_, i) => addMonths(`${first}-01`, i).slice(0, 7))
  const end = addMonths(`${first}-01`, MONTHS)
  const between = (key: string, name: string, parts: object[], holds: Lane['holds']): Lane => ({
    key,
    name,
    kind: 'OPEN',
    filter: { and: [{ field: 'status', op: 'eq', value: 'OPEN' }, ...parts] },
    sort: 'expectedCloseDate,-amount',
    holds,
    put: undefined,
  })
  const at = (op: string, value: string) => ({ field: 'expectedCloseDate', op, value })
  return [
    between('overdue', text.home.overdue, [at('lt', `${first}-01`)], key => key !== null && key < first),
    ...months.map(
      (month): Lane => ({
        ...between(
          month,
          nameOf(month),
          [at('gte', `${month}-01`), at('lt', addMonths(`${month}-01`, 1))],
          key => key === month,
        ),
        put: deal => ({ expectedCloseDate: dayWithin(month, deal) }),
        initial: { expectedCloseDate: lastDayOf(month) },
      }),
    ),
    between('later', text.forecast.later, [at('gte', end)], key => key !== null && key >= end.slice(0, 7)),
    {
      ...between(
        'undated',
        text.forecast.undated,
        [{ field: 'expectedCloseDate', op: 'empty', value: true }],
        key => key === null,
      ),
      put: () => ({ expectedCloseDate: null }),
    },
  ]
}

const lastDayOf = (month: string): string => `${month}-${daysIn(month)}`
const daysIn = (month: string): number => {
  const [year = 0, at = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, at, 0)).getUTCDate()
}

/** The same day of another month, or its last where it has no such day; its last too for a deal without a day. */
function dayWithin(month: string, deal: Row): string {
  if (monthOf(deal) === month) return deal.expectedCloseDate as string
  const day = (deal.expectedCloseDate as string | null)?.slice(8, 10)
  if (!day) return lastDayOf(month)
  return `${month}-${String(Math.min(Number(day), daysIn(month))).padStart(2, '0')}`
}

export const forecastLayout: Layout = {
  name: 'forecast',
  label: text => text.forecast.title,
  icon: IconCalendarDollar,
  Body: Forecast,
  Tools: DealTools,
}
