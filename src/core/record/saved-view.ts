import type { Tx } from '../db/workspace.ts'
import { invalid } from '../errors.ts'
import type { RecordDefinition } from './definition.ts'
import { checkFilter, type Filter } from './filter-language.ts'

/** What a list takes from a saved view that the caller sees. @throws Refusal 400 at `view` */
export async function savedViewOf(
  tx: Tx,
  { contract }: RecordDefinition,
  id: string,
): Promise<{ filter: Filter[]; sort: string | undefined }> {
  const [row] = await tx.session.rows(
    'select filter, sort from saved_views where workspace_id = $1::uuid and id = $2::uuid and entity = $3 and deleted_at is null',
    [tx.who.workspaceId, id, contract.name],
  )
  if (!row)
    throw invalid({ path: 'view', code: 'NO_SUCH', message: `no such saved view of ${contract.path}` })
  return {
    filter: row.filter ? [checkFilter(row.filter)] : [],
    sort: (row.sort as string | null) ?? undefined,
  }
}
