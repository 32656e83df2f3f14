import { createHash } from 'node:crypto'
import { seal, unseal } from '../auth/sealing.ts'
import type { Tx } from '../db/workspace.ts'
import { conflict, invalid } from '../errors.ts'

/** An answer as it is kept. */
export type KeptAnswer = { status: number; headers: Record<string, string>; body: string | null }

const KEY = /^[\x21-\x7e]{1,200}$/

/**
 * Runs `work` once for an `Idempotency-Key`. The key is taken at the start of the transaction that does
 * the work and the answer is kept with its commit; a second request waits for the first and then gets
 * its answer. With `secret` the kept answer is sealed. @throws Refusal 409 where the same key came with another request
 */
export async function once(
  tx: Tx,
  key: string,
  request: unknown,
  work: () => Promise<KeptAnswer>,
  secret?: string,
): Promise<KeptAnswer> {
  if (!KEY.test(key))
    throw invalid({ path: 'Idempotency-Key', message: 'must be 1 to 200 visible ASCII characters' })
  const hash = createHash('sha256').update(JSON.stringify(request)).digest('hex')
  const { workspaceId, userId, apiKeyId } = tx.who
  // A program and its user do not know of each other's keys.
  const place = [workspaceId, userId, apiKeyId ? `${apiKeyId} ${key}` : key]
  await tx.session.rows(
    `delete from idempotency_keys where workspace_id = $1::uuid and user_id = $2::uuid and key = $3 and created_at < now() - interval '24 hours'`,
    place,
  )
  const taken = await tx.session.rows(
    `insert into idempotency_keys (workspace_id, user_id, key, request_hash) values ($1::uuid, $2::uuid, $3, $4) on conflict do nothing returning 1`,
    [...place, hash],
  )
  if (!taken.length) return keptAnswer(tx, place, hash, secret)
  const answer = await work()
  await tx.session.rows(
    `update idempotency_keys set status = $4::int, headers = $5::jsonb, body = $6 where workspace_id = $1::uuid and user_id = $2::uuid and key = $3`,
    [...place, answer.status, JSON.stringify(answer.headers), sealed(answer.body, place, secret)],
  )
  return answer
}

const boundTo = (place: unknown[]) => `answer ${place.join(' ')}`
const sealed = (body: string | null, place: unknown[], secret?: string) =>
  secret && body !== null ? seal(secret, boundTo(place), body) : body

async function keptAnswer(
  tx: Tx,
  place: unknown[],
  hash: string,
  secret: string | undefined,
): Promise<KeptAnswer> {
  const [kept] = await tx.session.rows(
    'select request_hash, status, headers, body from idempotency_keys where workspace_id = $1::uuid and user_id = $2::uuid and key = $3',
    place,
  )
  if (!kept || kept.request_hash !== hash)
    throw conflict('This Idempotency-Key was used for another request', 'IDEMPOTENCY_KEY_REUSED')
  const body = kept.body as string | null
  return {
    status: kept.status as number,
    headers: { ...(kept.headers as Record<string, string>), 'idempotent-replayed': 'true' },
    body: secret && body !== null ? unseal(secret, boundTo(place), body) : body,
  }
}
