import type { FastifyRequest } from 'fastify'
import { type CsvFile, CsvHeaderError, headerNames, parseCsv, restore } from '#core/csv/index.ts'
import type { Tx, Who } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { type KeptAnswer, once } from '#core/http/idempotency.ts'
import { requireScope } from '#core/http/scopes.ts'
import { newId } from '#core/ids.ts'
import { customFieldsOf } from '#core/record/custom-fields.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { store } from '#core/record/store.ts'
import { claimBytes, discardBytes, putUnclaimed } from '#core/storage/removals.ts'
import type { PreviewAnswer } from './answers.ts'
import { imports } from './imports.table.ts'
import { linkedPaths } from './linked.ts'
import { checkedMapping, checkRequired, columnsFor, suggestedMapping } from './mapping.ts'
import { defaultMatchBy, readMatchBy } from './match.ts'
import { presetOf } from './presets.ts'
import { fileKey, importJob } from './run.ts'
import { type Target, targetsOf } from './targets.ts'
import { digesting, headOf, type ImportSettings, importQuery, readFields, receive } from './upload.ts'
import { checkedValueMapping } from './value-mapping.ts'
import { beginningOf, checkTable, keepWorkbook, type SentWorkbook, sheetAsCsv } from './workbook.ts'

const SAMPLE_ROWS = 100
const SHOWN_ROWS = 10
/** Rows below the first one in which a header is looked for. */
const TITLE_ROWS_AT_MOST = 10
const PREVIEW_BYTES = 1024 * 1024
const DISTINCT_AT_MOST = 100
const DISTINCT_LENGTH = 200

type Context = { app: App; who: Who; request: FastifyRequest }

/**
 * Stores the file of the request and puts its import into the queue; answers the import.
 * @throws Refusal 400 for a file, mapping or setting that cannot be right, 415 for what is no table
 */
export async function startImport(
  record: RecordDefinition,
  { app, who, request }: Context,
  query: ImportSettings,
): Promise<KeptAnswer> {
  const id = newId()
  const key = fileKey(who.workspaceId, id)
  let wasKept = false
  let sent: SentWorkbook | undefined
  try {
    const upload = await receive(request, async file => {
      const { bytes, digest } = digesting(file)
      const { workbook, sizeBytes } = await keepFile({ app, who, request }, key, bytes)
      sent = workbook
      return { sizeBytes, sha256: digest() }
    })
    const settings: ImportSettings = { ...query, ...readFields(importQuery, upload.fields) }
    if (sent) Object.assign(upload.kept, await keepSheet({ app, who, request }, key, sent, settings))
    const targets = await targetsFor({ app, who, request }, record)
    const csv = await openCsv(() => app.storage.read(key), settings, targets)
    const sample = await firstRows(csv, SAMPLE_ROWS)
    const file = {
      id,
      sizeBytes: upload.kept.sizeBytes,
      filename: settings.filename ?? upload.filename?.slice(0, 255),
    }
    const answer = await app.database.inWorkspace(who, tx => {
      const work = async () =>
        answerOf(await enqueue(tx, { app, who, request }, record, settings, { csv, sample, targets }, file))
      const idempotencyKey = request.headers['idempotency-key']
      if (typeof idempotencyKey !== 'string') return work()
      return once(
        tx,
        idempotencyKey,
        [record.contract.name, settings, upload.kept.sha256],
        work,
        app.config.jwtSecret,
      )
    })
    wasKept = JSON.parse(answer.body!).id === id
    return answer
  } finally {
    await sent?.drop()
    if (!wasKept) await discardBytes(app, who, key)
  }
}

/** Stores a table; a workbook is laid down beside first, since which of its sheets is meant may be told behind it. */
async function keepFile(
  { app, who }: Context,
  key: string,
  file: AsyncIterable<Buffer>,
): Promise<{ workbook: SentWorkbook | undefined; sizeBytes: number }> {
  const { bytes, isWorkbook, ...kind } = await beginningOf(file)
  if (isWorkbook) return { workbook: await keepWorkbook(bytes), sizeBytes: 0 }
  const { sizeBytes } = await putUnclaimed(app, who, key, bytes)
  checkTable(kind)
  return { workbook: undefined, sizeBytes }
}

