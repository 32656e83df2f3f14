import type { Scope } from '#core/db/workspace.ts'
import { asAuth } from './people.ts'

/** The workspace `w` as it is read; settings that nobody has set show what holds without them. */
export const WORKSPACE = `w.id, w.name, w.slug, w.currency, w.timezone,
  '{"recordVisibility": "own", "retentionDays": 30}'::jsonb || w.settings as settings,
  w.created_at as "createdAt", w.updated_at as "updatedAt", w.version`

export type Workspace = { id: string; name: string; role: string; [key: string]: unknown }

/** The workspaces to which a person belongs at this moment, with their role, in the order of joining. */
export async function workspacesOf(scope: Scope, userId: string): Promise<Workspace[]> {
  const rows = await asAuth(
    scope,
    `select ${WORKSPACE}, m.role from memberships m join workspaces w on w.id = m.workspace_id
     where m.user_id = $1::uuid and m.removed_at is null and m.is_active order by m.created_at, m.id`,
    [userId],
  )
  return rows as Workspace[]
}
