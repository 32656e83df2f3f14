import { Readable } from 'node:stream'
import { csvLine } from '#core/csv/index.ts'
import type { Row } from '#core/db/engine.ts'
import type { Database, Tx, Who } from '#core/db/workspace.ts'
import { conflict, forbidden, type Issue, unprocessable } from '#core/errors.ts'
import { Answer, type Operation, operation, streamOperation } from '#core/http/operation.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { componentName, ref } from '#core/record/json-schema.ts'
import { allRecords } from '#core/record/registry.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { previewAnswer } from './answers.ts'
import { importContract } from './imports.contract.ts'
import { imports } from './imports.table.ts'
import { ERROR_COLUMNS } from './mapping.ts'
import { defaultMatchBy } from './match.ts'
import { linkedRoute, reasonsRoute, valuesRoute } from './questions.ts'
import { lock, note, openFile } from './run.ts'
import { previewImport, startImport } from './start.ts'
import { undoJob } from './undo.ts'
import { importQuery, previewQuery } from './upload.ts'
import { XLSX_TYPE } from './workbook.ts'

const ERRORS_AT_ONCE = 500
const CONSUMES = ['multipart/form-data', 'text/csv', XLSX_TYPE]
const answer = ref(componentName(importContract))

/** The routes by which records of a type come in, for every type that has them. */
export const importOperations = (): Operation[] => [
  ...allRecords()
    .filter(record => record.routes.includes('import'))
    .flatMap(record => [importRoute(record), previewRoute(record)]),
  valuesRoute,
  errorsRoute,
  reasonsRoute,
  linkedRoute,
  cancelRoute,
  undoRoute,
]

const importRoute = (record: RecordDefinition): Operation =>
  streamOperation({
    method: 'POST',
    path: `/${record.contract.path}/import`,
    tag: 'imports',
    rate: 'import',
    access: record.writers === 'admin' ? 'ADMIN' : 'MEMBER',
    status: 202,
    consumes: CONSUMES,
    keyed: true,
    summary: `Import ${record.contract.path} from a CSV file of any size, or an XLSX workbook`,
    description: `The file is the body, or the part \`file\` of a form; the settings are query parameters or fields of the form. A title above the table is passed over. The import runs in the background: follow it at \`/imports/{id}\`. ${matching(record)}`,
    query: importQuery,
    document: { answer },
    refuses: { 409: 'The Idempotency-Key was used for another file', 415: 'Not a table' },
    async handle({ query, ...context }) {
      const { status, headers, body } = await startImport(record, context, query)
      return new Answer(body, { status, headers })
    },
  })

function matching(record: RecordDefinition): string {
  const by = defaultMatchBy(record)
  return by
    ? `Without \`matchBy\` rows find their record by \`${by}\`.`
    : 'Nothing is the default `matchBy`: without it each row becomes a new record, and `onDuplicate` skip or update is refused.'
}

const previewRoute = (record: RecordDefinition): Operation =>
  streamOperation({
    method: 'POST',
    path: `/${record.contract.path}/import/preview`,
    tag: 'imports',
    access: record.writers === 'admin' ? 'ADMIN' : 'MEMBER',
    consumes: CONSUMES,
    summary: `Look at a CSV file or workbook of ${record.contract.path}: its header, first rows, and what would fill what`,
    description:
      'Of CSV it reads the first MiB, so the head of the file is enough; a workbook must be whole. Nothing is kept. `preset` names the system whose export the header is of, where it is known. `distinct` has the values of the columns that have few, and how often each stands there.',
    query: previewQuery,
    answers: previewAnswer,
    refuses: { 415: 'Not a table' },
    handle: ({ query, ...context }) => previewImport(record, context, query),
  })

