import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Session } from '#core/db/engine.ts'
import type { Program } from '#core/program.ts'

/** The database that `test/setup.ts` migrates, where the tests are told a PostgreSQL (CI's second leg). */
export const templateUrl = (): string | undefined => process.env.DATABASE_URL || undefined

/** By which processes that a test file starts know its database. */
const OWN = 'ASCENDORE_TEST_DATABASE'

/**
 * This test file's own database on PostgreSQL, copied from the migrated one when it is first asked for; undefined on the
 * embedded engine. Files that shared one would take each other's jobs, with other settings and another folder of files.
 */
export function testDatabaseUrl(): string | undefined {
  const url = templateUrl()
  if (!url) return undefined
  if (process.env[OWN]) return process.env[OWN]
  const name = `${new URL(url).pathname.slice(1)}_file_${process.pid}`
  ownDatabase('create', url, name)
  process.once('exit', () => ownDatabase('drop', url, name))
  process.env[OWN] = Object.assign(new URL(url), { pathname: `/${name}` }).href
  return process.env[OWN]
}

/**
 * One more database of this process, for a program with settings of its own beside the one that its files share: each would take
 * the other's jobs. Until it is given back, what the process starts works on it too.
 */
export function anotherDatabase(): { giveBack: () => void } | undefined {
  const url = templateUrl()
  if (!url) return undefined
  const before = process.env[OWN]
  const name = `${new URL(url).pathname.slice(1)}_file_${process.pid}_${++made}`
  ownDatabase('create', url, name)
  process.env[OWN] = Object.assign(new URL(url), { pathname: `/${name}` }).href
  return {
    giveBack() {
      ownDatabase('drop', url, name)
      if (before) process.env[OWN] = before
      else delete process.env[OWN]
    },
  }
}
let made = 0

export function ownDatabase(what: 'create' | 'drop' | 'sweep', url: string, name = ''): void {
  const file = fileURLToPath(new URL('./own-database.ts', import.meta.url))
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', file, what, url, name], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** A new folder for the data of a program, where `test/setup.ts` says that there is room. */
export const newDataFolder = (): string =>
  mkdtempSync(join(process.env.ASCENDORE_TEST_DATA ?? tmpdir(), 'ascendore-test-'))

/** A migrated, empty embedded database that `test/setup.ts` makes once a run. */
const template = () => process.env.ASCENDORE_TEST_TEMPLATE

/** PostgreSQL's own `template1` and `template0`, half of the files; nothing connects to them, so nothing changes them. */
const UNTOUCHED = ['base/1', 'base/4']

/** Starts a test file from the template, which saves it five seconds of setting up. */
export function copyTemplate(dataDir: string): void {
  const from = template()
  if (!from || !existsSync(join(from, 'db'))) return
  const [source, target] = [join(from, 'db'), join(dataDir, 'db')]
  const untouched = UNTOUCHED.map(part => join(source, part))
  cpSync(source, target, { recursive: true, filter: path => !untouched.includes(path) })
  for (const part of UNTOUCHED) linkFolder(join(source, part), join(target, part))
}

function linkFolder(source: string, target: string): void {
  mkdirSync(target)
  for (const file of readdirSync(source)) linkSync(join(source, file), join(target, file))
}

/** Statements as the owner of the schema, outside any role. */
export async function asOwner<T>({ app }: Program, work: (session: Session) => Promise<T>): Promise<T> {
  const { engine } = app.database
  const session = await engine.acquire()
  try {
    return await work(session)
  } finally {
    engine.release(session)
  }
}
