import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { exchangeOf } from '#core/record/currency.ts'
import { sqlDays } from '#core/record/days.ts'
import { todayIn } from '#core/record/relative-time.ts'
import { Ask } from '#features/analytics/scope.ts'
import { ANSWER_PATTERNS, categoryOfTag, type ObjectionCategory } from './categories.ts'

/** Closed deals that statistics are made of, the latest. Bounds what a request reads. */
export const CLOSED_AT_MOST = 2000
/** A call shorter than that reached nobody, or a voice box. */
const TALK_MINUTES = 3

export type Status = 'OPEN' | 'WON' | 'LOST'

/** What the records show of one deal until it was closed, or until now. Days are days of 24 hours. */
export type DealFacts = {
  id: string
  title: string
  status: Status
  /** In the workspace's currency; null where there is no rate. */
  amount: number | null
  /** As it stands, in its own currency. */
  ownAmount: number | null
  currency: string
  pipelineId: string
  stageId: string
  ownerId: string | null
  source: string | null
  companyId: string | null
  industry: string | null
  lostReason: string | null
  createdAt: string
  stageEnteredAt: string
  closedAt: string | null
  expectedCloseDate: string | null
  /** The day of the workspace's calendar on which it was won or lost. */
  actualCloseDate: string | null
  contactIds: string[]
  daysInStage: number
  daysOpen: number
  /** Contacts on the deal, and those of them with whom somebody spoke. */
  contacts: number
  met: number
  talks: number
  inbound: number
  meetings: number
  /** Our tries since they last were heard of. */
  triesSince: number
  lastTwoWayAt: string | null
  /** The longest time without a two-way contact, from creation to the end. */
  longestGapDays: number
  /** Since the last two-way contact, or since creation. */
  silentDays: number
  sentiment: number | null
  objections: Array<{ category: ObjectionCategory; answered: boolean }>
  competitors: string[]
  /** Days by which it ran, or runs, past the day on which it was first and last expected to close. */
  lateDays: number
  /** How often the expected day was moved back. */
  slips: number
  /** Won deals of the same company before this one. */
  wonBefore: number
}

/**
 * A contact in which the other side took part: what came in, a meeting, a call that lasted. Of the interaction `i`; our mails
 * and unanswered calls are tries.
 */
export const TWO_WAY = `(i.direction = 'INBOUND' or i.type = 'MEETING' or (i.type = 'CALL' and coalesce(i.duration_minutes, ${TALK_MINUTES}) >= ${TALK_MINUTES}))`

type Which = { pipelineId?: string; from?: string; to?: string; ownerId?: string }

/**
 * The facts of the deals named, and of the latest 2,000 that were won or lost, of what the caller may see.
 * `closed` narrows those; days are of the workspace's calendar.
 */
export async function dealFacts(
  tx: Tx,
  { ids = [], closed }: { ids?: readonly string[]; closed?: Which | false },
): Promise<DealFacts[]> {
  const { rates } = await exchangeOf(tx)
  const ask = new Ask(tx)
  const which: string[] = []
  const named = ids.length ? ask.add(arrayLiteral(ids), 'uuid[]') : undefined
  if (named) which.push(`select ${COLUMNS} from deals t where ${ask.scope('deal')} and t.id = any(${named})`)
  if (closed !== false)
    which.push(
      `(select ${COLUMNS} from deals t where ${closedWhere(ask, closed ?? {}, isUnestimated)}${named ? ` and t.id <> all(${named})` : ''} order by t.closed_at desc nulls last limit ${CLOSED_AT_MOST})`,
    )
  if (!which.length) return []
  const rows = await ask.rows(statement(ask, which, JSON.stringify(rates)))
  return rows.map(read)
}

const COLUMNS =
  't.id, t.title, t.status, t.amount, t.currency, t.pipeline_id, t.stage_id, t.owner_id, t.source, t.company_id, t.lost_reason, t.created_at, t.closed_at, t.expected_close_date, t.actual_close_date, t.stage_entered_at, t.contact_ids'

/**
 * The condition in a form of which the planner knows nothing and takes half for true. Of two bounds, or of \`deleted_at is null\` in a table
 * that was just filled and not analysed, it takes one row in 200, and of the few that it then expects it finds a partial index over
 * the whole workspace as good as that of the one deal: minutes for 3,000 deals, read whole for each of them.
 */
