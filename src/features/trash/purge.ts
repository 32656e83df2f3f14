import { arrayLiteral } from '#core/db/engine.ts'
import { type Database, systemIn, type Tx } from '#core/db/workspace.ts'
import { newId } from '#core/ids.ts'
import type { Log } from '#core/log.ts'
import { columnOf, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { allRecords } from '#core/record/registry.ts'
import { typeKeyOf } from '#core/record/related.ts'
import { store } from '#core/record/store.ts'

const RECORDS_AT_ONCE = 200
export const DEFAULT_RETENTION_DAYS = 30

/**
 * Removes records of the trash for good: their files go along, what else links to them is set to null first, and rows that
 * exist only for them go too; an event says that it happened. Runs with an admin's rights.
 */
export async function purge(tx: Tx, record: RecordDefinition, ids: string[]): Promise<void> {
  const { workspaceId, userId, requestId, apiKeyId } = tx.who
  const place = [workspaceId, arrayLiteral(ids)]
  for (const other of allRecords()) if (other.purgedWith) await purgeHanging(tx, other, other.purgedWith, ids)
  for (const other of allRecords())
    for (const statement of unlinking(other)) await tx.session.rows(statement, place)
  await tx.session.rows(
    'update records set parent_id = null where workspace_id = $1::uuid and parent_id = any($2::uuid[])',
    place,
  )
  await record.rules.purge?.(tx, ids)
  await tx.session.rows(
    `delete from ${tableOf(record)} where workspace_id = $1::uuid and id = any($2::uuid[])`,
    place,
  )
  await tx.session.rows('delete from records where workspace_id = $1::uuid and id = any($2::uuid[])', place)
  await tx.session.rows(
    `insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, request_id, api_key_id)
     select $1::uuid, e.event_id, $4::uuid, 'purged', $5::text, e.id, $6::text, $7::uuid from unnest($2::uuid[], $3::uuid[]) e(id, event_id)`,
    [
      ...place,
      arrayLiteral(ids.map(() => newId())),
      userId,
      record.contract.name,
      requestId ?? null,
      apiKeyId ?? null,
    ],
  )
}

/** Purges what hangs on the ids and goes with them, live or in the trash. */
async function purgeHanging(tx: Tx, record: RecordDefinition, key: string, ids: string[]): Promise<void> {
  for (;;) {
    const rows = (await tx.session.rows(
      `select id, deleted_at is null as "isLive" from ${tableOf(record)}
       where workspace_id = $1::uuid and ${columnOf(record, key).name} = any($2::uuid[]) limit ${RECORDS_AT_ONCE}`,
      [tx.who.workspaceId, arrayLiteral(ids)],
    )) as Array<{ id: string; isLive: boolean }>
    // Deleted first: counts, webhooks and screens know no other way in which a live record goes.
    const live = rows.filter(({ isLive }) => isLive).map(({ id }) => id)
    if (live.length) await store.removeMany(tx, record, live)
    if (rows.length)
      await purge(
        tx,
        record,
        rows.map(({ id }) => id),
      )
    if (rows.length < RECORDS_AT_ONCE) return
  }
}

/** What sets every link to the purged ids to null in one record type's table. */
function unlinking(record: RecordDefinition): string[] {
  const table = tableOf(record)
  return Object.entries(record.contract.fields).flatMap(([key, f]) => {
    if (f.kind !== 'link' && f.kind !== 'related' && f.kind !== 'links') return []
    const column = columnOf(record, key).name
    if (f.kind === 'links') {
      return [
        `update ${table} set ${column} = array(select l from unnest(${column}) l where not l = any($2::uuid[])) where workspace_id = $1::uuid and ${column} && $2::uuid[]`,
      ]
    }
    const type = f.kind === 'related' ? `, ${columnOf(record, typeKeyOf(key)).name} = null` : ''
    return columnOf(record, key).notNull
      ? []
      : [
          `update ${table} set ${column} = null${type} where workspace_id = $1::uuid and ${column} = any($2::uuid[])`,
        ]
  })
}

/** Ids of a type that have been in the trash for longer than so many days, oldest first. */
async function expired(tx: Tx, type: string, days: number): Promise<string[]> {
  const rows = await tx.session.rows(
    `select id from records where workspace_id = $1::uuid and type = $2 and deleted_at < now() - make_interval(days => $3::int) order by deleted_at limit ${RECORDS_AT_ONCE}`,
    [tx.who.workspaceId, type, days],
  )
  return rows.map(row => row.id as string)
}

/** The types of which the workspace has something that has been in the trash for longer than so many days. */
async function expiredTypes(tx: Tx, days: number): Promise<RecordDefinition[]> {
  const rows = await tx.session.rows(
    'select distinct type from records where workspace_id = $1::uuid and deleted_at < now() - make_interval(days => $2::int)',
    [tx.who.workspaceId, days],
  )
  const types = new Set(rows.map(row => row.type))
  return allRecords().filter(({ contract }) => contract.softDelete && types.has(contract.name))
}

/** Once a day, in every workspace: purges what has been in the trash for longer than it keeps things. */
export async function purgeExpired(database: Database, log: Log): Promise<void> {
  const workspaces = await database.inSystem('ascendore_worker', scope =>
    scope.session.rows(
      `select id, coalesce((settings->>'retentionDays')::int, $1::int) as days from workspaces`,
      [DEFAULT_RETENTION_DAYS],
    ),
  )
  for (const workspace of workspaces) {
    const [id, days] = [workspace.id as string, workspace.days as number]
    const who = systemIn(id)
    for (const record of await database.inWorkspace(who, tx => expiredTypes(tx, days), 'read')) {
      for (;;) {
        const count = await database.inWorkspace(who, async tx => {
          const ids = await expired(tx, record.contract.name, days)
          if (ids.length) await purge(tx, record, ids)
          return ids.length
        })
        if (count) log.info({ workspaceId: id, type: record.contract.name, count }, 'purged from the trash')
        if (count < RECORDS_AT_ONCE) break
      }
    }
  }
}
