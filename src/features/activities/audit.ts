import { z } from 'zod'
import { type CsvCell, csvLine } from '#core/csv/index.ts'
import { adderOf, arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Database, Tx, Who } from '#core/db/workspace.ts'
import { ON_THE_WAY } from '#core/events/actions.ts'
import { type Page, pageFrom, queryMark, readCursor, type Total } from '#core/record/cursor.ts'
import { COUNTED_AT_MOST } from '#core/record/total.ts'
import { withTitles } from './audit-titles.ts'
import { NOT_ON_THE_WAY, period, timelineQuery } from './timeline.ts'

export const auditQuery = z.strictObject({
  ...timelineQuery.pick({
    dateFrom: true,
    dateTo: true,
    actorId: true,
    entityId: true,
    limit: true,
    cursor: true,
  }).shape,
  entityType: z.string().max(60).optional(),
  action: z
    .string()
    .max(60)
    .optional()
    .meta({
      description: `Such as created, updated, deleted. How far imports came on their way (\`${ON_THE_WAY}\`) is left out unless it is asked for here`,
    }),
})

type Asked = Omit<z.infer<typeof auditQuery>, 'limit' | 'cursor'>

/** What is asked for, as SQL. */
function selection(tx: Tx, asked: Asked) {
  const params: unknown[] = [tx.who.workspaceId]
  const add = adderOf(params)
  const { from, to } = period(asked, tx.who.timezone)
  const conditions = [
    'e.workspace_id = $1::uuid',
    ...(asked.entityType ? [`e.entity_type = ${add(asked.entityType, 'text')}`] : []),
    ...(asked.entityId ? [`e.entity_id = ${add(asked.entityId, 'uuid')}`] : []),
    ...(asked.actorId ? [`e.actor_id = ${add(asked.actorId, 'uuid')}`] : []),
    asked.action ? `e.action = ${add(asked.action, 'text')}` : NOT_ON_THE_WAY,
    ...(from ? [`e.created_at >= ${add(from, 'timestamptz')}`] : []),
    ...(to ? [`e.created_at < ${add(to, 'timestamptz')}`] : []),
  ]
  return { conditions, params, add }
}
type Selection = ReturnType<typeof selection>

/** Events before `seq`, or the latest, newest first. */
function eventsBefore(tx: Tx, { conditions, params, add }: Selection, seq: unknown, limit: number) {
  const before = seq === undefined ? [] : [`e.seq < ${add(seq, 'bigint')}`]
  return tx.session.rows(
    `select e.id, e.seq, e.workspace_id as "workspaceId", e.actor_id as "actorId", e.action, e.entity_type as "entityType", e.entity_id as "entityId",
       e.changes, host(e.ip) as ip, e.user_agent as "userAgent", e.request_id as "requestId", e.api_key_id as "apiKeyId", e.created_at as "createdAt"
     from events e where ${[...conditions, ...before].join(' and ')} order by e.seq desc limit ${limit}`,
    params,
  )
}

/** One page of the event history itself, newest first. */
export async function auditPage(tx: Tx, query: z.infer<typeof auditQuery>): Promise<Page> {
  const { limit = 50, cursor: given, ...asked } = query
  const selected = selection(tx, asked)
  const mark = queryMark(['audit', asked])
  const cursor = given ? readCursor(given, mark, ['number']) : undefined
  const counted = cursor ?? (await count(tx, selected))
  const found = await eventsBefore(tx, selected, cursor?.values[0], limit + 1)
  return pageFrom(await withTitles(tx, found), limit, counted, mark, row => [row.seq])
}

async function count(tx: Tx, { conditions, params }: Selection): Promise<Total> {
  const [row] = await tx.session.rows(
    `select count(*) as n from (select 1 from events e where ${conditions.join(' and ')} limit ${COUNTED_AT_MOST + 1}) c`,
    params,
  )
  const total = row!.n as number
  return { total, totalIsEstimate: total > COUNTED_AT_MOST }
}

const ROWS_AT_ONCE = 1000
const COLUMNS = [
  ...['createdAt', 'actorId', 'actorName', 'action', 'entityType', 'entityId'],
  ...['changes', 'ip', 'userAgent', 'apiKeyId', 'requestId', 'entityTitle'],
]

/** The history as CSV, any length of it: a page at a time, each in a short transaction of its own. */
export async function* auditCsv(database: Database, who: Who, asked: Asked): AsyncGenerator<string> {
  yield csvLine(COLUMNS)
  for (let seq: unknown; ; ) {
    const rows = await database.inWorkspace(who, tx => namedEvents(tx, asked, seq), 'read')
    if (rows.length) yield rows.map(row => csvLine(COLUMNS.map(column => row[column] as CsvCell))).join('')
    if (rows.length < ROWS_AT_ONCE) return
    seq = rows.at(-1)!.seq
  }
}

async function namedEvents(tx: Tx, asked: Asked, seq: unknown): Promise<Row[]> {
  const rows = await eventsBefore(tx, selection(tx, asked), seq, ROWS_AT_ONCE)
  const people = await tx.session.rows(
    `select u.id, u.name from memberships m join users u on u.id = m.user_id
     where m.workspace_id = $1::uuid and m.user_id = any($2::uuid[])`,
    [tx.who.workspaceId, arrayLiteral([...new Set(rows.flatMap(row => (row.actorId as string) ?? []))])],
  )
  const names = new Map(people.map(({ id, name }) => [id, name]))
  return (await withTitles(tx, rows)).map(row => ({
    ...row,
    actorName: names.get(row.actorId) ?? null,
    changes: JSON.stringify(row.changes),
  }))
}
