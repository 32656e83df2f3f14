import { timingSafeEqual } from 'node:crypto'
import { markOf } from '#core/auth/sealing.ts'
import type { App } from '#core/feature.ts'

/** Workspace, mail, and a mark of 128 bits that only this server can make for them. */
export const LINK_TOKEN = /^[\w-]{64}$/
const MARK_BYTES = 16

const bytesOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')
const idOf = (bytes: Buffer) =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const mark = (secret: string, ids: Buffer) =>
  markOf(secret, 'unsubscribe link', ids.toString('hex')).subarray(0, MARK_BYTES)

/** The link works for ever: a mail may be opened years later, and must still be one to unsubscribe by. */
export function unsubscribeUrl(app: App, workspaceId: string, emailId: string): string {
  const ids = Buffer.concat([bytesOf(workspaceId), bytesOf(emailId)])
  const token = Buffer.concat([ids, mark(app.config.jwtSecret, ids)]).toString('base64url')
  return `${app.config.publicUrl}/api/v1/unsubscribe/${token}`
}

/** Which mail the link stands in; undefined for one that this server did not make. */
export function readLink(
  secret: string,
  token: string,
): { workspaceId: string; emailId: string } | undefined {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== 32 + MARK_BYTES) return undefined
  const ids = bytes.subarray(0, 32)
  if (!timingSafeEqual(mark(secret, ids), bytes.subarray(32))) return undefined
  return { workspaceId: idOf(ids.subarray(0, 16)), emailId: idOf(ids.subarray(16)) }
}

/** The button of mail programs (RFC 2369, RFC 8058). */
export const unsubscribeHeaders = (app: App, workspaceId: string, emailId: string) => ({
  'List-Unsubscribe': `<${unsubscribeUrl(app, workspaceId, emailId)}>`,
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
})
