import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { hashOf } from '#core/auth/sealing.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, issuesOf, Refusal } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation, publicOperation } from '#core/http/operation.ts'
import { newId, newSecret } from '#core/ids.ts'
import { mailOfEncoded, mailOfForm } from './inbound-form.ts'
import { inboxWalls } from './inbox.table.ts'
import { checkInboxToken, INBOX_TOKEN, inboxWho } from './inbox.ts'
import { parseMime, type Received, receivedFrom } from './parse.ts'
import { type Outcome, receive } from './receive.ts'
import { confirmSubscription, mailOfSns } from './sns.ts'

export { mailInboxTable } from './inbox.table.ts'

const FORM = 'application/x-www-form-urlencoded'
const MAIL_AT_MOST_BYTES = 25 * 1024 * 1024

const outcome = z.object({
  status: z.enum(['RECEIVED', 'BOUNCE', 'DUPLICATE', 'IGNORED']),
  emailId: z.uuid().nullable(),
})

/** As long as a real one: the workspace's id, and a secret. */
const EXAMPLE_TOKEN = '019f2c7ab4d17c02a9c3e7550f1d2b64Qm4Zr9TfB6nYc1HsL0dPgU3EakJ8w2XvuN5oKq7RiCs'

const openInbox = operation({
  method: 'POST',
  path: '/emails/inbound',
  tag: 'emails',
  access: 'ADMIN',
  status: 201,
  summary: 'Get the secret address to which a mail service delivers what is received; the one before ends',
  answers: z.object({
    url: z.url(),
    eventsUrl: z
      .url()
      .meta({ description: 'Where the service tells what became of mails: bounces and the like' }),
    token: z.string(),
  }),
  document: {
    answerExample: {
      url: `https://crm.example.com/api/v1/emails/inbound/${EXAMPLE_TOKEN}`,
      eventsUrl: `https://crm.example.com/api/v1/emails/events/${EXAMPLE_TOKEN}`,
      token: EXAMPLE_TOKEN,
    },
  },
  async handle({ app, tx }) {
    const { workspaceId, userId } = tx.who
    const token = `${workspaceId.replaceAll('-', '')}${newSecret()}`
    await tx.session.rows(
      `insert into mail_inboxes (workspace_id, token_hash, created_by_id) values ($1::uuid, $2, $3::uuid)
       on conflict (workspace_id, kind) do update set token_hash = excluded.token_hash, created_by_id = excluded.created_by_id, created_at = now()`,
      [workspaceId, hashOf(token), userId],
    )
    await tellOpened(tx)
    const base = `${app.config.publicUrl}/api/v1/emails`
    return { url: `${base}/inbound/${token}`, eventsUrl: `${base}/events/${token}`, token }
  },
})

async function tellOpened({ session, who }: Tx): Promise<void> {
  await session.rows(
    `insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, changes, ip, user_agent, request_id)
     values ($1::uuid, $2::uuid, $3::uuid, 'inboxOpened', 'workspace', $1::uuid, '{}'::jsonb, $4::inet, $5, $6)`,
    [
      who.workspaceId,
      newId(),
      who.userId,
      who.ip ?? null,
      who.userAgent?.slice(0, 500) ?? null,
      who.requestId ?? null,
    ],
  )
}

const text = (max: number) => z.string().max(max).optional()
const header = z.looseObject({ Name: z.string(), Value: z.string() })
/** Our own names, and those of Postmark; a whole message as text goes before both. */
const jsonMail = z.looseObject({
  raw: text(MAIL_AT_MOST_BYTES),
  RawEmail: text(MAIL_AT_MOST_BYTES),
  'body-mime': text(MAIL_AT_MOST_BYTES),
  from: text(1000),
  From: text(1000),
  to: text(10_000),
  To: text(10_000),
  subject: text(2000),
  Subject: text(2000),
  text: text(5_000_000),
  TextBody: text(5_000_000),
  html: text(5_000_000),
  HtmlBody: text(5_000_000),
  messageId: text(1000),
  inReplyTo: text(1000),
  references: text(50_000),
  date: text(100),
  Date: text(100),
  Headers: z.array(header).max(500).optional(),
})

