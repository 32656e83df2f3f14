import { arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { TITLE_AT_MOST, writtenTitle } from '#core/record/title.ts'

/** Events that are read to find what records were called that are gone for good. */
const EVENTS_AT_MOST = 5000

const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** Events with what their record is called, and by id the records that their old and new values name. */
export async function withTitles(tx: Tx, events: Row[]): Promise<Row[]> {
  const linked = new Map(events.map(event => [event, idsIn(event.changes as Told['changes'])]))
  const types = await tx.session.rows(
    'select id, type from records where workspace_id = $1::uuid and id = any($2::uuid[])',
    [tx.who.workspaceId, arrayLiteral([...new Set([...linked.values()].flat())])],
  )
  const titles = await titlesOf(tx, [
    ...events.map(({ entityType, entityId }) => [entityType, entityId] as [string, string]),
    ...types.map(({ type, id }) => [type, id] as [string, string]),
  ])
  return events.map(event => ({
    ...event,
    entityTitle: titles.get(event.entityId as string) || null,
    linkedTitles: Object.fromEntries(
      linked.get(event)!.flatMap(id => (titles.get(id) ? [[id, titles.get(id)]] : [])),
    ),
  }))
}

const idsIn = (changes: Told['changes']): string[] =>
  Object.values(changes ?? {})
    .flatMap(change => [change?.old, change?.new].flat())
    .filter((value): value is string => typeof value === 'string' && ID.test(value))

/** What records are called, also in the trash; and what those were called last that are gone for good, as their own events tell it. */
async function titlesOf(tx: Tx, named: Array<[type: string, id: string]>): Promise<Map<string, string>> {
  const byType = new Map<string, Set<string>>()
  for (const [type, id] of named)
    if (hasRecord(type)) byType.set(type, (byType.get(type) ?? new Set()).add(id))
  const memberships = named.flatMap(([type, id]) => (type === 'membership' ? id : []))
  const titles = await memberNames(tx, memberships)
  if (!byType.size) return titles
  const params: unknown[] = [tx.who.workspaceId]
  const parts = [...byType].map(([type, ids]) => {
    const record = recordNamed(type)
    params.push(arrayLiteral([...ids]))
    return `select t.id, ${writtenTitle(record)} as title from ${tableOf(record)} t where t.workspace_id = $1::uuid and t.id = any($${params.length}::uuid[])`
  })
  const there = await tx.session.rows(parts.join(' union all '), params)
  for (const { id, title } of there) titles.set(id as string, title as string)
  for (const [type, ids] of byType) {
    const gone = [...ids].filter(id => !titles.has(id))
    if (gone.length)
      for (const [id, title] of await lastTitles(tx, recordNamed(type), gone)) titles.set(id, title)
  }
  return titles
}

/** A membership is called as its person, also when they have left. */
async function memberNames(tx: Tx, ids: string[]): Promise<Map<string, string>> {
  if (!ids.length) return new Map()
  const rows = await tx.session.rows(
    `select m.id, u.name from memberships m join users u on u.id = m.user_id
     where m.workspace_id = $1::uuid and m.id = any($2::uuid[])`,
    [tx.who.workspaceId, arrayLiteral([...new Set(ids)])],
  )
  return new Map(rows.map(({ id, name }) => [id as string, name as string]))
}

type Told = { id: string; changes: Record<string, { old?: unknown; new?: unknown }> }

async function lastTitles(
  tx: Tx,
  { contract }: RecordDefinition,
  ids: string[],
): Promise<Map<string, string>> {
  const keys = [...contract.title, ...('email' in contract.fields ? ['email'] : [])]
  const told = (await tx.session.rows(
    `select e.entity_id as id, e.changes from events e where e.workspace_id = $1::uuid and e.entity_id = any($2::uuid[])
       and e.changes ?| $3::text[] order by e.seq desc limit ${EVENTS_AT_MOST}`,
    [tx.who.workspaceId, arrayLiteral(ids), arrayLiteral(keys)],
  )) as Told[]
  const values = new Map<string, Map<string, unknown>>(ids.map(id => [id, new Map()]))
  for (const { id, changes } of told)
    for (const key of keys)
      if (changes[key] && !values.get(id)!.has(key)) values.get(id)!.set(key, changes[key].new)
  return new Map(
    [...values].map(([id, last]) => {
      const title = contract.title.flatMap(key => last.get(key) ?? []).join(' ')
      return [id, (title || String(last.get('email') ?? '')).slice(0, TITLE_AT_MOST)]
    }),
  )
}
