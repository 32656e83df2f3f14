import { hashOf } from '#core/auth/sealing.ts'
import type { Scope } from '#core/db/workspace.ts'
import { Refusal, unauthenticated } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { newSecret } from '#core/ids.ts'
import { asAuth, type Origin, personById, tell } from './people.ts'
import { endSessions, NO_WORKSPACE, SESSION_INTERVAL, type SignedIn, workspaceFor } from './sessions.ts'

/** How long a browser's tabs may still come with the cookie that one of them has just exchanged. */
const COOKIE_GRACE_MS = 10_000
/** Whoever comes with the same cookie sooner than this may be a tab that has the answer to another still to come. */
const TABS_MS = 2_000
/** How long a browser may still exchange a token whose answer never reached it. */
const LOST_ANSWER_MS = 30_000
/** When a browser that got no new cookie asks again: by then the other answer has come, or never will. */
const RENEW_AFTER_SECONDS = 3

type Given = { token: string; byCookie: boolean; arrivedAtMs: number; origin: Origin }
type Session = {
  id: string
  userId: string
  workspaceId: string
  userAgent: string | null
  tokenHash: string
}
type UsedSession = Session & { usedAt: string; isLatest: boolean }
type Outcome = SignedIn | 'unknown' | 'reused'

/**
 * Exchanges a refresh token for an access token and the next refresh token (rotation, RFC 9700 4.14.2). A
 * token that was exchanged before ends its whole session, for it cannot be told which of the two who hold
 * it is the thief.
 *
 * An honest client that asks twice at the same time must not be thrown out. So a used token is answered
 * once more with an access token, but without a new refresh token, where
 * - the request had arrived before the first exchange was done (a double click), or
 * - a cookie carries it, from the same browser, within 10 s: tabs share a cookie and cannot take turns.
 * Whoever steals a cookie from that browser gains at most one access token (15 min) by it, and only in
 * those 10 s; after them the session ends.
 *
 * An answer may also be lost, as when a page is reloaded meanwhile: the browser then holds the predecessor of a
 * token that nobody has. From 2 s to 30 s after the exchange it may exchange that once more, by cookie, from the
 * same browser, and only while the successor has not been used. The successor then counts as used, so there is
 * one valid token at any time, and whoever comes with the other one ends the session (decision 37).
 *
 * @throws Refusal 401 INVALID_REFRESH_TOKEN, TOKEN_REUSED; 403 ACCOUNT_DEACTIVATED
 */
export async function refresh(app: App, given: Given): Promise<SignedIn> {
  const outcome = await app.database.inSystem('ascendore_auth', async (scope): Promise<Outcome> => {
    const hash = hashOf(given.token)
    const session = await currentSession(scope, hash)
    return session ? exchange(scope, session, given) : usedBefore(scope, hash, given)
  })
  if (outcome === 'unknown')
    throw unauthenticated(
      'The refresh token is not valid or has expired; sign in again',
      'INVALID_REFRESH_TOKEN',
    )
  if (outcome === 'reused') {
    // The ending has been committed: it must not be undone by this refusal.
    app.access.forget()
    throw new Refusal(
      401,
      'TOKEN_REUSED',
      'This refresh token was used before, so its session has been ended',
    )
  }
  return outcome
}

async function currentSession(scope: Scope, hash: string): Promise<Session | undefined> {
  const rows = await asAuth(
    scope,
    `select id, user_id as "userId", workspace_id as "workspaceId", user_agent as "userAgent", token_hash as "tokenHash" from sessions
     where token_hash = $1 and ended_at is null and expires_at > now() for update`,
    [hash],
  )
  return rows[0] as Session | undefined
}

async function exchange(scope: Scope, session: Session, given: Given): Promise<Outcome> {
  const rotated = await rotate(scope, session, given)
  // Last, and by this process's clock: what arrived until now was asked before the answer could be known.
  await asAuth(
    scope,
    'insert into used_refresh_tokens (hash, session_id, used_at) values ($1, $2::uuid, $3::timestamptz)',
    [session.tokenHash, session.id, new Date()],
  )
  return rotated
}

