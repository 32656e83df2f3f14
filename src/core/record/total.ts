import type { Tx } from '../db/workspace.ts'
import { liveCount } from './counts.ts'
import type { Total } from './cursor.ts'
import { columnOf, type RecordDefinition, tableOf } from './definition.ts'
import { untilChange } from './kept.ts'
import type { Selection } from './list.ts'
import { misfit } from './misfit.ts'
import { ownKeys, planAnew, seesOwnOnly } from './visibility.ts'

/** With a filter, a total is exact up to here. */
export const COUNTED_AT_MOST = 10_000

/** How many rows name the caller, each counted by the first of the columns that does, so that each count stays in one index. */
async function ownCount(tx: Tx, record: RecordDefinition, keys: readonly string[]): Promise<number> {
  const columns = keys.map(key => `t.${columnOf(record, key).name}`)
  const counts = columns.map((column, i) => {
    const earlier = columns.slice(0, i).map(other => ` and ${other} is distinct from $2::uuid`)
    return `(select count(*) from ${tableOf(record)} t where t.workspace_id = $1::uuid and t.deleted_at is null and ${column} = $2::uuid${earlier.join('')})`
  })
  const text = `select ${counts.join(' + ')} as n`
  const params = [tx.who.workspaceId, tx.who.userId]
  return untilChange(tx, [text, params], async () => {
    planAnew(tx, record)
    return (await tx.session.rows(text, params))[0]!.n as number
  })
}

type Counted = Pick<Selection, 'where' | 'params' | 'isWhole' | 'asSearch' | 'before'>

/** How many rows the selection holds: kept counters for the whole, else counted as far as `COUNTED_AT_MOST`. */
export async function totalOf(tx: Tx, record: RecordDefinition, selection: Counted): Promise<Total> {
  if (selection.isWhole) {
    const ownOnly = seesOwnOnly(record, tx.who)
    if (!ownOnly) return { total: await liveCount(tx, record.contract.name), totalIsEstimate: false }
    const keys = ownKeys(record)
    if (keys) return { total: await ownCount(tx, record, keys), totalIsEstimate: false }
  }
  const from = `from ${tableOf(record)} t where ${selection.where}`
  const bound = selection.isWhole ? '' : ` limit ${COUNTED_AT_MOST + 1}`
  return untilChange(tx, [from, selection.params], () => {
    planAnew(tx, record)
    return counted(tx, from, bound, selection)
  })
}

async function counted(
  tx: Tx,
  from: string,
  bound: string,
  { params, isWhole, asSearch, before }: Counted,
): Promise<Total> {
  const counting = () =>
    tx.session.rows(`${before}select count(*) as n from (select 1 ${from}${bound}) c`, params)
  const [row] = await (asSearch ? tx.as('ascendore_search', counting) : counting()).catch(misfit('filter'))
  const found = row!.n as number
  if (isWhole || found <= COUNTED_AT_MOST) return { total: found, totalIsEstimate: false }
  const [plan] = await tx.session.values(`explain (format json) ${before}select 1 ${from}`, params)
  const [{ Plan }] = plan![0] as [{ Plan: { 'Plan Rows': number } }]
  return { total: Math.max(found, Math.round(Plan['Plan Rows'])), totalIsEstimate: true }
}
