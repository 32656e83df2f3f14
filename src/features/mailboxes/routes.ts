import { isIP } from 'node:net'
import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { forbidden, invalid, notFound, saying } from '#core/errors.ts'
import type { EventAction } from '#core/events/actions.ts'
import { tellEvent } from '#core/events/tell.ts'
import type { App } from '#core/feature.ts'
import { type Operation, operation, reaches, streamOperation } from '#core/http/operation.ts'
import { listOf, paging, readPage } from '#core/http/page.ts'
import { newId } from '#core/ids.ts'
import { AddressGuard } from '#core/net/address-guard.ts'
import { idParams } from '#core/record/routes.ts'
import { type Kept, sealSecret, withAccount } from './account.ts'
import { type Account, MailboxFault, survey } from './imap.ts'
import { type OAuth, oauthFields, refreshed, tokenUrlProblem } from './oauth.ts'
import { readJob } from './schedule.ts'

const MAILBOXES_AT_MOST = 200
const BACKFILL_DAYS_AT_MOST = 3650
const RESOLVE_WITHIN_MS = 2000
const PORTS = { TLS: 993, STARTTLS: 143, NONE: 143 } as const

const host = z
  .string()
  .trim()
  .toLowerCase()
  .min(1, 'must not be empty')
  .max(253)
  .refine(
    text => isIP(text) !== 0 || /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(text),
    saying('WRONG_FORMAT', 'must be the name or address of a server, such as imap.example.com'),
  )
const line = (max: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max)
    .refine(text => !/[\u0000-\u001f\u007f]/.test(text), 'must be one line')
const fields = {
  host,
  port: z.int().min(1).max(65_535).optional().meta({ description: '993 for TLS, else 143' }),
  security: z
    .enum(['TLS', 'STARTTLS', 'NONE'])
    .optional()
    .meta({ description: 'TLS by default; NONE only within private networks' }),
  username: line(320),
  password: line(1000)
    .optional()
    .meta({ description: 'Kept sealed, and never shown again; this or `oauth`' }),
  oauth: oauthFields.optional(),
  folder: line(300).optional().meta({ description: 'INBOX by default' }),
  isActive: z.boolean().optional(),
  backfillDays: z.int().min(0).max(BACKFILL_DAYS_AT_MOST).optional().meta({
    description: 'Of the mails that are there already, those of so many days are read too; none by default',
  }),
}
const newMailbox = z.strictObject({
  ...fields,
  isShared: z
    .boolean()
    .optional()
    .meta({ description: "The workspace's, which only admins may enter; else the caller's own" }),
})
const changedMailbox = z.strictObject(fields).partial()
const tested = z.strictObject(fields).omit({ isActive: true, backfillDays: true })
type Given = z.infer<typeof tested>

const moment = z.iso.datetime()
const mailboxAnswer = z.object({
  id: z.uuid(),
  userId: z.uuid().nullable().meta({ description: "Whose it is; null where it is the workspace's" }),
  host: z.string(),
  port: z.int(),
  security: z.enum(['TLS', 'STARTTLS', 'NONE']),
  username: z.string(),
  auth: z.enum(['PASSWORD', 'OAUTH2']),
  tokenUrl: z.string().nullable().meta({ description: 'Of OAUTH2: where tokens are exchanged' }),
  clientId: z.string().nullable(),
  folder: z.string(),
  isActive: z.boolean(),
  backfillDays: z.int(),
  readAt: moment.nullable().meta({ description: 'When it was last read without a fault' }),
  lastError: z.string().nullable(),
  failures: z.int().meta({ description: 'How often in a row it could not be read' }),
  createdAt: moment,
  updatedAt: moment,
})
const testAnswer = z.object({
  isOk: z.boolean(),
  error: z.string().nullable(),
  folders: z.array(z.string()),
  messages: z.int().nullable().meta({ description: 'How many mails are in the folder' }),
  refreshToken: z.string().nullable().meta({
    description: 'The one to enter, where the provider has exchanged the given one; it may hold no longer',
  }),
})
const EXAMPLE = {
  id: '0198c0de-0000-7000-8000-000000000001',
  userId: null,
  host: 'imap.example.com',
  port: 993,
  security: 'TLS',
  username: 'sales@example.com',
  auth: 'PASSWORD',
  tokenUrl: null,
  clientId: null,
  folder: 'INBOX',
  isActive: true,
  backfillDays: 30,
  readAt: '2026-01-31T09:30:00.000Z',
  lastError: null,
  failures: 0,
  createdAt: '2026-01-31T09:00:00.000Z',
  updatedAt: '2026-01-31T09:00:00.000Z',
}
const EXAMPLE_NEW = {
  host: EXAMPLE.host,
  username: EXAMPLE.username,
  password: '…',
  isShared: true,
  backfillDays: 30,
}