const cancelRoute = operation({
  method: 'POST',
  path: '/imports/:id/cancel',
  tag: 'imports',
  summary: 'Stop an import; what is imported stays, and can be undone',
  params: idParams,
  document: { answer },
  refuses: { 409: 'IMPORT_ENDED: the import has ended already' },
  async handle({ tx, params: { id } }) {
    const { status } = await locked(tx, id)
    if (status !== 'PENDING' && status !== 'RUNNING')
      throw conflict(`The import is ${String(status).toLowerCase()} already`, 'IMPORT_ENDED')
    return note(tx, id, { status: 'CANCELLED', finishedAt: new Date().toISOString() }, 'cancelled')
  },
})

const undoRoute = operation({
  method: 'POST',
  path: '/imports/:id/undo',
  tag: 'imports',
  status: 202,
  summary: 'Take back what an import created and changed',
  description:
    'Created records go to the trash, changed ones get their old values back, but for what somebody has changed since, and for companies and contacts made along the way to which other records link (`undoKept`, `undoKeptLinked`). The status is UNDONE when it is done.',
  params: idParams,
  document: { answer },
  refuses: { 422: 'IMPORT_RUNNING, IMPORT_DRY_RUN or IMPORT_UNDONE: there is nothing to undo now' },
  async handle({ app, tx, params: { id } }) {
    const { status, dryRun, undoStartedAt } = await locked(tx, id)
    if (dryRun) throw unprocessable('IMPORT_DRY_RUN', 'A dry run has written nothing that could be undone')
    if (status === 'UNDONE') throw unprocessable('IMPORT_UNDONE', 'The import is undone already')
    if (status === 'PENDING' || status === 'RUNNING')
      throw unprocessable('IMPORT_RUNNING', 'The import is still running; cancel it first')
    if (undoStartedAt) return store.read(tx, imports, id)
    const started = await note(tx, id, { undoStartedAt: new Date().toISOString() }, 'undo started')
    await app.jobs.enqueue(tx, undoJob, { importId: id })
    return started
  },
})

/** The import's state, locked. @throws Refusal 404 unseen, 403 another member's */
async function locked(tx: Tx, id: string): Promise<Row> {
  await store.read(tx, imports, id)
  const state = await lock(tx, id)
  if (!state) throw forbidden('You may see this import but not change it')
  return state
}

const errorsRoute = streamOperation({
  method: 'GET',
  path: '/imports/:id/errors',
  tag: 'imports',
  answers: 'csv',
  summary: 'The rows that an import refused, as CSV',
  description:
    'Row number, field and reason, then the columns of the file, so that it can be mended and imported again. Only for whoever started the import, and for admins.',
  params: idParams,
  async handle({ app, who, params: { id } }) {
    const found = await app.database.inWorkspace(who, tx => store.read(tx, imports, id), 'read')
    const header = await openFile(app.storage, who.workspaceId, found)
      .then(csv => csv.header)
      .catch(() => [] as string[])
    return new Answer(Readable.from(errorLines(app.database, who, id, header), { objectMode: false }), {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="import-errors-${id}.csv"`,
      },
    })
  },
})

/** Each page is read in a transaction of its own, and only once the client has taken the page before. */
async function* errorLines(
  database: Database,
  who: Who,
  id: string,
  header: string[],
): AsyncGenerator<string> {
  yield csvLine([...ERROR_COLUMNS, ...header])
  for (let after = 0; ; ) {
    const rows = await database.inWorkspace(
      who,
      tx =>
        tx.session.rows(
          `select row_number as "row", issues, cells from import_errors
           where workspace_id = $1::uuid and import_id = $2::uuid and row_number > $3::bigint order by row_number limit ${ERRORS_AT_ONCE}`,
          [who.workspaceId, id, after],
        ),
      'read',
    )
    if (rows.length)
      yield rows
        .map(({ row, issues, cells }) => {
          const found = issues as Issue[]
          const fields = [...new Set(found.map(({ path }) => path).filter(Boolean))]
          return csvLine([
            row as number,
            fields.join('; '),
            found.map(({ message }) => message).join('; '),
            ...(cells as string[]),
          ])
        })
        .join('')
    if (rows.length < ERRORS_AT_ONCE) return
    after = rows.at(-1)!.row as number
  }
}
