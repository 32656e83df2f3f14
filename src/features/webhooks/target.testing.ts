import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** One request as a target of webhooks has received it. */
// biome-ignore lint/suspicious/noExplicitAny: whatever was sent, as in world.ts
export type Received = { headers: IncomingMessage['headers']; text: string; body: any; at: number }
type Answer = (request: Received, response: ServerResponse) => void

/** A real HTTP server that webhooks are sent to. `answer` may be exchanged while it runs. */
export async function target(
  context: { after: (work: () => Promise<void>) => void },
  answer: Answer = (_request, response) => response.end('ok'),
  host = '127.0.0.1',
) {
  const received: Received[] = []
  const state = { answer, received, url: '' }
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const got = { headers: request.headers, text, body: JSON.parse(text), at: Date.now() }
    received.push(got)
    state.answer(got, response)
  })
  server.listen(0, host)
  await once(server, 'listening')
  state.url = `http://${host}:${(server.address() as AddressInfo).port}/hook`
  context.after(async () => {
    server.closeAllConnections()
    server.close()
  })
  return state
}

/** Waits until it is so. @throws after the time */
export async function until<T>(
  read: () => T | Promise<T>,
  isSo: (value: T) => boolean,
  seconds = 15,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const value = await read()
    if (isSo(value)) return value
    if (Date.now() > deadline)
      throw new Error(`not within ${seconds} s: ${JSON.stringify(value)?.slice(0, 2000)}`)
    await sleep(25)
  }
}

/** Whether the request is signed by the secret, as a receiver would check it; which of its signatures is. */
export function signatureBy({ headers, text }: Received, secret: string): number {
  const timestamp = String(headers['x-ascendore-timestamp'])
  const expected = `v1=${createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex')}`
  return String(headers['x-ascendore-signature']).split(',').indexOf(expected)
}
