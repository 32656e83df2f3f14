import type { App } from '#core/feature.ts'
import { type MailPlace, makeMailToken, readMailToken } from './mail-token.ts'

const PURPOSE = 'unsubscribe link'

/** The link works for ever: a mail may be opened years later, and must still be one to unsubscribe by. */
export const unsubscribeUrl = (app: App, workspaceId: string, emailId: string): string =>
  `${app.config.publicUrl}/api/v1/unsubscribe/${makeMailToken(app.config.jwtSecret, PURPOSE, { workspaceId, emailId })}`

/** Which mail the link stands in; undefined for one that this server did not make. */
export const readLink = (secret: string, token: string): MailPlace | undefined =>
  readMailToken(secret, PURPOSE, token)

/** The button of mail programs (RFC 2369, RFC 8058). */
export const unsubscribeHeaders = (app: App, workspaceId: string, emailId: string) => ({
  'List-Unsubscribe': `<${unsubscribeUrl(app, workspaceId, emailId)}>`,
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
})
