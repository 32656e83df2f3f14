import { z } from 'zod'
import { requireVerifiedMail } from '#core/auth/access.ts'
import { arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { type Issue, invalid, Refusal, saying, unprocessable } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { newId } from '#core/ids.ts'
import { addressOf } from '#core/mail.ts'
import { cleanText, email as emailField, oneLine } from '#core/record/fields.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { deliverJob } from './deliver.ts'
import { BODY_AT_MOST } from './email-templates.contract.ts'
import { emailTemplates } from './email-templates.server.ts'
import { emails } from './emails.table.ts'
import { type MailTexts, render } from './liquid.ts'
import { checkTexts, knownFields, readSubjects, valuesFor } from './merge.ts'
import { unsubscribedAmong } from './unsubscribes.server.ts'

const RECIPIENTS_AT_MOST = 100
/** Mails that a workspace may write by hand within an hour; campaigns have a throttle of their own. */
const MAILS_AN_HOUR = 1000
/** All merging of one request: it is done on the thread that serves everybody. */
const MERGING_MS = 2000

const source = (max: number) => cleanText(max).min(1, 'must not be empty')
const body = z
  .strictObject({
    contactIds: z.array(z.uuid('must be the id of a contact')).max(RECIPIENTS_AT_MOST).optional(),
    to: z
      .array(emailField().schema as z.ZodType<string>)
      .max(RECIPIENTS_AT_MOST)
      .optional()
      .meta({ description: 'Addresses of contacts' }),
    templateId: z.uuid('must be the id of a template').optional(),
    subject: oneLine(300).min(1, 'must not be empty').optional(),
    body: source(BODY_AT_MOST).optional(),
    bodyHtml: source(BODY_AT_MOST).optional(),
    dealId: z.uuid('must be the id of a deal').optional(),
  })
  .superRefine((value, context) => {
    const add = (path: string, code: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], ...saying(code, message) })
    const count = (value.contactIds?.length ?? 0) + (value.to?.length ?? 0)
    if (count === 0)
      add('contactIds', 'RECIPIENTS_NEEDED', 'name at least one contact, here or by address in `to`')
    if (count > RECIPIENTS_AT_MOST)
      add('contactIds', 'TOO_MANY_RECIPIENTS', `at most ${RECIPIENTS_AT_MOST} recipients at once`)
    if (value.templateId)
      for (const path of ['subject', 'body', 'bodyHtml'] as const)
        if (value[path] !== undefined)
          add(path, 'FROM_TEMPLATE', 'comes from the template; give one or the other')
    if (!value.templateId)
      for (const path of ['subject', 'body'] as const)
        if (value[path] === undefined) add(path, 'REQUIRED', 'must be given where there is no templateId')
  })
type Given = z.infer<typeof body>

const answer = z.object({
  queued: z.int(),
  skipped: z.int(),
  rows: z.array(
    z.object({
      contactId: z.uuid(),
      toAddress: z.string().nullable(),
      status: z.enum(['QUEUED', 'SKIPPED']),
      emailId: z.uuid().nullable(),
      reason: z.enum(['NO_ADDRESS', 'BOUNCED', 'UNSUBSCRIBED', 'SAME_ADDRESS']).nullable(),
    }),
  ),
})
type Result = z.infer<typeof answer>['rows'][number]

/** Writes mails to contacts and puts them on their way, in the caller's transaction. */
export const sendRoute = operation({
  method: 'POST',
  path: '/emails',
  tag: 'emails',
  touches: ['activities'],
  status: 202,
  summary: 'Send a mail to contacts, from a template or with given texts',
  description:
    'One mail each, merged with the contact, their company, the deal, the sender and the workspace; given texts are Liquid too. Contacts without an address, whose address has bounced, or who have unsubscribed are left out, each with the reason. The mails are sent in the background; `GET /emails/:id` says what became of one. Each is sent at most once, however often the server is restarted.',
  body,
  answers: answer,
  document: {
    example: {
      contactIds: ['0198c0de-0000-7000-8000-000000000001'],
      subject: 'Your visit, {{ contact.firstName }}',
      body: 'Hello {{ contact.name }},\n\nsee you on Monday.\n\n{{ sender.name }}',
    },
  },
  refuses: {
    403: 'EMAIL_NOT_VERIFIED: verify your own address first',
    422: 'NO_RECIPIENTS: nobody is left who may be written to; TEMPLATE_INACTIVE',
  },
  async handle({ app, tx, access, body }) {
    requireVerifiedMail(access)
    const texts = await textsOf(tx, body)
    const roots = await checkTexts(tx, texts)
    if (roots.has('deal') && !body.dealId)
      throw invalid({
        path: 'dealId',
        code: 'NEEDS_DEAL',
        message: 'must be given, since the text merges fields of a deal',
      })
    const contacts = await recipientsOf(tx, body)
    await keepToLimit(tx, contacts.length)
    const results = await sift(tx, contacts)
    if (results.every(result => result.status === 'SKIPPED'))
      throw unprocessable(
        'NO_RECIPIENTS',
        'None of the recipients may be written to',
        results.map(({ contactId, reason }) => ({ path: contactId, message: reason! })),
      )
    await write(app, tx, body, { texts, contacts, results })
    const queued = results.filter(result => result.status === 'QUEUED').length
    return { queued, skipped: results.length - queued, rows: results }
  },
})

