import { z } from 'zod'
import { type Operation, operation } from '#core/http/operation.ts'
import { listOf, paging, readPage } from '#core/http/page.ts'
import { idParams } from '#core/record/routes.ts'
import {
  changedWebhook,
  EXAMPLE,
  EXAMPLE_SECRET,
  eventNames,
  madeAnswer,
  newWebhook,
  webhookAnswer,
} from './schemas.ts'
import {
  changeWebhook,
  checkUrl,
  createWebhook,
  deleteWebhook,
  findWebhook,
  rotateSecret,
  WEBHOOK,
} from './webhooks.ts'

const OVERLAP_HOURS = 24
const OVERLAP_HOURS_AT_MOST = 24 * 30

const common = { tag: 'webhooks', access: 'ADMIN' } as const
const SIGNING =
  'Deliveries are JSON by POST with `X-Ascendore-Delivery` (the same at every attempt, to tell repetitions), `X-Ascendore-Event`, `X-Ascendore-Timestamp` (Unix seconds) and `X-Ascendore-Signature`: `v1=` and the hex HMAC-SHA256 of `<timestamp>.<body>` by the secret; two of them, separated by a comma, while a rotation lasts. Answer with 2xx within 10 seconds.'

export const webhookOperations: Operation[] = [
  operation({
    ...common,
    method: 'GET',
    path: '/webhooks',
    summary: 'List webhooks',
    query: z.strictObject({
      ...paging,
      isActive: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'Only those that send, or only paused ones' }),
    }),
    answers: listOf(webhookAnswer),
    document: { answerExample: { rows: [EXAMPLE], total: 1, nextCursor: null } },
    handle: ({ tx, query }) =>
      readPage(tx, {
        select: WEBHOOK,
        from: 'from webhooks h where h.workspace_id = $1::uuid and ($2::boolean is null or h.is_active = $2::boolean)',
        params: [tx.who.workspaceId, query.isActive ?? null],
        key: 'h.id',
        query,
      }),
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/webhooks',
    status: 201,
    summary: 'Have events sent to a URL; the secret is told once',
    description: `Events are named by record type and action: \`deal.updated\`, \`contact.*\`, \`*.created\`, \`*\`. They come in their order, each at least once; a failed one is tried again with growing gaps for 3 days, then the webhook is paused. ${SIGNING}`,
    body: newWebhook,
    answers: madeAnswer,
    document: {
      example: { url: EXAMPLE.url, events: EXAMPLE.events },
      answerExample: { ...EXAMPLE, secret: EXAMPLE_SECRET },
    },
    before: ({ app, body }) => checkUrl(app, body.url),
    handle: ({ app, tx, body }) => createWebhook(app, tx, body),
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/webhooks/event-types',
    summary: 'What events are named by: the record types, and what happens to each of them',
    description: 'Some types have actions beside these, such as `lead.converted`; the audit log shows them.',
    answers: z.object({ types: z.array(z.string()), actions: z.array(z.string()) }),
    document: {
      answerExample: { types: ['contact', 'deal'], actions: ['created', 'updated', 'deleted', 'restored'] },
    },
    handle: async () => eventNames(),
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/webhooks/:id',
    summary: 'Read a webhook, without its secret',
    params: idParams,
    answers: webhookAnswer,
    document: { answerExample: EXAMPLE },
    handle: ({ tx, params }) => findWebhook(tx, params.id),
  }),
  ...(['PATCH', 'PUT'] as const).map(method =>
    operation({
      ...common,
      method,
      path: '/webhooks/:id',
      summary: `Change a webhook; pause or resume it${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
      description:
        'Resumed, it goes on with what waits and with what happens from then on; what happened while it was paused is not sent.',
      params: idParams,
      body: changedWebhook,
      answers: webhookAnswer,
      document: { example: { isActive: false }, answerExample: { ...EXAMPLE, isActive: false } },
      before: ({ app, body }) => checkUrl(app, body.url),
      handle: ({ tx, params, body }) => changeWebhook(tx, params.id, body),
    }),
  ),
  operation({
    ...common,
    method: 'DELETE',
    path: '/webhooks/:id',
    status: 204,
    answers: 'nothing',
    summary: 'Delete a webhook, with its queue and its log',
    params: idParams,
    handle: ({ tx, params }) => deleteWebhook(tx, params.id),
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/webhooks/:id/rotate-secret',
    summary: 'Give a webhook a new secret; the old one signs beside it for a while',
    params: idParams,
    body: z.strictObject({
      overlapHours: z
        .number()
        .min(0)
        .max(OVERLAP_HOURS_AT_MOST)
        .default(OVERLAP_HOURS)
        .meta({ description: 'How long deliveries carry both signatures' }),
    }),
    answers: madeAnswer,
    document: {
      example: { overlapHours: OVERLAP_HOURS },
      answerExample: {
        ...EXAMPLE,
        previousSecretUntil: '2026-02-01T09:30:00.000Z',
        secret: EXAMPLE_SECRET,
      },
    },
    handle: ({ app, tx, params, body }) => rotateSecret(app, tx, params.id, body.overlapHours),
  }),
]
