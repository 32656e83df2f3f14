import { DatabaseFault } from '../db/engine.ts'
import type { Tx } from '../db/workspace.ts'
import { invalid } from '../errors.ts'
import { liveCount } from './counts.ts'
import type { Total } from './cursor.ts'
import { columnOf, type RecordDefinition, tableOf } from './definition.ts'
import { ownKeys, seesOwnOnly } from './visibility.ts'

/** With a filter, a total is exact up to here. */
export const COUNTED_AT_MOST = 10_000

function misfit(error: unknown): never {
  if (error instanceof DatabaseFault && error.code.startsWith('22'))
    throw invalid({ path: 'filter', message: 'holds a value that does not fit' })
  throw error
}

/** How many rows name the caller, each counted by the first of the columns that does, so that each count stays in one index. */
async function ownCount(tx: Tx, record: RecordDefinition, keys: readonly string[]): Promise<number> {
  const columns = keys.map(key => `t.${columnOf(record, key).name}`)
  const counts = columns.map((column, i) => {
    const earlier = columns.slice(0, i).map(other => ` and ${other} is distinct from $2::uuid`)
    return `(select count(*) from ${tableOf(record)} t where t.workspace_id = $1::uuid and t.deleted_at is null and ${column} = $2::uuid${earlier.join('')})`
  })
  const [row] = await tx.session.rows(`select ${counts.join(' + ')} as n`, [
    tx.who.workspaceId,
    tx.who.userId,
  ])
  return row!.n as number
}

/** How many rows the selection holds: kept counters for the whole, else counted as far as SPEC 1 asks. */
export async function totalOf(
  tx: Tx,
  record: RecordDefinition,
  selection: { where: string; params: unknown[]; isWhole: boolean; leaky: boolean },
): Promise<Total> {
  if (selection.isWhole) {
    const ownOnly = seesOwnOnly(record, tx.who)
    if (!ownOnly) return { total: await liveCount(tx, record.contract.name), totalIsEstimate: false }
    const keys = ownKeys(record)
    if (keys) return { total: await ownCount(tx, record, keys), totalIsEstimate: false }
  }
  const from = `from ${tableOf(record)} t where ${selection.where}`
  const bound = selection.isWhole ? '' : ` limit ${COUNTED_AT_MOST + 1}`
  const counting = () =>
    tx.session.rows(`select count(*) as n from (select 1 ${from}${bound}) c`, selection.params)
  const [row] = await (selection.leaky ? tx.as('ascendore_search', counting) : counting()).catch(misfit)
  const counted = row!.n as number
  if (selection.isWhole || counted <= COUNTED_AT_MOST) return { total: counted, totalIsEstimate: false }
  const [plan] = await tx.session.values(`explain (format json) select 1 ${from}`, selection.params)
  const [{ Plan }] = plan![0] as [{ Plan: { 'Plan Rows': number } }]
  return { total: Math.max(counted, Math.round(Plan['Plan Rows'])), totalIsEstimate: true }
}
