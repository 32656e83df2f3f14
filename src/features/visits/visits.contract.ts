import { z } from 'zod'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const VISIT_STATUSES = ['SCHEDULED', 'COMPLETED', 'CANCELLED'] as const

const warning = z.strictObject({
  code: z.enum(['OVERLAP']),
  message: z.string(),
  visitIds: z.array(z.uuid()).meta({ description: 'The visits that it is about' }),
})

export const visitContract = defineContract({
  name: 'visit',
  path: 'visits',
  label: 'Visit',
  description: 'An appointment with a contact, by the clock of the workspace',
  title: ['reason'],
  defaultSort: 'date,time',
  dateField: 'date',
  plainFilters: ['status', 'contactId', 'ownerId', 'date', 'createdById'],
  example: {
    contactId: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a69',
    date: '2027-03-28',
    time: '09:30',
    durationMinutes: 45,
    reason: 'Show the new scanners',
  },
  fields: {
    ownerId: f.member({ description: 'Who goes there; the creator by default' }),
    contactId: { ...f.required(f.link('contact')), nullable: true },
    contactName: f.readOnly(
      f.text(255, { nullable: false, description: "The contact's; the last one known once it is gone" }),
    ),
    date: f.required(f.date({ description: "YYYY-MM-DD in the workspace's zone" })),
    time: f.required(f.time({ description: "HH:mm in the workspace's zone" })),
    durationMinutes: f.withDefault(f.integer(1, 1440), 30),
    reason: f.required(f.text(500)),
    status: f.withDefault(f.choice(VISIT_STATUSES), 'SCHEDULED'),
    notes: f.longText(),
    startsAt: f.readOnly(
      f.moment({
        nullable: false,
        description: 'The moment of date and time, whatever the clocks do that day',
      }),
    ),
    endsAt: f.readOnly(f.moment({ nullable: false })),
    reminderMinutes: f.integer(0, 20_160, {
      default: 60,
      description: 'How long before it a reminder is given; null for none',
    }),
    remindedAt: f.readOnly(f.moment({ description: 'When the reminder was given' })),
    warnings: f.readOnly(
      f.object(z.array(warning), {
        nullable: false,
        description: 'What should be looked at: other visits of the same member or contact at that time',
      }),
    ),
  },
})

export type Visit = RecordOf<typeof visitContract>
