import type { Row } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import { tellAs } from '#core/events/tell.ts'
import type { App } from '#core/feature.ts'
import { sendMail } from '#features/people/mail-links.ts'
import { type Delivery, EVENT } from './message.ts'
import type { Sent } from './send.ts'

/** How long a dispatcher holds a queue without a word; longer than one attempt may take. */
export const LEASE = `interval '20 seconds'`
/** Gaps between attempts in seconds; the last one repeats until the three days are over. */
const GAPS = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600]
const GIVE_UP_AFTER = `interval '3 days'`
const JITTER = 0.1
/** A queue that has grown longer is not kept on for three days. */
const WAITING_AT_MOST = 100_000
const LOGGED_ATTEMPTS = 30

export type Place = { workspaceId: string; id: string }
export type Work = { url: string; sealedSecrets: string[]; delivery: Delivery }
export type Done = { delivery: Delivery; sent: Sent }

/**
 * Takes queues that have something due, each for one dispatcher alone.
 * @returns the webhooks, at most `limit`
 */
export async function claim(scope: Scope, leaseId: string, limit: number): Promise<Place[]> {
  const rows = await scope.session.rows(
    `update webhooks w set lease_id = $1::uuid, leased_until = now() + ${LEASE}
     from (select workspace_id, id from webhooks where next_attempt_at <= now() and (leased_until is null or leased_until < now())
       order by next_attempt_at limit $2::int for update skip locked) due
     where w.workspace_id = due.workspace_id and w.id = due.id returning w.workspace_id as "workspaceId", w.id`,
    [leaseId, limit],
  )
  return rows as Place[]
}

/** Gives queues back before their lease ends; all of this lease, or one. */
export const release = (scope: Scope, leaseId: string, only?: Place) =>
  scope.session.rows(
    'update webhooks set lease_id = null, leased_until = null where lease_id = $1::uuid and ($2::uuid is null or id = $2::uuid)',
    [leaseId, only?.id ?? null],
  )

/**
 * Writes down what came of the last attempt and takes the next delivery that is due, in one transaction. Undefined
 * where there is none, or where the queue is somebody else's by now; then it has been given back.
 */
export async function advance(
  app: App,
  scope: Scope,
  leaseId: string,
  place: Place,
  done?: Done,
): Promise<Work | undefined> {
  const { workspaceId, id } = place
  const [hook] = await scope.session.rows(
    `select url, is_active as "isActive", sealed_secret as secret, case when previous_until > now() then sealed_previous_secret end as previous
     from webhooks where workspace_id = $1::uuid and id = $2::uuid and lease_id = $3::uuid for update`,
    [workspaceId, id, leaseId],
  )
  if (!hook) return undefined
  let isActive = hook.isActive as boolean
  if (done) isActive = (await settle(app, scope, place, hook, done)) && isActive
  const next = await nextOf(scope, place, isActive)
  if (next && (next.isDue as boolean)) {
    await scope.session.rows(
      `update webhooks set leased_until = now() + ${LEASE} where workspace_id = $1::uuid and id = $2::uuid`,
      [workspaceId, id],
    )
    const { isDue: _, nextAttemptAt: _next, ...delivery } = next
    const sealedSecrets = [hook.secret, hook.previous].filter(Boolean) as string[]
    return { url: hook.url as string, sealedSecrets, delivery: delivery as unknown as Delivery }
  }
  await scope.session.rows(
    'update webhooks set lease_id = null, leased_until = null, next_attempt_at = $3::timestamptz where workspace_id = $1::uuid and id = $2::uuid',
    [workspaceId, id, next?.nextAttemptAt ?? null],
  )
  return undefined
}

/** Tests and replays go before the queue, also of a paused webhook; then the oldest event that waits. */
async function nextOf(scope: Scope, { workspaceId, id }: Place, isActive: boolean): Promise<Row | undefined> {
  const select = (where: string) =>
    scope.session.rows(
      `select d.id, d.workspace_id as "workspaceId", d.webhook_id as "webhookId", d.kind, d.event_type as "eventType", d.attempts, d.created_at as "createdAt",
         d.next_attempt_at as "nextAttemptAt", d.next_attempt_at is null or d.next_attempt_at <= now() as "isDue", ${EVENT}
       from webhook_deliveries d where d.workspace_id = $1::uuid and d.webhook_id = $2::uuid and d.status = 'PENDING' and ${where} limit 1`,
      [workspaceId, id],
    )
  const [direct] = await select(`d.kind in ('TEST', 'REPLAY') order by d.id`)
  if (direct || !isActive) return direct
  const [head] = await select(`d.kind = 'EVENT' order by d.event_seq`)
  return head
}

