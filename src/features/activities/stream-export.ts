import { Readable } from 'node:stream'
import { z } from 'zod'
import { type CsvCell, csvLine } from '#core/csv/index.ts'
import type { Row } from '#core/db/engine.ts'
import type { Database, Tx, Who } from '#core/db/workspace.ts'
import { dispositionOf } from '#core/http/disposition.ts'
import { Answer, streamOperation } from '#core/http/operation.ts'
import { ROWS_AT_MOST } from '#core/http/page.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { hasRecord } from '#core/record/registry.ts'
import { namesFor } from '#features/exports/columns.ts'
import { interactionContract } from './activities.contract.ts'
import { type TimelineQuery, timeline, timelineQuery } from './timeline.ts'

const COLUMNS = [
  ...['createdAt', 'type', 'actorId', 'actorName', 'entityType', 'entityId', 'entityName', 'metadata'],
]
const TYPES = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' } as const

/** What `GET /activities` shows, as a file: interactions and changes. Interactions alone, as an import takes them, are at `/activities/export`. */
export const streamExport = streamOperation({
  method: 'GET',
  path: '/activities/stream/export',
  tag: 'activities',
  answers: 'table',
  summary: 'Export what happened, interactions and changes of records, as CSV or JSON, newest first',
  description:
    'The same filters as `GET /activities`, any number of rows; in CSV `metadata` is JSON. `/activities/export` has the interactions alone, in the columns that an import takes.',
  query: z.strictObject({
    ...timelineQuery.omit({ limit: true, cursor: true }).shape,
    format: z.enum(['csv', 'json'], 'must be csv or json').default('csv'),
  }),
  async handle({ app, who, query: { format, ...asked } }) {
    const pages = pagesOf(app.database, who, asked)
    // Read before the answer begins, so that a filter that cannot be is still refused.
    const first = await pages.next()
    const pieces = format === 'csv' ? asCsv(first.value ?? [], pages) : asJson(first.value ?? [], pages)
    const name = `activity-stream-${new Date().toISOString().slice(0, 10)}.${format}`
    return new Answer(Readable.from(pieces, { objectMode: false }), {
      headers: { 'content-type': TYPES[format], 'content-disposition': dispositionOf(name) },
    })
  },
})

/** Each page in a short transaction of its own: no connection waits for the client. */
async function* pagesOf(
  database: Database,
  who: Who,
  asked: TimelineQuery,
): AsyncGenerator<Row[], undefined> {
  for (let cursor: string | undefined; ; ) {
    const query = { ...asked, limit: ROWS_AT_MOST, ...(cursor ? { cursor } : {}) }
    const read = async (tx: Tx) => {
      const page = await timeline(tx, query)
      return { ...page, rows: await named(tx, page.rows) }
    }
    const page = await database.inWorkspace(who, read, 'read')
    yield page.rows
    if (!page.nextCursor) return undefined
    cursor = page.nextCursor
  }
}

/** With the names of who did it and of what it happened to, as far as the caller sees them. */
async function named(tx: Tx, rows: Row[]): Promise<Row[]> {
  const linkTo = (target: string) => ({ kind: 'link', target }) as never
  const types = [...new Set(rows.map(({ entityType }) => entityType as string))].filter(hasRecord)
  const fields = {
    actor: { kind: 'member' } as never,
    ...Object.fromEntries(types.map(type => [type, linkTo(type)])),
  }
  const record = { contract: { ...interactionContract, fields } } as unknown as RecordDefinition
  const keyed = rows.map(({ actorId, entityType, entityId }) => ({
    actor: actorId,
    [entityType as string]: entityId,
  }))
  const names = await namesFor(tx, record, keyed)
  return rows.map(({ id, workspaceId, ...row }) => ({
    id,
    workspaceId,
    ...row,
    actorName: names.get(row.actorId as string) ?? null,
    entityName: names.get(row.entityId as string) ?? null,
  }))
}

async function* asCsv(first: Row[], rest: AsyncGenerator<Row[], undefined>): AsyncGenerator<string> {
  const lines = (rows: Row[]) =>
    rows
      .map(row =>
        csvLine(COLUMNS.map(key => (key === 'metadata' ? JSON.stringify(row[key]) : row[key]) as CsvCell)),
      )
      .join('')
  yield csvLine(COLUMNS) + lines(first)
  for await (const rows of rest) yield lines(rows)
}

async function* asJson(first: Row[], rest: AsyncGenerator<Row[], undefined>): AsyncGenerator<string> {
  const lines = (rows: Row[]) => rows.map(row => JSON.stringify(row)).join(',\n')
  yield `[\n${lines(first)}`
  for await (const rows of rest) if (rows.length) yield `,\n${lines(rows)}`
  yield '\n]\n'
}
