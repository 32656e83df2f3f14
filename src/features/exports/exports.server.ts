import { Readable } from 'node:stream'
import { z } from 'zod'
import { type CsvCell, csvLine } from '#core/csv/index.ts'
import type { Row } from '#core/db/engine.ts'
import type { Database, Who } from '#core/db/workspace.ts'
import type { Feature } from '#core/feature.ts'
import { Answer, type Operation, streamOperation } from '#core/http/operation.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { compileSelection, type ListQuery, listQuerySchema } from '#core/record/list.ts'
import { allRecords } from '#core/record/registry.ts'
import { readRows } from '#core/record/rows.ts'
import { sortValue } from '#core/record/sort.ts'
import { workbookBeside } from '#core/xlsx/beside.ts'
import { columnsOf, type ExportColumn, namesFor } from './columns.ts'

const ROWS_AT_ONCE = 1000

type Page = { columns: ExportColumn[]; rows: Row[]; cells: unknown[][]; next: unknown[] | undefined }

/**
 * One page behind the ordering values `behind`, in a short transaction of its own: no connection waits for the
 * client. @throws Refusal 400 for a filter or order that cannot be
 */
function readPage(
  database: Database,
  who: Who,
  record: RecordDefinition,
  query: ListQuery,
  behind?: unknown[],
) {
  const read = async (tx: Parameters<Parameters<Database['inWorkspace']>[1]>[0]): Promise<Page> => {
    const columns = await columnsOf(tx, record)
    const selection = await compileSelection(tx, record, query, [], true)
    const { rowsAtOnce = ROWS_AT_ONCE } = record.contract.exportAs ?? {}
    const rows = await readRows(tx, record, selection, rowsAtOnce, behind)
    const names = await namesFor(tx, record, rows)
    const last = rows.length === rowsAtOnce ? rows.at(-1) : undefined
    return {
      columns,
      rows,
      cells: rows.map(row => columns.map(column => column.value(row, names))),
      next: last && selection.keys.map(key => sortValue(key, last)),
    }
  }
  return database.inWorkspace(who, read, 'read')
}

type NextPage = (behind: unknown[]) => Promise<Page>

/** The cells of every page under the first one's columns: custom fields may come or go while the file is on its way. */
async function* batchesOf(first: Page, nextPage: NextPage): AsyncGenerator<unknown[][]> {
  const names = first.columns.map(({ name }) => name)
  for (let page = first; ; page = await nextPage(page.next)) {
    const places = names.map(name => page.columns.findIndex(column => column.name === name))
    yield page.cells.map(cells => places.map(place => cells[place]))
    if (!page.next) return
  }
}

async function* csvOf(first: Page, nextPage: NextPage): AsyncGenerator<string> {
  yield csvLine(first.columns.map(({ name }) => name))
  for await (const rows of batchesOf(first, nextPage))
    yield rows.map(cells => csvLine(cells as CsvCell[])).join('')
}

async function* xlsxOf(first: Page, nextPage: NextPage, title: string, who: Who): AsyncGenerator<Buffer> {
  const batches = batchesOf(first, nextPage)
  const opening = (await batches.next()).value as unknown[][]
  yield* workbookBeside(title, first.columns, opening, batches, who.timezone)
}

async function* jsonOf(first: Page, nextPage: NextPage): AsyncGenerator<string> {
  let before = '[\n'
  for (let page = first; ; page = await nextPage(page.next)) {
    if (page.rows.length) {
      yield `${before}${page.rows.map((row, i) => JSON.stringify({ ...row, ...namesIn(page, i) })).join(',\n')}`
      before = ',\n'
    }
    if (!page.next) break
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

/** The names beside a row's ids: columns of the table that are no fields of the record. */
function namesIn({ columns, rows, cells }: Page, index: number): Row {
  const extra = columns.flatMap(({ name }, i) =>
    name in rows[index]! || name.startsWith('customFields.')
      ? []
      : [[name, cells[index]![i] ?? null] as const],
  )
  return Object.fromEntries(extra)
}

const TYPES = {
  csv: { type: 'text/csv; charset=utf-8', pieces: csvOf },
  xlsx: { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', pieces: xlsxOf },
  json: { type: 'application/json; charset=utf-8', pieces: jsonOf },
} as const
const FORMATS = Object.keys(TYPES) as (keyof typeof TYPES)[]

function exportRoute(record: RecordDefinition): Operation {
  const { path, exportAs } = record.contract
  const standard = exportAs?.format ?? 'csv'
  const {
    limit: _limit,
    cursor: _cursor,
    ...shape
  } = (listQuerySchema(record) as unknown as z.ZodObject).shape
  return streamOperation({
    method: 'GET',
    path: `/${path}/export`,
    tag: 'exports',
    answers: 'table',
    summary: `Export ${path} as CSV, XLSX or JSON, any number of them`,
    description:
      "The same filters and order as the list; in the order of ids where none is given. An import knows the columns again. In XLSX, numbers, days and moments are such, moments by the clock of the workspace's zone, and a text longer than 32,767 characters is cut.",
    query: z.strictObject({
      ...shape,
      format: z
        .enum(FORMATS, 'must be csv, xlsx or json')
        .default(standard)
        .meta({ description: `csv, xlsx or json; ${standard} where not given` }),
    }) as z.ZodType<ListQuery & { format: keyof typeof TYPES }>,
    async handle({ app, who, query: { format, ...query } }) {
      const { type, pieces } = TYPES[format]
      // By id a row keeps its place while it is changed, so that none is missed or met twice.
      const ordered = { ...query, sort: query.sort || 'id' }
      const page = (behind?: unknown[]) => readPage(app.database, who, record, ordered, behind)
      const first = await page()
      return new Answer(Readable.from(pieces(first, page, path, who), { objectMode: false }), {
        headers: {
          'content-type': type,
          'content-disposition': `attachment; filename="${path}-${new Date().toISOString().slice(0, 10)}.${format}"`,
        },
      })
    },
  })
}

export default {
  operations: () =>
    allRecords()
      .filter(record => record.routes.includes('export'))
      .map(exportRoute),
} satisfies Feature
