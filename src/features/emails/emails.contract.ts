import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const EMAIL_STATUSES = [
  'QUEUED',
  'SENDING',
  'SENT',
  'FAILED',
  'UNCERTAIN',
  'SKIPPED',
  'BOUNCED',
  'RECEIVED',
] as const

export const emailContract = defineContract({
  name: 'email',
  path: 'emails',
  label: 'Email',
  description:
    'A mail to or from a contact. UNCERTAIN: the connection was lost while the mail server was taking it, so it may or may not have arrived, and it is not sent again',
  title: ['subject'],
  defaultSort: '-createdAt',
  plainFilters: ['contactId', 'dealId', 'templateId', 'campaignId', 'status', 'direction', 'createdById'],
  softDelete: false,
  importable: false,
  exportable: true,
  // A mail may hold a megabyte of text.
  exportAs: {
    format: 'csv',
    first: ['sentAt', 'direction', 'status', 'fromAddress', 'toAddress', 'subject'],
    rowsAtOnce: 50,
  },
  fields: {
    direction: f.readOnly(f.withDefault(f.choice(['INBOUND', 'OUTBOUND']), 'OUTBOUND')),
    status: f.readOnly(f.withDefault(f.choice(EMAIL_STATUSES), 'QUEUED')),
    reason: f.readOnly(
      f.text(600, {
        description:
          'Why it was not sent, or came back; AUTOMATIC of a received one that nobody wrote, such as an absence note',
      }),
    ),
    contactId: f.readOnly(f.link('contact')),
    dealId: f.readOnly(f.link('deal')),
    templateId: f.readOnly(f.link('emailTemplate')),
    campaignId: f.readOnly(f.link('campaign')),
    interactionId: f.readOnly(
      f.link('interaction', {
        description:
          'The talk that it is; none for the mail of a campaign and for a received one that nobody wrote, which the timeline shows as a line',
      }),
    ),
    fromAddress: f.readOnly(f.text(320)),
    toAddress: f.readOnly(f.text(320)),
    subject: f.readOnly(f.text(998)),
    body: f.readOnly(f.longText(500_000)),
    bodyHtml: f.readOnly(f.longText(500_000)),
    messageId: f.readOnly(f.text(998, { description: 'The Message-ID of the mail' })),
    inReplyTo: f.readOnly(f.text(998, { description: 'The Message-ID to which it answers' })),
    attempts: f.readOnly(f.withDefault(f.integer(0, 100), 0)),
    sentAt: f.readOnly(f.moment({ description: 'When the mail server took it' })),
  },
})

export type Email = RecordOf<typeof emailContract>
