import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Person } from '#test/world.ts'

const PATIENCE_MS = 120_000

type Settings = Record<string, string | boolean | object>

const asQuery = (settings: Settings): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  )

/** Sends a table as the body, as `curl --data-binary` does. */
export const send = (who: Person, path: string, body: string | Buffer, settings: Settings = {}) =>
  who.post(`/${path}/import`, body, { headers: { 'content-type': 'text/csv' }, query: asQuery(settings) })

/** Waits until the import has ended, or undo has. */
export async function ended(who: Person, id: string, status?: string) {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const { body } = await who.get(`/imports/${id}`)
    const isOver = status ? body.status === status : !['PENDING', 'RUNNING'].includes(body.status)
    if (isOver) return body
    if (Date.now() > deadline) throw new Error(`the import did not end: ${JSON.stringify(body)}`)
    await sleep(30)
  }
}

/** Imports a table and waits for the end. */
export async function importing(
  who: Person,
  path: string,
  body: string | Buffer | string[],
  settings: Settings = {},
) {
  const text = Array.isArray(body) ? `${body.join('\n')}\n` : body
  const sent = await send(who, path, text, settings)
  assert.equal(sent.status, 202, sent.text)
  return ended(who, sent.body.id)
}

/** The counts of an import in one line, which a failed assertion shows whole. */
export const counts = ({
  status,
  total,
  processed,
  created,
  updated,
  skipped,
  failed,
}: Record<string, unknown>) => ({
  status,
  total,
  processed,
  created,
  updated,
  skipped,
  failed,
})

export const completed = (created: number, updated = 0, skipped = 0, failed = 0) => {
  const total = created + updated + skipped + failed
  return { status: 'COMPLETED', total, processed: total, created, updated, skipped, failed }
}

/** The rows of a list, up to 200. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the API answers, as in world.ts
export async function rowsOf(who: Person, path: string): Promise<any[]> {
  const { body } = await who.get(`${path}${path.includes('?') ? '&' : '?'}limit=200`)
  return body.rows
}
