import { adderOf } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { readInOrder } from '#core/record/rows.ts'
import { titleExpression } from '#core/record/title.ts'
import { planAnew, scopeCondition, seesOwnOnly } from '#core/record/visibility.ts'
import { ALIKE } from './keys.ts'
import { type Kind, marksOf, tellingName } from './marks.ts'

/** How sure one thing that two records share makes it that they are one; a name counts by how alike it is. */
const WEIGHTS = { email: 0.95, domain: 0.9, phone: 0.85, name: 0.75 } as const
export const PAIRS_AT_MOST = 5000
const CANDIDATES_AT_MOST = 50

export type Pair = { a: string; b: string; kind: Kind; value: string; likeness: number }

/**
 * Pairs among all records that the caller sees, the surest first, as they are kept up behind the events (keys.ts). One who
 * sees all may be told of a record that is just gone; whoever reads the records leaves it out.
 */
export function pairs(tx: Tx, record: RecordDefinition): Promise<Pair[]> {
  const params: unknown[] = []
  const add = adderOf(params)
  const here = `workspace_id = ${add(tx.who.workspaceId, 'uuid')} and entity = '${record.contract.name}'`
  const isNarrow = seesOwnOnly(record, tx.who)
  const own = isNarrow
    ? `mine as materialized (select t.id from ${tableOf(record)} t where ${scopeCondition(record, tx.who, 't', add)}), `
    : ''
  const seen = (id: string) => (isNarrow ? ` and ${id} in (select id from mine)` : '')
  const kinds = [...new Set(marksOf(record).map(({ kind }) => kind)), 'name']
  // Each kind by itself, in the order of its index.
  const equal = kinds.map(
    kind =>
      `(select k.kind, k.key, k.id from duplicate_keys k where k.${here} and k.kind = '${kind}' and k.is_doubled${seen('k.id')} order by k.key, k.id limit ${PAIRS_AT_MOST})`,
  )
  // Each with the first of those who share a mark: as many pairs as records, however many share it.
  const text = `with ${own}shared as (select kind, key, id, first_value(id) over (partition by kind, key order by id) as first from (${equal.join(' union all ')}) m),
    alike as (select n.a, n.b, n.name, n.likeness from duplicate_names n where n.${here}${seen('n.a')}${seen('n.b')}
      order by n.likeness desc nulls last, n.a, n.b limit ${PAIRS_AT_MOST})
    select * from (select first as a, id as b, kind, key as value, 1.0::real as likeness from shared where first <> id
      union all select a, b, 'name', name, likeness from alike) f
    order by case kind when 'name' then 1 else 0 end, likeness desc, a, b limit ${PAIRS_AT_MOST}`
  planAnew(tx, record)
  return tx.as('ascendore_search', () => tx.session.rows(text, params)) as Promise<Pair[]>
}

/** Pairs of one record with others that the caller sees. */
export async function pairsOf(tx: Tx, record: RecordDefinition, id: string): Promise<Pair[]> {
  const params: unknown[] = []
  const add = adderOf(params)
  const scope = scopeCondition(record, tx.who, 't', add)
  const own = add(id, 'uuid')
  const workspace = add(tx.who.workspaceId, 'uuid')
  const marks = marksOf(record).flatMap(mine =>
    mine.kind === 'domain'
      ? [
          `select t.id as b, k.kind, k.key as value, 1.0::real as likeness from duplicate_keys k join ${tableOf(record)} t on t.workspace_id = k.workspace_id and t.id = k.id, own
           where k.workspace_id = ${workspace} and k.entity = '${record.contract.name}' and k.kind = 'domain' and k.key = ${mine.expression('own')} and ${scope}`,
        ]
      : marksOf(record)
          .filter(({ kind }) => kind === mine.kind)
          .map(
            theirs =>
              `select t.id as b, '${mine.kind}' as kind, ${theirs.expression('t')} as value, 1.0::real as likeness from ${tableOf(record)} t, own
           where ${scope} and ${theirs.expression('t')} = ${mine.expression('own')} and ${mine.expression('own')} <> ''${mine.kind === 'phone' ? ` and t.search_text like '%' || ${mine.expression('own')} || '%'` : ''}`,
          ),
  )
  const title = tellingName(record, titleExpression(record, 't.'))
  const ownTitle = tellingName(record, titleExpression(record, 'own.'))
  const text = `with own as materialized (select * from ${tableOf(record)} where workspace_id = ${workspace} and id = ${own})
    select distinct on (b, kind) ${own} as a, * from (${marks.join(' union all ')} union all
      (select t.id, 'name', ${title}, similarity(${title}, ${ownTitle}) from ${tableOf(record)} t, own
       where ${scope} and ${ownTitle} <> '' and ${ownTitle} <% t.search_text and similarity(${title}, ${ownTitle}) >= ${ALIKE}
       order by 4 desc limit ${CANDIDATES_AT_MOST})) f where b <> ${own} order by b, kind, likeness desc limit ${CANDIDATES_AT_MOST * 4}`
  return (await tx.as('ascendore_search', () => tx.session.rows(text, params))) as Pair[]
}

export type Reason = { kind: Kind; value: string; ids: string[]; likeness: number }

/** From 0 to 1: what speaks for it, taken as if each were independent of the others. */
export const scoreOf = (reasons: Reason[]): number => {
  const best = new Map<Kind, number>()
  for (const { kind, likeness } of reasons)
    best.set(kind, Math.max(best.get(kind) ?? 0, WEIGHTS[kind] * likeness))
  const doubt = [...best.values()].reduce((left, weight) => left * (1 - weight), 1)
  return Math.round((1 - doubt) * 100) / 100
}

/** Pairs joined to groups: whoever is paired with a member of a group is in it. */
export function groupsOf(found: Pair[]): Array<{ ids: string[]; reasons: Reason[]; score: number }> {
  const parent = new Map<string, string>()
  const root = (id: string): string => {
    const up = parent.get(id) ?? id
    return up === id ? id : root(up)
  }
  for (const { a, b } of found) {
    const [x, y] = [root(a), root(b)]
    if (x !== y) parent.set(y, x)
  }
  const groups = new Map<string, { ids: Set<string>; reasons: Map<string, Reason> }>()
  for (const { a, b, kind, value, likeness } of found) {
    const group = groups.get(root(a)) ?? { ids: new Set(), reasons: new Map() }
    groups.set(root(a), group)
    group.ids.add(a).add(b)
    const reason = group.reasons.get(`${kind} ${value}`) ?? { kind, value, ids: [], likeness: 0 }
    group.reasons.set(`${kind} ${value}`, reason)
    reason.ids = [...new Set([...reason.ids, a, b])]
    reason.likeness = Math.max(reason.likeness, Math.round(likeness * 100) / 100)
  }
  return [...groups.values()]
    .map(({ ids, reasons }) => ({
      ids: [...ids],
      reasons: [...reasons.values()],
      score: scoreOf([...reasons.values()]),
    }))
    .sort((x, y) => y.score - x.score || (x.ids[0]! < y.ids[0]! ? -1 : 1))
}

/** The records of those ids that the caller reads, by id. */
export async function recordsOf(tx: Tx, record: RecordDefinition, ids: string[]) {
  const rows = await readInOrder(tx, record, ids)
  return new Map(rows.map(row => [row.id as string, row]))
}
