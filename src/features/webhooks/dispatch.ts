import type { Scope } from '#core/db/workspace.ts'
import type { App, Service } from '#core/feature.ts'
import { newId } from '#core/ids.ts'
import { AddressGuard } from '#core/net/address-guard.ts'
import { bodyOf, headersOf, openSecrets, signed } from './message.ts'
import { advance, claim, type Done, type Place, release, type Work } from './queue.ts'
import type { Sent } from './send.ts'

/** Queues that one process works at the same time. One that waits for its endpoint holds up none of the others. */
const QUEUES_AT_ONCE = 64
/** After so many deliveries, or so long, a queue goes back to the end of the line. */
const DELIVERIES_A_TURN = 100
const TURN_MS = 15_000
const IDLE_MS = 1000

const running = new Set<Dispatcher>()

/** Has the dispatchers of this process look at the queues now rather than within a second. */
export function wakeDispatchers(): void {
  for (const dispatcher of running) dispatcher.wake()
}

export const startDispatcher: Service = async app => {
  const dispatcher = new Dispatcher(app)
  // The embedded database has one process: what is leased now was held by the one before, which is gone.
  if (app.database.engine.kind === 'embedded')
    await app.database.inSystem('ascendore_worker', scope =>
      scope.session.rows(
        'update webhooks set lease_id = null, leased_until = null where lease_id is not null',
      ),
    )
  running.add(dispatcher)
  dispatcher.start()
  return async () => {
    running.delete(dispatcher)
    await dispatcher.stop()
  }
}

/**
 * Works the queues of webhooks: one delivery of a queue after the other, many queues beside each other. An attempt
 * is written down after it was made, so whoever is killed between the two makes it again: at least once, in order.
 */
class Dispatcher {
  private readonly app: App
  private readonly guard: AddressGuard
  private readonly leaseId = newId()
  private readonly stopping = new AbortController()
  private readonly busy = new Map<string, Promise<void>>()
  private loop: Promise<void> | undefined
  private wakeUp: () => void = () => {}
  private woken = false

  constructor(app: App) {
    this.app = app
    this.guard = new AddressGuard(app.config.webhookPrivateNetworks)
  }

  start(): void {
    this.loop ??= this.run()
  }

  wake(): void {
    this.woken = true
    this.wakeUp()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    this.wake()
    await this.loop
    await Promise.all(this.busy.values())
    await this.inSystem(scope => release(scope, this.leaseId)).catch(() => {})
  }

  private inSystem<T>(work: (scope: Scope) => Promise<T>, access?: 'unheard'): Promise<T> {
    return this.app.database.inSystem('ascendore_worker', work, access)
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.woken = false
      await this.takeQueues().catch(error => this.tell(error))
      if (!this.woken) await this.sleep()
    }
  }

  private async takeQueues(): Promise<void> {
    const free = QUEUES_AT_ONCE - this.busy.size
    if (free <= 0) return
    for (const place of await this.inSystem(scope => claim(scope, this.leaseId, free), 'unheard')) {
      const working = this.work(place)
        .catch(error => this.tell(error))
        .finally(() => {
          this.busy.delete(place.id)
          this.wake()
        })
      this.busy.set(place.id, working)
    }
  }

  /** One turn of a queue. */
  private async work(place: Place): Promise<void> {
    const until = Date.now() + TURN_MS
    let done: Done | undefined
    for (let n = 0; ; n++) {
      const isOver = n >= DELIVERIES_A_TURN || Date.now() > until || this.stopping.signal.aborted
      const found = await this.inSystem(scope => advance(this.app, scope, this.leaseId, place, done))
      if (!found) return
      if (isOver) break
      const sent = await this.send(found)
      // What was cut off by stopping counts as not tried.
      if (this.stopping.signal.aborted && sent.status === null) break
      done = { delivery: found.delivery, sent }
    }
    await this.inSystem(scope => release(scope, this.leaseId, place))
  }

  private async send({ url, sealedSecrets, delivery }: Work): Promise<Sent> {
    const body = bodyOf(delivery)
    let secrets: string[]
    try {
      secrets = openSecrets(this.app.config.jwtSecret, delivery.webhookId, sealedSecrets)
    } catch {
      const error = 'the secret cannot be opened, since JWT_SECRET has changed; rotate it'
      return { status: null, excerpt: null, error, durationMs: 0 }
    }
    const headers = { ...headersOf(delivery), ...signed(body, secrets) }
    // With its first use: as a module of its own `http` brings the whole of undici into every start.
    const { post } = await import('./send.ts')
    return post({ url, headers, body, guard: this.guard, signal: this.stopping.signal })
  }

  /** The database was away, most likely: leases run out, and the next round tries again. */
  private tell(error: unknown): void {
    if (!this.stopping.signal.aborted)
      this.app.log.warn({ err: error }, 'webhooks could not be sent, will try again')
  }

  private sleep(): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        this.wakeUp = () => {}
        resolve()
      }
      const timer = setTimeout(done, IDLE_MS)
      this.wakeUp = done
    })
  }
}
