import { z } from 'zod'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Role, Tx } from '#core/db/workspace.ts'
import { ROLES } from '#core/db/workspace.ts'
import { forbidden, invalid, notFound, saying } from '#core/errors.ts'
import { tellEvent } from '#core/events/tell.ts'
import type { App } from '#core/feature.ts'
import { type Operation, operation, reaches } from '#core/http/operation.ts'
import { listOf, paging, readPage } from '#core/http/page.ts'
import { allScopes } from '#core/http/scopes.ts'
import { newId } from '#core/ids.ts'
import * as f from '#core/record/fields.ts'
import { idParams } from '#core/record/routes.ts'
import { hashOfKey, makeKey, prefixOf } from './key.ts'

const KEYS_AT_MOST = 200
const SCOPES_AT_MOST = 100

const KEY = `k.id, k.workspace_id as "workspaceId", k.name, k.prefix, k.role, k.scopes, k.created_by_id as "createdById", k.expires_at as "expiresAt",
  k.last_used_at as "lastUsedAt", k.revoked_at as "revokedAt", k.created_at as "createdAt", k.updated_at as "updatedAt"`

const moment = z.iso.datetime()
const keyAnswer = z.object({
  id: z.uuid(),
  workspaceId: z.uuid(),
  name: z.string(),
  prefix: z.string().meta({ description: 'How the key begins, to tell it from others' }),
  role: z.enum(ROLES).meta({ description: 'It may do at most this, and at most what its creator may' }),
  scopes: z.array(z.string()),
  createdById: z.uuid(),
  expiresAt: moment.nullable(),
  lastUsedAt: moment.nullable().meta({ description: 'To the minute' }),
  revokedAt: moment.nullable(),
  createdAt: moment,
  updatedAt: moment,
})
const madeAnswer = keyAnswer.extend({ key: z.string().meta({ description: 'Told this once' }) })

const EXAMPLE = {
  id: '0198c0de-0000-7000-8000-000000000021',
  workspaceId: '0198c0de-0000-7000-8000-000000000002',
  name: 'Website form',
  prefix: 'crm_AZjA3gAAcACA',
  role: 'MEMBER',
  scopes: ['leads:write', 'companies:read'],
  createdById: '0198c0de-0000-7000-8000-000000000001',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  createdAt: '2026-01-31T09:30:00.000Z',
  updatedAt: '2026-01-31T09:30:00.000Z',
}

const name = f.required(f.text(120)).schema as z.ZodType<string>
const scopes = z
  .array(z.string().max(60))
  .min(1)
  .max(SCOPES_AT_MOST)
  .transform(given => [...new Set(given)])
  .superRefine((given, context) => {
    const known = new Set(allScopes())
    for (const [at, scope] of given.entries())
      if (!known.has(scope))
        context.addIssue({
          code: 'custom',
          path: [at],
          message: 'is no scope: `read`, `write`, or a noun with either, such as `deals:read`',
        })
  })
const expiresAt = z.iso
  .datetime({ offset: true })
  .transform(text => new Date(text).toISOString())
  .refine(
    text => Date.parse(text) > Date.now() && text < '2200',
    saying('NOT_FUTURE', 'must lie in the future'),
  )
  .nullable()
const role = z.enum(ROLES)
const DESCRIPTIONS = {
  scopes:
    '`read`, `write`, or a noun with either, such as `deals:read`; each route names what it needs as `x-scopes`.',
}
const newKey = z.strictObject({ name, scopes, role: role.optional(), expiresAt: expiresAt.optional() })
const changedKey = z.strictObject({
  name: name.optional(),
  scopes: scopes.optional(),
  role: role.optional(),
  expiresAt: expiresAt.optional(),
})
type NewKey = z.infer<typeof newKey>
type ChangedKey = z.infer<typeof changedKey>

/** Nobody gives a program more than they may do themselves. @throws Refusal 403 */
function mayGive(giver: Role, given: Role | undefined): void {
  if (given && !reaches(giver, given)) throw forbidden('An API key may do at most what its creator may')
}

async function find(tx: Tx, id: string) {
  const [row] = await tx.session.rows(
    `select ${KEY} from api_keys k where k.workspace_id = $1::uuid and k.id = $2::uuid`,
    [tx.who.workspaceId, id],
  )
  if (!row) throw notFound('API key')
  return row
}

async function create(tx: Tx, body: NewKey) {
  const { workspaceId, userId } = tx.who
  mayGive(tx.who.role, body.role)
  const [count] = await tx.session.rows(
    'select count(*) as n from api_keys where workspace_id = $1::uuid and revoked_at is null',
    [workspaceId],
  )
  if ((count!.n as number) >= KEYS_AT_MOST)
    throw invalid({
      path: 'name',
      code: 'LIMIT',
      params: { maximum: KEYS_AT_MOST },
      message: `a workspace has at most ${KEYS_AT_MOST} keys; revoke one first`,
    })
  const id = newId()
  const key = makeKey(workspaceId, id)
  const keyRole = body.role ?? tx.who.role
  await tx.session.rows(
    `insert into api_keys (workspace_id, id, name, prefix, hash, role, scopes, created_by_id, expires_at)
     values ($1::uuid, $2::uuid, $3, $4, $5, $6, $7::text[], $8::uuid, $9::timestamptz)`,
    [
      workspaceId,
      id,
      body.name,
      prefixOf(key),
      hashOfKey(key),
      keyRole,
      arrayLiteral(body.scopes),
      userId,
      body.expiresAt ?? null,
    ],
  )
  const changes = { name: { new: body.name }, role: { new: keyRole }, scopes: { new: body.scopes } }
  await tellEvent(tx, { action: 'created', entityType: 'apiKey', entityId: id, changes })
  return { ...(await find(tx, id)), key }
}

