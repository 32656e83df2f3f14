import { arrayLiteral } from '#core/db/engine.ts'
import { type Database, dbRoleOf, type Who } from '#core/db/workspace.ts'
import type { EventRow } from '#core/events/follow.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { isPrivate } from '#core/record/visibility.ts'

/** Callers who see the same of the events, and these. */
export type Alike<T> = { who: Who; callers: T[]; events: EventRow[] }

/**
 * Which callers of a workspace see which of the events at this moment. Admins see all that their role sees, and so do those who
 * see the whole workspace, but of private record types only what names them; the others see only that of any type. What
 * a role sees is asked once for all who have it, the rest for each of those whom an event concerns.
 */
export async function seenBy<T>(
  database: Database,
  workspaceId: string,
  callers: readonly T[],
  whoIs: (caller: T) => Who,
  events: EventRow[],
): Promise<Alike<T>[]> {
  const users = alikeUsers(callers, whoIs)
  const byRole = new Map<string, Promise<EventRow[]>>()
  const seenByRole = (who: Who): Promise<EventRow[]> => {
    const role = dbRoleOf(who)
    const known = byRole.get(role)
    if (known) return known
    const seen = visible(
      database,
      who,
      events.filter(event => isSharedWith(who, event)),
    )
    byRole.set(role, seen)
    return seen
  }
  const oneOfEachRole = new Map(users.map(({ who }) => [dbRoleOf(who), who])).values()
  const isAnyOwn = oneOfEachRole.some(who => events.some(event => !isSharedWith(who, event)))
  const own = isAnyOwn ? await concerned(database, workspaceId, events) : undefined
  const found = new Map<string, Alike<T>>()
  for (const { who, callers: same } of users) {
    const shared = await seenByRole(who)
    const theirs = (own?.get(who.userId!) ?? []).filter(event => !isSharedWith(who, event))
    const more = await visible(database, who, theirs)
    // Whoever sees no more than their role does is asked for together with the others of it.
    const key = more.length ? `${dbRoleOf(who)} ${who.userId}` : dbRoleOf(who)
    const group = found.get(key)
    if (group) group.callers.push(...same)
    else
      found.set(key, {
        who,
        callers: same,
        events: [...shared, ...more].sort((one, other) => one.seq - other.seq),
      })
  }
  return [...found.values()].filter(group => group.events.length)
}

/** The callers by database role and user. */
function alikeUsers<T>(callers: readonly T[], whoIs: (caller: T) => Who): Array<{ who: Who; callers: T[] }> {
  const users = new Map<string, { who: Who; callers: T[] }>()
  for (const caller of callers) {
    const who = whoIs(caller)
    const key = `${dbRoleOf(who)} ${who.userId}`
    const known = users.get(key)
    if (known) known.callers.push(caller)
    else users.set(key, { who, callers: [caller] })
  }
  return [...users.values()]
}

/** Whether all who have the caller's database role see the event, if any of them does. */
function isSharedWith(who: Who, { entityType }: EventRow): boolean {
  const role = dbRoleOf(who)
  if (role === 'ascendore_admin') return true
  return role !== 'ascendore_member' && hasRecord(entityType) && !isPrivate(recordNamed(entityType))
}

/** Which of the events this caller may see at this moment: read as themselves, by row-level security. */
async function visible(database: Database, who: Who, events: EventRow[]): Promise<EventRow[]> {
  if (!events.length) return []
  const rows = await database.inWorkspace(
    who,
    tx =>
      tx.session.rows('select seq from events where workspace_id = $1::uuid and seq = any($2::bigint[])', [
        who.workspaceId,
        arrayLiteral(events.map(({ seq }) => seq)),
      ]),
    'read',
  )
  const seen = new Set(rows.map(row => row.seq as number))
  return events.filter(({ seq }) => seen.has(seq))
}

/**
 * For whom it is worth to look: the users whom an event, its record or that one's parent names. Nobody else can see it
 * where it is not shared, so that an event costs a query for the few whom it concerns and not for each who
 * listens. Whether they do see it is still asked as themselves.
 */
async function concerned(
  database: Database,
  workspaceId: string,
  events: EventRow[],
): Promise<Map<string, EventRow[]>> {
  const rows = await database.inSystem(
    'ascendore_worker',
    scope =>
      scope.session.rows(
        `select e.seq, array_remove(array[e.actor_id, d.owner_id, d.created_by_id, d.assignee_id, p.owner_id, p.created_by_id, p.assignee_id], null)::text[] as users
         from events e left join records d on d.workspace_id = e.workspace_id and d.id = e.entity_id
         left join records p on p.workspace_id = d.workspace_id and p.id = d.parent_id
         where e.workspace_id = $1::uuid and e.seq = any($2::bigint[])`,
        [workspaceId, arrayLiteral(events.map(({ seq }) => seq))],
      ),
    'unheard',
  )
  const usersOf = new Map(rows.map(row => [row.seq as number, new Set(row.users as string[])]))
  const byUser = new Map<string, EventRow[]>()
  for (const event of events)
    for (const user of usersOf.get(event.seq) ?? []) byUser.set(user, [...(byUser.get(user) ?? []), event])
  return byUser
}
