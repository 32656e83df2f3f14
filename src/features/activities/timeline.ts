import { z } from 'zod'
import { type Add, adderOf, arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx, Who } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { ON_THE_WAY } from '#core/events/actions.ts'
import { paging } from '#core/http/page.ts'
import { NIL_ID } from '#core/ids.ts'
import { Aggregate } from '#core/record/aggregate.ts'
import { type Page, pageFrom, queryMark, readCursor, type Total } from '#core/record/cursor.ts'
import { checkRange } from '#core/record/filter-time.ts'
import { hasRecord, isOfRecord, recordNamed } from '#core/record/registry.ts'
import { addDays, startOfDay } from '#core/record/relative-time.ts'
import { COUNTED_AT_MOST } from '#core/record/total.ts'
import { mayChangeExpression, seesThrough } from '#core/record/visibility.ts'
import { INTERACTION_TYPES } from './activities.contract.ts'

const day = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], 'must be a date or an ISO-8601 date-time')
  .refine(value => value >= '1000' && value < '9000', 'must lie between the years 1000 and 9000')
  .optional()

/**
 * The actor of what nobody did: an invoice that became overdue, a mail that came in. R3's client takes text alone (decision 27);
 * the audit log says null.
 */
export const SYSTEM_ACTOR = NIL_ID
const actorIn = (column: string) => `coalesce(${column}, '${SYSTEM_ACTOR}')`

/** The parameters of both streams of what happened. */
export const timelineQuery = z.strictObject({
  entityType: z.string().max(60).optional().meta({
    description:
      'With entityId: only what happened to this record and to what hangs on it; without: to any of its type',
  }),
  entityId: z.uuid().optional(),
  type: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'CALL, EMAIL, MEETING, MESSAGE, or `changes`; several separated by commas' }),
  actorId: z.uuid().optional(),
  dateFrom: day.meta({ description: 'A day (in the zone of the workspace) or a moment' }),
  dateTo: day.meta({ description: 'A day, which is included, or a moment' }),
  ...paging,
})
export type TimelineQuery = z.infer<typeof timelineQuery>

const LINKS: Record<string, string> = { contact: 'contact_id', deal: 'deal_id', company: 'company_id' }

/** Moments between which a stream is asked for; a day counts whole. @throws Refusal 400 */
export function period(
  { dateFrom, dateTo }: { dateFrom?: string; dateTo?: string },
  zone: string,
): { from?: string; to?: string } {
  checkRange(dateFrom, dateTo, zone)
  const isDay = (text: string) => text.length === 10
  return {
    ...(dateFrom ? { from: isDay(dateFrom) ? startOfDay(dateFrom, zone).toISOString() : dateFrom } : {}),
    ...(dateTo ? { to: isDay(dateTo) ? startOfDay(addDays(dateTo, 1), zone).toISOString() : dateTo } : {}),
  }
}

type Source = { columns: string; from: string; time: string; id: string; key: string; conditions: string[] }

/**
 * Interactions and changes as one stream, newest first, of what the caller may see. A record's stream
 * holds what happened to the record itself and to what hangs on it.
 */
export async function timeline(tx: Tx, query: TimelineQuery): Promise<Page> {
  const params: unknown[] = [tx.who.workspaceId]
  const add = adderOf(params)
  const about = await typed(tx, query)
  // Of one record there is little, which is sooner asked one by one.
  const gathers = !query.entityId && seesThrough(recordNamed('interaction'), tx.who)
  const ask = gathers ? new Aggregate(tx, add) : undefined
  const sources = sourcesOf(tx, about, add, ask)
  const { limit = 50, cursor: given, ...asked } = query
  const mark = queryMark(asked)
  const cursor = given ? readCursor(given, mark, ['moment', 'id']) : undefined
  const counted = cursor ?? (await count(tx, sources, params, ask))
  if (cursor)
    for (const source of sources)
      source.conditions.push(
        `(${source.time}, ${source.id}) < (${add(cursor.values[0], 'timestamptz')}, ${add(cursor.values[1], 'uuid')})`,
      )
  const found = !sources.length
    ? []
    : ask
      ? await readGathered(tx, sources, params, ask, limit + 1)
      : await tx.session.rows(newest(sources, limit + 1), params)
  return pageFrom(found, limit, counted, mark, row => [row.createdAt, row.id])
}

