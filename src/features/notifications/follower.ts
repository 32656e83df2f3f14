import { arrayLiteral } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import type { EventRow, Follower } from '#core/events/follow.ts'
import { columnOf, tableOf } from '#core/record/definition.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { type Draft, notify } from './drafts.ts'
import type { Kind } from './kinds.ts'
import { newMentions } from './mentions.ts'

const TITLE_CHARACTERS = 200

/**
 * Tells people what others have done that concerns them. It runs in the transaction of its cursor, so each effect is told
 * once; what somebody has done themselves is never told to them.
 */
export const notificationFollower: Follower = {
  name: 'notifications',
  from: 'now',
  async handle(scope, events) {
    const drafts = [
      ...events.flatMap(assigned),
      ...events.flatMap(mentioned),
      ...(await stagesMoved(scope, events)),
      ...(await visitsReminded(scope, events)),
      ...(await importsFinished(scope, events)),
      ...(await webhooksPaused(scope, events)),
    ].filter(draft => draft.userId !== draft.actorId)
    await addTitles(scope, drafts)
    await notify(scope, drafts)
  },
}

/** One effect a draft; what an import or another act caused many times is one. */
const draftOf = (event: EventRow, kind: Kind, userId: string, more: Partial<Draft> = {}): Draft => ({
  workspaceId: event.workspaceId,
  userId,
  key: event.causeId ? `${kind} cause ${event.causeId}` : `${kind} event ${event.id}`,
  kind,
  actorId: event.actorId,
  entityType: event.entityType,
  entityId: event.entityId,
  title: null,
  detail: null,
  ...more,
})

const GIVES_AWAY = ['created', 'updated']

/** Records whose owner or assignee became somebody else than the one who did it. */
function assigned(event: EventRow): Draft[] {
  if (!hasRecord(event.entityType) || !GIVES_AWAY.includes(event.action)) return []
  const users = ['assigneeId', 'ownerId'].flatMap(key => {
    const value = event.changes[key]?.new
    return typeof value === 'string' ? [value] : []
  })
  return [...new Set(users)].map(userId => draftOf(event, 'ASSIGNED', userId))
}

function mentioned(event: EventRow): Draft[] {
  const { body } = event.changes
  if (event.entityType !== 'note' || !body) return []
  // The note's own text is left out: whether they may read it is asked when they open it.
  return newMentions(body.old, body.new).map(userId => draftOf(event, 'MENTIONED', userId))
}

async function stagesMoved(scope: Scope, events: EventRow[]): Promise<Draft[]> {
  const moves = events.filter(
    ({ entityType, action, changes }) =>
      entityType === 'deal' && action !== 'created' && changes.stageId?.new,
  )
  if (!moves.length) return []
  const owners = await directory(scope, moves, 'owner_id')
  const stages = await scope.session.rows(
    'select id, name from stages where workspace_id = any($1::uuid[]) and id = any($2::uuid[])',
    [
      arrayLiteral([...new Set(moves.map(({ workspaceId }) => workspaceId))]),
      arrayLiteral([...new Set(moves.map(({ changes }) => changes.stageId!.new))]),
    ],
  )
  const names = new Map(stages.map(row => [row.id as string, row.name as string]))
  return moves.flatMap(event => {
    const owner = owners.get(event.entityId)
    const detail = names.get(event.changes.stageId!.new as string) ?? null
    return owner ? [draftOf(event, 'STAGE_MOVED', owner, { detail })] : []
  })
}

/** A visit's own job says when to remind; by the clock of the workspace, as the visit is kept. */
async function visitsReminded(scope: Scope, events: EventRow[]): Promise<Draft[]> {
  const reminders = events.filter(({ entityType, action }) => entityType === 'visit' && action === 'reminded')
  if (!reminders.length) return []
  const rows = await scope.session.rows(
    `select id, owner_id as "ownerId", date::text || ' at ' || time as "when" from visits
     where workspace_id = any($1::uuid[]) and id = any($2::uuid[]) and owner_id is not null and deleted_at is null`,
    [
      arrayLiteral([...new Set(reminders.map(({ workspaceId }) => workspaceId))]),
      arrayLiteral([...new Set(reminders.map(({ entityId }) => entityId))]),
    ],
  )
  const visits = new Map(rows.map(row => [row.id as string, row]))
  return reminders.flatMap(event => {
    const visit = visits.get(event.entityId)
    return visit
      ? [draftOf(event, 'VISIT_REMINDER', visit.ownerId as string, { detail: visit.when as string })]
      : []
  })
}

