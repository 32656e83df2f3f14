import { type CalendarOf, calendarLayout } from '#web/calendar/calendar-layout.tsx'
import { clock, minutesOf } from '#web/calendar/slots.ts'
import { RecordTable } from '#web/table/record-table.tsx'
import { tableLayout } from '#web/table/table-body.tsx'
import { visitContract } from './visits.contract.ts'

const COLUMNS = ['reason', 'contactId', 'date', 'time', 'durationMinutes', 'status', 'ownerId']
export const VISIT_FORM = ['contactId', 'reason', 'date', 'time', 'durationMinutes', 'ownerId', 'notes']

const inCalendar: CalendarOf = {
  itemOf: (row, _zone, text, mayChange) => ({
    id: row.id,
    day: row.date as string,
    start: minutesOf(row.time as string),
    minutes: row.durationMinutes as number,
    title: row.contactName as string,
    hint: row.reason as string,
    path: `/visits/${row.id}`,
    tone: row.status === 'SCHEDULED' ? 'plain' : 'done',
    ...((row.warnings as unknown[]).length ? { warning: text.calendar.overlap } : {}),
    isMovable: mayChange && row.status === 'SCHEDULED',
    isResizable: mayChange && row.status === 'SCHEDULED',
  }),
  valuesAt: ({ day, start = 0, minutes }) => ({ date: day, time: clock(start), durationMinutes: minutes }),
}

const LAYOUTS = [calendarLayout(inCalendar), tableLayout] as const

export default function Visits() {
  return <RecordTable contract={visitContract} columns={COLUMNS} form={VISIT_FORM} layouts={LAYOUTS} />
}
