import postgres from 'postgres'
import { DatabaseFault, type Engine, encodeParams, type Row, roleAfter, type Session } from './engine.ts'
import { PARSERS, SERIALISED_OIDS } from './values.ts'
import { openWire } from './wire.ts'

const ACQUIRE_TIMEOUT_MS = 10_000
const STATEMENT_TIMEOUT_MS = 30_000
/** Those that write many rows are longer, and hardly ever come again. */
const PREPARED_CHARACTERS = 20_000
/** With so many statements a connection gives way to a new one: the driver cannot let go of one of them. */
const PREPARED_AT_MOST = 1000
const SEEN_AT_MOST = 1000
/** How long a connection that nobody uses stays open. */
const IDLE_SECONDS = 60
const CONNECT_TIMEOUT_SECONDS = 10
const CLOSE_TIMEOUT_SECONDS = 2

const asText = (value: unknown): string => value as string
const types = Object.fromEntries(
  [...new Set([...SERIALISED_OIDS, ...Object.keys(PARSERS).map(Number)])].map(oid => [
    `oid${oid}`,
    { to: oid, from: [oid], serialize: asText, parse: PARSERS[oid] ?? asText },
  ]),
)

/**
 * What tells statements that come again from those that come once. A connection keeps what it has prepared for as long as it is open, some
 * 200 kB of a search, and most texts that are written anew never come again in the same words.
 */
class Sightings {
  private readonly seen = new Set<string>()

  hasCome(text: string): boolean {
    if (this.seen.has(text)) return true
    if (this.seen.size === SEEN_AT_MOST) this.seen.clear()
    this.seen.add(text)
    return false
  }
}

const lost = () => new DatabaseFault({ code: 'CONNECTION_CLOSED', message: 'The connection was lost' })

/**
 * One connection, by a client of the driver that has no other: where postgres.js 3.4.9 loses a connection of several,
 * it forgets a caller who waits for one, or waits up to 20 s before the next. So one that is lost is given up
 * together with its client, and another takes its place.
 * Each role prepares statements of its own (`roleAfter`): it stands as a comment before the text.
 */
class PostgresSession implements Session {
  private readonly sql: postgres.Sql
  private connection: postgres.ReservedSql | undefined
  private role = ''
  /** By `performance.now()`, while nobody uses it. */
  idleSince = 0
  /** The server or the network has closed it. */
  isLost = false
  private readonly prepared = new Set<string>()
  private readonly sightings: Sightings
  /** What ends the statements that are under way. The driver forgets those that it has not sent yet. */
  private readonly underWay = new Set<(fault: DatabaseFault) => void>()

  constructor(url: string, sightings: Sightings) {
    this.sightings = sightings
    this.sql = postgres(url, {
      max: 1,
      onclose: () => {
        this.isLost = true
        for (const end of this.underWay) end(lost())
      },
      // Not turned off: without it postgres.js 3.4.9 never hands out the first connection that is reserved.
      fetch_types: true,
      types,
      connect_timeout: CONNECT_TIMEOUT_SECONDS,
      // The pool closes those that nobody uses; one whose life ends would be closed under its user.
      idle_timeout: 0,
      max_lifetime: null,
      onnotice: () => {},
      connection: {
        application_name: 'ascendore-crm',
        TimeZone: 'UTC',
        DateStyle: 'ISO, MDY',
        statement_timeout: STATEMENT_TIMEOUT_MS,
        // Requests run beside each other already; starting workers for one of them only costs the others.
        max_parallel_workers_per_gather: 0,
        idle_in_transaction_session_timeout: 60_000,
      } as Record<string, string | number>,
    })
  }

  /** @throws DatabaseFault where the server cannot be reached or does not let us in */
  async open(): Promise<void> {
    try {
      this.connection = await this.sql.reserve()
    } catch (error) {
      throw new DatabaseFault(error)
    }
  }

  /** @param timeoutSeconds how long what runs on it may go on */
  close(timeoutSeconds = 0): Promise<void> {
    return this.sql.end({ timeout: timeoutSeconds })
  }

  get isFull(): boolean {
    return this.prepared.size >= PREPARED_AT_MOST
  }

  async rows(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    // Copied, because the driver's own list is of another class than an array's.
    return Array.from(await this.run(connection => this.statement(connection, text, params)))
  }

  values(text: string, params: readonly unknown[] = []): Promise<unknown[][]> {
    return this.run(connection => this.statement(connection, text, params).values())
  }

