import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { bearerOf } from '#core/auth/tokens.ts'
import { errorBody, invalid, issuesOf, Refusal } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { BASE, canonicalUrl } from '#core/http/aliases.ts'
import { isUuid } from '#core/ids.ts'
import { Client } from './client.ts'
import type { Hub } from './hub.ts'
import { byTicket, byToken, type Identity, mayRead } from './identity.ts'
import { CLOSE, errorMessage, type Incoming, incoming, type Subscribe } from './protocol.ts'
import { subscriptionOf } from './subscribing.ts'
import { UnreadCounts } from './unread.ts'

const PATH = `${BASE}/realtime`
const MESSAGE_BYTES_AT_MOST = 64 * 1024
const CONNECTIONS_AT_MOST = 10_000
const CONNECTIONS_OF_A_USER = 50
const SUBSCRIPTIONS_AT_MOST = 100
const SHOWS_ITSELF_WITHIN_MS = 10_000
const HEARTBEAT_MS = 25_000
const MESSAGES_AT_MOST = 300
const MESSAGES_PERIOD_MS = 10_000

/** The WebSocket side: who connects, and what they ask for. */
export class Connections {
  private readonly app: App
  private readonly hub: Hub
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_AT_MOST,
    perMessageDeflate: false,
  })
  private readonly unread: UnreadCounts
  private readonly timers: NodeJS.Timeout[] = []
  private isStopped = false

  constructor(app: App, hub: Hub) {
    this.app = app
    this.hub = hub
    this.unread = new UnreadCounts(app, hub.clients)
  }

  start(): void {
    this.unread.start()
    this.timers.push(setInterval(() => this.beat(), HEARTBEAT_MS).unref())
  }

  stop(): void {
    this.isStopped = true
    this.unread.stop()
    for (const timer of this.timers) clearInterval(timer)
    for (const client of this.hub.clients) client.close(CLOSE.goingAway, 'The server stops')
    for (const socket of this.sockets.clients) socket.close(CLOSE.goingAway)
    setTimeout(() => {
      for (const socket of this.sockets.clients) socket.terminate()
    }, 500)
  }

  /** For the HTTP server's `upgrade`. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    this.admit(request).then(
      identity =>
        this.sockets.handleUpgrade(request, socket, head, webSocket => this.greet(webSocket, identity)),
      error => refuse(socket, error),
    )
  }

  /** Who connects, where a header says it. @throws Refusal */
  private async admit(request: IncomingMessage): Promise<Identity | undefined> {
    const path = canonicalUrl(request.url ?? '/').split('?')[0]
    if (path !== PATH) throw new Refusal(404, 'NOT_FOUND', `There is no WebSocket at ${path}`)
    if (this.isStopped || this.sockets.clients.size >= CONNECTIONS_AT_MOST)
      throw new Refusal(503, 'UNAVAILABLE', 'No more connections here; try again later')
    const { authorization } = request.headers
    const key = request.headers['x-api-key']
    const token = bearerOf(authorization) ?? (typeof key === 'string' ? key : undefined)
    if (!token) return undefined
    const workspaceId = request.headers['x-workspace-id']
    if (workspaceId !== undefined && !isUuid(workspaceId))
      throw invalid({ path: 'X-Workspace-Id', message: 'must be the id of a workspace' })
    return byToken(this.app, token, workspaceId)
  }

  private greet(socket: WebSocket, identity: Identity | undefined): void {
    socket.on('error', () => socket.terminate())
    if (identity) {
      this.welcome(socket, identity)
      return
    }
    const late = setTimeout(() => socket.close(CLOSE.late, 'Send auth first'), SHOWS_ITSELF_WITHIN_MS).unref()
    socket.once('close', () => clearTimeout(late))
    socket.once('message', data => {
      clearTimeout(late)
      this.authenticate(data).then(
        found => this.welcome(socket, found),
        error => {
          socket.send(errorMessage(error))
          const status = error instanceof Refusal ? error.status : 500
          socket.close(status >= 500 ? CLOSE.tryAgain : 4000 + status, 'Not admitted')
        },
      )
    })
  }

  private async authenticate(data: RawData): Promise<Identity> {
    const message = read(data)
    if (message.type !== 'auth')
      throw invalid({ path: 'type', message: 'must be auth, before anything else' })
    const { ticket, token, workspaceId } = message
    if (ticket) return byTicket(this.app, ticket)
    if (token) return byToken(this.app, token, workspaceId)
    throw invalid({ path: 'ticket', message: 'must be given, or token' })
  }

  private welcome(socket: WebSocket, identity: Identity): void {
    if (socket.readyState !== socket.OPEN) return
    const { userId } = identity.claims
    const mine = [...this.hub.clients].filter(({ identity: { claims } }) => claims.userId === userId).length
    if (mine >= CONNECTIONS_OF_A_USER) {
      socket.close(CLOSE.tooMany, 'Too many connections of one user')
      return
    }
    const client = new Client(socket, identity)
    this.hub.clients.add(client)
    socket.once('close', () => this.hub.clients.delete(client))
    socket.on('pong', () => {
      client.isAlive = true
    })
    const mayCome = limiter()
    socket.on('message', data => {
      if (!mayCome()) return client.close(CLOSE.tooMany, 'Too many messages')
      this.take(client, data).catch(error => {
        if (!(error instanceof Refusal)) this.app.log.warn({ err: error }, 'a message of a client failed')
        client.send(errorMessage(error, subscriptionIn(data)))
      })
    })
    client.send(JSON.stringify({ type: 'ready', userId, workspaceId: identity.workspaceId }))
  }

  private async take(client: Client, data: RawData): Promise<void> {
    const message = read(data)
    if (message.type === 'ping') client.send(JSON.stringify({ type: 'pong' }))
    if (message.type === 'auth') throw invalid({ path: 'type', message: 'you are signed in already' })
    if (message.type === 'subscribe') await this.subscribe(client, message)
    if (message.type !== 'unsubscribe') return
    client.subscriptions.delete(message.id)
    client.asked.delete(message.id)
    this.unread.remove(client, message.id)
    client.send(JSON.stringify({ type: 'unsubscribed', id: message.id }))
  }

  private async subscribe(client: Client, message: Subscribe): Promise<void> {
    const { id, since } = message
    if (client.asked.size >= SUBSCRIPTIONS_AT_MOST)
      throw invalid({
        path: 'id',
        message: `a connection has at most ${SUBSCRIPTIONS_AT_MOST} subscriptions`,
      })
    if (client.asked.has(id)) throw invalid({ path: 'id', message: 'is subscribed already' })
    if (message.entity === 'notification') {
      this.subscribeToUnread(client, id)
      return
    }
    const subscription = await subscriptionOf(this.app.database, client, message)
    if (client.asked.has(id)) throw invalid({ path: 'id', message: 'is subscribed already' })
    client.asked.add(id)
    this.hub.join(client, subscription, since)
  }

  /** Not of the history, and only one's own: their number, and no replay. */
  private subscribeToUnread(client: Client, id: string): void {
    mayRead(client.identity, 'notifications')
    client.asked.add(id)
    client.send(JSON.stringify({ type: 'subscribed', id }))
    this.unread.add(client, id)
  }

  /** Finds connections that are dead, and tells the others how far they are. */
  private beat(): void {
    for (const client of this.hub.clients) {
      if (!client.isAlive) {
        client.socket.terminate()
        continue
      }
      client.isAlive = false
      client.socket.ping()
      const isWhole = [...client.subscriptions.values()].every(({ queue }) => !queue)
      client.send(JSON.stringify({ type: 'heartbeat', ...(isWhole ? { seq: this.hub.position } : {}) }))
    }
  }
}

