import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { moment, recordColumns, recordKeys, searchColumn, searchIndex } from '#core/db/columns.ts'
import { defineRecord } from '#core/record/definition.ts'
import { emailContract } from './emails.contract.ts'

export const emailTable = pgTable(
  'emails',
  {
    ...recordColumns(),
    direction: text('direction').notNull().default('OUTBOUND'),
    status: text('status').notNull().default('QUEUED'),
    reason: text('reason'),
    contactId: uuid('contact_id'),
    dealId: uuid('deal_id'),
    templateId: uuid('template_id'),
    campaignId: uuid('campaign_id'),
    interactionId: uuid('interaction_id'),
    fromAddress: text('from_address'),
    toAddress: text('to_address'),
    subject: text('subject'),
    body: text('body'),
    bodyHtml: text('body_html'),
    messageId: text('message_id'),
    inReplyTo: text('in_reply_to'),
    attempts: integer('attempts').notNull().default(0),
    sentAt: moment('sent_at'),
    searchText: searchColumn(`coalesce(subject, '') || ' ' || coalesce(to_address, '')`),
  },
  t => [
    ...recordKeys(t, { links: ['contactId', 'dealId', 'templateId', 'campaignId', 'interactionId'] }),
    index('emails_message').on(t.workspaceId, t.messageId),
    searchIndex('emails', t),
  ],
)

/** Mails come of `POST /emails`, of campaigns and of what is received; nobody edits one. */
export const emails = defineRecord({
  contract: emailContract,
  table: emailTable,
  visibility: { own: ['createdById'], through: ['contactId', 'dealId'] },
  routes: ['list', 'read', 'export'],
})
