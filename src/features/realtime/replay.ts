import { setTimeout as sleep } from 'node:timers/promises'
import type { Who } from '#core/db/workspace.ts'
import type { EventRow } from '#core/events/follow.ts'
import type { App } from '#core/feature.ts'
import { type Client, eventMessage, type Subscription, shown } from './client.ts'
import { whoIs } from './identity.ts'
import { filtered } from './matching.ts'

const EVENTS_AT_ONCE = 500
/** Who has missed more is quicker by loading anew. */
const EVENTS_AT_MOST = 5000
const NUMBERS_AT_MOST = 200_000
const BUFFERED_AT_MOST = 256 * 1024
const TAKEN_WITHIN_MS = 30_000

/** Sends what a client has missed, as far as it may see it now, in order. */
export async function replay(
  app: App,
  client: Client,
  subscription: Subscription,
  from: number,
  to: number,
): Promise<void> {
  const tooFar = () =>
    client.reset('TOO_FAR_BEHIND', 'More has happened than can be caught up with; load anew')
  if (to - from > NUMBERS_AT_MOST) return tooFar()
  let sent = 0
  for (let after = from; client.isOpen; ) {
    const who = whoIs(client.identity)
    const events = await missed(app, who, subscription, after, to)
    const { id, entity, filter } = subscription
    const passing =
      filter && events.length ? await filtered(app.database, who, entity, filter, events) : undefined
    for (const event of events) {
      const fit = passing?.get(event.seq)
      if (passing && fit === undefined) continue
      const matches = fit === undefined ? undefined : { [id]: fit }
      client.send(eventMessage(JSON.stringify(shown(event)), [id], matches))
      sent++
    }
    if (events.length < EVENTS_AT_ONCE) return
    if (sent >= EVENTS_AT_MOST) return tooFar()
    after = events.at(-1)!.seq
    await taken(client)
  }
}

const missed = (app: App, who: Who, { entity, recordId }: Subscription, after: number, to: number) =>
  app.database.inWorkspace(
    who,
    async tx =>
      (await tx.session.rows(
        `select seq, id, workspace_id as "workspaceId", actor_id as "actorId", action, entity_type as "entityType", entity_id as "entityId",
           changes, cause_id as "causeId", created_at as "createdAt"
         from events where workspace_id = $1::uuid and seq > $2::bigint and seq <= $3::bigint and entity_type = $4
           and ($5::uuid is null or entity_id = $5::uuid) order by seq limit ${EVENTS_AT_ONCE}`,
        [who.workspaceId, after, to, entity, recordId ?? null],
      )) as unknown as EventRow[],
    'read',
  )

/** Waits until the client has taken most of what was sent. */
async function taken(client: Client): Promise<void> {
  const deadline = Date.now() + TAKEN_WITHIN_MS
  while (client.isOpen && client.buffered > BUFFERED_AT_MOST && Date.now() < deadline) await sleep(20)
}
