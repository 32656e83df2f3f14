import { arrayLiteral } from '#core/db/engine.ts'
import type { Database } from '#core/db/workspace.ts'
import { isUuid } from '#core/ids.ts'
import type { Schedule } from '#core/jobs/jobs.ts'
import type { Storage } from '#core/storage.ts'
import { fileKey, note } from './run.ts'

const KEPT_DAYS = 30
const AT_ONCE = 200
/** Longer than any upload takes, from its first byte to the commit of its import. */
const ORPHANED_AFTER_MS = 24 * 3600 * 1000

/** Files and refused rows hold people's data, so they go when nobody can want them any more. */
export const cleanImports: Schedule = {
  name: 'imports-clean',
  cron: '17 3 * * *',
  async run(database, log, { storage }) {
    for (;;) {
      const old = await database.inSystem('ascendore_worker', scope =>
        scope.session.rows(
          `select workspace_id as "workspaceId", id from imports where purged_at is null
           and coalesce(finished_at, updated_at) < now() - interval '${KEPT_DAYS} days' limit ${AT_ONCE}`,
        ),
      )
      for (const { workspaceId, id } of old as Array<{ workspaceId: string; id: string }>) {
        await storage.delete(fileKey(workspaceId, id))
        const system = {
          workspaceId,
          userId: null,
          role: 'ADMIN',
          visibility: 'workspace',
          timezone: 'UTC',
        } as const
        await database.inWorkspace(system, async tx => {
          await tx.session.rows(
            'delete from import_errors where workspace_id = $1::uuid and import_id = $2::uuid',
            [workspaceId, id],
          )
          await note(tx, id, { purgedAt: new Date().toISOString() }, 'purged')
        })
      }
      if (old.length) log.info({ imports: old.length }, 'old import files deleted')
      if (old.length < AT_ONCE) return
    }
  },
}

/** Files are stored before their import is committed: where the program was killed in between, nobody knows them. */
export const sweepImports: Schedule = {
  name: 'imports-sweep',
  cron: '47 3 * * *',
  async run(database, log, { storage }) {
    const workspaces = await database.inSystem('ascendore_worker', scope =>
      scope.session.rows('select id from workspaces order by id'),
    )
    let count = 0
    for (const { id } of workspaces) count += await sweep(database, storage, id as string)
    if (count) log.info({ files: count }, 'orphaned import files deleted')
  },
}

/** Deletes the files of a workspace that no import knows; answers how many. */
async function sweep(database: Database, storage: Storage, workspaceId: string): Promise<number> {
  let count = 0
  const clear = async (keys: string[]) => {
    const orphans = await withoutImport(database, workspaceId, keys)
    for (const key of orphans) await storage.delete(key)
    count += orphans.length
  }
  let old: string[] = []
  for await (const { key, modifiedAt } of storage.list(fileKey(workspaceId))) {
    if (Date.now() - modifiedAt.getTime() < ORPHANED_AFTER_MS) continue
    old.push(key)
    if (old.length < AT_ONCE) continue
    await clear(old)
    old = []
  }
  await clear(old)
  return count
}

async function withoutImport(database: Database, workspaceId: string, keys: string[]): Promise<string[]> {
  const idOf = (key: string) => key.slice(key.lastIndexOf('/') + 1)
  const ids = keys.map(idOf).filter(isUuid)
  const rows = await database.inSystem('ascendore_worker', scope =>
    scope.session.rows('select id from imports where workspace_id = $1::uuid and id = any($2::uuid[])', [
      workspaceId,
      arrayLiteral(ids),
    ]),
  )
  const known = new Set(rows.map(row => row.id))
  return keys.filter(key => !known.has(idOf(key)))
}
