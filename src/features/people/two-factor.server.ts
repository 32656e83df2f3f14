import { z } from 'zod'
import { conflict, invalid, unauthenticated, unprocessable } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { userOperation } from '#core/http/operation.ts'
import { beginAttempt } from './login-guard.ts'
import { givenPassword } from './passwords.ts'
import { originOf, personById, tellEverywhere } from './people.ts'
import { EXAMPLE, noBody } from './schemas.ts'
import { checkOwnPassword } from './sign-in.ts'
import { otpauthUrl } from './totp.ts'
import { beginTwoFactor, enableTwoFactor, removeTwoFactor, takeCode, twoFactorOf } from './two-factor.ts'

const alreadyOn = () => conflict('The second factor is on already; disable it first', 'TWO_FACTOR_ENABLED')

const setup = userOperation({
  method: 'POST',
  path: '/auth/2fa/setup',
  tag: 'auth',
  rate: 'auth',
  summary: 'Begin a second factor: a secret for an authenticator app',
  description: 'It counts once `POST /auth/2fa/enable` has seen a code of it. TOTP as in RFC 6238.',
  body: noBody,
  answers: z.object({
    secret: z.string().meta({ description: 'Base32' }),
    otpauthUrl: z.string().meta({ description: 'To be shown as a QR code' }),
  }),
  document: {
    body: { type: 'object' },
    answerExample: {
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      otpauthUrl: otpauthUrl('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', EXAMPLE.user.email),
    },
  },
  refuses: { 409: 'TWO_FACTOR_ENABLED' },
  handle: ({ app, claims }) =>
    app.database.inSystem('ascendore_auth', async scope => {
      const person = await personById(scope, claims.userId)
      if (!person) throw unauthenticated()
      const secret = await beginTwoFactor(app, scope, person.id)
      if (!secret) throw alreadyOn()
      return { secret, otpauthUrl: otpauthUrl(secret, person.email) }
    }),
})

const enable = userOperation({
  method: 'POST',
  path: '/auth/2fa/enable',
  tag: 'auth',
  rate: 'auth',
  summary: 'Turn the second factor on with a code of the app',
  description: 'Answers ten recovery codes, told only now; each signs in once in place of a code.',
  body: z.strictObject({ code: z.string().min(6).max(20) }),
  answers: z.object({ recoveryCodes: z.array(z.string()) }),
  document: {
    example: { code: '287082' },
    answerExample: { recoveryCodes: ['4f2a9-0c1d7-88e3b-5a6f0'] },
  },
  refuses: { 409: 'TWO_FACTOR_ENABLED', 422: 'TWO_FACTOR_NOT_SET_UP' },
  handle: async ({ app, request, claims, body }) => {
    const { userId } = claims
    const person = await app.database.inSystem('ascendore_auth', scope => personById(scope, userId))
    if (!person) throw unauthenticated()
    const attempt = await beginAttempt(app, person.email, request.ip)
    return app.database.inSystem('ascendore_auth', async scope => {
      const kept = await twoFactorOf(scope, userId)
      if (!kept) throw unprocessable('TWO_FACTOR_NOT_SET_UP', 'Call POST /auth/2fa/setup first')
      if (kept.isEnabled) throw alreadyOn()
      if (!(await takeCode(app, scope, userId, kept, body.code)))
        throw invalid({ path: 'code', code: 'WRONG_CODE', message: 'is not the code that the app shows now' })
      await attempt.succeed(scope)
      const recoveryCodes = await enableTwoFactor(scope, userId)
      await tellEverywhere(scope, originOf(request, userId), userId, { action: 'twoFactorEnabled' })
      return { recoveryCodes }
    })
  },
})

const disable = userOperation({
  method: 'POST',
  path: '/auth/2fa/disable',
  tag: 'auth',
  rate: 'auth',
  status: 204,
  answers: 'nothing',
  summary: 'Turn the second factor off',
  body: z.strictObject({ password: givenPassword }),
  document: { example: { password: EXAMPLE.password } },
  handle: async ({ app, request, claims, body }) => {
    const { userId } = claims
    const person = await app.database.inSystem('ascendore_auth', scope => personById(scope, userId))
    if (!person) throw unauthenticated()
    const attempt = await checkOwnPassword(app, request, person, body.password, 'password')
    await app.database.inSystem('ascendore_auth', async scope => {
      await attempt.succeed(scope)
      const kept = await twoFactorOf(scope, userId)
      await removeTwoFactor(scope, userId)
      if (kept?.isEnabled)
        await tellEverywhere(scope, originOf(request, userId), userId, { action: 'twoFactorDisabled' })
    })
  },
})

const read = userOperation({
  method: 'GET',
  path: '/auth/2fa',
  tag: 'auth',
  summary: 'Whether my second factor is on, and how many recovery codes are left',
  answers: z.object({ isEnabled: z.boolean(), recoveryCodesLeft: z.int() }),
  document: { answerExample: { isEnabled: true, recoveryCodesLeft: 9 } },
  handle: ({ app, claims }) =>
    app.database.inSystem('ascendore_auth', async scope => {
      const kept = await twoFactorOf(scope, claims.userId)
      return kept?.isEnabled
        ? { isEnabled: true, recoveryCodesLeft: kept.recoveryLeft }
        : { isEnabled: false, recoveryCodesLeft: 0 }
    }),
})

const renew = userOperation({
  method: 'POST',
  path: '/auth/2fa/recovery-codes',
  tag: 'auth',
  rate: 'auth',
  summary: 'Have ten new recovery codes; the old ones count no more',
  body: z.strictObject({ password: givenPassword }),
  answers: z.object({ recoveryCodes: z.array(z.string()) }),
  document: {
    example: { password: EXAMPLE.password },
    answerExample: { recoveryCodes: ['4f2a9-0c1d7-88e3b-5a6f0'] },
  },
  refuses: { 422: 'TWO_FACTOR_NOT_SET_UP' },
  handle: async ({ app, request, claims, body }) => {
    const { userId } = claims
    const person = await app.database.inSystem('ascendore_auth', scope => personById(scope, userId))
    if (!person) throw unauthenticated()
    const attempt = await checkOwnPassword(app, request, person, body.password, 'password')
    return app.database.inSystem('ascendore_auth', async scope => {
      await attempt.succeed(scope)
      const kept = await twoFactorOf(scope, userId)
      if (!kept?.isEnabled) throw unprocessable('TWO_FACTOR_NOT_SET_UP', 'The second factor is off')
      const recoveryCodes = await enableTwoFactor(scope, userId)
      await tellEverywhere(scope, originOf(request, userId), userId, { action: 'recoveryCodesRenewed' })
      return { recoveryCodes }
    })
  },
})

export default {
  sessionOnly: true,
  operations: [read, setup, enable, disable, renew],
} satisfies Feature