export const isUnestimated = (condition: string): string => `case when ${condition} then true else false end`

function closedWhere(
  ask: Ask,
  { pipelineId, ownerId, from, to }: Which,
  asIs = (condition: string): string => condition,
): string {
  return [
    `${ask.deals({ pipelineId, ownerId })} and t.status in ('WON', 'LOST')`,
    ...(from ? [asIs(`t.actual_close_date >= ${ask.add(from, 'date')}`)] : []),
    ...(to ? [asIs(`t.actual_close_date <= ${ask.add(to, 'date')}`)] : []),
  ].join(' and ')
}

/** So many deals of a month ended like that, for that reason where they were lost. */
export type Outcomes = {
  month: string
  status: 'WON' | 'LOST'
  lostReason: string | null
  n: number
  /** When the last of them was closed, a space, and its id. */
  latest: string
}

/** All won and lost deals that the caller may see, counted by the month in which they were closed. */
export async function outcomesOf(tx: Tx, which: Which): Promise<Outcomes[]> {
  const ask = new Ask(tx)
  const rows = await ask.rows(
    `select to_char(t.actual_close_date, 'YYYY-MM') as month, t.status, case when t.status = 'LOST' then t.lost_reason end as "lostReason", count(*)::int as n, max(t.closed_at::text || ' ' || t.id::text) as latest
     from deals t where ${closedWhere(ask, which)} group by 1, 2, 3`,
  )
  return rows as Outcomes[]
}

/**
 * What was counted by deal as one value, to be looked up by its id: the planner knows nothing of how many rows such a part has, and
 * joins thousands to thousands by nested loops where it guesses one.
 */
const mapOf = (part: string, value: string): string =>
  `(select jsonb_object_agg(x.deal, ${value}) from ${part} x)`

