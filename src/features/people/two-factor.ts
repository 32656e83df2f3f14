import { randomBytes } from 'node:crypto'
import { hashOf, seal, unseal } from '#core/auth/sealing.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import type { App } from '#core/feature.ts'
import { asAuth } from './people.ts'
import { matchingStep, newTotpSecret } from './totp.ts'

const RECOVERY_CODES = 10
const RECOVERY_BYTES = 10
const bound = (userId: string) => `two-factor ${userId}`
/** A code as people copy it: case, spaces and hyphens do not count. */
const plain = (code: string) => code.replace(/[\s-]/g, '').toLowerCase()

type Kept = { sealedSecret: string; isEnabled: boolean; recoveryLeft: number }

export async function twoFactorOf(scope: Scope, userId: string): Promise<Kept | undefined> {
  const rows = await asAuth(
    scope,
    `select sealed_secret as "sealedSecret", enabled_at is not null as "isEnabled", cardinality(recovery_hashes) as "recoveryLeft"
     from two_factors where user_id = $1::uuid`,
    [userId],
  )
  return rows[0] as Kept | undefined
}

/** Keeps a new secret that does not count until a code of it has been shown; undefined where one counts. */
export async function beginTwoFactor(app: App, scope: Scope, userId: string): Promise<string | undefined> {
  const secret = newTotpSecret()
  const kept = await asAuth(
    scope,
    `insert into two_factors (user_id, sealed_secret) values ($1::uuid, $2)
     on conflict (user_id) do update set sealed_secret = excluded.sealed_secret, last_step = 0, created_at = now()
     where two_factors.enabled_at is null returning 1`,
    [userId, seal(app.config.jwtSecret, bound(userId), secret)],
  )
  return kept.length ? secret : undefined
}

/** Turns the second factor on, or leaves it on, and answers new recovery codes, which are told only now. */
export async function enableTwoFactor(scope: Scope, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => {
    const hex = randomBytes(RECOVERY_BYTES).toString('hex')
    return hex.match(/.{5}/g)!.join('-')
  })
  await asAuth(
    scope,
    'update two_factors set enabled_at = coalesce(enabled_at, now()), recovery_hashes = $2::text[] where user_id = $1::uuid',
    [userId, arrayLiteral(codes.map(code => hashOf(plain(code))))],
  )
  return codes
}

export const removeTwoFactor = (scope: Scope, userId: string) =>
  asAuth(scope, 'delete from two_factors where user_id = $1::uuid', [userId])

/**
 * Whether the code is right: six digits of the authenticator, each time step once (RFC 6238 section 5.2),
 * or one of the recovery codes, each once. A right code is used up by this.
 */
export async function takeCode(
  app: App,
  scope: Scope,
  userId: string,
  kept: Kept,
  code: string,
): Promise<boolean> {
  const given = plain(code)
  const step = matchingStep(unseal(app.config.jwtSecret, bound(userId), kept.sealedSecret), given, Date.now())
  const used =
    step === undefined
      ? await asAuth(
          scope,
          `update two_factors set recovery_hashes = array_remove(recovery_hashes, $2)
           where user_id = $1::uuid and enabled_at is not null and $2 = any(recovery_hashes) returning 1`,
          [userId, hashOf(given)],
        )
      : await asAuth(
          scope,
          'update two_factors set last_step = $2::bigint where user_id = $1::uuid and last_step < $2::bigint returning 1',
          [userId, step],
        )
  return used.length > 0
}
