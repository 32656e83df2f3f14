import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '#core/db/workspace.ts'
import type { Program } from '#core/program.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { allRecords } from '#core/record/registry.ts'
import { violations } from './json-schema.ts'
import { CSV, csvOf, fresh, type Samples } from './samples.ts'
import { anotherSession, type Person, personIn, type Reply } from './world.ts'

/** One route of the OpenAPI document, with all that the cross-cutting suite needs of it. */
export type Route = {
  key: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  places: string[]
  query: string[]
  headers: string[]
  body: { schema: any; types: string[] } | undefined
  responses: Record<string, any>
  least: Role | 'user' | 'public'
}

export type Filled = {
  path: string
  body?: unknown
  query?: Record<string, string>
  headers?: Record<string, string>
}
/** Who fills: `samples` make records as the first workspace's owner. */
type Filler = (samples: Samples) => Promise<Partial<Filled> & { ids?: Record<string, string> }>

/**
 * What a route is called with so that it succeeds, where its path and its documented body do not say it.
 * A new route that is neither generic nor listed here fails the suite: add a line, and it is covered.
 */
const FILLERS: Record<string, Filler> = {
  'POST /contacts/bulk-delete': async samples => ({
    body: { ids: [(await samples.create(named('contact'))).id] },
  }),
  'PUT /deals/{id}/stage': async samples => ({
    body: { stageId: (await samples.person.get('/stages?sort=-order')).body.rows[0].id },
  }),
  'POST /leads/{id}/convert': async () => ({ body: { amount: 12.34 } }),
  'POST /pipelines': async () => ({ body: { name: fresh('Pipeline '), stages: [{ name: 'One' }] } }),
  'POST /stages': async () => ({ body: { name: fresh('Stage ') } }),
  'PUT /stages/reorder': async samples => {
    const { rows } = (await samples.person.get('/stages')).body
    const own = rows.filter((row: any) => row.pipelineId === rows[0].pipelineId).map((row: any) => row.id)
    return { body: { stageIds: own.reverse() } }
  },
  'PUT /pipelines/{id}/stages': async samples => {
    const made = await samples.person.post('/pipelines', { name: fresh('Pipeline ') })
    return { ids: { id: made.body.id }, body: { stages: [{ name: fresh('Stage ') }] } }
  },
  'POST /ai/lead-score': async samples => ({ body: { leadId: await samples.idOf('lead') } }),
  'POST /ai/deal-score': async samples => ({ body: { dealId: await samples.idOf('deal') } }),
  'POST /ai/scores': async samples => ({ body: { kind: 'lead', ids: [await samples.idOf('lead')] } }),
  'POST /ai/sentiment': async () => ({ body: { text: 'They like it.' } }),
  'GET /ai/models/{id}': async ({ person }) => ({
    ids: { id: (await person.post('/ai/models/lead/train', {})).body.id },
  }),
  'POST /ai/models/lead/train': async () => ({ body: { without: [fresh('field ')] } }),
  'POST /ai/models/deal/train': async () => ({ body: { without: [fresh('field ')] } }),
  'POST /activities/{id}/findings': async samples => ({
    ids: { id: (await newFinding(samples)).id },
    body: {},
  }),
  'POST /activities/{id}/findings/{findingId}/accept': async samples => ({ ids: await newFinding(samples) }),
  'POST /activities/{id}/findings/{findingId}/reject': async samples => ({ ids: await newFinding(samples) }),
  'POST /reports/run': async () => ({
    body: { entity: 'deal', groupBy: ['ownerId'], measures: [{ op: 'sum', field: 'amount' }] },
  }),
  'POST /files/upload': async samples => samples.fileForm(),
  'POST /files/bulk': async samples => ({
    body: {
      operations: [{ op: 'update', id: (await samples.create(named('file'))).id, data: { tags: [fresh()] } }],
    },
  }),
  'POST /email-templates/{id}/preview': async () => ({ body: {} }),
  'POST /email-templates/preview': async () => ({ body: { subject: 'Hello', body: 'Good morning' } }),
  'POST /emails': async samples => {
    const contact = { firstName: 'Ida', email: `${fresh()}@sample.example` }
    const { id } = (await samples.person.post('/contacts', contact)).body
    return { body: { contactIds: [id], subject: 'Hello {{ contact.firstName }}', body: 'Good morning' } }
  },
  'POST /ai/deal-coach/{dealId}': async samples => ({ ids: { dealId: await samples.idOf('deal') } }),
  'POST /ai/win-loss-explainer/{dealId}': async samples => ({ ids: { dealId: await samples.idOf('deal') } }),
  'POST /ai/persona-builder/{contactId}': async samples => ({
    ids: { contactId: await samples.idOf('contact') },
  }),
  'POST /ai/objection-handler': async () => ({ body: { objection: 'That is too expensive for us' } }),
  'POST /ai/email-draft': async samples => ({
    body: { leadId: await samples.idOf('lead'), purpose: 'introduction' },
  }),
  'POST /ai/insights': async () => ({ body: {} }),
  'POST /ai/next-actions': async () => ({ body: { limit: 3 } }),
  'POST /ai/summarize': async samples => ({ body: { companyId: await samples.idOf('company') } }),
  'POST /campaigns/{id}/contacts': async samples => ({
    body: { contactIds: [(await samples.create(named('contact'))).id] },
  }),
  'DELETE /campaigns/{id}/contacts/{contactId}': async samples => ({ ids: await samples.campaignContact() }),
  'POST /campaigns/{id}/send': async samples => {
    const templateId = await samples.idOf('emailTemplate')
    const made = await samples.person.post('/campaigns', { name: fresh('Campaign '), templateId })
    return { ids: { id: made.body.id } }
  },
  'POST /imports/{id}/cancel': async samples => ({ ids: { id: await samples.waitingImport() } }),
  'POST /imports/values': async () => ({
    body: { entity: 'deal', columns: [{ header: 'Stage', field: 'stageName', values: ['Won'] }] },
  }),
  'POST /invites': async () => ({ body: { email: `${fresh()}@sample.example`, role: 'VIEWER' } }),
  'DELETE /invites/{id}': async samples => {
    const made = await samples.person.post('/invites', { email: `${fresh()}@sample.example` })
    return { ids: { id: made.body.id } }
  },
  'PATCH /memberships/{id}': async samples => ({
    ids: { id: await newMembership(samples) },
    body: { role: 'MEMBER' },
  }),
  'PUT /memberships/{id}': async samples => ({
    ids: { id: await newMembership(samples) },
    body: { isActive: false },
  }),
  'DELETE /memberships/{id}': async samples => ({ ids: { id: await newMembership(samples) } }),
  'POST /api-keys': async () => ({ body: { name: fresh('Key '), scopes: ['read'] } }),
  'GET /api-keys/{id}': async samples => ({ ids: { id: await newKey(samples) } }),
  'PATCH /api-keys/{id}': async samples => ({
    ids: { id: await newKey(samples) },
    body: { name: fresh('Key ') },
  }),
  'PUT /api-keys/{id}': async samples => ({
    ids: { id: await newKey(samples) },
    body: { scopes: ['write'] },
  }),
  'DELETE /api-keys/{id}': async samples => ({ ids: { id: await newKey(samples) } }),
  'POST /webhooks': async () => ({ body: WEBHOOK }),
  'GET /webhooks/{id}': async samples => ({ ids: { id: await newWebhook(samples) } }),
  'PATCH /webhooks/{id}': async samples => ({
    ids: { id: await newWebhook(samples) },
    body: { name: fresh('Hook ') },
  }),
  'PUT /webhooks/{id}': async samples => ({
    ids: { id: await newWebhook(samples) },
    body: { events: ['deal.*'] },
  }),
  'DELETE /webhooks/{id}': async samples => ({ ids: { id: await newWebhook(samples) } }),
  'POST /webhooks/{id}/rotate-secret': async samples => ({
    ids: { id: await newWebhook(samples) },
    body: { overlapHours: 1 },
  }),
  'POST /webhooks/{id}/test': async samples => ({ ids: { id: await newWebhook(samples) } }),
  'GET /webhooks/{id}/deliveries': async samples => ({ ids: { id: await newWebhook(samples) } }),
  'GET /webhooks/{id}/deliveries/{deliveryId}': async samples => ({ ids: await newDelivery(samples) }),
  'POST /webhooks/{id}/deliveries/{deliveryId}/replay': async samples => ({
    ids: await newDelivery(samples),
  }),
  'PATCH /ai/settings': async () => ({ body: { monthlyTokens: someTokens() } }),
  'PUT /ai/settings': async () => ({ body: { monthlyTokens: someTokens() } }),
  'DELETE /calendar/feed': async ({ person }) => {
    await person.post('/calendar/feed')
    return {}
  },
  'POST /mailboxes': async () => ({ body: MAILBOX }),
  'POST /mailboxes/test': async () => ({ body: { ...MAILBOX, isActive: undefined } }),
  'GET /mailboxes/{id}': async samples => ({ ids: { id: await newMailbox(samples) } }),
  'PATCH /mailboxes/{id}': async samples => ({
    ids: { id: await newMailbox(samples) },
    body: { folder: fresh('Folder ') },
  }),
  'PUT /mailboxes/{id}': async samples => ({
    ids: { id: await newMailbox(samples) },
    body: { folder: fresh('Folder ') },
  }),
  'DELETE /mailboxes/{id}': async samples => ({ ids: { id: await newMailbox(samples) } }),
  'POST /mailboxes/{id}/test': async samples => ({ ids: { id: await newMailbox(samples) } }),
  'POST /mailboxes/{id}/read': async samples => ({ ids: { id: await newMailbox(samples) } }),
  'POST /notifications/{id}/read': async samples => ({ ids: { id: await notified(samples) } }),
  'PATCH /notifications/preferences': async () => ({ body: PREFERENCE }),
  'PUT /notifications/preferences': async () => ({ body: PREFERENCE }),
  'GET /users/{id}': async samples => ({ ids: { id: samples.person.id } }),
  'PATCH /users/{id}': async samples => ({ ids: { id: samples.person.id }, body: { name: fresh('Olga ') } }),
  'PUT /users/{id}': async samples => ({ ids: { id: samples.person.id }, body: { name: fresh('Olga ') } }),
  'DELETE /users/{id}': async ({ person }) => ({
    ids: { id: (await personIn(person.workspaceId, 'VIEWER', 'Vito')).id },
  }),
  'DELETE /auth/sessions/{id}': async samples => ({ ids: { id: await anotherSession(samples.person) } }),
  'DELETE /auth/sessions': async samples => {
    await anotherSession(samples.person)
    return {}
  },
  'POST /auth/resend-verification': async () => ({ body: {} }),
  'POST /auth/forgot-password': async () => ({ body: { email: `${fresh()}@sample.example` } }),
  'POST /auth/2fa/setup': async () => ({ body: {} }),
  'PATCH /auth/me': async () => ({ body: { name: fresh('Olga ') } }),
  'PUT /auth/me': async () => ({ body: { name: fresh('Olga ') } }),
  'PUT /custom-fields/reorder': async samples => {
    const [first, second] = [await newField(samples), await newField(samples)]
    return { body: { entity: 'deal', fieldIds: [second, first] } }
  },
  'POST /workspaces': async () => ({ body: { name: fresh('Workspace ') } }),
  'POST /workspaces/switch': async samples => ({ body: { workspaceId: samples.person.workspaceId } }),
  'PATCH /workspaces/current': async () => ({ body: { name: fresh('Workspace ') } }),
  'PUT /workspaces/current': async () => ({ body: { name: fresh('Workspace ') } }),
  'PATCH /companies/me': async () => ({ body: { name: fresh('Workspace ') } }),
  'PUT /companies/me': async () => ({ body: { name: fresh('Workspace ') } }),
  'POST /jobs/{id}/retry': async samples => ({ ids: { id: await samples.failedJob() } }),
  'DELETE /jobs/{id}': async samples => ({ ids: { id: await samples.failedJob() } }),
  'POST /trash/{id}/restore': async samples => ({ ids: { id: await trashed(samples) } }),
  'GET /search': async () => ({ query: { q: 'sample' } }),
  'POST /search': async () => ({ body: { q: 'sample' } }),
  'POST /companies/merge': async samples => ({ body: await samples.mergeBody('company') }),
  'POST /contacts/merge': async samples => ({ body: await samples.mergeBody('contact') }),
  'POST /leads/merge': async samples => ({ body: await samples.mergeBody('lead') }),
  'PATCH /tags/{tag}': async samples => ({ ids: { tag: await tagged(samples) }, body: { name: fresh() } }),
  'DELETE /tags/{tag}': async samples => ({ ids: { tag: await tagged(samples) } }),
  'POST /tags/merge': async samples => ({
    body: { from: [await tagged(samples), await tagged(samples)], into: fresh() },
  }),
  'DELETE /trash/{id}': async samples => ({ ids: { id: await trashed(samples) } }),
  'POST /ai/chat': async () => ({ body: saying('help') }),
  'GET /ai/conversations/{id}': async samples => ({ ids: { id: await newConversation(samples) } }),
  'PATCH /ai/conversations/{id}': async samples => ({
    ids: { id: await newConversation(samples) },
    body: { title: fresh('Talk ') },
  }),
  'PUT /ai/conversations/{id}': async samples => ({
    ids: { id: await newConversation(samples) },
    body: { title: fresh('Talk ') },
  }),
  'DELETE /ai/conversations/{id}': async samples => ({ ids: { id: await newConversation(samples) } }),
  'GET /ai/proposals/{id}': async samples => ({ ids: { id: await newProposal(samples) } }),
  'POST /ai/proposals/{id}/confirm': async samples => ({ ids: { id: await newProposal(samples) }, body: {} }),
  'POST /ai/proposals/{id}/reject': async samples => ({ ids: { id: await newProposal(samples) }, body: {} }),
  'POST /mcp': async () => ({
    body: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    headers: { accept: 'application/json, text/event-stream' },
  }),
}

