import { randomBytes, randomFillSync } from 'node:crypto'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether the text is a UUID of any version. Ids that go into `SET LOCAL` are checked with this. */
export const isUuid = (text: unknown): text is string => typeof text === 'string' && UUID.test(text)

/** The UUID that is nobody's (RFC 9562, 5.9): of no workspace, no person, no record. */
export const NIL_ID = '00000000-0000-0000-0000-000000000000'

const pool = Buffer.alloc(10 * 256)
let used = pool.length
let lastMs = 0
let counter = 0

/**
 * A UUIDv7 (RFC 9562, method 1): 48 bits of Unix milliseconds, a 12-bit counter that keeps ids made in
 * one millisecond in order, 62 random bits. Ids of one process therefore sort by the time they were made.
 */
export function newId(nowMs = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs
    counter = 0
  } else if (++counter > 0xfff) {
    lastMs++
    counter = 0
  }
  if (used + 8 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const random = pool.toString('hex', used, used + 8)
  used += 8
  const variant = ((Number.parseInt(random[0]!, 16) & 0x3) | 0x8).toString(16)
  const seq = counter.toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${seq}-${variant}${random.slice(1, 4)}-${random.slice(4, 16)}`
}

/** A secret of 256 random bits for links and tokens, safe in URLs. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
