import type { Database } from '#core/db/workspace.ts'
import { Refusal } from '#core/errors.ts'
import type { EventRow } from '#core/events/follow.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import type { Client, Subscription } from './client.ts'
import { whoIs } from './identity.ts'
import { checkedFilter } from './matching.ts'
import { errorMessage } from './protocol.ts'

export const VIEW = 'savedView'

/**
 * Reads the filter of a subscription's view anew. Answers what then is to be told: nothing as yet, or that the subscription has
 * ended, since the view is gone, is another's own now or has a filter that fits no more.
 */
export async function renewFilter(
  database: Database,
  client: Client,
  subscription: Subscription,
): Promise<(() => void) | undefined> {
  const who = whoIs(client.identity)
  const { viewId, id } = subscription
  try {
    const view = await database.inWorkspace(who, tx => store.read(tx, recordNamed(VIEW), viewId!), 'read')
    // A view without a filter shows all, and still says of each record whether it is in it.
    subscription.filter = await checkedFilter(database, who, subscription.entity, view.filter ?? { and: [] })
    return undefined
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error
    return () => {
      client.subscriptions.delete(id)
      client.asked.delete(id)
      client.send(errorMessage(error, id))
    }
  }
}

/** Takes over the filters of views that have changed. Answers what is to be told before the events of the batch. */
export async function followViews(
  database: Database,
  clients: Iterable<Client>,
  events: EventRow[],
): Promise<Array<() => void>> {
  const changed = new Set(events.filter(({ entityType }) => entityType === VIEW).map(event => event.entityId))
  const sending: Array<() => void> = []
  if (!changed.size) return sending
  for (const client of clients)
    for (const subscription of client.subscriptions.values()) {
      if (!subscription.viewId || !changed.has(subscription.viewId)) continue
      const ended = await renewFilter(database, client, subscription)
      sending.push(ended ?? (() => client.send(JSON.stringify({ type: 'viewChanged', id: subscription.id }))))
    }
  return sending
}
