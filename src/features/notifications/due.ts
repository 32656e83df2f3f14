import type { Database } from '#core/db/workspace.ts'
import { notify } from './drafts.ts'

const TASKS_AT_ONCE = 1000

/** Tells people of their tasks that have become due within the last day, once for each time that is set. */
export async function notifyDue(database: Database): Promise<void> {
  for (let found = TASKS_AT_ONCE; found === TASKS_AT_ONCE; )
    found = await database.inSystem('ascendore_worker', async scope => {
      const rows = await scope.session.rows(
        `select d.* from workspaces w cross join lateral (
           select t.workspace_id as "workspaceId", t.assignee_id as "userId", t.id, t.title, 'TASK_DUE ' || t.id || ' ' || extract(epoch from t.due_at)::bigint as key
           from tasks t where t.workspace_id = w.id and t.deleted_at is null and t.due_at > now() - interval '1 day' and t.due_at <= now()
             and t.status = 'OPEN' and t.assignee_id is not null) d
         where not exists (select 1 from notifications n where n.workspace_id = d."workspaceId" and n.user_id = d."userId" and n.key = d.key)
           and exists (select 1 from memberships m left join notification_preferences p on p.workspace_id = m.workspace_id and p.user_id = m.user_id and p.kind = 'TASK_DUE'
             where m.workspace_id = d."workspaceId" and m.user_id = d."userId" and m.removed_at is null and m.is_active and coalesce(p.in_app or p.email, true))
         limit ${TASKS_AT_ONCE}`,
      )
      await notify(
        scope,
        rows.map(row => ({
          workspaceId: row.workspaceId as string,
          userId: row.userId as string,
          key: row.key as string,
          kind: 'TASK_DUE' as const,
          actorId: null,
          entityType: 'task',
          entityId: row.id as string,
          title: row.title as string,
          detail: null,
        })),
      )
      return rows.length
    })
}
