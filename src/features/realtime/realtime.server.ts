import { index, pgTable, uuid } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { moment } from '#core/db/columns.ts'
import { Refusal } from '#core/errors.ts'
import type { Feature, Service } from '#core/feature.ts'
import { BASE } from '#core/http/aliases.ts'
import { userOperation } from '#core/http/operation.ts'
import { Connections } from './connections.ts'
import { Hub } from './hub.ts'
import { makeTicket } from './identity.ts'

/** Tickets that were used, until nobody could use them again anyway. They name nobody and nothing. */
export const usedRealtimeTickets = pgTable(
  'used_realtime_tickets',
  { id: uuid('id').primaryKey(), expiresAt: moment('expires_at').notNull() },
  t => [index().on(t.expiresAt)],
)

const ticketRoute = userOperation({
  method: 'POST',
  path: '/realtime/ticket',
  tag: 'realtime',
  // A ticket opens one connection, so that of an earlier answer would be of no use.
  unkeyed: true,
  summary: 'A ticket for one WebSocket connection, good for 30 s',
  description:
    'Browsers cannot send headers with a WebSocket: connect to `/api/v1/realtime` and send `{ "type": "auth", "ticket": … }` first. Others connect with their token or API key in the header. The messages are told in docs/REALTIME.md.',
  answers: z.object({ ticket: z.string(), expiresAt: z.iso.datetime() }),
  document: { answerExample: { ticket: 'c2VhbGVk…', expiresAt: '2026-01-31T09:30:30.000Z' } },
  async handle({ app, request, claims }) {
    const { workspaceId } = request.caller!
    // Whoever was put out hears it here, and not from a connection that is closed again.
    await app.access.accessOf(claims, workspaceId)
    return makeTicket(app, claims, workspaceId)
  },
})

const serve: Service = async (app, server) => {
  const hub = new Hub(app)
  const connections = new Connections(app, hub)
  const deaf = app.writes.listen(() => hub.wake())
  server.get(`${BASE}/realtime`, async () => {
    throw new Refusal(426, 'UPGRADE_REQUIRED', 'This is a WebSocket: connect with Upgrade: websocket')
  })
  server.server.on('upgrade', connections.upgrade)
  // Before the server closes: it waits for connections, and these would never end by themselves.
  server.addHook('preClose', async () => connections.stop())
  connections.start()
  hub.start()
  return async () => {
    deaf()
    await hub.stop()
  }
}

export default {
  operations: [ticketRoute],
  services: [serve],
  walls: [
    {
      table: 'used_realtime_tickets',
      grants: ['select, insert, delete to ascendore_auth'],
      policies: [{ name: 'auth_all', to: 'ascendore_auth', using: 'true', check: 'true' }],
    },
  ],
} satisfies Feature
