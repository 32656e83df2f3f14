import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { fill, type Place } from './data.ts'

export type EngineName = 'embedded' | 'postgres'
export type Env = Record<string, string | undefined>

/** A filled database that a run may change as it likes. */
export type Filled = {
  place: Place
  /** How the program is told of it. */
  env: Env
  /** The same data for the bare handler: the same database, or a copy where only one process may open it. */
  bareEnv: Env
  /** And for the one that runs whole transactions. */
  sameEnv: Env
  /** An empty database, to see how long the first start takes. */
  emptyEnv: () => Promise<Env>
  remove: () => Promise<void>
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CACHE = process.env.BENCH_CACHE ?? join(tmpdir(), 'ascendore-bench')

/** Changes with anything that decides what a filled database holds. */
function generatorMark(): string {
  const hash = createHash('sha256')
  for (const pattern of [
    'bench/data.ts',
    'migrations/*.sql',
    'src/core/db/policies.ts',
    'src/core/record/visibility.ts',
    'src/features/*/*.server.ts',
  ])
    for (const file of globSync(pattern, { cwd: ROOT }).sort()) hash.update(readFileSync(join(ROOT, file)))
  return hash.digest('hex').slice(0, 10)
}

const common = (): Env => ({
  JWT_SECRET: 'a secret of the bench, 32 characters at least',
  SEED: 'none',
  LOG_LEVEL: 'warn',
  ...Object.fromEntries(
    ['GENERAL', 'AI', 'UPLOAD', 'AUTH', 'IMPORT', 'WEB'].map(name => [`RATE_LIMIT_${name}`, '10000000']),
  ),
})

export function filledDatabase(engine: EngineName, scale: number): Promise<Filled | undefined> {
  return engine === 'embedded' ? filledFolder(scale) : filledPostgres(scale)
}

async function filledFolder(scale: number): Promise<Filled> {
  const kept = join(CACHE, `embedded-${generatorMark()}-${scale}`)
  const placeFile = join(kept, 'place.json')
  if (!existsSync(placeFile)) {
    say(`filling an embedded database at scale ${scale}`)
    rmSync(kept, { recursive: true, force: true })
    mkdirSync(kept, { recursive: true })
    const place = await fill({ ...common(), DATA_DIR: join(kept, 'data') }, scale)
    writeFileSync(placeFile, JSON.stringify(place))
  }
  const folder = mkdtempSync(join(CACHE, 'run-'))
  const copy = (name: string): Env => {
    cpSync(join(kept, 'data'), join(folder, name), { recursive: true })
    return { ...common(), DATA_DIR: join(folder, name) }
  }
  return {
    place: JSON.parse(readFileSync(placeFile, 'utf8')) as Place,
    env: copy('ours'),
    bareEnv: copy('bare'),
    sameEnv: copy('same'),
    emptyEnv: async () => ({ ...common(), DATA_DIR: join(folder, 'empty') }),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** DATABASE_URL, or the PostgreSQL that the repository's own script starts; undefined where there is neither. */
function postgresUrl(): string | undefined {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL
  try {
    return execFileSync(join(ROOT, 'scripts/postgres.sh'), ['start'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trim()
  } catch {
    return undefined
  }
}

async function filledPostgres(scale: number): Promise<Filled | undefined> {
  const server = postgresUrl()
  if (!server) return undefined
  const sql = postgres(server, { max: 1, onnotice: () => {} })
  const urlOf = (name: string) => Object.assign(new URL(server), { pathname: `/${name}` }).href
  const env = (name: string): Env => ({ ...common(), DATABASE_URL: urlOf(name), DATA_DIR: join(CACHE, 'pg') })
  const kept = `crm_bench_${generatorMark()}_${String(scale).replace('.', '_')}`
  const noteOf = async () => {
    const [row] =
      await sql`select shobj_description(oid, 'pg_database') as note from pg_database where datname = ${kept}`
    return row?.note as string | undefined
  }
  let note = await noteOf()
  if (!note) {
    say(`filling a PostgreSQL database at scale ${scale}`)
    await sql.unsafe(`drop database if exists ${kept} with (force)`)
    await sql.unsafe(`create database ${kept}`)
    const place = await fill(env(kept), scale)
    note = JSON.stringify(place)
    await sql.unsafe(`comment on database ${kept} is '${note}'`)
  }
  const run = `crm_bench_run_${process.pid}`
  const empty = `crm_bench_empty_${process.pid}`
  await sql.unsafe(`create database ${run} template ${kept} strategy file_copy`)
  return {
    place: JSON.parse(note) as Place,
    env: env(run),
    bareEnv: env(run),
    sameEnv: env(run),
    async emptyEnv() {
      await sql.unsafe(`create database ${empty}`)
      return env(empty)
    },
    async remove() {
      for (const name of [run, empty]) await sql.unsafe(`drop database if exists ${name} with (force)`)
      await sql.end()
    },
  }
}

/** A database with nothing in it. */
export async function emptyDatabase(
  engine: EngineName,
): Promise<{ env: Env; remove: () => Promise<void> } | undefined> {
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'empty-'))
  const removeFolder = async () => rmSync(folder, { recursive: true, force: true })
  if (engine === 'embedded') return { env: { ...common(), DATA_DIR: folder }, remove: removeFolder }
  const server = postgresUrl()
  if (!server) return undefined
  const sql = postgres(server, { max: 1, onnotice: () => {} })
  const name = `crm_bench_empty_${process.pid}`
  await sql.unsafe(`create database ${name}`)
  return {
    env: {
      ...common(),
      DATABASE_URL: Object.assign(new URL(server), { pathname: `/${name}` }).href,
      DATA_DIR: folder,
    },
    async remove() {
      await sql.unsafe(`drop database if exists ${name} with (force)`)
      await sql.end()
      await removeFolder()
    },
  }
}

export const say = (text: string): void => void process.stderr.write(`bench: ${text}\n`)