const MAILBOX = `b.id, b.user_id as "userId", b.host, b.port, b.security, b.username, b.auth, b.token_url as "tokenUrl", b.client_id as "clientId", b.folder, b.is_active as "isActive", b.backfill_days as "backfillDays", b.read_at as "readAt",
  b.last_error as "lastError", b.failures, b.created_at as "createdAt", b.updated_at as "updatedAt"`

/** Says early what would be refused at every connection. @throws Refusal 400 at `host`, `oauth` or `password` */
async function checkAccount(app: App, body: Partial<Given>, isWhole: boolean): Promise<void> {
  if (body.oauth && body.password !== undefined)
    throw invalid({ path: 'oauth', message: 'stands in the place of a password: give one of the two' })
  if (isWhole && !body.oauth && body.password === undefined)
    throw invalid({ path: 'password', code: 'REQUIRED', message: 'is required, or `oauth` in its place' })
  const guard = new AddressGuard(app.config.imapPrivateNetworks)
  const problem = body.oauth && tokenUrlProblem(body.oauth.tokenUrl, guard)
  if (problem) throw invalid({ path: 'oauth.tokenUrl', ...problem })
  if (body.host !== undefined) await checkHost(guard, body.host)
}

async function checkHost(guard: AddressGuard, given: string): Promise<void> {
  const url = new URL(`https://${isIP(given) === 6 ? `[${given}]` : given}`)
  const problem = guard.problemOf(url)
  if (problem) throw invalid({ path: 'host', ...problem })
  if (await guard.resolvesToRefused(given, RESOLVE_WITHIN_MS))
    throw invalid({
      path: 'host',
      code: 'PRIVATE_ADDRESS',
      message: 'leads to a private, loopback or link-local address',
    })
}

/** @throws Refusal 404, also for those of other members */
async function find(tx: Tx, id: string, more = ''): Promise<Row> {
  const [row] = await tx.session.rows(
    `select ${MAILBOX}${more} from mailboxes b where b.workspace_id = $1::uuid and b.id = $2::uuid`,
    [tx.who.workspaceId, id],
  )
  if (!row) throw notFound('Mailbox')
  return row
}

const completed = (given: Given): Account => ({
  ...given,
  security: given.security ?? 'TLS',
  port: given.port ?? PORTS[given.security ?? 'TLS'],
  folder: given.folder ?? 'INBOX',
})

async function create(
  app: App,
  tx: Tx,
  { isShared, isActive = true, backfillDays = 0, ...given }: z.infer<typeof newMailbox>,
) {
  if (isShared && !reaches(tx.who.role, 'ADMIN'))
    throw forbidden('Only an admin or owner may enter a mailbox of the workspace')
  const { workspaceId, userId } = tx.who
  const [count] = await tx.session.rows('select count(*) as n from mailboxes where workspace_id = $1::uuid', [
    workspaceId,
  ])
  if ((count!.n as number) >= MAILBOXES_AT_MOST)
    throw invalid({
      path: 'host',
      code: 'LIMIT',
      params: { maximum: MAILBOXES_AT_MOST },
      message: `there are ${MAILBOXES_AT_MOST} mailboxes already`,
    })
  const { host, port, security, username, folder } = completed(given)
  const secret = given.oauth ?? given.password!
  const id = newId()
  await tx.session.rows(
    `insert into mailboxes (workspace_id, id, user_id, created_by_id, host, port, security, username, sealed_password, folder, is_active, backfill_days, auth, token_url, client_id, next_read_at)
     values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6::int, $7, $8, $9, $10, $11::boolean, $12::int, $13, $14, $15, now())`,
    [
      workspaceId,
      id,
      isShared ? null : userId,
      userId,
      host,
      port,
      security,
      username,
      sealSecret(app, id, secret),
      folder,
      isActive,
      backfillDays,
      ...wayOf(given.oauth),
    ],
  )
  await tell(tx, id, 'created', { host: { new: host }, username: { new: username } })
  if (isActive) await app.jobs.enqueue(tx, readJob, { mailboxId: id })
  return find(tx, id)
}

