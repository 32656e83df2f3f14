import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { EMPTY_DATABASE, filesAreThere } from '../src/core/db/empty.ts'

/** Makes the empty database that a first start begins with, which takes PostgreSQL seconds; once for each version of it. */
if (!filesAreThere()) {
  mkdirSync(dirname(EMPTY_DATABASE), { recursive: true })
  const making = mkdtempSync(`${EMPTY_DATABASE}-`)
  const database = await PGlite.create(join(making, 'db'))
  await database.close()
  try {
    renameSync(join(making, 'db'), EMPTY_DATABASE)
  } catch (error) {
    // Another start was first.
    if (!filesAreThere()) throw error
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}
