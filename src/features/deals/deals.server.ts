import { type SQL, sql } from 'drizzle-orm'
import { foreignKey, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import {
  date,
  flexibleColumns,
  ginIndex,
  live,
  moment,
  money,
  name,
  ownerColumn,
  ownSearchIndex,
  recordColumns,
  recordKeys,
  searchColumn,
} from '#core/db/columns.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import { wallHelpers } from '#core/db/policies.ts'
import { records, workspaces } from '#core/db/tables.ts'
import type { Tx } from '#core/db/workspace.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { listOf } from '#core/http/page.ts'
import { checkAmount, decimalsOf, workspaceCurrency } from '#core/record/currency.ts'
import { sqlDays, sqlWholeDays } from '#core/record/days.ts'
import { type Change, defineRecord, type WriteContext } from '#core/record/definition.ts'
import { cleanText } from '#core/record/fields.ts'
import { ref } from '#core/record/json-schema.ts'
import { dayIn } from '#core/record/relative-time.ts'
import { idParams } from '#core/record/routes.ts'
import { inTrash } from '#core/record/select.ts'
import { store } from '#core/record/store.ts'
import { hangsOnMine } from '#core/record/visibility.ts'
import { stagesOf } from '#features/pipelines/stages.ts'
import { dealContract } from './deals.contract.ts'
import { entered, startStage, targetStage } from './stage-move.ts'
import { sumsRoute } from './sums.ts'

export const dealTable = pgTable(
  'deals',
  {
    ...recordColumns(),
    ...ownerColumn(),
    title: name('title').notNull(),
    amount: money('amount').notNull().default(0),
    currency: text('currency').notNull(),
    pipelineId: uuid('pipeline_id').notNull(),
    stageId: uuid('stage_id').notNull(),
    status: text('status').notNull(),
    probability: integer('probability'),
    companyId: uuid('company_id'),
    primaryContactId: uuid('primary_contact_id'),
    contactIds: uuid('contact_ids').array().notNull().default(sql`'{}'`),
    expectedCloseDate: date('expected_close_date'),
    actualCloseDate: date('actual_close_date'),
    source: text('source'),
    lostReason: text('lost_reason'),
    description: text('description'),
    stageEnteredAt: moment('stage_entered_at').notNull().default(sql`now()`),
    closedAt: moment('closed_at'),
    ...flexibleColumns(),
    searchText: searchColumn(`title || ' ' || coalesce(source, '')`),
  },
  t => [
    ...recordKeys(t, { members: ['ownerId'], links: ['pipelineId', 'companyId', 'primaryContactId'] }),
    foreignKey({
      name: 'deals_stage_id_fk',
      columns: [t.workspaceId, t.stageId],
      foreignColumns: [records.workspaceId, records.id],
    }),
    index('deals_column').on(t.workspaceId, t.stageId, t.updatedAt, t.id).where(live),
    index('deals_status').on(t.workspaceId, t.status, t.updatedAt, t.id).where(live),
    index('deals_title').on(t.workspaceId, t.title, t.id),
    index('deals_amount').on(t.workspaceId, t.amount, t.id).where(live),
    index('deals_expected').on(t.workspaceId, t.expectedCloseDate, t.id).where(live),
    // What advice learns from: the latest that were won or lost.
    index('deals_closed')
      .on(t.workspaceId, t.closedAt.desc().nullsLast(), t.id)
      .where(sql`status in ('WON', 'LOST') and deleted_at is null`),
    // The board's sums read nothing but this index: PostgreSQL has no INCLUDE through the generator.
    index('deals_board')
      .on(t.workspaceId, t.stageId, t.currency, t.amount, t.probability, t.ownerId, t.createdById)
      .where(sql`status = 'OPEN' and deleted_at is null`),
    ginIndex('deals_contacts', t.workspaceId, t.contactIds),
    ownSearchIndex('deals', t),
  ],
)

/** Stages in the history of one deal that are told. */
const STAGES_AT_MOST = 1000

/** Every stage that a deal has entered, and when; written beside the deal itself. */
export const dealStageHistory = pgTable(
  'deal_stage_history',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    dealId: uuid('deal_id').notNull(),
    id: uuid('id').notNull(),
    stageId: uuid('stage_id').notNull(),
    enteredAt: moment('entered_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.dealId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.dealId], foreignColumns: [records.workspaceId, records.id] }),
    foreignKey({ columns: [t.workspaceId, t.stageId], foreignColumns: [records.workspaceId, records.id] }),
  ],
)

/** `contactIds` once more as rows, so that the database itself holds each contact to the workspace. */
export const dealContacts = pgTable(
  'deal_contacts',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    dealId: uuid('deal_id').notNull(),
    contactId: uuid('contact_id').notNull(),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.dealId, t.contactId] }),
    foreignKey({ columns: [t.workspaceId, t.dealId], foreignColumns: [records.workspaceId, records.id] }),
    foreignKey({ columns: [t.workspaceId, t.contactId], foreignColumns: [records.workspaceId, records.id] }),
    index('deal_contacts_contact').on(t.workspaceId, t.contactId),
  ],
)

