import { arrayLiteral } from '#core/db/engine.ts'
import { type Database, systemIn } from '#core/db/workspace.ts'
import type { Follower } from '#core/events/follow.ts'
import { NIL_ID } from '#core/ids.ts'

/**
 * How lively the exchange with a contact is, 0 to 100: each interaction of the last 90 days counts by how
 * much effort it shows (meeting 10, call 5, inbound mail 4, message 2, outbound mail 1), and half as much
 * for every 30 days of age. Our own rule of thumb; nothing is claimed of it but that it orders contacts.
 */
const SCORE = `least(100, round(coalesce(sum(
  case i.type when 'MEETING' then 10 when 'CALL' then 5 when 'MESSAGE' then 2 else case i.direction when 'INBOUND' then 4 else 1 end end
  * power(0.5, extract(epoch from now() - i.occurred_at) / 86400 / 30)) filter (where i.occurred_at > now() - interval '90 days' and i.occurred_at <= now()), 0)))::int`

const REFRESH = `update contacts c set last_interaction_at = n.last, engagement_score = n.score
  from (select k.id, max(i.occurred_at) as last, ${SCORE} as score
    from contacts k left join interactions i on i.workspace_id = k.workspace_id and i.contact_id = k.id and i.deleted_at is null
    where k.workspace_id = $1::uuid and k.id = any($2::uuid[]) group by k.id) n
  where c.workspace_id = $1::uuid and c.id = n.id and (c.last_interaction_at is distinct from n.last or c.engagement_score <> n.score)`

/**
 * Keeps `lastInteractionAt` and `engagementScore` of contacts. They follow from interactions, so they
 * change no version and leave no event of their own.
 */
export const engagementFollower: Follower = {
  name: 'engagement',
  async handle(scope, events) {
    const touched = new Map<string, Set<string>>()
    for (const { workspaceId, entityType, entityId } of events) {
      if (entityType === 'interaction')
        touched.set(workspaceId, (touched.get(workspaceId) ?? new Set()).add(entityId))
    }
    for (const [workspaceId, ids] of touched) {
      await scope.inside(workspaceId, async () => {
        // A moved interaction also concerns the contact that it was with before.
        const before = events.flatMap(event =>
          event.workspaceId === workspaceId && event.entityType === 'interaction'
            ? [event.changes.contactId?.old]
            : [],
        )
        const rows = await scope.session.rows(
          'select distinct contact_id as id from interactions where workspace_id = $1::uuid and id = any($2::uuid[]) and contact_id is not null',
          [workspaceId, arrayLiteral([...ids])],
        )
        const contacts = [...rows.map(row => row.id), ...before.filter(id => typeof id === 'string')]
        if (contacts.length) await scope.session.rows(REFRESH, [workspaceId, arrayLiteral(contacts)])
      })
    }
  },
}

const CONTACTS_AT_ONCE = 1000

/** Once a day: scores fade as interactions grow old. */
export async function refreshEngagement(database: Database): Promise<void> {
  const workspaces = await database.inSystem('ascendore_worker', scope =>
    scope.session.rows('select id from workspaces'),
  )
  for (const { id } of workspaces) {
    const who = systemIn(id as string)
    for (let last = NIL_ID; ; ) {
      const ids = await database.inWorkspace(who, async tx => {
        const rows = await tx.session.rows(
          `select id from contacts where workspace_id = $1::uuid and engagement_score > 0 and id > $2::uuid order by id limit ${CONTACTS_AT_ONCE}`,
          [id, last],
        )
        if (rows.length) await tx.session.rows(REFRESH, [id, arrayLiteral(rows.map(row => row.id))])
        return rows.map(row => row.id as string)
      })
      if (ids.length < CONTACTS_AT_ONCE) break
      last = ids.at(-1)!
    }
  }
}
