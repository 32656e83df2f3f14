import type { Database, Who } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import type { Client, Subscription } from './client.ts'
import { mayRead, whoIs } from './identity.ts'
import { checkedFilter } from './matching.ts'
import type { Subscribe } from './protocol.ts'
import { VIEW } from './views.ts'

/** What a client asks for, where it may. @throws Refusal 400, 403, 404 */
export async function subscriptionOf(
  database: Database,
  { identity }: Client,
  message: Subscribe,
): Promise<Subscription> {
  const { id, recordId, viewId, filter } = message
  if ([recordId, viewId, filter].filter(given => given !== undefined).length > 1)
    throw invalid({ path: 'filter', message: 'give one of recordId, viewId and filter' })
  const who = whoIs(identity)
  const entity = viewId ? await entityOfView(database, who, viewId, message.entity) : message.entity
  if (!entity || !hasRecord(entity)) throw invalid({ path: 'entity', message: 'names no record type' })
  const record = recordNamed(entity)
  mayRead(identity, record.contract.path)
  if (recordId) await database.inWorkspace(who, tx => store.read(tx, record, recordId), 'read')
  const checked = filter === undefined ? undefined : await checkedFilter(database, who, entity, filter)
  return { id, entity, recordId, viewId, filter: checked, after: 0 }
}

/** The type of a saved view, where the caller sees it. @throws Refusal 404; 400 where another type is named */
async function entityOfView(
  database: Database,
  who: Who,
  viewId: string,
  entity: string | undefined,
): Promise<string> {
  const view = await database.inWorkspace(who, tx => store.read(tx, recordNamed(VIEW), viewId), 'read')
  if (entity !== undefined && entity !== view.entity)
    throw invalid({ path: 'entity', message: `the saved view is one of ${view.entity}` })
  return view.entity as string
}
