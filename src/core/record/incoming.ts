import { arrayLiteral } from '../db/engine.ts'
import type { Tx } from '../db/workspace.ts'
import { columnOf, hasColumn, type RecordDefinition, tableOf } from './definition.ts'
import { allRecords } from './registry.ts'
import { typeKeyOf } from './related.ts'

type Link = { record: RecordDefinition; key: string; kind: 'link' | 'links' | 'related' }

/** Each field of any record type by which records link to that type. */
export function linksTo(type: string): Link[] {
  return allRecords().flatMap(record =>
    Object.entries(record.contract.fields).flatMap(([key, f]): Link[] => {
      if ((f.kind === 'link' || f.kind === 'links') && f.target === type)
        return [{ record, key, kind: f.kind }]
      return f.kind === 'related' ? [{ record, key, kind: f.kind }] : []
    }),
  )
}

/** The condition that row `t` links to one of the records `$2` of the type. */
export function linkTest({ record, key, kind }: Link, type: string): string {
  const column = `t.${columnOf(record, key).name}`
  if (kind === 'links') return `${column} && $2::uuid[]`
  const isOfType = kind === 'related' ? ` and t.${columnOf(record, typeKeyOf(key)).name} = '${type}'` : ''
  return `${column} = any($2::uuid[])${isOfType}`
}

/** Those of the records to which another record links that is not in the trash, also one that the caller does not see. */
export async function linkedAmong(
  tx: Tx,
  { contract }: RecordDefinition,
  ids: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>()
  for (const link of linksTo(contract.name)) {
    const asked = ids.filter(id => !found.has(id))
    if (!asked.length) break
    const { record, key, kind } = link
    const column = `t.${columnOf(record, key).name}`
    const each = kind === 'links' ? `unnest(${column})` : column
    const isLive = hasColumn(record, 'deletedAt') ? ' and t.deleted_at is null' : ''
    const rows = await tx.as('ascendore_admin', () =>
      tx.session.rows(
        `select distinct ${each} as id from ${tableOf(record)} t where t.workspace_id = $1::uuid and ${linkTest(link, contract.name)}${isLive}`,
        [tx.who.workspaceId, arrayLiteral(asked)],
      ),
    )
    for (const { id } of rows) if (asked.includes(id as string)) found.add(id as string)
  }
  return found
}