/** How it is signed in to, and what of that may be seen. */
const wayOf = (oauth: OAuth | undefined) =>
  oauth ? ['OAUTH2', oauth.tokenUrl, oauth.clientId] : ['PASSWORD', null, null]

const tell = (
  tx: Tx,
  id: string,
  action: EventAction,
  changes?: Record<string, { old?: unknown; new?: unknown }>,
) => tellEvent(tx, { action, entityType: 'mailbox', entityId: id, changes })

/** Where the password is sent: of these none may change without it, or it would go to whoever has entered another. */
const BOUND_TO_PASSWORD = ['host', 'port', 'security', 'username'] as const
const PLAIN = [...BOUND_TO_PASSWORD, 'folder', 'isActive', 'backfillDays'] as const

async function change(app: App, tx: Tx, id: string, body: z.infer<typeof changedMailbox>) {
  const before = await find(tx, id, ', b.sealed_password as "sealedPassword"')
  const after = { ...before, ...Object.fromEntries(Object.entries(body).filter(([, v]) => v !== undefined)) }
  const changed = PLAIN.filter(key => after[key] !== before[key])
  const secret = body.oauth ?? body.password
  if (secret === undefined && BOUND_TO_PASSWORD.some(key => changed.includes(key)))
    throw invalid({
      path: before.auth === 'OAUTH2' ? 'oauth' : 'password',
      code: 'PASSWORD_AGAIN',
      message: 'must be given again where server or user name change',
    })
  if (!changed.length && secret === undefined) return find(tx, id)
  const isElsewhere =
    changed.some(key => key !== 'isActive' && key !== 'backfillDays') ||
    (after.backfillDays as number) > (before.backfillDays as number)
  await tx.session.rows(
    `update mailboxes set host = $3, port = $4::int, security = $5, username = $6, folder = $7, is_active = $8::boolean, sealed_password = $9, backfill_days = $11::int, auth = $12, token_url = $13, client_id = $14,
       uid_validity = case when $10::boolean then null else uid_validity end, uid_next = case when $10::boolean then null else uid_next end,
       failures = 0, last_error = null, next_read_at = now(), lease_id = null, leased_until = null, updated_at = now()
     where workspace_id = $1::uuid and id = $2::uuid`,
    [
      tx.who.workspaceId,
      id,
      ...[after.host, after.port, after.security, after.username, after.folder, after.isActive],
      secret === undefined ? before.sealedPassword : sealSecret(app, id, secret),
      isElsewhere,
      after.backfillDays,
      ...(secret === undefined ? [before.auth, before.tokenUrl, before.clientId] : wayOf(body.oauth)),
    ],
  )
  const told = Object.fromEntries(changed.map(key => [key, { old: before[key], new: after[key] }]))
  await tell(tx, id, secret === undefined ? 'updated' : 'passwordChanged', told)
  if (after.isActive) await app.jobs.enqueue(tx, readJob, { mailboxId: id })
  return find(tx, id)
}

async function remove(tx: Tx, id: string): Promise<void> {
  const before = await find(tx, id)
  await tx.session.rows('delete from mailboxes where workspace_id = $1::uuid and id = $2::uuid', [
    tx.who.workspaceId,
    id,
  ])
  await tell(tx, id, 'deleted', { host: { old: before.host }, username: { old: before.username } })
}

/** Tries an account; what the server says is the answer, and no refusal of ours. */
async function tried(
  looking: () => Promise<{ folders: string[]; messages: number; refreshToken?: string | null }>,
): Promise<z.infer<typeof testAnswer>> {
  try {
    return { isOk: true, error: null, refreshToken: null, ...(await looking()) }
  } catch (error) {
    if (!(error instanceof MailboxFault)) throw error
    return { isOk: false, error: error.message, folders: [], messages: null, refreshToken: null }
  }
}

async function tryGiven(app: App, { oauth, ...given }: Given): Promise<z.infer<typeof testAnswer>> {
  const guard = new AddressGuard(app.config.imapPrivateNetworks)
  let exchanged: string | null = null
  const result = await tried(async () => {
    if (!oauth) return survey(completed(given), guard)
    const { accessToken, refreshToken } = await refreshed(oauth, guard)
    if (refreshToken !== oauth.refreshToken) exchanged = refreshToken
    return survey({ ...completed(given), accessToken }, guard)
  })
  // Also where the mail server refuses: the given one may be worth nothing by now.
  return { ...result, refreshToken: exchanged }
}

