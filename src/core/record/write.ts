import { SQL, sql } from 'drizzle-orm'
import { type PgColumn, PgDialect } from 'drizzle-orm/pg-core'
import { arrayLiteral } from '../db/engine.ts'
import type { Who } from '../db/workspace.ts'
import type { EventAction } from '../events/actions.ts'
import { newId } from '../ids.ts'
import {
  type Change,
  castOf,
  columnOf,
  directoryColumns,
  hasColumn,
  type RecordDefinition,
  tableOf,
} from './definition.ts'
import { typeKeyOf } from './related.ts'
import { inTrash, selectList } from './select.ts'

/** A statement that is ready to run. */
export type Statement = { text: string; params: unknown[] }

const dialect = new PgDialect()

/** Collects parameters and hands out their places, cast to the type that the column has. */
class Params {
  readonly values: unknown[] = []
  add(value: unknown, cast: string): string {
    this.values.push(value)
    return `$${this.values.length}::${cast}`
  }
}

/** A value as the text that PostgreSQL reads for the column. */
export function encodeFor(column: PgColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null
  const type = castOf(column)
  if (type.endsWith('[]')) return arrayLiteral(value as unknown[])
  return type === 'jsonb' ? JSON.stringify(value) : value
}

/** The part of an event row that is the same for every change of one request. */
const eventColumns = (who: Who, params: Params) =>
  [
    params.add(who.userId, 'uuid'),
    params.add(who.causeId ?? null, 'uuid'),
    params.add(who.ip ?? null, 'inet'),
    params.add(who.userAgent?.slice(0, 500) ?? null, 'text'),
    params.add(who.requestId ?? null, 'text'),
    params.add(who.apiKeyId ?? null, 'uuid'),
  ] as const

/**
 * Creates rows, their directory entries and their events in one statement. With `read` it answers the
 * records as they are read, else their ids only.
 */
export function insertStatement(
  record: RecordDefinition,
  who: Who,
  rows: Change[],
  { read, asItHappened = false }: { read: boolean; asItHappened?: boolean },
): Statement {
  const params = new Params()
  const keys = [...new Set(rows.flatMap(row => Object.keys(row)))].filter(key => hasColumn(record, key))
  const columns = keys.map(key => columnOf(record, key))
  const tuples = rows.map(row => {
    const cells = columns.map((column, i) => {
      const value = row[keys[i]!]
      return value === undefined ? 'default' : params.add(encodeFor(column, value), castOf(column))
    })
    return `(${cells.join(',')})`
  })
  const [actor, cause, ip, agent, request, apiKey] = eventColumns(who, params)
  const ids = params.add(arrayLiteral(rows.map(row => row.id)), 'uuid[]')
  const eventIds = params.add(arrayLiteral(rows.map(() => newId())), 'uuid[]')
  const changes = params.add(
    arrayLiteral(rows.map(row => JSON.stringify(createdChanges(record, row)))),
    'jsonb[]',
  )
  const text = `with new as (insert into ${tableOf(record)} (${columns.map(c => c.name).join(',')}) values ${tuples.join(',')} returning *),
${noOldRow(record)}listed as (${directoryInsert(record)}),
told as (insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, changes, cause_id, ip, user_agent, request_id, api_key_id, created_at)
  select n.workspace_id, e.event_id, ${asItHappened ? `coalesce(n.created_by_id, ${actor})` : actor}, 'created', '${record.contract.name}', n.id, e.changes, ${cause}, ${ip}, ${agent}, ${request}, ${apiKey}, ${asItHappened ? 'n.created_at' : 'now()'}
  from unnest(${ids}, ${eventIds}, ${changes}) e(id, event_id, changes) join new n on n.id = e.id)
select ${read ? selectList(record, who) : 't.id'} from new t`
  return { text, params: params.values }
}

/** Companion statements speak of `old`, which a created row does not have. */
function noOldRow(record: RecordDefinition): string {
  return record.alongside
    ? `old as (select * from ${tableOf(record)} where false),\n${record.alongside},\n`
    : ''
}

function directoryInsert(record: RecordDefinition): string {
  const extra = Object.entries(directoryColumns(record))
  const into = extra.map(([name]) => `, ${name}`).join('')
  const from = extra.map(([, key]) => `, n.${columnOf(record, key).name}`).join('')
  return `insert into records (workspace_id, id, type${into}) select n.workspace_id, n.id, '${record.contract.name}'${from} from new n`
}

/** What the event itself says already. */
const NOT_TOLD = new Set(['id', 'workspaceId', 'createdById', 'updatedAt'])
const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0