async function rotate(scope: Scope, session: Session, { byCookie, origin }: Given): Promise<Outcome> {
  const user = await personById(scope, session.userId)
  if (!user) return 'unknown'
  const workspaceId = await workspaceFor(scope, user.id, session.workspaceId)
  const refreshToken = newSecret()
  await asAuth(
    scope,
    `update sessions set token_hash = $2, workspace_id = $3::uuid, used_at = now(), expires_at = now() + ${SESSION_INTERVAL},
       user_agent = $4, ip = $5::inet where id = $1::uuid`,
    [
      session.id,
      hashOf(refreshToken),
      workspaceId,
      origin.userAgent?.slice(0, 500) ?? null,
      origin.ip ?? null,
    ],
  )
  return { user, workspaceId, sessionId: session.id, isWeb: byCookie, refreshToken }
}

async function usedBefore(scope: Scope, hash: string, given: Given): Promise<Outcome> {
  const [row] = await asAuth(
    scope,
    `select s.id, s.user_id as "userId", s.workspace_id as "workspaceId", s.user_agent as "userAgent",
       s.token_hash as "tokenHash", u.used_at as "usedAt", not exists (select from used_refresh_tokens later
         where later.session_id = u.session_id and later.used_at > u.used_at) as "isLatest"
     from used_refresh_tokens u join sessions s on s.id = u.session_id
     where u.hash = $1 and s.ended_at is null and s.expires_at > now() for update of s`,
    [hash],
  )
  if (!row) return 'unknown'
  const session = row as UsedSession
  const lateMs = given.arrivedAtMs - Date.parse(session.usedAt)
  const isSameBrowser = (given.origin.userAgent?.slice(0, 500) ?? null) === session.userAgent
  const isOurCookie = given.byCookie && isSameBrowser
  if (isOurCookie && session.isLatest && lateMs >= TABS_MS && lateMs < LOST_ANSWER_MS)
    return exchangeAgain(scope, session, hash, given)
  if (lateMs <= 0 || (isOurCookie && lateMs < COOKIE_GRACE_MS)) return letIn(scope, session, given)
  return end(scope, session, given)
}

/** The answer of an exchange was lost: its token counts as used from the same moment on, and the next one is given. */
async function exchangeAgain(
  scope: Scope,
  session: UsedSession,
  hash: string,
  given: Given,
): Promise<Outcome> {
  // A moment later than its predecessor, which so cannot come again; what is allowed to both of them ends at one time.
  await asAuth(
    scope,
    `insert into used_refresh_tokens (hash, session_id, used_at)
     select $2, session_id, used_at + interval '1 microsecond' from used_refresh_tokens where hash = $1`,
    [hash, session.tokenHash],
  )
  return rotate(scope, session, given)
}

/** An access token alone. A browser asks again soon, lest it goes on with a cookie that serves no longer. */
async function letIn(scope: Scope, session: Session, { byCookie }: Given): Promise<Outcome> {
  const user = await personById(scope, session.userId)
  if (!user) return 'unknown'
  const workspaceId = await workspaceFor(scope, user.id, session.workspaceId)
  return {
    user,
    workspaceId,
    sessionId: session.id,
    isWeb: byCookie,
    ...(byCookie ? { renewAfterSeconds: RENEW_AFTER_SECONDS } : {}),
  }
}

async function end(scope: Scope, session: Session, { origin }: Given): Promise<Outcome> {
  await endSessions(scope, session.userId, { only: session.id })
  if (session.workspaceId !== NO_WORKSPACE)
    await tell(scope, { ...origin, userId: session.userId }, session.workspaceId, {
      action: 'tokenReused',
      entityType: 'session',
      entityId: session.id,
    })
  return 'reused'
}
