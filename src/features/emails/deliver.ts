import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import type { Database, Tx, Who } from '#core/db/workspace.ts'
import type { App } from '#core/feature.ts'
import type { JobDefinition } from '#core/jobs/jobs.ts'
import { type Failure, failureOf } from '#core/mail.ts'
import type { Change } from '#core/record/definition.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { tellCampaign } from './campaign-state.ts'
import { emails } from './emails.table.ts'
import { isTracking } from './tracking.server.ts'
import { tracked } from './tracking-link.ts'
import { unsubscribeHeaders } from './unsubscribe-link.ts'
import { unsubscribedAmong } from './unsubscribes.server.ts'

/** Tries in all; between them the queue waits 5 s and then ever longer. */
const ATTEMPTS_AT_MOST = 8

const input = z.object({ emailId: z.uuid() })

/**
 * Sends one mail at most once. That it is being sent is committed before the server is spoken to, and what became of it
 * after: a run that finds it under way knows that an earlier one was cut off there, and does not send it again.
 */
export const deliverJob: JobDefinition<z.infer<typeof input>> = {
  name: 'email-delivery',
  input,
  retries: ATTEMPTS_AT_MOST,
  timeoutSeconds: 300,
  run: ({ app, database, who, input: { emailId } }) => deliver(app, database, who, emailId),
}

async function deliver(app: App, database: Database, caller: Who, emailId: string): Promise<void> {
  // The mail was allowed when it was written; what it leads to is not narrowed by who may see the contact by now.
  const who: Who = { ...caller, role: 'OWNER' }
  const inside = <T>(work: (tx: Tx) => Promise<T>) => database.inWorkspace(who, work)
  const email = await inside(tx => begin(tx, emailId))
  if (!email) return
  let failure: Failure | undefined
  let cause: unknown
  try {
    await app.mailer.send({
      workspaceId: who.workspaceId,
      to: email.toAddress as string,
      subject: email.subject as string,
      text: email.body as string,
      ...htmlOf(app, who, email),
      ...(email.senderName ? { fromName: email.senderName as string } : {}),
      ...(email.senderAddress ? { replyTo: email.senderAddress as string } : {}),
      messageId: email.messageId as string,
      ...(email.campaignId ? { headers: unsubscribeHeaders(app, who.workspaceId, emailId) } : {}),
    })
  } catch (error) {
    failure = failureOf(error)
    cause = error
  }
  if (!failure) return inside(tx => markSent(tx, email))
  const isLast = (email.attempts as number) + 1 >= ATTEMPTS_AT_MOST
  await inside(tx => markFailed(tx, email, failure, isLast))
  if (failure.outcome === 'not sent' && !isLast) throw cause
}

/** What is kept stays without the pixel and the led links, so that who reads it here is not counted. */
function htmlOf(app: App, { workspaceId }: Who, email: Row): { html?: string } {
  const html = email.bodyHtml as string | null
  if (!html) return {}
  const emailId = email.id as string
  return { html: email.isTracked ? tracked(app, { workspaceId, emailId }, html) : html }
}

