import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { TWO_WAY } from '#features/deal-signals/facts.ts'

/** Somebody at the customer: on the deal or not yet, and when they were last heard. */
export type Stakeholder = {
  contactId: string
  name: string
  jobTitle: string | null
  isOnDeal: boolean
  isPrimary: boolean
  /** Two-way contacts on this deal. */
  talks: number
  lastAt: string | null
}

const PEOPLE_AT_MOST = 30

/** The contacts of a deal, and others of the same company who might be brought in, of those whom the caller may see. */
export const stakeholdersOf = (tx: Tx, dealId: string): Promise<Stakeholder[]> =>
  tx.session.rows(
    `with deal as (select id, company_id, contact_ids, primary_contact_id from deals where workspace_id = $1::uuid and id = $2::uuid),
     people as (
       select c.id, c.first_name, c.last_name, c.job_title, true as on_deal from deal, contacts c where c.workspace_id = $1::uuid and c.id = any(deal.contact_ids) and c.deleted_at is null
       union all (select c.id, c.first_name, c.last_name, c.job_title, false from deal, contacts c where c.workspace_id = $1::uuid and c.company_id = deal.company_id
         and c.deleted_at is null and not c.id = any(deal.contact_ids) order by c.last_interaction_at desc nulls last, c.id limit 10))
     select p.id as "contactId", btrim(coalesce(p.first_name, '') || ' ' || coalesce(p.last_name, '')) as name, p.job_title as "jobTitle", p.on_deal as "isOnDeal",
       p.id = (select primary_contact_id from deal) is true as "isPrimary", coalesce(t.n, 0) as talks, t.last_at as "lastAt"
     from people p left join (select i.contact_id, count(*) as n, max(i.occurred_at) as last_at from interactions i where i.workspace_id = $1::uuid and i.deal_id = $2::uuid
       and i.deleted_at is null and ${TWO_WAY} group by i.contact_id) t on t.contact_id = p.id
     order by on_deal desc, talks desc, p.id limit ${PEOPLE_AT_MOST}`,
    [tx.who.workspaceId, dealId],
  ) as Promise<unknown> as Promise<Stakeholder[]>

/** The primary contact of each deal, where the caller may see them. */
export async function primaries(tx: Tx, dealIds: readonly string[]): Promise<Map<string, Stakeholder[]>> {
  const rows = await tx.session.rows(
    `select d.id as deal, c.id as "contactId", btrim(coalesce(c.first_name, '') || ' ' || coalesce(c.last_name, '')) as name, c.job_title as "jobTitle",
       true as "isOnDeal", true as "isPrimary", 0 as talks, null as "lastAt"
     from deals d join contacts c on c.workspace_id = $1::uuid and c.id = d.primary_contact_id and c.deleted_at is null where d.workspace_id = $1::uuid and d.id = any($2::uuid[])`,
    [tx.who.workspaceId, arrayLiteral(dealIds)],
  )
  return new Map(rows.map(({ deal, ...person }) => [deal as string, [person as unknown as Stakeholder]]))
}

export type Planned = { id: string; title: string; dueAt: string | null; isOverdue: boolean }

/** The open tasks of a deal, the next due first. */
export const openTasks = (tx: Tx, dealId: string): Promise<Planned[]> =>
  tx.session.rows(
    `select id, title, due_at as "dueAt", coalesce(due_at < now(), false) as "isOverdue" from tasks
     where workspace_id = $1::uuid and related_id = $2::uuid and deleted_at is null and progress in ('PENDING', 'IN_PROGRESS') order by due_at nulls last, id limit 20`,
    [tx.who.workspaceId, dealId],
  ) as Promise<unknown> as Promise<Planned[]>
