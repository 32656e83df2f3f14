import { z } from 'zod'
import { requireVerifiedMail } from '#core/auth/access.ts'
import type { Feature } from '#core/feature.ts'
import { operation, publicOperation } from '#core/http/operation.ts'
import { paging, readPage } from '#core/http/page.ts'
import { idParams } from '#core/record/routes.ts'
import { accept } from './accept.ts'
import { INVITE, type Invite, invite, revokeInvite, shown } from './invites.ts'
import { givenPassword } from './passwords.ts'
import {
  authAnswer,
  EXAMPLE,
  EXAMPLE_AUTH,
  email,
  inviteAnswer,
  listOf,
  mailToken,
  personName,
  role,
} from './schemas.ts'

const EXAMPLE_INVITE = {
  id: EXAMPLE.inviteId,
  workspaceId: EXAMPLE.workspaceId,
  email: 'ben@example.com',
  role: 'MEMBER',
  status: 'PENDING',
  token: EXAMPLE.secret,
  createdById: EXAMPLE.user.id,
  expiresAt: '2026-02-07T09:30:00.000Z',
  acceptedAt: null,
  createdAt: EXAMPLE.time,
}

const list = operation({
  method: 'GET',
  path: '/invites',
  tag: 'invites',
  access: 'ADMIN',
  summary: 'List invites: those that wait, or all',
  query: z.strictObject({
    ...paging,
    all: z.enum(['true', 'false']).optional().meta({ description: 'Also accepted and revoked ones' }),
  }),
  answers: listOf(inviteAnswer),
  document: { answerExample: { rows: [EXAMPLE_INVITE], total: 1, nextCursor: null } },
  handle: async ({ app, tx, query }) => {
    const page = await readPage(tx, {
      select: INVITE,
      from: `from invites i where i.workspace_id = $1::uuid${query.all === 'true' ? '' : ' and i.accepted_at is null and i.revoked_at is null'}`,
      params: [tx.who.workspaceId],
      key: 'i.id',
      query,
    })
    return { ...page, rows: page.rows.map(row => shown(app, row as unknown as Invite, tx.who.role)) }
  },
})

const create = operation({
  method: 'POST',
  path: '/invites',
  tag: 'invites',
  access: 'ADMIN',
  rate: 'auth',
  status: 201,
  summary: 'Invite somebody by mail',
  description:
    'Good for 7 days. An invite of the same address that still waits is replaced. Needs a verified mail address of your own. `token` is for a link that you pass on yourself: whoever accepts by it must still verify their address, unlike by the link in the mail.',
  body: z.strictObject({ email, role: role.default('MEMBER') }),
  answers: inviteAnswer,
  document: { example: { email: 'ben@example.com', role: 'MEMBER' }, answerExample: EXAMPLE_INVITE },
  refuses: {
    403: 'EMAIL_NOT_VERIFIED, or only an owner may invite an owner',
    409: 'ALREADY_MEMBER',
  },
  handle: async ({ app, tx, access, body }) => {
    requireVerifiedMail(access)
    return shown(app, await invite(app, tx, body.email, body.role), tx.who.role)
  },
})

const revoke = operation({
  method: 'DELETE',
  path: '/invites/:id',
  tag: 'invites',
  access: 'ADMIN',
  status: 204,
  answers: 'nothing',
  summary: 'Take an invite back',
  params: idParams,
  handle: ({ tx, params }) => revokeInvite(tx, params.id),
})

const acceptRoute = publicOperation({
  method: 'POST',
  path: '/invites/accept',
  tag: 'invites',
  rate: 'auth',
  summary: 'Accept an invite',
  description:
    'Signed in as the invited address: the token alone. With an account: its `password` (and `code`). Without: `name` and a new `password` make one, answered by 201.',
  body: z.strictObject({
    token: mailToken,
    name: personName.optional(),
    password: givenPassword.optional(),
    code: z.string().min(6).max(40).optional(),
  }),
  answers: authAnswer,
  alsoAnswers: { 201: 'Success; an account was made' },
  document: {
    example: { token: EXAMPLE.secret, name: 'Ben Okri', password: EXAMPLE.password },
    answerExample: EXAMPLE_AUTH,
  },
  refuses: {
    401: 'SIGN_IN_REQUIRED, INVALID_CREDENTIALS, TWO_FACTOR_REQUIRED',
    403: 'INVITE_FOR_ANOTHER: signed in as somebody else',
    404: 'No such invite',
    409: 'EMAIL_TAKEN',
    422: 'INVITE_EXPIRED, INVITE_USED or INVITE_REVOKED',
  },
  handle: ({ app, request, body }) => accept(app, request, body),
})

export default {
  sessionOnly: true,
  operations: [list, create, revoke, acceptRoute],
} satisfies Feature
