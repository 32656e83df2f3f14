import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Refusal, unauthenticated } from '#core/errors.ts'
import type { App, Feature } from '#core/feature.ts'
import { publicOperation, userOperation } from '#core/http/operation.ts'
import { liftLock } from './login-guard.ts'
import {
  askForReset,
  mailJob,
  mayHaveAnother,
  ownerOfMailToken,
  resetJob,
  sendPasswordNotice,
  sendVerification,
  takeMailToken,
} from './mail-links.ts'
import { checkNewPassword, givenPassword, hashPassword, newPassword } from './passwords.ts'
import { asAuth, originOf, personById, tellEverywhere } from './people.ts'
import { EXAMPLE, email, mailToken, noBody } from './schemas.ts'
import { endSessions } from './sessions.ts'
import { checkOwnPassword } from './sign-in.ts'

const EXPIRED = { 422: 'TOKEN_EXPIRED: the link is too old or was used already' }
const verified = z.object({ verified: z.literal(true), email: z.string() })

/** Takes the link of a mail: the address is its owner's. @throws Refusal 422 TOKEN_EXPIRED */
async function verifyMail(app: App, request: FastifyRequest, token: string) {
  const email = await app.database.inSystem('ascendore_auth', async scope => {
    const userId = await takeMailToken(scope, token, 'verify')
    const [row] = await asAuth(
      scope,
      'update users set email_verified_at = coalesce(email_verified_at, now()), updated_at = now() where id = $1::uuid returning email',
      [userId],
    )
    await tellEverywhere(scope, originOf(request, userId), userId, { action: 'emailVerified' })
    return row!.email as string
  })
  app.access.forget()
  return { verified: true, email }
}

const verifyRoutes = [
  publicOperation({
    method: 'POST',
    path: '/auth/verify-email',
    tag: 'auth',
    rate: 'auth',
    summary: 'Verify the e-mail address by the token from the mail',
    body: z.strictObject({ token: mailToken }),
    answers: verified,
    document: {
      example: { token: EXAMPLE.secret },
      answerExample: { verified: true, email: EXAMPLE.user.email },
    },
    refuses: EXPIRED,
    handle: ({ app, request, body }) => verifyMail(app, request, body.token),
  }),
  publicOperation({
    method: 'GET',
    path: '/auth/verify-email',
    tag: 'auth',
    rate: 'auth',
    summary: 'The same, for a link that is opened directly',
    // Whoever passes links on puts more behind them.
    query: z.object({ token: mailToken }),
    answers: verified,
    refuses: EXPIRED,
    handle: ({ app, request, query }) => verifyMail(app, request, query.token),
  }),
]

const resend = userOperation({
  method: 'POST',
  path: '/auth/resend-verification',
  tag: 'auth',
  rate: 'auth',
  status: 202,
  summary: 'Send the verification mail again',
  description: 'At most five times an hour.',
  body: noBody,
  answers: z.object({ sent: z.boolean().meta({ description: 'False where the address is verified' }) }),
  document: { body: { type: 'object' }, answerExample: { sent: true } },
  handle: ({ app, claims }) =>
    app.database.inSystem('ascendore_auth', async scope => {
      const person = await personById(scope, claims.userId)
      if (!person || person.emailVerifiedAt) return { sent: false }
      if (!(await mayHaveAnother(scope, person.id, 'verify')))
        throw new Refusal(429, 'TOO_MANY_ATTEMPTS', 'The mail was sent five times; try again in an hour', {
          retryAfterSeconds: 3600,
        })
      await sendVerification(app, scope, person)
      return { sent: true }
    }),
})

const forgot = publicOperation({
  method: 'POST',
  path: '/auth/forgot-password',
  tag: 'auth',
  rate: 'auth',
  status: 202,
  summary: 'Ask for a mail with which to choose a new password',
  description: 'The answer is the same whether or not somebody has signed up with the address.',
  body: z.strictObject({ email }),
  answers: z.object({ accepted: z.literal(true) }),
  document: { example: { email: EXAMPLE.user.email }, answerExample: { accepted: true } },
  handle: async ({ app, body }) => {
    await askForReset(app, body.email)
    return { accepted: true }
  },
})

const reset = publicOperation({
  method: 'POST',
  path: '/auth/reset-password',
  tag: 'auth',
  rate: 'auth',
  status: 204,
  answers: 'nothing',
  summary: 'Choose a new password by the token from the mail',
  description:
    'Ends all sessions and lifts a lock of the account. The mail has also shown whose address it is.',
  body: z.strictObject({ token: mailToken, password: newPassword }),
  document: { example: { token: EXAMPLE.secret, password: EXAMPLE.password } },
  refuses: EXPIRED,
  handle: async ({ app, request, body }) => {
    const person = await app.database.inSystem('ascendore_auth', async scope => {
      const ownerId = await ownerOfMailToken(scope, body.token, 'reset')
      return ownerId ? personById(scope, ownerId) : undefined
    })
    // Checked before the token is taken: whoever chose badly may try again with the same mail.
    if (person) checkNewPassword(body.password, person)
    const passwordHash = person ? await hashPassword(body.password) : ''
    await app.database.inSystem('ascendore_auth', async scope => {
      const userId = await takeMailToken(scope, body.token, 'reset')
      await asAuth(
        scope,
        `update users set password_hash = $2, email_verified_at = coalesce(email_verified_at, now()), updated_at = now() where id = $1::uuid`,
        [userId, passwordHash],
      )
      // Other links that were asked for would let somebody else choose once more.
      await asAuth(
        scope,
        `update mail_tokens set used_at = now() where user_id = $1::uuid and purpose = 'reset' and used_at is null`,
        [userId],
      )
      await endSessions(scope, userId)
      await liftLock(scope, person!.email)
      await tellEverywhere(scope, originOf(request, userId), userId, { action: 'passwordReset' })
      await sendPasswordNotice(app, scope, person!)
    })
    app.access.forget()
  },
})

const change = userOperation({
  method: 'POST',
  path: '/auth/change-password',
  tag: 'auth',
  rate: 'auth',
  status: 204,
  answers: 'nothing',
  summary: 'Change my password; ends my other sessions',
  body: z.strictObject({ currentPassword: givenPassword, newPassword }),
  document: { example: { currentPassword: EXAMPLE.password, newPassword: 'eleven quiet lighthouses' } },
  handle: async ({ app, request, claims, body }) => {
    const { userId, sessionId } = claims
    const person = await app.database.inSystem('ascendore_auth', scope => personById(scope, userId))
    if (!person) throw unauthenticated()
    const attempt = await checkOwnPassword(app, request, person, body.currentPassword, 'currentPassword')
    checkNewPassword(body.newPassword, person, 'newPassword')
    const passwordHash = await hashPassword(body.newPassword)
    await app.database.inSystem('ascendore_auth', async scope => {
      await attempt.succeed(scope)
      await asAuth(scope, 'update users set password_hash = $2, updated_at = now() where id = $1::uuid', [
        userId,
        passwordHash,
      ])
      await endSessions(scope, userId, { except: sessionId })
      await tellEverywhere(scope, originOf(request, userId), userId, { action: 'passwordChanged' })
      await sendPasswordNotice(app, scope, person)
    })
    app.access.forget()
  },
})

export default {
  sessionOnly: true,
  operations: [...verifyRoutes, resend, forgot, reset, change],
  jobs: [mailJob, resetJob],
} satisfies Feature