/** Who names a record by its id alone is told what its type would tell. @throws Refusal 400 for a type that is none */
async function typed({ session, who }: Tx, query: TimelineQuery): Promise<TimelineQuery> {
  const { entityType, entityId } = query
  if (entityType !== undefined && !hasRecord(entityType))
    throw invalid({ path: 'entityType', message: 'must be a type of records, such as deal' })
  if (entityId === undefined || entityType !== undefined) return query
  const [row] = await session.rows(
    'select type from records where workspace_id = $1::uuid and id = $2::uuid',
    [who.workspaceId, entityId],
  )
  return { ...query, entityType: row?.type as string | undefined }
}

/** The statement that reads the newest of all sources. */
function newest(sources: Source[], limit: number): string {
  const parts = sources.map(
    ({ columns, from, time, id, conditions }) =>
      `(select ${columns} from ${from} where ${conditions.join(' and ')} order by ${time} desc, ${id} desc limit ${limit})`,
  )
  return `select * from (${parts.join(' union all ')}) u order by "createdAt" desc, id desc limit ${limit}`
}

/**
 * The same where what a member sees is gathered once: which rows those are is ranked by the role of searches under conditions
 * that say it, and they are read with the member's own rights, as in lists.
 */
async function readGathered(
  tx: Tx,
  sources: Source[],
  params: unknown[],
  ask: Aggregate,
  limit: number,
): Promise<Row[]> {
  const ranked = sources.map((source, n) => ({
    ...source,
    columns: `${n} as source, ${source.key}::text as key, ${source.id}, ${source.time} as "createdAt"`,
  }))
  const found = await tx.as('ascendore_search', () =>
    tx.session.rows(ask.whole(newest(ranked, limit)), params),
  )
  const given: unknown[] = [tx.who.workspaceId]
  const add = adderOf(given)
  const chosen = sources.map((source, n) => {
    const keys = found.filter(row => row.source === n).map(row => row.key as string)
    const type = source.key === 'e.seq' ? 'bigint[]' : 'uuid[]'
    const [inWorkspace = ''] = source.conditions
    return { ...source, conditions: [inWorkspace, `${source.key} = any(${add(arrayLiteral(keys), type)})`] }
  })
  return tx.session.rows(newest(chosen, limit), given)
}

function sourcesOf(tx: Tx, query: TimelineQuery, add: Add, ask: Aggregate | undefined): Source[] {
  const types = query.type?.split(',').map(type => type.trim())
  const wanted = types?.filter(type => (INTERACTION_TYPES as readonly string[]).includes(type))
  const strange = types?.filter(type => type !== 'changes' && !wanted!.includes(type))
  if (strange?.length)
    throw invalid({ path: 'type', message: `${strange[0]} is not CALL, EMAIL, MEETING, MESSAGE or changes` })
  const { from, to } = period(query, tx.who.timezone)
  const common = (time: string, actor: string) => [
    ...(from ? [`${time} >= ${add(from, 'timestamptz')}`] : []),
    ...(to ? [`${time} < ${add(to, 'timestamptz')}`] : []),
    ...actedBy(query, actor, add),
  ]
  const sources: Source[] = []
  if (!types || types.includes('changes')) {
    const conditions = common('e.created_at', 'e.actor_id')
    // As the policy of events has it.
    if (ask) conditions.push(`(e.actor_id = ${add(tx.who.userId, 'uuid')} or ${ask.isMine('e.entity_id')})`)
    sources.push(changes(query, conditions, add))
  }
  if ((!types || wanted!.length) && (!query.entityId || LINKS[query.entityType ?? ''])) {
    const conditions = common('i.occurred_at', 'i.created_by_id')
    if (ask) conditions.push(ask.scope('interaction', 'i'))
    if (query.entityId) conditions.push(`i.${LINKS[query.entityType!]} = ${add(query.entityId, 'uuid')}`)
    else if (query.entityType) conditions.push(`${LOGGED_ON} = ${add(query.entityType, 'text')}`)
    if (wanted?.length) conditions.push(`i.type = any(${add(`{${wanted.join(',')}}`, 'text[]')})`)
    sources.push(logged(tx.who, conditions))
  }
  return sources
}

const actedBy = ({ actorId }: TimelineQuery, column: string, add: Add) => {
  if (actorId === undefined) return []
  return [actorId === SYSTEM_ACTOR ? `${column} is null` : `${column} = ${add(actorId, 'uuid')}`]
}

export const NOT_ON_THE_WAY = `e.action <> '${ON_THE_WAY}'`

