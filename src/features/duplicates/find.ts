import type { Tx } from '#core/db/workspace.ts'
import { columnOf, hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { readInOrder } from '#core/record/list.ts'
import { allRecords } from '#core/record/registry.ts'
import { foldedTitleOf, titleExpression } from '#core/record/title.ts'
import { scopeCondition } from '#core/record/visibility.ts'

/** How sure one thing that two records share makes it that they are one; a name counts by how alike it is. */
const WEIGHTS = { email: 0.95, domain: 0.9, phone: 0.85, name: 0.75 } as const
export type Kind = keyof typeof WEIGHTS
/** How alike two names must be, as pg_trgm's `similarity` says it, from 0 to 1. */
const ALIKE = 0.55
/** Neighbours in the order of names with which each is compared. */
const NEIGHBOURS = 3
/** Names that are alike share so many letters at their beginning or at their end. */
const SAME_LETTERS = 2
export const PAIRS_AT_MOST = 5000
const CANDIDATES_AT_MOST = 50

export type Pair = { a: string; b: string; kind: Kind; value: string; likeness: number }

/** The record types in which one person or company may stand twice: those with an address, a number or a domain. */
export const doubled = (): RecordDefinition[] =>
  allRecords().filter(
    record =>
      record.routes.includes('create') && 'ownerId' in record.contract.fields && marksOf(record).length > 0,
  )

type Mark = { kind: Kind; expression: (alias: string) => string }

/** What is compared exactly: SQL over a row, null or empty where there is none. */
function marksOf(record: RecordDefinition): Mark[] {
  return Object.entries(record.contract.fields).flatMap(([key, { kind }]): Mark[] => {
    if (kind === 'email' && hasColumn(record, key))
      return [{ kind: 'email', expression: (t: string) => `${t}.${columnOf(record, key).name}` }]
    if (kind === 'phone' && hasColumn(record, `${key}E164`))
      return [{ kind: 'phone', expression: (t: string) => `${t}.${columnOf(record, `${key}E164`).name}` }]
    if (key === 'domain') return [{ kind: 'domain', expression: (t: string) => `crm_fold(${t}.domain)` }]
    return []
  })
}

/**
 * Pairs among all records that the caller sees. Equal marks are found by grouping. Names are compared with their
 * neighbours in order, once from their beginning and once from their end, which finds a typo wherever it stands without
 * comparing all with all (the sorted neighbourhood method of Hernández and Stolfo, 1995).
 */
export function pairs(tx: Tx, record: RecordDefinition): Promise<Pair[]> {
  const params: unknown[] = []
  const add = (value: unknown, cast: string) => `$${params.push(value)}::${cast}`
  const from = `${tableOf(record)} t where ${scopeCondition(record, tx.who, 't', add)}`
  const kinds = new Set(marksOf(record).map(({ kind }) => kind))
  const marks = [...kinds].map(kind => {
    const each = marksOf(record)
      .filter(mark => mark.kind === kind)
      .map(({ expression }) => `select t.id, ${expression('t')} as mark from ${from}`)
    // Each with the first of its group: as many pairs as records, however many share a mark.
    return `select first as a, id as b, '${kind}' as kind, mark as value, 1.0::real as likeness from (
      select id, mark, min(id::text) over (partition by mark)::uuid as first from (${each.join(' union ')}) m where mark <> '') g where id <> first`
  })
  const text = `with named as materialized (select t.id, (${foldedTitleOf(record)}) collate "C" as title from ${from}),
    near as (select least(a, b) as a, greatest(a, b) as b, min(title) as title, max(likeness) as likeness from (
      select a, b, title, case when ${isNear} then similarity(title, other) end as likeness from (${neighbours('title')} union all ${neighbours('reverse(title)')}) n) n
      where likeness >= ${ALIKE} group by 1, 2),
    found as (${marks.join(' union all ')} union all select a, b, 'name', title, likeness from near)
    select * from found order by case kind when 'name' then 1 else 0 end, likeness desc, a, b limit ${PAIRS_AT_MOST}`
  return tx.as('ascendore_search', () => tx.session.rows(text, params)) as Promise<Pair[]>
}

/** Each title with those that follow it in the order; sorted once, and byte by byte, since any order does that keeps likes together. */
function neighbours(order: string): string {
  const ahead = Array.from({ length: NEIGHBOURS }, (_, i) => i + 1)
  const leads = ahead.map(n => `lead(id, ${n}) over w as id${n}, lead(title, ${n}) over w as title${n}`)
  return `select id as a, o.b, title, o.other from (select id, title, ${leads.join(', ')} from named where title <> '' window w as (order by ${order}, id)) s,
    lateral (values ${ahead.map(n => `(id${n}, title${n})`).join(', ')}) o(b, other) where o.b is not null`
}

/** Says cheaply of most neighbours that they are not alike: too different in length, or in both their first and last letters. */
const isNear = `abs(length(title) - length(other)) * 3 <= length(title)
  and (left(title, ${SAME_LETTERS}) = left(other, ${SAME_LETTERS}) or right(title, ${SAME_LETTERS}) = right(other, ${SAME_LETTERS}))`

/** Pairs of one record with others that the caller sees. */
export async function pairsOf(tx: Tx, record: RecordDefinition, id: string): Promise<Pair[]> {
  const params: unknown[] = []
  const add = (value: unknown, cast: string) => `$${params.push(value)}::${cast}`
  const scope = scopeCondition(record, tx.who, 't', add)
  const own = add(id, 'uuid')
  const workspace = add(tx.who.workspaceId, 'uuid')
  const marks = marksOf(record).flatMap(mine =>
    marksOf(record)
      .filter(({ kind }) => kind === mine.kind)
      .map(
        theirs =>
          `select t.id as b, '${mine.kind}' as kind, ${theirs.expression('t')} as value, 1.0::real as likeness from ${tableOf(record)} t, own
           where ${scope} and ${theirs.expression('t')} = ${mine.expression('own')} and ${mine.expression('own')} <> ''${mine.kind === 'phone' ? ` and t.search_text like '%' || ${mine.expression('own')} || '%'` : ''}`,
      ),
  )
  const title = titleExpression(record, 't.')
  const ownTitle = titleExpression(record, 'own.')
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
