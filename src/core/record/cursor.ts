import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Row } from '../db/engine.ts'
import { invalid } from '../errors.ts'
import { isUuid } from '../ids.ts'

/** How many rows a list has, and whether that was counted to the end. */
export type Total = { total: number; totalIsEstimate: boolean }
/** Any list on the wire (R3 4.6). */
export type Page<T = Row> = { rows: T[]; total: number; totalIsEstimate?: true; nextCursor: string | null }

/** Where a page ends: the ordering values of its last row, and the total that the first page counted. */
export type Cursor = Total & { query: string; values: unknown[] }

const shape = z.tuple([
  z.string(),
  z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).max(8),
  z.number(),
  z.boolean(),
])

/** A short mark of everything that decides which rows a list shows and in what order. */
export const queryMark = (parts: unknown): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 12)

export function writeCursor({ query, values, total, totalIsEstimate }: Cursor): string {
  return Buffer.from(JSON.stringify([query, values, total, totalIsEstimate])).toString('base64url')
}

/** What a value of a cursor must be, so that none that a caller made up reaches the database. */
type Part = 'moment' | 'id' | 'number' | 'nullable' | 'any'
const FITS: Record<Part, (value: unknown) => boolean> = {
  moment: value =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  id: isUuid,
  number: value => Number.isSafeInteger(value),
  nullable: () => true,
  any: value => value !== null,
}

/** @throws Refusal 400 where the text is no cursor, or that of another query */
export function readCursor(text: string, query: string, parts: readonly Part[]): Cursor {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw invalid({ path: 'cursor', message: 'is not a cursor' })
  }
  const read = shape.safeParse(json)
  if (!read.success || read.data[1].length !== parts.length)
    throw invalid({ path: 'cursor', message: 'is not a cursor' })
  const [mark, values, total, totalIsEstimate] = read.data
  if (mark !== query)
    throw invalid({ path: 'cursor', message: 'belongs to another query; start again without it' })
  if (!values.every((value, i) => FITS[parts[i]!](value)))
    throw invalid({ path: 'cursor', message: 'is not a cursor' })
  return { query, values, total, totalIsEstimate }
}

/**
 * A list's answer. `found` holds one row more than the page where another page follows.
 * @param query the mark of the query, as `queryMark` makes it
 * @param valuesOf the ordering values of a row, in which its cursor consists
 */
export function pageFrom<R = Row>(
  found: R[],
  limit: number,
  { total: counted, totalIsEstimate }: Total,
  query: string,
  valuesOf: (row: R) => unknown[],
): Page<R> {
  // What was written between counting and reading is in the rows already; R3's client takes no total below their number.
  const total = Math.max(counted, found.length)
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  return {
    rows,
    total,
    ...(totalIsEstimate ? { totalIsEstimate: true as const } : {}),
    nextCursor: last ? writeCursor({ query, values: valuesOf(last), total, totalIsEstimate }) : null,
  }
}
