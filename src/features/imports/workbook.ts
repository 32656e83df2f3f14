import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { invalid, Refusal } from '#core/errors.ts'
import { NoWorkbook, WorkbookError } from '#core/xlsx/fault.ts'
import type { Workbook } from '#core/xlsx/read.ts'

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const ZIP = Buffer.from('PK\u0003\u0004')
/** What Excel wrote before 2007, and still writes around a workbook with a password. */
const OLD = Buffer.from([0xd0, 0xcf, 0x11, 0xe0])
/** Of a workbook as it is sent; a million rows take some 100 MiB. */
const BYTES_AT_MOST = 512 * 2 ** 20
const TABLE_BYTES_AT_MOST = 4 * 2 ** 30
const CHUNK_CHARACTERS = 64 * 1024

/** A workbook that was sent, on this machine's disk until it is let go of. */
export type SentWorkbook = { path: string; drop: () => Promise<void> }

/** Looks at how a file begins. Answers its bytes, from the start, and whether they are a workbook's. @throws Refusal 415 */
export async function beginningOf(file: AsyncIterable<Buffer>) {
  const source = file[Symbol.asyncIterator]()
  const held: Buffer[] = []
  for (let size = 0; size < ZIP.length; ) {
    const next = await source.next()
    if (next.done) break
    held.push(next.value)
    size += next.value.length
  }
  const start = Buffer.concat(held)
  async function* bytes() {
    yield start
    for (;;) {
      const next = await source.next()
      if (next.done) return
      yield next.value
    }
  }
  return {
    bytes: bytes(),
    isWorkbook: start.subarray(0, 4).equals(ZIP),
    isOld: start.subarray(0, 4).equals(OLD),
  }
}

export const oldWorkbook = (): Refusal =>
  new Refusal(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'This workbook is in the format before Excel 2007, or has a password; save it as .xlsx without one',
  )

/** Lays a workbook down on the disk: its list of contents stands at its end. @throws Refusal 413 */
export async function keepWorkbook(bytes: AsyncIterable<Buffer>): Promise<SentWorkbook> {
  const folder = await mkdtemp(join(tmpdir(), 'ascendore-import-'))
  const drop = () => rm(folder, { recursive: true, force: true })
  const path = join(folder, 'sent.xlsx')
  let size = 0
  async function* bounded() {
    for await (const chunk of bytes) {
      size += chunk.length
      if (size > BYTES_AT_MOST)
        throw new Refusal(
          413,
          'PAYLOAD_TOO_LARGE',
          'A workbook may have up to 512 MiB; send a larger table as CSV',
        )
      yield chunk
    }
  }
  try {
    await pipeline(bounded, createWriteStream(path))
    return { path, drop }
  } catch (error) {
    await drop()
    throw error
  }
}

/**
 * A sheet of the workbook as CSV, row by row under the numbers that it has there, so that an import of it is one of CSV from
 * here on. @throws Refusal 400 at `sheet` or `file`
 */
export async function sheetAsCsv(
  { path }: SentWorkbook,
  wanted: string | undefined,
): Promise<{ sheet: string; sheets: string[]; bytes: AsyncIterable<Buffer>; close: () => Promise<void> }> {
  const { openWorkbook } = await import('#core/xlsx/read.ts')
  const workbook = await openWorkbook(path).catch(refused)
  const { sheets } = workbook
  const sheet = wanted ?? sheets[0]!
  if (!sheets.includes(sheet)) {
    await workbook.close()
    throw invalid({
      path: 'sheet',
      message: `the workbook has ${sheets
        .slice(0, 20)
        .map(name => `“${name}”`)
        .join(', ')}`,
    })
  }
  return { sheet, sheets, bytes: csvOf(workbook, sheet), close: workbook.close }
}

function refused(error: unknown): never {
  if (error instanceof NoWorkbook) throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', error.message)
  throw error instanceof WorkbookError ? invalid({ path: 'file', message: error.message }) : error
}

/** A line as it stands: nobody opens this file in a spreadsheet, where a cell might run as a formula. */
const plainLine = (cells: string[]): string =>
  `${cells.map(cell => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`

async function* csvOf(workbook: Workbook, sheet: string): AsyncGenerator<Buffer> {
  let lines = ''
  let last = 0
  let size = 0
  try {
    for await (const { rowNumber, cells } of workbook.rows(sheet)) {
      if (rowNumber <= last) throw new WorkbookError('The rows of the sheet are not in their order.')
      // Empty rows count, so that what is wrong in a row is told of the one that the spreadsheet shows.
      lines += '\r\n'.repeat(rowNumber - last - 1) + plainLine(cells)
      last = rowNumber
      if (lines.length < CHUNK_CHARACTERS) continue
      const chunk = Buffer.from(lines)
      size += chunk.length
      if (size > TABLE_BYTES_AT_MOST) throw new WorkbookError('The sheet is larger than 4 GiB.')
      yield chunk
      lines = ''
    }
  } catch (error) {
    refused(error)
  }
  if (lines) yield Buffer.from(lines)
}
