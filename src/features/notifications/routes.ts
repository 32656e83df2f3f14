import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import { type Operation, operation } from '#core/http/operation.ts'
import { listOf, paging, readPage } from '#core/http/page.ts'
import { idParams } from '#core/record/routes.ts'
import { KINDS, type Kind, MAILED_BY_DEFAULT, messageOf, type Told } from './kinds.ts'

const NOTIFICATION = `n.id, n.kind, n.title, n.detail, n.count, n.actor_id as "actorId", (select u.name from users u where u.id = n.actor_id) as "actorName",
  n.entity_type as "entityType", n.entity_id as "entityId", n.read_at as "readAt", n.created_at as "createdAt"`
const MINE = 'from notifications n where n.workspace_id = $1::uuid and n.user_id = $2::uuid and n.in_app'

const kind = z.enum(KINDS)
const moment = z.iso.datetime()
const answer = z.object({
  id: z.uuid(),
  kind,
  message: z.string().meta({ description: 'What happened, in a sentence' }),
  title: z.string().nullable().meta({ description: 'What the record was called' }),
  count: z.int().meta({ description: 'How many records, where an import caused it' }),
  detail: z
    .string()
    .nullable()
    .meta({ description: 'The stage that a deal was moved to, when a visit is, how an import has ended' }),
  actorId: z.uuid().nullable(),
  actorName: z.string().nullable(),
  entityType: z.string(),
  entityId: z.uuid(),
  readAt: moment.nullable(),
  createdAt: moment,
})
const EXAMPLE = {
  id: '0198c0de-0000-7000-8000-000000000041',
  kind: 'ASSIGNED',
  message: 'Ben Okri assigned the deal "Van stock pilot" to you',
  title: 'Van stock pilot',
  count: 1,
  detail: null,
  actorId: '0198c0de-0000-7000-8000-000000000001',
  actorName: 'Ben Okri',
  entityType: 'deal',
  entityId: '0198c0de-0000-7000-8000-000000000042',
  readAt: null,
  createdAt: '2026-01-31T09:30:00.000Z',
}

const shown = (row: Row) => ({ ...row, message: messageOf(row as Told) })
const me = ({ who }: Tx) => [who.workspaceId, who.userId]

const preference = z.strictObject({
  kind,
  inApp: z.boolean().optional(),
  email: z.boolean().optional(),
})
const preferencesAnswer = z.object({
  rows: z.array(z.object({ kind, inApp: z.boolean(), email: z.boolean() })),
})
const EXAMPLE_PREFERENCES = {
  rows: KINDS.map(name => ({ kind: name, inApp: true, email: MAILED_BY_DEFAULT[name] })),
}

async function preferences(tx: Tx) {
  const rows = await tx.session.rows(
    'select kind, in_app as "inApp", email from notification_preferences where workspace_id = $1::uuid and user_id = $2::uuid',
    me(tx),
  )
  const said = new Map(rows.map(row => [row.kind as Kind, row]))
  return {
    rows: KINDS.map(name => ({ kind: name, inApp: true, email: MAILED_BY_DEFAULT[name], ...said.get(name) })),
  }
}

async function prefer(tx: Tx, wanted: z.infer<typeof preference>[]) {
  const now = new Map((await preferences(tx)).rows.map(row => [row.kind, row]))
  for (const { kind: name, inApp, email } of wanted) {
    const { inApp: shows, email: mails } = now.get(name)!
    await tx.session.rows(
      `insert into notification_preferences (workspace_id, user_id, kind, in_app, email) values ($1::uuid, $2::uuid, $3, $4::boolean, $5::boolean)
       on conflict (workspace_id, user_id, kind) do update set in_app = excluded.in_app, email = excluded.email`,
      [...me(tx), name, inApp ?? shows, email ?? mails],
    )
  }
  return preferences(tx)
}

async function markRead(tx: Tx, id: string) {
  await tx.session.rows(
    'update notifications set read_at = coalesce(read_at, now()) where workspace_id = $1::uuid and user_id = $2::uuid and id = $3::uuid',
    [...me(tx), id],
  )
  const [row] = await tx.session.rows(`select ${NOTIFICATION} ${MINE} and n.id = $3::uuid`, [...me(tx), id])
  if (!row) throw notFound('Notification')
  return shown(row)
}

// Also viewers have what is told to them; what they have read is their own affair and no change of the workspace.
const common = { tag: 'notifications', access: 'VIEWER' } as const

export const notificationOperations: Operation[] = [
  operation({
    ...common,
    method: 'GET',
    path: '/notifications',
    summary: 'What I was told, newest first; kept for 90 days',
    query: z.strictObject({
      ...paging,
      unread: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'Only what I have not read, or only what I have' }),
      kind: kind.optional(),
    }),
    answers: listOf(answer),
    document: { answerExample: { rows: [EXAMPLE], total: 1, nextCursor: null } },
    async handle({ tx, query }) {
      const page = await readPage(tx, {
        select: NOTIFICATION,
        from: `${MINE} and ($3::boolean is null or (n.read_at is null) = $3::boolean) and ($4::text is null or n.kind = $4::text)`,
        params: [...me(tx), query.unread ?? null, query.kind ?? null],
        key: 'n.id',
        query,
        newestFirst: true,
      })
      return { ...page, rows: page.rows.map(shown) }
    },
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/notifications/count',
    summary: 'How many I have not read',
    answers: z.object({ unread: z.int() }),
    document: { answerExample: { unread: 3 } },
    handle: async ({ tx }) =>
      (await tx.session.rows(`select count(*) as unread ${MINE} and n.read_at is null`, me(tx)))[0],
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/notifications/:id/read',
    summary: 'Mark one as read',
    params: idParams,
    answers: answer,
    document: { answerExample: { ...EXAMPLE, readAt: '2026-01-31T10:00:00.000Z' } },
    handle: ({ tx, params }) => markRead(tx, params.id),
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/notifications/read-all',
    summary: 'Mark all as read',
    answers: z.object({ read: z.int().meta({ description: 'How many were not' }) }),
    document: { answerExample: { read: 3 } },
    async handle({ tx }) {
      const rows = await tx.session.rows(
        'update notifications set read_at = now() where workspace_id = $1::uuid and user_id = $2::uuid and in_app and read_at is null returning 1',
        me(tx),
      )
      return { read: rows.length }
    },
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/notifications/preferences',
    summary: 'What I am told of, in the app and by mail',
    answers: preferencesAnswer,
    document: { answerExample: EXAMPLE_PREFERENCES },
    handle: ({ tx }) => preferences(tx),
  }),
  ...(['PATCH', 'PUT'] as const).map(method =>
    operation({
      ...common,
      method,
      path: '/notifications/preferences',
      summary: `Choose what I am told of: the kinds that are given${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
      description: 'Mails come together: at most one in five minutes.',
      body: z.strictObject({ preferences: z.array(preference).min(1).max(KINDS.length) }),
      answers: preferencesAnswer,
      document: {
        example: { preferences: [{ kind: 'STAGE_MOVED', email: true }] },
        answerExample: EXAMPLE_PREFERENCES,
      },
      handle: ({ tx, body }) => prefer(tx, body.preferences),
    }),
  ),
]
