import { z } from 'zod'
import * as f from '#core/record/fields.ts'
import { allRecords, hasRecord } from '#core/record/registry.ts'

const URL_MAX = 2000
const EVENTS_AT_MOST = 50
/** What has events beside the records. */
const OTHER_TYPES = ['user', 'session', 'membership', 'invite', 'workspace', 'apiKey', 'webhook']
const ACTIONS = ['created', 'updated', 'deleted', 'restored']
/** What events may be named by: record types with what happens to all of them; some have acts of their own beside. */
export const eventNames = () => ({
  types: [...allRecords().map(({ contract }) => contract.name), ...OTHER_TYPES].sort(),
  actions: ACTIONS,
})
const PATTERN = /^(?:\*|[a-zA-Z]{1,40})\.(?:\*|[a-zA-Z]{1,40})$/

const event = z
  .string()
  .refine(
    text => text === '*' || PATTERN.test(text),
    'must be `*`, or a record type and an action, such as `deal.updated`, `contact.*` or `*.created`',
  )
  .refine(text => {
    const type = text.split('.')[0]!
    return !PATTERN.test(text) || type === '*' || hasRecord(type) || OTHER_TYPES.includes(type)
  }, 'names no record type')

const url = z
  .string()
  .trim()
  .max(URL_MAX)
  .pipe(z.url({ protocol: /^https?$/, message: 'must be an http or https URL' }))
const name = (f.required(f.text(120)).schema as z.ZodType<string>).nullable()
const events = z
  .array(event)
  .min(1)
  .max(EVENTS_AT_MOST)
  .transform(given => [...new Set(given)])

export const newWebhook = z.strictObject({ url, events, name: name.optional() })
export const changedWebhook = z.strictObject({
  url: url.optional(),
  events: events.optional(),
  name: name.optional(),
  isActive: z.boolean().optional(),
})
export type NewWebhook = z.infer<typeof newWebhook>
export type ChangedWebhook = z.infer<typeof changedWebhook>

const moment = z.iso.datetime()
export const webhookAnswer = z.object({
  id: z.uuid(),
  workspaceId: z.uuid(),
  name: z.string().nullable(),
  url: z.string(),
  events: z.array(z.string()),
  isActive: z.boolean(),
  pausedAt: moment.nullable(),
  pausedReason: z.string().nullable(),
  waiting: z.int().meta({ description: 'Deliveries in the queue, counted to 1,000' }),
  nextAttemptAt: moment.nullable(),
  previousSecretUntil: moment
    .nullable()
    .meta({ description: 'Until then deliveries carry two signatures, by the new and by the old secret' }),
  createdById: z.uuid(),
  createdAt: moment,
  updatedAt: moment,
})
export const madeAnswer = webhookAnswer.extend({
  secret: z.string().meta({ description: 'Signs the deliveries; told this once' }),
})

const attempt = z.object({
  at: moment,
  status: z.int().nullable(),
  excerpt: z.string().nullable(),
  error: z.string().nullable(),
  durationMs: z.int(),
})
export const deliveryAnswer = z.object({
  id: z.uuid(),
  webhookId: z.uuid(),
  kind: z.enum(['EVENT', 'TEST', 'REPLAY']),
  eventType: z.string(),
  status: z.enum(['PENDING', 'DELIVERED', 'FAILED']),
  attempts: z.int(),
  responseStatus: z.int().nullable(),
  responseExcerpt: z.string().nullable().meta({ description: 'The first 2,000 bytes of the last answer' }),
  error: z.string().nullable(),
  durationMs: z.int().nullable(),
  nextAttemptAt: moment.nullable(),
  deliveredAt: moment.nullable(),
  createdAt: moment,
})
export const fullDeliveryAnswer = deliveryAnswer.extend({
  request: z.object({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
  log: z.array(attempt).meta({ description: 'The latest 30 attempts' }),
})

export const EXAMPLE = {
  id: '0198c0de-0000-7000-8000-000000000031',
  workspaceId: '0198c0de-0000-7000-8000-000000000002',
  name: 'Order desk',
  url: 'https://hooks.example.com/crm',
  events: ['deal.updated', 'contact.*'],
  isActive: true,
  pausedAt: null,
  pausedReason: null,
  waiting: 0,
  nextAttemptAt: null,
  previousSecretUntil: null,
  createdById: '0198c0de-0000-7000-8000-000000000001',
  createdAt: '2026-01-31T09:30:00.000Z',
  updatedAt: '2026-01-31T09:30:00.000Z',
}
export const EXAMPLE_SECRET = 'whsec_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
export const EXAMPLE_DELIVERY = {
  id: '0198c0de-0000-7000-8000-000000000032',
  webhookId: EXAMPLE.id,
  kind: 'EVENT',
  eventType: 'deal.updated',
  status: 'DELIVERED',
  attempts: 1,
  responseStatus: 200,
  responseExcerpt: 'ok',
  error: null,
  durationMs: 84,
  nextAttemptAt: null,
  deliveredAt: '2026-01-31T09:30:01.000Z',
  createdAt: '2026-01-31T09:30:00.000Z',
}
