import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartupFault } from '../errors.ts'
import { DatabaseFault, type Engine, type Session } from './engine.ts'
import { FOLD_SQL, ROLES_SQL } from './policies.ts'
import { DB_ROLES } from './workspace.ts'

const LOCK = 7_220_011
const EXTENSIONS = ['vector', 'pg_trgm', 'btree_gin', 'unaccent'] as const

type Journal = { entries: Array<{ idx: number; tag: string }> }

export type Schema = {
  /** The folder with `meta/_journal.json` and one `.sql` file a migration. */
  folder: string
  /** Rights and policies, idempotent. */
  policies: string
  /** What else the owner installs (background jobs), with a mark that changes when it must run again. */
  install: { mark: string; run: (session: Session) => Promise<void> }
}

/**
 * Brings the database up to this program's schema, as its owner, under an advisory lock: many processes
 * may start at once. Where nothing has changed it costs two queries. @throws StartupFault in a sentence
 */
export async function migrate(engine: Engine, schema: Schema): Promise<void> {
  const session = await engine.acquire().catch(error => {
    throw unreachable(error)
  })
  const migrations = readMigrations(schema.folder)
  const mark = createHash('sha256')
    .update(JSON.stringify([migrations.map(m => m.tag), schema.policies, ROLES_SQL, schema.install.mark]))
    .digest('hex')
  try {
    if ((await stateOf(session)) === mark) return
    await session.script(`set statement_timeout = 0; select pg_advisory_lock(${LOCK})`)
    try {
      if ((await stateOf(session)) === mark) return
      await checkServer(session, engine.kind)
      await applyMigrations(session, migrations)
      await schema.install.run(session)
      await inTransaction(
        session,
        `${ROLES_SQL}\n${grantsToSelf()}\n${schema.policies}\n${jobRights()}
        insert into schema_state (key, value) values ('mark', '${mark}') on conflict (key) do update set value = excluded.value;`,
      )
    } finally {
      await session.script(`select pg_advisory_unlock(${LOCK}); reset statement_timeout`).catch(() => {})
    }
  } catch (error) {
    throw error instanceof DatabaseFault ? explained(error) : error
  } finally {
    engine.release(session)
  }
}

/** The mark of what was installed last, or undefined in an empty database. */
async function stateOf(session: Session): Promise<string | undefined> {
  const [there] = await session.rows("select to_regclass('public.schema_state') is not null as there")
  if (!there?.there) return undefined
  const [row] = await session.rows("select value from schema_state where key = 'mark'")
  return row?.value as string | undefined
}

function readMigrations(folder: string): Array<{ tag: string; sql: string }> {
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as Journal
  return journal.entries.map(({ tag }) => ({ tag, sql: readFileSync(join(folder, `${tag}.sql`), 'utf8') }))
}

async function checkServer(session: Session, kind: Engine['kind']): Promise<void> {
  const [row] = await session.rows("select current_setting('server_version_num')::int as version")
  if ((row!.version as number) < 150_000) throw new StartupFault('PostgreSQL 15 or later is needed.')
  const [icu] = await session.rows("select count(*) as n from pg_collation where collname = 'und-x-icu'")
  if (!icu!.n) throw new StartupFault('This PostgreSQL was built without ICU, which sorting by name needs.')
  for (const extension of EXTENSIONS) {
    try {
      await session.script(`create extension if not exists ${extension} with schema public`)
    } catch (error) {
      const why = kind === 'postgres' ? ` Have an administrator run: CREATE EXTENSION ${extension};` : ''
      throw new StartupFault(
        `The database extension "${extension}" is missing and cannot be created (${(error as Error).message}).${why}`,
      )
    }
  }
}

async function applyMigrations(
  session: Session,
  migrations: Array<{ tag: string; sql: string }>,
): Promise<void> {
  await session.script(`create table if not exists schema_state (key text primary key, value text not null);
    create table if not exists schema_migrations (tag text primary key, applied_at timestamptz not null default now())`)
  const applied = (await session.rows('select tag from schema_migrations')).map(row => row.tag as string)
  const unknown = applied.filter(tag => !migrations.some(migration => migration.tag === tag))
  if (unknown.length) {
    throw new StartupFault(
      `The database has a newer schema than this program (${unknown.join(', ')}). Update the program, or restore an older backup.`,
    )
  }
  // Generated columns call the folding function, so it stands before the first table.
  await session.script(FOLD_SQL)
  for (const { tag, sql } of migrations) {
    if (applied.includes(tag)) continue
    await inTransaction(
      session,
      `${sql.replaceAll('--> statement-breakpoint', '')}\n;insert into schema_migrations (tag) values ('${tag}');`,
    )
  }
}

async function inTransaction(session: Session, script: string): Promise<void> {
  try {
    await session.script(`begin; ${script}; commit`)
  } catch (error) {
    await session.script('rollback').catch(() => {})
    throw error
  }
}

/** The login may take on each of the roles; since PostgreSQL 16 creating a role does not give that right. */
const grantsToSelf = () => DB_ROLES.map(role => `grant ${role} to current_user;`).join('\n')

const jobRights = () => `grant usage on schema pgboss to ascendore_worker;
  grant select, insert, update, delete on all tables in schema pgboss to ascendore_worker;
  grant usage on all sequences in schema pgboss to ascendore_worker;
  grant execute on all functions in schema pgboss to ascendore_worker;`

function unreachable(error: unknown): Error {
  const fault = error as DatabaseFault
  if (fault.code === '28P01' || fault.code === '28000')
    return new StartupFault('DATABASE_URL: the database refuses this user or password.')
  if (fault.code === '3D000') return new StartupFault('DATABASE_URL: there is no database of that name.')
  return new StartupFault(
    `The database cannot be reached (${fault.message}). Check DATABASE_URL and that the server runs.`,
  )
}

function explained(fault: DatabaseFault): Error {
  if (fault.code === '42501')
    return new StartupFault(
      `The database user lacks a right that the schema needs: ${fault.message}. It must own the database and have CREATEROLE.`,
    )
  return fault.isAway ? unreachable(fault) : fault
}
