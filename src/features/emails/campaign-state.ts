import type { Tx } from '#core/db/workspace.ts'
import type { EventAction } from '#core/events/actions.ts'
import type { Change } from '#core/record/definition.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'

/** How far a contact can come, in order; a state never goes back to one before it. */
const STEPS = [
  'PENDING',
  'QUEUED',
  'SKIPPED',
  'FAILED',
  'SENT',
  'DELIVERED',
  'OPENED',
  'CLICKED',
  'BOUNCED',
  'UNSUBSCRIBED',
]
const TIMES = ['sentAt', 'deliveredAt', 'openedAt', 'clickedAt', 'bouncedAt', 'unsubscribedAt'] as const

/**
 * What became of a mail is also what became of its recipient in the campaign. News may come late and out of order, since
 * services report in their own time: the furthest state stays, and each time is that of the first.
 */
export async function tellCampaign(
  tx: Tx,
  emailId: string,
  values: Change,
  action?: EventAction,
): Promise<void> {
  const rows = await tx.session.rows(
    `select id, status, ${TIMES.map(time => `${time.replace('At', '_at')} as "${time}"`).join(', ')} from campaign_contacts
     where workspace_id = $1::uuid and email_id = $2::uuid and deleted_at is null for update`,
    [tx.who.workspaceId, emailId],
  )
  for (const { id, ...row } of rows) {
    const change = { ...values }
    if (STEPS.indexOf(change.status as string) < STEPS.indexOf(row.status as string)) {
      delete change.status
      delete change.reason
    }
    for (const time of TIMES) if (row[time] !== null) delete change[time]
    const isNews = Object.keys(change).some(key => change[key] !== row[key])
    if (isNews)
      await store.update(tx, recordNamed('campaignContact'), id as string, change, action ? { action } : {})
  }
}
