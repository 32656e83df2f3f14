import { arrayLiteral } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import type { EventRow, Follower } from '#core/events/follow.ts'
import { momentAt } from '#core/record/relative-time.ts'
import { CONTACT_NAME } from './rules.ts'

/** Days and times that one statement gives their moments. */
const SLOTS_AT_ONCE = 5000

const NAMES = `update visits v set contact_name = ${CONTACT_NAME} from contacts c
  where v.workspace_id = $1::uuid and c.workspace_id = $1::uuid and c.id = v.contact_id and c.id = any($2::uuid[])
    and v.contact_name is distinct from ${CONTACT_NAME} and ${CONTACT_NAME} is not null`

/**
 * Keeps what visits carry of others: the names of their contacts, for search and for the time when those are gone, and
 * the moments of their dates and times when the workspace moves to another zone. Both follow from other changes, so
 * they change no version and leave no event of their own.
 */
export const visitFollower: Follower = {
  name: 'visits',
  async handle(scope, events) {
    const renamed = new Map<string, Set<string>>()
    for (const event of events) {
      if (isRename(event))
        renamed.set(event.workspaceId, (renamed.get(event.workspaceId) ?? new Set()).add(event.entityId))
    }
    for (const [workspaceId, ids] of renamed)
      await scope.inside(workspaceId, () => scope.session.rows(NAMES, [workspaceId, arrayLiteral([...ids])]))
    const moved = events.filter(({ entityType, changes }) => entityType === 'workspace' && changes.timezone)
    for (const workspaceId of new Set(moved.map(event => event.workspaceId)))
      await scope.inside(workspaceId, () => moveAll(scope, workspaceId))
  },
}

const isRename = ({ entityType, action, changes }: EventRow): boolean =>
  entityType === 'contact' &&
  action !== 'created' &&
  Boolean(changes.firstName || changes.lastName || changes.email)

/** Gives every visit the moments that its date and time have in the workspace's present zone. */
async function moveAll(scope: Scope, workspaceId: string): Promise<void> {
  const [workspace] = await scope.session.rows('select timezone from workspaces where id = $1::uuid', [
    workspaceId,
  ])
  const zone = workspace!.timezone as string
  const slots = await scope.session.rows(
    'select distinct date, time from visits where workspace_id = $1::uuid',
    [workspaceId],
  )
  for (let at = 0; at < slots.length; at += SLOTS_AT_ONCE) {
    const some = slots.slice(at, at + SLOTS_AT_ONCE)
    const columns = [
      some.map(slot => slot.date),
      some.map(slot => slot.time),
      some.map(slot => momentAt(slot.date as string, slot.time as string, zone).toISOString()),
    ]
    await scope.session.rows(
      `update visits v set starts_at = s.starts_at, ends_at = s.starts_at + make_interval(mins => v.duration_minutes),
         remind_at = s.starts_at - make_interval(mins => v.reminder_minutes)
       from unnest($2::date[], $3::text[], $4::timestamptz[]) s(date, time, starts_at)
       where v.workspace_id = $1::uuid and v.date = s.date and v.time = s.time and v.starts_at <> s.starts_at`,
      [workspaceId, ...columns.map(arrayLiteral)],
    )
  }
}
