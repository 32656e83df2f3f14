import type { Scope } from '#core/db/workspace.ts'
import type { App } from '#core/feature.ts'
import type { Schedule } from '#core/jobs/jobs.ts'
import { Embedders } from './embedder.ts'
import { markAll, tellQueued } from './queue.ts'

/**
 * Once a day, in every workspace (R0 5): embeds what has no vector of the model that is set, or an older one than its last change, and
 * forgets vectors of other models once there is nothing left to do, and of records that are gone.
 */
export const embeddingRefresh: Schedule = {
  name: 'embeddings-refresh',
  cron: '7 2 * * *',
  async run(_database, _log, app) {
    await refreshAll(app)
  },
}

async function refreshAll(app: App): Promise<void> {
  const workspaces = await app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows('select id from workspaces order by id'),
  )
  for (const { id } of workspaces) await refresh(app, id as string)
}

/** The same for one workspace. */
export async function refresh(app: App, workspaceId: string): Promise<void> {
  const inSystem = <T>(work: (scope: Scope) => Promise<T>) => app.database.inSystem('ascendore_worker', work)
  const { name } = await new Embedders(app).prepare(workspaceId)
  await inSystem(async scope => {
    await scope.session.rows(
      `delete from embeddings e where e.workspace_id = $1::uuid and e.model <> $2
       and not exists (select from embedding_due d where d.workspace_id = $1::uuid)
       and exists (select from embeddings n where n.workspace_id = $1::uuid and n.model = $2)`,
      [workspaceId, name],
    )
    await scope.session.rows(
      `delete from embeddings e where e.workspace_id = $1::uuid
       and not exists (select from records r where r.workspace_id = $1::uuid and r.id = e.record_id and r.deleted_at is null)`,
      [workspaceId],
    )
  })
  await markAll(inSystem, workspaceId, name, 'missing')
  tellQueued()
}