const saying = (content: string) => ({ messages: [{ role: 'user', content }], stream: false })
const BUILTIN = { query: { fallback: 'builtin' } }
const newConversation = async ({ person }: Samples): Promise<string> =>
  (await person.post('/ai/chat', saying('help'), BUILTIN)).body.conversationId
export const newProposal = async ({ person }: Pick<Samples, 'person'>): Promise<string> =>
  (await person.post('/ai/chat', saying(`create a task to check ${fresh('box ')}`), BUILTIN)).body
    .proposals[0].id

const REGISTRATION: Filler = async () => ({
  body: { name: 'Ida Moser', email: `${fresh()}@sample.example`, password: 'seven green bicycles' },
})
const someTokens = () => 1_000_000 + Math.floor(Math.random() * 1e9)
const MAIL_TOKEN = 'x'.repeat(43)

/**
 * Routes whose success needs a secret that only a mail, an app or a password tells, or that end the caller's
 * own session. `why` says which tests see them succeed; `call` has the right shape, so that they are in every
 * loop over what is refused.
 */
export const BY_HAND: Record<string, { why: string; call: Filler }> = {
  'POST /sample-data': { why: 'makes hundreds: demo/sample.test.ts', call: async () => ({}) },
  'DELETE /sample-data': { why: 'needs those hundreds: demo/sample.test.ts', call: async () => ({}) },
  'POST /auth/register': { why: 'makes somebody else: people/auth.test.ts', call: REGISTRATION },
  'POST /auth/signup': { why: 'makes somebody else: people/auth.test.ts', call: REGISTRATION },
  'POST /companies/signup': { why: 'makes somebody else: people/auth.test.ts', call: REGISTRATION },
  'POST /auth/login': {
    why: 'needs a password: people/auth.test.ts, login-guard.test.ts',
    call: async () => ({ body: { email: 'ida@sample.example', password: 'seven green bicycles' } }),
  },
  'POST /auth/refresh': {
    why: 'needs a refresh token: people/refresh.test.ts',
    call: async () => ({ body: { refreshToken: MAIL_TOKEN } }),
  },
  'POST /auth/logout': {
    why: "ends the caller's session: people/auth.test.ts",
    call: async () => ({ body: { refreshToken: MAIL_TOKEN } }),
  },
  'POST /auth/verify-email': {
    why: 'needs the token of a mail: people/auth.test.ts',
    call: async () => ({ body: { token: MAIL_TOKEN } }),
  },
  'GET /auth/verify-email': {
    why: 'needs the token of a mail: people/auth.test.ts',
    call: async () => ({ query: { token: MAIL_TOKEN } }),
  },
  'POST /auth/reset-password': {
    why: 'needs the token of a mail: people/passwords.test.ts',
    call: async () => ({ body: { token: MAIL_TOKEN, password: 'seven green bicycles' } }),
  },
  'POST /auth/change-password': {
    why: 'needs the password: people/passwords.test.ts',
    call: async () => ({ body: { currentPassword: 'x', newPassword: 'seven green bicycles' } }),
  },
  'POST /auth/2fa/enable': {
    why: 'needs a code of the app: people/two-factor.test.ts',
    call: async () => ({ body: { code: '123456' } }),
  },
  'POST /auth/2fa/disable': {
    why: 'needs the password: people/two-factor.test.ts',
    call: async () => ({ body: { password: 'x' } }),
  },
  'POST /auth/2fa/recovery-codes': {
    why: 'needs the password: people/two-factor.test.ts',
    call: async () => ({ body: { password: 'x' } }),
  },
  'POST /ai/settings/test': {
    why: 'needs a server of models: ai-settings/ai-settings.test.ts',
    call: async () => ({ body: { model: 'gpt-5' } }),
  },
  'POST /emails/inbound/{token}': {
    why: 'needs the secret of the address: emails/inbound.test.ts',
    call: async () => ({
      ids: { token: `${'0'.repeat(32)}${MAIL_TOKEN}` },
      body: { from: 'ida@sample.example' },
    }),
  },
  'POST /emails/events/{token}': {
    why: 'needs the secret of the address: emails/reports.test.ts',
    call: async () => ({
      ids: { token: `${'0'.repeat(32)}${MAIL_TOKEN}` },
      body: { event: 'delivered', email: 'ida@sample.example' },
    }),
  },
  'GET /track/open/{token}': {
    why: 'needs the link of a mail: campaigns/campaigns.test.ts',
    call: async () => ({ ids: { token: 'x'.repeat(64) } }),
  },
  'GET /track/click/{token}': {
    why: 'needs the link of a mail: campaigns/campaigns.test.ts',
    call: async () => ({ ids: { token: 'x'.repeat(64) }, query: { url: 'https://shop.example/' } }),
  },
  'GET /outbox/{id}': {
    why: 'needs a mail that was kept as a file: outbox/outbox.test.ts',
    call: async () => ({ ids: { id: randomUUID() } }),
  },
  'GET /calendar/{token}.ics': {
    why: 'needs the secret of the address: calendar/calendar.test.ts',
    call: async () => ({ ids: { token: `${'0'.repeat(32)}${MAIL_TOKEN}` } }),
  },
  'GET /unsubscribe/{token}': {
    why: 'needs the link of a mail: campaigns/campaigns.test.ts',
    call: async () => ({ ids: { token: 'x'.repeat(64) } }),
  },
  'POST /unsubscribe/{token}': {
    why: 'needs the link of a mail: campaigns/campaigns.test.ts',
    call: async () => ({ ids: { token: 'x'.repeat(64) }, body: {} }),
  },
  'POST /invites/accept': {
    why: 'needs the token of an invite: people/invites.test.ts',
    call: async () => ({ body: { token: MAIL_TOKEN, name: 'Ida', password: 'seven green bicycles' } }),
  },
}

