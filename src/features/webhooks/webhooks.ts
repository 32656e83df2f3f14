import { seal } from '#core/auth/sealing.ts'
import { arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, notFound } from '#core/errors.ts'
import type { EventAction } from '#core/events/actions.ts'
import { tellEvent } from '#core/events/tell.ts'
import type { App } from '#core/feature.ts'
import { newId, newSecret } from '#core/ids.ts'
import { AddressGuard } from '#core/net/address-guard.ts'
import { wakeDispatchers } from './dispatch.ts'
import { secretOf } from './message.ts'
import type { ChangedWebhook, NewWebhook } from './schemas.ts'

const WEBHOOKS_AT_MOST = 50
const COUNTED_AT_MOST = 1000
const RESOLVE_WITHIN_MS = 2000

export const WEBHOOK = `h.id, h.workspace_id as "workspaceId", h.name, h.url, h.events, h.is_active as "isActive", h.paused_at as "pausedAt",
  h.paused_reason as "pausedReason", h.next_attempt_at as "nextAttemptAt",
  case when h.previous_until > now() then h.previous_until end as "previousSecretUntil",
  (select count(*) from (select 1 from webhook_deliveries d where d.workspace_id = h.workspace_id and d.webhook_id = h.id and d.status = 'PENDING'
    limit ${COUNTED_AT_MOST}) c) as waiting,
  h.created_by_id as "createdById", h.created_at as "createdAt", h.updated_at as "updatedAt"`

/** Says early what would be refused at every attempt. @throws Refusal 400 at `url` */
export async function checkUrl(app: App, url: string | undefined): Promise<void> {
  if (url === undefined) return
  const guard = new AddressGuard(app.config.webhookPrivateNetworks)
  const target = new URL(url)
  const problem = guard.problemOf(target)
  if (problem) throw invalid({ path: 'url', ...problem })
  if (await guard.resolvesToRefused(target.hostname, RESOLVE_WITHIN_MS))
    throw invalid({
      path: 'url',
      code: 'PRIVATE_ADDRESS',
      message: 'leads to a private, loopback or link-local address',
    })
}

/** @throws Refusal 404 */
export async function findWebhook(tx: Tx, id: string, lock = false): Promise<Row> {
  const [row] = await tx.session.rows(
    `select ${WEBHOOK} from webhooks h where h.workspace_id = $1::uuid and h.id = $2::uuid${lock ? ' for update of h' : ''}`,
    [tx.who.workspaceId, id],
  )
  if (!row) throw notFound('Webhook')
  return row
}

/** The history is open to all members, and an address may hold a secret: its host has to do. */
const hostOf = (url: unknown) => new URL(url as string).host
const tell = (
  tx: Tx,
  id: string,
  action: EventAction,
  changes?: Record<string, { old?: unknown; new?: unknown }>,
) => tellEvent(tx, { action, entityType: 'webhook', entityId: id, changes })

export const freshSecret = () => `whsec_${newSecret()}`

export async function createWebhook(app: App, tx: Tx, { url, events, name }: NewWebhook) {
  const { workspaceId, userId } = tx.who
  const [count] = await tx.session.rows('select count(*) as n from webhooks where workspace_id = $1::uuid', [
    workspaceId,
  ])
  if ((count!.n as number) >= WEBHOOKS_AT_MOST)
    throw invalid({
      path: 'url',
      code: 'LIMIT',
      params: { maximum: WEBHOOKS_AT_MOST },
      message: `a workspace has at most ${WEBHOOKS_AT_MOST} webhooks`,
    })
  const id = newId()
  const secret = freshSecret()
  await tx.session.rows(
    `insert into webhooks (workspace_id, id, name, url, events, sealed_secret, from_seq, created_by_id)
     values ($1::uuid, $2::uuid, $3, $4, $5::text[], $6, (select coalesce(max(seq), 0) from events), $7::uuid)`,
    [
      workspaceId,
      id,
      name ?? null,
      url,
      arrayLiteral(events),
      seal(app.config.jwtSecret, secretOf(id), secret),
      userId,
    ],
  )
  await tell(tx, id, 'created', { host: { new: hostOf(url) }, events: { new: events } })
  return { ...(await findWebhook(tx, id)), secret }
}

