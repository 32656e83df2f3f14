import { createHash } from 'node:crypto'
import { z } from 'zod'
import { hashOf } from '#core/auth/sealing.ts'
import type { Role, Tx, Who } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import type { EventAction } from '#core/events/actions.ts'
import { tellEvent } from '#core/events/tell.ts'
import type { App, Feature } from '#core/feature.ts'
import { isKnown } from '#core/http/etag.ts'
import { Answer, operation, publicOperation } from '#core/http/operation.ts'
import { newSecret } from '#core/ids.ts'
import { feedWalls } from './feeds.table.ts'

export { calendarFeedTable } from './feeds.table.ts'

/** The workspace and 256 random bits; only their SHA-256 is kept. */
const TOKEN = /^[0-9a-f]{32}[\w-]{43}$/
const EXAMPLE_TIME = '2026-01-31T09:30:00.000Z'

const feedAnswer = z.object({
  isActive: z.boolean(),
  createdAt: z.iso.datetime().nullable(),
})

/** Viewers have a feed too, and write no events themselves. */
const tellSelf = (tx: Tx, action: EventAction) =>
  tx.as('ascendore_auth', () => tellEvent(tx, { action, entityType: 'user', entityId: tx.who.userId! }))

const readFeed = operation({
  method: 'GET',
  path: '/calendar/feed',
  tag: 'calendar',
  summary: 'See whether I have a calendar feed; its address is told only when it is made',
  answers: feedAnswer,
  document: { answerExample: { isActive: true, createdAt: EXAMPLE_TIME } },
  async handle({ tx: { session, who } }) {
    const [row] = await session.rows(
      'select created_at as "createdAt" from calendar_feeds where workspace_id = $1::uuid and user_id = $2::uuid',
      [who.workspaceId, who.userId],
    )
    return { isActive: Boolean(row), createdAt: row?.createdAt ?? null }
  },
})

const makeFeed = operation({
  method: 'POST',
  path: '/calendar/feed',
  tag: 'calendar',
  access: 'VIEWER',
  status: 201,
  summary: 'Make the address of my calendar feed, which is told once; the one before ends',
  description:
    'My tasks with a due date and my visits in this workspace, from 90 days ago to two years ahead, with alarms. Whoever knows the address reads them, so treat it as a password.',
  answers: z.object({ url: z.url(), createdAt: z.iso.datetime() }),
  document: {
    answerExample: {
      url: 'https://crm.example.com/api/v1/calendar/019f2c7ab4d17c02a9c3e7550f1d2b64Qm4Zr9TfB6nYc1HsL0dPgU3EakJ8w2XvuN5oKq7RiCs.ics',
      createdAt: EXAMPLE_TIME,
    },
  },
  async handle({ app, tx }) {
    const { workspaceId, userId } = tx.who
    const token = `${workspaceId.replaceAll('-', '')}${newSecret()}`
    const [row] = await tx.session.rows(
      `insert into calendar_feeds (workspace_id, user_id, token_hash) values ($1::uuid, $2::uuid, $3)
       on conflict (workspace_id, user_id) do update set token_hash = excluded.token_hash, created_at = now() returning created_at as "createdAt"`,
      [workspaceId, userId, hashOf(token)],
    )
    await tellSelf(tx, 'calendarOpened')
    return { url: `${app.config.publicUrl}/api/v1/calendar/${token}.ics`, createdAt: row!.createdAt }
  },
})

const endFeed = operation({
  method: 'DELETE',
  path: '/calendar/feed',
  tag: 'calendar',
  access: 'VIEWER',
  status: 204,
  answers: 'nothing',
  summary: 'Revoke the address of my calendar feed, at once and for good',
  async handle({ tx }) {
    const { workspaceId, userId } = tx.who
    const gone = await tx.session.rows(
      'delete from calendar_feeds where workspace_id = $1::uuid and user_id = $2::uuid returning 1',
      [workspaceId, userId],
    )
    if (!gone.length) throw notFound('Calendar feed')
    await tellSelf(tx, 'calendarClosed')
  },
})

/** Whose feed it is, with the rights that they have at this moment. @throws Refusal 404 */
async function ownerOf(app: App, token: string): Promise<Who> {
  const workspaceId = token.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  const [row] = await app.database.inSystem(
    'ascendore_auth',
    scope =>
      scope.session.rows(
        `select f.user_id as "userId", m.role, w.timezone, w.settings->>'recordVisibility' as visibility from calendar_feeds f
         join memberships m on m.workspace_id = f.workspace_id and m.user_id = f.user_id and m.removed_at is null and m.is_active
         join users u on u.id = f.user_id and u.is_active join workspaces w on w.id = f.workspace_id
         where f.workspace_id = $1::uuid and f.token_hash = $2`,
        [workspaceId, hashOf(token)],
      ),
    'unheard',
  )
  if (!row) throw notFound('Calendar feed')
  return {
    workspaceId,
    userId: row.userId as string,
    role: row.role as Role,
    visibility: row.visibility === 'workspace' ? 'workspace' : 'own',
    timezone: row.timezone as string,
  }
}

const feed = publicOperation({
  method: 'GET',
  path: '/calendar/:token.ics',
  tag: 'calendar',
  answers: 'stream',
  summary: 'Read the calendar feed of a member (iCalendar, RFC 5545)',
  description: 'Answers carry an `ETag`; `If-None-Match` is answered with 304 where nothing has changed.',
  params: z.object({ token: z.string().regex(TOKEN, 'must be the end of the address of a feed') }),
  also: { 304: 'Nothing has changed since' },
  refuses: { 404: 'No such feed, or its owner is no longer a member' },
  async handle({ app, request, params }) {
    const who = await ownerOf(app, params.token)
    // Loaded with the first feed, so that starting does not wait for its library.
    const { calendarOf } = await import('./feed.ts')
    const text = await app.database.inWorkspace(who, tx => calendarOf(tx, app.config.publicUrl), 'read')
    const etag = `"${createHash('sha256').update(text).digest('base64url')}"`
    const headers = { etag, 'cache-control': 'private, no-cache' }
    if (isKnown(request.headers['if-none-match'], etag))
      return new Answer(undefined, { status: 304, headers })
    return new Answer(text, {
      headers: {
        ...headers,
        'content-type': 'text/calendar; charset=utf-8',
        'content-disposition': 'inline; filename="ascendore.ics"',
        'x-robots-tag': 'noindex',
      },
    })
  },
})

export default {
  sessionOnly: true,
  operations: [readFeed, makeFeed, endFeed, feed],
  walls: [feedWalls],
} satisfies Feature
