import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import { type Page, pageFrom, queryMark, readCursor, type Total } from '#core/record/cursor.ts'
import { LIMIT_AT_MOST } from '#core/record/list.ts'
import { COUNTED_AT_MOST } from '#core/record/total.ts'
import { period, timelineQuery } from './timeline.ts'

export const auditQuery = z.strictObject({
  ...timelineQuery.pick({ dateFrom: true, dateTo: true, actorId: true, entityId: true, cursor: true }).shape,
  limit: z.coerce.number().int().min(1).max(LIMIT_AT_MOST).optional(),
  entityType: z.string().max(60).optional(),
  action: z.string().max(60).optional().meta({ description: 'Such as created, updated, deleted' }),
})

/** One page of the event history itself, newest first. */
export async function auditPage(tx: Tx, query: z.infer<typeof auditQuery>): Promise<Page> {
  const { limit = 50, cursor: given, ...asked } = query
  const params: unknown[] = [tx.who.workspaceId]
  const add = (value: unknown, cast: string) => `$${params.push(value)}::${cast}`
  const { from, to } = period(query, tx.who.timezone)
  const conditions = [
    'e.workspace_id = $1::uuid',
    ...(asked.entityType ? [`e.entity_type = ${add(asked.entityType, 'text')}`] : []),
    ...(asked.entityId ? [`e.entity_id = ${add(asked.entityId, 'uuid')}`] : []),
    ...(asked.actorId ? [`e.actor_id = ${add(asked.actorId, 'uuid')}`] : []),
    ...(asked.action ? [`e.action = ${add(asked.action, 'text')}`] : []),
    ...(from ? [`e.created_at >= ${add(from, 'timestamptz')}`] : []),
    ...(to ? [`e.created_at < ${add(to, 'timestamptz')}`] : []),
  ]
  const mark = queryMark(['audit', asked])
  const cursor = given ? readCursor(given, mark, ['number']) : undefined
  const counted = cursor ?? (await count(tx, conditions, params))
  if (cursor) conditions.push(`e.seq < ${add(cursor.values[0], 'bigint')}`)
  const found = await tx.session.rows(
    `select e.id, e.seq, e.workspace_id as "workspaceId", e.actor_id as "actorId", e.action, e.entity_type as "entityType", e.entity_id as "entityId",
       e.changes, host(e.ip) as ip, e.user_agent as "userAgent", e.request_id as "requestId", e.api_key_id as "apiKeyId", e.created_at as "createdAt"
     from events e where ${conditions.join(' and ')} order by e.seq desc limit ${limit + 1}`,
    params,
  )
  return pageFrom(found, limit, counted, mark, row => [row.seq])
}

async function count(tx: Tx, conditions: string[], params: unknown[]): Promise<Total> {
  const [row] = await tx.session.rows(
    `select count(*) as n from (select 1 from events e where ${conditions.join(' and ')} limit ${COUNTED_AT_MOST + 1}) c`,
    params,
  )
  const total = row!.n as number
  return { total, totalIsEstimate: total > COUNTED_AT_MOST }
}
