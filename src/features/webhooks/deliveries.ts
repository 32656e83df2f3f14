import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import { type Operation, operation } from '#core/http/operation.ts'
import { listOf, paging, readPage } from '#core/http/page.ts'
import { idParams } from '#core/record/routes.ts'
import { bodyOf, type Delivery, EVENT, headersOf } from './message.ts'
import { deliveryAnswer, EXAMPLE, EXAMPLE_DELIVERY, fullDeliveryAnswer } from './schemas.ts'
import { findWebhook, sendDirect } from './webhooks.ts'

const DELIVERY = `d.id, d.webhook_id as "webhookId", d.kind, d.event_type as "eventType", d.status, d.attempts, d.response_status as "responseStatus",
  d.response_excerpt as "responseExcerpt", d.error, d.duration_ms as "durationMs", d.next_attempt_at as "nextAttemptAt", d.delivered_at as "deliveredAt",
  d.created_at as "createdAt"`
const FROM = 'from webhook_deliveries d where d.workspace_id = $1::uuid and d.webhook_id = $2::uuid'

const common = { tag: 'webhooks', access: 'ADMIN' } as const
const deliveryParams = z.object({
  id: z.uuid('must be an id'),
  deliveryId: z.uuid('must be an id'),
})

async function find(tx: Tx, webhookId: string, id: string, more = ''): Promise<Row> {
  const [row] = await tx.session.rows(`select ${DELIVERY}${more} ${FROM} and d.id = $3::uuid`, [
    tx.who.workspaceId,
    webhookId,
    id,
  ])
  if (!row) throw notFound('Delivery')
  return row
}

/** A delivery with the request as it is sent; what changes with each attempt, the signature, is left out. */
async function readWhole(tx: Tx, webhookId: string, id: string) {
  const webhook = await findWebhook(tx, webhookId)
  const { event, ...row } = await find(tx, webhookId, id, `, d.log, ${EVENT}`)
  const delivery = { ...row, event, workspaceId: tx.who.workspaceId } as unknown as Delivery
  return {
    ...row,
    request: { url: webhook.url, headers: headersOf(delivery), body: bodyOf(delivery) },
  }
}

const EXAMPLE_QUEUED = {
  ...EXAMPLE_DELIVERY,
  status: 'PENDING',
  attempts: 0,
  responseStatus: null,
  responseExcerpt: null,
  durationMs: null,
  deliveredAt: null,
}

export const deliveryOperations: Operation[] = [
  operation({
    ...common,
    method: 'GET',
    path: '/webhooks/:id/deliveries',
    summary: 'The log of a webhook, newest first, kept for 30 days',
    params: idParams,
    query: z.strictObject({
      ...paging,
      status: z.enum(['PENDING', 'DELIVERED', 'FAILED']).optional(),
    }),
    answers: listOf(deliveryAnswer),
    document: { answerExample: { rows: [EXAMPLE_DELIVERY], total: 1, nextCursor: null } },
    async handle({ tx, params, query }) {
      await findWebhook(tx, params.id)
      return readPage(tx, {
        select: DELIVERY,
        from: `${FROM}${query.status ? ' and d.status = $3' : ''}`,
        params: [tx.who.workspaceId, params.id, ...(query.status ? [query.status] : [])],
        key: 'd.id',
        query,
        newestFirst: true,
      })
    },
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/webhooks/:id/deliveries/:deliveryId',
    summary: 'Read a delivery: its request, and what came of each attempt',
    params: deliveryParams,
    answers: fullDeliveryAnswer,
    document: {
      answerExample: {
        ...EXAMPLE_DELIVERY,
        request: {
          url: EXAMPLE.url,
          headers: { 'x-ascendore-event': 'deal.updated' },
          body: '{"type":"deal.updated"}',
        },
        log: [{ at: '2026-01-31T09:30:01.000Z', status: 200, excerpt: 'ok', error: null, durationMs: 84 }],
      },
    },
    handle: ({ tx, params }) => readWhole(tx, params.id, params.deliveryId),
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/webhooks/:id/deliveries/:deliveryId/replay',
    status: 202,
    summary: 'Send a delivery once more, at once, under an id of its own',
    params: deliveryParams,
    answers: deliveryAnswer,
    document: { answerExample: { ...EXAMPLE_QUEUED, kind: 'REPLAY' } },
    async handle({ tx, params }) {
      const found = await find(tx, params.id, params.deliveryId, ', d.event_seq as "eventSeq"')
      const { eventSeq, eventType } = found as { eventSeq: number | null; eventType: string }
      return find(tx, params.id, await sendDirect(tx, params.id, 'REPLAY', { eventSeq, eventType }))
    },
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/webhooks/:id/test',
    status: 202,
    summary: 'Send a test delivery, at once and also while the webhook is paused',
    params: idParams,
    answers: deliveryAnswer,
    document: {
      answerExample: { ...EXAMPLE_QUEUED, kind: 'TEST', eventType: 'webhook.test' },
    },
    async handle({ tx, params }) {
      const made = await sendDirect(tx, params.id, 'TEST', { eventSeq: null, eventType: 'webhook.test' })
      return find(tx, params.id, made)
    },
  }),
]