/** Stores the sheet that is meant as CSV. @throws Refusal 400 where there is no such sheet, or none that can be read */
async function keepSheet({ app, who }: Context, key: string, sent: SentWorkbook, settings: ImportSettings) {
  const table = await sheetAsCsv(sent, settings.sheet)
  try {
    const { sizeBytes } = await putUnclaimed(app, who, key, table.bytes)
    settings.sheet = table.sheet
    settings.encoding = 'utf-8'
    settings.delimiter = ','
    return { sizeBytes }
  } finally {
    await table.close()
  }
}

const answerOf = (body: { id: string }): KeptAnswer => ({
  status: 202,
  headers: { 'content-type': 'application/json; charset=utf-8', location: `/api/v1/imports/${body.id}` },
  body: JSON.stringify(body),
})

async function enqueue(
  tx: Tx,
  { app, request }: Context,
  record: RecordDefinition,
  settings: ImportSettings,
  { csv, sample, targets }: { csv: CsvFile; sample: string[][]; targets: Target[] },
  file: { id: string; sizeBytes: number; filename: string | undefined },
) {
  const mapping = settings.mapping
    ? checkedMapping(parseJson('mapping', settings.mapping), csv.header, targets)
    : suggestedMapping(csv.header, targets, sample, presetOf(csv.header, record))
  const matchBy = settings.matchBy ?? defaultMatchBy(record)
  readMatchBy(matchBy, targets)
  if (!matchBy && settings.onDuplicate && settings.onDuplicate !== 'create')
    throw invalid({
      path: 'matchBy',
      code: 'REQUIRED',
      message: `is required: nothing else tells which ${record.contract.path} are the same`,
    })
  const {
    onDuplicate = matchBy ? 'skip' : 'create',
    dryRun = false,
    createLinked,
    ignoreUnknownMembers,
    dateOrder,
    decimal,
  } = settings
  const columns = columnsFor(mapping, csv.header, targets)
  if (createLinked) for (const path of linkedPaths(columns)) requireScope(request.caller, `${path}:write`)
  const valueMapping = settings.valueMapping
    ? await checkedValueMapping(
        tx,
        record,
        parseJson('valueMapping', settings.valueMapping),
        mapping,
        csv.header,
        targets,
      )
    : {}
  if (onDuplicate !== 'update' || !columns.length) checkRequired(record, columns)
  const created = await store.create(tx, imports, {
    ...file,
    entity: record.contract.name,
    mapping,
    valueMapping,
    matchBy,
    onDuplicate,
    dryRun,
    unmapped: csv.header.filter(name => !mapping[name]),
    options: withoutUndefined({
      encoding: csv.encoding,
      delimiter: csv.delimiter,
      headerRow: csv.headerRow,
      sheet: settings.sheet,
      preset: presetOf(csv.header, record)?.name,
      createLinked,
      ignoreUnknownMembers,
      dateOrder,
      decimal,
    }),
  })
  await claimBytes(tx, fileKey(tx.who.workspaceId, file.id))
  await app.jobs.enqueue(tx, importJob, { importId: created.id })
  return created
}

const withoutUndefined = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid({ path, code: 'NOT_JSON', message: 'must be JSON' })
  }
}

/** Opens what was sent as a table. @throws Refusal 400 where there is no header */
async function openCsv(
  open: () => AsyncIterable<Buffer>,
  { encoding, delimiter }: Pick<ImportSettings, 'encoding' | 'delimiter'>,
  targets: Target[],
): Promise<CsvFile> {
  try {
    const csv = await parseCsv(open, { encoding, delimiter })
    if (!csv.header.length) throw invalid({ path: 'file', code: 'EMPTY', message: 'is empty' })
    const headerRow = await headerBelowTitle(csv, targets)
    return headerRow ? await parseCsv(open, { encoding, delimiter, headerRow }) : csv
  } catch (error) {
    throw error instanceof CsvHeaderError ? invalid({ path: 'file', ...error.fault }) : error
  }
}

/** People write a title above a table: one cell that names no field, and the header, which names some, a few rows below. */
async function headerBelowTitle(csv: CsvFile, targets: Target[]): Promise<number | undefined> {
  const fieldsIn = (header: string[]) => Object.keys(suggestedMapping(header, targets, [])).length
  if (csv.header.length > 1 || fieldsIn(csv.header)) return undefined
  let looked = 0
  for await (const { rowNumber, cells } of csv.rows) {
    if (cells.length > 1 && fieldsIn(headerNames(cells)) > 1) return rowNumber
    if (++looked === TITLE_ROWS_AT_MOST) return undefined
  }
  return undefined
}

