import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const DEAL_STATUSES = ['OPEN', 'WON', 'LOST'] as const

export const dealContract = defineContract({
  name: 'deal',
  path: 'deals',
  label: 'Deal',
  description: 'A sale that may be won or lost, on its way through a pipeline',
  title: ['title'],
  plainFilters: [
    'ownerId',
    'stageId',
    'pipelineId',
    'status',
    'companyId',
    'primaryContactId',
    'source',
    'currency',
  ],
  example: {
    title: '20 handheld scanners',
    amount: 18400.5,
    currency: 'EUR',
    expectedCloseDate: '2027-02-15',
    source: 'Referral',
  },
  fields: {
    ownerId: f.member({
      nullable: false,
      description: 'The member to whom the deal belongs; the creator by default',
    }),
    title: f.required(f.text(255)),
    amount: f.withDefault(f.money({ description: 'Not negative' }), 0),
    currency: f.currency({ nullable: false, description: "ISO 4217; the workspace's where not given" }),
    pipelineId: f.link('pipeline', { nullable: false, description: 'The default pipeline where not given' }),
    stageId: f.link('stage', { nullable: false, description: 'The first open stage where not given' }),
    status: f.choice(DEAL_STATUSES, {
      nullable: false,
      description:
        "By the stage's kind; writing it moves the deal to the first stage of that kind, OPEN to the open stage that it was last in",
    }),
    probability: f.integer(0, 100, { description: "Percent; the stage's where not given" }),
    companyId: f.link('company'),
    primaryContactId: f.link('contact'),
    contactIds: f.links('contact', {
      nullable: false,
      default: [],
      description: 'Everybody involved, the primary contact among them',
    }),
    expectedCloseDate: f.date(),
    actualCloseDate: f.date({ description: 'Set when the deal is won or lost' }),
    closedAt: f.importOnly(
      f.moment({ description: 'When it was won or lost; of an import, when it says so' }),
    ),
    source: f.text(100),
    lostReason: f.text(500),
    description: f.longText(),
    stageEnteredAt: f.importOnly(f.moment({ nullable: false, description: 'Since when it is in its stage' })),
    stageDurationDays: f.readOnly(
      f.integer(0, 100_000, {
        nullable: false,
        description: 'Whole days in its stage; of a closed deal until it was closed',
      }),
    ),
    totalDurationDays: f.readOnly(
      f.integer(0, 100_000, {
        nullable: false,
        description: 'Whole days from creation until now, or until it was closed',
      }),
    ),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Deal = RecordOf<typeof dealContract>
