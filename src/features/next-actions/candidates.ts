import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { sqlWholeDays } from '#core/record/days.ts'
import { Ask } from '#features/analytics/scope.ts'

/** So many open deals, tasks and leads are looked at; those of most money, most overdue and newest first. */
const DEALS_AT_MOST = 150
const TASKS_AT_MOST = 20
const LEADS_AT_MOST = 20

/** What is looked at, and how many there are in all. */
export type Found<T> = { total: number; found: T[] }
const totalOf = (rows: readonly Record<string, unknown>[]): number => Number(rows[0]?.total ?? 0)

/** Of whom: one member, or everybody whose records the caller may see. */
export type Whose = { memberId: string | null }

/** The largest open deals, and how many there are in all. */
export async function openDeals(tx: Tx, { memberId }: Whose): Promise<Found<string>> {
  const ask = new Ask(tx)
  const rows = await ask.rows(
    `select t.id, count(*) over ()::int as total from deals t where ${ask.scope('deal')} and t.status = 'OPEN'${memberId ? ` and t.owner_id = ${ask.add(memberId, 'uuid')}` : ''} order by t.amount desc, t.id limit ${DEALS_AT_MOST}`,
  )
  return { total: totalOf(rows), found: rows.map(row => row.id as string) }
}

export type DueTask = {
  id: string
  title: string
  dueAt: string
  priority: string
  relatedType: string | null
  relatedId: string | null
  daysOver: number
}

/** Tasks that are due by the end of today, the longest overdue first. */
export async function dueTasks(tx: Tx, { memberId }: Whose, endOfDay: string): Promise<Found<DueTask>> {
  const ask = new Ask(tx)
  const rows = await ask.rows(
    `select count(*) over ()::int as total, t.id, t.title, t.due_at as "dueAt", t.priority, t.related_type as "relatedType", t.related_id as "relatedId", ${sqlWholeDays('t.due_at', 'now()')} as "daysOver"
     from tasks t where ${ask.scope('task')} and t.progress in ('PENDING', 'IN_PROGRESS') and t.due_at < ${ask.add(endOfDay, 'timestamptz')}${memberId ? ` and t.assignee_id = ${ask.add(memberId, 'uuid')}` : ''}
     order by case t.priority when 'URGENT' then 0 when 'HIGH' then 1 else 2 end, t.due_at limit ${TASKS_AT_MOST}`,
  )
  return { total: totalOf(rows), found: rows as DueTask[] }
}

export type WaitingLead = {
  id: string
  name: string
  company: string | null
  source: string | null
  score: number | null
  createdAt: string
  notes: string | null
}

/** Leads that nobody has contacted yet, the best scored and newest first. */
export async function waitingLeads(tx: Tx, { memberId }: Whose): Promise<Found<WaitingLead>> {
  const ask = new Ask(tx)
  const rows = await ask.rows(
    `select count(*) over ()::int as total, t.id, t.name, t.company, t.source, t.score, t.created_at as "createdAt", left(t.notes, 2000) as notes from leads t
     where ${ask.scope('lead')} and t.stage = 'NEW' and t.created_at > now() - interval '60 days'${memberId ? ` and t.owner_id = ${ask.add(memberId, 'uuid')}` : ''}
     order by t.score desc nulls last, t.created_at desc limit ${LEADS_AT_MOST}`,
  )
  return { total: totalOf(rows), found: rows as WaitingLead[] }
}

/** Open deals whose last word in 60 days is theirs, with the mail or message: those of the deals that are looked at, and how many there are in all. */
export async function unanswered(
  tx: Tx,
  { memberId }: Whose,
  dealIds: readonly string[],
): Promise<{ total: number; found: Map<string, string> }> {
  const ask = new Ask(tx)
  // A call that came in was answered by picking up.
  const rows = await ask.rows(
    `select last.deal, last.id, count(*) over ()::int as total from (
       select distinct on (i.deal_id) i.deal_id as deal, i.id, i.direction, i.type from interactions i join deals t on t.workspace_id = i.workspace_id and t.id = i.deal_id
       where ${ask.scope('deal')} and t.status = 'OPEN'${memberId ? ` and t.owner_id = ${ask.add(memberId, 'uuid')}` : ''}
         and i.workspace_id = ${ask.add(tx.who.workspaceId, 'uuid')} and i.deleted_at is null and i.occurred_at between now() - interval '60 days' and now()
       order by i.deal_id, i.occurred_at desc, i.id) last
     where last.direction = 'INBOUND' and last.type in ('EMAIL', 'MESSAGE')
     order by (last.deal = any(${ask.add(arrayLiteral(dealIds), 'uuid[]')})) desc limit ${DEALS_AT_MOST}`,
  )
  const looked = new Set(dealIds)
  const found = rows.filter(row => looked.has(row.deal as string))
  return { total: totalOf(rows), found: new Map(found.map(row => [row.deal as string, row.id as string])) }
}
