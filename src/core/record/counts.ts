import type { Scope, Tx } from '../db/workspace.ts'
import type { EventRow, Follower } from '../events/follow.ts'

const UP = ['created', 'restored']
const DOWN = ['deleted']

/**
 * Exact numbers of live records without counting: a follower folds events into `record_counts`, and a
 * reader adds what has come since. Both parts are read in one snapshot, so the sum is exact at any moment.
 */
export const countFollower: Follower = {
  name: 'counts',
  async handle(scope: Scope, events: EventRow[]) {
    const deltas = new Map<string, number>()
    for (const { workspaceId, entityType, action } of events) {
      const step = UP.includes(action) ? 1 : DOWN.includes(action) ? -1 : 0
      if (step)
        deltas.set(`${workspaceId} ${entityType}`, (deltas.get(`${workspaceId} ${entityType}`) ?? 0) + step)
    }
    for (const [key, delta] of deltas) {
      const [workspaceId, type] = key.split(' ')
      await scope.session.rows(
        `insert into record_counts (workspace_id, type, live) values ($1::uuid, $2, $3::bigint)
         on conflict (workspace_id, type) do update set live = record_counts.live + excluded.live`,
        [workspaceId, type, delta],
      )
    }
  },
}

/**
 * The number of live records of a type in the workspace. A MEMBER who sees their own events only counts as
 * the role that sees them all: the number belongs to a list that they see whole. Two things let it find the
 * events behind the cursor by their index: COALESCE is not leakproof, so it stands inside the subquery, where
 * row-level security does not keep it from the index; and the upper bound of `seq`, which excludes nothing,
 * has the planner expect a narrow range.
 */
export async function liveCount(tx: Tx, type: string): Promise<number> {
  const counting = () => countNow(tx, type)
  const [row] = await (tx.role === 'ascendore_member' ? tx.as('ascendore_search', counting) : counting())
  return row!.live as number
}

const countNow = (tx: Tx, type: string) =>
  tx.session.rows(
    `select coalesce((select live from record_counts where workspace_id = $1::uuid and type = $2), 0)
       + coalesce((select sum(case when action = 'deleted' then -1 else 1 end) from events
           where workspace_id = $1::uuid and entity_type = $2 and action in ('created', 'restored', 'deleted')
             and seq > (select coalesce(max(seq), 0) from event_cursors where follower = 'counts') and seq < 9223372036854775807), 0) as live`,
    [tx.who.workspaceId, type],
    'once',
  )
