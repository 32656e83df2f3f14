import { sql } from 'drizzle-orm'
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import {
  date,
  flexibleColumns,
  live,
  moment,
  money,
  name,
  ownerColumn,
  ownSearchIndex,
  rankedColumn,
  rankedIndex,
  recordColumns,
  recordKeys,
  searchColumn,
} from '#core/db/columns.ts'
import { invalid } from '#core/errors.ts'
import { type Change, defineRecord } from '#core/record/definition.ts'
import { campaignContactContract, campaignContract } from './campaigns.contract.ts'

export const campaignTable = pgTable(
  'campaigns',
  {
    ...recordColumns(),
    ...ownerColumn(),
    name: name('name').notNull(),
    description: text('description'),
    type: text('type').notNull().default('EMAIL'),
    status: text('status').notNull().default('PLANNING'),
    startDate: date('start_date'),
    endDate: date('end_date'),
    budget: money('budget'),
    actualCost: money('actual_cost'),
    targetAudience: jsonb('target_audience'),
    goals: jsonb('goals'),
    templateId: uuid('template_id'),
    sendingSince: moment('sending_since'),
    sentById: uuid('sent_by_id'),
    lastBatchAt: moment('last_batch_at'),
    ...flexibleColumns(),
    searchText: searchColumn(`name || ' ' || coalesce(description, '')`),
    searchVector: rankedColumn(`name || ' ' || coalesce(description, '')`),
  },
  t => [
    ...recordKeys(t, { members: ['ownerId', 'sentById'], links: ['templateId'] }),
    index('campaigns_status').on(t.workspaceId, t.status, t.updatedAt, t.id).where(live),
    ownSearchIndex('campaigns', t),
    rankedIndex('campaigns', t),
  ],
)

export const campaignContactTable = pgTable(
  'campaign_contacts',
  {
    ...recordColumns(),
    campaignId: uuid('campaign_id'),
    contactId: uuid('contact_id'),
    status: text('status').notNull().default('PENDING'),
    reason: text('reason'),
    emailId: uuid('email_id'),
    sentAt: moment('sent_at'),
    deliveredAt: moment('delivered_at'),
    openedAt: moment('opened_at'),
    clickedAt: moment('clicked_at'),
    bouncedAt: moment('bounced_at'),
    unsubscribedAt: moment('unsubscribed_at'),
  },
  t => [
    ...recordKeys(t, { links: ['campaignId', 'contactId', 'emailId'], indexed: ['contactId', 'emailId'] }),
    index('campaign_contacts_waiting').on(t.workspaceId, t.campaignId, t.status, t.id).where(live),
    uniqueIndex('campaign_contacts_once').on(t.workspaceId, t.campaignId, t.contactId).where(live),
  ],
)

const count = (condition: string) => `count(*) filter (where ${condition})`
/** What is counted of its contacts, of those that the caller may see. */
export const METRICS = `(select jsonb_build_object('contacts', count(*), 'pending', ${count("k.status in ('PENDING', 'QUEUED')")},
  'attempted', ${count('k.sent_at is not null or k.bounced_at is not null')}, 'sent', ${count('k.sent_at is not null')}, 'delivered', ${count('k.delivered_at is not null')}, 'opened', ${count('k.opened_at is not null')}, 'clicked', ${count('k.clicked_at is not null')},
  'bounced', ${count('k.bounced_at is not null')}, 'unsubscribed', ${count('k.unsubscribed_at is not null')}, 'skipped', ${count("k.status = 'SKIPPED'")}, 'failed', ${count("k.status = 'FAILED'")})
  from campaign_contacts k where k.workspace_id = t.workspace_id and k.campaign_id = t.id and k.deleted_at is null)`

export const campaigns = defineRecord({
  contract: campaignContract,
  table: campaignTable,
  visibility: { own: ['ownerId', 'createdById'] },
  computed: { metrics: sql.raw(METRICS) },
  rules: {
    create: (_tx, values) => datesChecked(values),
    async update(tx, id, values) {
      if (values.startDate === undefined && values.endDate === undefined) return values
      const [row] = await tx.session.rows(
        'select start_date as "startDate", end_date as "endDate" from campaigns where workspace_id = $1::uuid and id = $2::uuid',
        [tx.who.workspaceId, id],
      )
      datesChecked({ ...row, ...values })
      return values
    },
  },
})

function datesChecked(values: Change): Change {
  const { startDate, endDate } = values as Record<string, string | null | undefined>
  if (startDate && endDate && endDate < startDate)
    throw invalid({ path: 'endDate', code: 'BEFORE_START', message: 'must not lie before startDate' })
  return values
}

export const campaignContacts = defineRecord({
  contract: campaignContactContract,
  table: campaignContactTable,
  visibility: { own: ['createdById'], through: ['campaignId'] },
  once: ['campaignId', 'contactId'],
  routes: ['list', 'read', 'export'],
})
