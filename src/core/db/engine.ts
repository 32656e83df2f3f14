/** A row as the engine hands it out: column name to a value that is ready for JSON. */
export type Row = Record<string, unknown>

/**
 * `once`: the best plan of the statement is the same for any parameters, as of one that finds rows by their ids, so a
 * connection may plan it once and need not weigh that plan against another each time, which takes longer than running it.
 */
export type Planned = 'once'

/**
 * One connection, held by one piece of work at a time. Statements run in the order in which they are
 * issued, so a caller may issue several without waiting for each (they travel in one round trip).
 */
export interface Session {
  /**
   * Runs one statement with `$1…` parameters; rows as objects. What `planned` says is heeded where transactions are made
   * around statements (wave.ts). @throws DatabaseFault
   */
  rows(text: string, params?: readonly unknown[], planned?: Planned): Promise<Row[]>
  /** The same; rows as arrays in column order. @throws DatabaseFault */
  values(text: string, params?: readonly unknown[], planned?: Planned): Promise<unknown[][]>
  /** Runs several statements without parameters in one round trip; the rows of all of them. @throws DatabaseFault */
  script(text: string): Promise<Row[]>
}

/** A line between processes. */
export type Wire = {
  /** Says a word; it may be lost. */
  tell: () => Promise<unknown>
  stop: () => Promise<unknown>
}

/** PostgreSQL, embedded or remote. Both engines run the same SQL and hand out the same values. */
export interface Engine {
  readonly kind: 'embedded' | 'postgres'
  /** Waits for a free connection. @throws DatabaseFault where none becomes free in time (10 s of a pool, 30 s of the embedded one) */
  acquire(): Promise<Session>
  /** Gives the connection back. One that broke meanwhile is replaced by the engine itself. */
  release(session: Session): void
  /** A line to the other processes on the same server: calls `told` for each word on the channel, this process's too. */
  wire?(channel: string, told: () => void): Promise<Wire>
  close(): Promise<void>
}

/** What the database refused, with its SQLSTATE (or the driver's own code when it is out of reach). */
export class DatabaseFault extends Error {
  readonly code: string
  readonly constraint: string | undefined
  readonly detail: string | undefined

  constructor(raw: unknown) {
    const error = raw as Record<string, string | undefined> & Error
    super(error.message, { cause: raw })
    this.name = 'DatabaseFault'
    this.code = error.code ?? 'XX000'
    this.constraint = error.constraint_name ?? error.constraint
    this.detail = error.detail
  }

  /** The database cannot be reached, is going down, or has no room: the same call may work later. */
  get isAway(): boolean {
    return /^(CONN|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|08|57P|53|CLOSED)/.test(this.code)
  }

  /** Of transactions that waited for each other this one was turned back: the same call may work now. */
  get isConflict(): boolean {
    return this.code === '40P01' || this.code === '40001'
  }
}

const ROLE = /\b(?:set (?:local )?role (\w+)|reset role|commit|rollback(?! to))\b/g

/**
 * The role in which a connection works once a script has run. PostgreSQL plans a prepared statement anew whenever another role
 * runs it, since other policies apply: roles that take turns on a connection keep their plans if each prepares its own.
 */
export function roleAfter(script: string, before: string): string {
  let now = before
  for (const [, role = ''] of script.matchAll(ROLE)) now = role
  return now
}

/** Parameters travel as text; the server reads them by the type that the statement gives them. */
export function encodeParams(params: readonly unknown[]): (string | null)[] {
  return params.map(value => {
    if (value === null || value === undefined) return null
    if (typeof value === 'string') return value
    if (value instanceof Date) return value.toISOString()
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  })
}

/** Puts a value among the parameters of a statement that is being written; answers its place there, with the type. */
export type Add = (value: unknown, cast: string) => string

export const adderOf =
  (params: unknown[]): Add =>
  (value, cast) =>
    `$${params.push(value)}::${cast}`

/** A JavaScript array as PostgreSQL's array literal. */
export function arrayLiteral(values: readonly unknown[]): string {
  const cells = values.map(value =>
    value === null || value === undefined
      ? 'NULL'
      : `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  )
  return `{${cells.join(',')}}`
}
