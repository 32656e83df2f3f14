import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url))

/** The version of PGlite, on which the files of a database depend. */
function version(): string {
  try {
    return JSON.parse(readFileSync(join(MODULES, '@electric-sql/pglite/package.json'), 'utf8')).version
  } catch {
    return 'none'
  }
}

/** Where the launcher keeps a database in which there is nothing, as the packages make it (scripts/empty-database.ts). */
export const EMPTY_DATABASE = join(MODULES, '.cache', `empty-database-${version()}`)

export const filesAreThere = (folder = EMPTY_DATABASE): boolean => existsSync(join(folder, 'PG_VERSION'))

/** Puts the files of an empty database into the folder, where it has none; without them PGlite makes its own, in five seconds. */
export function putEmptyDatabase(folder: string): void {
  if (existsSync(folder) || !filesAreThere()) return
  const making = `${folder}.making`
  rmSync(making, { recursive: true, force: true })
  cpSync(EMPTY_DATABASE, making, { recursive: true })
  renameSync(making, folder)
}
