import { arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { tellCampaign } from './campaign-state.ts'
import { bounced, markBounced } from './deliver.ts'
import { emails } from './emails.table.ts'
import type { Bounce, Received } from './parse.ts'

/** What became of a received mail. */
export type Outcome = { status: 'RECEIVED' | 'BOUNCE' | 'DUPLICATE' | 'IGNORED'; emailId: string | null }

/**
 * Files a received mail: a report of a failed delivery marks the mail and the contact, a mail of a contact or an answer to
 * one of ours becomes an interaction. What nobody wrote, such as an absence note, answers nothing and is no interaction: it is kept with
 * the contact alone. Mail of strangers is not kept, and neither is our own that comes back.
 */
export async function receive(tx: Tx, mail: Received): Promise<Outcome> {
  if (mail.bounce) return takeBounce(tx, mail.bounce)
  await takeTurn(tx, mail.messageId)
  if (mail.messageId && (await isKnown(tx, mail.messageId))) return { status: 'DUPLICATE', emailId: null }
  const thread = mail.isAutomatic ? undefined : await mailAmong(tx, mail.answers)
  const contact = (await contactBy(tx, mail.from)) ?? (await contactOf(tx, thread))
  if (!contact) return { status: 'IGNORED', emailId: null }
  const deal = thread?.dealId ? await store.find(tx, recordNamed('deal'), thread.dealId as string) : undefined
  const links = { contactId: contact.id, dealId: deal?.id ?? null }
  const interaction = mail.isAutomatic
    ? undefined
    : await store.create(tx, recordNamed('interaction'), {
        type: 'EMAIL',
        direction: 'INBOUND',
        subject: mail.subject || null,
        content: mail.text || null,
        ...(mail.sentAt ? { occurredAt: mail.sentAt } : {}),
        companyId: contact.companyId ?? null,
        ...links,
      })
  const kept = await store.create(tx, emails, {
    direction: 'INBOUND',
    status: 'RECEIVED',
    ...(interaction ? { interactionId: interaction.id } : { reason: 'AUTOMATIC' }),
    fromAddress: mail.from,
    toAddress: mail.to,
    subject: mail.subject,
    body: mail.text,
    bodyHtml: mail.html,
    messageId: mail.messageId,
    inReplyTo: thread?.messageId ?? (mail.isAutomatic ? null : (mail.answers[0] ?? null)),
    ...(mail.sentAt ? { sentAt: mail.sentAt } : {}),
    ...links,
  })
  return { status: 'RECEIVED', emailId: kept.id }
}

/** A mail may come by several ways at once: by a service and by the mailboxes of all whom it names. It is kept once. */
async function takeTurn({ session, who }: Tx, messageId: string | null): Promise<void> {
  if (messageId)
    await session.rows('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `mail ${who.workspaceId} ${messageId}`,
    ])
}

async function isKnown({ session, who }: Tx, messageId: string): Promise<boolean> {
  const rows = await session.rows(
    'select 1 from emails where workspace_id = $1::uuid and message_id = $2 limit 1',
    [who.workspaceId, messageId],
  )
  return rows.length > 0
}

/** The kept mail that has one of the Message-IDs; the first of them that is known. */
export async function mailAmong({ session, who }: Tx, ids: string[]): Promise<Row | undefined> {
  if (!ids.length) return undefined
  const [row] = await session.rows(
    `select id, contact_id as "contactId", deal_id as "dealId", message_id as "messageId", to_address as "toAddress", direction
     from emails where workspace_id = $1::uuid and message_id = any($2::text[])
     order by array_position($2::text[], message_id), created_at limit 1`,
    [who.workspaceId, arrayLiteral(ids)],
  )
  return row
}

async function contactBy(tx: Tx, address: string): Promise<Row | undefined> {
  const [row] = await tx.session.rows(
    'select id from contacts where workspace_id = $1::uuid and email = $2 and deleted_at is null order by created_at, id limit 1',
    [tx.who.workspaceId, address],
  )
  return row ? store.find(tx, recordNamed('contact'), row.id as string) : undefined
}

const contactOf = async (tx: Tx, thread: Row | undefined): Promise<Row | undefined> =>
  thread?.contactId ? store.find(tx, recordNamed('contact'), thread.contactId as string) : undefined

/** Anybody may write such a report, so it counts only for a mail of ours and the very address to which that went. */
async function takeBounce(tx: Tx, bounce: Bounce): Promise<Outcome> {
  const email = await mailAmong(tx, bounce.messageIds)
  const address = email?.toAddress as string | undefined
  const isOurs = email?.direction === 'OUTBOUND' && address?.toLowerCase() === bounce.recipient
  if (!isOurs || !bounce.status.startsWith('5')) return { status: 'IGNORED', emailId: null }
  await markMailBounced(tx, email, {
    reason: `${bounce.status} ${bounce.diagnostic}`.trim(),
    // A full mailbox (5.2.2) and a policy (5.7) say nothing against the address.
    isBadAddress: !/^5\.(2\.2$|7\.)/.test(bounce.status),
  })
  return { status: 'BOUNCE', emailId: email.id as string }
}

/** A mail of ours came back: it, its recipient in the campaign and, where the address is no good, the contact are BOUNCED. */
export async function markMailBounced(
  tx: Tx,
  email: Row,
  { reason, isBadAddress }: { reason: string; isBadAddress: boolean },
): Promise<void> {
  await store.update(tx, emails, email.id as string, { status: 'BOUNCED', reason: reason.slice(0, 600) })
  await tellCampaign(tx, email.id as string, bounced(reason.slice(0, 600)))
  if (email.contactId && isBadAddress)
    await markBounced(tx, email.contactId as string, email.toAddress as string)
}