/** The least role of routes that differ from the rule: reading needs VIEWER, all else MEMBER. */
const LEAST: Array<[RegExp, Route['least']]> = [
  [/^(POST|PUT|PATCH|DELETE) \/(pipelines|stages|custom-fields)(\/|$)/, 'ADMIN'],
  [/^(POST|PATCH|DELETE) \/tags\//, 'ADMIN'],
  [/^(POST|DELETE) \/sample-data$/, 'ADMIN'],
  [/^POST \/search$/, 'VIEWER'],
  [/^GET \/ai\/win-loss$/, 'MEMBER'],
  [/^POST \/reports\/(run|\{id\}\/(un)?subscribe)$/, 'VIEWER'],
  [/^GET \/audit-logs(\/export)?$/, 'ADMIN'],
  [/^POST \/email-templates\/(\{id\}\/)?preview$/, 'VIEWER'],
  [/^POST \/emails\/inbound$/, 'ADMIN'],
  [/^\w+ \/jobs(\/|$)/, 'ADMIN'],
  [/^DELETE \/trash\//, 'ADMIN'],
  [/^\w+ \/ai\/(settings|usage)(\/|$)/, 'ADMIN'],
  [/^POST \/ai\/models\//, 'ADMIN'],
  [/^GET \/ai\/models(\/|$)/, 'MEMBER'],
  [/^\w+ \/(invites|api-keys|webhooks)(\/|$)/, 'ADMIN'],
  [/^(PATCH|PUT) \/memberships\//, 'ADMIN'],
  // Whoever is in may leave; who may remove others is decided by whom it is about.
  [/^DELETE \/(memberships|users)\//, 'VIEWER'],
  // Everybody may change their own name.
  [/^(PATCH|PUT) \/users\//, 'VIEWER'],
  [/^(PATCH|PUT) \/(workspaces\/current|companies\/me)$/, 'ADMIN'],
  [/^\w+ \/auth\//, 'user'],
  [/^(GET|POST) \/workspaces(\/switch)?$/, 'user'],
  [/^POST \/realtime\/ticket$/, 'user'],
  [/^\w+ \/notifications(\/|$)/, 'VIEWER'],
  [/^\w+ \/calendar\/feed$/, 'VIEWER'],
  [/^GET \/outbox(\/|$)/, 'ADMIN'],
  // Whoever may not ask the assistant has talked to nobody.
  [/^GET \/ai\/(conversations|proposals)(\/|$)/, 'MEMBER'],
  // A viewer has no mailbox.
  [/^GET \/mailboxes(\/|$)/, 'MEMBER'],
]

/** Routes that change nothing although they are no GET, so that no event is expected of them. */
const WRITES_NOTHING = new Set<string>([
  // Answers by what is there; nothing is kept.
  ...['deal-coach/{dealId}', 'win-loss-explainer/{dealId}', 'persona-builder/{contactId}'].map(
    path => `POST /ai/${path}`,
  ),
  ...['objection-handler', 'email-draft', 'insights', 'next-actions', 'summarize'].map(
    path => `POST /ai/${path}`,
  ),
  // What is said is its person's own affair; what comes of it is proposed, and written by a confirmation.
  'POST /ai/chat',
  'PATCH /ai/conversations/{id}',
  'PUT /ai/conversations/{id}',
  'DELETE /ai/conversations/{id}',
  'POST /ai/proposals/{id}/reject',
  // Lists its tools; those that write leave the events of what they call.
  'POST /mcp',
  'POST /search',
  'POST /imports/values',
  // Reads, by a body that no query string holds.
  'POST /reports/run',
  // Who wants the mails of a report is their own affair.
  'POST /reports/{id}/subscribe',
  'POST /reports/{id}/unsubscribe',
  // Shows how a mail would read.
  'POST /email-templates/{id}/preview',
  'POST /email-templates/preview',
  // Asks another server whether it would let one in, and keeps nothing.
  'POST /mailboxes/test',
  'POST /mailboxes/{id}/test',
  // Tell what follows from records and texts, and keep nothing.
  'POST /ai/lead-score',
  'POST /ai/deal-score',
  'POST /ai/scores',
  'POST /ai/sentiment',
  // Proposals follow from the text: only what is decided of them is told.
  'POST /activities/{id}/findings',
  // Asks a model for one word.
  'POST /ai/settings/test',
  // What comes of reading are events of their own.
  'POST /mailboxes/{id}/read',
  // Looks at a file and keeps nothing of it.
  ...['activities', 'companies', 'contacts', 'deals', 'leads', 'notes', 'tasks'].map(
    path => `POST /${path}/import/preview`,
  ),
  // The owner of the tests is verified, so there is nothing to send.
  'POST /auth/resend-verification',
  // Whether somebody has signed up with the address must not be seen from anywhere.
  'POST /auth/forgot-password',
  // Counts for nothing before it is enabled, which is told.
  'POST /auth/2fa/setup',
  // What somebody has read, and what they want to be told, is their own affair.
  'POST /notifications/{id}/read',
  'POST /notifications/read-all',
  'PATCH /notifications/preferences',
  'PUT /notifications/preferences',
  // A ticket is kept nowhere before it is used, and then only that it was.
  'POST /realtime/ticket',
  // Where a session looks is no change of the workspace.
  'POST /workspaces/switch',
])

const named = (name: string): RecordDefinition => allRecords().find(r => r.contract.name === name)!

/** An interaction, and what was read out of it. */
async function newFinding({ person }: Samples): Promise<{ id: string; findingId: string }> {
  const said = { type: 'CALL', content: 'It is too expensive for us.' }
  const { id } = (await person.post('/activities', said)).body
  return { id, findingId: (await person.post(`/activities/${id}/findings`, {})).body.rows[0].id }
}

async function trashed(samples: Samples): Promise<string> {
  const { id } = await samples.create(named('company'))
  await samples.person.delete(`/companies/${id}`)
  return id
}

/** A tag that one company has. */
async function tagged({ person }: Samples): Promise<string> {
  const tag = fresh('tag ')
  const made = await person.post('/companies', { name: 'Tagged', tags: [tag, 'other'] })
  assert.equal(made.status, 201, made.text)
  return tag
}

/** A name that is reserved for documentation, and an action that no deal knows, so that nothing reaches anybody. */
const WEBHOOK = { url: 'https://hooks.example.com/crm', events: ['deal.neverHappens'] }

/** A workspace has room for 50 webhooks, and the suites make more: each new one takes the place of the one before. */
async function newWebhook({ person }: Samples): Promise<string> {
  const { rows } = (await person.get('/webhooks?limit=200')).body
  for (const { id } of rows.slice(0, -5)) await person.delete(`/webhooks/${id}`)
  return (await person.post('/webhooks', WEBHOOK)).body.id
}

/** A name that no name server knows, so that nobody is reached. */
export const MAILBOX = {
  host: 'imap.sample.invalid',
  username: 'crm',
  password: 'not a password of anybody',
  isActive: false,
}

/** A workspace has room for so many; each new one takes the place of the one before. */
async function newMailbox({ person }: Samples): Promise<string> {
  const { rows } = (await person.get('/mailboxes?limit=200')).body
  for (const { id } of rows.slice(0, -3)) await person.delete(`/mailboxes/${id}`)
  return (await person.post('/mailboxes', MAILBOX)).body.id
}

const PREFERENCE = { preferences: [{ kind: 'STAGE_MOVED', email: false }] }

/** The latest notification of the person, after somebody has given them a task. */
export async function notified({ person }: Pick<Samples, 'person'>): Promise<string> {
  const latest = async () => (await person.get('/notifications?limit=1&kind=ASSIGNED')).body.rows[0]?.id
  const before = await latest()
  const other = await personIn(person.workspaceId, 'MEMBER', 'Nora')
  await other.post('/tasks', { title: fresh('Task '), assigneeId: person.id })
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(20)) {
    const now = await latest()
    if (now !== before) return now
  }
  throw new Error('nobody was notified within 10 s')
}

async function newDelivery(samples: Samples): Promise<{ id: string; deliveryId: string }> {
  const id = await newWebhook(samples)
  return { id, deliveryId: (await samples.person.post(`/webhooks/${id}/test`)).body.id }
}

async function newField({ person }: Samples): Promise<string> {
  const field = { entity: 'deal', key: fresh('k'), label: 'Moved', type: 'text' }
  return (await person.post('/custom-fields', field)).body.id
}

async function newKey({ person }: Samples): Promise<string> {
  return (await person.post('/api-keys', { name: fresh('Key '), scopes: ['read'] })).body.id
}

/** The membership of somebody who has just joined as a viewer. */
async function newMembership({ person }: Samples): Promise<string> {
  const { id } = await personIn(person.workspaceId, 'VIEWER', 'Vito')
  return (await person.get(`/users/${id}`)).body.membershipId
}

/** The record type whose path the route begins with. */
export const recordOf = (route: Route): RecordDefinition | undefined =>
  allRecords().find(record => record.contract.path === route.path.split('/')[1])

export const changesSomething = (route: Route): boolean =>
  route.method !== 'GET' && !WRITES_NOTHING.has(route.key) && !route.path.endsWith('/import/preview')

export type Document = { paths: Record<string, Record<string, any>>; components: any; servers: any[] }

/** The served document: the suite knows no route but those that it names. */
export const documentOf = async (program: Program): Promise<Document> =>
  (await program.server.inject({ url: '/openapi.json' })).json()

/** Where a run is narrowed to some routes, as test/new-record.slow.test.ts does: a pattern of their paths. */
const only = process.env.SUITE_ONLY ? new RegExp(process.env.SUITE_ONLY) : undefined
export const isWhole = only === undefined

/** The record types of this run. */
export const records = (): RecordDefinition[] =>
  allRecords().filter(record => !only || only.test(`/${record.contract.path}`))

export function routesOf(document: Document): Route[] {
  return everyRoute(document).filter(route => !only || only.test(route.path))
}

function everyRoute(document: Document): Route[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, operation]) => {
      const method = verb.toUpperCase() as Route['method']
      const key = `${method} ${path}`
      const parameters: Array<{ in: string; name: string }> = operation.parameters ?? []
      const of = (place: string) => parameters.filter(p => p.in === place).map(p => p.name)
      const content = operation.requestBody?.content
      return {
        key,
        method,
        path,
        places: of('path'),
        query: of('query'),
        headers: of('header'),
        body: content && { schema: Object.values<any>(content)[0].schema, types: Object.keys(content) },
        responses: operation.responses,
        least: operation.security?.length === 0 ? 'public' : leastOf(key, method),
      }
    }),
  )
}

const leastOf = (key: string, method: string): Route['least'] =>
  LEAST.find(([pattern]) => pattern.test(key))?.[1] ?? (method === 'GET' ? 'VIEWER' : 'MEMBER')

/** A call of the route that succeeds for the owner, unless it stands `BY_HAND`. @throws where the suite does not know how */
export async function fill(route: Route, samples: Samples): Promise<Filled> {
  const own = (await (FILLERS[route.key] ?? BY_HAND[route.key]?.call)?.(samples)) ?? {}
  const ids = own.ids ?? {}
  const record = recordOf(route)
  for (const place of route.places) {
    if (ids[place]) continue
    if (place !== 'id' || !record) throw unknown(route, `the place {${place}}`)
    ids[place] = await idFor(route, record, samples)
  }
  const path = route.path.replace(/\{(\w+)\}/g, (_, place: string) => ids[place]!)
  const body = own.body ?? (route.body ? await bodyFor(route, record, samples) : undefined)
  const headers = own.headers ?? (route.body && takesCsv(route) ? CSV : undefined)
  // An example of the settings may have named a model that is nowhere.
  const query = route.query.includes('fallback') ? { fallback: 'builtin', ...own.query } : own.query
  return {
    path,
    ...(body === undefined ? {} : { body }),
    ...(query ? { query } : {}),
    ...(headers ? { headers } : {}),
  }
}

async function idFor(route: Route, record: RecordDefinition, samples: Samples): Promise<string> {
  if (route.key !== `POST /${record.contract.path}/{id}/restore`) return (await samples.create(record)).id
  const { id } = await samples.another(record)
  await samples.person.delete(`/${record.contract.path}/${id}`)
  return id
}

async function bodyFor(
  route: Route,
  record: RecordDefinition | undefined,
  samples: Samples,
): Promise<unknown> {
  const ref: string = route.body?.schema?.$ref ?? ''
  if (record && ref.endsWith('Create')) return samples.body(record, true)
  if (record && ref.endsWith('Update')) return samples.change(record)
  if (record && route.key === `POST /${record.contract.path}/bulk`)
    return { operations: [{ op: 'create', data: await samples.body(record) }] }
  if (record && takesCsv(route)) return csvOf(await samples.body(record))
  throw unknown(route, 'its body')
}

const takesCsv = (route: Route): boolean => Boolean(route.body?.types.includes('text/csv'))

const unknown = (route: Route, what: string) =>
  new Error(
    `${route.key}: the suite does not know how to fill ${what}; add a line to FILLERS in test/routes.ts`,
  )

/** Calls the route as that person. */
export function callAs(
  person: Pick<Person, 'get' | 'post' | 'put' | 'patch' | 'delete'>,
  route: Route,
  { path, body, query, headers: own }: Filled,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const options = { headers: { ...own, ...headers }, ...(query ? { query } : {}) }
  if (route.method === 'GET') return person.get(path, options)
  const verb = route.method.toLowerCase() as 'post' | 'put' | 'patch' | 'delete'
  return person[verb](path, body, options)
}

/** The route's path with ids that nobody has. */
export const withStrangeIds = (route: Route): string => route.path.replace(/\{\w+\}/g, () => randomUUID())

/** A body that passes validation as far as the shape goes, for calls that are refused before it matters. */
export const anyBody = (route: Route): unknown => (route.body ? {} : undefined)

/** The answer is of a documented status and has the documented shape. */
export function checkAnswer(reply: Reply, route: Route, document: Document): void {
  const documented = route.responses[String(reply.status)]
  assert.ok(
    documented,
    `${route.key}: answered ${reply.status}, which is not documented: ${reply.text.slice(0, 300)}`,
  )
  const schema = documented.content?.['application/json']?.schema
  if (!schema) return
  const [type = ''] = String(reply.headers['content-type']).split(';')
  assert.ok(documented.content[type], `${route.key}: answers ${type}, which is not documented`)
  if (type !== 'application/json') return
  assert.deepEqual(violations(reply.body, schema, document), [], `${route.key} ${reply.status}`)
}

/** A refusal in the one envelope, with the code and, where named, an issue at that path. */
export function checkRefusal(reply: Reply, status: number, what: string, issuePath?: string): void {
  assert.equal(reply.status, status, `${what}: ${reply.text.slice(0, 400)}`)
  const { error, code, requestId, timestamp, issues } = reply.body
  assert.ok(typeof error === 'string' && error.length > 0 && error.length < 300, `${what}: error ${error}`)
  assert.match(code, /^[A-Z_]+$/, what)
  assert.equal(requestId, reply.headers['x-request-id'], what)
  assert.ok(Math.abs(Date.now() - Date.parse(timestamp)) < 60_000, what)
  if (issuePath !== undefined)
    assert.ok(
      issues?.some((issue: { path: string }) => issue.path === issuePath),
      `${what}: no issue at ${issuePath} in ${reply.text.slice(0, 400)}`,
    )
}
