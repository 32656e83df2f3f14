import { arrayLiteral } from '#core/db/engine.ts'
import { type Database, dbRoleOf, type Who } from '#core/db/workspace.ts'
import type { EventRow } from '#core/events/follow.ts'

/**
 * Callers who see the same have the same key: a database role that sees the whole workspace, or one user who sees
 * their own records only.
 */
export function visibilityOf(who: Who): string {
  const role = dbRoleOf(who)
  return role === 'ascendore_member' ? `${role} ${who.userId}` : role
}

export const seesOwnOnly = (who: Who): boolean => dbRoleOf(who) === 'ascendore_member'

/** Which of the events this caller may see at this moment: read as themselves, by row-level security. */
export async function visibleTo(database: Database, who: Who, events: EventRow[]): Promise<Set<number>> {
  const rows = await database.inWorkspace(
    who,
    tx =>
      tx.session.rows('select seq from events where workspace_id = $1::uuid and seq = any($2::bigint[])', [
        who.workspaceId,
        arrayLiteral(events.map(({ seq }) => seq)),
      ]),
    'read',
  )
  return new Set(rows.map(row => row.seq as number))
}

/**
 * For whom it is worth to look: the users whom an event, its record or that one's parent names. Nobody else can see it
 * among those who see their own only, so that an event costs a query for the few whom it concerns and not for each who
 * listens. Whether they do see it is still asked as themselves.
 */
export async function concerned(
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
    'read',
  )
  const usersOf = new Map(rows.map(row => [row.seq as number, new Set(row.users as string[])]))
  const byUser = new Map<string, EventRow[]>()
  for (const event of events)
    for (const user of usersOf.get(event.seq) ?? []) byUser.set(user, [...(byUser.get(user) ?? []), event])
  return byUser
}
