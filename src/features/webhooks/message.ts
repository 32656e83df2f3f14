import { createHmac } from 'node:crypto'
import { unseal } from '#core/auth/sealing.ts'

/** One delivery as the dispatcher finds it, with its event where it has one. */
export type Delivery = {
  id: string
  workspaceId: string
  webhookId: string
  kind: 'EVENT' | 'TEST' | 'REPLAY'
  eventType: string
  attempts: number
  createdAt: string
  event: MessageEvent | null
}
type MessageEvent = {
  id: string
  seq: number
  actorId: string | null
  action: string
  entityType: string
  entityId: string
  changes: Record<string, unknown>
  createdAt: string
}

/** The event of a delivery `d` as JSON, for the select lists of those who send or show it. */
export const EVENT = `(select jsonb_build_object('id', e.id, 'seq', e.seq, 'actorId', e.actor_id, 'action', e.action, 'entityType', e.entity_type,
  'entityId', e.entity_id, 'changes', e.changes, 'createdAt', to_char(e.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from events e where e.workspace_id = d.workspace_id and e.seq = d.event_seq) as event`

/** The body of a delivery: the same bytes at every attempt, and at a replay but for `deliveryId`. */
export function bodyOf({ id, workspaceId, webhookId, eventType, createdAt, event }: Delivery): string {
  const common = { deliveryId: id, webhookId, workspaceId, type: eventType }
  if (!event) return JSON.stringify({ ...common, id, createdAt, message: 'A test of your webhook' })
  const { id: eventId, seq, actorId, action, entityType, entityId, changes } = event
  return JSON.stringify({
    ...common,
    id: eventId,
    seq,
    createdAt: event.createdAt,
    entityType,
    entityId,
    action,
    actorId,
    changes,
  })
}

/** The headers that do not depend on the time of an attempt. */
export const headersOf = ({ id, webhookId, eventType }: Delivery): Record<string, string> => ({
  'content-type': 'application/json; charset=utf-8',
  'user-agent': 'Ascendore-CRM-Webhooks/1',
  'x-ascendore-delivery': id,
  'x-ascendore-webhook': webhookId,
  'x-ascendore-event': eventType,
})

/** What a sealed secret belongs to. */
export const secretOf = (webhookId: string) => `webhook ${webhookId}`

/**
 * `X-Ascendore-Timestamp` (Unix seconds) and `X-Ascendore-Signature`: `v1=` and the hex HMAC-SHA256 of
 * `timestamp.body` by the secret, and a second one by the secret before while a rotation lasts.
 */
export function signed(body: string, secrets: readonly string[], nowMs = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const signatures = secrets.map(
    secret => `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`,
  )
  return { 'x-ascendore-timestamp': timestamp, 'x-ascendore-signature': signatures.join(',') }
}

/** @throws Error where JWT_SECRET is another one than when they were sealed */
export const openSecrets = (jwtSecret: string, webhookId: string, sealed: readonly string[]): string[] =>
  sealed.map(text => unseal(jwtSecret, secretOf(webhookId), text))