const ALONGSIDE = `entered as (insert into deal_stage_history (workspace_id, deal_id, id, stage_id, entered_at)
  select n.workspace_id, n.id, gen_random_uuid(), n.stage_id, n.stage_entered_at from new n left join old o on o.id = n.id
  where o.id is null or o.stage_id <> n.stage_id),
parted as (delete from deal_contacts c using new n, old o where o.id = n.id and o.contact_ids <> n.contact_ids
  and c.workspace_id = n.workspace_id and c.deal_id = n.id and not c.contact_id = any(n.contact_ids)),
joined as (insert into deal_contacts (workspace_id, deal_id, contact_id)
  select n.workspace_id, n.id, c from new n left join old o on o.id = n.id, unnest(n.contact_ids) c
  where o.id is null or o.contact_ids <> n.contact_ids on conflict do nothing)`

export const deals = defineRecord({
  contract: dealContract,
  table: dealTable,
  visibility: { own: ['ownerId', 'createdById'] },
  computed: {
    stageDurationDays: sql.raw(sqlWholeDays('t.stage_entered_at', 'coalesce(t.closed_at, now())')),
    totalDurationDays: sql.raw(sqlWholeDays('t.created_at', 'coalesce(t.closed_at, now())')),
  },
  alongside: ALONGSIDE,
  rules: { create: startDeal, update: changeDeal, purge: purgeCompanions },
})

/** Completes a new deal: where it starts, in which currency, and who is involved. */
async function startDeal(tx: Tx, values: Change, { history }: WriteContext): Promise<Change> {
  const stage = await startStage(tx, values, history)
  const isClosed = stage.kind !== 'OPEN'
  const expected = history ? values.expectedCloseDate : undefined
  const happened = isClosed && history ? (values.closedAt as string | null | undefined) : undefined
  const closeDate = isClosed
    ? ((values.actualCloseDate ??
        (happened ? dayIn(tx.who.timezone, new Date(happened)) : expected) ??
        dayIn(tx.who.timezone)) as string)
    : null
  const closedAt =
    happened ??
    (closeDate && (closeDate === dayIn('UTC') ? new Date().toISOString() : `${closeDate}T12:00:00.000Z`))
  const enteredAt = values.stageEnteredAt ?? closedAt ?? values.createdAt
  const currency = (values.currency as string | undefined) ?? (await workspaceCurrency(tx))
  checkAmount({ amount: (values.amount as number | undefined) ?? 0, currency })
  return {
    ...values,
    currency,
    pipelineId: stage.pipelineId,
    stageId: stage.id,
    status: stage.kind,
    probability: values.probability ?? stage.probability,
    actualCloseDate: closeDate,
    closedAt,
    ...(enteredAt ? { stageEnteredAt: enteredAt } : {}),
    contactIds: involved(values.contactIds, values.primaryContactId),
  }
}

const involved = (contactIds: unknown, primary: unknown): string[] => [
  ...new Set([...(primary ? [primary as string] : []), ...((contactIds as string[] | undefined) ?? [])]),
]

/** A change may move the deal; then status, dates and history follow. */
async function changeDeal(tx: Tx, id: string, values: Change, { history }: WriteContext): Promise<Change> {
  const { stageId: _s, pipelineId: _p, status: _t, closedAt, ...rest } = values
  const moves = values.stageId !== undefined || values.pipelineId !== undefined || values.status !== undefined
  // Not awaited: it travels with what is asked of the deal.
  if (moves) stagesOf(tx).catch(() => {})
  await checkMoney(tx, id, values)
  const changed: Change = { ...rest, ...changedContacts(values) }
  // Only an import says when; a deal that is open was not closed.
  if (closedAt)
    changed.closedAt = sql`case when old.status = 'OPEN' then null else ${closedAt}::timestamptz end`
  if (!moves) return changed
  const [current] = await tx.session.rows(
    'select id, stage_id as "stageId", pipeline_id as "pipelineId", status from deals where workspace_id = $1::uuid and id = $2::uuid',
    [tx.who.workspaceId, id],
  )
  if (!current) return changed
  const stage = await targetStage(tx, current as Parameters<typeof targetStage>[1], values, history)
  return stage ? { ...changed, ...entered(tx, stage, values) } : changed
}

/** Asks for what stands where the change could leave an amount that its currency has no coins for, or one below nothing. */
async function checkMoney(tx: Tx, id: string, { amount, currency }: Change): Promise<void> {
  const isFine =
    amount === undefined
      ? currency === undefined || decimalsOf(currency as string) === 2
      : Number.isInteger(amount) && (amount as number) >= 0
  if (isFine) return
  const [row] = await tx.session.rows(
    'select amount, currency from deals where workspace_id = $1::uuid and id = $2::uuid',
    [tx.who.workspaceId, id],
  )
  if (!row) return
  const current = row as { amount: number; currency: string }
  const next = { amount: amount ?? current.amount, currency: currency ?? current.currency }
  checkAmount(next as typeof current, current)
}

