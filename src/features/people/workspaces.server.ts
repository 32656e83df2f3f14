import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, notFound, Refusal, unauthenticated } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation, userOperation } from '#core/http/operation.ts'
import { pageOfAll, pagingQuery } from '#core/http/page.ts'
import { newId } from '#core/ids.ts'
import { foundWorkspace } from './founding.ts'
import { originOf, personById, tell } from './people.ts'
import {
  authAnswer,
  currency,
  EXAMPLE,
  EXAMPLE_AUTH,
  EXAMPLE_WORKSPACE,
  listOf,
  myWorkspaceAnswer,
  ONBOARDING_STEPS,
  settings,
  settingsChange,
  slug,
  strangersIn,
  timezone,
  workspaceAnswer,
  workspaceName,
} from './schemas.ts'
import { signedInAnswer } from './sessions.ts'
import { WORKSPACE, workspacesOf } from './workspaces.ts'

const listWorkspaces = userOperation({
  method: 'GET',
  path: '/workspaces',
  tag: 'workspaces',
  summary: 'List my workspaces, with my role in each',
  query: pagingQuery,
  answers: listOf(myWorkspaceAnswer),
  document: {
    answerExample: { rows: [{ ...EXAMPLE_WORKSPACE, role: 'OWNER' }], total: 1, nextCursor: null },
  },
  handle: async ({ app, claims, query }) => {
    const rows = await app.database.inSystem('ascendore_auth', scope => workspacesOf(scope, claims.userId))
    return pageOfAll(rows, query, 'workspaces')
  },
})

const createWorkspace = userOperation({
  method: 'POST',
  path: '/workspaces',
  tag: 'workspaces',
  rate: 'auth',
  status: 201,
  summary: 'Found a workspace, as its owner',
  description: 'The session stays where it is; `POST /workspaces/switch` goes there.',
  body: z.strictObject({
    name: workspaceName,
    slug: slug
      .optional()
      .meta({ description: 'Unique in the installation; made from the name where not given' }),
    currency: currency.optional(),
    timezone: timezone.optional(),
    settings: settings.optional(),
  }),
  answers: myWorkspaceAnswer,
  refuses: { 409: 'The slug is taken' },
  document: {
    example: { name: 'Northwind', currency: 'EUR', timezone: 'Europe/Berlin' },
    answerExample: { ...EXAMPLE_WORKSPACE, role: 'OWNER' },
  },
  handle: async ({ app, request, claims, body }) => {
    const workspaceId = newId()
    const who = {
      ...originOf(request, claims.userId),
      workspaceId,
      role: 'OWNER',
      visibility: 'own',
      timezone: body.timezone ?? 'UTC',
    } as const
    await app.database.inWorkspace(who, tx => foundWorkspace(app, tx, body))
    const mine = await app.database.inSystem('ascendore_auth', scope => workspacesOf(scope, claims.userId))
    return mine.find(workspace => workspace.id === workspaceId)
  },
})

const switchWorkspace = userOperation({
  method: 'POST',
  path: '/workspaces/switch',
  tag: 'workspaces',
  summary: 'Go on in another of my workspaces',
  description: 'The same session, with an access token for the other workspace; a refresh stays there.',
  body: z.strictObject({ workspaceId: z.uuid('must be the id of a workspace') }),
  answers: authAnswer,
  document: { example: { workspaceId: EXAMPLE.workspaceId }, answerExample: EXAMPLE_AUTH },
  refuses: { 404: 'Not one of your workspaces' },
  handle: async ({ app, claims, body }) => {
    const { workspaceId } = body
    const user = await app.database.inSystem('ascendore_auth', async scope => {
      const moved = await scope.session.rows(
        `update sessions s set workspace_id = m.workspace_id from memberships m
         where s.id = $1::uuid and s.user_id = $2::uuid and s.ended_at is null
           and m.workspace_id = $3::uuid and m.user_id = s.user_id and m.removed_at is null and m.is_active returning 1`,
        [claims.sessionId, claims.userId, workspaceId],
      )
      if (!moved.length) throw notFound('Workspace')
      return personById(scope, claims.userId)
    })
    if (!user) throw unauthenticated('The session has ended; sign in again', 'SESSION_ENDED')
    const { sessionId, isWeb } = claims
    return signedInAnswer(app, { user, workspaceId, sessionId, isWeb })
  },
})

async function readHere(tx: Tx) {
  const [row] = await tx.session.rows(`select ${WORKSPACE} from workspaces w where w.id = $1::uuid`, [
    tx.who.workspaceId,
  ])
  if (!row) throw notFound('Workspace')
  return row as typeof row & { version: number; settings: Record<string, unknown> }
}

const ignored = z
  .unknown()
  .transform(() => undefined)
  .optional()
/** What was read may be sent back: what cannot be set is passed over. */
const workspaceChange = z.strictObject({
  name: workspaceName.optional(),
  currency: currency.optional(),
  timezone: timezone.optional(),
  settings: settingsChange.optional(),
  ...Object.fromEntries(
    ['id', 'slug', 'createdAt', 'updatedAt', 'version', 'role'].map(key => [key, ignored]),
  ),
})
type WorkspaceChange = {
  name?: string
  currency?: string
  timezone?: string
  settings?: Record<string, unknown>
}