async function importsFinished(scope: Scope, events: EventRow[]): Promise<Draft[]> {
  const ends = events.filter(
    ({ entityType, action }) => entityType === 'import' && (action === 'completed' || action === 'failed'),
  )
  if (!ends.length) return []
  const creators = await directory(scope, ends, 'created_by_id')
  return ends.flatMap(event => {
    const creator = creators.get(event.entityId)
    const key = `IMPORT_FINISHED ${event.entityId}`
    // Its end is nobody's act, also where a job has told it on behalf of its creator.
    return creator
      ? [draftOf(event, 'IMPORT_FINISHED', creator, { key, actorId: null, detail: event.action })]
      : []
  })
}

async function webhooksPaused(scope: Scope, events: EventRow[]): Promise<Draft[]> {
  const pauses = events.filter(({ entityType, action }) => entityType === 'webhook' && action === 'paused')
  if (!pauses.length) return []
  const admins = await scope.session.rows(
    `select m.workspace_id as "workspaceId", m.user_id as "userId", h.id as "webhookId", coalesce(h.name, split_part(split_part(h.url, '/', 3), '?', 1)) as title
     from webhooks h join memberships m on m.workspace_id = h.workspace_id and m.role in ('OWNER', 'ADMIN') and m.removed_at is null and m.is_active
     where h.workspace_id = any($1::uuid[]) and h.id = any($2::uuid[])`,
    [
      arrayLiteral([...new Set(pauses.map(({ workspaceId }) => workspaceId))]),
      arrayLiteral(pauses.map(({ entityId }) => entityId)),
    ],
  )
  return pauses.flatMap(event =>
    admins
      .filter(({ webhookId }) => webhookId === event.entityId)
      .map(({ userId, title }) =>
        draftOf(event, 'WEBHOOK_PAUSED', userId as string, { title: title as string }),
      ),
  )
}

/** The owner or creator of records, by record. */
async function directory(
  scope: Scope,
  events: EventRow[],
  column: 'owner_id' | 'created_by_id',
): Promise<Map<string, string>> {
  const rows = await scope.session.rows(
    `select id, ${column} as "userId" from records where workspace_id = any($1::uuid[]) and id = any($2::uuid[]) and ${column} is not null`,
    [
      arrayLiteral([...new Set(events.map(({ workspaceId }) => workspaceId))]),
      arrayLiteral([...new Set(events.map(({ entityId }) => entityId))]),
    ],
  )
  return new Map(rows.map(row => [row.id as string, row.userId as string]))
}

const TITLED: readonly Kind[] = ['ASSIGNED', 'STAGE_MOVED', 'VISIT_REMINDER', 'IMPORT_FINISHED']

/** What the records are called now; only for those to whom they belong. */
async function addTitles(scope: Scope, drafts: Draft[]): Promise<void> {
  const byType = new Map<string, Draft[]>()
  for (const draft of drafts)
    if (TITLED.includes(draft.kind))
      byType.set(draft.entityType, [...(byType.get(draft.entityType) ?? []), draft])
  for (const [type, alike] of byType) {
    const record = recordNamed(type)
    const title = record.contract.title
      .map(key => `coalesce(${columnOf(record, key).name}::text, '')`)
      .join(" || ' ' || ")
    const rows = await scope.session.rows(
      `select id, left(btrim(${title}), ${TITLE_CHARACTERS}) as title from ${tableOf(record)} where workspace_id = any($1::uuid[]) and id = any($2::uuid[])`,
      [
        arrayLiteral([...new Set(alike.map(({ workspaceId }) => workspaceId))]),
        arrayLiteral([...new Set(alike.map(({ entityId }) => entityId))]),
      ],
    )
    const titles = new Map(rows.map(row => [row.id as string, row.title as string]))
    for (const draft of alike) draft.title = titles.get(draft.entityId) || null
  }
}
