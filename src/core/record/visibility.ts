import { ownerAndMaker } from '../db/columns.ts'
import type { Add } from '../db/engine.ts'
import type { Tx, Who } from '../db/workspace.ts'
import { columnOf, type RecordDefinition } from './definition.ts'

/** The user on whose behalf a transaction runs, as SQL. */
export const ME = `nullif(current_setting('app.user_id', true), '')::uuid`

/**
 * How a row is asked whether it names the caller. `=` may be looked up by an index. `beside words` is as true: the index of words
 * answers it for those who own or made a record (`ownSearchIndex`), and else it is asked of the rows that words have found.
 */
export type Equals = '=' | 'beside words'

/**
 * The condition under which a caller who sees their own only sees a row: it names them, or a record on which
 * it hangs (or on which that one hangs in turn) is theirs. One text serves the row-level policies, where
 * `me` reads the setting, and explicit conditions, where it is a parameter.
 * @param isMine asks of an id whether it is of such a record, where the statement knows them already (`mineGathered`)
 */
export function ownCondition(
  record: RecordDefinition,
  alias: string,
  me: string,
  to: 'read' | 'change' = 'read',
  isMine = (id: string) => hangsOnMine(alias, id, me),
  equals: Equals = '=',
): string {
  if (record.writers === 'maker' && to === 'change') return `${alias}.created_by_id = ${me}`
  if (record.visibility === 'workspace') return 'true'
  const { own, through = [], open } = record.visibility
  if (equals === 'beside words' && walkedKeys(record)) return `${ownerAndMaker(`${alias}.`)} @> array[${me}]`
  const is = equals === '=' ? '=' : 'is not distinct from'
  const mine = own.map(key => `${alias}.${columnOf(record, key).name} ${is} ${me}`)
  const hanging = through.map(key => isMine(`${alias}.${columnOf(record, key).name}`))
  const shared = open && to === 'read' ? [`${alias}.${columnOf(record, open).name}`] : []
  return `(${[...mine, ...hanging, ...shared].join(' or ')})`
}

/** The fields that alone decide whether a row is one's own; undefined where what it hangs on, or a field, opens it too. */
export function ownKeys({ visibility }: RecordDefinition): readonly string[] | undefined {
  if (visibility === 'workspace' || visibility.through?.length || visibility.open) return undefined
  return visibility.own
}

/** Those fields, where each has an index in which one's own rows stand in the order of their last change (`recordKeys`). */
export function walkedKeys(record: RecordDefinition): readonly string[] | undefined {
  const keys = ownKeys(record)
  return keys?.includes('ownerId') && keys.every(key => key === 'ownerId' || key === 'createdById')
    ? keys
    : undefined
}

const names = (me: string, r: string) => `${me} in (${r}.owner_id, ${r}.created_by_id, ${r}.assignee_id)`

/** Whether the record with that id, or its parent, names `me`; by the directory, for any record type. */
export const hangsOnMine = (alias: string, id: string, me: string): string =>
  `exists (select 1 ${hanging(alias, id, me)})`

const hanging = (alias: string, id: string, me: string): string =>
  `from records d left join records p on p.workspace_id = d.workspace_id and p.id = d.parent_id
    where d.workspace_id = ${alias}.workspace_id and d.id = ${id} and (${names(me, 'd')} or ${names(me, 'p')})`

/**
 * Whether this caller may change the row, as the policies judge it. Said of each row of a page by itself: of an `exists` among what
 * is selected the planner makes a hash of the whole directory, which it cannot of the single value that this asks for.
 */
export function mayChangeExpression(record: RecordDefinition, { role }: Who, alias = 't'): string {
  if (role === 'VIEWER' || (role === 'MEMBER' && record.writers === 'admin')) return 'false'
  if (role !== 'MEMBER') return 'true'
  const isMine = (id: string) => `(select true ${hanging(alias, id, ME)})`
  return `coalesce(${ownCondition(record, alias, ME, 'change', isMine)}, false)`
}

/**
 * The CTE `mine`: the ids of all records of which `hangsOnMine` holds. A statement that asks it of many rows gathers them once,
 * where row by row the planner has each of its conditions, and each of row-level security's beside them, read the whole directory.
 */
export const mineGathered = (workspace: string, me: string): string =>
  `mine as materialized (select d.id from records d where d.workspace_id = ${workspace} and (${names(me, 'd')}
    or d.parent_id in (select p.id from records p where p.workspace_id = ${workspace} and ${names(me, 'p')})))`

/** Whether this caller sees only their own records of the type. */
export const seesOwnOnly = (record: RecordDefinition, who: Who): boolean => {
  if (record.visibility === 'workspace') return false
  if (isPrivate(record)) return who.role === 'MEMBER' || who.role === 'VIEWER'
  return who.role === 'MEMBER' && who.visibility === 'own'
}

/** Whether only those whom the row names see it, beside admins. */
export const isPrivate = ({ visibility }: RecordDefinition): boolean =>
  visibility !== 'workspace' && visibility.private === true

/** Whether what this caller sees of the type depends on what its rows hang on. */
export const seesThrough = (record: RecordDefinition, who: Who): boolean =>
  record.visibility !== 'workspace' && !!record.visibility.through?.length && seesOwnOnly(record, who)

/**
 * The workspace and visibility of rows `alias`, said explicitly: row-level security is the second lock,
 * and ids are also ranked by a role that it does not narrow.
 */
export function scopeCondition(
  record: RecordDefinition,
  who: Who,
  alias: string,
  add: Add,
  isMine?: (id: string) => string,
  equals?: Equals,
): string {
  const conditions = [
    `${alias}.workspace_id = ${add(who.workspaceId, 'uuid')}`,
    `${alias}.deleted_at is null`,
  ]
  if (seesOwnOnly(record, who))
    conditions.push(ownCondition(record, alias, add(who.userId, 'uuid'), 'read', isMine, equals))
  return conditions.join(' and ')
}

/** Has what is issued with it planned for what this caller owns, who may own much or little. */
export function planAnew(tx: Tx, record: RecordDefinition): void {
  if (seesOwnOnly(record, tx.who))
    tx.session.script('set local plan_cache_mode = force_custom_plan').catch(() => {})
}

/**
 * Has what is issued with it walk along indexes. To the planner, who knows only how much is anybody's, gathering and sorting looks as good
 * where most own little, and is not for those who own much.
 */
export function walkAlong(tx: Tx): void {
  tx.session.script('set local enable_bitmapscan = off').catch(() => {})
}
