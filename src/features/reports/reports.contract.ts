import { z } from 'zod'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

const FILTER_AT_MOST = 20_000
const RECIPIENTS_AT_MOST = 50

/** By what a time is grouped. */
export const REPORT_STEPS = ['day', 'week', 'month', 'quarter', 'year'] as const
export const REPORT_OPS = ['count', 'sum', 'avg', 'min', 'max', 'rate'] as const
export const REPORT_CHARTS = ['TABLE', 'NUMBER', 'BAR', 'STACKED_BAR', 'LINE', 'AREA', 'DONUT'] as const
export const SCHEDULE_EVERY = ['DAY', 'WEEK', 'MONTH'] as const
export const SCHEDULE_FORMATS = ['XLSX', 'CSV', 'NONE'] as const

const field = z.string().min(1).max(120)
const group = z.union([field, z.strictObject({ field, by: z.enum(REPORT_STEPS) })])
const measure = z.strictObject({
  op: z.enum(REPORT_OPS),
  field: field.optional().meta({ description: 'Of all but count' }),
  value: z
    .union([z.string().max(500), z.number(), z.boolean()])
    .optional()
    .meta({ description: 'Of rate: the value whose share of the rows is asked for; true where not given' }),
})

/** What a report asks: of which records, which of them, by what they are grouped, and what is measured. */
export const reportShape = {
  entity: z.string().max(60).meta({ description: 'The record type, such as deal' }),
  filter: z.unknown().optional().meta({ description: 'In the filter language' }),
  groupBy: z.array(group).max(2).default([]),
  measures: z.array(measure).min(1).max(10),
}

const schedule = z.strictObject({
  every: z.enum(SCHEDULE_EVERY),
  time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time, HH:mm')
    .meta({ description: "By the clock of the workspace's time zone" }),
  weekday: z.int().min(1).max(7).default(1).meta({ description: 'Of WEEK: 1 is Monday' }),
  dayOfMonth: z
    .int()
    .min(1)
    .max(31)
    .default(1)
    .meta({ description: 'Of MONTH; the last day of months that are shorter' }),
  recipientIds: z
    .array(z.uuid())
    .max(RECIPIENTS_AT_MOST)
    .default([])
    .meta({ description: "Members who get it. Others than the report's maker only while it is shared" }),
  format: z.enum(SCHEDULE_FORMATS).default('XLSX').meta({ description: 'Of the file that comes along' }),
  isPaused: z.boolean().default(false),
})

export type ReportGroup = z.infer<typeof group>
export type ReportMeasure = z.infer<typeof measure>
export type ReportSchedule = z.infer<typeof schedule>
export type ReportChart = (typeof REPORT_CHARTS)[number]

const isSmall = (value: unknown) => JSON.stringify(value).length <= FILTER_AT_MOST

export const reportContract = defineContract({
  name: 'report',
  path: 'reports',
  label: 'Report',
  description:
    'A question to the records that is kept under a name, answered anew each time with the rights of whoever asks. Private to its maker, or shared with all; admins see the private ones too',
  title: ['name'],
  defaultSort: 'name',
  plainFilters: ['entity', 'shared', 'createdById'],
  softDelete: false,
  importable: false,
  example: {
    name: 'Won by owner and quarter',
    entity: 'deal',
    filter: { field: 'status', op: 'eq', value: 'WON' },
    groupBy: ['ownerId', { field: 'actualCloseDate', by: 'quarter' }],
    measures: [{ op: 'sum', field: 'amount' }, { op: 'count' }],
    chart: 'STACKED_BAR',
    shared: true,
    schedule: { every: 'WEEK', weekday: 1, time: '08:00' },
  },
  fields: {
    name: f.required(f.text(120)),
    description: f.text(500),
    entity: f.required(f.text(60, { description: 'The record type, such as deal' })),
    filter: f.object(z.record(z.string(), z.unknown()).refine(isSmall, 'is too large'), {
      description: 'In the filter language',
    }),
    groupBy: f.object(reportShape.groupBy.unwrap(), {
      nullable: false,
      default: [],
      description:
        'Up to two: a field, a custom field (`customFields.region`), a part of an address (`billingAddress.country`), a field of a linked record (`company.industry`, `contacts.jobTitle`; none where the caller does not see it), or a time with the step by which it is grouped. A row with several values, as of `tags`, counts once in each',
    }),
    measures: f.required(f.object(reportShape.measures, { description: 'One to ten' })),
    chart: f.withDefault(f.choice(REPORT_CHARTS, { description: 'How clients show it' }), 'BAR'),
    shared: f.withDefault(
      f.boolean({ description: 'Seen by all; changed by its maker and by admins' }),
      false,
    ),
    schedule: f.object(schedule, {
      description:
        "When it is mailed. What a mail shows is what the report's maker may see at the moment of sending",
    }),
    nextSendAt: f.readOnly(f.moment({ description: 'When the next mails go out' })),
    lastSentAt: f.readOnly(f.moment({ description: 'When the last mail went out' })),
    scheduleError: f.readOnly(
      f.text(500, { description: 'Why it could not be mailed; the schedule is paused until it is set anew' }),
    ),
    receivesMail: f.readOnly(
      f.boolean({
        nullable: false,
        description: 'Whether the caller is among the recipients and has not unsubscribed',
      }),
    ),
  },
})

export type Report = RecordOf<typeof reportContract>
