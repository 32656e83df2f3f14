import type { Tx } from '#core/db/workspace.ts'
import type { Cell, ColumnInfo } from './learn/table.ts'
import { asOf, customColumns, daysBetween, mailKind, type Seen, type SeenRow, seenParams } from './rows.ts'

/** What is known of a lead. Columns counted from dated records are `isAsOf`: they hold what was there at the moment. */
const COLUMNS: readonly ColumnInfo[] = [
  { key: 'source', label: 'Source', kind: 'category' },
  { key: 'stage', label: 'Stage', kind: 'category' },
  { key: 'ownerId', label: 'Owner', kind: 'category' },
  { key: 'email', label: 'E-mail address', kind: 'category' },
  { key: 'phone', label: 'Phone given', kind: 'boolean' },
  { key: 'company', label: 'Company given', kind: 'boolean' },
  { key: 'notes', label: 'Notes', kind: 'text' },
  { key: 'score', label: 'Score from elsewhere', kind: 'number' },
  { key: 'tags', label: 'Tags', kind: 'set' },
  { key: 'tasks', label: 'Tasks', kind: 'number', isAsOf: true },
  { key: 'tasksDone', label: 'Tasks done', kind: 'number', isAsOf: true },
  { key: 'noteCount', label: 'Notes written', kind: 'number', isAsOf: true },
  { key: 'daysSinceTouched', label: 'Days since the last note or task', kind: 'number', isAsOf: true },
]

export const leadColumns = async (tx: Tx): Promise<ColumnInfo[]> => [
  ...COLUMNS,
  ...(await customColumns(tx, 'lead')).columns,
]

const SELECT = `select l.id, l.name, l.source, l.stage, l.owner_id as "ownerId", l.email, l.phone, l.company, l.notes, l.score, l.tags,
    l.custom_fields as "customFields", l.created_at as "createdAt",
    coalesce(k.tasks, 0)::int as tasks, coalesce(k.done, 0)::int as "tasksDone", coalesce(n.notes, 0)::int as "noteCount",
    greatest(k.last, n.last) as touched
  from unnest($2::uuid[], $3::timestamptz[]) s(id, at)
  join leads l on l.workspace_id = $1::uuid and l.id = s.id and l.deleted_at is null
  left join lateral (select count(*) as tasks, count(*) filter (where completed_at <= s.at) as done, max(created_at) as last from tasks
    where workspace_id = $1::uuid and related_id = l.id and created_at <= s.at and deleted_at is null) k on true
  left join lateral (select count(*) as notes, max(created_at) as last from notes
    where workspace_id = $1::uuid and related_id = l.id and created_at <= s.at and deleted_at is null) n on true`

/** What the caller may see of leads, as of the moment given with each; those that they may not see are left out. */
export async function leadRows(tx: Tx, seen: readonly Seen[]): Promise<SeenRow[]> {
  const found = await tx.session.rows(SELECT, [tx.who.workspaceId, ...seenParams(seen)])
  const ats = new Map(seen.map(({ id, at }) => [id, at]))
  const rows = found.map((record): SeenRow => {
    const id = record.id as string
    return { id, at: ats.get(id)!, record, cells: {} }
  })
  await asOf(tx, 'lead', rows)
  const { cellsOf } = await customColumns(tx, 'lead')
  for (const row of rows) row.cells = leadCells(row.record, row.at, cellsOf)
  return rows
}

type CellsOf = (values: unknown) => Record<string, Cell>

function leadCells(record: SeenRow['record'], at: number, cellsOf: CellsOf): Record<string, Cell> {
  const stage = record.stage as string
  return {
    source: (record.source as string | null) ?? null,
    // What it became is the outcome; where its history is not known, its stage before is not either.
    stage: stage === 'CONVERTED' || stage === 'UNQUALIFIED' ? null : stage,
    ownerId: (record.ownerId as string | null) ?? null,
    email: mailKind(record.email),
    phone: Boolean(record.phone),
    company: Boolean(record.company),
    notes: (record.notes as string | null) ?? null,
    score: (record.score as number | null) ?? null,
    tags: (record.tags as string[] | null) ?? [],
    tasks: Number(record.tasks ?? 0),
    tasksDone: Number(record.tasksDone ?? 0),
    noteCount: Number(record.noteCount ?? 0),
    daysSinceTouched: daysBetween(record.touched, at),
    ...cellsOf(record.customFields),
  }
}

/** A contact seen as the lead that it would be: what both have, and custom fields of the same key. */
export async function contactAsLead(tx: Tx, contactId: string): Promise<SeenRow | undefined> {
  const [record] = await tx.session.rows(
    `select c.id, trim(c.first_name || ' ' || c.last_name) as name, c.lead_source as source, 'CONTACTED' as stage, c.owner_id as "ownerId",
       c.email, coalesce(c.phone, c.mobile) as phone, c.company_id as company, null as notes, c.lead_score as score, c.tags,
       c.custom_fields as "customFields", c.created_at as "createdAt",
       (select count(*) from tasks where workspace_id = $1::uuid and related_id = c.id and deleted_at is null)::int as tasks,
       (select count(*) from tasks where workspace_id = $1::uuid and related_id = c.id and completed_at is not null and deleted_at is null)::int as "tasksDone",
       (select count(*) from notes where workspace_id = $1::uuid and related_id = c.id and deleted_at is null)::int as "noteCount",
       c.last_interaction_at as touched
     from contacts c where c.workspace_id = $1::uuid and c.id = $2::uuid and c.deleted_at is null`,
    [tx.who.workspaceId, contactId],
  )
  if (!record) return undefined
  const { cellsOf } = await customColumns(tx, 'lead')
  const at = Date.now()
  return { id: contactId, at, record, cells: leadCells(record, at, cellsOf) }
}
