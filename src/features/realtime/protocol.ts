import { z } from 'zod'
import { errorBody, Refusal } from '#core/errors.ts'

/** The messages of the WebSocket, JSON both ways; `docs/REALTIME.md` tells them to clients. */

const id = z.string().min(1).max(60)
const tellable = z.strictObject({
  type: z.literal('subscribe'),
  id,
  entity: z.string().min(1).max(60).optional(),
  recordId: z.uuid().optional(),
  viewId: z.uuid().optional(),
  filter: z.unknown().optional(),
  since: z.int().min(0).optional(),
})

export const incoming = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('auth'),
    ticket: z.string().max(2000).optional(),
    token: z.string().max(4000).optional(),
    workspaceId: z.uuid().optional(),
  }),
  tellable,
  z.strictObject({ type: z.literal('unsubscribe'), id }),
  z.strictObject({ type: z.literal('ping') }),
])

export type Incoming = z.infer<typeof incoming>
export type Subscribe = z.infer<typeof tellable>

/** Codes with which the server closes; those from 4400 on have the meaning of the HTTP status behind the 4. */
export const CLOSE = {
  goingAway: 1001,
  tryAgain: 1013,
  badRequest: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  late: 4408,
  tooMany: 4429,
} as const

export const errorMessage = (error: unknown, subscription?: string): string => {
  const refusal =
    error instanceof Refusal ? error : new Refusal(500, 'INTERNAL_ERROR', 'Something went wrong on our side')
  const { error: message, code, issues } = errorBody(refusal, '')
  return JSON.stringify({
    type: 'error',
    ...(subscription ? { id: subscription } : {}),
    status: refusal.status,
    code,
    error: message,
    ...(issues ? { issues } : {}),
  })
}
