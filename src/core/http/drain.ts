import type { FastifyInstance } from 'fastify'

const LOOK_EVERY_MS = 50
/** Leaves time within the 10 s of a stop to end jobs and close the database. */
const GRACE_MS = 4_000

/**
 * Closes the server to new requests and lets those that run end. A connection is closed as soon as it waits for nothing, and
 * after `graceMs` whatever it does: a client that stops in the middle of an upload would hold the stop up for a minute.
 */
export async function drain(server: FastifyInstance, graceMs = GRACE_MS): Promise<void> {
  const startedAt = Date.now()
  const timer = setInterval(() => {
    if (Date.now() - startedAt < graceMs) server.server.closeIdleConnections()
    else server.server.closeAllConnections()
  }, LOOK_EVERY_MS)
  try {
    await server.close()
  } finally {
    clearInterval(timer)
  }
}
