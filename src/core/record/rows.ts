import { adderOf, arrayLiteral, type Row } from '../db/engine.ts'
import type { Tx, Who } from '../db/workspace.ts'
import { columnOf, type RecordDefinition, rowsById, tableOf } from './definition.ts'
import type { Selection } from './list.ts'
import { misfit } from './misfit.ts'
import { jsonSelectList, selectList } from './select.ts'
import { after, orderBy } from './sort.ts'

/**
 * Reads the rows of a selection behind the values of a cursor, at most `limit`; `total` says how many there are, where that
 * is known. @throws Refusal 400 where a value does not fit
 */
export type Read<R> = (
  tx: Tx,
  record: RecordDefinition,
  selection: Selection,
  limit: number,
  behind?: unknown[],
  total?: number,
) => Promise<R[]>

export const readRows: Read<Row> = async (tx, record, selection, limit, behind, total) => {
  const { from, params } = rowsOf(tx.who, record, selection, limit, behind, total)
  if (selection.asSearch) return readInOrder(tx, record, await idsOf(tx, selection, from, params, behind))
  const text = `${selection.before}select ${selectList(record, tx.who)} ${from}`
  return tx.session.rows(text, params, plannedFor(selection)).catch(misfitOf(behind))
}

/** The same, each row as the text of its JSON. */
export const readTexts: Read<string> = async (tx, record, selection, limit, behind, total) => {
  const { from, params } = rowsOf(tx.who, record, selection, limit, behind, total)
  if (selection.asSearch) {
    const ids = await idsOf(tx, selection, from, params, behind)
    return inOrder(
      ids,
      await tx.session.values(
        textsOf(tx, record, `from ${rowsById(record, '$2')}`),
        [tx.who.workspaceId, arrayLiteral(ids)],
        'once',
      ),
    )
  }
  const text = selection.before + textsOf(tx, record, from)
  const found = await tx.session.values(text, params, plannedFor(selection)).catch(misfitOf(behind))
  return found.map(([, json]) => json as string)
}

/** Reads records under row-level security in the order of the ids. */
export async function readInOrder(tx: Tx, record: RecordDefinition, ids: string[]): Promise<Row[]> {
  if (!ids.length) return []
  const text = `select ${selectList(record, tx.who)} from ${rowsById(record, '$2')}`
  const rows = await tx.session.rows(text, [tx.who.workspaceId, arrayLiteral(ids)], 'once')
  return inOrder(
    ids,
    rows.map(row => [row.id, row]),
  )
}

function inOrder<R>(ids: string[], found: unknown[][]): R[] {
  const byId = new Map(found as [string, R][])
  return ids.flatMap((id): R[] => (byId.has(id) ? [byId.get(id)!] : []))
}

/** Ids and JSON of the rows of a statement, in its order. */
const textsOf = (tx: Tx, record: RecordDefinition, from: string) =>
  `select r.id, row_to_json(r)::text from (select ${jsonSelectList(record, tx.who)} ${from}) r`

/** From so many matches on, walking along the order meets a page of them sooner than sorting all does. */
const FREQUENT = 2000

function rowsOf(
  who: Who,
  record: RecordDefinition,
  { where, keys, search, walked, ...selection }: Selection,
  limit: number,
  behind: unknown[] | undefined,
  total = 0,
): { from: string; params: unknown[] } {
  // The conditions that are always there are said anew where it is walked.
  const params = walked ? [] : [...selection.params]
  const table = tableOf(record)
  const order = orderBy(keys)
  const add = adderOf(params)
  const place = behind ? ` and ${after(keys, behind, add)}` : ''
  const page = `order by ${order} limit ${limit}`
  if (walked) {
    // A page of each stands at the head of its index, and the page of all is among these: no more is read of much or of little.
    const [workspace, me] = [add(who.workspaceId, 'uuid'), add(who.userId, 'uuid')]
    const pages = walked.map(
      key =>
        `(select t.updated_at, t.id from ${table} t where t.workspace_id = ${workspace} and t.deleted_at is null and t.${columnOf(record, key).name} = ${me}${place} ${page})`,
    )
    const ids = `select * from (${pages.join(' union ')}) t ${page}`
    return {
      from: `from (${ids}) p join ${table} t on t.workspace_id = ${workspace} and t.id = p.id order by ${order}`,
      params,
    }
  }
  // Under row-level security the planner has no statistics of LIKE and expects few matches. OFFSET 0 keeps the
  // words out of the inner statement, which then has nothing better to follow than the order.
  const from =
    search && total > FREQUENT
      ? `from (select * from ${table} t where ${search.rest}${place} order by ${order} offset 0) t where ${search.words} ${page}`
      : `from ${table} t where ${where}${place} ${page}`
  return { from, params }
}

async function idsOf(
  tx: Tx,
  { before }: Selection,
  from: string,
  params: unknown[],
  behind: unknown[] | undefined,
): Promise<string[]> {
  const reading = () => tx.session.rows(`${before}select t.id ${from}`, params)
  const rows = await tx.as('ascendore_search', reading).catch(misfitOf(behind))
  return rows.map(row => row.id as string)
}

const plannedFor = ({ isWalk }: Selection) => (isWalk ? 'once' : undefined)

const misfitOf = (behind: unknown[] | undefined) => misfit(behind ? 'cursor' : 'filter')