const common = { tag: 'mailboxes', access: 'MEMBER' } as const
const TESTED = { isOk: true, error: null, folders: ['Archive', 'INBOX'], messages: 12, refreshToken: null }

export const mailboxOperations: Operation[] = [
  operation({
    ...common,
    method: 'GET',
    path: '/mailboxes',
    summary: 'List the mailboxes that are read: my own, for admins all',
    query: z.strictObject({
      ...paging,
      isActive: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'Only those that are read, or only others' }),
    }),
    answers: listOf(mailboxAnswer),
    document: { answerExample: { rows: [EXAMPLE], total: 1, nextCursor: null } },
    handle: ({ tx, query }) =>
      readPage(tx, {
        select: MAILBOX,
        from: 'from mailboxes b where b.workspace_id = $1::uuid and ($2::boolean is null or b.is_active = $2::boolean)',
        params: [tx.who.workspaceId, query.isActive ?? null],
        key: 'b.id',
        query,
      }),
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/mailboxes',
    status: 201,
    summary: 'Have a mailbox read by IMAP, from now on or from some days ago',
    description:
      'About every minute. Each mail is filed once, as one that a service delivers to `POST /emails/inbound`: answers with the mail and deal that they answer, others with the contact who has the address; reports of failed deliveries mark mail, contact and campaign; mail of strangers and of members is not kept. Nothing is changed in the mailbox.',
    body: newMailbox,
    answers: mailboxAnswer,
    document: { example: EXAMPLE_NEW, answerExample: EXAMPLE },
    before: ({ app, body }) => checkAccount(app, body, true),
    handle: ({ app, tx, body }) => create(app, tx, body),
  }),
  streamOperation({
    ...common,
    method: 'POST',
    path: '/mailboxes/test',
    rate: 'import',
    summary: 'Try whether a mailbox can be read, without keeping anything',
    body: tested,
    answers: testAnswer,
    document: {
      example: { host: EXAMPLE.host, username: EXAMPLE.username, password: '…' },
      answerExample: TESTED,
    },
    before: ({ app, body }) => checkAccount(app, body, true),
    handle: ({ app, body }) => tryGiven(app, body),
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/mailboxes/:id',
    summary: 'Read the settings of a mailbox, without the password',
    params: idParams,
    answers: mailboxAnswer,
    document: { answerExample: EXAMPLE },
    handle: ({ tx, params }) => find(tx, params.id),
  }),
  ...(['PATCH', 'PUT'] as const).map(method =>
    operation({
      ...common,
      method,
      path: '/mailboxes/:id',
      summary: `Change a mailbox; stop reading it, or go on${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
      params: idParams,
      body: changedMailbox,
      answers: mailboxAnswer,
      document: { example: { isActive: false }, answerExample: { ...EXAMPLE, isActive: false } },
      before: ({ app, body }) => checkAccount(app, body, false),
      handle: ({ app, tx, params, body }) => change(app, tx, params.id, body),
    }),
  ),
  operation({
    ...common,
    method: 'DELETE',
    path: '/mailboxes/:id',
    status: 204,
    answers: 'nothing',
    summary: 'Forget a mailbox and its password; what was filed stays',
    params: idParams,
    handle: ({ tx, params }) => remove(tx, params.id),
  }),
  streamOperation({
    ...common,
    method: 'POST',
    path: '/mailboxes/:id/test',
    rate: 'import',
    summary: 'Try whether a mailbox can be read with what is kept',
    params: idParams,
    answers: testAnswer,
    document: { answerExample: TESTED },
    async handle({ app, who, params }) {
      const row = await app.database.inWorkspace(
        who,
        tx => find(tx, params.id, ', b.sealed_password as "sealedPassword"'),
        'read',
      )
      const kept = { ...row, workspaceId: who.workspaceId } as unknown as Kept
      return tried(() => withAccount(app, kept, survey))
    },
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/mailboxes/:id/read',
    summary: 'Read a mailbox now rather than within the next minute',
    params: idParams,
    answers: mailboxAnswer,
    document: { answerExample: EXAMPLE },
    async handle({ app, tx, params }) {
      const found = await find(tx, params.id)
      await tx.session.rows(
        'update mailboxes set next_read_at = now() where workspace_id = $1::uuid and id = $2::uuid',
        [tx.who.workspaceId, params.id],
      )
      await app.jobs.enqueue(tx, readJob, { mailboxId: params.id })
      return found
    },
  }),
]
