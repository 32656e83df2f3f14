import { type CalendarOf, calendarLayout } from '#web/calendar/calendar-layout.tsx'
import { momentOf, slotAt } from '#web/calendar/slots.ts'
import { RecordTable } from '#web/table/record-table.tsx'
import { prefetchList } from '#web/table/rows.ts'
import { tableLayout } from '#web/table/table-body.tsx'
import type { Text } from '#web/text/en.ts'
import { taskContract } from './tasks.contract.ts'
import { todayLayout } from './today.page.tsx'

const COLUMNS = ['title', 'progress', 'priority', 'type', 'dueAt', 'relatedId', 'assigneeId']
export const TASK_FORM = ['title', 'description', 'type', 'priority', 'dueAt', 'assigneeId', 'relatedId']
/** A task has no length; this much of the calendar shows its name. */
const SHOWN_MINUTES = 30

const inCalendar: CalendarOf = {
  itemOf(row, zone, _text, mayChange) {
    const slot = slotAt(row.dueAt as string, zone, SHOWN_MINUTES)
    const isDone = row.status === 'DONE'
    return {
      id: row.id,
      ...slot,
      // What is due at midnight is due that day.
      start: slot.start === 0 ? undefined : slot.start,
      title: row.title as string,
      path: `/tasks/${row.id}`,
      tone: isDone ? 'done' : (row.dueAt as string) < new Date().toISOString() ? 'late' : 'plain',
      isMovable: mayChange && !isDone,
      isResizable: false,
    }
  },
  valuesAt: (slot, zone) => ({ dueAt: momentOf(slot, zone) }),
}

const LAYOUTS = [tableLayout, todayLayout, calendarLayout(inCalendar)] as const

/** What is done is looked for now and then, what is to do all day. */
const OPEN = {
  conditions: [{ path: 'status', op: 'eq', value: 'OPEN' }],
  title: (text: Text) => text.tasks.open,
} as const

export const prefetch = prefetchList(taskContract, OPEN.conditions)

export default function Tasks() {
  return (
    <RecordTable contract={taskContract} columns={COLUMNS} form={TASK_FORM} layouts={LAYOUTS} begin={OPEN} />
  )
}
