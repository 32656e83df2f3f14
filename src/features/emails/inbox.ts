import { timingSafeEqual } from 'node:crypto'
import { hashOf } from '#core/auth/sealing.ts'
import { systemIn, type Tx, type Who } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'

/** The workspace stands in the token, so that it is found without looking through all of them. */
export const INBOX_TOKEN = /^([0-9a-f]{32})([\w-]{43})$/

/** On whose behalf a mail service calls. */
export const inboxWho = (token: string, request: { id: string; ip: string }): Who => ({
  ...systemIn(token.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')),
  requestId: request.id,
  ip: request.ip,
})

/** @throws Refusal 404 */
export async function checkInboxToken({ session, who }: Tx, token: string, lock = ''): Promise<void> {
  const [row] = await session.rows(
    `select token_hash as hash from mail_inboxes where workspace_id = $1::uuid and kind = 'WEBHOOK'${lock}`,
    [who.workspaceId],
  )
  const [given, kept] = [Buffer.from(hashOf(token)), Buffer.from((row?.hash as string) ?? '')]
  if (given.length !== kept.length || !timingSafeEqual(given, kept)) throw notFound('Inbox')
}
