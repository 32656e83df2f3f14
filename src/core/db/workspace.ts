import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { drizzle, type PgRemoteDatabase } from 'drizzle-orm/pg-proxy'
import { isUuid } from '../ids.ts'
import { todayIn } from '../record/relative-time.ts'
import type { Engine, Row, Session } from './engine.ts'
import { PLANS_ONCE, WaveSession } from './wave.ts'

export const ROLES = ['OWNER', 'ADMIN', 'MEMBER', 'VIEWER'] as const
export type Role = (typeof ROLES)[number]

/** On whose behalf a transaction runs: everything that visibility and the event history need to know. */
export type Who = {
  workspaceId: string
  /** Null where the system itself acts. */
  userId: string | null
  role: Role
  /** What a MEMBER sees: `own`, or all of the workspace. */
  visibility: 'own' | 'workspace'
  /** IANA zone of the workspace, in which "today" is meant. */
  timezone: string
  /** The import, bulk change or other act that causes the changes. */
  causeId?: string
  /** The API key that the user's program came with. */
  apiKeyId?: string
  /** Whether the rows that are read say if the caller may change them. */
  asksMayChange?: boolean
  requestId?: string
  ip?: string
  userAgent?: string
}

/** The system itself, which sees and may change all of one workspace: for what runs by the clock or by a link without sign-in. */
export const systemIn = (workspaceId: string, timezone = 'UTC'): Who => ({
  workspaceId,
  userId: null,
  role: 'OWNER',
  visibility: 'workspace',
  timezone,
})

/** The same on account of what somebody has asked for: its cause, request and key are told, and the acts are nobody's. */
export const asSystem = (who: Who): Who => ({ ...who, ...systemIn(who.workspaceId, who.timezone) })

/** The database roles. None owns a table, none may bypass row-level security; policies name them. */
export const DB_ROLES = [
  'ascendore_admin',
  'ascendore_member',
  'ascendore_member_wide',
  'ascendore_viewer',
  'ascendore_search',
  'ascendore_auth',
  'ascendore_worker',
] as const
export type DbRole = (typeof DB_ROLES)[number]

const dialect = new PgDialect()

/** Statements inside one transaction: as a Drizzle builder (`db`), or as `sql` with rows of plain objects. */
export class Scope {
  readonly session: Session
  readonly role: DbRole
  private readonly committed: Array<() => void> = []

  constructor(session: Session, role: DbRole) {
    this.session = session
    this.role = role
  }

  get db(): PgRemoteDatabase {
    return handleOf(this.session)
  }

  async rows<T = Row>(statement: SQL): Promise<T[]> {
    const { sql, params } = dialect.sqlToQuery(statement)
    return (await this.session.rows(sql, params)) as T[]
  }

  async first<T = Row>(statement: SQL): Promise<T | undefined> {
    return (await this.rows<T>(statement))[0]
  }

  /**
   * Runs the one statement that `work` issues under another role of the same transaction. The role is set,
   * used and set back in one round trip, so nothing that runs beside it can slip in between.
   */
  async as<T>(role: DbRole, work: () => Promise<T>): Promise<T> {
    const into = this.session.script(`set local role ${role}`)
    const working = work()
    const back = this.session.script(`set local role ${this.role}`)
    into.catch(() => {})
    back.catch(() => {})
    const result = await working
    await back
    return result
  }

  /** Runs `work` with the rights of one workspace's admin; for followers, which serve all workspaces. */
  async inside<T>(workspaceId: string, work: () => Promise<T>): Promise<T> {
    if (!isUuid(workspaceId)) throw new Error('inside needs a UUID')
    await this.session.script(
      `set local role ascendore_admin; set local app.workspace_id = '${workspaceId}'; set local app.user_id = ''`,
    )
    const result = await work()
    await this.session.script(`set local role ${this.role}; set local app.workspace_id = ''`)
    return result
  }

  /** Runs `work` so that its failure undoes only itself. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    const told = this.committed.length
    await this.session.script('savepoint attempt')
    try {
      const result = await work()
      await this.session.script('release savepoint attempt')
      return result
    } catch (error) {
      this.committed.length = told
      await this.session.script(
        `rollback to savepoint attempt; release savepoint attempt; set local role ${this.role}`,
      )
      throw error
    }
  }

  /** `tell` is called once the transaction has been committed, and not if it is rolled back. */
  afterCommit(tell: () => void): void {
    this.committed.push(tell)
  }

