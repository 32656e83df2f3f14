import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Program } from '#core/program.ts'
import { addressOf } from '#test/world.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever the server says, as in world.ts
type Message = any

const PATIENCE_MS = 10_000

/** Where the program's WebSocket listens. */
export const realtimeOf = async (program: Program): Promise<string> =>
  `${(await addressOf(program)).replace('http', 'ws')}/api/v1/realtime`

/** A real WebSocket client that keeps all that it is told. */
export class Listener {
  readonly socket: WebSocket
  readonly messages: Message[] = []
  closed: { code: number; reason: string } | undefined

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, { headers })
    this.socket.on('message', data => this.messages.push(JSON.parse(String(data))))
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
    })
    this.socket.on('error', () => {})
  }

  /** Connects with a token in the header, and waits until it is welcome. */
  static async of(url: string, token: string): Promise<Listener> {
    const listener = new Listener(url, { authorization: `Bearer ${token}` })
    await listener.until(message => message.type === 'ready')
    return listener
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** The first message that is so, also one that has come already. @throws after 10 s */
  async until(isSo: (message: Message) => boolean): Promise<Message> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(5)) {
      const found = this.messages.find(isSo)
      if (found) return found
      if (Date.now() > deadline || this.closed)
        throw new Error(
          `never told; closed ${JSON.stringify(this.closed)}, told ${JSON.stringify(this.messages).slice(0, 2000)}`,
        )
    }
  }

  /** Subscribes and waits for the word that it has begun. */
  async subscribe(message: Message): Promise<Message> {
    this.send({ type: 'subscribe', ...message })
    return this.until(({ type, id }) => (type === 'subscribed' || type === 'error') && id === message.id)
  }

  /** Waits for so many events of a subscription, and a moment longer for some too many. */
  async events(id: string, count: number, extraMs = 150): Promise<Message[]> {
    const found = () =>
      this.messages.filter(({ type, subscriptions }) => type === 'event' && subscriptions.includes(id))
    for (const deadline = Date.now() + PATIENCE_MS; found().length < count && Date.now() < deadline; )
      await sleep(5)
    await sleep(extraMs)
    return found()
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return
    this.socket.terminate()
    await once(this.socket, 'close').catch(() => {})
  }

  /** How it was closed. @throws after 10 s */
  async ending(): Promise<{ code: number; reason: string }> {
    for (const deadline = Date.now() + PATIENCE_MS; !this.closed; await sleep(5))
      if (Date.now() > deadline)
        throw new Error(`stays open, told ${JSON.stringify(this.messages).slice(0, 1000)}`)
    return this.closed
  }
}
