import { arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import type { EventRow, Follower } from '#core/events/follow.ts'
import { newId } from '#core/ids.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { embedded } from './texts.ts'

/** Whoever has taken a record and says nothing for so long was killed. */
const TAKEN_SECONDS = 180
const MARKED_AT_ONCE = 5000

const TEXTS = ['text', 'longText', 'email', 'url', 'phone', 'tags']
const GONE = ['deleted', 'purged']

const mayChangeText = (record: RecordDefinition, { action, changes }: EventRow): boolean =>
  action === 'created' ||
  action === 'restored' ||
  Object.keys(changes).some(key => TEXTS.includes(record.contract.fields[key]?.kind ?? 'text'))

const told = new Set<() => void>()
/** Calls back in this process when something was put into the queue. @returns ends that */
export function onQueued(tell: () => void): () => void {
  told.add(tell)
  return () => told.delete(tell)
}

export function tellQueued(): void {
  for (const tell of told) tell()
}

/** Puts what has changed into the queue, and forgets what is gone. */
export const embeddingFollower: Follower = {
  name: 'embeddings',
  async handle(scope, events) {
    const records = new Map(embedded().map(record => [record.contract.name, record]))
    // The last event of a record decides.
    const last = new Map<string, EventRow>()
    for (const event of events) {
      const record = records.get(event.entityType)
      if (record && (GONE.includes(event.action) || mayChangeText(record, event)))
        last.set(`${event.workspaceId} ${event.entityId}`, event)
    }
    const all = [...last.values()]
    const [gone, due] = [
      all.filter(({ action }) => GONE.includes(action)),
      all.filter(({ action }) => !GONE.includes(action)),
    ]
    if (due.length)
      await scope.session.rows(
        `insert into embedding_due (workspace_id, record_id, record_type) select * from unnest($1::uuid[], $2::uuid[], $3::text[]) order by 1, 2
         on conflict (workspace_id, record_id) do update set due_at = clock_timestamp()`,
        [...keysOf(due), arrayLiteral(due.map(({ entityType }) => entityType))],
      )
    for (const table of gone.length ? ['embedding_due', 'embeddings'] : [])
      await scope.session.rows(
        `delete from ${table} e using unnest($1::uuid[], $2::uuid[]) k(workspace_id, record_id) where e.workspace_id = k.workspace_id and e.record_id = k.record_id`,
        keysOf(gone),
      )
    const changed = new Set(
      events.filter(({ entityType }) => entityType === 'aiSettings').map(({ workspaceId }) => workspaceId),
    )
    for (const workspaceId of changed) await makeStale(scope, workspaceId)
    if (due.length || changed.size) scope.afterCommit(tellQueued)
  },
}

const keysOf = (events: EventRow[]): string[] => [
  arrayLiteral(events.map(({ workspaceId }) => workspaceId)),
  arrayLiteral(events.map(({ entityId }) => entityId)),
]

const makeStale = (scope: Scope, workspaceId: string) =>
  scope.session.rows(
    `insert into embedding_states (workspace_id, id, is_stale) values ($1::uuid, $2::uuid, true) on conflict (workspace_id) do update set is_stale = true`,
    [workspaceId, newId()],
  )

export type Due = { workspaceId: string; recordId: string; recordType: string; dueAt: string }

/** Takes records out of the queue for a while; whoever has embedded them calls `done`. */
export async function takeDue(scope: Scope, limit: number, without: string[]): Promise<Due[]> {
  const rows = await scope.session.rows(
    `update embedding_due d set due_at = date_trunc('milliseconds', clock_timestamp()) + interval '${TAKEN_SECONDS} seconds'
     from (select workspace_id, record_id from embedding_due where due_at <= clock_timestamp() and workspace_id <> all($2::uuid[])
       order by due_at limit $1::int for update skip locked) n
     where d.workspace_id = n.workspace_id and d.record_id = n.record_id
     returning d.workspace_id as "workspaceId", d.record_id as "recordId", d.record_type as "recordType", d.due_at as "dueAt"`,
    [limit, arrayLiteral(without)],
  )
  return rows as Due[]
}

/** Has what was put off tried again now. */
export const hurry = (scope: Scope, workspaceId: string) =>
  scope.session.rows(
    'update embedding_due set due_at = clock_timestamp() where workspace_id = $1::uuid and due_at > clock_timestamp()',
    [workspaceId],
  )

/** What was taken and has not changed since, locked in the one order in which the follower writes: so neither waits for the other. */
const LOCKED = `locked as (select d.workspace_id, d.record_id from embedding_due d
  join unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) k(workspace_id, record_id, due_at)
    on d.workspace_id = k.workspace_id and d.record_id = k.record_id and d.due_at = k.due_at
  order by 1, 2 for update of d)`

/** Ends what was taken, but for records that have changed since. */
export const done = (scope: Scope, taken: Due[]) =>
  scope.session.rows(
    `with ${LOCKED} delete from embedding_due d using locked k where d.workspace_id = k.workspace_id and d.record_id = k.record_id`,
    placesOf(taken),
  )

/** Puts back what could not be embedded now. */
export const putOff = (scope: Scope, taken: Due[], seconds: number) =>
  scope.session.rows(
    `with ${LOCKED} update embedding_due d set due_at = clock_timestamp() + $4::float8 * interval '1 second' from locked k
     where d.workspace_id = k.workspace_id and d.record_id = k.record_id`,
    [...placesOf(taken), seconds],
  )

const placesOf = (taken: Due[]): string[] => [
  arrayLiteral(taken.map(({ workspaceId }) => workspaceId)),
  arrayLiteral(taken.map(({ recordId }) => recordId)),
  arrayLiteral(taken.map(({ dueAt }) => dueAt)),
]

/**
 * Puts the records of a workspace into the queue, a part at a time: all of them, or those that have no vector of the model, or an
 * older one than their last change.
 */
export async function markAll(
  inSystem: <T>(work: (scope: Scope) => Promise<T>) => Promise<T>,
  workspaceId: string,
  model: string,
  which: 'all' | 'missing',
): Promise<void> {
  for (const record of embedded()) {
    let last: string | null = null
    do {
      const rows: Row[] = await inSystem(scope =>
        scope.session.rows(
          `with page as (select t.id, t.updated_at from ${tableOf(record)} t where t.workspace_id = $1::uuid and t.deleted_at is null
             and ($2::uuid is null or t.id > $2::uuid) order by t.id limit ${MARKED_AT_ONCE}),
           marked as (insert into embedding_due (workspace_id, record_id, record_type)
             select $1::uuid, p.id, $3 from page p where $4::boolean or not exists (select from embeddings e where e.workspace_id = $1::uuid
               and e.model = $5 and e.record_type = $3 and e.record_id = p.id and e.created_at >= p.updated_at) on conflict do nothing)
           select id from page order by id desc limit 1`,
          [workspaceId, last, record.contract.name, which === 'all', model],
        ),
      )
      last = (rows[0]?.id as string | undefined) ?? null
    } while (last)
  }
}