/** Takes the mail for sending; undefined where it must not be sent. */
async function begin(tx: Tx, emailId: string): Promise<Row | undefined> {
  const [email] = await tx.session.rows(
    `select e.id, e.status, e.attempts, e.contact_id as "contactId", e.deal_id as "dealId", e.campaign_id as "campaignId", e.to_address as "toAddress", e.subject, e.body,
       e.body_html as "bodyHtml", e.message_id as "messageId", u.name as "senderName", u.email as "senderAddress",
       c.status as "contactStatus", c.company_id as "companyId", c.id is not null as "isThere"
     from emails e left join users u on u.id = e.created_by_id
       left join contacts c on c.workspace_id = e.workspace_id and c.id = e.contact_id and c.deleted_at is null
     where e.workspace_id = $1::uuid and e.id = $2::uuid for update of e`,
    [tx.who.workspaceId, emailId],
  )
  if (!email) return undefined
  if (email.status === 'SENDING') {
    const reason = 'The server was stopped while the mail server was taking it; it may have arrived'
    await store.update(tx, emails, emailId, { status: 'UNCERTAIN', reason })
    await tellCampaign(tx, emailId, { status: 'FAILED', reason })
    return undefined
  }
  if (email.status !== 'QUEUED') return undefined
  const reason = await reasonToSkip(tx, email)
  if (reason) {
    await store.update(tx, emails, emailId, { status: 'SKIPPED', reason })
    await tellCampaign(tx, emailId, { status: 'SKIPPED', reason })
    return undefined
  }
  await store.update(tx, emails, emailId, { status: 'SENDING', attempts: (email.attempts as number) + 1 })
  return { ...email, isTracked: email.campaignId !== null && (await isTracking(tx)) }
}

/** What has become of the recipient since the mail was written. */
async function reasonToSkip(tx: Tx, email: Row): Promise<string | undefined> {
  if (!email.isThere) return 'The contact was deleted'
  if (email.contactStatus === 'BOUNCED') return 'BOUNCED'
  const address = email.toAddress as string
  return (await unsubscribedAmong(tx, [address])).size ? 'UNSUBSCRIBED' : undefined
}

/** What somebody has written is a talk; a mail of a campaign, which goes to many, is none, and stands in the history by its own event. */
async function markSent(tx: Tx, email: Row): Promise<void> {
  const sentAt = new Date().toISOString()
  const interactionId = email.campaignId ? null : await logTalk(tx, email, sentAt)
  const change = { status: 'SENT', reason: null, sentAt, interactionId }
  await store.update(tx, emails, email.id as string, change)
  await tellCampaign(tx, email.id as string, { status: 'SENT', sentAt })
}

async function logTalk(tx: Tx, email: Row, sentAt: string): Promise<string> {
  const contact = await store.find(tx, recordNamed('contact'), email.contactId as string)
  const deal = email.dealId ? await store.find(tx, recordNamed('deal'), email.dealId as string) : undefined
  const { id } = await store.create(tx, recordNamed('interaction'), {
    type: 'EMAIL',
    direction: 'OUTBOUND',
    subject: (email.subject as string).slice(0, 300),
    content: (email.body as string).slice(0, 100_000),
    occurredAt: sentAt,
    contactId: contact?.id ?? null,
    companyId: contact?.companyId ?? null,
    dealId: deal?.id ?? null,
  })
  return id
}

async function markFailed(tx: Tx, email: Row, failure: Failure, isLast: boolean): Promise<void> {
  const { outcome, isBadAddress, reason } = failure
  const waiting = isLast ? 'FAILED' : 'QUEUED'
  const refused = isBadAddress ? 'BOUNCED' : 'FAILED'
  const status = { 'not sent': waiting, refused, unknown: 'UNCERTAIN' }[outcome]
  await store.update(tx, emails, email.id as string, { status, reason })
  if (status === 'BOUNCED') await tellCampaign(tx, email.id as string, bounced(reason))
  else if (status !== 'QUEUED') await tellCampaign(tx, email.id as string, { status: 'FAILED', reason })
  if (isBadAddress) await markBounced(tx, email.contactId as string, email.toAddress as string)
}

/** The contact's address does not exist, unless it is another by now. */
export async function markBounced(tx: Tx, contactId: string, address: string): Promise<void> {
  const contact = await store.find(tx, recordNamed('contact'), contactId)
  if (contact && (contact.email as string | null)?.toLowerCase() === address.toLowerCase())
    await store.update(tx, recordNamed('contact'), contactId, { status: 'BOUNCED' }, { action: 'bounced' })
}

export const bounced = (reason: string): Change => ({
  status: 'BOUNCED',
  bouncedAt: new Date().toISOString(),
  reason,
})
