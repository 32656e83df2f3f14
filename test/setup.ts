import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig } from '#core/config.ts'
import { makeLog } from '#core/log.ts'
import { copyTemplate, ownDatabase, templateUrl } from './database.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LOCK = join(ROOT, 'package-lock.json')
const CACHE = join(ROOT, 'node_modules', '.cache', 'ascendore-test')

/** What a run inside a run begins with, and one in a copy of the sources: they may have other tables. */
let inside: string | undefined

/** Runs once before all test files: migrates the database that they share or copy. A run inside a run begins with that one's. */
export async function globalSetup(): Promise<void> {
  const url = templateUrl()
  if (url) {
    ownDatabase('sweep', url)
    const folder = mkdtempSync(join(tmpdir(), 'ascendore-template-'))
    await migrateIn(folder, url)
    rmSync(folder, { recursive: true, force: true })
  } else if (process.env.ASCENDORE_TEST_TEMPLATE || !existsSync(LOCK)) {
    inside = mkdtempSync(join(tmpdir(), 'ascendore-template-'))
    copyTemplate(inside)
    await migrateIn(inside)
    process.env.ASCENDORE_TEST_TEMPLATE = inside
  } else process.env.ASCENDORE_TEST_TEMPLATE = await keptTemplate()
}

export async function globalTeardown(): Promise<void> {
  if (inside) rmSync(inside, { recursive: true, force: true })
}

/**
 * The embedded database as the migrations leave it, kept from run to run while they and the packages stay the same. What else
 * a start installs (rights, queues) each program brings up to date by itself, as in any older database.
 */
async function keptTemplate(): Promise<string> {
  const kept = join(CACHE, schemaMark())
  if (existsSync(kept)) return kept
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'making-'))
  await migrateIn(folder)
  for (const name of readdirSync(CACHE))
    if (!name.startsWith('making-')) rmSync(join(CACHE, name), { recursive: true, force: true })
  try {
    renameSync(folder, kept)
  } catch (error) {
    // Another run was first.
    if (!existsSync(kept)) throw error
    rmSync(folder, { recursive: true, force: true })
  }
  return kept
}

function schemaMark(): string {
  const hash = createHash('sha256')
  const migrations = readdirSync(join(ROOT, 'migrations')).filter(name => name.endsWith('.sql'))
  const files = [...migrations.sort().map(name => join('migrations', name)), 'package-lock.json']
  for (const file of files) hash.update(readFileSync(join(ROOT, file)))
  return hash.digest('hex').slice(0, 16)
}

async function migrateIn(folder: string, url?: string): Promise<void> {
  const env = {
    DATA_DIR: folder,
    DATABASE_URL: url,
    JWT_SECRET: 'a secret of the tests, 32 characters at least',
    SEED: 'none',
    LOG_LEVEL: 'warn',
  }
  const { startProgram } = await import('#core/program.ts')
  const program = await startProgram(readConfig(env), makeLog('warn'))
  await program.stop()
}
