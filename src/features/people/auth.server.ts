import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { hashOf } from '#core/auth/sealing.ts'
import { conflict, unauthenticated } from '#core/errors.ts'
import type { App, Feature } from '#core/feature.ts'
import { Answer, publicOperation } from '#core/http/operation.ts'
import { newId } from '#core/ids.ts'
import { foundWorkspace } from './founding.ts'
import { sendVerification } from './mail-links.ts'
import { checkNewPassword, givenPassword, hashPassword, newPassword } from './passwords.ts'
import { createPerson, originOf, tell } from './people.ts'
import { refresh } from './refresh.ts'
import { authAnswer, EXAMPLE, EXAMPLE_AUTH, email, personName, workspaceName } from './schemas.ts'
import {
  beginSession,
  clearedCookie,
  cookieOf,
  endSessions,
  NO_WORKSPACE,
  signedInAnswer,
  workspaceFor,
} from './sessions.ts'
import { checkSignIn } from './sign-in.ts'

const registration = z.strictObject({
  name: personName,
  email,
  password: newPassword,
  workspaceName: workspaceName.optional(),
})
type Registration = z.infer<typeof registration>

/** Makes person, workspace, ownership and session in one transaction. @throws Refusal 400, 409 EMAIL_TAKEN */
async function register(app: App, request: FastifyRequest, given: Registration): Promise<Answer> {
  checkNewPassword(given.password, given)
  const passwordHash = await hashPassword(given.password)
  const userId = newId()
  const workspaceId = newId()
  const origin = originOf(request, userId)
  const who = { ...origin, workspaceId, role: 'OWNER', visibility: 'own', timezone: 'UTC' } as const
  const signedIn = await app.database.inWorkspace(who, async tx => {
    const { name } = given
    const user = await createPerson(tx, {
      id: userId,
      name,
      email: given.email,
      passwordHash,
      verified: false,
    })
    if (!user)
      throw conflict('Somebody has signed up with this e-mail; sign in instead', 'EMAIL_TAKEN', [
        { path: 'email', code: 'TAKEN', message: 'is taken already' },
      ])
    await foundWorkspace(app, tx, { name: given.workspaceName ?? `${name}'s workspace` })
    await sendVerification(app, tx, user)
    return { user, workspaceId, isWeb: false, ...(await beginSession(tx, userId, workspaceId, origin)) }
  })
  return signedInAnswer(app, signedIn, { status: 201 })
}

const registerRoutes = ['/auth/register', '/auth/signup', '/companies/signup'].map(path =>
  publicOperation({
    method: 'POST',
    path,
    tag: 'auth',
    rate: 'auth',
    status: 201,
    summary: 'Sign up: a person, their workspace and a session',
    description:
      'Sends a mail with a link that verifies the address. Until then one may work, but not invite or send mail. The refresh token is also set as an httpOnly cookie.',
    body: registration,
    answers: authAnswer,
    document: {
      example: {
        name: EXAMPLE.user.name,
        email: EXAMPLE.user.email,
        password: EXAMPLE.password,
        workspaceName: 'Northwind',
      },
      answerExample: EXAMPLE_AUTH,
    },
    refuses: { 409: 'EMAIL_TAKEN: somebody has signed up with this address' },
    handle: ({ app, request, body }) => register(app, request, body),
  }),
)

const login = publicOperation({
  method: 'POST',
  path: '/auth/login',
  tag: 'auth',
  rate: 'auth',
  summary: 'Sign in',
  description:
    'After 5 failures of an account (or 50 of an address) within 15 minutes the next ones wait: 429 TOO_MANY_ATTEMPTS with Retry-After. With a second factor, `code` is needed as well.',
  body: z.strictObject({ email, password: givenPassword, code: z.string().min(6).max(40).optional() }),
  answers: authAnswer,
  document: {
    example: { email: EXAMPLE.user.email, password: EXAMPLE.password },
    answerExample: EXAMPLE_AUTH,
  },
  refuses: {
    401: 'INVALID_CREDENTIALS, TWO_FACTOR_REQUIRED or TWO_FACTOR_INVALID',
    403: 'ACCOUNT_DEACTIVATED',
  },
  handle: async ({ app, request, body }) => {
    const { person, attempt } = await checkSignIn(app, request, body)
    const signedIn = await app.database.inSystem('ascendore_auth', async scope => {
      await attempt.succeed(scope)
      const workspaceId = await workspaceFor(scope, person.id)
      const session = await beginSession(scope, person.id, workspaceId, originOf(request, person.id))
      return { user: person, workspaceId, isWeb: false, ...session }
    })
    return signedInAnswer(app, signedIn)
  },
})

