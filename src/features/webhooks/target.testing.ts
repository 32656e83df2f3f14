import { createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { type LookupAddress, Resolver } from 'node:dns'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

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

/**
 * A name server (RFC 1035, over UDP) that answers each question about an IPv4 address with the next of the given answers, and
 * the last one from then on. `resolve` asks it, and nobody else.
 */
export async function nameServer(context: { after: (work: () => void) => void }, answers: string[][]) {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (question, { port, address }) => {
    // Behind the header of 12 bytes: the name, letters behind their count, up to a count of zero, then type and class.
    const end = question.indexOf(0, 12) + 5
    const isV4 = question.readUInt16BE(end - 4) === 1
    const found = isV4 ? answers[Math.min(asked.length, answers.length - 1)]! : []
    if (isV4)
      asked.push(
        question
          .subarray(13, end - 5)
          .toString('latin1')
          .replace(/[\u0000-\u001f]/g, '.'),
      )
    const header = Buffer.from(question.subarray(0, 12))
    header.writeUInt16BE(0x8180, 2)
    header.writeUInt16BE(found.length, 6)
    header.writeUInt32BE(0, 8)
    const records = found.map(one =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...one.split('.').map(Number)]),
    )
    socket.send(Buffer.concat([header, question.subarray(12, end), ...records]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  context.after(() => void socket.close())
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  const resolve = (
    name: string,
    _options: unknown,
    callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ) =>
    resolver.resolve4(name, (error, found) =>
      callback(
        error,
        (found ?? []).map(address => ({ address, family: 4 })),
      ),
    )
  return { asked, resolve }
}

/** Whether the request is signed by the secret, as a receiver would check it; which of its signatures is. */
export function signatureBy({ headers, text }: Received, secret: string): number {
  const timestamp = String(headers['x-ascendore-timestamp'])
  const expected = `v1=${createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex')}`
  return String(headers['x-ascendore-signature']).split(',').indexOf(expected)
}
