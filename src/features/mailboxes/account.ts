import { seal, unseal } from '#core/auth/sealing.ts'
import type { App } from '#core/feature.ts'
import { AddressGuard } from '#core/net/address-guard.ts'
import { type Account, AuthFault, MailboxFault } from './imap.ts'
import { holds, type OAuthSecrets, refreshed } from './oauth.ts'

/** A mailbox as it is kept, with what opens it. */
export type Kept = {
  workspaceId: string
  id: string
  auth: 'PASSWORD' | 'OAUTH2'
  sealedPassword: string
} & Omit<Account, 'password' | 'accessToken'>

const passwordBound = (mailboxId: string) => `mailbox ${mailboxId}`

/** What is kept of a password, or of what stands for one; it opens for this mailbox alone. */
export const sealSecret = (app: App, id: string, secret: string | OAuthSecrets): string =>
  seal(app.config.jwtSecret, passwordBound(id), typeof secret === 'string' ? secret : JSON.stringify(secret))

/**
 * Opens the mailbox with what is kept of it. An access token that is spent, or that the server takes no more, is exchanged
 * for another, which is kept before it is used. @throws MailboxFault
 */
export async function withAccount<T>(
  app: App,
  kept: Kept,
  work: (account: Account, guard: AddressGuard) => Promise<T>,
): Promise<T> {
  const guard = new AddressGuard(app.config.imapPrivateNetworks)
  const secret = opened(app, kept)
  if (kept.auth === 'PASSWORD') return work({ ...kept, password: secret }, guard)
  const secrets = JSON.parse(secret) as OAuthSecrets
  if (holds(secrets))
    try {
      return await work({ ...kept, accessToken: secrets.accessToken }, guard)
    } catch (error) {
      if (!(error instanceof AuthFault)) throw error
    }
  const fresh = await refreshed(secrets, guard)
  await app.database.inSystem(
    'ascendore_worker',
    scope =>
      // Who has entered other ones meanwhile keeps theirs.
      scope.session.rows(
        'update mailboxes set sealed_password = $3 where workspace_id = $1::uuid and id = $2::uuid and sealed_password = $4',
        [kept.workspaceId, kept.id, sealSecret(app, kept.id, fresh), kept.sealedPassword],
      ),
    'unheard',
  )
  return work({ ...kept, accessToken: fresh.accessToken }, guard)
}

function opened(app: App, { id, sealedPassword }: Kept): string {
  try {
    return unseal(app.config.jwtSecret, passwordBound(id), sealedPassword)
  } catch {
    throw new MailboxFault('The password cannot be opened, since JWT_SECRET has changed; enter it again')
  }
}
