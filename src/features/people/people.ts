import type { FastifyRequest } from 'fastify'
import type { Row } from '#core/db/engine.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Scope, Who } from '#core/db/workspace.ts'
import type { EventAction } from '#core/events/actions.ts'
import { newId } from '#core/ids.ts'

/** A person as sign-in knows them. */
export type Person = {
  id: string
  name: string
  email: string
  passwordHash: string | null
  emailVerifiedAt: string | null
  preferences: Record<string, unknown>
  createdAt: string
  updatedAt: string
}

/** From where an act came, for its event. */
export type Origin = Pick<Who, 'userId' | 'requestId' | 'ip' | 'userAgent'>

export const originOf = (request: FastifyRequest, userId: string | null): Origin => ({
  userId,
  requestId: request.id,
  ip: request.ip,
  userAgent: request.headers['user-agent'],
})

/** Runs one statement with the rights of sign-in, inside whatever transaction there is. */
export const asAuth = (scope: Scope, text: string, params: unknown[] = []): Promise<Row[]> =>
  scope.role === 'ascendore_auth'
    ? scope.session.rows(text, params)
    : scope.as('ascendore_auth', () => scope.session.rows(text, params))

const PERSON =
  'id, name, email, password_hash as "passwordHash", email_verified_at as "emailVerifiedAt", preferences, created_at as "createdAt", updated_at as "updatedAt"'

/** The person with that mail address who may sign in, or undefined. */
export async function personByEmail(scope: Scope, email: string): Promise<Person | undefined> {
  const rows = await asAuth(scope, `select ${PERSON} from users where email = $1 and is_active`, [email])
  return rows[0] as Person | undefined
}

export async function personById(scope: Scope, id: string): Promise<Person | undefined> {
  const rows = await asAuth(scope, `select ${PERSON} from users where id = $1::uuid and is_active`, [id])
  return rows[0] as Person | undefined
}

type NewPerson = { id: string; name: string; email: string; passwordHash: string; verified: boolean }

/** Makes a person; undefined where the mail address is known already. */
export async function createPerson(scope: Scope, person: NewPerson): Promise<Person | undefined> {
  const rows = await asAuth(
    scope,
    `insert into users (id, name, email, password_hash, email_verified_at)
     values ($1::uuid, $2, $3, $4, case when $5::boolean then now() end) on conflict (email) do nothing returning ${PERSON}`,
    [person.id, person.name, person.email, person.passwordHash, person.verified],
  )
  return rows[0] as Person | undefined
}

/** What happened, for the history: `action` on an entity that is not a record of the store. */
export type Told = {
  action: EventAction
  entityType: 'workspace' | 'membership' | 'invite' | 'user' | 'session'
  entityId: string
  changes?: Record<string, { old?: unknown; new?: unknown }>
}

/** Appends an event in the same transaction as the change. */
export async function tell(
  scope: Scope,
  origin: Origin,
  workspaceIds: string | string[],
  { action, entityType, entityId, changes = {} }: Told,
): Promise<void> {
  const ids = [workspaceIds].flat()
  if (!ids.length) return
  await asAuth(
    scope,
    `insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, changes, ip, user_agent, request_id)
     select w.id, w.event_id, $3::uuid, $4, $5, $6::uuid, $7::jsonb, $8::inet, $9, $10 from unnest($1::uuid[], $2::uuid[]) w(id, event_id)`,
    [
      arrayLiteral(ids),
      arrayLiteral(ids.map(() => newId())),
      origin.userId,
      action,
      entityType,
      entityId,
      JSON.stringify(changes),
      origin.ip ?? null,
      origin.userAgent?.slice(0, 500) ?? null,
      origin.requestId ?? null,
    ],
  )
}

/** Appends an event to the history of every workspace that the person belongs to. */
export async function tellEverywhere(
  scope: Scope,
  origin: Origin,
  userId: string,
  told: Omit<Told, 'entityType' | 'entityId'>,
): Promise<void> {
  const rows = await asAuth(
    scope,
    'select workspace_id as id from memberships where user_id = $1::uuid and removed_at is null order by workspace_id',
    [userId],
  )
  await tell(
    scope,
    origin,
    rows.map(row => row.id as string),
    { ...told, entityType: 'user', entityId: userId },
  )
}
