import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#core/config.ts'
import { makeLog } from '#core/log.ts'
import { startProgram } from '#core/program.ts'
import { copyTemplate, ownDatabase, templateUrl } from './database.ts'

let folder: string | undefined

/** Runs once before all test files: migrates the database that they share or copy. A run inside a run begins with that one's. */
export async function globalSetup(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'ascendore-template-'))
  const url = templateUrl()
  if (url) ownDatabase('sweep', url)
  else copyTemplate(folder)
  const env = {
    DATA_DIR: folder,
    DATABASE_URL: url,
    JWT_SECRET: 'a secret of the tests, 32 characters at least',
    SEED: 'none',
    LOG_LEVEL: 'warn',
  }
  const program = await startProgram(readConfig(env), makeLog('warn'))
  await program.stop()
  process.env.ASCENDORE_TEST_TEMPLATE = folder
}

export async function globalTeardown(): Promise<void> {
  if (folder) rmSync(folder, { recursive: true, force: true })
}