/** What a `created` event tells: each field that was given. */
function createdChanges(record: RecordDefinition, row: Change): Record<string, { new: unknown }> {
  const told: Record<string, { new: unknown }> = {}
  for (const key of Object.keys(record.contract.fields)) {
    const value = row[key]
    if (value === undefined || value === null || NOT_TOLD.has(key) || isEmpty(value)) continue
    told[key] = { new: value }
  }
  return told
}

export type UpdateOptions = {
  /** The versions that the caller means; another one is answered by `changed` 0. */
  versions?: readonly number[]
  action?: EventAction
  /** Which rows may be changed: live ones (default) or those in the trash. */
  among?: 'live' | 'trash'
}

/**
 * Locks the row, changes it where anything differs, brings the directory up to date and appends the event,
 * in one statement. Answers the record, how many rows changed (`changed`) and the version that was found
 * (`foundVersion`); no row where none may be changed.
 */
export function updateStatement(
  record: RecordDefinition,
  who: Who,
  id: string,
  values: Change,
  options: UpdateOptions = {},
): SQL {
  const table = sql.raw(tableOf(record))
  const keys = Object.keys(values).filter(key => hasColumn(record, key))
  const names = keys.map(key => columnOf(record, key).name)
  const expressions = keys.map(key => newValue(record, key, values[key]))
  const differs = keys.map((_, i) => sql`old.${sql.raw(names[i]!)} is distinct from ${expressions[i]!}`)
  const assignments = keys.map((_, i) => sql`${sql.raw(names[i]!)} = ${expressions[i]!}`)
  const among = sql.raw(options.among === 'trash' ? 'deleted_at is not null' : 'deleted_at is null')
  const version = options.versions
    ? sql` and old.version = any(${arrayLiteral(options.versions)}::int[])`
    : sql``
  return sql`with old as (
  select * from ${table} where workspace_id = ${who.workspaceId}::uuid and id = ${id}::uuid and ${among} for update),
new as (
  update ${table} t set ${sql.join([...assignments, sql`updated_at = now()`, sql`version = t.version + 1`], sql`, `)}
  from old where t.workspace_id = ${who.workspaceId}::uuid and t.id = old.id${version} and (${differs.length ? sql.join(differs, sql` or `) : sql`false`})
  returning t.*)${sql.raw(record.alongside ? `,\n${record.alongside}` : '')}${directoryUpdate(record, keys)},
told as (${eventInsert(record, who, options.action ?? 'updated', changesExpression(record, keys))})
select ${sql.raw(selectList(record, who))}, (select count(*)::int from new) as changed, (select version from old) as "foundVersion"
from (select * from new union all select * from old where not exists (select 1 from new)) t`
}

/**
 * Puts all those records into the trash that are not there yet and that the caller may change, with an event each, in one
 * statement. Answers the ids of those that it moved.
 */
export function removeManyStatement(record: RecordDefinition, who: Who, ids: string[]): SQL {
  const table = sql.raw(tableOf(record))
  const events = sql`unnest(${arrayLiteral(ids)}::uuid[], ${arrayLiteral(ids.map(() => newId()))}::uuid[]) e(id, event_id)`
  return sql`with old as (
  select * from ${table} where workspace_id = ${who.workspaceId}::uuid and id = any(${arrayLiteral(ids)}::uuid[]) and deleted_at is null order by id for update),
new as (
  update ${table} t set deleted_at = now(), updated_at = now(), version = t.version + 1
  from old where t.workspace_id = ${who.workspaceId}::uuid and t.id = old.id returning t.*)${sql.raw(record.alongside ? `,\n${record.alongside}` : '')}${directoryUpdate(record, ['deletedAt'])},
told as (${eventInsert(record, who, 'deleted', sql`'{}'::jsonb`, { id: sql`e.event_id`, from: sql`join ${events} on e.id = n.id` })})
select id from new`
}

/**
 * Changes those of the records, live (or any), in which anything differs, with an event each, in one statement. Answers the ids of
 * those that it changed. Values may be SQL over the row before the change, `old`.
 */
