import { parentPort, workerData } from 'node:worker_threads'
import type { Issue } from '#core/errors.ts'
import { NoWorkbook, WorkbookError } from '#core/xlsx/fault.ts'
import { openWorkbook, type Workbook } from '#core/xlsx/read.ts'

/** What the thread is asked for: to open a sheet, and then for piece after piece of it. */
export type Asked = { sheet: string | undefined } | 'next' | 'close'
/** What it answers; after `done` and after a fault nothing more is read. */
export type Told =
  | { kind: 'opened'; sheets: string[]; sheet: string | undefined }
  | { kind: 'piece'; bytes: Uint8Array }
  | { kind: 'done' }
  | { kind: 'closed' }
  | ({ kind: 'fault'; of: 'none' | 'workbook' | 'other' } & Omit<Issue, 'path'>)

const TABLE_BYTES_AT_MOST = 4 * 2 ** 30
const CHUNK_CHARACTERS = 64 * 1024

/** A line as it stands: nobody opens this file in a spreadsheet, where a cell might run as a formula. */
const plainLine = (cells: string[]): string =>
  `${cells.map(cell => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`

async function* csvOf(workbook: Workbook, sheet: string): AsyncGenerator<Uint8Array> {
  let lines = ''
  let last = 0
  let size = 0
  for await (const { rowNumber, cells } of workbook.rows(sheet)) {
    if (rowNumber <= last)
      throw new WorkbookError('DAMAGED_WORKBOOK', 'The rows of the sheet are not in their order.')
    // Empty rows count, so that what is wrong in a row is told of the one that the spreadsheet shows.
    lines += '\r\n'.repeat(rowNumber - last - 1) + plainLine(cells)
    last = rowNumber
    if (lines.length < CHUNK_CHARACTERS) continue
    const chunk = new TextEncoder().encode(lines)
    size += chunk.length
    if (size > TABLE_BYTES_AT_MOST) throw new WorkbookError('TOO_LARGE', 'The sheet is larger than 4 GiB.')
    yield chunk
    lines = ''
  }
  if (lines) yield new TextEncoder().encode(lines)
}

/** Where the first sheets are empty, as new workbooks begin with one, the table is in another. */
async function firstWithRows({ sheets, rows }: Workbook): Promise<string> {
  for (const sheet of sheets) for await (const _ of rows(sheet)) return sheet
  return sheets[0]!
}

let workbook: Workbook | undefined
let pieces: AsyncGenerator<Uint8Array> | undefined

async function answerTo(asked: Asked): Promise<Told> {
  if (asked === 'close') {
    await workbook?.close()
    return { kind: 'closed' }
  }
  if (asked === 'next') {
    const { done, value } = await pieces!.next()
    return done ? { kind: 'done' } : { kind: 'piece', bytes: value }
  }
  workbook = await openWorkbook((workerData as { path: string }).path)
  const { sheets } = workbook
  const sheet = asked.sheet ?? (await firstWithRows(workbook))
  if (!sheets.includes(sheet)) return { kind: 'opened', sheets, sheet: undefined }
  pieces = csvOf(workbook, sheet)
  return { kind: 'opened', sheets, sheet }
}

function faultOf(error: unknown): Told {
  const { message } = error as Error
  if (!(error instanceof WorkbookError)) return { kind: 'fault', of: 'other', message }
  const { code, params } = error
  return { kind: 'fault', of: error instanceof NoWorkbook ? 'none' : 'workbook', message, code, params }
}

// One after the other, though the next piece may be asked for while one is still being made.
let answering: Promise<unknown> = Promise.resolve()
parentPort!.on('message', (asked: Asked) => {
  answering = answering.then(async () => {
    const told = await answerTo(asked).catch(faultOf)
    parentPort!.postMessage(told, told.kind === 'piece' ? [told.bytes.buffer as ArrayBuffer] : [])
  })
})
