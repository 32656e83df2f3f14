import type { Readable } from 'node:stream'
import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, issuesOf, Refusal } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { publicOperation } from '#core/http/operation.ts'
import { store } from '#core/record/store.ts'
import { tellCampaign } from './campaign-state.ts'
import { checkInboxToken, INBOX_TOKEN, inboxWho } from './inbox.ts'
import { mailAmong, markMailBounced } from './receive.ts'
import { confirmSubscription } from './sns.ts'
import { unsubscribedAmong, unsubscribes } from './unsubscribes.server.ts'
import { type MailReport, reportsIn } from './vendor-reports.ts'

const BODY_AT_MOST_BYTES = 5_000_000

const report = publicOperation({
  method: 'POST',
  path: '/emails/events/:token',
  tag: 'emails',
  rate: 'web',
  summary: 'Tell what became of mails that a mail service has sent',
  description:
    'For the webhooks of mail services: Amazon SES through SNS (whose subscription is confirmed by itself), the Event Webhook of SendGrid, or `{ event, email, messageId?, reason? }`, one or a list of up to 1,000. The token is that of `POST /emails/inbound`. A bounce makes the mail and the recipient in the campaign BOUNCED and, where it is permanent, the contact; a complaint or an unsubscription puts the address on the list of unsubscribes. What names no mail of this workspace is passed over.',
  params: z.object({ token: z.string().regex(INBOX_TOKEN, 'must be the end of an address for mail') }),
  consumes: ['application/json', 'text/plain'],
  answers: z.object({ taken: z.int(), ignored: z.int() }),
  document: {
    body: { type: ['object', 'array'], additionalProperties: true, items: { type: 'object' } },
    example: { event: 'bounced', email: 'ida@borealis.example', messageId: '<1@crm.example.com>' },
    answerExample: { taken: 1, ignored: 0 },
  },
  refuses: {
    404: 'No such address',
    413: 'The body is larger than 5 MB',
    503: 'Amazon SNS could not be reached to confirm the subscription; it will ask again',
  },
  async handle({ app, request, params }) {
    const who = inboxWho(params.token, request)
    await app.database.inWorkspace(who, tx => checkInboxToken(tx, params.token), 'read')
    const body = await bodyOf(request.body)
    await confirmSubscription(app, body)
    const reports = read(body)
    return app.database.inWorkspace(who, async tx => {
      await checkInboxToken(tx, params.token, ' for update')
      let taken = 0
      for (const each of reports) if (await take(tx, each)) taken++
      return { taken, ignored: reports.length - taken }
    })
  },
})

/** SNS sends its JSON as text/plain. @throws Refusal 400, 413 */
async function bodyOf(body: unknown): Promise<unknown> {
  if (typeof (body as Readable | undefined)?.[Symbol.asyncIterator] !== 'function') return body
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as Readable) {
    size += (chunk as Buffer).length
    if (size > BODY_AT_MOST_BYTES) throw new Refusal(413, 'PAYLOAD_TOO_LARGE', 'The body is too large')
    chunks.push(chunk as Buffer)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new Refusal(400, 'BAD_REQUEST', 'The body is no JSON')
  }
}

function read(body: unknown): MailReport[] {
  try {
    return reportsIn(body)
  } catch (error) {
    if (error instanceof z.ZodError) throw invalid(issuesOf(error).slice(0, 20))
    throw error
  }
}

/** Files one report; false where it speaks of no mail of ours. */
async function take(tx: Tx, { kind, email: address, messageIds, reason, isBadAddress, at }: MailReport) {
  const email = (await mailAmong(tx, messageIds)) ?? (await latestTo(tx, address))
  const isOurs = email?.direction === 'OUTBOUND' && (email.toAddress as string).toLowerCase() === address
  if (!isOurs) return false
  const moment = at ?? new Date().toISOString()
  if (kind === 'DELIVERED') await tellCampaign(tx, email.id as string, { status: kind, deliveredAt: moment })
  else if (kind === 'BOUNCED')
    await markMailBounced(tx, email, { reason: reason || 'It came back', isBadAddress })
  else await takeOff(tx, email, kind, moment)
  return true
}

async function takeOff(tx: Tx, email: Row, kind: 'COMPLAINED' | 'UNSUBSCRIBED', at: string): Promise<void> {
  const address = (email.toAddress as string).toLowerCase()
  const source = kind === 'COMPLAINED' ? 'COMPLAINT' : 'LINK'
  if (!(await unsubscribedAmong(tx, [address])).size)
    await store.create(tx, unsubscribes, { email: address, source })
  await tellCampaign(tx, email.id as string, { status: 'UNSUBSCRIBED', unsubscribedAt: at })
}

/** Where a service has given the mail an id of its own: the last one that went to the address. */
async function latestTo({ session, who }: Tx, address: string): Promise<Row | undefined> {
  const [row] = await session.rows(
    `select id, contact_id as "contactId", deal_id as "dealId", message_id as "messageId", to_address as "toAddress", direction from emails
     where workspace_id = $1::uuid and lower(to_address) = $2 and direction = 'OUTBOUND' and sent_at is not null and deleted_at is null
     order by sent_at desc limit 1`,
    [who.workspaceId, address],
  )
  return row
}

export default { operations: [report] } satisfies Feature
