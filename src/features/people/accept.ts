import type { FastifyRequest } from 'fastify'
import { bearerOf, type Claims } from '#core/auth/tokens.ts'
import type { Scope } from '#core/db/workspace.ts'
import { conflict, forbidden, type Issue, invalid, notFound, unauthenticated } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import type { Answer } from '#core/http/operation.ts'
import { newId } from '#core/ids.ts'
import { type Invite, readInviteToken, waitingInvite } from './invites.ts'
import { sendVerification } from './mail-links.ts'
import { checkNewPassword, hashPassword, PASSWORD_MIN } from './passwords.ts'
import {
  asAuth,
  createPerson,
  type Origin,
  originOf,
  type Person,
  personByEmail,
  personById,
  tell,
} from './people.ts'
import { beginSession, signedInAnswer } from './sessions.ts'
import { checkSignIn } from './sign-in.ts'

export type Acceptance = { token: string; name?: string; password?: string; code?: string }
type Settled = { user: Person; status: 200 | 201; isWeb: boolean; sessionId?: string }

/**
 * Accepts an invite: as whoever is signed in, by the password of an account, or by making one. Only the token
 * from the mail verifies the address; whoever comes with one that an admin passed on is sent a mail for it.
 * @throws Refusal 400, 401, 403 INVITE_FOR_ANOTHER, 404, 409 EMAIL_TAKEN, 422 INVITE_EXPIRED and the like, 429
 */
export async function accept(app: App, request: FastifyRequest, given: Acceptance): Promise<Answer> {
  const place = readInviteToken(app, given.token)
  if (!place) throw notFound('Invite')
  const { invite, account } = await app.database.inSystem('ascendore_auth', async scope => {
    const found = await waitingInvite(scope, place)
    return { invite: found, account: await personByEmail(scope, found.email) }
  })
  const provesMail = place.kind === 'mail'
  const bearer = bearerOf(request.headers.authorization)
  if (bearer) {
    const claims = await app.tokens.verify(bearer)
    await app.access.requireSession(claims)
    return acceptSignedIn(app, request, invite, claims, provesMail)
  }
  return account
    ? acceptByPassword(app, request, invite, given, provesMail)
    : acceptAsNew(app, request, invite, given, provesMail)
}

async function acceptSignedIn(
  app: App,
  request: FastifyRequest,
  invite: Invite,
  claims: Claims,
  provesMail: boolean,
): Promise<Answer> {
  const { sessionId, isWeb } = claims
  return settle(app, request, invite, provesMail, async scope => {
    const user = await personById(scope, claims.userId)
    if (user?.email !== invite.email)
      throw forbidden('The invite is for another e-mail; sign out first', 'INVITE_FOR_ANOTHER')
    await asAuth(scope, 'update sessions set workspace_id = $2::uuid where id = $1::uuid', [
      sessionId,
      invite.workspaceId,
    ])
    return { user, status: 200, isWeb, sessionId }
  })
}

async function acceptByPassword(
  app: App,
  request: FastifyRequest,
  invite: Invite,
  { password, code }: Acceptance,
  provesMail: boolean,
): Promise<Answer> {
  if (!password)
    throw unauthenticated('You have an account: sign in, or give its password', 'SIGN_IN_REQUIRED')
  const { person, attempt } = await checkSignIn(app, request, { email: invite.email, password, code })
  return settle(app, request, invite, provesMail, async scope => {
    await attempt.succeed(scope)
    return { user: person, status: 200, isWeb: false }
  })
}

async function acceptAsNew(
  app: App,
  request: FastifyRequest,
  invite: Invite,
  { name, password }: Acceptance,
  provesMail: boolean,
): Promise<Answer> {
  const issues: Issue[] = []
  if (!name) issues.push({ path: 'name', code: 'REQUIRED', message: 'is needed to make your account' })
  if (!password || password.length < PASSWORD_MIN)
    issues.push({
      path: 'password',
      code: 'TOO_SHORT',
      params: { minimum: PASSWORD_MIN },
      message: `must have at least ${PASSWORD_MIN} characters`,
    })
  if (issues.length) throw invalid(issues)
  const { email } = invite
  checkNewPassword(password!, { name: name!, email })
  const passwordHash = await hashPassword(password!)
  return settle(app, request, invite, provesMail, async scope => {
    const person = { id: newId(), name: name!, email, passwordHash, verified: provesMail }
    const user = await createPerson(scope, person)
    if (!user)
      throw conflict('An account was made with this e-mail meanwhile; sign in instead', 'EMAIL_TAKEN')
    if (!provesMail) await sendVerification(app, scope, user)
    return { user, status: 201, isWeb: false }
  })
}

/** Makes the membership and the session in one transaction, with the invite locked so that it serves once. */
async function settle(
  app: App,
  request: FastifyRequest,
  { workspaceId, id }: Invite,
  provesMail: boolean,
  whoComes: (scope: Scope) => Promise<Settled>,
): Promise<Answer> {
  const { settled, session } = await app.database.inSystem('ascendore_auth', async scope => {
    const invite = await waitingInvite(scope, { workspaceId, id }, true)
    const settled = await whoComes(scope)
    const { user } = settled
    const origin = originOf(request, user.id)
    if (provesMail && !user.emailVerifiedAt)
      await asAuth(scope, 'update users set email_verified_at = now() where id = $1::uuid', [user.id])
    await join(scope, origin, invite, user.id)
    await asAuth(
      scope,
      'update invites set accepted_at = now(), updated_at = now() where workspace_id = $1::uuid and id = $2::uuid',
      [workspaceId, id],
    )
    const told = { action: 'accepted', entityType: 'invite', entityId: id } as const
    await tell(scope, origin, workspaceId, { ...told, changes: { userId: { new: user.id } } })
    const session = settled.sessionId
      ? { sessionId: settled.sessionId }
      : await beginSession(scope, user.id, workspaceId, origin)
    return { settled, session }
  })
  app.access.forget()
  const { user, isWeb, status } = settled
  return signedInAnswer(app, { user, workspaceId, isWeb, ...session }, { status })
}

/** A member by the invite's role: anew, or again where they had been removed. Who is a member stays as they are. */
async function join(scope: Scope, origin: Origin, invite: Invite, userId: string): Promise<void> {
  const { workspaceId, role } = invite
  const membershipId = newId()
  const [row] = await asAuth(
    scope,
    `insert into memberships as m (workspace_id, id, user_id, role) values ($1::uuid, $2::uuid, $3::uuid, $4)
     on conflict (workspace_id, user_id) do update set role = excluded.role, is_active = true, removed_at = null, updated_at = now(), version = m.version + 1
     where m.removed_at is not null returning id`,
    [workspaceId, membershipId, userId, role],
  )
  if (!row) return
  await tell(scope, origin, workspaceId, {
    action: row.id === membershipId ? 'created' : 'restored',
    entityType: 'membership',
    entityId: row.id as string,
    changes: { userId: { new: userId }, role: { new: role } },
  })
}
