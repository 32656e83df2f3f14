import { arrayLiteral } from '../db/engine.ts'
import type { Tx } from '../db/workspace.ts'
import { columnOf, hasColumn, type RecordDefinition, tableOf } from './definition.ts'
import { allRecords } from './registry.ts'
import { typeKeyOf } from './related.ts'

type Link = { record: RecordDefinition; key: string; kind: 'link' | 'links' | 'related' }

/** Each field of any record type by which records link to that type. */
export const linksTo = (type: string): Link[] => allRecords().flatMap(record => linksBetween(record, type))

function linksBetween(record: RecordDefinition, type: string): Link[] {
  const { fields } = record.contract
  return Object.entries(fields).flatMap(([key, { kind, target }]): Link[] => {
    if (kind === 'link' || kind === 'links') return target === type ? [{ record, key, kind }] : []
    return kind === 'related' && fields[typeKeyOf(key)]?.options?.includes(type)
      ? [{ record, key, kind }]
      : []
  })
}

/** The fields by which people hang records of one type on those of another. */
export const hangingKeys = (record: RecordDefinition, type: string): string[] =>
  linksBetween(record, type)
    .map(({ key }) => key)
    .filter(key => hasColumn(record, key) && record.contract.fields[key]!.writable !== 'never')

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
