import { sql } from 'drizzle-orm'
import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import {
  date,
  moment,
  name,
  ownerColumn,
  rankedColumn,
  rankedIndex,
  recordColumns,
  recordKeys,
  searchColumn,
  searchIndex,
} from '#core/db/columns.ts'
import type { Feature } from '#core/feature.ts'
import { defineRecord } from '#core/record/definition.ts'
import { agendaRoute } from './agenda.ts'
import { visitFollower } from './following.ts'
import { reminderSchedule } from './reminders.ts'
import { CONTACT_NAME, changeVisit, startVisit } from './rules.ts'
import { visitContract } from './visits.contract.ts'

export const visitTable = pgTable(
  'visits',
  {
    ...recordColumns(),
    ...ownerColumn(),
    contactId: uuid('contact_id'),
    contactName: name('contact_name').notNull(),
    date: date('date').notNull(),
    time: text('time').notNull(),
    durationMinutes: integer('duration_minutes').notNull().default(30),
    reason: text('reason').notNull(),
    status: text('status').notNull().default('SCHEDULED'),
    notes: text('notes'),
    startsAt: moment('starts_at').notNull(),
    endsAt: moment('ends_at').notNull(),
    reminderMinutes: integer('reminder_minutes'),
    remindAt: moment('remind_at'),
    remindedAt: moment('reminded_at'),
    searchText: searchColumn(`contact_name || ' ' || reason || ' ' || coalesce(notes, '')`),
    searchVector: rankedColumn(`contact_name || ' ' || reason || ' ' || coalesce(notes, '')`),
  },
  t => [
    ...recordKeys(t, { members: ['ownerId'], links: ['contactId'] }),
    index('visits_day').on(t.workspaceId, t.date, t.time, t.id).where(sql`deleted_at is null`),
    index('visits_time').on(t.workspaceId, t.startsAt).where(sql`deleted_at is null`),
    // Over all workspaces: the job of the reminders asks once for all of them.
    index('visits_reminders')
      .on(t.startsAt)
      .where(sql`status = 'SCHEDULED' and reminded_at is null and deleted_at is null`),
    searchIndex('visits', t),
    rankedIndex('visits', t),
  ],
)

/** Other visits of the same member or contact at that time, as far as the caller may see them. None lasts longer than a day. */
const OVERLAPS = `case when t.status = 'SCHEDULED' then coalesce((
  select jsonb_build_array(jsonb_build_object('code', 'OVERLAP', 'visitIds', jsonb_agg(o.id order by o.starts_at, o.id),
    'message', 'At that time there ' || case when count(*) = 1 then 'is another visit' else 'are ' || count(*) || ' other visits' end || ' of the same member or contact'))
  from visits o where o.workspace_id = t.workspace_id and o.id <> t.id and o.deleted_at is null and o.status <> 'CANCELLED'
    and (o.owner_id = t.owner_id or o.contact_id = t.contact_id)
    and o.starts_at < t.ends_at and o.ends_at > t.starts_at and o.starts_at > t.starts_at - interval '1 day'
  having count(*) > 0), '[]') else '[]'::jsonb end`

const NAME = `coalesce((select ${CONTACT_NAME} from contacts c where c.workspace_id = t.workspace_id and c.id = t.contact_id), t.contact_name)`

export const visits = defineRecord({
  contract: visitContract,
  table: visitTable,
  visibility: { own: ['ownerId', 'createdById'], through: ['contactId'] },
  computed: { contactName: sql.raw(NAME), warnings: sql.raw(OVERLAPS) },
  rules: { create: startVisit, update: changeVisit },
})

export default {
  records: [visits],
  operations: [agendaRoute],
  schedules: [reminderSchedule],
  followers: [visitFollower],
} satisfies Feature
