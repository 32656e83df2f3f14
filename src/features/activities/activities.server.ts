import { Readable } from 'node:stream'
import { sql } from 'drizzle-orm'
import { index, integer, numeric, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { z } from 'zod'
import {
  flexibleColumns,
  moment,
  rankedColumn,
  rankedIndex,
  recordColumns,
  recordKeys,
  searchColumn,
  searchIndex,
} from '#core/db/columns.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import type { Feature } from '#core/feature.ts'
import { Answer, operation, streamOperation } from '#core/http/operation.ts'
import { type Change, defineRecord } from '#core/record/definition.ts'
import { mayChange, pageOf } from '#core/record/json-schema.ts'
import { allRecords } from '#core/record/registry.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { readingOf } from '#features/conversation-insights/read.ts'
import { interactionContract } from './activities.contract.ts'
import { auditCsv, auditPage, auditQuery } from './audit.ts'
import { engagementFollower, refreshEngagement } from './engagement.ts'
import { streamExport } from './stream-export.ts'
import { period, SYSTEM_ACTOR, timeline, timelineQuery } from './timeline.ts'

export const interactionTable = pgTable(
  'interactions',
  {
    ...recordColumns(),
    type: text('type').notNull(),
    direction: text('direction').notNull().default('OUTBOUND'),
    subject: text('subject'),
    content: text('content'),
    durationMinutes: integer('duration_minutes'),
    occurredAt: moment('occurred_at').notNull().default(sql`now()`),
    contactId: uuid('contact_id'),
    dealId: uuid('deal_id'),
    companyId: uuid('company_id'),
    sentimentScore: numeric('sentiment_score', { precision: 4, scale: 3 }),
    objections: text('objections').array().notNull().default(sql`'{}'`),
    competitors: text('competitors').array().notNull().default(sql`'{}'`),
    nextSteps: text('next_steps'),
    ...flexibleColumns(),
    searchText: searchColumn(`coalesce(subject, '') || ' ' || coalesce(content, '')`),
    searchVector: rankedColumn(`coalesce(subject, '') || ' ' || coalesce(content, '')`),
  },
  t => [
    ...recordKeys(t, { links: ['contactId', 'dealId', 'companyId'], indexed: [] }),
    ...(['contactId', 'dealId', 'companyId'] as const).map(key =>
      index(`interactions_${key.replace('Id', '')}`).on(t.workspaceId, t[key], t.occurredAt, t.id),
    ),
    index('interactions_time').on(t.workspaceId, t.occurredAt, t.id).where(sql`deleted_at is null`),
    searchIndex('interactions', t),
    rankedIndex('interactions', t),
  ],
)

export const interactions = defineRecord({
  contract: interactionContract,
  table: interactionTable,
  visibility: { own: ['createdById'], through: ['dealId', 'contactId', 'companyId'] },
  rules: { create: (_tx, values) => withMood(values), update: rereadMood, purge: purgeFindings },
  routes: ['create', 'read', 'update', 'remove', 'restore', 'bulk', 'import', 'export', 'nested'],
})

const moodOf = ({ subject, content }: Change): number | null =>
  subject || content ? readingOf([subject, content].filter(Boolean).join('\n')).score : null

/** Whoever saves an interaction need not say its mood: it is read out of the text. */
const withMood = (values: Change): Change =>
  values.sentimentScore === undefined ? { ...values, sentimentScore: moodOf(values) } : values

/** A text that changes is read anew, unless somebody has given the mood themselves. */
async function rereadMood(tx: Tx, id: string, values: Change): Promise<Change> {
  if (values.sentimentScore !== undefined || (values.content === undefined && values.subject === undefined))
    return values
  const before = await store.find(tx, interactions, id)
  if (!before || before.sentimentScore !== moodOf(before)) return values
  return { ...values, sentimentScore: moodOf({ ...before, ...values }) }
}

/** What was read out of an interaction goes with it. */
async function purgeFindings(tx: Tx, ids: string[]): Promise<void> {
  await tx.session.rows(
    'delete from interaction_findings where workspace_id = $1::uuid and interaction_id = any($2::uuid[])',
    [tx.who.workspaceId, arrayLiteral(ids)],
  )
}

const rowSchema = {
  type: 'object',
  description: 'One thing that happened: a change of a record, or an interaction',
  properties: {
    id: { type: 'string', format: 'uuid' },
    workspaceId: { type: 'string', format: 'uuid' },
    actorId: {
      type: 'string',
      format: 'uuid',
      description: `A user; ${SYSTEM_ACTOR} for what the server did by itself`,
    },
    type: {
      type: 'string',
      description:
        'CALL, EMAIL, MEETING, MESSAGE; or the record type and what happened, such as deal.updated',
    },
    entityType: { type: 'string' },
    entityId: { type: 'string', format: 'uuid' },
    metadata: { type: 'object', properties: { mayChange }, additionalProperties: true },
    createdAt: { type: 'string', format: 'date-time', description: 'When it happened' },
  },
  required: ['id', 'workspaceId', 'actorId', 'type', 'entityType', 'entityId', 'metadata', 'createdAt'],
}

const listRoute = operation({
  method: 'GET',
  path: '/activities',
  tag: 'activities',
  summary: 'List what happened: interactions and changes of records as one stream, newest first',
  description:
    'A mail stands in it once: as the interaction that it is, or, where it is none (of a campaign, not delivered, written by nobody), as the change of the `email` that says so. `/audit-logs` has each change of its state.',
  query: timelineQuery,
  document: { answer: pageOf(rowSchema) },
  handle: ({ tx, query }) => timeline(tx, query),
})

/** `/deals/:id/activities` and its like for every record type that people work with, and not for settings. */
const nestedRoutes = () =>
  allRecords()
    .filter(record => record.contract.softDelete && record.writers !== 'admin' && record !== interactions)
    .map(record =>
      operation({
        method: 'GET',
        path: `/${record.contract.path}/:id/activities`,
        tag: record.contract.path,
        summary: `List what happened around a ${record.contract.label.toLowerCase()}, newest first`,
        params: idParams,
        query: timelineQuery.omit({ entityType: true, entityId: true }),
        document: { answer: pageOf(rowSchema) },
        async handle({ tx, params, query }) {
          await store.read(tx, record, params.id)
          return timeline(tx, { ...query, entityType: record.contract.name, entityId: params.id })
        },
      }),
    )

const auditRoute = operation({
  method: 'GET',
  path: '/audit-logs',
  tag: 'audit-logs',
  access: 'ADMIN',
  summary: 'List every change, with who, from where, and old and new values',
  query: auditQuery,
  document: {
    answer: pageOf({
      type: 'object',
      properties: {
        id: { type: 'string', format: 'uuid' },
        seq: { type: 'integer' },
        workspaceId: { type: 'string', format: 'uuid' },
        actorId: { type: ['string', 'null'] },
        action: { type: 'string' },
        entityType: { type: 'string' },
        entityId: { type: 'string', format: 'uuid' },
        entityTitle: {
          type: ['string', 'null'],
          description:
            'What the record is called, also in the trash; one that is gone for good, as it was called last',
        },
        changes: { type: 'object', additionalProperties: true, description: 'By field: { old, new }' },
        linkedTitles: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'What the records are called that old and new values name, by id',
        },
        ip: { type: ['string', 'null'] },
        userAgent: { type: ['string', 'null'] },
        apiKeyId: { type: ['string', 'null'], description: 'The API key of the program that called' },
        requestId: { type: ['string', 'null'] },
        createdAt: { type: 'string', format: 'date-time' },
      },
    }),
  },
  handle: ({ tx, query }) => auditPage(tx, query as z.infer<typeof auditQuery>),
})

const auditExport = streamOperation({
  method: 'GET',
  path: '/audit-logs/export',
  tag: 'audit-logs',
  access: 'ADMIN',
  answers: 'csv',
  summary: 'Export the audit log as CSV, any length of it, newest first',
  description: 'The same filters as the list; `changes` is JSON.',
  query: auditQuery.omit({ limit: true, cursor: true }),
  async handle({ app, who, query }) {
    // What cannot be is refused before the answer begins.
    period(query, who.timezone)
    const name = `audit-log-${new Date().toISOString().slice(0, 10)}.csv`
    return new Answer(Readable.from(auditCsv(app.database, who, query), { objectMode: false }), {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"`,
      },
    })
  },
})

export default {
  records: [interactions],
  operations: () => [listRoute, streamExport, auditRoute, auditExport, ...nestedRoutes()],
  followers: [engagementFollower],
  schedules: [{ name: 'refresh-engagement', cron: '15 3 * * *', run: refreshEngagement }],
} satisfies Feature
