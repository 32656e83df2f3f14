import type { Role, Tx } from '#core/db/workspace.ts'
import { forbidden, notFound, Refusal, unprocessable } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { reaches } from '#core/http/operation.ts'
import { asAuth, tell } from './people.ts'

export type Membership = {
  id: string
  workspaceId: string
  userId: string
  role: Role
  isActive: boolean
  version: number
}
type Wanted = { role?: Role; isActive?: boolean }

const MEMBERSHIP =
  'id, workspace_id as "workspaceId", user_id as "userId", role, is_active as "isActive", version'

const lastOwner = () =>
  unprocessable('LAST_OWNER', 'A workspace needs an owner: make somebody else one first')

/**
 * The membership that is to be changed, and the owners of the workspace, all of them locked: of two owners
 * who step down at the same time the second waits and then sees that they are the last. The caller's own
 * rights are read anew, since those of the request may be two seconds old.
 * @throws Refusal 404 unknown or removed, 403 where the caller may not
 */
async function lock(tx: Tx, membershipId: string) {
  const { workspaceId, userId } = tx.who
  const owners = (await asAuth(
    tx,
    `select ${MEMBERSHIP} from memberships where workspace_id = $1::uuid and role = 'OWNER' and removed_at is null and is_active
     order by id for update`,
    [workspaceId],
  )) as Membership[]
  const rows = (await asAuth(
    tx,
    `select ${MEMBERSHIP} from memberships where workspace_id = $1::uuid and (id = $2::uuid or user_id = $3::uuid) and removed_at is null
     order by id for update`,
    [workspaceId, membershipId, userId],
  )) as Membership[]
  const target = rows.find(row => row.id === membershipId)
  const caller = rows.find(row => row.userId === userId)
  if (!caller?.isActive) throw forbidden('You are no longer a member of this workspace', 'NOT_A_MEMBER')
  if (!target) throw notFound('Membership')
  return { target, caller, others: owners.filter(owner => owner.id !== target.id) }
}

/** Only an owner may touch what an owner has. */
function requireRank(caller: Membership, target: Membership, wanted: Wanted = {}): void {
  if (!reaches(caller.role, 'ADMIN')) throw forbidden('Only an admin or owner may do this')
  const isAboutOwners = target.role === 'OWNER' || wanted.role === 'OWNER'
  if (isAboutOwners && caller.role !== 'OWNER')
    throw forbidden('Only an owner may make, change or remove an owner')
}

/**
 * Changes role or activity of a member. Ownership is handed over by making another member an owner and
 * then stepping down.
 * @throws Refusal 403, 404, 412, 422 LAST_OWNER, 422 SELF_REMOVAL
 */
export async function changeMembership(
  app: App,
  tx: Tx,
  id: string,
  wanted: Wanted,
  ifMatch?: readonly number[],
): Promise<void> {
  const { target, caller, others } = await lock(tx, id)
  requireRank(caller, target, wanted)
  if (ifMatch && !ifMatch.includes(target.version))
    throw new Refusal(412, 'PRECONDITION_FAILED', 'The membership has been changed since you read it')
  const role = wanted.role ?? target.role
  const isActive = wanted.isActive ?? target.isActive
  if (target.id === caller.id && !isActive)
    throw unprocessable('SELF_REMOVAL', 'You cannot deactivate yourself')
  if (target.role === 'OWNER' && !(role === 'OWNER' && isActive) && !others.length) throw lastOwner()
  const changes = {
    ...(role !== target.role ? { role: { old: target.role, new: role } } : {}),
    ...(isActive !== target.isActive ? { isActive: { old: target.isActive, new: isActive } } : {}),
  }
  if (!Object.keys(changes).length) return
  await asAuth(
    tx,
    'update memberships set role = $3, is_active = $4::boolean, updated_at = now(), version = version + 1 where workspace_id = $1::uuid and id = $2::uuid',
    [target.workspaceId, target.id, role, isActive],
  )
  await tell(tx, tx.who, target.workspaceId, {
    action: 'updated',
    entityType: 'membership',
    entityId: target.id,
    changes,
  })
  tx.afterCommit(() => app.access.forget())
}

/**
 * Takes a member out; the row stays, because records name them. Members and viewers may leave, an owner too
 * where another remains, an admin may not remove themselves (SPEC 3).
 * @throws Refusal 403, 404, 422 LAST_OWNER, 422 SELF_REMOVAL
 */
export async function removeMembership(app: App, tx: Tx, id: string): Promise<void> {
  const { target, caller, others } = await lock(tx, id)
  const isSelf = target.id === caller.id
  if (isSelf && target.role === 'ADMIN')
    throw unprocessable('SELF_REMOVAL', 'An admin cannot remove themselves; ask another admin or an owner')
  if (!isSelf) requireRank(caller, target)
  if (target.role === 'OWNER' && !others.length) throw lastOwner()
  await asAuth(
    tx,
    'update memberships set removed_at = now(), updated_at = now(), version = version + 1 where workspace_id = $1::uuid and id = $2::uuid',
    [target.workspaceId, target.id],
  )
  await tell(tx, tx.who, target.workspaceId, {
    action: 'deleted',
    entityType: 'membership',
    entityId: target.id,
    changes: { userId: { old: target.userId }, role: { old: target.role } },
  })
  tx.afterCommit(() => app.access.forget())
}
