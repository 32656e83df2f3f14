import { arrayLiteral } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import { newId } from '#core/ids.ts'
import { type Kind, MAILED_BY_DEFAULT } from './kinds.ts'

/** Something that somebody is to be told. */
export type Draft = {
  workspaceId: string
  userId: string
  /** Names the effect: the same key is told once. */
  key: string
  kind: Kind
  actorId: string | null
  entityType: string
  entityId: string
  title: string | null
  detail: string | null
}

const listeners = new Set<() => void>()
/** Calls `told` whenever this process has told somebody something. @returns ends it */
export function onNotified(told: () => void): () => void {
  listeners.add(told)
  return () => listeners.delete(told)
}

/** Several with one key become one that says how many. */
function merged(drafts: Draft[]): Array<Draft & { count: number }> {
  const byKey = new Map<string, Draft & { count: number }>()
  for (const draft of drafts) {
    const key = `${draft.workspaceId} ${draft.userId} ${draft.key}`
    const known = byKey.get(key)
    if (known) known.count++
    else byKey.set(key, { ...draft, count: 1 })
  }
  return [...byKey.values()]
}

/** Tells what is told, to those who are members still, in the ways that they want. */
export async function notify(scope: Scope, drafts: Draft[]): Promise<void> {
  if (!drafts.length) return
  const all = merged(drafts)
  const column = (pick: (draft: (typeof all)[number]) => unknown) => arrayLiteral(all.map(pick))
  await scope.session.rows(
    `insert into notifications (workspace_id, id, user_id, key, kind, actor_id, entity_type, entity_id, title, detail, count, in_app, is_mail_waiting)
     select d.workspace_id, d.id, d.user_id, d.key, d.kind, d.actor_id, d.entity_type, d.entity_id, d.title, d.detail, d.count,
       coalesce(p.in_app, true), coalesce(p.email, d.mailed)
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::uuid[], $9::text[], $10::text[], $11::int[], $12::boolean[])
       d(workspace_id, id, user_id, key, kind, actor_id, entity_type, entity_id, title, detail, count, mailed)
     join memberships m on m.workspace_id = d.workspace_id and m.user_id = d.user_id and m.removed_at is null and m.is_active
     left join notification_preferences p on p.workspace_id = d.workspace_id and p.user_id = d.user_id and p.kind = d.kind
     where coalesce(p.in_app, true) or coalesce(p.email, d.mailed)
     on conflict (workspace_id, user_id, key) do update set count = notifications.count + excluded.count`,
    [
      column(draft => draft.workspaceId),
      column(() => newId()),
      column(draft => draft.userId),
      column(draft => draft.key),
      column(draft => draft.kind),
      column(draft => draft.actorId),
      column(draft => draft.entityType),
      column(draft => draft.entityId),
      column(draft => draft.title),
      column(draft => draft.detail),
      column(draft => draft.count),
      column(draft => MAILED_BY_DEFAULT[draft.kind]),
    ],
  )
  scope.afterCommit(() => {
    for (const told of listeners) told()
  })
}
