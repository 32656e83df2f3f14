import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'

const MOST = 0.5
const ASKED_AGAIN_MS = 600_000
const WORKSPACES_AT_MOST = 1000

const kept = new Map<string, { types: Promise<ReadonlySet<string>>; until: number }>()

/**
 * The record types of whose tables this workspace has most rows, by the planner's own numbers; asked for every ten minutes, since
 * only the way in which rows are found depends on it. None where nothing is known yet.
 */
export function mostlyOurs(tx: Tx, records: RecordDefinition[]): Promise<ReadonlySet<string>> {
  const { workspaceId } = tx.who
  const known = kept.get(workspaceId)
  if (known && known.until > Date.now()) return known.types
  if (kept.size >= WORKSPACES_AT_MOST) kept.clear()
  const types = ask(tx, records)
  kept.set(workspaceId, { types, until: Date.now() + ASKED_AGAIN_MS })
  types.catch(() => kept.delete(workspaceId))
  return types
}

async function ask(tx: Tx, records: RecordDefinition[]): Promise<ReadonlySet<string>> {
  const rows = await tx.session.rows(
    `select n.type from unnest($2::text[], $3::text[]) n(type, name)
      join record_counts c on c.workspace_id = $1::uuid and c.type = n.type
      join pg_class p on p.oid = to_regclass(n.name)
      where p.reltuples > 0 and c.live >= ${MOST} * p.reltuples`,
    [
      tx.who.workspaceId,
      arrayLiteral(records.map(({ contract }) => contract.name)),
      arrayLiteral(records.map(tableOf)),
    ],
  )
  return new Set(rows.map(({ type }) => type as string))
}

/** In a condition over `t`: the same of the workspace, and no index knows it. */
export const unindexed = (condition: string): string =>
  condition.replace('t.workspace_id =', `nullif(t.workspace_id, '00000000-0000-0000-0000-000000000000') =`)
