import { z } from 'zod'
import type { Row } from '../db/engine.ts'
import type { Tx } from '../db/workspace.ts'
import { invalid } from '../errors.ts'
import { type Page, pageFrom, queryMark, readCursor } from '../record/cursor.ts'
import { wholeNumber } from './parameters.ts'

const ROWS_DEFAULT = 50
export const ROWS_AT_MOST = 200

/** The paging parameters of lists that are not records. */
export const paging = {
  limit: wholeNumber(1, ROWS_AT_MOST).optional().meta({ description: 'Rows a page, 50 by default' }),
  cursor: z.string().max(4000).optional().meta({ description: 'The `nextCursor` of the page before' }),
}

/** The envelope of a list (R3 4.6). */
export const listOf = (item: z.ZodType) =>
  z.object({ rows: z.array(item), total: z.int(), nextCursor: z.string().nullable() })

/** Of lists that are little. */
export const pagingQuery = z.strictObject({
  ...paging,
  limit: wholeNumber(1, ROWS_AT_MOST)
    .optional()
    .meta({ description: `Rows a page, ${ROWS_AT_MOST} by default` }),
})

/** One page of what is little and was read whole: by itself all of it. @throws Refusal 400 for a bad cursor */
export function pageOfAll<R extends { id: string }>(
  rows: R[],
  { limit = ROWS_AT_MOST, cursor: given }: { limit?: number; cursor?: string },
  name: string,
): Page<R> {
  const mark = queryMark(name)
  const place = given ? rows.findIndex(({ id }) => id === readCursor(given, mark, ['id']).values[0]) : -1
  if (given && place < 0)
    throw invalid({ path: 'cursor', message: 'has lost its place; start again without it' })
  const found = rows.slice(place + 1, place + 2 + limit)
  return pageFrom(found, limit, { total: rows.length, totalIsEstimate: false }, mark, row => [row.id])
}

type Given = {
  select: string
  /** `from … where …`, with its parameters. */
  from: string
  params: unknown[]
  /** The column of an id that sorts by time. */
  key: string
  query: { limit?: number; cursor?: string }
  /** The latest first; else in the order of making. */
  newestFirst?: boolean
}

/** One page by keyset, as R3 4.6 wants it. @throws Refusal 400 for a bad cursor */
export async function readPage(tx: Tx, { select, from, params, key, query, newestFirst = false }: Given) {
  const limit = query.limit ?? ROWS_DEFAULT
  const mark = queryMark([from, params])
  const cursor = query.cursor ? readCursor(query.cursor, mark, ['id']) : undefined
  const total =
    cursor?.total ?? ((await tx.session.rows(`select count(*) as n ${from}`, params))[0]!.n as number)
  const place = `$${params.length + 1}::uuid`
  const found = await tx.session.rows(
    `select ${select}, ${key} as "pageKey" ${from} and (${place} is null or ${key} ${newestFirst ? '<' : '>'} ${place}) order by ${key}${newestFirst ? ' desc' : ''} limit ${limit + 1}`,
    [...params, cursor?.values[0] ?? null],
  )
  const page = pageFrom(found, limit, { total, totalIsEstimate: false }, mark, row => [row.pageKey])
  return { ...page, rows: page.rows.map(({ pageKey: _, ...row }): Row => row) }
}
