import { z } from 'zod'
import { type Issue, invalid } from '#core/errors.ts'
import { fold } from '#core/record/formats.ts'
import { isCommonPassword } from './common-passwords.ts'

/**
 * Argon2id with 19 MiB, 2 passes and 1 lane: OWASP Password Storage Cheat Sheet (2024), the first of its
 * equivalent settings. `algorithm` 2 is Argon2id.
 */
const SETTINGS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const HEAD = `$argon2id$v=19$m=${SETTINGS.memoryCost},t=${SETTINGS.timeCost},p=${SETTINGS.parallelism}$`

/** The hash of a password that nobody has, made with the settings above; a test holds the two together. */
export const DUMMY_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$II/ExfCdqWUXVYDQCH4tig$J2sjnkYMzGOqayj58pN/oIY3nX2vxnE5RHhECAMcdrE'

export const PASSWORD_MIN = 10
export const PASSWORD_MAX = 200

/** A password that is to be set; what else it must not be is said by `checkNewPassword`. */
export const newPassword = z
  .string()
  .min(PASSWORD_MIN, `must have at least ${PASSWORD_MIN} characters`)
  .max(PASSWORD_MAX)
  .meta({ description: `${PASSWORD_MIN} to ${PASSWORD_MAX} characters; common ones are refused` })

/** A password as it is given to be compared. */
export const givenPassword = z.string().min(1).max(PASSWORD_MAX)

/** The same text however a keyboard composes it (NFKC, as NIST SP 800-63B 5.1.1.2 asks). */
const composed = (password: string) => password.normalize('NFKC')

/** Native code, loaded when the first password comes: a start needs none. */
const argon2 = () => import('@node-rs/argon2')

export const hashPassword = async (password: string): Promise<string> =>
  (await argon2()).hash(composed(password), SETTINGS)

/**
 * Whether the password is the one behind the hash. Without a hash (unknown mail, no password set) it
 * takes as long as with one and answers no.
 */
export async function isPassword(kept: string | null | undefined, password: string): Promise<boolean> {
  const matches = await (await argon2()).verify(kept ?? DUMMY_HASH, composed(password))
  return matches && Boolean(kept)
}

/** Whether the hash was made with other settings than today's. */
export const isOutdated = (kept: string): boolean => !kept.startsWith(HEAD)

const bare = (text: string) => fold(text).replace(/[^\p{L}\p{N}]/gu, '')

/** Refuses passwords that are common, or made of the person's own name or mail. @throws Refusal 400 */
export function checkNewPassword(
  password: string,
  person: { name: string; email: string },
  path = 'password',
): void {
  const issue = (code: string, message: string): Issue => ({ path, message, code })
  if (isCommonPassword(password))
    throw invalid(issue('COMMON_PASSWORD', 'is among the passwords that attackers try first'))
  const given = bare(password)
  const local = person.email.split('@')[0] ?? ''
  for (const own of [local, local.split('+')[0] ?? '', person.name].map(bare)) {
    // Names of up to three letters stand inside many good passwords by chance.
    if (own.length > 3 && given.includes(own))
      throw invalid(issue('OWN_NAME', 'must not contain your name or e-mail'))
  }
}