/** Writes one attempt down; false where the webhook was paused by it. */
async function settle(app: App, scope: Scope, place: Place, hook: Row, { delivery, sent }: Done) {
  const isDelivered = sent.error === null
  const attempts = delivery.attempts + 1
  const gap = GAPS[Math.min(attempts, GAPS.length) - 1]! * (1 + JITTER * (2 * Math.random() - 1))
  const isOrdered = delivery.kind === 'EVENT'
  const entry = { at: new Date().toISOString(), ...sent }
  const [row] = await scope.session.rows(
    `update webhook_deliveries d set attempts = $3::int, first_attempt_at = coalesce(first_attempt_at, now()),
       status = case when $4::boolean then 'DELIVERED' when not $5::boolean or coalesce(first_attempt_at, now()) <= now() - ${GIVE_UP_AFTER} then 'FAILED' else 'PENDING' end,
       delivered_at = case when $4::boolean then now() end,
       next_attempt_at = case when not $4::boolean and $5::boolean then now() + $6::float8 * interval '1 second' end,
       response_status = $7::int, response_excerpt = $8, error = $9, duration_ms = $10::int,
       log = case when jsonb_array_length(log) >= ${LOGGED_ATTEMPTS} then log - 0 else log end || $11::jsonb
     where d.workspace_id = $1::uuid and d.id = $2::uuid and d.status = 'PENDING' returning status`,
    [
      place.workspaceId,
      delivery.id,
      attempts,
      isDelivered,
      isOrdered,
      gap,
      sent.status,
      sent.excerpt,
      sent.error,
      sent.durationMs,
      JSON.stringify([entry]),
    ],
  )
  if (isDelivered || !isOrdered || !row || !hook.isActive) return true
  const reason =
    row.status === 'FAILED'
      ? `No delivery has been taken for 3 days; the last attempt: ${sent.error}`
      : await overflow(scope, place)
  if (!reason) return true
  await pause(app, scope, place, hook, reason)
  return false
}

/** Looked at when something failed, since only then does a queue grow. */
async function overflow(scope: Scope, { workspaceId, id }: Place): Promise<string | undefined> {
  const [row] = await scope.session.rows(
    `select count(*) as n from (select 1 from webhook_deliveries where workspace_id = $1::uuid and webhook_id = $2::uuid and status = 'PENDING'
       and kind = 'EVENT' limit ${WAITING_AT_MOST + 1}) waiting`,
    [workspaceId, id],
  )
  const isFull = (row!.n as number) > WAITING_AT_MOST
  return isFull ? `More than ${WAITING_AT_MOST.toLocaleString('en')} events wait for it` : undefined
}

/** Stops sending, tells it in the history, and mails all who may resume it. */
async function pause(app: App, scope: Scope, { workspaceId, id }: Place, hook: Row, reason: string) {
  await scope.session.rows(
    'update webhooks set is_active = false, paused_at = now(), paused_reason = $3 where workspace_id = $1::uuid and id = $2::uuid',
    [workspaceId, id, reason],
  )
  await scope.inside(workspaceId, () =>
    tellAs(
      scope,
      { workspaceId, userId: null },
      {
        action: 'paused',
        entityType: 'webhook',
        entityId: id,
        changes: { isActive: { old: true, new: false } },
      },
    ),
  )
  const admins = await scope.session.rows(
    `select u.email, u.name, w.name as workspace from memberships m join users u on u.id = m.user_id and u.is_active
     join workspaces w on w.id = m.workspace_id
     where m.workspace_id = $1::uuid and m.role in ('OWNER', 'ADMIN') and m.removed_at is null and m.is_active order by m.id limit 50`,
    [workspaceId],
  )
  const link = `${app.config.publicUrl}/settings/webhooks/${id}`
  for (const { email, name, workspace } of admins)
    await sendMail(app, scope, {
      to: email as string,
      subject: `A webhook of ${workspace} was paused`,
      text: `Hello ${name},\n\nthe webhook to ${new URL(hook.url as string).host} was paused. ${reason}.\n\nIts events are kept and go out once it is resumed; what happens until then does not:\n\n${link}\n`,
      link,
    })
}