const deliver = publicOperation({
  method: 'POST',
  path: '/emails/inbound/:token',
  tag: 'emails',
  status: 202,
  summary: 'Deliver a received mail to a workspace',
  description:
    'For mail services: the message itself (`message/rfc822`), or JSON with the whole message as `raw` (also `RawEmail`, `body-mime`), or with its fields under our names or Postmark’s, or what Amazon SES sends through SNS (whose subscription is confirmed by itself), or a form as SendGrid (Inbound Parse, also of the raw message) and Mailgun send it. An answer is filed with the contact and deal of the mail that it answers (In-Reply-To, References), any other with the contact who has the address; mail of strangers is not kept. A report of a failed delivery makes the contact BOUNCED. The same message is taken once.',
  params: z.object({ token: z.string().regex(INBOX_TOKEN, 'must be the end of an address for mail') }),
  consumes: ['message/rfc822', 'application/json', 'multipart/form-data', FORM, 'text/plain'],
  answers: outcome,
  document: {
    body: {
      type: 'object',
      additionalProperties: true,
      properties: Object.fromEntries(
        ['raw', 'from', 'to', 'subject', 'text', 'html', 'messageId', 'inReplyTo', 'references'].map(key => [
          key,
          { type: 'string' },
        ]),
      ),
    },
    answerExample: { status: 'RECEIVED', emailId: '0198c0de-0000-7000-8000-000000000001' },
  },
  refuses: { 404: 'No such address', 413: 'The mail is larger than 25 MB' },
  async handle({ app, request, params }): Promise<Outcome> {
    const who = inboxWho(params.token, request)
    // Before the body is read: whoever does not know the secret costs one look-up.
    await app.database.inWorkspace(who, tx => checkInboxToken(tx, params.token), 'read')
    const body = await bodyOf(request)
    await confirmSubscription(app, body)
    const ofSns = mailOfSns(body)
    if (ofSns === null) return { status: 'IGNORED', emailId: null }
    const mail = await readMail(ofSns ?? body)
    return app.database.inWorkspace(who, async tx => {
      // One at a time in each workspace, so that a message which comes twice at once is kept once.
      await checkInboxToken(tx, params.token, ' for update')
      return receive(tx, mail)
    })
  },
})

/** The fields of a form, an object, or the bytes of a message. SNS sends its JSON as text. @throws Refusal 400, 413 */
async function bodyOf(request: FastifyRequest): Promise<unknown> {
  if (request.isMultipart()) return mailOfForm(request, MAIL_AT_MOST_BYTES)
  if (!isStream(request.body)) return request.body
  const bytes = await readAll(request.body)
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  if (type === FORM) return mailOfEncoded(bytes.toString())
  if (type !== 'text/plain') return bytes
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return bytes
  }
}

/** @throws Refusal 400 for what is no mail, 413 */
async function readMail(body: unknown): Promise<Received> {
  const noMail = () => invalid({ path: 'from', message: 'must be the address of the sender' })
  if (Buffer.isBuffer(body)) return (await parsed(body)) ?? refuse(noMail())
  const read = jsonMail.safeParse(body ?? {})
  if (!read.success) throw invalid(issuesOf(read.error))
  const mail = read.data
  const raw = mail.raw ?? mail.RawEmail ?? mail['body-mime']
  if (raw) return (await parsed(Buffer.from(raw))) ?? refuse(noMail())
  const headerOf = (name: string) =>
    mail.Headers?.find(each => each.Name.toLowerCase() === name.toLowerCase())?.Value
  const fields = {
    from: mail.from ?? mail.From ?? '',
    to: mail.to ?? mail.To,
    subject: mail.subject ?? mail.Subject,
    text: mail.text ?? mail.TextBody,
    html: mail.html ?? mail.HtmlBody,
    messageId: mail.messageId ?? headerOf('Message-ID'),
    inReplyTo: mail.inReplyTo ?? headerOf('In-Reply-To'),
    references: mail.references ?? headerOf('References'),
    date: mail.date ?? mail.Date,
    header: (name: string) =>
      headerOf(name) ?? (typeof mail[name] === 'string' ? (mail[name] as string) : undefined),
  }
  return receivedFrom(fields) ?? refuse(noMail())
}

const refuse = (refusal: Refusal): never => {
  throw refusal
}

const parsed = (raw: Buffer) =>
  parseMime(raw).catch(error => {
    throw new Refusal(400, 'BAD_REQUEST', 'The message cannot be read', { cause: error })
  })

const isStream = (body: unknown): body is Readable =>
  typeof (body as Readable | undefined)?.[Symbol.asyncIterator] === 'function'

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += (chunk as Buffer).length
    if (size > MAIL_AT_MOST_BYTES) throw new Refusal(413, 'PAYLOAD_TOO_LARGE', 'The mail is too large')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

export default { operations: [openInbox, deliver], walls: [inboxWalls] } satisfies Feature
