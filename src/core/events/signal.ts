import type { Redis } from 'ioredis'
import type { Engine, Wire } from '../db/engine.ts'
import type { Log } from '../log.ts'

const CHANNEL = 'ascendore_written'
/** Other processes are told at most so often: one word says as much as a hundred. */
const PAUSE_MS = 25

/**
 * Says that something was written, in this process at once and in the others by Redis, where there is one, else by
 * PostgreSQL's NOTIFY. It carries nothing, and may be lost: whoever listens also looks by themselves now and then.
 */
export class WriteSignal {
  private readonly listeners = new Set<() => void>()
  private readonly log: Log
  private wire: Wire | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(log: Log) {
    this.log = log
  }

  /** Joins the other processes; the embedded engine has none. */
  async connect(engine: Engine, redis: Redis | undefined): Promise<void> {
    const told = () => this.tellListeners()
    if (redis) this.wire = await overRedis(redis, told)
    else this.wire = await engine.wire?.(CHANNEL, told)
  }

  /** @returns ends the listening */
  listen(told: () => void): () => void {
    this.listeners.add(told)
    return () => this.listeners.delete(told)
  }

  tell(): void {
    this.tellListeners()
    if (!this.wire || this.timer) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.wire
        ?.tell()
        .catch(error => this.log.debug({ err: error }, 'other processes were not told of a write'))
    }, PAUSE_MS).unref()
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer)
    await this.wire?.stop().catch(() => {})
    this.wire = undefined
  }

  private tellListeners(): void {
    for (const told of this.listeners) told()
  }
}

/** A connection that subscribes can do nothing else, so it is one of its own. */
async function overRedis(redis: Redis, told: () => void): Promise<Wire> {
  const listening = redis.duplicate({ lazyConnect: true, maxRetriesPerRequest: null })
  listening.on('error', () => {})
  listening.on('message', told)
  await listening.connect()
  await listening.subscribe(CHANNEL)
  return {
    tell: () => redis.publish(CHANNEL, ''),
    stop: async () => listening.disconnect(),
  }
}