export function updateManyStatement(
  record: RecordDefinition,
  who: Who,
  ids: string[],
  values: Change,
  among: 'live' | 'any' = 'live',
): SQL {
  const table = sql.raw(tableOf(record))
  const keys = Object.keys(values).filter(key => hasColumn(record, key))
  const pairs = keys.map(key => ({
    name: sql.raw(columnOf(record, key).name),
    value: newValue(record, key, values[key]),
  }))
  const differs = pairs.map(({ name, value }) => sql`old.${name} is distinct from ${value}`)
  const assignments = pairs.map(({ name, value }) => sql`${name} = ${value}`)
  const events = sql`unnest(${arrayLiteral(ids)}::uuid[], ${arrayLiteral(ids.map(() => newId()))}::uuid[]) e(id, event_id)`
  return sql`with old as (
  select * from ${table} where workspace_id = ${who.workspaceId}::uuid and id = any(${arrayLiteral(ids)}::uuid[])${sql.raw(among === 'live' ? ' and deleted_at is null' : '')} order by id for update),
new as (
  update ${table} t set ${sql.join([...assignments, sql`updated_at = now()`, sql`version = t.version + 1`], sql`, `)}
  from old where t.workspace_id = ${who.workspaceId}::uuid and t.id = old.id and (${sql.join(differs, sql` or `)})
  returning t.*)${sql.raw(record.alongside ? `,\n${record.alongside}` : '')}${directoryUpdate(record, keys)},
told as (${eventInsert(record, who, 'updated', changesExpression(record, keys), { id: sql`e.event_id`, from: sql`join ${events} on e.id = n.id` })})
select id from new`
}

function newValue(record: RecordDefinition, key: string, value: unknown): SQL {
  if (value instanceof SQL) return value
  const column = columnOf(record, key)
  const cast = sql.raw(castOf(column))
  if (key === 'customFields')
    return sql`jsonb_strip_nulls(old.custom_fields || ${JSON.stringify(value)}::jsonb)`
  const kind = record.contract.fields[key]?.kind
  const link = kind === 'link' || kind === 'related' ? column : linkOfType(record, key)
  if (value === null && link) {
    // A link to a record in the trash reads as null; sending that null back must not forget the link.
    const test = inTrash(`old.${link.name}`).replace('t.workspace_id', 'old.workspace_id')
    return sql.raw(`case when ${test} then old.${column.name} end`)
  }
  return sql`${encodeFor(column, value)}::${cast}`
}

/** The column of the link whose type that field names: of `relatedId` for `relatedType`. */
function linkOfType(record: RecordDefinition, typeKey: string): PgColumn | undefined {
  const link = Object.entries(record.contract.fields).find(
    ([key, { kind }]) => kind === 'related' && typeKeyOf(key) === typeKey,
  )
  return link && columnOf(record, link[0])
}

/**
 * What an `updated` event tells: each column that differs, old and new, as it reads on the wire. Also those
 * that follow from others, since an undo must put back all of it.
 */
function changesExpression(record: RecordDefinition, keys: string[]): SQL {
  const parts = keys
    .filter(key => key !== 'deletedAt')
    .map(key => {
      const column = columnOf(record, key)
      const told = (row: string) =>
        column.getSQLType().startsWith('timestamp')
          ? `to_char(${row}.${column.name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
          : `${row}.${column.name}`
      return `case when old.${column.name} is distinct from n.${column.name} then jsonb_build_object('${key}', jsonb_build_object('old', ${told('old')}, 'new', ${told('n')})) else '{}'::jsonb end`
    })
  return sql.raw(parts.length ? parts.join(' || ') : `'{}'::jsonb`)
}

/** @param each the event's own id, and what has to be joined to know it: a new id where there is one row at most */
function eventInsert(
  record: RecordDefinition,
  who: Who,
  action: EventAction,
  changes: SQL,
  each = { id: sql`${newId()}::uuid`, from: sql`` },
): SQL {
  return sql`insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, changes, cause_id, ip, user_agent, request_id, api_key_id)
  select n.workspace_id, ${each.id}, ${who.userId}::uuid, ${action}::text, ${record.contract.name}::text, n.id, ${changes},
    ${who.causeId ?? null}::uuid, ${who.ip ?? null}::inet, ${who.userAgent?.slice(0, 500) ?? null}::text, ${who.requestId ?? null}::text, ${who.apiKeyId ?? null}::uuid
  from new n join old on old.id = n.id ${each.from}`
}

/** Brings the directory entry up to date where the change touches what stands in it. */
function directoryUpdate(record: RecordDefinition, keys: string[]): SQL {
  const touched = Object.entries(directoryColumns(record)).filter(([, key]) => keys.includes(key))
  const sets = touched.map(([name, key]) => `${name} = n.${columnOf(record, key).name}`)
  if (keys.includes('deletedAt'))
    sets.push(
      'deleted_at = n.deleted_at',
      "deleted_by_id = case when n.deleted_at is null then null else nullif(current_setting('app.user_id', true), '')::uuid end",
    )
  if (!sets.length) return sql``
  return sql.raw(
    `,\nlisted as (update records r set ${sets.join(', ')} from new n where r.workspace_id = n.workspace_id and r.id = n.id)`,
  )
}

/** Compiles a Drizzle fragment for the session. */
export function compile(statement: SQL): Statement {
  const { sql: text, params } = dialect.sqlToQuery(statement)
  return { text, params }
}
