import { z } from 'zod'
import type { Scope } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { userOperation } from '#core/http/operation.ts'
import { pageOfAll, pagingQuery } from '#core/http/page.ts'
import { type Origin, originOf, tell } from './people.ts'
import { EXAMPLE, listOf } from './schemas.ts'
import { endSessions, NO_WORKSPACE } from './sessions.ts'

const sessionAnswer = z.object({
  id: z.uuid(),
  isCurrent: z.boolean(),
  userAgent: z.string().nullable(),
  ip: z.string().nullable(),
  workspaceId: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
  usedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})

/** Writes into the history of each session's workspace that it was revoked. */
async function tellRevoked(
  scope: Scope,
  origin: Origin,
  ended: { id: string; workspaceId: string }[],
): Promise<void> {
  for (const { id, workspaceId } of ended) {
    if (workspaceId === NO_WORKSPACE) continue
    await tell(scope, origin, workspaceId, { action: 'revoked', entityType: 'session', entityId: id })
  }
}

const list = userOperation({
  method: 'GET',
  path: '/auth/sessions',
  tag: 'auth',
  summary: 'List where I am signed in',
  query: pagingQuery,
  answers: listOf(sessionAnswer),
  document: {
    answerExample: {
      rows: [
        {
          id: EXAMPLE.sessionId,
          isCurrent: true,
          userAgent: 'Mozilla/5.0',
          ip: '192.0.2.1',
          workspaceId: EXAMPLE.workspaceId,
          createdAt: EXAMPLE.time,
          usedAt: EXAMPLE.time,
          expiresAt: '2026-03-02T09:30:00.000Z',
        },
      ],
      total: 1,
      nextCursor: null,
    },
  },
  handle: ({ app, claims, query }) =>
    app.database.inSystem('ascendore_auth', async scope => {
      const rows = await scope.session.rows(
        `select id, id = $2::uuid as "isCurrent", user_agent as "userAgent", host(ip) as ip, nullif(workspace_id, $3::uuid) as "workspaceId",
           created_at as "createdAt", used_at as "usedAt", expires_at as "expiresAt"
         from sessions where user_id = $1::uuid and ended_at is null and expires_at > now() order by used_at desc, id desc limit 200`,
        [claims.userId, claims.sessionId, NO_WORKSPACE],
      )
      return pageOfAll(rows as { id: string }[], query, 'sessions')
    }),
})

const revoke = userOperation({
  method: 'DELETE',
  path: '/auth/sessions/:id',
  tag: 'auth',
  status: 204,
  answers: 'nothing',
  summary: 'End one of my sessions',
  params: z.object({ id: z.uuid('must be an id') }),
  handle: async ({ app, request, claims, params }) => {
    await app.database.inSystem('ascendore_auth', async scope => {
      const ended = await endSessions(scope, claims.userId, { only: params.id })
      if (!ended.length) throw notFound('Session')
      await tellRevoked(scope, originOf(request, claims.userId), ended)
    })
    app.access.forget()
  },
})

const revokeOthers = userOperation({
  method: 'DELETE',
  path: '/auth/sessions',
  tag: 'auth',
  status: 204,
  answers: 'nothing',
  summary: 'End all of my sessions but this one',
  handle: async ({ app, request, claims }) => {
    await app.database.inSystem('ascendore_auth', async scope => {
      const ended = await endSessions(scope, claims.userId, { except: claims.sessionId })
      await tellRevoked(scope, originOf(request, claims.userId), ended)
    })
    app.access.forget()
  },
})

export default {
  sessionOnly: true,
  operations: [list, revoke, revokeOthers],
} satisfies Feature
