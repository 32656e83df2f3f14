import { systemIn } from '#core/db/workspace.ts'
import type { Schedule } from '#core/jobs/jobs.ts'
import { fileKey, note } from './run.ts'

const KEPT_DAYS = 30
const AT_ONCE = 200

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
        await database.inWorkspace(systemIn(workspaceId), async tx => {
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