/** @throws Refusal 400 */
function read(data: RawData): Incoming {
  let json: unknown
  try {
    json = JSON.parse(String(data))
  } catch {
    throw invalid({ path: '', message: 'must be JSON' })
  }
  const result = incoming.safeParse(json)
  if (!result.success) throw invalid(issuesOf(result.error).slice(0, 10))
  return result.data
}

/** The subscription that a refused message spoke of. */
function subscriptionIn(data: RawData): string | undefined {
  try {
    const { id } = JSON.parse(String(data)) as { id?: unknown }
    return typeof id === 'string' ? id.slice(0, 60) : undefined
  } catch {
    return undefined
  }
}

function limiter(): () => boolean {
  let [count, since] = [0, Date.now()]
  return () => {
    if (Date.now() - since > MESSAGES_PERIOD_MS) [count, since] = [0, Date.now()]
    return ++count <= MESSAGES_AT_MOST
  }
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
}

/** Answers an upgrade that is not granted, in the one envelope. */
function refuse(socket: Duplex, error: unknown): void {
  const refusal =
    error instanceof Refusal ? error : new Refusal(500, 'INTERNAL_ERROR', 'Something went wrong on our side')
  const body = JSON.stringify(errorBody(refusal, crypto.randomUUID()))
  socket.end(
    `HTTP/1.1 ${refusal.status} ${REASONS[refusal.status] ?? 'Refused'}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
