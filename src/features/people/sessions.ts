import type { FastifyRequest } from 'fastify'
import { hashOf } from '#core/auth/sealing.ts'
import type { Scope } from '#core/db/workspace.ts'
import { forbidden } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { Answer } from '#core/http/operation.ts'
import { NIL_ID, newId, newSecret } from '#core/ids.ts'
import { asAuth, type Origin } from './people.ts'

const SESSION_DAYS = 30
export const SESSION_INTERVAL = `interval '${SESSION_DAYS} days'`
/** The workspace of a session whose person belongs to none; row-level security shows it nothing. */
export const NO_WORKSPACE = NIL_ID

/** A person who is signed in on a device. */
export type SignedIn = {
  user: { id: string; name: string; email: string }
  /** `NO_WORKSPACE` where the person belongs to none. */
  workspaceId: string
  sessionId: string
  isWeb: boolean
  /** Given where it is new. */
  refreshToken?: string
  /** Where a browser's was exchanged by another request: when to ask again. */
  renewAfterSeconds?: number
}

/** Begins a session; its refresh token is told once and kept as a hash. */
export async function beginSession(
  scope: Scope,
  userId: string,
  workspaceId: string,
  origin: Origin,
): Promise<{ sessionId: string; refreshToken: string }> {
  const sessionId = newId()
  const refreshToken = newSecret()
  await asAuth(
    scope,
    `insert into sessions (id, user_id, workspace_id, token_hash, user_agent, ip, expires_at)
     values ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6::inet, now() + ${SESSION_INTERVAL})`,
    [
      sessionId,
      userId,
      workspaceId,
      hashOf(refreshToken),
      origin.userAgent?.slice(0, 500) ?? null,
      origin.ip ?? null,
    ],
  )
  return { sessionId, refreshToken }
}

/**
 * The workspace in which a person goes on: the wanted one, else the one they used last, else the first of
 * theirs; `NO_WORKSPACE` for somebody who belongs to none.
 * @throws Refusal 403 ACCOUNT_DEACTIVATED where every workspace of theirs has deactivated them
 */
export async function workspaceFor(scope: Scope, userId: string, wanted?: string): Promise<string> {
  const [row] = await asAuth(
    scope,
    `select m.workspace_id as id, m.is_active as "isActive" from memberships m
     left join (select workspace_id, max(used_at) as used_at from sessions where user_id = $1::uuid group by 1) s on s.workspace_id = m.workspace_id
     where m.user_id = $1::uuid and m.removed_at is null
     order by m.is_active desc, m.workspace_id is not distinct from $2::uuid desc, s.used_at desc nulls last, m.created_at, m.id limit 1`,
    [userId, wanted ?? null],
  )
  if (!row) return NO_WORKSPACE
  if (!row.isActive) throw forbidden('Your account has been deactivated by an admin', 'ACCOUNT_DEACTIVATED')
  return row.id as string
}

/** Ends sessions of a person: one, all but one, or all. Answers the ids of those that ended. */
export async function endSessions(
  scope: Scope,
  userId: string,
  which: { only?: string; except?: string } = {},
): Promise<{ id: string; workspaceId: string }[]> {
  const rows = await asAuth(
    scope,
    `update sessions set ended_at = now() where user_id = $1::uuid and ended_at is null and expires_at > now()
       and ($2::uuid is null or id = $2::uuid) and ($3::uuid is null or id <> $3::uuid)
     returning id, workspace_id as "workspaceId"`,
    [userId, which.only ?? null, which.except ?? null],
  )
  return rows as { id: string; workspaceId: string }[]
}

/**
 * The refresh cookie. No script can read it and no other site can send it (SameSite=Strict). Its path is
 * `/` because the refresh route answers under four bases, maybe behind a proxy's prefix, that share no longer
 * one; only refresh and logout ever read it. Over https it is Secure and carries the prefix `__Host-`, so
 * that no sibling domain can plant one (RFC 6265bis 4.1.3.2).
 */
const isHttps = (app: App) => app.config.publicUrl.startsWith('https:')
const cookieName = (app: App) => (isHttps(app) ? '__Host-ascendore_refresh' : 'ascendore_refresh')
// Written by hand: the token is base64url, which needs no escaping.
const cookie = (app: App, value: string, maxAgeSeconds: number) =>
  `${cookieName(app)}=${value}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly; SameSite=Strict${isHttps(app) ? '; Secure' : ''}`

export const refreshCookie = (app: App, token: string) => cookie(app, token, SESSION_DAYS * 24 * 3600)
export const clearedCookie = (app: App) => cookie(app, '', 0)
export const cookieOf = (app: App, request: FastifyRequest): string | undefined =>
  request.cookies[cookieName(app)] || undefined

/** The answer of everything that signs in (R3 6.1). `hideRefresh` leaves the refresh token to the cookie alone. */
export async function signedInAnswer(
  app: App,
  { user, workspaceId, sessionId, isWeb, refreshToken, renewAfterSeconds }: SignedIn,
  { status = 200, hideRefresh = false } = {},
): Promise<Answer> {
  const token = await app.tokens.sign({ userId: user.id, workspaceId, sessionId, isWeb })
  const body = {
    token,
    user: { id: user.id, name: user.name, email: user.email },
    workspaceId: workspaceId === NO_WORKSPACE ? null : workspaceId,
    ...(refreshToken && !hideRefresh ? { refreshToken } : {}),
    ...(renewAfterSeconds ? { renewAfterSeconds } : {}),
  }
  const headers: Record<string, string> = refreshToken
    ? { 'set-cookie': refreshCookie(app, refreshToken) }
    : {}
  return new Answer(body, { status, headers })
}
