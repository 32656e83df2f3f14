import type { EventRow } from '#core/events/follow.ts'
import { EventTail } from '#core/events/tail.ts'
import type { App } from '#core/feature.ts'
import { type Client, eventMessage, isAbout, type Subscription, shown } from './client.ts'
import { whoIs } from './identity.ts'
import { filtered } from './matching.ts'
import { replay } from './replay.ts'
import { Rights, tellsOfRights } from './rights.ts'
import { followViews, renewFilter } from './views.ts'
import { type Alike, seenBy } from './visibility.ts'

const IDLE_MS = 1000
/** Between two reads: what is written meanwhile comes in one batch. */
const PAUSE_MS = 10
const AT_GAP_MS = 20
const AFTER_FAULT_MS = 500
/** Batches before somebody new has to be let in, however much is written. */
const ROUNDS_AT_MOST = 20

type Joining = { client: Client; subscription: Subscription; since: number | undefined }

/**
 * Hands new events to the clients of this process. The history is read once, whoever listens; who may see an event is asked
 * once for all who see the same.
 */
export class Hub {
  readonly clients = new Set<Client>()
  private readonly app: App
  private readonly tail: EventTail
  private readonly rights: Rights
  private joining: Joining[] = []
  private stopped = false
  private woken = false
  private wakeUp: () => void = () => {}
  private loop: Promise<void> | undefined

  constructor(app: App) {
    this.app = app
    this.tail = new EventTail(app.database)
    this.rights = new Rights(app, this.clients)
  }

  /** Everything up to here has been handed out. */
  get position(): number {
    return this.tail.seq
  }

  wake(): void {
    this.woken = true
    this.wakeUp()
  }

  start(): void {
    this.rights.start()
    this.loop ??= this.run()
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.rights.stop()
    this.wake()
    await this.loop
  }

  /** Adds a subscription between two batches, so that it begins at a certain place in the history. */
  join(client: Client, subscription: Subscription, since: number | undefined): void {
    this.joining.push({ client, subscription, since })
    this.wake()
  }

  private async run(): Promise<void> {
    let isListening = false
    while (!this.stopped) {
      this.woken = false
      let pauseMs = IDLE_MS
      try {
        if (this.clients.size && !isListening) await this.tail.skipToNow()
        isListening = this.clients.size > 0
        if (isListening) pauseMs = await this.rounds()
      } catch (error) {
        pauseMs = AFTER_FAULT_MS
        if (!this.stopped) this.app.log.warn({ err: error }, 'live updates stand still, will try again')
      }
      if (!this.stopped) await this.sleep(this.woken ? Math.min(pauseMs, PAUSE_MS) : pauseMs)
    }
  }

  /**
   * Hands out what is there and then lets in who has come before: what was committed when they asked is behind them. How long
   * to wait for the next time.
   */
  private async rounds(): Promise<number> {
    const joining = this.joining.splice(0)
    let pauseMs = 0
    try {
      for (let n = 0; n < ROUNDS_AT_MOST && pauseMs === 0; n++) pauseMs = await this.round()
      // Only now: a view may have changed since it was asked for, and its later changes come as events.
      for (const { client, subscription } of joining)
        if (subscription.viewId) (await renewFilter(this.app.database, client, subscription))?.()
      for (const { client, since } of joining)
        if (since !== undefined && since > this.position && !(await this.hasCome(since)))
          client.reset('UNKNOWN_PLACE', 'The history does not reach to where you have been; load anew')
    } catch (error) {
      this.joining.unshift(...joining)
      throw error
    }
    this.admit(joining)
    return pauseMs
  }

  /** One batch; how long to wait for the next. */
  private async round(): Promise<number> {
    const before = this.tail.seq
    const { events, waiting } = await this.tail.next()
    try {
      // Before anything else of the batch is told: who was put out hears nothing that happened since, whichever process did it.
      if (events.some(tellsOfRights)) await this.rights.lookAnew()
      await this.handOut(events)
    } catch (error) {
      // Nothing of the batch may be lost: it is read again, and nothing of it was sent.
      this.tail.seq = before
      throw error
    }
    return waiting ? AT_GAP_MS : events.length ? 0 : IDLE_MS
  }

  /**
   * Whether the history goes as far. Another process may be ahead of this one; nobody is ahead of the database, unless that was
   * put back to an earlier day: waiting until it has come so far again would hide all that happens meanwhile.
   */
  private async hasCome(seq: number): Promise<boolean> {
    const [row] = await this.app.database.inSystem(
      'ascendore_worker',
      scope => scope.session.rows('select exists (select from events where seq >= $1::bigint) as yes', [seq]),
      'unheard',
    )
    return row!.yes as boolean
  }

