import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import { forbidden, notFound } from '#core/errors.ts'
import type { App, Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { paging, readPage } from '#core/http/page.ts'
import { literally } from '#core/record/formats.ts'
import { idParams } from '#core/record/routes.ts'
import { changeMembership, removeMembership } from './members.ts'
import { asAuth, tellEverywhere } from './people.ts'
import { EXAMPLE, listOf, memberAnswer, membershipAnswer, personName, role } from './schemas.ts'

const FROM = 'from memberships m join users u on u.id = m.user_id where m.workspace_id = $1::uuid'

const MEMBERSHIP = `m.id, m.workspace_id as "workspaceId", m.user_id as "userId", m.role, m.is_active as "isActive",
  m.created_at as "createdAt", m.updated_at as "updatedAt", m.version,
  json_build_object('id', u.id, 'name', u.name, 'email', u.email) as user`

const MEMBER = `u.id, u.name, u.email, u.created_at as "createdAt", u.updated_at as "updatedAt", u.email_verified_at as "emailVerifiedAt",
  m.role, m.is_active and m.removed_at is null and u.is_active as "isActive", m.id as "membershipId", m.removed_at as "removedAt"`

const EXAMPLE_MEMBERSHIP = {
  id: EXAMPLE.membershipId,
  workspaceId: EXAMPLE.workspaceId,
  userId: EXAMPLE.user.id,
  role: 'MEMBER',
  isActive: true,
  createdAt: EXAMPLE.time,
  updatedAt: EXAMPLE.time,
  version: 1,
  user: EXAMPLE.user,
}
const EXAMPLE_MEMBER = {
  ...EXAMPLE.user,
  createdAt: EXAMPLE.time,
  updatedAt: EXAMPLE.time,
  emailVerifiedAt: EXAMPLE.time,
  role: 'MEMBER',
  isActive: true,
  membershipId: EXAMPLE.membershipId,
  removedAt: null,
}
const page = (row: object) => ({ rows: [row], total: 1, nextCursor: null })

const search = z
  .string()
  .max(200)
  .optional()
  .meta({ description: 'Part of the name or the e-mail; case and accents do not count' })
const MATCHES = `crm_fold(u.name || ' ' || u.email) like '%' || crm_fold($2) || '%'`

const listMemberships = operation({
  method: 'GET',
  path: '/memberships',
  tag: 'memberships',
  summary: 'List the memberships of the workspace, in the order of joining',
  query: z.strictObject({ ...paging, q: search }),
  answers: listOf(membershipAnswer),
  document: { answerExample: page(EXAMPLE_MEMBERSHIP) },
  handle: ({ tx, query }) =>
    readPage(tx, {
      select: MEMBERSHIP,
      from: `${FROM} and m.removed_at is null and ${MATCHES}`,
      params: [tx.who.workspaceId, literally(query.q ?? '')],
      key: 'm.id',
      query,
    }),
})

const REFUSALS = {
  412: 'If-Match names another version',
  422: 'LAST_OWNER: the workspace would lose its last owner. SELF_REMOVAL: not by yourself',
}

const changeRoutes = (['PATCH', 'PUT'] as const).map(method =>
  operation({
    method,
    path: '/memberships/:id',
    tag: 'memberships',
    access: 'ADMIN',
    conditional: true,
    summary: `Change a member's role, or deactivate them${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
    description:
      'Only an owner may make or unmake an owner. Whoever is deactivated is out at once and can be taken back.',
    params: idParams,
    body: z.strictObject({ role: role.optional(), isActive: z.boolean().optional() }),
    answers: membershipAnswer,
    document: { example: { role: 'ADMIN' }, answerExample: { ...EXAMPLE_MEMBERSHIP, role: 'ADMIN' } },
    refuses: REFUSALS,
    handle: async ({ app, tx, params, body, ifMatch }) => {
      await changeMembership(app, tx, params.id, body, ifMatch)
      const [row] = await tx.session.rows(`select ${MEMBERSHIP} ${FROM} and m.id = $2::uuid`, [
        tx.who.workspaceId,
        params.id,
      ])
      return row
    },
  }),
)

const remove = operation({
  method: 'DELETE',
  path: '/memberships/:id',
  tag: 'memberships',
  access: 'VIEWER',
  status: 204,
  answers: 'nothing',
  summary: 'Remove a member, or leave the workspace',
  description:
    'Admins and owners remove others; members, viewers and all owners but the last may leave. Records go on naming whoever is gone.',
  params: idParams,
  refuses: { 422: REFUSALS[422] },
  handle: ({ app, tx, params }) => removeMembership(app, tx, params.id),
})

const listUsers = operation({
  method: 'GET',
  path: '/users',
  tag: 'users',
  summary: 'List the people of the workspace, in the order of joining',
  query: z.strictObject({
    ...paging,
    q: search,
    includeRemoved: z
      .enum(['true', 'false'])
      .optional()
      .meta({ description: 'Also those who are gone, whom records may still name' }),
  }),
  answers: listOf(memberAnswer),
  document: { answerExample: page(EXAMPLE_MEMBER) },
  handle: ({ tx, query }) =>
    readPage(tx, {
      select: MEMBER,
      from: `${FROM} and ${MATCHES}${query.includeRemoved === 'true' ? '' : ' and m.removed_at is null'}`,
      params: [tx.who.workspaceId, literally(query.q ?? '')],
      key: 'm.id',
      query,
    }),
})

/** A member of the workspace. @throws Refusal 404 where they are none, or no longer */
async function readUser(tx: Tx, userId: string) {
  const [row] = await tx.session.rows(
    `select ${MEMBER} ${FROM} and m.user_id = $2::uuid and m.removed_at is null`,
    [tx.who.workspaceId, userId],
  )
  if (!row) throw notFound('User')
  return row
}

const readUserRoute = operation({
  method: 'GET',
  path: '/users/:id',
  tag: 'users',
  summary: 'Read a person of the workspace',
  params: idParams,
  answers: memberAnswer,
  document: { answerExample: EXAMPLE_MEMBER },
  handle: ({ tx, params }) => readUser(tx, params.id),
})

type UserChange = { name?: string; role?: z.infer<typeof role>; isActive?: boolean }

async function changeUser(app: App, tx: Tx, userId: string, { name, ...membership }: UserChange) {
  const before = await readUser(tx, userId)
  if (name !== undefined && userId !== tx.who.userId)
    throw forbidden('Only they themselves may change their name')
  if (membership.role !== undefined || membership.isActive !== undefined)
    await changeMembership(app, tx, before.membershipId as string, membership)
  if (name !== undefined && name !== before.name) {
    await asAuth(tx, 'update users set name = $2, updated_at = now() where id = $1::uuid', [userId, name])
    await tellEverywhere(tx, tx.who, userId, {
      action: 'updated',
      changes: { name: { old: before.name, new: name } },
    })
  }
  return readUser(tx, userId)
}

const changeUserRoutes = (['PATCH', 'PUT'] as const).map(method =>
  operation({
    method,
    path: '/users/:id',
    tag: 'users',
    access: 'VIEWER',
    summary: `Change my own name, or as an admin a member's role and activity${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
    params: idParams,
    body: z.strictObject({
      name: personName.optional(),
      role: role.optional(),
      isActive: z.boolean().optional(),
    }),
    answers: memberAnswer,
    document: { example: { name: 'Ana Lima' }, answerExample: EXAMPLE_MEMBER },
    refuses: { 422: REFUSALS[422] },
    handle: ({ app, tx, params, body }) => changeUser(app, tx, params.id, body),
  }),
)

const removeUser = operation({
  method: 'DELETE',
  path: '/users/:id',
  tag: 'users',
  access: 'VIEWER',
  status: 204,
  answers: 'nothing',
  summary:
    'Remove a person from the workspace, or leave it: their membership ends, as by `DELETE /memberships/{id}`',
  params: idParams,
  refuses: { 422: REFUSALS[422] },
  async handle({ app, tx, params }) {
    const { membershipId } = await readUser(tx, params.id)
    await removeMembership(app, tx, membershipId as string)
  },
})

export default {
  sessionOnly: true,
  operations: [
    listMemberships,
    ...changeRoutes,
    remove,
    listUsers,
    readUserRoute,
    ...changeUserRoutes,
    removeUser,
  ],
} satisfies Feature
