import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const INTERACTION_TYPES = ['CALL', 'EMAIL', 'MEETING', 'MESSAGE'] as const

export const interactionContract = defineContract({
  name: 'interaction',
  path: 'activities',
  label: 'Interaction',
  description: 'A call, mail, meeting or message that a member logs and may edit',
  title: ['subject'],
  defaultSort: '-occurredAt',
  dateField: 'occurredAt',
  plainFilters: ['type', 'contactId', 'dealId', 'companyId', 'createdById'],
  example: {
    type: 'CALL',
    direction: 'OUTBOUND',
    subject: 'First call',
    content: 'They like the scanners but find them expensive.',
    durationMinutes: 18,
    objections: ['price'],
    nextSteps: 'Send the offer',
  },
  fields: {
    type: f.required(f.choice(INTERACTION_TYPES)),
    direction: f.withDefault(f.choice(['INBOUND', 'OUTBOUND']), 'OUTBOUND'),
    subject: f.text(300),
    content: f.longText(100_000),
    durationMinutes: f.integer(0, 10_080),
    occurredAt: f.moment({ nullable: false, description: 'Now where not given' }),
    contactId: f.link('contact'),
    dealId: f.link('deal'),
    companyId: f.link('company'),
    sentimentScore: f.number(-1, 1, { description: 'From -1, bad, to 1, good' }),
    objections: f.texts(),
    competitors: f.texts(),
    nextSteps: f.text(2000),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Interaction = RecordOf<typeof interactionContract>