async function textsOf(tx: Tx, given: Given): Promise<MailTexts> {
  if (!given.templateId)
    return { subject: given.subject!, body: given.body!, bodyHtml: given.bodyHtml ?? null }
  const template = await store.find(tx, emailTemplates, given.templateId)
  if (!template) throw invalid({ path: 'templateId', code: 'NO_SUCH', message: 'no such email template' })
  if (!template.isActive) throw unprocessable('TEMPLATE_INACTIVE', 'This template is not active')
  return template as unknown as MailTexts
}

/** The contacts that are named, in the order in which they are. @throws Refusal 400 naming those that are not there */
async function recipientsOf(tx: Tx, { contactIds = [], to = [] }: Given): Promise<Row[]> {
  const ids = [...new Set(contactIds)]
  const addresses = [...new Set(to)]
  const rows = await tx.session.rows(
    `select id, email from contacts where workspace_id = $1::uuid and deleted_at is null
       and (id = any($2::uuid[]) or email = any($3::text[])) order by created_at, id`,
    [tx.who.workspaceId, arrayLiteral(ids), arrayLiteral(addresses)],
  )
  const issues: Issue[] = []
  const found = new Map<string, Row>()
  const take = (path: string, row: Row | undefined) => {
    if (row) found.set(row.id as string, row)
    else issues.push({ path, code: 'NO_SUCH', message: 'no such contact' })
  }
  ids.forEach((id, i) => {
    take(
      `contactIds.${i}`,
      rows.find(row => row.id === id),
    )
  })
  addresses.forEach((address, i) => {
    take(
      `to.${i}`,
      rows.find(row => row.email === address),
    )
  })
  if (issues.length) throw invalid(issues.slice(0, 20))
  const read: Row[] = []
  for (const id of found.keys()) read.push(await store.read(tx, recordNamed('contact'), id))
  return read
}

/** @throws Refusal 429 where the workspace has written too much within the hour */
async function keepToLimit({ session, who }: Tx, more: number): Promise<void> {
  const [row] = await session.rows(
    `select count(*)::int as n from emails where workspace_id = $1::uuid and deleted_at is null and direction = 'OUTBOUND' and campaign_id is null
       and created_at > now() - interval '1 hour'`,
    [who.workspaceId],
  )
  if ((row!.n as number) + more > MAILS_AN_HOUR)
    throw new Refusal(429, 'RATE_LIMITED', `At most ${MAILS_AN_HOUR} mails an hour; try again later`, {
      retryAfterSeconds: 600,
    })
}

/** Who may be written to, and why the others may not. */
async function sift(tx: Tx, contacts: Row[]): Promise<Result[]> {
  const addresses = contacts.flatMap(contact => (contact.email ? [contact.email as string] : []))
  const unsubscribed = await unsubscribedAmong(tx, addresses)
  const taken = new Set<string>()
  return contacts.map(contact => {
    const address = contact.email as string | null
    const reason = reasonAgainst(contact, unsubscribed) ?? (taken.has(address!) ? 'SAME_ADDRESS' : null)
    if (address) taken.add(address)
    return {
      contactId: contact.id as string,
      toAddress: address,
      status: reason ? 'SKIPPED' : 'QUEUED',
      emailId: null,
      reason,
    }
  })
}

export function reasonAgainst(
  contact: Row,
  unsubscribed: ReadonlySet<string>,
): 'NO_ADDRESS' | 'BOUNCED' | 'UNSUBSCRIBED' | null {
  if (!contact.email) return 'NO_ADDRESS'
  if (contact.status === 'BOUNCED') return 'BOUNCED'
  return unsubscribed.has((contact.email as string).toLowerCase()) ? 'UNSUBSCRIBED' : null
}

type Mailing = { texts: MailTexts; contacts: Row[]; results: Result[] }

/** Merges each mail, keeps it, and puts its delivery into the queue. */
async function write(
  app: App,
  tx: Tx,
  { dealId, templateId }: Given,
  { texts, contacts, results }: Mailing,
): Promise<void> {
  const { deal } = await readSubjects(tx, { dealId })
  const known = await knownFields(tx)
  let merging = 0
  for (const result of results.filter(each => each.status === 'QUEUED')) {
    const contact = contacts.find(each => each.id === result.contactId)!
    const values = await valuesFor(tx, { contact, deal }, known)
    const started = Date.now()
    const merged = render(texts, values)
    merging += Date.now() - started
    if (merged.issues.length) throw invalid(merged.issues)
    if (!merged.texts.subject)
      throw invalid({ path: 'subject', code: 'EMPTY_MERGED', message: 'is empty once it is merged' })
    if (merging > MERGING_MS)
      throw invalid({
        path: 'body',
        code: 'MERGES_TOO_LONG',
        message: 'takes too long to merge for so many recipients',
      })
    const id = newId()
    await store.create(tx, emails, {
      id,
      contactId: result.contactId,
      dealId: dealId ?? null,
      templateId: templateId ?? null,
      fromAddress: addressOf(app.config.mailFrom),
      toAddress: result.toAddress,
      messageId: messageIdFor(app, id),
      ...merged.texts,
    })
    await app.jobs.enqueue(tx, deliverJob, { emailId: id })
    result.emailId = id
  }
}

/** The same for each try, so that a receiver who gets a mail twice shows it once. */
export const messageIdFor = (app: App, id: string): string =>
  `<${id}@${new URL(app.config.publicUrl).hostname}>`
