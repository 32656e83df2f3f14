import { arrayLiteral } from '#core/db/engine.ts'
import type { EventRow, Follower } from '#core/events/follow.ts'
import { newId } from '#core/ids.ts'
import { wakeDispatchers } from './dispatch.ts'

/** Whether an event is among those that were asked for: `*`, `deal.*`, `*.created`, `deal.updated`. */
export function isWanted(patterns: readonly string[], { entityType, action }: EventRow): boolean {
  return patterns.some(pattern => {
    if (pattern === '*') return true
    const [type, what] = pattern.split('.')
    return (type === '*' || type === entityType) && (what === '*' || what === action)
  })
}

type Hook = { workspaceId: string; id: string; events: string[]; fromSeq: number }

/**
 * Puts a delivery into the queue of every webhook that wants the event. It runs in the transaction of the follower's
 * cursor: once for each event, in the order of commits, also when the process is killed.
 */
export const webhookFollower: Follower = {
  name: 'webhooks',
  from: 'now',
  async handle(scope, events) {
    const workspaces = [...new Set(events.map(({ workspaceId }) => workspaceId))]
    const hooks = (await scope.session.rows(
      `select workspace_id as "workspaceId", id, events, from_seq as "fromSeq" from webhooks
       where workspace_id = any($1::uuid[]) and is_active`,
      [arrayLiteral(workspaces)],
    )) as Hook[]
    if (!hooks.length) return
    const due = events.flatMap(event =>
      hooks
        .filter(hook => hook.workspaceId === event.workspaceId && event.seq > hook.fromSeq)
        .filter(hook => isWanted(hook.events, event))
        .map(hook => ({ hook, event })),
    )
    if (!due.length) return
    await scope.session.rows(
      `insert into webhook_deliveries (workspace_id, id, webhook_id, kind, event_seq, event_type)
       select d.workspace_id, d.id, d.webhook_id, 'EVENT', d.seq, d.type
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[]) d(workspace_id, id, webhook_id, seq, type)`,
      [
        arrayLiteral(due.map(({ hook }) => hook.workspaceId)),
        arrayLiteral(due.map(() => newId())),
        arrayLiteral(due.map(({ hook }) => hook.id)),
        arrayLiteral(due.map(({ event }) => event.seq)),
        arrayLiteral(due.map(({ event }) => `${event.entityType}.${event.action}`)),
      ],
    )
    // The row is locked until the commit: a dispatcher that finds the queue empty meanwhile waits and looks again.
    await scope.session.rows(
      `update webhooks set next_attempt_at = coalesce(next_attempt_at, now()) where workspace_id = any($1::uuid[]) and id = any($2::uuid[])`,
      [arrayLiteral(workspaces), arrayLiteral([...new Set(due.map(({ hook }) => hook.id))])],
    )
    scope.afterCommit(wakeDispatchers)
  },
}