async function firstRows(csv: CsvFile, limit: number): Promise<string[][]> {
  const rows: string[][] = []
  for await (const row of csv.rows) {
    if (row.error === undefined) rows.push(row.cells)
    if (rows.length >= limit) break
  }
  return rows
}

/** The values of the columns that have few, the commonest first. */
function distinctIn(header: string[], rows: string[][]) {
  const found = header.map((name, index) => {
    const counts = new Map<string, number>()
    for (const row of rows) {
      const value = restore(row[index] ?? '').trim()
      if (value.length > DISTINCT_LENGTH || counts.size > DISTINCT_AT_MOST) return [name, []] as const
      if (value) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count)
    return [name, values.length > DISTINCT_AT_MOST ? [] : values] as const
  })
  return Object.fromEntries(found.filter(([, values]) => values.length))
}

type Head = { head: Buffer; whole: boolean; sheet?: string; sheets?: string[] }

/** The first bytes of a table, or a whole workbook. */
async function headOrWorkbook(file: AsyncIterable<Buffer>): Promise<Head & { workbook?: SentWorkbook }> {
  const { bytes, isWorkbook, ...kind } = await beginningOf(file)
  if (isWorkbook) return { head: Buffer.alloc(0), whole: true, workbook: await keepWorkbook(bytes) }
  const head = await headOf(bytes, PREVIEW_BYTES)
  checkTable(kind)
  return head
}

/** The first rows of a sheet as CSV; the rest of it is not read. */
async function headOfSheet(sent: SentWorkbook, wanted: string | undefined): Promise<Head> {
  try {
    const { bytes, close, sheet, sheets } = await sheetAsCsv(sent, wanted)
    try {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of bytes) {
        chunks.push(chunk)
        size += chunk.length
        if (size > PREVIEW_BYTES) break
      }
      return { head: Buffer.concat(chunks), whole: size <= PREVIEW_BYTES, sheet, sheets }
    } finally {
      await close()
    }
  } finally {
    await sent.drop()
  }
}

async function targetsFor({ app, who }: Context, record: RecordDefinition): Promise<Target[]> {
  const read = (tx: Tx) => customFieldsOf(tx, record.contract.name)
  return targetsOf(record, await app.database.inWorkspace(who, read, 'read'))
}

/** What an import of this file would look like: its header, how it was read, what would fill what. */
export async function previewImport(
  record: RecordDefinition,
  { app, who, request }: Context,
  query: Pick<ImportSettings, 'encoding' | 'delimiter' | 'filename' | 'sheet'>,
): Promise<PreviewAnswer> {
  const { kept, fields } = await receive(request, headOrWorkbook)
  const settings = { ...query, ...readFields(importQuery, fields) }
  const head = kept.workbook ? await headOfSheet(kept.workbook, settings.sheet) : kept
  const targets = await targetsFor({ app, who, request }, record)
  const csv = await openCsv(
    async function* () {
      yield head.head
    },
    kept.workbook ? { encoding: 'utf-8', delimiter: ',' } : settings,
    targets,
  )
  const rows = await firstRows(csv, Number.POSITIVE_INFINITY)
  // The head of a longer file ends somewhere inside a row.
  if (!head.whole) rows.pop()
  const sample = rows.slice(0, SAMPLE_ROWS)
  return {
    entity: record.contract.name,
    header: csv.header,
    encoding: csv.encoding,
    delimiter: csv.delimiter,
    ...(head.sheets ? { sheet: head.sheet, sheets: head.sheets } : {}),
    preset: presetOf(csv.header, record)?.name ?? null,
    mapping: suggestedMapping(csv.header, targets, sample, presetOf(csv.header, record)),
    matchBy: defaultMatchBy(record),
    distinct: distinctIn(csv.header, rows),
    rows: sample.slice(0, SHOWN_ROWS),
    fields: targets.map(({ field, label, via, of }) => ({
      field,
      label,
      kind: via === 'field' || via === 'custom' ? of.kind : 'text',
      required: via === 'field' && of.required,
      ...(of.options?.length && (via === 'field' || via === 'custom') ? { options: [...of.options] } : {}),
    })),
  }
}
