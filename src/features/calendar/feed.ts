import ical, {
  ICalAlarmType,
  type ICalCalendar,
  ICalEventStatus,
  ICalEventTransparency,
} from 'ical-generator'
import type { Row } from '#core/db/engine.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { dayIn, startOfDay } from '#core/record/relative-time.ts'

const PAST = '90 days'
const AHEAD = '2 years'
const ENTRIES_AT_MOST = 2000
const TASK_MINUTES = 30
const TASK_ALARM_SECONDS = 15 * 60
/** Of what is due on a day and not at a time: in the morning of that day. */
const DAY_ALARM_SECONDS = 9 * 3600
const TEXT_AT_MOST = 2000
const REFRESH_SECONDS = 15 * 60

/**
 * The member's tasks that have a due date, and their visits, as an iCalendar object (RFC 5545). Times are in UTC, which
 * every program reads alike; the workspace's zone is told beside them. The same records give the same text, to the byte.
 */
export async function calendarOf(tx: Tx, publicUrl: string): Promise<string> {
  const [tasks, visits, [workspace]] = await together([
    tasksOf(tx),
    visitsOf(tx),
    tx.session.rows('select name from workspaces where id = $1::uuid', [tx.who.workspaceId]),
  ])
  const calendar = ical({
    name: `Ascendore: ${workspace!.name}`,
    prodId: { company: 'ascendore', product: 'crm', language: 'EN' },
    ttl: REFRESH_SECONDS,
    x: [{ key: 'X-WR-TIMEZONE', value: tx.who.timezone }],
  })
  const host = new URL(publicUrl).hostname
  for (const task of tasks) addTask(calendar, task, { publicUrl, host, zone: tx.who.timezone })
  for (const visit of visits) addVisit(calendar, visit, { publicUrl, host })
  return calendar.toString()
}

const tasksOf = ({ session, who }: Tx) =>
  session.rows(
    `select t.id, t.title, t.description, t.due_at as "dueAt", t.progress, t.version, t.created_at as "createdAt", t.updated_at as "updatedAt" from tasks t
     where t.workspace_id = $1::uuid and t.assignee_id = $2::uuid and t.deleted_at is null
       and t.due_at > now() - interval '${PAST}' and t.due_at < now() + interval '${AHEAD}'
     order by t.due_at desc, t.id limit ${ENTRIES_AT_MOST}`,
    [who.workspaceId, who.userId],
  )

const visitsOf = ({ session, who }: Tx) =>
  session.rows(
    `select v.id, v.contact_name as "contactName", v.reason, v.notes, v.starts_at as "startsAt", v.ends_at as "endsAt", v.status,
       v.reminder_minutes as "reminderMinutes", v.version, v.created_at as "createdAt", v.updated_at as "updatedAt" from visits v
     where v.workspace_id = $1::uuid and v.owner_id = $2::uuid and v.deleted_at is null
       and v.starts_at > now() - interval '${PAST}' and v.starts_at < now() + interval '${AHEAD}'
     order by v.starts_at desc, v.id limit ${ENTRIES_AT_MOST}`,
    [who.workspaceId, who.userId],
  )

const clean = (text: unknown) =>
  String(text ?? '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ')
    .slice(0, TEXT_AT_MOST)

/** What entries have in common. Nothing in them may be the moment of asking, or no two answers would be alike. */
const common = (
  row: Row,
  kind: 'tasks' | 'visits',
  { publicUrl, host }: { publicUrl: string; host: string },
) => ({
  id: `${kind}-${row.id}@${host}`,
  stamp: new Date(row.updatedAt as string),
  created: new Date(row.createdAt as string),
  lastModified: new Date(row.updatedAt as string),
  sequence: (row.version as number) - 1,
  url: `${publicUrl}/${kind}/${row.id}`,
})

function addTask(
  calendar: ICalCalendar,
  task: Row,
  place: { publicUrl: string; host: string; zone: string },
): void {
  const due = new Date(task.dueAt as string)
  const day = dayIn(place.zone, due)
  const isAllDay = startOfDay(day, place.zone).getTime() === due.getTime()
  const isOpen = task.progress === 'PENDING' || task.progress === 'IN_PROGRESS'
  const summary = clean(task.title).replace(/\n/g, ' ')
  const event = calendar.createEvent({
    ...common(task, 'tasks', place),
    summary: task.progress === 'COMPLETED' ? `✓ ${summary}` : summary,
    ...(task.description ? { description: clean(task.description) } : {}),
    ...(isAllDay
      ? { start: new Date(`${day}T00:00:00Z`), allDay: true }
      : { start: due, end: new Date(due.getTime() + TASK_MINUTES * 60_000) }),
    status: task.progress === 'CANCELLED' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // What is due at a time does not take that time up.
    transparency: ICalEventTransparency.TRANSPARENT,
  })
  if (isOpen)
    event.createAlarm({
      type: ICalAlarmType.display,
      ...(isAllDay ? { triggerAfter: DAY_ALARM_SECONDS } : { triggerBefore: TASK_ALARM_SECONDS }),
      description: summary,
    })
}

function addVisit(calendar: ICalCalendar, visit: Row, place: { publicUrl: string; host: string }): void {
  const name = clean(visit.contactName).replace(/\n/g, ' ')
  const reason = clean(visit.reason).replace(/\n/g, ' ')
  const event = calendar.createEvent({
    ...common(visit, 'visits', place),
    summary: name ? `${name}: ${reason}` : reason,
    ...(visit.notes ? { description: clean(visit.notes) } : {}),
    start: new Date(visit.startsAt as string),
    end: new Date(visit.endsAt as string),
    status: visit.status === 'CANCELLED' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
  })
  if (visit.status === 'SCHEDULED' && visit.reminderMinutes !== null)
    event.createAlarm({
      type: ICalAlarmType.display,
      triggerBefore: (visit.reminderMinutes as number) * 60,
      description: `${name}: ${reason}`,
    })
}
