import { createHash } from 'node:crypto'
import { z } from 'zod'
import { invalid } from '../errors.ts'

/** Where a page ends: the ordering values of its last row, and the total that the first page counted. */
export type Cursor = { query: string; values: unknown[]; total: number; totalIsEstimate: boolean }

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

/** @throws Refusal 400 where the text is no cursor, or that of another query */
export function readCursor(text: string, query: string, keys: number): Cursor {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw invalid({ path: 'cursor', message: 'is not a cursor' })
  }
  const read = shape.safeParse(json)
  if (!read.success || read.data[1].length !== keys)
    throw invalid({ path: 'cursor', message: 'is not a cursor' })
  const [mark, values, total, totalIsEstimate] = read.data
  if (mark !== query)
    throw invalid({ path: 'cursor', message: 'belongs to another query; start again without it' })
  return { query, values, total, totalIsEstimate }
}
