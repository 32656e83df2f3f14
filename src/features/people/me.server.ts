import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Claims } from '#core/auth/tokens.ts'
import type { Scope } from '#core/db/workspace.ts'
import { unauthenticated } from '#core/errors.ts'
import type { App, Feature } from '#core/feature.ts'
import { userOperation } from '#core/http/operation.ts'
import { asAuth, originOf, personById, tellEverywhere } from './people.ts'
import {
  accountAnswer,
  EXAMPLE,
  EXAMPLE_ACCOUNT,
  EXAMPLE_WORKSPACE,
  membershipAnswer,
  myWorkspaceAnswer,
  personName,
  preferences,
  role,
  workspaceAnswer,
} from './schemas.ts'
import { NO_WORKSPACE } from './sessions.ts'
import { twoFactorOf } from './two-factor.ts'
import { workspacesOf } from './workspaces.ts'

const NO_PREFERENCES = { language: null, locale: null, timezone: null, theme: null }

/** The caller's account without its secrets. @throws Refusal 401 where it is gone */
async function accountOf(scope: Scope, userId: string) {
  const person = await personById(scope, userId)
  if (!person) throw unauthenticated('The session has ended; sign in again', 'SESSION_ENDED')
  const { passwordHash: _, preferences, ...account } = person
  const factor = await twoFactorOf(scope, userId)
  return {
    ...account,
    twoFactorEnabled: factor?.isEnabled ?? false,
    preferences: { ...NO_PREFERENCES, ...preferences },
  }
}

/**
 * The workspace a request is about. Whoever was removed from it hears so (403 NOT_A_MEMBER) and may list and
 * switch to others; somebody who belongs to none has none.
 */
async function currentWorkspace(app: App, request: FastifyRequest, claims: Claims): Promise<string | null> {
  const workspaceId = request.caller!.workspaceId
  if (workspaceId === NO_WORKSPACE) return null
  await app.access.accessOf(claims, workspaceId)
  return workspaceId
}

const me = userOperation({
  method: 'GET',
  path: '/auth/me',
  tag: 'auth',
  summary: 'Who I am: account, workspace, role and all my workspaces',
  answers: z.object({
    user: accountAnswer,
    workspaceId: z.uuid().nullable(),
    workspace: workspaceAnswer.nullable(),
    role: role.nullable(),
    membership: membershipAnswer.omit({ user: true }).nullable(),
    workspaces: z.array(myWorkspaceAnswer),
  }),
  document: {
    answerExample: {
      user: EXAMPLE_ACCOUNT,
      workspaceId: EXAMPLE.workspaceId,
      workspace: EXAMPLE_WORKSPACE,
      role: 'OWNER',
      membership: {
        id: EXAMPLE.membershipId,
        workspaceId: EXAMPLE.workspaceId,
        userId: EXAMPLE.user.id,
        role: 'OWNER',
        isActive: true,
        createdAt: EXAMPLE.time,
        updatedAt: EXAMPLE.time,
        version: 1,
      },
      workspaces: [{ ...EXAMPLE_WORKSPACE, role: 'OWNER' }],
    },
  },
  handle: async ({ app, request, claims }) => {
    const workspaceId = await currentWorkspace(app, request, claims)
    return app.database.inSystem('ascendore_auth', async scope => {
      const user = await accountOf(scope, claims.userId)
      const workspaces = await workspacesOf(scope, claims.userId)
      const here = workspaces.find(workspace => workspace.id === workspaceId)
      const [membership = null] = await scope.session.rows(
        `select id, workspace_id as "workspaceId", user_id as "userId", role, is_active as "isActive",
           created_at as "createdAt", updated_at as "updatedAt", version
         from memberships where workspace_id = $1::uuid and user_id = $2::uuid and removed_at is null`,
        [workspaceId, claims.userId],
      )
      const { role: myRole = null, ...workspace } = here ?? { role: null }
      return { user, workspaceId, workspace: here ? workspace : null, role: myRole, membership, workspaces }
    })
  },
})

const session = userOperation({
  method: 'GET',
  path: '/auth/session',
  tag: 'auth',
  summary: 'The session behind the access token (R4)',
  answers: z.object({
    user: accountAnswer,
    workspaceId: z.uuid().nullable(),
    role: role.nullable(),
    expiresAt: z.iso.datetime().meta({ description: 'When the session ends unless it is refreshed' }),
    sessionId: z.uuid(),
  }),
  handle: async ({ app, request, claims }) => {
    const workspaceId = await currentWorkspace(app, request, claims)
    const access = workspaceId ? await app.access.accessOf(claims, workspaceId) : undefined
    return app.database.inSystem('ascendore_auth', async scope => {
      const user = await accountOf(scope, claims.userId)
      const [row] = await scope.session.rows(
        'select expires_at as "expiresAt" from sessions where id = $1::uuid',
        [claims.sessionId],
      )
      const { sessionId } = claims
      return { user, workspaceId, role: access?.role ?? null, expiresAt: row?.expiresAt ?? null, sessionId }
    })
  },
})

const accountChange = z.strictObject({ name: personName.optional(), preferences: preferences.optional() })

/** The name stands in the history of every workspace; how somebody wants the app is their own affair. */
const changeRoutes = (['PATCH', 'PUT'] as const).map(method =>
  userOperation({
    method,
    path: '/auth/me',
    tag: 'auth',
    summary: `Change my name and how I want the app${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
    description: '`preferences` are merged; null leaves one to the device.',
    body: accountChange,
    answers: accountAnswer,
    document: {
      example: { name: 'Ana Lima', preferences: { timezone: 'Europe/Vienna', theme: 'dark' } },
      answerExample: EXAMPLE_ACCOUNT,
    },
    handle: ({ app, request, claims, body }) =>
      app.database.inSystem('ascendore_auth', async scope => {
        const { userId } = claims
        const before = await personById(scope, userId)
        const name = body.name ?? before?.name
        await asAuth(
          scope,
          `update users set name = $2, preferences = jsonb_strip_nulls(preferences || $3::jsonb), updated_at = now() where id = $1::uuid`,
          [userId, name ?? '', JSON.stringify(body.preferences ?? {})],
        )
        if (before && name !== before.name)
          await tellEverywhere(scope, originOf(request, userId), userId, {
            action: 'updated',
            changes: { name: { old: before.name, new: name } },
          })
        return accountOf(scope, userId)
      }),
  }),
)

export default {
  sessionOnly: true,
  operations: [me, session, ...changeRoutes],
} satisfies Feature