  tellCommitted(): void {
    for (const tell of this.committed) tell()
  }
}

/** The only database handle that features see: one transaction, one workspace, one caller. */
export class Tx extends Scope {
  readonly who: Who
  constructor(session: Session, role: DbRole, who: Who) {
    super(session, role)
    this.who = who
  }
}

/**
 * Waits for all of several pieces of work of one transaction, also where one fails: a statement that came
 * after the rollback would run on a connection that somebody else may hold by then.
 */
export async function together<T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

const handles = new WeakMap<Session, PgRemoteDatabase>()

function handleOf(session: Session): PgRemoteDatabase {
  let handle = handles.get(session)
  if (!handle) {
    handle = drizzle(async (text, params, method) => ({
      rows: method === 'execute' ? await session.rows(text, params) : await session.values(text, params),
    }))
    handles.set(session, handle)
  }
  return handle
}

/** The database role in which a caller's statements run. */
export function dbRoleOf(who: Pick<Who, 'role' | 'visibility'>): DbRole {
  if (who.role === 'OWNER' || who.role === 'ADMIN') return 'ascendore_admin'
  if (who.role === 'VIEWER') return 'ascendore_viewer'
  return who.visibility === 'own' ? 'ascendore_member' : 'ascendore_member_wide'
}

/** Opens every transaction of the program; nothing else talks to the engine once it serves. */
export class Database {
  /** Set once more when it is open (`whileOpening`). */
  engine: Engine
  /** Called after each commit of a transaction that may have written. */
  onWrite: () => void = () => {}
  constructor(engine: Engine) {
    this.engine = engine
  }

  /**
   * A transaction on behalf of `who`; row-level security shows it that workspace and nothing else. What is past due
   * by the workspace's calendar is told by `app.day_start`, since the database's own zones may be others than ours.
   * To `read` is many small transactions, one for each wave of statements that are issued together (wave.ts).
   * To `change` is to write with statements that all find their rows by keys, and so are planned once (`Planned`).
   */
  inWorkspace<T>(
    who: Who,
    work: (tx: Tx) => Promise<T>,
    access: 'read' | 'write' | 'change' = 'write',
  ): Promise<T> {
    if (!isUuid(who.workspaceId) || (who.userId !== null && !isUuid(who.userId))) {
      throw new Error('inWorkspace needs UUIDs')
    }
    const role = dbRoleOf(who)
    // Literals, because SET LOCAL takes no parameters and set_config() does not reach Citus workers.
    const opening = `begin${access === 'read' ? ' read only' : ''}; set local role ${role}; set local app.workspace_id = '${who.workspaceId}'; set local app.user_id = '${who.userId ?? ''}'; set local app.day_start = '${todayIn(who.timezone).start}'`
    return access === 'read'
      ? this.reading(new Tx(new WaveSession(this.engine, opening), role, who), work)
      : this.transact(
          access === 'change' ? opening + PLANS_ONCE : opening,
          session => new Tx(session, role, who),
          work,
        )
  }

  /**
   * A transaction outside any workspace: people and sessions (`auth`), jobs and followers (`worker`). With
   * access `unheard` it may write, and `onWrite` is not called.
   */
  inSystem<T>(
    role: 'ascendore_auth' | 'ascendore_worker',
    work: (scope: Scope) => Promise<T>,
    access: 'write' | 'unheard' = 'write',
  ): Promise<T> {
    return this.transact(`begin; set local role ${role}`, session => new Scope(session, role), work, access)
  }

  private async reading<T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = await work(tx)
    tx.tellCommitted()
    return result
  }

  private async transact<S extends Scope, T>(
    opening: string,
    scopeOf: (session: Session) => S,
    work: (scope: S) => Promise<T>,
    access: 'write' | 'unheard' = 'write',
  ): Promise<T> {
    const session = await this.engine.acquire()
    const scope = scopeOf(session)
    let ending: Promise<unknown> | undefined
    try {
      // Not awaited: it travels with the first statement of `work`. Where it fails, that one fails too.
      const opened = session.script(opening)
      opened.catch(() => {})
      const result = await work(scope)
      await opened
      ending = session.script('commit')
      await ending
      if (access === 'write') this.onWrite()
      scope.tellCommitted()
      return result
    } catch (error) {
      ending = session.script('rollback')
      throw error
    } finally {
      const release = () => this.engine.release(session)
      ending?.then(release, release)
    }
  }
}
