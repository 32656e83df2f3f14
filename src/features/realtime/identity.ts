import { z } from 'zod'
import type { Access } from '#core/auth/access.ts'
import { whoOf } from '#core/auth/access.ts'
import { seal, unseal } from '#core/auth/sealing.ts'
import type { Claims } from '#core/auth/tokens.ts'
import type { Who } from '#core/db/workspace.ts'
import { forbidden, notFound, unauthenticated } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { newId } from '#core/ids.ts'

const TICKET_SECONDS = 30
const BOUND = 'realtime ticket'

/** Who listens on a connection, and how to look again whether they still may. */
export type Identity = {
  claims: Claims
  workspaceId: string
  access: Access
  /** The key of a program, which is read again by itself. */
  key?: { token: string; scopes: readonly string[] }
}

export const whoIs = ({ claims, workspaceId, access }: Identity): Who =>
  whoOf(claims, workspaceId, access, {})

const ticketBody = z.object({
  id: z.uuid(),
  until: z.number(),
  workspaceId: z.uuid(),
  claims: z.object({ userId: z.uuid(), workspaceId: z.uuid(), sessionId: z.uuid(), isWeb: z.boolean() }),
})

/** A ticket for one connection within 30 s: what a browser shows in place of a header that it cannot send. */
export function makeTicket(
  app: App,
  claims: Claims,
  workspaceId: string,
): { ticket: string; expiresAt: string } {
  const until = Date.now() + TICKET_SECONDS * 1000
  const body = JSON.stringify({ id: newId(), until, workspaceId, claims })
  return { ticket: seal(app.config.jwtSecret, BOUND, body), expiresAt: new Date(until).toISOString() }
}

const badTicket = () =>
  unauthenticated('The ticket is not valid, was used already, or is older than 30 s', 'INVALID_TICKET')

/** Takes a ticket, once, whichever process it comes to. @throws Refusal 401 */
export async function byTicket(app: App, ticket: string): Promise<Identity> {
  let body: z.infer<typeof ticketBody>
  try {
    body = ticketBody.parse(JSON.parse(unseal(app.config.jwtSecret, BOUND, ticket)))
  } catch {
    throw badTicket()
  }
  if (body.until < Date.now()) throw badTicket()
  const taken = await app.database.inSystem('ascendore_auth', async scope => {
    await scope.session.rows('delete from used_realtime_tickets where expires_at < now()')
    return scope.session.rows(
      'insert into used_realtime_tickets (id, expires_at) values ($1::uuid, $2::timestamptz) on conflict do nothing returning 1',
      [body.id, new Date(body.until + 60_000)],
    )
  })
  if (!taken.length) throw badTicket()
  return bySession(app, body.claims, body.workspaceId)
}

const bySession = async (app: App, claims: Claims, workspaceId: string): Promise<Identity> => ({
  claims,
  workspaceId,
  access: await app.access.accessOf(claims, workspaceId),
})

/** By access token or API key. @throws Refusal 401, 403, 404 */
export async function byToken(app: App, token: string, workspaceId?: string): Promise<Identity> {
  const reader = app.credentials.find(candidate => candidate.recognises(token))
  if (!reader) {
    const claims = await app.tokens.verify(token)
    return bySession(app, claims, workspaceId ?? claims.workspaceId)
  }
  const key = await reader.read(app, token)
  if (workspaceId && workspaceId.toLowerCase() !== key.workspaceId) throw notFound('Workspace')
  const claims = { userId: key.userId, workspaceId: key.workspaceId, sessionId: key.id, isWeb: false }
  return { claims, workspaceId: key.workspaceId, access: key.access, key: { token, scopes: key.scopes } }
}

/** @throws Refusal 403 where a key calls that may not read these records */
export function mayRead({ key }: Identity, noun: string): void {
  if (key && !key.scopes.includes('read') && !key.scopes.includes(`${noun}:read`))
    throw forbidden(`The API key lacks the scope ${noun}:read`, 'INSUFFICIENT_SCOPE')
}
