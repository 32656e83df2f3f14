import type { Tx, Who } from '../db/workspace.ts'
import { columnOf, type RecordDefinition } from './definition.ts'

/**
 * The condition under which a caller who sees their own only sees a row: it names them, or a record on which
 * it hangs (or on which that one hangs in turn) is theirs. One text serves the row-level policies, where
 * `me` reads the setting, and explicit conditions, where it is a parameter.
 */
export function ownCondition(
  record: RecordDefinition,
  alias: string,
  me: string,
  to: 'read' | 'change' = 'read',
): string {
  if (record.visibility === 'workspace') return 'true'
  const { own, through = [], open } = record.visibility
  const mine = own.map(key => `${alias}.${columnOf(record, key).name} = ${me}`)
  const hanging = through.map(key => hangsOnMine(alias, `${alias}.${columnOf(record, key).name}`, me))
  const shared = open && to === 'read' ? [`${alias}.${columnOf(record, open).name}`] : []
  return `(${[...mine, ...hanging, ...shared].join(' or ')})`
}

/** The fields that alone decide whether a row is one's own; undefined where what it hangs on, or a field, opens it too. */
export function ownKeys({ visibility }: RecordDefinition): readonly string[] | undefined {
  if (visibility === 'workspace' || visibility.through?.length || visibility.open) return undefined
  return visibility.own
}

/** Whether the record with that id, or its parent, names `me`; by the directory, for any record type. */
export function hangsOnMine(alias: string, id: string, me: string): string {
  const names = (r: string) => `${me} in (${r}.owner_id, ${r}.created_by_id, ${r}.assignee_id)`
  return `exists (select 1 from records d left join records p on p.workspace_id = d.workspace_id and p.id = d.parent_id
    where d.workspace_id = ${alias}.workspace_id and d.id = ${id} and (${names('d')} or ${names('p')}))`
}

/** Whether this caller sees only their own records of the type. */
export const seesOwnOnly = (record: RecordDefinition, who: Who): boolean => {
  if (record.visibility === 'workspace') return false
  if (isPrivate(record)) return who.role === 'MEMBER' || who.role === 'VIEWER'
  return who.role === 'MEMBER' && who.visibility === 'own'
}

/** Whether only those whom the row names see it, beside admins. */
export const isPrivate = ({ visibility }: RecordDefinition): boolean =>
  visibility !== 'workspace' && visibility.private === true

/**
 * The workspace and visibility of rows `alias`, said explicitly: row-level security is the second lock,
 * and ids are also ranked by a role that it does not narrow.
 */
export function scopeCondition(
  record: RecordDefinition,
  who: Who,
  alias: string,
  add: (value: unknown, cast: string) => string,
): string {
  const conditions = [
    `${alias}.workspace_id = ${add(who.workspaceId, 'uuid')}`,
    `${alias}.deleted_at is null`,
  ]
  if (seesOwnOnly(record, who)) conditions.push(ownCondition(record, alias, add(who.userId, 'uuid')))
  return conditions.join(' and ')
}

/** Has what is issued with it planned for what this caller owns, who may own much or little. */
export function planAnew(tx: Tx, record: RecordDefinition): void {
  if (seesOwnOnly(record, tx.who))
    tx.session.script('set local plan_cache_mode = force_custom_plan').catch(() => {})
}
