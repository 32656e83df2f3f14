import type { Row } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import type { App } from '#core/feature.ts'
import { sendMail } from '#features/people/mail-links.ts'
import { messageOf, type Told } from './kinds.ts'

/** Nobody gets more than one mail in that time; what happens meanwhile comes together in the next. */
const GAP = `interval '5 minutes'`
const PEOPLE_AT_ONCE = 500
const LISTED = 20

type Reader = { workspaceId: string; userId: string }

/** Mails what waits, to each who waits one mail with all of it. Runs every minute. */
export async function mailWaiting(app: App): Promise<void> {
  const readers = await app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows(
      `select n.workspace_id as "workspaceId", n.user_id as "userId" from notifications n where n.is_mail_waiting
         and not exists (select 1 from notifications s where s.workspace_id = n.workspace_id and s.user_id = n.user_id and s.mailed_at > now() - ${GAP})
       group by 1, 2 order by min(n.created_at) limit ${PEOPLE_AT_ONCE}`,
    ),
  )
  for (const reader of readers as Reader[])
    await app.database.inSystem('ascendore_worker', scope => mailOne(app, scope, reader))
}

/** Marks and mails in one transaction: the mail exists if and only if it is written down that it was sent. */
async function mailOne(app: App, scope: Scope, { workspaceId, userId }: Reader): Promise<void> {
  const rows = await scope.session.rows(
    `update notifications n set is_mail_waiting = false, mailed_at = case when n.read_at is null then now() end
     where n.workspace_id = $1::uuid and n.user_id = $2::uuid and n.is_mail_waiting
     returning n.id, n.kind, n.title, n.detail, n.count, n.entity_type as "entityType", n.read_at as "readAt",
       (select u.name from users u where u.id = n.actor_id) as "actorName"`,
    [workspaceId, userId],
  )
  const unread = rows.filter(({ readAt }) => readAt === null)
  const [reader] = await scope.session.rows(
    `select u.name, u.email, w.name as workspace from memberships m join users u on u.id = m.user_id and u.is_active and u.email_verified_at is not null
     join workspaces w on w.id = m.workspace_id
     where m.workspace_id = $1::uuid and m.user_id = $2::uuid and m.removed_at is null and m.is_active`,
    [workspaceId, userId],
  )
  if (reader && unread.length) await sendMail(app, scope, digest(app, reader, unread))
}

function digest(app: App, { name, email, workspace }: Row, rows: Row[]) {
  const lines = rows
    .sort((one, other) => String(one.id).localeCompare(String(other.id)))
    .map(row => messageOf(row as Told))
  const more = lines.length > LISTED ? `\n- and ${lines.length - LISTED} more` : ''
  const link = `${app.config.publicUrl}/notifications`
  return {
    to: email as string,
    subject: lines.length === 1 ? lines[0]!.replace(/\s+/g, ' ') : `${lines.length} news in ${workspace}`,
    text: `Hello ${name},\n\n${lines
      .slice(0, LISTED)
      .map(line => `- ${line}`)
      .join('\n')}${more}\n\n${link}\n\nWhat you are mailed of is up to you: ${link}/preferences\n`,
    link,
  }
}
