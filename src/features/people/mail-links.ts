import { z } from 'zod'
import { hashOf, seal, unseal } from '#core/auth/sealing.ts'
import type { Scope } from '#core/db/workspace.ts'
import { unprocessable } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { newSecret } from '#core/ids.ts'
import type { JobDefinition } from '#core/jobs/jobs.ts'
import type { Message } from '#core/mail.ts'
import { asAuth, personByEmail } from './people.ts'

/** How long a link works, in hours, and how many of a kind one person is sent within an hour. */
const HOURS = { verify: 72, reset: 1 } as const
const AN_HOUR_AT_MOST = 5
const MAIL_RETRIES = 10

export type Purpose = keyof typeof HOURS

const sealedInput = z.object({ sealed: z.string() })
type Sealed = z.infer<typeof sealedInput>
const MAIL = 'mail'
const RESET = 'reset'

/**
 * Sends one message, after the commit of what caused it, and again where the mail server is away. Its input
 * is sealed, because it carries a link that signs somebody in and finished jobs are kept for a week.
 */
export const mailJob: JobDefinition<Sealed> = {
  name: 'people-mail',
  input: sealedInput,
  retries: MAIL_RETRIES,
  run: ({ app, input }) =>
    app.mailer.send({
      headers: FROM_NOBODY,
      ...(JSON.parse(unseal(app.config.jwtSecret, MAIL, input.sealed)) as Message),
    }),
}

/** That nobody waits for an answer (RFC 3834), also in the words of Exchange: absence notes would come back. */
const FROM_NOBODY = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply' }

/** Puts a message on its way in the caller's own transaction. */
export const sendMail = (app: App, scope: Scope, message: Message): Promise<void> =>
  app.jobs.enqueue(scope, mailJob, {
    sealed: seal(app.config.jwtSecret, MAIL, JSON.stringify(message)),
  })

/**
 * Looks for the person and mails the link. It is a job for unknown addresses too, so that the answer to
 * "forgot my password" neither says nor takes longer where somebody has an account.
 */
export const resetJob: JobDefinition<Sealed> = {
  name: 'people-password-reset',
  input: sealedInput,
  retries: MAIL_RETRIES,
  run: async ({ app, input }) => {
    const email = unseal(app.config.jwtSecret, RESET, input.sealed)
    await app.database.inSystem('ascendore_auth', async scope => {
      const person = await personByEmail(scope, email)
      if (!person || !(await mayHaveAnother(scope, person.id, 'reset'))) return
      const link = await linkFor(app, scope, person.id, 'reset')
      await sendMail(app, scope, {
        to: email,
        subject: 'Choose a new password',
        text: `Hello ${person.name},\n\nopen this link within an hour to choose a new password:\n\n${link}\n\nIf you have not asked for it, do nothing; your password stays as it is.\n`,
        link,
      })
    })
  },
}

export const askForReset = (app: App, email: string): Promise<void> =>
  app.database.inSystem('ascendore_auth', scope =>
    app.jobs.enqueue(scope, resetJob, { sealed: seal(app.config.jwtSecret, RESET, email) }),
  )

/** Mails the link that shows that an address is its owner's. */
export async function sendVerification(
  app: App,
  scope: Scope,
  person: { id: string; name: string; email: string },
): Promise<void> {
  const link = await linkFor(app, scope, person.id, 'verify')
  await sendMail(app, scope, {
    to: person.email,
    subject: 'Verify your e-mail address',
    text: `Hello ${person.name},\n\nopen this link within three days to verify your e-mail address:\n\n${link}\n\nIf you have not signed up, do nothing.\n`,
    link,
  })
}

/** Tells a person by mail that their password is another now. */
export const sendPasswordNotice = (app: App, scope: Scope, person: { name: string; email: string }) =>
  sendMail(app, scope, {
    to: person.email,
    subject: 'Your password was changed',
    text: `Hello ${person.name},\n\nyour password was changed just now, and your other sessions were ended. If it was not you, choose a new one at once:\n\n${app.config.publicUrl}/forgot-password\n`,
  })

/** Whether the person has not been sent too many of these within the hour. */
export async function mayHaveAnother(scope: Scope, userId: string, purpose: Purpose): Promise<boolean> {
  const [row] = await asAuth(
    scope,
    `select count(*) as n from mail_tokens where user_id = $1::uuid and purpose = $2 and created_at > now() - interval '1 hour'`,
    [userId, purpose],
  )
  return (row!.n as number) < AN_HOUR_AT_MOST
}

async function linkFor(app: App, scope: Scope, userId: string, purpose: Purpose): Promise<string> {
  const token = newSecret()
  await asAuth(
    scope,
    `insert into mail_tokens (hash, user_id, purpose, expires_at) values ($1, $2::uuid, $3, now() + $4::int * interval '1 hour')`,
    [hashOf(token), userId, purpose, HOURS[purpose]],
  )
  const page = purpose === 'verify' ? 'verify-email' : 'reset-password'
  return `${app.config.publicUrl}/${page}?token=${token}`
}

/** Takes a token from a mail, once; the person it was sent to. @throws Refusal 422 TOKEN_EXPIRED */
export async function takeMailToken(scope: Scope, token: string, purpose: Purpose): Promise<string> {
  const [row] = await asAuth(
    scope,
    `update mail_tokens set used_at = now() where hash = $1 and purpose = $2 and used_at is null and expires_at > now()
     returning user_id as "userId"`,
    [hashOf(token), purpose],
  )
  if (!row)
    throw unprocessable('TOKEN_EXPIRED', 'This link has expired or was used already; ask for a new one')
  return row.userId as string
}

/** The person behind a link that still works, without using it up. */
export async function ownerOfMailToken(
  scope: Scope,
  token: string,
  purpose: Purpose,
): Promise<string | undefined> {
  const [row] = await asAuth(
    scope,
    'select user_id as "userId" from mail_tokens where hash = $1 and purpose = $2 and used_at is null and expires_at > now()',
    [hashOf(token), purpose],
  )
  return row?.userId as string | undefined
}
