import type { Tx } from '#core/db/workspace.ts'
import { daysUntil } from '#core/record/days.ts'
import type { Cell, ColumnInfo } from './learn/table.ts'
import { asOf, customColumns, daysBetween, type Seen, type SeenRow, seenParams } from './rows.ts'

/** What is known of a deal. Columns counted from dated records are `isAsOf`: they hold what was there at the moment. */
const COLUMNS: readonly ColumnInfo[] = [
  { key: 'pipelineId', label: 'Pipeline', kind: 'category' },
  { key: 'stageId', label: 'Stage', kind: 'category' },
  { key: 'daysInStage', label: 'Days in its stage', kind: 'number', isAsOf: true },
  { key: 'stagesEntered', label: 'Stages entered', kind: 'number' },
  { key: 'amount', label: 'Amount', kind: 'number' },
  { key: 'currency', label: 'Currency', kind: 'category' },
  { key: 'source', label: 'Source', kind: 'category' },
  { key: 'ownerId', label: 'Owner', kind: 'category' },
  { key: 'title', label: 'Title', kind: 'text' },
  { key: 'description', label: 'Description', kind: 'text' },
  { key: 'tags', label: 'Tags', kind: 'set' },
  { key: 'expectedCloseDate', label: 'Expected close date', kind: 'date' },
  { key: 'people', label: 'People involved', kind: 'number' },
  { key: 'industry', label: 'Industry of the company', kind: 'category' },
  { key: 'companySize', label: 'Size of the company', kind: 'category' },
  { key: 'employeeCount', label: 'Employees of the company', kind: 'number' },
  { key: 'calls', label: 'Calls', kind: 'number', isAsOf: true },
  { key: 'emails', label: 'E-mails', kind: 'number', isAsOf: true },
  { key: 'meetings', label: 'Meetings', kind: 'number', isAsOf: true },
  { key: 'inbound', label: 'Times they got in touch', kind: 'number', isAsOf: true },
  { key: 'lastMonth', label: 'Contacts in the last 30 days', kind: 'number', isAsOf: true },
  { key: 'daysSilent', label: 'Days since the last contact', kind: 'number', isAsOf: true },
  { key: 'sentiment', label: 'Mood of the talks', kind: 'number', isAsOf: true },
  { key: 'objections', label: 'Objections heard', kind: 'number', isAsOf: true },
  { key: 'competitors', label: 'Competitors named', kind: 'number', isAsOf: true },
  { key: 'tasks', label: 'Tasks', kind: 'number', isAsOf: true },
  { key: 'tasksDone', label: 'Tasks done', kind: 'number', isAsOf: true },
  { key: 'noteCount', label: 'Notes written', kind: 'number', isAsOf: true },
]

export const dealColumns = async (tx: Tx): Promise<ColumnInfo[]> => [
  ...COLUMNS,
  ...(await customColumns(tx, 'deal')).columns,
]

