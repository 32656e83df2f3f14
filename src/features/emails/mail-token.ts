import { timingSafeEqual } from 'node:crypto'
import { markOf } from '#core/auth/sealing.ts'

/** Workspace, mail, and a mark of 128 bits that only this server can make for them. */
export const LINK_TOKEN = /^[\w-]{64}$/
const MARK_BYTES = 16

export type MailPlace = { workspaceId: string; emailId: string }

const bytesOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')
const idOf = (bytes: Buffer) =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const mark = (secret: string, purpose: string, ids: Buffer, words: string) =>
  markOf(secret, purpose, ids.toString('hex') + words).subarray(0, MARK_BYTES)

/** The token of a link in a mail, for one purpose. It holds only together with the same `words`. */
export function makeMailToken(
  secret: string,
  purpose: string,
  { workspaceId, emailId }: MailPlace,
  words = '',
): string {
  const ids = Buffer.concat([bytesOf(workspaceId), bytesOf(emailId)])
  return Buffer.concat([ids, mark(secret, purpose, ids, words)]).toString('base64url')
}

/** Which mail the link stands in; undefined for one that this server did not make. */
export function readMailToken(
  secret: string,
  purpose: string,
  token: string,
  words = '',
): MailPlace | undefined {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== 32 + MARK_BYTES) return undefined
  const ids = bytes.subarray(0, 32)
  if (!timingSafeEqual(mark(secret, purpose, ids, words), bytes.subarray(32))) return undefined
  return { workspaceId: idOf(ids.subarray(0, 16)), emailId: idOf(ids.subarray(16)) }
}
