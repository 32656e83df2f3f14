import { z } from 'zod'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const campaignContract = defineContract({
  name: 'campaign',
  path: 'campaigns',
  label: 'Campaign',
  description: 'Marketing to many contacts, with budget, dates and what came of it',
  title: ['name'],
  plainFilters: ['ownerId', 'type', 'status', 'templateId'],
  example: {
    name: 'Spring letter',
    type: 'EMAIL',
    startDate: '2027-03-01',
    endDate: '2027-04-15',
    budget: 1500,
    targetAudience: { segment: 'warehouses' },
    goals: { meetings: 12 },
    tags: ['spring'],
  },
  fields: {
    ownerId: f.member({ description: 'The member to whom the campaign belongs; the creator by default' }),
    name: f.required(f.text(255)),
    description: f.longText(),
    type: f.withDefault(f.choice(['EMAIL', 'SOCIAL', 'WEBINAR', 'EVENT', 'CONTENT', 'OTHER']), 'EMAIL'),
    status: f.withDefault(
      f.choice(['PLANNING', 'ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED'], {
        description: 'Mails go out while it is ACTIVE and has been sent (POST /campaigns/:id/send)',
      }),
      'PLANNING',
    ),
    startDate: f.date(),
    endDate: f.date({ description: 'On or after startDate' }),
    budget: f.money({ min: 0 }),
    actualCost: f.money({ min: 0 }),
    targetAudience: f.freeObject('Such as { segment, region }'),
    goals: f.freeObject('Such as { meetings, deals }'),
    templateId: f.link('emailTemplate', { description: 'What an EMAIL campaign sends' }),
    sendingSince: f.readOnly(f.moment({ description: 'When it was first sent' })),
    sentById: f.readOnly(f.member({ description: 'In whose name the mails go out' })),
    metrics: f.readOnly(
      f.object(z.record(z.string(), z.number()), {
        nullable: false,
        description:
          'Contacts, sent, delivered, bounced, unsubscribed and others; see /campaigns/:id/metrics',
      }),
    ),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Campaign = RecordOf<typeof campaignContract>

export const campaignContactContract = defineContract({
  name: 'campaignContact',
  path: 'campaign-contacts',
  label: 'Campaign contact',
  description: 'A contact in a campaign, and how far it has come with them',
  title: ['status'],
  defaultSort: '-createdAt',
  plainFilters: ['contactId', 'status'],
  softDelete: false,
  importable: false,
  exportable: true,
  fields: {
    campaignId: f.readOnly(f.link('campaign')),
    contactId: f.readOnly(f.link('contact')),
    status: f.readOnly(
      f.withDefault(
        f.choice([
          'PENDING',
          'QUEUED',
          'SENT',
          'DELIVERED',
          'OPENED',
          'CLICKED',
          'BOUNCED',
          'UNSUBSCRIBED',
          'SKIPPED',
          'FAILED',
        ]),
        'PENDING',
      ),
    ),
    reason: f.readOnly(f.text(600, { description: 'Why it was not sent' })),
    emailId: f.readOnly(f.link('email')),
    sentAt: f.readOnly(f.moment()),
    deliveredAt: f.readOnly(f.moment({ description: 'As far as the mail service reports it' })),
    openedAt: f.readOnly(
      f.moment({ description: 'The first time; where the workspace has tracking on, as the following one' }),
    ),
    clickedAt: f.readOnly(f.moment()),
    bouncedAt: f.readOnly(f.moment()),
    unsubscribedAt: f.readOnly(f.moment()),
  },
})
