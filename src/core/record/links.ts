import { arrayLiteral, type Row } from '../db/engine.ts'
import type { Tx } from '../db/workspace.ts'
import { type Issue, invalid } from '../errors.ts'
import { type Change, columnOf, type RecordDefinition, rowsById, tableOf } from './definition.ts'
import { hasRecord, recordNamed } from './registry.ts'
import { typeKeyOf } from './related.ts'
import { isNullInTrash } from './select.ts'

type Wanted = { path: string; type: string; id: string }

/**
 * Checks that every record to which the values link is there, live, of the right type, and visible to the
 * caller; also good is what the record `changed` names already. @throws Refusal 400 naming the field
 */
export async function checkLinks(
  tx: Tx,
  record: RecordDefinition,
  rows: Change[],
  changed?: string,
): Promise<void> {
  const wanted = rows.flatMap(values => linksOf(record, values))
  if (!wanted.length) return
  const found = await liveIds(tx, wanted)
  let missing = wanted.filter(({ type, id }) => !found.has(`${type} ${id}`))
  if (missing.length && changed) missing = await withoutKept(tx, record, changed, missing)
  if (missing.length) {
    throw invalid(
      missing
        .slice(0, 20)
        .map(({ path, type }): Issue => ({ path, code: 'NO_SUCH', message: `no such ${type}` })),
    )
  }
}

/** Those but the links that go on naming what was deleted: a client may send back what it read. */
async function withoutKept(
  tx: Tx,
  record: RecordDefinition,
  id: string,
  missing: Wanted[],
): Promise<Wanted[]> {
  const naming = missing.filter(({ path }) => !isNullInTrash(record.contract.fields[path]!))
  const stands = await standing(tx, record, id, naming)
  return missing.filter(link => !naming.includes(link) || stands[link.path] !== link.id)
}

/** What those fields of the record hold now. */
async function standing(
  tx: Tx,
  record: RecordDefinition,
  id: string,
  named: Array<{ path: string }>,
): Promise<Row> {
  if (!named.length) return {}
  const columns = [...new Set(named.map(({ path }) => `${columnOf(record, path).name} as "${path}"`))]
  const [row] = await tx.session.rows(
    `select ${columns.join(', ')} from ${tableOf(record)} where workspace_id = $1::uuid and id = $2::uuid`,
    [tx.who.workspaceId, id],
  )
  return row ?? {}
}

/** A record hangs on another or on none, so both fields that say on which are empty where one of them is emptied. */
export function withPairs(record: RecordDefinition, values: Change): Change {
  const paired = { ...values }
  for (const [path, f] of Object.entries(record.contract.fields)) {
    if (f.kind !== 'related') continue
    const typePath = typeKeyOf(path)
    if (values[path] === null) paired[typePath] = null
    else if (values[typePath] === null && values[path] === undefined) paired[path] = null
  }
  return paired
}

function linksOf(record: RecordDefinition, values: Change): Wanted[] {
  const wanted: Wanted[] = []
  for (const [path, f] of Object.entries(record.contract.fields)) {
    const value = values[path]
    if (value === undefined && f.kind === 'related') refuseTypeAlone(path, values)
    if (value === undefined || value === null) continue
    if (f.kind === 'link') wanted.push({ path, type: f.target!, id: value as string })
    if (f.kind === 'links') for (const id of value as string[]) wanted.push({ path, type: f.target!, id })
    if (f.kind === 'related') wanted.push(relatedLink(path, values))
  }
  return wanted
}

/** A type alone would say of the id that is there, or of none, that it is of that type. */
function refuseTypeAlone(path: string, values: Change): void {
  const typePath = typeKeyOf(path)
  if (typeof values[typePath] === 'string')
    throw invalid({ path, code: 'GO_TOGETHER', message: `must be given with ${typePath}` })
}

/** `relatedId` speaks of a record of the type that `relatedType` names beside it. */
function relatedLink(path: string, values: Change): Wanted {
  const typePath = typeKeyOf(path)
  const type = values[typePath]
  if (typeof type !== 'string')
    throw invalid({ path: typePath, code: 'GO_TOGETHER', message: `must be given with ${path}` })
  if (!hasRecord(type))
    throw invalid({ path: typePath, code: 'NO_SUCH', message: 'no such record type here' })
  return { path, type, id: values[path] as string }
}

/** Which of the wanted records are live and visible, as "type id". */
async function liveIds(tx: Tx, wanted: Wanted[]): Promise<Set<string>> {
  const byType = new Map<string, Set<string>>()
  for (const { type, id } of wanted) byType.set(type, (byType.get(type) ?? new Set()).add(id))
  const params: unknown[] = [tx.who.workspaceId]
  const selects = [...byType].map(([type, ids]) => {
    params.push(arrayLiteral([...ids]))
    return `select '${type} ' || t.id as key from ${rowsById(recordNamed(type), `$${params.length}`)} where t.deleted_at is null`
  })
  const rows = await tx.session.rows(selects.join(' union all '), params)
  return new Set(rows.map(row => row.key as string))
}

/**
 * Checks that every user whom the values name is a member here, or whom the record `changed` names already: what somebody
 * who has left owned is still changed. @throws Refusal 400 naming the field
 */
export async function checkMembers(
  tx: Tx,
  record: RecordDefinition,
  rows: Change[],
  changed?: string,
): Promise<void> {
  const named: Array<{ path: string; id: string }> = []
  for (const [path, f] of Object.entries(record.contract.fields)) {
    if (f.kind !== 'member') continue
    for (const values of rows) {
      const id = values[path]
      if (typeof id === 'string' && id !== tx.who.userId) named.push({ path, id })
    }
  }
  const known = await membersAmong(
    tx,
    named.map(({ id }) => id),
  )
  let missing = named.filter(({ id }) => !known.has(id))
  if (missing.length && changed) {
    const stands = await standing(tx, record, changed, missing)
    missing = missing.filter(({ path, id }) => stands[path] !== id)
  }
  if (missing.length)
    throw invalid(
      missing.slice(0, 20).map(({ path }) => ({ path, code: 'NO_SUCH', message: 'no such member' })),
    )
}

/** Those of the users who are members here. */
export async function membersAmong(tx: Tx, ids: string[]): Promise<Set<string>> {
  if (!ids.length) return new Set()
  const rows = await tx.session.rows(
    'select user_id as id from memberships where workspace_id = $1::uuid and user_id = any($2::uuid[]) and removed_at is null',
    [tx.who.workspaceId, arrayLiteral([...new Set(ids)])],
  )
  return new Set(rows.map(row => row.id as string))
}

/**
 * Whoever looks whether a company or a person is there, and makes them where they are not, takes turns with others who do: two
 * imports, and two leads of one company converted at once, make it once. Taken before rows are locked.
 */
export async function takeTurnsAtLinked(tx: Tx): Promise<void> {
  const key = `linked ${tx.who.workspaceId}`
  await tx.session.rows('select pg_advisory_xact_lock(hashtextextended($1, 0))', [key])
}