const SELECT = `select d.id, d.title, d.pipeline_id as "pipelineId", d.amount::float8 as amount, d.currency, d.source, d.owner_id as "ownerId",
    d.description, d.tags, d.expected_close_date::text as "expectedCloseDate", d.contact_ids as "contactIds", d.custom_fields as "customFields",
    d.created_at as "createdAt", d.status, st.name as "stageName", st.probability as "stageProbability", st.rotting_days as "rottingDays", d.probability,
    h.stage_id as "heldStageId", h.entered_at as "heldSince", h.entered::int as "stagesEntered",
    c.id as "companyId", c.industry, c.size as "companySize", c.employee_count as "employeeCount",
    coalesce(i.calls, 0)::int as calls, coalesce(i.emails, 0)::int as emails, coalesce(i.meetings, 0)::int as meetings,
    coalesce(i.inbound, 0)::int as inbound, coalesce(i.month, 0)::int as "lastMonth", i.last as "lastContact", i.mood::float8 as sentiment,
    coalesce(i.objections, 0)::int as objections, coalesce(i.competitors, 0)::int as competitors,
    coalesce(k.tasks, 0)::int as tasks, coalesce(k.done, 0)::int as "tasksDone", coalesce(n.notes, 0)::int as "noteCount"
  from unnest($2::uuid[], $3::timestamptz[]) s(id, at)
  join deals d on d.workspace_id = $1::uuid and d.id = s.id and d.deleted_at is null
  left join stages st on st.workspace_id = $1::uuid and st.id = d.stage_id
  left join companies c on c.workspace_id = $1::uuid and c.id = d.company_id and c.deleted_at is null
  left join lateral (select x.stage_id, x.entered_at, count(*) over () as entered from deal_stage_history x
    where x.workspace_id = $1::uuid and x.deal_id = d.id and x.entered_at <= s.at order by x.entered_at desc, x.id desc limit 1) h on true
  left join lateral (select count(*) filter (where type = 'CALL') as calls, count(*) filter (where type = 'EMAIL') as emails,
      count(*) filter (where type = 'MEETING') as meetings, count(*) filter (where direction = 'INBOUND') as inbound,
      count(*) filter (where occurred_at > s.at - interval '30 days') as month, max(occurred_at) as last, avg(sentiment_score) as mood,
      sum(cardinality(objections)) as objections, sum(cardinality(competitors)) as competitors from interactions
    where workspace_id = $1::uuid and deal_id = d.id and occurred_at <= s.at and deleted_at is null) i on true
  left join lateral (select count(*) as tasks, count(*) filter (where completed_at <= s.at) as done from tasks
    where workspace_id = $1::uuid and related_id = d.id and created_at <= s.at and deleted_at is null) k on true
  left join lateral (select count(*) as notes from notes
    where workspace_id = $1::uuid and related_id = d.id and created_at <= s.at and deleted_at is null) n on true`

const STAGES = `select id, kind from stages where workspace_id = $1::uuid`

/** What the caller may see of deals, as of the moment given with each; those that they may not see are left out. */
export async function dealRows(tx: Tx, seen: readonly Seen[]): Promise<SeenRow[]> {
  const found = await tx.session.rows(SELECT, [tx.who.workspaceId, ...seenParams(seen)])
  const ats = new Map(seen.map(({ id, at }) => [id, at]))
  const rows = found.map((record): SeenRow => {
    const id = record.id as string
    return { id, at: ats.get(id)!, record, cells: {} }
  })
  await asOf(tx, 'deal', rows)
  const { cellsOf } = await customColumns(tx, 'deal')
  const stages = await tx.session.rows(STAGES, [tx.who.workspaceId])
  const open = new Set(stages.filter(({ kind }) => kind === 'OPEN').map(({ id }) => id))
  for (const row of rows) {
    const day = row.record.expectedCloseDate as string | null
    row.record.lateDays = day ? -daysUntil(day, tx.who.timezone, new Date(row.at)) : 0
    row.cells = { ...dealCells(row, open.has(row.record.heldStageId)), ...cellsOf(row.record.customFields) }
  }
  return rows
}

/** A stage that ends the sale is the outcome: where no earlier one is known, none is. */
function dealCells({ record, at }: SeenRow, isInOpenStage: boolean): Record<string, Cell> {
  const kept = (key: string): Cell => (record[key] as Cell | undefined) ?? null
  return {
    pipelineId: kept('pipelineId'),
    stageId: isInOpenStage ? kept('heldStageId') : null,
    daysInStage: isInOpenStage ? daysBetween(record.heldSince, at) : null,
    stagesEntered: isInOpenStage ? Number(record.stagesEntered) : null,
    amount: record.amount === null || record.amount === undefined ? null : Number(record.amount),
    currency: kept('currency'),
    source: kept('source'),
    ownerId: kept('ownerId'),
    title: kept('title'),
    description: kept('description'),
    tags: (record.tags as string[] | null) ?? [],
    expectedCloseDate: kept('expectedCloseDate'),
    people: ((record.contactIds as string[] | null) ?? []).length,
    industry: kept('industry'),
    companySize: kept('companySize'),
    employeeCount: kept('employeeCount'),
    ...Object.fromEntries(
      [
        'calls',
        'emails',
        'meetings',
        'inbound',
        'lastMonth',
        'objections',
        'competitors',
        'tasks',
        'tasksDone',
        'noteCount',
      ].map(key => [key, Number(record[key] ?? 0)]),
    ),
    daysSilent: daysBetween(record.lastContact, at),
    sentiment: record.sentiment === null || record.sentiment === undefined ? null : Number(record.sentiment),
  }
}
