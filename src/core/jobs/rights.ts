import type { Database, Role, Who } from '../db/workspace.ts'
import { lesser, reaches } from '../http/operation.ts'

/**
 * The rights that the user has now, or undefined where they may no longer write here. A job may start long
 * after it was asked for, and may take long.
 */
export async function rightsNow(database: Database, who: Who, causeId: string): Promise<Who | undefined> {
  if (!who.userId) return undefined
  const [row] = await database.inSystem('ascendore_auth', scope =>
    scope.session.rows(
      `select m.role, w.timezone, w.settings->>'recordVisibility' as visibility from memberships m
       join users u on u.id = m.user_id and u.is_active join workspaces w on w.id = m.workspace_id
       where m.workspace_id = $1::uuid and m.user_id = $2::uuid and m.removed_at is null and m.is_active`,
      [who.workspaceId, who.userId],
    ),
  )
  if (!row || !reaches(row.role as Role, 'MEMBER')) return undefined
  const visibility = row.visibility === 'workspace' ? 'workspace' : 'own'
  // An API key may have asked with a lesser role than its user's.
  const role = lesser(who.role, row.role as Role)
  return { ...who, role, timezone: row.timezone as string, visibility, causeId }
}
