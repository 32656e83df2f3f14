import type { FastifyRequest } from 'fastify'
import { invalid, type Refusal, unauthenticated } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { NIL_ID } from '#core/ids.ts'
import { type Attempt, beginAttempt } from './login-guard.ts'
import { hashPassword, isOutdated, isPassword } from './passwords.ts'
import { asAuth, type Person, personByEmail } from './people.ts'
import { takeCode, twoFactorOf } from './two-factor.ts'

type Shown = { email: string; password: string; code?: string }
/** Somebody who has shown who they are, and the attempt that `succeed` is to be told to. */
export type Shower = { person: Person; attempt: Attempt }

const wrong = (): Refusal => unauthenticated('The e-mail or the password is wrong', 'INVALID_CREDENTIALS')

/**
 * Checks mail address, password and second factor. The address is looked up, a hash is verified and the
 * attempt is counted in the same way whether or not anybody has it. The hash is verified outside of any
 * transaction, since it takes as long as many of them.
 * @throws Refusal 401 INVALID_CREDENTIALS, TWO_FACTOR_REQUIRED, TWO_FACTOR_INVALID; 429 TOO_MANY_ATTEMPTS
 */
export async function checkSignIn(
  app: App,
  request: FastifyRequest,
  { email, password, code }: Shown,
): Promise<Shower> {
  const attempt = await beginAttempt(app, email, request.ip)
  const { person, factor } = await app.database.inSystem('ascendore_auth', async scope => {
    const found = await personByEmail(scope, email)
    return { person: found, factor: await twoFactorOf(scope, found?.id ?? NIL_ID) }
  })
  const isRight = await isPassword(person?.passwordHash, password)
  if (!person || !isRight) throw wrong()
  if (factor?.isEnabled) {
    if (!code) {
      await attempt.takeBack()
      throw unauthenticated('Give the code of your authenticator, or a recovery code', 'TWO_FACTOR_REQUIRED')
    }
    const isCode = await app.database.inSystem('ascendore_auth', scope =>
      takeCode(app, scope, person.id, factor, code),
    )
    if (!isCode) throw unauthenticated('The code is wrong or was used already', 'TWO_FACTOR_INVALID')
  }
  if (isOutdated(person.passwordHash!)) await rehash(app, person, password)
  return { person, attempt }
}

/** Checks the password of somebody who is signed in. @throws Refusal 400 for a wrong one, 429 */
export async function checkOwnPassword(
  app: App,
  request: FastifyRequest,
  person: Person,
  password: string,
  path: string,
): Promise<Attempt> {
  const attempt = await beginAttempt(app, person.email, request.ip)
  if (!(await isPassword(person.passwordHash, password)))
    throw invalid({ path, code: 'WRONG_PASSWORD', message: 'is not your password' })
  return attempt
}

/** Keeps the password with today's settings, unless it was changed meanwhile. */
async function rehash(app: App, person: Person, password: string): Promise<void> {
  const fresh = await hashPassword(password)
  await app.database.inSystem('ascendore_auth', scope =>
    asAuth(scope, 'update users set password_hash = $3 where id = $1::uuid and password_hash = $2', [
      person.id,
      person.passwordHash,
      fresh,
    ]),
  )
}