  private admit(joining: Joining[]): void {
    for (const { client, subscription, since } of joining) {
      if (!client.isOpen || !client.asked.has(subscription.id)) continue
      const { position } = this
      const isBehind = since !== undefined && since < position
      subscription.after = Math.max(since ?? 0, position)
      if (isBehind) subscription.queue = []
      client.subscriptions.set(subscription.id, subscription)
      client.send(
        JSON.stringify({
          type: 'subscribed',
          id: subscription.id,
          seq: isBehind ? since : subscription.after,
        }),
      )
      if (isBehind) void this.catchUp(client, subscription, since, position)
    }
  }

  private async catchUp(client: Client, subscription: Subscription, from: number, to: number): Promise<void> {
    try {
      await replay(this.app, client, subscription, from, to)
      for (const message of subscription.queue ?? []) client.send(message)
      subscription.queue = undefined
    } catch (error) {
      this.app.log.warn({ err: error }, 'what a client has missed could not be read')
      client.reset('UNAVAILABLE', 'What you have missed could not be read; load anew')
    }
  }

  /** Decides for everybody who gets what, and only then sends: a fault in between must not leave a half. */
  private async handOut(events: EventRow[]): Promise<void> {
    const sending = await followViews(this.app.database, this.clients, events)
    for (const [workspaceId, clients] of this.byWorkspace()) {
      const wanted = events.filter(
        event => event.workspaceId === workspaceId && clients.some(client => asksFor(client, event)),
      )
      if (wanted.length) sending.push(...(await this.inOneWorkspace(workspaceId, clients, wanted)))
    }
    for (const send of sending) send()
  }

  private byWorkspace(): Map<string, Client[]> {
    const found = new Map<string, Client[]>()
    for (const client of this.clients) {
      if (!client.isOpen || !client.subscriptions.size) continue
      const { workspaceId } = client.identity
      const there = found.get(workspaceId)
      if (there) there.push(client)
      else found.set(workspaceId, [client])
    }
    return found
  }

  private async inOneWorkspace(workspaceId: string, clients: Client[], events: EventRow[]) {
    const texts = new Map(events.map(event => [event.seq, JSON.stringify(shown(event))]))
    const sending: Array<() => void> = []
    const who = (client: Client) => whoIs(client.identity)
    for (const alike of await seenBy(this.app.database, workspaceId, clients, who, events))
      sending.push(...(await this.toAlike(alike, texts)))
    return sending
  }

  /** The messages of clients who see the same; a filter that several have is asked once. */
  private async toAlike({ who, callers, events }: Alike<Client>, texts: Map<number, string>) {
    const asked = new Map<string, Promise<Map<number, boolean>>>()
    const passing = ({ entity, filter }: Subscription): Promise<Map<number, boolean>> => {
      const key = `${entity} ${JSON.stringify(filter)}`
      let answer = asked.get(key)
      if (!answer) {
        const about = events.filter(event => event.entityType === entity)
        answer = filtered(this.app.database, who, entity, filter!, about)
        answer.catch(() => {})
        asked.set(key, answer)
      }
      return answer
    }
    const sending: Array<() => void> = []
    for (const client of callers) {
      const fits = new Map<string, Map<number, boolean>>()
      for (const subscription of client.subscriptions.values())
        if (subscription.filter && events.some(event => isAbout(subscription, event)))
          fits.set(subscription.id, await passing(subscription))
      sending.push(() => {
        for (const event of events) tell(client, event, texts.get(event.seq)!, fits)
      })
    }
    return sending
  }

  private sleep(ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        this.wakeUp = () => {}
        resolve()
      }
      const timer = setTimeout(done, ms)
      // A short pause gathers what is written; a long one ends with the next write.
      if (ms > AT_GAP_MS) this.wakeUp = done
    })
  }
}

const asksFor = (client: Client, event: EventRow): boolean => {
  for (const subscription of client.subscriptions.values()) if (isAbout(subscription, event)) return true
  return false
}

/** Sends one event for all subscriptions that it concerns; those that still catch up get it for themselves, later. */
function tell(client: Client, event: EventRow, text: string, fits: Map<string, Map<number, boolean>>): void {
  const ids: string[] = []
  const matches: Record<string, boolean> = {}
  for (const subscription of client.subscriptions.values()) {
    if (!isAbout(subscription, event)) continue
    const fit = subscription.filter ? fits.get(subscription.id)?.get(event.seq) : undefined
    if (subscription.filter && fit === undefined) continue
    if (subscription.queue) {
      const own = fit === undefined ? undefined : { [subscription.id]: fit }
      client.enqueue(subscription, eventMessage(text, [subscription.id], own))
      continue
    }
    ids.push(subscription.id)
    if (fit !== undefined) matches[subscription.id] = fit
  }
  if (ids.length) client.send(eventMessage(text, ids, Object.keys(matches).length ? matches : undefined))
}
