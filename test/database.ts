import { cpSync, existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Session } from '#core/db/engine.ts'
import type { Program } from '#core/program.ts'

/** PostgreSQL where the tests are told one (CI's second leg), else the embedded engine. */
export const testDatabaseUrl = (): string | undefined => process.env.DATABASE_URL || undefined

/** A migrated, empty embedded database that `test/setup.ts` makes once a run. */
const template = () => process.env.ASCENDORE_TEST_TEMPLATE

/** PostgreSQL's own `template1` and `template0`, half of the files; nothing connects to them, so nothing changes them. */
const UNTOUCHED = ['base/1', 'base/4']

/** Starts a test file from the template, which saves it five seconds of setting up. */
export function copyTemplate(dataDir: string): void {
  const from = template()
  if (!from || !existsSync(from)) return
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
