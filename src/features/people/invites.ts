import { timingSafeEqual } from 'node:crypto'
import { markOf } from '#core/auth/sealing.ts'
import type { Role, Scope, Tx } from '#core/db/workspace.ts'
import { conflict, forbidden, notFound, unprocessable } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { reaches } from '#core/http/operation.ts'
import { newId } from '#core/ids.ts'
import { sendMail } from './mail-links.ts'
import { asAuth, tell } from './people.ts'

const INVITE_DAYS = 7
const UUID_BYTES = 16
const MARK_BYTES = 32

/**
 * The token of an invite is computed, not kept: workspace, invite, kind, and a mark over them that only this
 * server can make. A copy of the database therefore opens nothing, and yet admins can be shown the token at
 * any time, as R3's `Invite` has it. There are two kinds: `mail` goes only into the mail, so that whoever
 * comes with it has read that mailbox; `link` is the one that admins see and may pass on, which shows nothing
 * about the mailbox. It ends with its invite: expired, accepted, or revoked.
 */
type Kind = 'mail' | 'link'
const KINDS: readonly Kind[] = ['mail', 'link']
type Place = { workspaceId: string; id: string }

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')
const uuidOf = (bytes: Buffer) =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const mark = (app: App, { workspaceId, id }: Place, kind: Kind) =>
  markOf(app.config.jwtSecret, 'invite', `${kind} ${workspaceId} ${id}`)

export function inviteToken(app: App, place: Place, kind: Kind): string {
  const parts = [bytesOf(place.workspaceId), bytesOf(place.id), Buffer.from([KINDS.indexOf(kind)])]
  return Buffer.concat([...parts, mark(app, place, kind)]).toString('base64url')
}

/** What a token stands for, or undefined where this server has not made it. */
export function readInviteToken(app: App, token: string): (Place & { kind: Kind }) | undefined {
  const bytes = Buffer.from(token, 'base64url')
  const kind = KINDS[bytes[2 * UUID_BYTES] ?? KINDS.length]
  if (!kind || bytes.length !== 2 * UUID_BYTES + 1 + MARK_BYTES) return undefined
  const place = {
    workspaceId: uuidOf(bytes.subarray(0, UUID_BYTES)),
    id: uuidOf(bytes.subarray(UUID_BYTES, 2 * UUID_BYTES)),
  }
  if (!timingSafeEqual(bytes.subarray(-MARK_BYTES), mark(app, place, kind))) return undefined
  return { ...place, kind }
}

export type Invite = Place & {
  email: string
  role: Role
  status: 'PENDING' | 'ACCEPTED' | 'REVOKED' | 'EXPIRED'
  createdById: string | null
  expiresAt: string
  acceptedAt: string | null
  createdAt: string
}

export const INVITE = `i.id, i.workspace_id as "workspaceId", i.email, i.role, i.created_by_id as "createdById",
  case when i.accepted_at is not null then 'ACCEPTED' when i.revoked_at is not null then 'REVOKED' when i.expires_at <= now() then 'EXPIRED' else 'PENDING' end as status,
  i.expires_at as "expiresAt", i.accepted_at as "acceptedAt", i.created_at as "createdAt"`

/** As the caller may see it: the token only of what they could have invited to themselves. */
export const shown = (app: App, invite: Invite, viewer: Role) => ({
  ...invite,
  token: invite.status === 'PENDING' && mayGive(viewer, invite.role) ? inviteToken(app, invite, 'link') : '',
})

const mayGive = (giver: Role, role: Role) =>
  reaches(giver, 'ADMIN') && (role !== 'OWNER' || giver === 'OWNER')

/**
 * Invites an address by mail, in place of an invite that still waits.
 * @throws Refusal 403 where only an owner may give the role, 409 ALREADY_MEMBER
 */
