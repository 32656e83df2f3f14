import { setTimeout as sleep } from 'node:timers/promises'

/** Long enough for a machine that does ten other things; nothing waits so long where it works. */
const PATIENCE_MS = 60_000
const POLL_MS = 25

/** Asks again and again until the answer is as it should be. @throws after 60 s, with the last answer */
export async function until<T>(
  read: () => T | Promise<T>,
  isSo: (value: T) => boolean = Boolean,
  what = 'it did not become so',
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const value = await read()
    if (isSo(value)) return value
    if (Date.now() > deadline)
      throw new Error(`${what} within ${PATIENCE_MS / 1000} s: ${JSON.stringify(value)}`)
    await sleep(POLL_MS)
  }
}
