import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs'
import { flushCompileCache } from 'node:module'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig } from '#core/config.ts'
import { makeLog } from '#core/log.ts'
import { copyTemplate, newDataFolder, ownDatabase, templateUrl } from './database.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LOCK = join(ROOT, 'package-lock.json')
const CACHE = join(ROOT, 'node_modules', '.cache', 'ascendore-test')

/** What a run inside a run begins with, and one in a copy of the sources: they may have other tables. */
let inside: string | undefined

/** Where Linux keeps files in memory. A quarter of the processor's time of a run was the disk's, for data that is thrown away. */
const MEMORY = '/dev/shm'
const IN_MEMORY = 'ascendore-tests-'
const ROOM_BYTES = 4 * 2 ** 30
let inMemory: string | undefined

/** A folder in memory, where there is plenty of it. */
function memoryFolder(): string | undefined {
  try {
    for (const name of readdirSync(MEMORY))
      if (isOrphan(name)) rmSync(join(MEMORY, name), { recursive: true })
    const { bavail, bsize } = statfsSync(MEMORY)
    if (bavail * bsize < ROOM_BYTES || freemem() < 2 * ROOM_BYTES) return undefined
    return mkdtempSync(join(MEMORY, `${IN_MEMORY}${process.pid}-`))
  } catch {
    return undefined
  }
}

/** What a run that was killed has left. */
function isOrphan(name: string): boolean {
  if (!name.startsWith(IN_MEMORY)) return false
  return !existsSync(`/proc/${name.slice(IN_MEMORY.length).split('-')[0]}`)
}

/** Runs once before all test files: migrates the database that they share or copy. A run inside a run begins with that one's. */
export async function globalSetup(): Promise<void> {
  const url = templateUrl()
  if (url) {
    ownDatabase('sweep', url)
    const folder = mkdtempSync(join(tmpdir(), 'ascendore-template-'))
    await migrateIn(folder, url)
    rmSync(folder, { recursive: true, force: true })
  } else if (process.env.ASCENDORE_TEST_TEMPLATE || !existsSync(LOCK)) {
    inside = newDataFolder()
    copyTemplate(inside)
    await migrateIn(inside)
    process.env.ASCENDORE_TEST_TEMPLATE = inside
  } else {
    process.env.ASCENDORE_TEST_TEMPLATE = await keptTemplate()
    inMemory = memoryFolder()
    if (!inMemory) return
    cpSync(process.env.ASCENDORE_TEST_TEMPLATE, join(inMemory, 'template'), { recursive: true })
    process.env.ASCENDORE_TEST_TEMPLATE = join(inMemory, 'template')
    process.env.ASCENDORE_TEST_DATA = inMemory
  }
}

export async function globalTeardown(): Promise<void> {
  for (const folder of [inside, inMemory]) if (folder) rmSync(folder, { recursive: true, force: true })
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
  // Compiled modules are written at the end of a process, and those of this one's tests begin now.
  flushCompileCache()
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
