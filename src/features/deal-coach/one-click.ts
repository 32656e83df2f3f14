import type { Tx } from '#core/db/workspace.ts'
import { addDays, dayIn, momentAt } from '#core/record/relative-time.ts'
import type { OneClick } from './shapes.ts'

const MORNING = '09:00'

/** Nine o'clock in the workspace's zone, so many working days from today. */
export function workMorning(timezone: string, workingDays: number): string {
  let day = dayIn(timezone)
  for (let left = workingDays; left > 0; ) {
    day = addDays(day, 1)
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
    if (weekday !== 0 && weekday !== 6) left--
  }
  return momentAt(day, MORNING, timezone).toISOString()
}

type Given = {
  title: string
  description: string
  type?: 'CALL' | 'EMAIL' | 'MEETING' | 'TODO' | 'FOLLOW_UP' | 'DEMO'
  priority?: 'LOW' | 'MEDIUM' | 'HIGH' | 'URGENT'
  inWorkingDays?: number
  relatedType?: string
  relatedId: string
}

/** A task as `POST /tasks` takes it. */
export const taskClick = (
  tx: Tx,
  {
    title,
    description,
    type = 'TODO',
    priority = 'MEDIUM',
    inWorkingDays = 1,
    relatedType = 'deal',
    relatedId,
  }: Given,
): OneClick => ({
  method: 'POST',
  path: '/tasks',
  body: {
    title: title.slice(0, 255),
    description,
    type,
    priority,
    dueAt: workMorning(tx.who.timezone, inWorkingDays),
    relatedType,
    relatedId,
  },
})

/** A draft as `POST /ai/email-draft` takes it. */
export const draftClick = (
  record: { dealId?: string; contactId?: string; leadId?: string },
  purpose: string,
): OneClick => ({
  method: 'POST',
  path: '/ai/email-draft',
  body: { ...record, purpose },
})