  async script(text: string): Promise<Row[]> {
    this.role = roleAfter(text, this.role)
    const results: Row[] | Row[][] = await this.run(connection => connection.unsafe(text).simple())
    return results.flat()
  }

  private statement(connection: postgres.ReservedSql, text: string, params: readonly unknown[]) {
    const asRole = `/* ${this.role} */ ${text}`
    return connection.unsafe(asRole, encodeParams(params), { prepare: this.isPrepared(asRole) })
  }

  private isPrepared(text: string): boolean {
    if (this.prepared.has(text)) return true
    if (text.length > PREPARED_CHARACTERS || !this.sightings.hasCome(text)) return false
    this.prepared.add(text)
    return true
  }

  /** To a socket that is gone the driver would write outside of any promise, which would end the process. */
  private run<T>(send: (connection: postgres.ReservedSql) => PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.connection || this.isLost) throw lost()
      this.underWay.add(reject)
      send(this.connection)
        .then(resolve, error => reject(new DatabaseFault(error)))
        .then(() => this.underWay.delete(reject))
    })
  }
}

type Waiting = { resolve: (session: PostgresSession) => void; reject: (error: DatabaseFault) => void }

/** Hands the connections from caller to caller, first come first served, and opens more while there is room. */
class Pool {
  private readonly url: string
  private readonly size: number
  /** Connections that are open or being opened. */
  private readonly taken = new Set<PostgresSession>()
  private readonly idle: PostgresSession[] = []
  private readonly waiting: Waiting[] = []
  private readonly sightings = new Sightings()
  private readonly sweep: NodeJS.Timeout
  private isClosing = false

  constructor(url: string, size: number) {
    this.url = url
    this.size = size
    this.sweep = setInterval(() => this.closeIdle(), IDLE_SECONDS * 500).unref()
  }

  acquire(): Promise<PostgresSession> {
    for (let session = this.idle.pop(); session; session = this.idle.pop()) {
      if (!session.isLost) return Promise.resolve(session)
      this.giveUp(session)
    }
    const arriving = new Promise<PostgresSession>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1)
        reject(
          new DatabaseFault({
            code: 'CONNECT_TIMEOUT',
            message: 'No database connection became free in 10 s',
          }),
        )
      }, ACQUIRE_TIMEOUT_MS)
      const waiting: Waiting = {
        resolve: session => {
          clearTimeout(timer)
          resolve(session)
        },
        reject: error => {
          clearTimeout(timer)
          reject(error)
        },
      }
      this.waiting.push(waiting)
    })
    this.open()
    return arriving
  }

  release(session: PostgresSession): void {
    if (session.isLost || session.isFull || this.isClosing) {
      this.giveUp(session)
      this.open()
      return
    }
    const next = this.waiting.shift()
    if (next) {
      next.resolve(session)
      return
    }
    session.idleSince = performance.now()
    this.idle.push(session)
  }

  async close(): Promise<void> {
    this.isClosing = true
    clearInterval(this.sweep)
    for (const session of this.idle.splice(0)) this.giveUp(session)
    for (const { reject } of this.waiting.splice(0))
      reject(new DatabaseFault({ code: 'CONNECTION_ENDED', message: 'The program is stopping' }))
    await Promise.all([...this.taken].map(session => session.close(CLOSE_TIMEOUT_SECONDS)))
  }

  /** Opens a connection for the first who waits, where there is room for one more. */
  private open(): void {
    if (this.taken.size >= this.size || !this.waiting.length) return
    const session = new PostgresSession(this.url, this.sightings)
    this.taken.add(session)
    session.open().then(
      () => this.release(session),
      error => {
        this.giveUp(session)
        this.waiting.shift()?.reject(error)
        this.open()
      },
    )
  }

  private giveUp(session: PostgresSession): void {
    this.taken.delete(session)
    session.close().catch(() => {})
  }

  private closeIdle(): void {
    const since = performance.now() - IDLE_SECONDS * 1000
    while (this.idle.length && this.idle[0]!.idleSince < since) this.giveUp(this.idle.shift()!)
  }
}

/**
 * A pool of connections to PostgreSQL ≥ 15, by postgres.js. They are handed from caller to caller here: to reserve one
 * from the driver anew costs more than a small query does.
 * @param poolSize connections at most
 */
export function openPostgres(url: string, poolSize: number): Engine {
  const pool = new Pool(url, poolSize)
  return {
    kind: 'postgres',
    acquire: () => pool.acquire(),
    release: session => pool.release(session as PostgresSession),
    wire: (channel, told) => openWire(url, channel, told),
    close: () => pool.close(),
  }
}