export async function invite(app: App, tx: Tx, email: string, role: Role): Promise<Invite> {
  const { workspaceId, userId } = tx.who
  if (!mayGive(tx.who.role, role)) throw forbidden('Only an owner may invite an owner')
  // Two who invite the same address take turns, so that exactly one invite waits in the end.
  await tx.session.rows('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `invite ${workspaceId} ${email}`,
  ])
  const member = await tx.session.rows(
    'select 1 from memberships m join users u on u.id = m.user_id where m.workspace_id = $1::uuid and u.email = $2 and m.removed_at is null',
    [workspaceId, email],
  )
  if (member.length) throw conflict('They are a member of this workspace already', 'ALREADY_MEMBER')
  await tx.session.rows(
    `update invites set revoked_at = now(), updated_at = now()
     where workspace_id = $1::uuid and email = $2 and accepted_at is null and revoked_at is null`,
    [workspaceId, email],
  )
  const [row] = await tx.session.rows(
    `insert into invites as i (workspace_id, id, email, role, created_by_id, expires_at)
     values ($1::uuid, $2::uuid, $3, $4, $5::uuid, now() + interval '${INVITE_DAYS} days') returning ${INVITE}`,
    [workspaceId, newId(), email, role, userId],
  )
  const made = row as unknown as Invite
  const changes = { email: { new: email }, role: { new: role } }
  await tell(tx, tx.who, workspaceId, {
    action: 'created',
    entityType: 'invite',
    entityId: made.id,
    changes,
  })
  await mailInvite(app, tx, made)
  return made
}

async function mailInvite(app: App, tx: Tx, made: Invite): Promise<void> {
  const [names] = await tx.session.rows(
    'select w.name as workspace, u.name as inviter from workspaces w left join users u on u.id = $2::uuid where w.id = $1::uuid',
    [made.workspaceId, tx.who.userId],
  )
  const { workspace, inviter } = names as { workspace: string; inviter: string | null }
  const link = `${app.config.publicUrl}/invite?token=${inviteToken(app, made, 'mail')}`
  await sendMail(app, tx, {
    to: made.email,
    subject: `You are invited to ${workspace}`,
    text: `Hello,\n\n${inviter ?? 'Somebody'} invites you to work in ${workspace} on Ascendore CRM. Open this link within ${INVITE_DAYS} days to accept:\n\n${link}\n\nIf you do not know them, do nothing.\n`,
    link,
  })
}

/** Takes an invite back. @throws Refusal 404 where none waits */
export async function revokeInvite(tx: Tx, id: string): Promise<void> {
  const { workspaceId } = tx.who
  const revoked = await tx.session.rows(
    `update invites set revoked_at = now(), updated_at = now()
     where workspace_id = $1::uuid and id = $2::uuid and accepted_at is null and revoked_at is null returning email`,
    [workspaceId, id],
  )
  if (!revoked.length) throw notFound('Invite')
  await tell(tx, tx.who, workspaceId, {
    action: 'revoked',
    entityType: 'invite',
    entityId: id,
    changes: { email: { old: revoked[0]!.email } },
  })
}

/**
 * The invite while it waits; locked where `forUpdate`.
 * @throws Refusal 404 unknown, 422 INVITE_EXPIRED, INVITE_USED, INVITE_REVOKED
 */
export async function waitingInvite(scope: Scope, place: Place, forUpdate = false): Promise<Invite> {
  const [row] = await asAuth(
    scope,
    `select ${INVITE} from invites i where i.workspace_id = $1::uuid and i.id = $2::uuid${forUpdate ? ' for update' : ''}`,
    [place.workspaceId, place.id],
  )
  if (!row) throw notFound('Invite')
  const found = row as unknown as Invite
  if (found.status === 'EXPIRED')
    throw unprocessable('INVITE_EXPIRED', 'The invite has expired; ask for a new one')
  if (found.status === 'ACCEPTED') throw unprocessable('INVITE_USED', 'The invite was accepted already')
  if (found.status === 'REVOKED')
    throw unprocessable('INVITE_REVOKED', 'The invite was taken back or replaced by a newer one')
  return found
}
