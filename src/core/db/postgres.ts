import postgres from 'postgres'
import { DatabaseFault, type Engine, encodeParams, type Row, type Session } from './engine.ts'
import { PARSERS, SERIALISED_OIDS } from './values.ts'

const ACQUIRE_TIMEOUT_MS = 10_000
const STATEMENT_TIMEOUT_MS = 30_000
const KEPT_CHARACTERS = 20_000
/** How long a connection that nobody uses stays open. */
const IDLE_SECONDS = 60
const RECONNECT_WITHIN_SECONDS = 0.5

const asText = (value: unknown): string => value as string
const types = Object.fromEntries(
  [...new Set([...SERIALISED_OIDS, ...Object.keys(PARSERS).map(Number)])].map(oid => [
    `oid${oid}`,
    { to: oid, from: [oid], serialize: asText, parse: PARSERS[oid] ?? asText },
  ]),
)

type Reserved = postgres.ReservedSql

/**
 * Whether a connection keeps the prepared statement. Those that write many rows hardly ever come again in the same
 * words, and a connection that kept them all would grow without end.
 */
const isKept = (text: string): boolean => text.length <= KEPT_CHARACTERS

const ROLE = /\b(?:set (?:local )?role (\w+)|reset role|commit|rollback(?! to))\b/g

/**
 * PostgreSQL plans a prepared statement anew whenever another role runs it, since other policies apply. So
 * that roles which take turns on a connection keep their plans, each prepares statements of its own: the
 * role stands as a comment before the text.
 */
class PostgresSession implements Session {
  readonly connection: Reserved
  private role = ''
  /** By `performance.now()`, while nobody uses it. */
  idleSince = 0
  constructor(connection: Reserved) {
    this.connection = connection
  }

  async rows(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    try {
      // Copied, because the driver's own list is of another class than an array's.
      return Array.from(
        await this.connection.unsafe(this.role + text, encodeParams(params), { prepare: isKept(text) }),
      )
    } catch (error) {
      throw new DatabaseFault(error)
    }
  }

  async values(text: string, params: readonly unknown[] = []): Promise<unknown[][]> {
    try {
      return await this.connection
        .unsafe(this.role + text, encodeParams(params), { prepare: isKept(text) })
        .values()
    } catch (error) {
      throw new DatabaseFault(error)
    }
  }

  async script(text: string): Promise<Row[]> {
    for (const [, role] of text.matchAll(ROLE)) this.role = role ? `/* ${role} */ ` : ''
    try {
      const results: Row[] | Row[][] = await this.connection.unsafe(text).simple()
      return results.flat()
    } catch (error) {
      throw new DatabaseFault(error)
    }
  }
}

/**
 * Keeps a connection that the server has closed from being used on. postgres.js 3.4.9 writes to the socket that is gone,
 * outside of any promise, which would end the process; and `release` would hand the connection to the next caller.
 */
class Losses {
  private readonly using = new Map<number, Reserved>()
  private readonly lost = new WeakSet<Reserved>()

  has = (connection: Reserved): boolean => this.lost.has(connection)

  /** For `onclose`. @param id of the connection, which only `onexecute` tells */
  closed = (id: number): void => {
    const connection = this.using.get(id)
    if (connection) this.lost.add(connection)
  }

  guard(connection: Reserved): Reserved {
    const { unsafe } = connection
    const onexecute = ({ id }: { id: number }) => Boolean(this.using.set(id, connection))
    connection.unsafe = ((text: string, params: never, options: object) => {
      if (this.lost.has(connection))
        throw new DatabaseFault({ code: 'CONNECTION_CLOSED', message: 'The connection was lost' })
      return unsafe(text, params, { ...options, onexecute } as never)
    }) as typeof unsafe
    return connection
  }
}

type Waiting = { resolve: (session: PostgresSession) => void; reject: (error: DatabaseFault) => void }

/** Hands the connections from caller to caller, first come first served, and opens more while there is room. */
class Pool {
  private readonly sql: postgres.Sql
  private readonly losses: Losses
  private readonly size: number
  /** Connections that are open or being opened. */
  private taken = 0
  private readonly idle: PostgresSession[] = []
  private readonly waiting: Waiting[] = []
  private readonly sweep: NodeJS.Timeout
  private isClosing = false

  constructor(sql: postgres.Sql, losses: Losses, size: number) {
    this.sql = sql
    this.losses = losses
    this.size = size
    this.sweep = setInterval(() => this.closeIdle(), IDLE_SECONDS * 500).unref()
  }

  acquire(): Promise<PostgresSession> {
    for (let session = this.idle.pop(); session; session = this.idle.pop()) {
      if (!this.losses.has(session.connection)) return Promise.resolve(session)
      this.taken--
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
    if (this.losses.has(session.connection)) {
      this.taken--
      this.open()
      return
    }
    if (this.isClosing) return session.connection.release()
    const next = this.waiting.shift()
    if (next) return next.resolve(session)
    session.idleSince = performance.now()
    this.idle.push(session)
  }

  async close(): Promise<void> {
    this.isClosing = true
    clearInterval(this.sweep)
    for (const session of this.idle.splice(0)) this.release(session)
    for (const { reject } of this.waiting.splice(0))
      reject(new DatabaseFault({ code: 'CONNECTION_ENDED', message: 'The program is stopping' }))
    await this.sql.end({ timeout: 5 })
  }

  /** Opens a connection for the first who waits, where there is room for one more. */
  private open(): void {
    if (this.taken >= this.size || !this.waiting.length) return
    this.taken++
    this.sql.reserve().then(
      connection => this.release(new PostgresSession(this.losses.guard(connection))),
      error => {
        this.taken--
        this.waiting.shift()?.reject(error instanceof DatabaseFault ? error : new DatabaseFault(error))
        this.open()
      },
    )
  }

  private closeIdle(): void {
    const since = performance.now() - IDLE_SECONDS * 1000
    while (this.idle.length && this.idle[0]!.idleSince < since) {
      const { connection } = this.idle.shift()!
      this.taken--
      if (!this.losses.has(connection)) connection.release()
    }
  }
}

/**
 * A pool of connections to PostgreSQL ≥ 15, by postgres.js. Connections are reserved from the driver for as long as
 * they are in use at all, and handed from caller to caller here: reserving anew costs more than a small query does.
 * @param poolSize connections at most
 */
export function openPostgres(url: string, poolSize: number): Engine {
  const losses = new Losses()
  const sql = postgres(url, {
    max: poolSize,
    onclose: losses.closed,
    // Not turned off: without it postgres.js 3.4.9 never hands out the first connection that is reserved.
    fetch_types: true,
    types,
    connect_timeout: 10,
    // The driver's own waits up to 20 s once a few connections were lost at the same time.
    backoff: (losses: number) => Math.min(0.05 * losses, RECONNECT_WITHIN_SECONDS),
    idle_timeout: IDLE_SECONDS,
    // A reserved connection whose life ends would be closed under its user.
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
  const pool = new Pool(sql, losses, poolSize)
  return {
    kind: 'postgres',
    acquire: () => pool.acquire(),
    release: session => pool.release(session as PostgresSession),
    close: () => pool.close(),
  }
}