async function change(app: App, tx: Tx, id: string, body: ChangedKey) {
  const [before] = await tx.session.rows(
    `select ${KEY} from api_keys k where k.workspace_id = $1::uuid and k.id = $2::uuid and k.revoked_at is null for update of k`,
    [tx.who.workspaceId, id],
  )
  if (!before) throw notFound('API key')
  mayGive(tx.who.role, body.role)
  const given = Object.entries(body).filter(([, value]) => value !== undefined)
  const changes = Object.fromEntries(
    given
      .filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field]))
      .map(([field, value]) => [field, { old: before[field], new: value }]),
  )
  if (!Object.keys(changes).length) return before
  const after = { ...before, ...Object.fromEntries(given) }
  await tx.session.rows(
    `update api_keys set name = $3, scopes = $4::text[], role = $5, expires_at = $6::timestamptz, updated_at = now()
     where workspace_id = $1::uuid and id = $2::uuid`,
    [
      tx.who.workspaceId,
      id,
      after.name,
      arrayLiteral(after.scopes as string[]),
      after.role,
      after.expiresAt ?? null,
    ],
  )
  await tellEvent(tx, { action: 'updated', entityType: 'apiKey', entityId: id, changes })
  tx.afterCommit(() => app.access.forget())
  return find(tx, id)
}

async function revoke(app: App, tx: Tx, id: string): Promise<void> {
  const revoked = await tx.session.rows(
    `update api_keys set revoked_at = now(), updated_at = now() where workspace_id = $1::uuid and id = $2::uuid and revoked_at is null
     returning name`,
    [tx.who.workspaceId, id],
  )
  if (!revoked.length) throw notFound('API key')
  await tellEvent(tx, {
    action: 'revoked',
    entityType: 'apiKey',
    entityId: id,
    changes: { name: { old: revoked[0]!.name } },
  })
  tx.afterCommit(() => app.access.forget())
}

const common = { tag: 'api-keys', access: 'ADMIN' } as const

export const apiKeyOperations: Operation[] = [
  operation({
    ...common,
    method: 'GET',
    path: '/api-keys',
    summary: 'List API keys: those that work, or all',
    query: z.strictObject({
      ...paging,
      all: z.enum(['true', 'false']).optional().meta({ description: 'Also those that were revoked' }),
    }),
    answers: listOf(keyAnswer),
    document: { answerExample: { rows: [EXAMPLE], total: 1, nextCursor: null } },
    handle: ({ tx, query }) =>
      readPage(tx, {
        select: KEY,
        from: `from api_keys k where k.workspace_id = $1::uuid${query.all === 'true' ? '' : ' and k.revoked_at is null'}`,
        params: [tx.who.workspaceId],
        key: 'k.id',
        query,
      }),
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/api-keys',
    status: 201,
    summary: 'Make an API key; the key itself is told once',
    description: `A key works in this workspace on behalf of whoever made it, and dies with their membership. It may do at most what its role and its creator may. Scopes: ${DESCRIPTIONS.scopes} Keys reach no routes of keys, members, invites, workspaces and sessions.`,
    body: newKey,
    answers: madeAnswer,
    document: {
      example: { name: 'Website form', role: 'MEMBER', scopes: ['leads:write', 'companies:read'] },
      answerExample: { ...EXAMPLE, key: `crm_${'A'.repeat(86)}` },
    },
    handle: ({ tx, body }) => create(tx, body),
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/api-keys/scopes',
    summary: 'List every scope that a key can be given',
    answers: z.object({ scopes: z.array(z.string()) }),
    document: { answerExample: { scopes: ['read', 'write', 'deals:read', 'deals:write'] } },
    handle: async () => ({ scopes: allScopes() }),
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/api-keys/:id',
    summary: 'Read an API key, without the key itself',
    params: idParams,
    answers: keyAnswer,
    document: { answerExample: EXAMPLE },
    handle: ({ tx, params }) => find(tx, params.id),
  }),
  ...(['PATCH', 'PUT'] as const).map(method =>
    operation({
      ...common,
      method,
      path: '/api-keys/:id',
      summary: `Change name, scopes, role or expiry of an API key${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
      params: idParams,
      body: changedKey,
      answers: keyAnswer,
      document: { example: { scopes: ['read'] }, answerExample: { ...EXAMPLE, scopes: ['read'] } },
      handle: ({ app, tx, params, body }) => change(app, tx, params.id, body),
    }),
  ),
  operation({
    ...common,
    method: 'DELETE',
    path: '/api-keys/:id',
    status: 204,
    answers: 'nothing',
    summary: 'Revoke an API key, at once and for good',
    params: idParams,
    handle: ({ app, tx, params }) => revoke(app, tx, params.id),
  }),
]