const withRefreshToken = z
  .strictObject({ refreshToken: z.string().max(200).optional() })
  .nullish()
  .meta({ description: 'Only where the cookie does not carry the refresh token' })

const refreshRoute = publicOperation({
  method: 'POST',
  path: '/auth/refresh',
  tag: 'auth',
  // Not with the passwords: a token cannot be guessed, and behind one address a whole office opens its pages.
  summary: 'Exchange the refresh token for an access token',
  description:
    'The refresh token comes in the cookie or in the body and is exchanged for the next one. One that was exchanged before ends its session (401 TOKEN_REUSED), unless two requests crossed: then the answer has an access token but no refresh token. A browser whose answer was lost may exchange its cookie once more within 30 s; the token that was lost is then refused as used.',
  body: withRefreshToken,
  answers: authAnswer,
  document: { example: { refreshToken: EXAMPLE.secret }, answerExample: EXAMPLE_AUTH },
  refuses: { 401: 'INVALID_REFRESH_TOKEN, or TOKEN_REUSED', 403: 'ACCOUNT_DEACTIVATED' },
  handle: async ({ app, request, body }) => {
    const arrivedAtMs = Date.now()
    const byCookie = !body?.refreshToken
    const token = body?.refreshToken || cookieOf(app, request)
    if (!token) throw unauthenticated('Sign in first: no refresh token was sent')
    const origin = originOf(request, null)
    const signedIn = await refresh(app, { token, byCookie, arrivedAtMs, origin })
    return signedInAnswer(app, signedIn, { hideRefresh: byCookie })
  },
})

/** The session that a request names: by access token (also one whose session is over), cookie or body. */
async function namedSession(
  app: App,
  request: FastifyRequest,
  refreshToken: string | undefined,
): Promise<{ userId: string; sessionId: string } | undefined> {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer) return app.tokens.verify(bearer)
  const token = refreshToken || cookieOf(app, request)
  if (!token) throw unauthenticated()
  const [row] = await app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows('select id as "sessionId", user_id as "userId" from sessions where token_hash = $1', [
      hashOf(token),
    ]),
  )
  return row as { userId: string; sessionId: string } | undefined
}

const logout = publicOperation({
  method: 'POST',
  path: '/auth/logout',
  tag: 'auth',
  status: 204,
  answers: 'nothing',
  summary: 'Sign out: ends the session',
  description:
    'The session is the one of the access token, or of the refresh token in cookie or body. Its access tokens are refused from now on.',
  body: withRefreshToken,
  document: { body: { type: 'object', properties: { refreshToken: { type: 'string' } } } },
  refuses: { 401: 'No session is named' },
  handle: async ({ app, request, body }) => {
    const named = await namedSession(app, request, body?.refreshToken)
    if (named) {
      await app.database.inSystem('ascendore_auth', async scope => {
        const ended = await endSessions(scope, named.userId, { only: named.sessionId })
        for (const { id, workspaceId } of ended.filter(session => session.workspaceId !== NO_WORKSPACE)) {
          const origin = originOf(request, named.userId)
          await tell(scope, origin, workspaceId, { action: 'ended', entityType: 'session', entityId: id })
        }
      })
      app.access.forget()
    }
    return new Answer(undefined, { status: 204, headers: { 'set-cookie': clearedCookie(app) } })
  },
})

export default {
  sessionOnly: true,
  operations: [...registerRoutes, login, refreshRoute, logout],
} satisfies Feature
