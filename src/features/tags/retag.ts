import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Database, Tx, Who } from '#core/db/workspace.ts'
import type { JobContext, JobDefinition } from '#core/jobs/jobs.ts'
import { rightsNow } from '#core/jobs/rights.ts'
import { columnOf, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { store } from '#core/record/store.ts'
import { tagged } from './list.ts'

/** Records that one transaction changes; the rest are for the job. */
export const RECORDS_AT_ONCE = 500

/** Tags that become another one, or none. */
export const retagging = z.object({
  from: z.array(z.string()),
  into: z.string().nullable(),
  causeId: z.uuid(),
})
export type Retagging = z.infer<typeof retagging>

/** Changes as many records as one transaction should; answers how many, and whether others are left. */
export async function retagSome(
  tx: Tx,
  { from, into }: Pick<Retagging, 'from' | 'into'>,
): Promise<{ changed: number; isDone: boolean }> {
  let changed = 0
  for (const record of tagged()) {
    const ids = await idsWith(tx, record, from, RECORDS_AT_ONCE - changed + 1)
    const some = ids.slice(0, RECORDS_AT_ONCE - changed)
    if (some.length) await store.updateMany(tx, record, some, { tags: newTags(record, from, into) })
    changed += some.length
    if (ids.length > some.length) return { changed, isDone: false }
  }
  return { changed, isDone: true }
}

async function idsWith(tx: Tx, record: RecordDefinition, tags: string[], limit: number): Promise<string[]> {
  const rows = await tx.session.rows(
    `select id from ${tableOf(record)} where workspace_id = $1::uuid and deleted_at is null and tags && $2::text[] limit $3::int`,
    [tx.who.workspaceId, arrayLiteral(tags), limit],
  )
  return rows.map(row => row.id as string)
}

/** The tags of the row `old` with the given ones replaced, each once, in the order in which they stood. */
function newTags(record: RecordDefinition, from: string[], into: string | null) {
  const column = sql.raw(`old.${columnOf(record, 'tags').name}`)
  const given = sql`${arrayLiteral(from)}::text[]`
  return sql`array(select s.became from (
    select case when e.tag = any(${given}) then ${into}::text else e.tag end as became, min(e.place) as place
    from unnest(${column}) with ordinality e(tag, place) group by 1) s where s.became is not null order by s.place)`
}

/** Goes on where a request has stopped, with the rights that its caller has by then. */
export const retagJob: JobDefinition<Retagging> = {
  name: 'retag',
  input: retagging,
  async run({ who: asked, input, database, signal }: JobContext<Retagging>) {
    for (let isDone = false; !isDone; ) {
      signal.throwIfAborted()
      const who = await adminNow(database, asked, input.causeId)
      if (!who) return
      isDone = (await database.inWorkspace(who, tx => retagSome(tx, input))).isDone
    }
  },
}

async function adminNow(database: Database, asked: Who, causeId: string): Promise<Who | undefined> {
  const who = await rightsNow(database, asked, causeId)
  return who?.role === 'OWNER' || who?.role === 'ADMIN' ? who : undefined
}