/** Changes a webhook. One that is resumed goes on with what waits and with what happens from now on. */
export async function changeWebhook(tx: Tx, id: string, body: ChangedWebhook) {
  const before = await findWebhook(tx, id, true)
  const after = { ...before, ...Object.fromEntries(Object.entries(body).filter(([, v]) => v !== undefined)) }
  const differs = (key: keyof ChangedWebhook) => JSON.stringify(after[key]) !== JSON.stringify(before[key])
  const told = {
    ...(differs('url') ? { host: { old: hostOf(before.url), new: hostOf(after.url) } } : {}),
    ...Object.fromEntries(
      (['name', 'events', 'isActive'] as const)
        .filter(differs)
        .map(key => [key, { old: before[key], new: after[key] }]),
    ),
  }
  if (!Object.keys(told).length) return before
  await tx.session.rows(
    `update webhooks set name = $3, url = $4, events = $5::text[], is_active = $6::boolean, updated_at = now()
     where workspace_id = $1::uuid and id = $2::uuid`,
    [
      tx.who.workspaceId,
      id,
      after.name ?? null,
      after.url,
      arrayLiteral(after.events as string[]),
      after.isActive,
    ],
  )
  if (differs('isActive')) await (after.isActive ? resume(tx, id) : halt(tx, id))
  await tell(tx, id, 'updated', told)
  return findWebhook(tx, id)
}

async function resume(tx: Tx, id: string): Promise<void> {
  const place = [tx.who.workspaceId, id]
  await tx.session.rows(
    `update webhooks set paused_at = null, paused_reason = null, next_attempt_at = now(), from_seq = (select coalesce(max(seq), 0) from events)
     where workspace_id = $1::uuid and id = $2::uuid`,
    place,
  )
  // Three new days for what waits.
  await tx.session.rows(
    `update webhook_deliveries set first_attempt_at = null, next_attempt_at = null
     where workspace_id = $1::uuid and webhook_id = $2::uuid and status = 'PENDING' and kind = 'EVENT' and attempts > 0`,
    place,
  )
  tx.afterCommit(wakeDispatchers)
}

const halt = (tx: Tx, id: string) =>
  tx.session.rows(
    `update webhooks set paused_at = now(), paused_reason = 'Paused by hand', next_attempt_at = null where workspace_id = $1::uuid and id = $2::uuid`,
    [tx.who.workspaceId, id],
  )

export async function deleteWebhook(tx: Tx, id: string): Promise<void> {
  const before = await findWebhook(tx, id, true)
  const place = [tx.who.workspaceId, id]
  await tx.session.rows(
    'delete from webhook_deliveries where workspace_id = $1::uuid and webhook_id = $2::uuid',
    place,
  )
  await tx.session.rows('delete from webhooks where workspace_id = $1::uuid and id = $2::uuid', place)
  await tell(tx, id, 'deleted', { host: { old: hostOf(before.url) } })
}

/** A new secret; the old one signs beside it for so many hours. */
export async function rotateSecret(app: App, tx: Tx, id: string, overlapHours: number) {
  await findWebhook(tx, id, true)
  const secret = freshSecret()
  await tx.session.rows(
    `update webhooks set sealed_previous_secret = sealed_secret, previous_until = now() + $4::float8 * interval '1 hour', sealed_secret = $3, updated_at = now()
     where workspace_id = $1::uuid and id = $2::uuid`,
    [tx.who.workspaceId, id, seal(app.config.jwtSecret, secretOf(id), secret), overlapHours],
  )
  await tell(tx, id, 'secretRotated')
  return { ...(await findWebhook(tx, id)), secret }
}

/** Puts a delivery before the queue: a test, or the replay of another. */
export async function sendDirect(
  tx: Tx,
  webhookId: string,
  kind: 'TEST' | 'REPLAY',
  { eventSeq, eventType }: { eventSeq: number | null; eventType: string },
): Promise<string> {
  await findWebhook(tx, webhookId, true)
  const id = newId()
  await tx.session.rows(
    `insert into webhook_deliveries (workspace_id, id, webhook_id, kind, event_seq, event_type)
     values ($1::uuid, $2::uuid, $3::uuid, $4, $5::bigint, $6)`,
    [tx.who.workspaceId, id, webhookId, kind, eventSeq, eventType],
  )
  await tx.session.rows(
    'update webhooks set next_attempt_at = now() where workspace_id = $1::uuid and id = $2::uuid',
    [tx.who.workspaceId, webhookId],
  )
  await tell(tx, webhookId, kind === 'TEST' ? 'tested' : 'replayed')
  tx.afterCommit(wakeDispatchers)
  return id
}
