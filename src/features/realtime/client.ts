import type { WebSocket } from 'ws'
import type { EventRow } from '#core/events/follow.ts'
import type { Filter } from '#core/record/filter.ts'
import type { Identity } from './identity.ts'
import { CLOSE } from './protocol.ts'

/** Bytes that may wait for a client; one that takes them slower than they come is told to begin anew. */
const BUFFERED_AT_MOST = 1024 * 1024
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

  constructor(socket: WebSocket, identity: Identity) {
    this.socket = socket
    this.identity = identity
  }

  get isOpen(): boolean {
    return !this.isDropped && this.socket.readyState === this.socket.OPEN
  }

  get buffered(): number {
    return this.socket.bufferedAmount
  }

  send(message: string): void {
    if (!this.isOpen) return
    if (this.socket.bufferedAmount <= BUFFERED_AT_MOST) this.socket.send(message)
    else this.reset('SLOW', 'You take events slower than they come')
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
    this.subscriptions.clear()
    this.socket.close(code, reason.slice(0, 120))
    setTimeout(() => this.socket.terminate(), LAST_WORDS_MS).unref()
  }
}