/** `said` is read deal by deal (`offset 0` keeps it so): a planner without statistics else takes an index over the whole workspace. */
const statement = (ask: Ask, which: string[], rates: string): string => {
  const ws = ask.add(ask.tx.who.workspaceId, 'uuid')
  return `with d as materialized (
    select u.*, coalesce(u.closed_at, now()) as end_at from (${which.join(' union all ')}) u),
  said as materialized (
    select d.id as deal, d.created_at, d.end_at, s.* from d cross join lateral (
      select i.id, i.contact_id, i.occurred_at, i.direction, i.type, i.objections, i.competitors, i.sentiment_score, ${TWO_WAY} as two_way
      from interactions i where i.workspace_id = ${ws} and i.deal_id = d.id and ${isUnestimated('i.deleted_at is null')} and i.occurred_at <= d.end_at offset 0) s),
  met as (
    select deal, count(*) as talks, count(*) filter (where direction = 'INBOUND') as inbound, count(*) filter (where type = 'MEETING') as meetings,
      max(last_at) as last_at, count(distinct contact_id) filter (where two_way) as met, avg(sentiment_score) filter (where two_way) as sentiment,
      count(*) filter (where not two_way and (last_at is null or occurred_at > last_at)) as tries
    from (select *, max(occurred_at) filter (where two_way) over (partition by deal) as last_at from said) s group by deal),
  gaps as (
    select deal, max(gap) as longest from (
      select deal, ${sqlDays('occurred_at', 'coalesce(lead(occurred_at) over w, end_at)')} as gap from said where two_way window w as (partition by deal order by occurred_at)
      union all select deal, ${sqlDays('min(created_at)', 'min(occurred_at)')} from said where two_way group by deal) g group by deal),
  named as (select s.deal, s.end_at, max(s.occurred_at) as occurred_at, o.tag from said s, unnest(s.objections) o(tag) group by s.deal, s.end_at, o.tag),
  raised as (
    select n.deal, n.tag, bool_or(coalesce((coalesce(i.subject, '') || ' ' || coalesce(i.content, '')) ~* coalesce(${ask.add(JSON.stringify(ANSWER_PATTERNS), 'jsonb')}->>lower(n.tag), '.'), false)) as answered
    from named n left join interactions i on i.workspace_id = ${ws} and i.deal_id = n.deal and ${isUnestimated("i.deleted_at is null and i.direction = 'OUTBOUND'")}
      and i.occurred_at > n.occurred_at and i.occurred_at <= n.end_at group by n.deal, n.tag),
  objections as (select deal, jsonb_agg(jsonb_build_array(tag, answered) order by tag) as list from raised group by deal),
  rivals as (select deal, array_agg(distinct c.name) as list from said, unnest(competitors) c(name) group by deal),
  moved as (
    select e.entity_id as deal, count(*) as n from events e join d on d.id = e.entity_id
    where e.workspace_id = ${ws} and e.entity_type = 'deal' and e.action <> 'created' and e.changes->'expectedCloseDate'->>'new' > e.changes->'expectedCloseDate'->>'old' and e.created_at <= d.end_at group by e.entity_id),
  before as (
    select d.id as deal, count(*) as n from d join deals w on w.workspace_id = ${ws} and w.company_id = d.company_id and ${isUnestimated("w.status = 'WON' and w.deleted_at is null and w.closed_at < d.created_at")} group by d.id),
  maps as materialized (
    select ${mapOf('met', 'to_jsonb(x)')} as met, ${mapOf('gaps', 'longest')} as gaps, ${mapOf('objections', 'list')} as objections,
      ${mapOf('rivals', 'to_jsonb(list)')} as rivals, ${mapOf('moved', 'n')} as moved, ${mapOf('before', 'n')} as before)
  select d.id, d.title, d.status, d.amount * (${ask.add(rates, 'jsonb')}->>d.currency)::numeric as amount, d.amount as "ownAmount", d.currency, d.pipeline_id as "pipelineId", d.stage_id as "stageId", d.owner_id as "ownerId",
    nullif(btrim(d.source), '') as source, d.company_id as "companyId", c.industry, d.lost_reason as "lostReason", d.created_at as "createdAt", d.stage_entered_at as "stageEnteredAt", d.closed_at as "closedAt",
    d.expected_close_date as "expectedCloseDate", d.actual_close_date as "actualCloseDate", d.contact_ids as "contactIds", ${sqlDays('d.stage_entered_at', 'd.end_at')} as "daysInStage", ${sqlDays('d.created_at', 'd.end_at')} as "daysOpen",
    cardinality(d.contact_ids) as contacts, coalesce((m.v->>'met')::int, 0) as met, coalesce((m.v->>'talks')::int, 0) as talks, coalesce((m.v->>'inbound')::int, 0) as inbound,
    coalesce((m.v->>'meetings')::int, 0) as meetings, coalesce((m.v->>'tries')::int, 0) as "triesSince", m.last_at as "lastTwoWayAt",
    coalesce((maps.gaps->>d.id::text)::float8, ${sqlDays('d.created_at', 'd.end_at')}) as "longestGapDays",
    ${sqlDays('coalesce(m.last_at, d.created_at)', 'd.end_at')} as "silentDays", (m.v->>'sentiment')::float8 as sentiment, maps.objections->d.id::text as objections, maps.rivals->d.id::text as competitors,
    greatest(0, coalesce(d.actual_close_date, ${ask.add(today(ask.tx), 'date')}) - d.expected_close_date) as "lateDays", coalesce((maps.moved->>d.id::text)::int, 0) as slips, coalesce((maps.before->>d.id::text)::int, 0) as "wonBefore"
  from d cross join maps cross join lateral (select maps.met->d.id::text as v, (maps.met->d.id::text->>'last_at')::timestamptz as last_at) m
    left join companies c on c.workspace_id = ${ws} and c.id = d.company_id and ${isUnestimated('c.deleted_at is null')}`
}

const today = (tx: Tx): string => todayIn(tx.who.timezone).day

function read(row: Record<string, unknown>): DealFacts {
  const tags = (row.objections ?? []) as Array<[string, boolean]>
  const objections = new Map<ObjectionCategory, boolean>()
  for (const [tag, answered] of tags) {
    const category = categoryOfTag(tag)
    if (category) objections.set(category, answered && (objections.get(category) ?? true))
  }
  const number = (key: string) => Math.max(0, Number(row[key] ?? 0))
  return {
    ...(row as DealFacts),
    amount: row.amount === null ? null : Number(row.amount),
    ownAmount: row.ownAmount === null ? null : Number(row.ownAmount),
    sentiment: row.sentiment === null ? null : Number(row.sentiment),
    ...Object.fromEntries(
      ['daysInStage', 'daysOpen', 'longestGapDays', 'silentDays', 'lateDays'].map(key => [key, number(key)]),
    ),
    objections: [...objections].map(([category, answered]) => ({ category, answered })),
    competitors: (row.competitors as string[] | null) ?? [],
  }
}
