import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import type { Change } from '#core/record/definition.ts'
import { momentAt } from '#core/record/relative-time.ts'

const MINUTE_MS = 60_000

export type Slot = { date: string; time: string; durationMinutes: number; reminderMinutes: number | null }

/** The moments of an appointment that is told by the clock of the zone. It lasts as long as it lasts, also over a change of the clock. */
export function momentsOf({ date, time, durationMinutes, reminderMinutes }: Slot, zone: string) {
  const starts = momentAt(date, time, zone).getTime()
  const iso = (ms: number) => new Date(ms).toISOString()
  return {
    startsAt: iso(starts),
    endsAt: iso(starts + durationMinutes * MINUTE_MS),
    remindAt: reminderMinutes === null ? null : iso(starts - reminderMinutes * MINUTE_MS),
  }
}

const neededContact = () =>
  invalid({ path: 'contactId', code: 'REQUIRED', message: 'a visit is to a contact' })

/** Completes a new visit: the contact's name beside its id, and the moments of date and time. */
export async function startVisit(tx: Tx, values: Change): Promise<Change> {
  if (!values.contactId) throw neededContact()
  const { durationMinutes = 30, reminderMinutes = 60 } = values
  const slot = { ...values, durationMinutes, reminderMinutes } as unknown as Slot
  return {
    ...values,
    // No caller can give a name; a history that brings its own is the demo's.
    contactName: values.contactName ?? (await nameOf(tx, values.contactId as string)),
    ...momentsOf(slot, tx.who.timezone),
  }
}

const RULED = ['date', 'time', 'durationMinutes', 'reminderMinutes', 'contactId']

/** Another time or reminder is reminded of anew, and another contact has another name. */
export async function changeVisit(tx: Tx, id: string, values: Change): Promise<Change> {
  if (!RULED.some(key => values[key] !== undefined)) return values
  const [row] = await tx.session.rows(
    `select v.date, v.time, v.duration_minutes as "durationMinutes", v.reminder_minutes as "reminderMinutes", v.starts_at as "startsAt",
       v.remind_at as "remindAt", v.contact_id as "contactId",
       exists (select from records r where r.workspace_id = v.workspace_id and r.id = v.contact_id and r.deleted_at is null) as "isThere"
     from visits v where v.workspace_id = $1::uuid and v.id = $2::uuid and v.deleted_at is null for update of v`,
    [tx.who.workspaceId, id],
  )
  // Unseen, or seen and not theirs: the store says which.
  if (!row) return values
  // Of a contact in the trash the id reads as null, and what was read may be sent back.
  if (values.contactId === null && row.isThere) throw neededContact()
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
  const moments = momentsOf({ ...row, ...given } as unknown as Slot, tx.who.timezone)
  const isMoved = moments.startsAt !== row.startsAt || moments.remindAt !== row.remindAt
  const isOther = values.contactId && values.contactId !== row.contactId
  return {
    ...values,
    ...moments,
    ...(isMoved ? { remindedAt: null } : {}),
    ...(isOther ? { contactName: await nameOf(tx, values.contactId as string) } : {}),
  }
}

async function nameOf(tx: Tx, contactId: string): Promise<string> {
  const [row] = await tx.session.rows(
    `select ${CONTACT_NAME} as name from contacts c where c.workspace_id = $1::uuid and c.id = $2::uuid`,
    [tx.who.workspaceId, contactId],
  )
  return (row?.name as string | null) ?? ''
}

/** What a contact `c` is called. */
export const CONTACT_NAME = `coalesce(nullif(btrim(c.first_name || ' ' || c.last_name), ''), c.email)`
