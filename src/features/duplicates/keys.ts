import { arrayLiteral } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import type { EventRow, Follower } from '#core/events/follow.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { foldedTitleOf } from '#core/record/title.ts'
import { doubled, marksOf, tellingName } from './marks.ts'

/** How alike two names must be, as pg_trgm's `similarity` says it, from 0 to 1. */
export const ALIKE = 0.55
/** Neighbours in the order of names with which each is compared, before it and behind it. */
const NEIGHBOURS = 3
/** Of the names that are alike, so many are kept for each record: the likest. */
const KEPT_AT_MOST = 3
/** Names that are alike share so many letters at their beginning or at their end. */
const SAME_LETTERS = 2
/** An index entry has some 2,700 bytes at most, a letter four. */
const KEY_CHARACTERS = 300
const EVENTS_AT_ONCE = 200

export type Key = { workspaceId: string; id: string }

const COMES_OR_GOES = ['created', 'deleted', 'restored', 'purged']
const mayChangeKeys = (record: RecordDefinition, { action, changes }: EventRow): boolean => {
  const fields = [...record.contract.title, ...marksOf(record).map(({ field }) => field)]
  return COMES_OR_GOES.includes(action) || fields.some(field => field in changes)
}

/** Keeps up what may be double, so that whoever asks reads it, however many records there are. */
export const duplicateFollower: Follower = {
  name: 'duplicates',
  atOnce: EVENTS_AT_ONCE,
  async handle(scope, events) {
    for (const record of doubled()) {
      const touched = new Map<string, Key>()
      for (const event of events)
        if (event.entityType === record.contract.name && mayChangeKeys(record, event))
          touched.set(`${event.workspaceId} ${event.entityId}`, {
            workspaceId: event.workspaceId,
            id: event.entityId,
          })
      if (touched.size) await keepKeys(scope, record, [...touched.values()])
    }
  },
}

/** Reads the keys of those records anew, and finds what others have in common with them. Nobody else may do so meanwhile. */
export async function keepKeys(scope: Scope, record: RecordDefinition, touched: Key[]): Promise<void> {
  const params = [
    arrayLiteral(touched.map(({ workspaceId }) => workspaceId)),
    arrayLiteral(touched.map(({ id }) => id)),
  ]
  // On a table that has just been filled, the statistics say that it is empty.
  await scope.session.script('set local enable_seqscan = off; set local plan_cache_mode = force_custom_plan')
  for (const statement of statementsOf(record)) await scope.session.rows(statement, params)
}

const BATCH = 'batch as (select distinct * from unnest($1::uuid[], $2::uuid[]) k(workspace_id, id))'

/**
 * Keys are found by their record's id alone, which no two types share: asked for its type as well, a planner that has not yet
 * learned of a table that is being filled takes the primary key, and reads all of the type for each record.
 */
function statementsOf(record: RecordDefinition): string[] {
  const entity = `'${record.contract.name}'`
  const sameMark = (a: string, b: string) =>
    `${a}.workspace_id = ${b}.workspace_id and ${a}.entity = ${entity} and ${a}.kind = ${b}.kind and ${a}.key = ${b}.key`
  const keyRow = (kind: string, expression: string) =>
    `select workspace_id, '${kind}', left(${expression}, ${KEY_CHARACTERS}), id from own where ${expression} <> ''`
  return [
    // The keys go, and whoever is left alone with one of them is no longer double.
    `with ${BATCH}, gone as (delete from duplicate_keys k using batch b where k.workspace_id = b.workspace_id and k.id = b.id returning k.*),
      left_by as (select distinct workspace_id, kind, key from gone where is_doubled)
    update duplicate_keys k set is_doubled = false from left_by l where ${sameMark('k', 'l')} and k.is_doubled and k.id <> all($2::uuid[])
      and not exists (select from duplicate_keys o where ${sameMark('o', 'k')} and o.id <> k.id and o.id <> all($2::uuid[]))`,
    `with ${BATCH} delete from duplicate_names n using batch b where n.workspace_id = b.workspace_id and n.a = b.id`,
    `with ${BATCH} delete from duplicate_names n using batch b where n.workspace_id = b.workspace_id and n.b = b.id`,
    `with ${BATCH}, own as (select t.workspace_id, t.id, ${tellingName(record, foldedTitleOf(record))} as title${marksOf(
      record,
    )
      .map(({ expression }, i) => `, ${expression('t')} as mark${i}`)
      .join(
        '',
      )} from batch b join ${tableOf(record)} t on t.workspace_id = b.workspace_id and t.id = b.id where t.deleted_at is null)
    insert into duplicate_keys (workspace_id, entity, kind, key, id) select r.workspace_id, ${entity}, r.kind, r.key, r.id from (
      ${[keyRow('name', 'title'), keyRow('reversed', 'reverse(title)'), ...marksOf(record).map(({ kind }, i) => keyRow(kind, `mark${i}`))].join(' union ')}) r(workspace_id, kind, key, id)`,
    `with ${BATCH}, mine as (select distinct k.workspace_id, k.kind, k.key from batch b join duplicate_keys k on k.workspace_id = b.workspace_id
        and k.id = b.id where k.kind <> 'reversed')
    update duplicate_keys k set is_doubled = true from mine m where ${sameMark('k', 'm')} and not k.is_doubled
      and exists (select from duplicate_keys o where ${sameMark('o', 'k')} and o.id <> k.id)`,
    alikeStatement(entity),
  ]
}

/**
 * Compares each name with its neighbours in the order of names, once from their beginning and once from their end, which finds
 * a typo wherever it stands without comparing all with all (the sorted neighbourhood method of Hernández and Stolfo, 1995).
 */
function alikeStatement(entity: string): string {
  const beside = (sign: '<' | '>', order: 'asc' | 'desc') =>
    `(select o.id, o.key from duplicate_keys o where o.workspace_id = m.workspace_id and o.entity = ${entity} and o.kind = m.kind
      and (o.key, o.id) ${sign} (m.key, m.id) order by o.key ${order}, o.id ${order} limit ${NEIGHBOURS})`
  return `with ${BATCH}, mine as materialized (select k.* from batch b join duplicate_keys k on k.workspace_id = b.workspace_id and k.id = b.id
      where k.kind in ('name', 'reversed')),
    near as (select distinct m.workspace_id, m.id, n.id as other_id, case m.kind when 'name' then m.key else reverse(m.key) end as title,
      case m.kind when 'name' then n.key else reverse(n.key) end as other
      from mine m cross join lateral (${beside('<', 'desc')} union all ${beside('>', 'asc')}) n where n.key <> m.key),
    judged as (select *, case when ${isNear} then similarity(title, other) else 0 end as likeness from near),
    best as (select *, row_number() over (partition by workspace_id, id order by likeness desc, other_id) as place from judged where likeness >= ${ALIKE})
    insert into duplicate_names (workspace_id, a, b, entity, name, likeness)
    select workspace_id, least(id, other_id), greatest(id, other_id), ${entity}, min(least(title, other)), max(likeness) from best
    where place <= ${KEPT_AT_MOST} group by 1, 2, 3 order by 1, 2, 3 on conflict do nothing`
}

/** Says cheaply of most neighbours that they are not alike: too different in length, or in both their first and last letters. */
const isNear = `abs(length(title) - length(other)) * 3 <= length(title)
  and (left(title, ${SAME_LETTERS}) = left(other, ${SAME_LETTERS}) or right(title, ${SAME_LETTERS}) = right(other, ${SAME_LETTERS}))`
