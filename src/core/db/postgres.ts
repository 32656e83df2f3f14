import postgres from 'postgres'
import { DatabaseFault, type Engine, encodeParams, type Row, type Session } from './engine.ts'
import { PARSERS, SERIALISED_OIDS } from './values.ts'

const ACQUIRE_TIMEOUT_MS = 10_000
const STATEMENT_TIMEOUT_MS = 30_000
const KEPT_CHARACTERS = 20_000

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

/** A pool of connections to PostgreSQL ≥ 15, by postgres.js. @param poolSize connections at most */
export function openPostgres(url: string, poolSize: number): Engine {
  const losses = new Losses()
  const sql = postgres(url, {
    max: poolSize,
    onclose: losses.closed,
    // Not turned off: without it postgres.js 3.4.9 never hands out the first connection that is reserved.
    fetch_types: true,
    types,
    connect_timeout: 10,
    idle_timeout: 60,
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
  return {
    kind: 'postgres',
    async acquire() {
      return new PostgresSession(losses.guard(await withTimeout(sql.reserve())))
    },
    release(session) {
      const { connection } = session as PostgresSession
      if (!losses.has(connection)) connection.release()
    },
    async wire(channel, told) {
      // Listens on a connection of its own, and again whenever that one was lost.
      const { unlisten } = await sql.listen(channel, told)
      return { tell: () => sql.notify(channel, ''), stop: unlisten }
    },
    close: () => sql.end({ timeout: 5 }),
  }
}

/** A connection that arrives after the caller gave up goes straight back to the pool. */
async function withTimeout(reserving: Promise<Reserved>): Promise<Reserved> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reserving.then(connection => connection.release()).catch(() => {})
      reject(
        new DatabaseFault({ code: 'CONNECT_TIMEOUT', message: 'No database connection became free in 10 s' }),
      )
    }, ACQUIRE_TIMEOUT_MS)
  })
  try {
    return await Promise.race([reserving, late])
  } catch (error) {
    throw error instanceof DatabaseFault ? error : new DatabaseFault(error)
  } finally {
    clearTimeout(timer)
  }
}
