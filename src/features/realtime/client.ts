import type { WebSocket } from 'ws'
import type { EventRow } from '#core/events/follow.ts'
import type { Filter } from '#core/record/filter-language.ts'
import type { Identity } from './identity.ts'
import { CLOSE } from './protocol.ts'

/** Bytes that are given to the socket ahead of what the client takes; the others wait here. */
const BUFFERED_AT_MOST = 1024 * 1024
/** What may wait for a client: a burst that is read once for all of them. The texts of events are shared between clients. */
const WAITING_AT_MOST = 20_000
const WAITING_BYTES_AT_MOST = 64 * 1024 * 1024
/** One that takes nothing at all for so long while something waits is told to begin anew. */
const TAKES_WITHIN_MS = 5000
const PUMP_MS = 10
/** Events that come while an earlier part is still being read again. */
const QUEUED_AT_MOST = 5000
/** How long a client that is dropped has to hear why. */
const LAST_WORDS_MS = 15_000

/** What a client has asked to be told of. */
export type Subscription = {
  id: string
  entity: string
  recordId?: string
  filter?: Filter
  /** The saved view from which the filter is, and whose changes it follows. */
  viewId?: string
  /** Set while what came before is read again; what comes meanwhile waits here, as it will be sent. */
  queue?: string[]
  /** Only what stands behind this. */
  after: number
}

/** The event as it is sent. */
export const shown = ({ seq, id, entityType, entityId, action, actorId, changes, createdAt }: EventRow) => ({
  seq,
  id,
  entityType,
  entityId,
  action,
  actorId,
  changes,
  createdAt,
})

export const eventMessage = (
  event: string,
  subscriptions: string[],
  matches?: Record<string, boolean>,
): string =>
  `{"type":"event","subscriptions":${JSON.stringify(subscriptions)}${matches ? `,"matches":${JSON.stringify(matches)}` : ''},"event":${event}}`

/** Whether the event is of what was asked for, as far as its own fields tell. */
export const isAbout = ({ entity, recordId, after }: Subscription, event: EventRow): boolean =>
  event.entityType === entity && event.seq > after && (recordId === undefined || recordId === event.entityId)

/** One connection that has shown who listens. */
export class Client {
  readonly socket: WebSocket
  identity: Identity
  readonly subscriptions = new Map<string, Subscription>()
  /** The names of all of them, also of those that have not begun yet. */
  readonly asked = new Set<string>()
  isAlive = true
  private isDropped = false
  private waiting: string[] = []
  private waitingBytes = 0

  constructor(socket: WebSocket, identity: Identity) {
    this.socket = socket
    this.identity = identity
  }

  get isOpen(): boolean {
    return !this.isDropped && this.socket.readyState === this.socket.OPEN
  }

  get buffered(): number {
    return this.socket.bufferedAmount + this.waitingBytes
  }

  /** Sends as fast as the client takes it, in order. */
  send(message: string): void {
    if (!this.isOpen) return
    if (!this.waiting.length && this.socket.bufferedAmount <= BUFFERED_AT_MOST) {
      this.socket.send(message)
      return
    }
    this.waitingBytes += message.length
    if (this.waiting.push(message) === 1) this.pumpSoon(Date.now())
    if (this.waiting.length > WAITING_AT_MOST || this.waitingBytes > WAITING_BYTES_AT_MOST) this.tooSlow()
  }

  private pumpSoon(tookAt: number): void {
    setTimeout(() => this.pump(tookAt), PUMP_MS).unref()
  }

  /** Gives the socket what the client has made room for. @param tookAt when it last did so */
  private pump(tookAt: number): void {
    if (!this.isOpen) return
    let count = 0
    while (count < this.waiting.length && this.socket.bufferedAmount <= BUFFERED_AT_MOST)
      this.socket.send(this.waiting[count++]!)
    for (const message of this.waiting.splice(0, count)) this.waitingBytes -= message.length
    if (!this.waiting.length) return
    if (count) this.pumpSoon(Date.now())
    else if (Date.now() - tookAt < TAKES_WITHIN_MS) this.pumpSoon(tookAt)
    else this.tooSlow()
  }

  private tooSlow(): void {
    this.reset('SLOW', 'You take events slower than they come')
  }

  /** Puts a message behind what is still being read again. */
  enqueue(subscription: Subscription, message: string): void {
    if (subscription.queue!.push(message) > QUEUED_AT_MOST)
      this.reset('TOO_FAR_BEHIND', 'More has happened than can be caught up with')
  }

  /** Tells the client that it has to load anew, and drops it. */
  reset(code: string, error: string): void {
    if (!this.isOpen) return
    this.socket.send(JSON.stringify({ type: 'reset', code, error }))
    this.close(CLOSE.tryAgain, code)
  }

  close(code: number, reason: string): void {
    if (this.isDropped) return
    this.isDropped = true
    this.waiting = []
    this.waitingBytes = 0
    this.subscriptions.clear()
    this.socket.close(code, reason.slice(0, 120))
    setTimeout(() => this.socket.terminate(), LAST_WORDS_MS).unref()
  }
}