/**
 * A mail is told once: as the interaction that it is; one that is none (of a campaign, or received and written by nobody) by the event
 * that it went out or came in; one that did not arrive by the event that says so. What else becomes of it are steps on its way.
 */
const MAIL_TOLD_ONCE = `not (e.entity_type = 'email' and e.action = 'created' and e.changes#>>'{reason,new}' is distinct from 'AUTOMATIC')
  and not (e.entity_type in ('email', 'campaignContact') and e.action = 'updated' and (coalesce(e.changes#>>'{status,new}', '') in ('QUEUED', 'SENDING') or e.changes#>>'{interactionId,new}' is not null))`

/** Changes of records, not of people and sessions, which the audit log tells; that an interaction was logged is told by the interaction itself, and a mail once. */
function changes(query: TimelineQuery, conditions: string[], add: Add): Source {
  if (query.entityId) {
    const id = add(query.entityId, 'uuid')
    conditions.push(
      // One array rather than `or`: only so can the index on the record find the events.
      `e.entity_id = any(array(select ${id} union all select r.id from records r where r.workspace_id = $1::uuid and r.parent_id = ${id}))`,
    )
    // Of one record also what hangs on it, of whatever type that is.
  } else if (query.entityType) conditions.push(`e.entity_type = ${add(query.entityType, 'text')}`)
  return {
    from: 'events e',
    columns: `e.id, e.workspace_id as "workspaceId", ${actorIn('e.actor_id')} as "actorId", e.entity_type || '.' || e.action as type,
      e.entity_type as "entityType", e.entity_id as "entityId", jsonb_build_object('action', e.action, 'changes', e.changes) as metadata, e.created_at as "createdAt"`,
    time: 'e.created_at',
    id: 'e.id',
    key: 'e.seq',
    conditions: [
      'e.workspace_id = $1::uuid',
      isOfRecord('e'),
      NOT_ON_THE_WAY,
      `not (e.entity_type = 'interaction' and e.action = 'created')`,
      MAIL_TOLD_ONCE,
      ...conditions,
    ],
  }
}

/** Of what type the record is at which an interaction stands in the stream. */
const LOGGED_ON =
  "case when i.deal_id is not null then 'deal' when i.contact_id is not null then 'contact' when i.company_id is not null then 'company' else 'interaction' end"

function logged(who: Who, conditions: string[]): Source {
  const mayChange = who.asksMayChange
    ? `, 'mayChange', ${mayChangeExpression(recordNamed('interaction'), who, 'i')}`
    : ''
  return {
    from: 'interactions i',
    columns: `i.id, i.workspace_id as "workspaceId", ${actorIn('i.created_by_id')} as "actorId", i.type,
      ${LOGGED_ON} as "entityType",
      coalesce(i.deal_id, i.contact_id, i.company_id, i.id) as "entityId",
      jsonb_build_object('subject', i.subject, 'content', i.content, 'direction', i.direction, 'durationMinutes', i.duration_minutes,
        'contactId', i.contact_id, 'dealId', i.deal_id, 'companyId', i.company_id, 'sentimentScore', i.sentiment_score,
        'objections', i.objections, 'competitors', i.competitors, 'nextSteps', i.next_steps${mayChange}) as metadata, i.occurred_at as "createdAt"`,
    time: 'i.occurred_at',
    id: 'i.id',
    key: 'i.id',
    conditions: ['i.workspace_id = $1::uuid', 'i.deleted_at is null', ...conditions],
  }
}

/** Counted to 10,000 in each source; beyond that it is marked as an estimate. */
async function count(
  tx: Tx,
  sources: Source[],
  params: unknown[],
  ask: Aggregate | undefined,
): Promise<Total> {
  const counts = sources.map(
    ({ from, conditions }, i) =>
      `(select count(*) from (select 1 from ${from} where ${conditions.join(' and ')} limit ${COUNTED_AT_MOST + 1}) c) as n${i}`,
  )
  if (!counts.length) return { total: 0, totalIsEstimate: false }
  const text = `select ${counts.join(', ')}`
  const [row] = ask
    ? await tx.as('ascendore_search', () => tx.session.rows(ask.whole(text), params))
    : await tx.session.rows(text, params)
  const numbers = Object.values(row!) as number[]
  return {
    total: numbers.reduce((sum, n) => sum + n, 0),
    totalIsEstimate: numbers.some(n => n > COUNTED_AT_MOST),
  }
}