/** The primary contact is always among the contacts, and contacts in the trash are not forgotten. */
function changedContacts({ contactIds, primaryContactId }: Change): Change {
  if (contactIds === undefined && !primaryContactId) return {}
  const parts: SQL[] = []
  if (contactIds !== undefined) {
    parts.push(sql`${arrayLiteral(contactIds as string[])}::uuid[]`)
    parts.push(
      sql.raw(
        `array(select l from unnest(old.contact_ids) l where ${inTrash('l').replaceAll('t.workspace_id', 'old.workspace_id')})`,
      ),
    )
  } else parts.push(sql.raw('old.contact_ids'))
  parts.push(
    primaryContactId === undefined
      ? sql.raw('array_remove(array[old.primary_contact_id], null)')
      : sql`array_remove(array[${primaryContactId}::uuid], null)`,
  )
  return { contactIds: sql`array(select distinct l from unnest(${sql.join(parts, sql` || `)}) l order by l)` }
}

async function purgeCompanions(tx: Tx, ids: string[]): Promise<void> {
  for (const table of ['deal_contacts', 'deal_stage_history']) {
    await tx.session.rows(
      `delete from ${table} where workspace_id = $1::uuid and deal_id = any($2::uuid[])`,
      [tx.who.workspaceId, arrayLiteral(ids)],
    )
  }
}

const moveRoute = operation({
  method: 'PUT',
  path: '/deals/:id/stage',
  tag: 'deals',
  conditional: true,
  byKeys: true,
  summary: "Move a deal to a stage; its status follows the stage's kind",
  params: idParams,
  body: z.strictObject({
    stageId: z.uuid('must be the id of a stage'),
    lostReason: cleanText(500).trim().nullish(),
  }),
  document: { answer: ref('Deal'), example: { stageId: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a69' } },
  refuses: { 412: 'If-Match names another version' },
  async handle({ tx, params, body, ifMatch }) {
    const { stageId, lostReason } = body
    return store.update(
      tx,
      deals,
      params.id,
      { stageId, ...(lostReason === undefined ? {} : { lostReason }) },
      { versions: ifMatch },
    )
  },
})

const historyRoute = operation({
  method: 'GET',
  path: '/deals/:id/stage-history',
  tag: 'deals',
  summary: 'List the stages that a deal has been in, and for how long',
  params: idParams,
  answers: listOf(
    z.object({
      stageId: z.uuid(),
      stageName: z.string(),
      enteredAt: z.iso.datetime(),
      leftAt: z.iso.datetime().nullable().meta({ description: 'Null for the stage in which it is' }),
      days: z
        .number()
        .meta({ description: 'Of 24 hours, until now or until it was closed where it is there still' }),
    }),
  ),
  async handle({ tx, params }) {
    await store.read(tx, deals, params.id)
    const rows = await tx.session.rows(
      `select h.stage_id as "stageId", s.name as "stageName", h.entered_at as "enteredAt",
         lead(h.entered_at) over (order by h.entered_at, h.id) as "leftAt",
         round(${sqlDays('h.entered_at', 'coalesce(lead(h.entered_at) over (order by h.entered_at, h.id), d.closed_at, now())')}::numeric, 2) as days, (count(*) over ())::int as total
       from deal_stage_history h join stages s on s.workspace_id = h.workspace_id and s.id = h.stage_id
       join deals d on d.workspace_id = h.workspace_id and d.id = h.deal_id
       where h.workspace_id = $1::uuid and h.deal_id = $2::uuid order by h.entered_at, h.id limit ${STAGES_AT_MOST}`,
      [tx.who.workspaceId, params.id],
    )
    const total = (rows[0]?.total ?? 0) as number
    return { rows: rows.map(({ total: _, ...row }) => row), total, nextCursor: null }
  },
})

const { ME, inWorkspace, MEMBERS } = wallHelpers
/** A companion row is seen by whoever sees the deal. */
const companionWalls = (table: string) => {
  const ws = inWorkspace(table)
  return {
    table,
    grants: ['select to ascendore_viewer, ascendore_worker', `select, insert, update, delete to ${MEMBERS}`],
    policies: [
      { name: 'wide_all', to: 'ascendore_admin, ascendore_member_wide', using: ws, check: ws },
      { name: 'viewer_read', command: 'select' as const, to: 'ascendore_viewer', using: ws },
      {
        name: 'own_all',
        to: 'ascendore_member',
        using: `${ws} and ${hangsOnMine(table, `${table}.deal_id`, ME)}`,
        check: ws,
      },
      { name: 'worker_read', command: 'select' as const, to: 'ascendore_worker', using: 'true' },
    ],
  }
}

export default {
  records: [deals],
  operations: [moveRoute, historyRoute, sumsRoute],
  walls: [companionWalls('deal_stage_history'), companionWalls('deal_contacts')],
} satisfies Feature
