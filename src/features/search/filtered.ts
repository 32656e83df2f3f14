import { adderOf, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { tableOf } from '#core/record/definition.ts'
import { COUNTED_AT_MOST } from './searched.ts'
import type { Ranked, Scope } from './turn.ts'

/** As a cursor holds it: to the microsecond, as rows are ordered. */
const MOMENT = `to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
/** Nothing was asked in words, so each is as good as the other. */
const RANK = 10_000

/**
 * Records that meet the filters of their types, where nothing is asked in words: those changed last first, and of those changed
 * at one moment the newest, as the lists have them.
 * @param behind moment and id of the last row of the page before
 */
export async function filteredRows(
  tx: Tx,
  scopes: Scope[],
  limit: number,
  behind: [string, string] | undefined,
): Promise<Ranked> {
  if (!scopes.length) return { rows: [], facets: {}, total: 0 }
  const params: unknown[] = []
  const add = adderOf(params)
  const place = behind
    ? ` and (t.updated_at, t.id) < (${add(behind[0], 'timestamptz')}, ${add(behind[1], 'uuid')})`
    : ''
  const parts = scopes.map(({ record, where, params: own }) => {
    const visible = where.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + params.length}`)
    params.push(...own)
    const from = `from ${tableOf(record)} t where ${visible}`
    const type = `'${record.contract.name}' as type`
    return {
      page: `(select ${type}, t.id, t.updated_at as at ${from}${place} order by t.updated_at desc, t.id desc limit ${limit})`,
      count: `select ${type}, count(*)::int as n from (select 1 ${from} limit ${COUNTED_AT_MOST + 1}) c`,
    }
  })
  const text = `with p as (${parts.map(({ page }) => page).join(' union all ')}),
    page as (select * from p order by at desc, id desc limit ${limit})
    select type, id, ${MOMENT} as at, null::int as n from page
    union all select type, null, null, n from (${parts.map(({ count }) => count).join(' union all ')}) c where n > 0
    order by at desc, id desc`
  const found = await tx.as('ascendore_search', () => tx.session.rows(text, params))
  const facets = Object.fromEntries(
    found.flatMap(({ type, n }) => (n === null ? [] : [[type as string, n as number]])),
  )
  const rows: Row[] = found.filter(({ id }) => id !== null).map(row => ({ ...row, rank: RANK }))
  return { rows, facets, total: Object.values(facets).reduce((sum, n) => sum + n, 0) }
}