/** Changes what is given; settings are merged key by key. @throws Refusal 400 for unknown settings, 412 where another version is meant */
async function changeHere(tx: Tx, given: WorkspaceChange, ifMatch: readonly number[] | undefined) {
  await tx.session.rows('select 1 from workspaces where id = $1::uuid for update', [tx.who.workspaceId])
  const before = await readHere(tx)
  if (ifMatch && !ifMatch.includes(before.version))
    throw new Refusal(412, 'PRECONDITION_FAILED', 'The workspace has been changed since you read it')
  const strangers = strangersIn(given.settings ?? {}, before.settings)
  if (strangers.length) throw invalid(strangers)
  const wanted: Record<string, unknown> = {
    name: given.name,
    currency: given.currency,
    timezone: given.timezone,
    ...Object.fromEntries(
      Object.entries(given.settings ?? {}).map(([key, value]) => [`settings.${key}`, value]),
    ),
  }
  const had = (key: string) =>
    key.startsWith('settings.') ? before.settings[key.slice('settings.'.length)] : before[key]
  const changes = Object.fromEntries(
    Object.entries(wanted)
      .filter(
        ([key, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(had(key) ?? null),
      )
      .map(([key, value]) => [key, { old: had(key) ?? null, new: value }]),
  )
  if (!Object.keys(changes).length) return before
  await tx.session.rows(
    `update workspaces set name = coalesce($2, name), currency = coalesce($3, currency), timezone = coalesce($4, timezone),
       settings = jsonb_strip_nulls(settings || $5::jsonb), updated_at = now(), version = version + 1 where id = $1::uuid`,
    [
      tx.who.workspaceId,
      given.name ?? null,
      given.currency ?? null,
      given.timezone ?? null,
      JSON.stringify(given.settings ?? {}),
    ],
  )
  const { workspaceId } = tx.who
  await tell(tx, tx.who, workspaceId, {
    action: 'updated',
    entityType: 'workspace',
    entityId: workspaceId,
    changes,
  })
  return readHere(tx)
}

const currentRoutes = ['/workspaces/current', '/companies/me'].flatMap(path => [
  operation({
    method: 'GET',
    path,
    tag: 'workspaces',
    summary: 'Read the workspace I am in',
    answers: workspaceAnswer,
    document: { answerExample: EXAMPLE_WORKSPACE },
    handle: ({ tx }) => readHere(tx),
  }),
  ...(['PATCH', 'PUT'] as const).map(method =>
    operation({
      method,
      path,
      tag: 'workspaces',
      access: 'ADMIN',
      conditional: true,
      summary: `Change the workspace I am in: what is given${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
      description:
        '`settings` are merged; null takes one away. `recordVisibility` says what a member sees: `own` records or all of the `workspace`. `retentionDays` is how long the trash is kept. `exchangeRates` say what one unit of another currency is worth in that of the workspace, such as `{ "EUR": 1.09 }`; reports leave deals without a rate out of their sums and name them. They are replaced as a whole. `mailTracking` has the mails of campaigns show who opens them and follows their links; it is off until somebody turns it on. `invoiceSender` and `invoiceFooter` stand at the head and foot of invoices; `invoiceLocale`, such as `de-AT`, says how those are written, in German or in English. `onboarding` is the next step of setting the workspace up, which the web app asks for; null ends it.',
      body: workspaceChange as z.ZodType<WorkspaceChange>,
      answers: workspaceAnswer,
      document: {
        body: {
          type: 'object',
          properties: {
            name: { type: 'string', maxLength: 120 },
            currency: { type: 'string', description: 'ISO 4217' },
            timezone: { type: 'string', description: 'IANA' },
            settings: {
              type: 'object',
              additionalProperties: false,
              properties: {
                recordVisibility: { type: ['string', 'null'], enum: ['own', 'workspace', null] },
                retentionDays: { type: ['integer', 'null'], minimum: 1, maximum: 3650 },
                exchangeRates: {
                  type: ['object', 'null'],
                  additionalProperties: { type: 'number', exclusiveMinimum: 0, maximum: 1e9 },
                },
                mailTracking: { type: ['boolean', 'null'] },
                invoiceSender: { type: ['string', 'null'] },
                invoiceFooter: { type: ['string', 'null'] },
                invoiceLocale: { type: ['string', 'null'] },
                onboarding: { type: ['string', 'null'], enum: [...ONBOARDING_STEPS, null] },
              },
            },
          },
        },
        example: { currency: 'EUR', settings: { recordVisibility: 'workspace' } },
        answerExample: EXAMPLE_WORKSPACE,
      },
      refuses: { 412: 'If-Match names another version' },
      handle: async ({ app, tx, body, ifMatch }) => {
        // Visibility and zone are part of everybody's rights, which are kept for a moment.
        tx.afterCommit(() => app.access.forget())
        return changeHere(tx, body, ifMatch)
      },
    }),
  ),
])

export default {
  sessionOnly: true,
  operations: [listWorkspaces, createWorkspace, switchWorkspace, ...currentRoutes],
} satisfies Feature
