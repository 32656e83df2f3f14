import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import { invalid, Refusal } from '#core/errors.ts'
import type { Asked, Told } from './workbook-worker.ts'

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const ZIP = Buffer.from('PK\u0003\u0004')
/** What Excel wrote before 2007, and still writes around a workbook with a password. */
const OLD = Buffer.from([0xd0, 0xcf, 0x11, 0xe0])
/** Of a workbook as it is sent; a million rows take some 100 MiB. */
const BYTES_AT_MOST = 512 * 2 ** 20
/** Of the thread that reads it: names of parts and sheets, formats, and a window of its texts. */
const MEMORY_MB = 256

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
    isBinary: isBinary(start),
  }
}

/** Of many bytes in a row, how many control characters no table has, whatever its encoding. */
const CONTROLS_AT_MOST = 0.05
/** In UTF-16 without a mark every other byte may be NUL; a file that is none has a few of them by chance. */
const NULS_OF_TEXT = 0.1

/** PDFs, and pages and XML that old systems call .xls. */
const NO_TABLES = /^(%PDF-|(\xef\xbb\xbf)?\s*<(!doctype|html|table|meta|\?xml)\b)/i

/** Whether the bytes are a page, a picture, a PDF, an archive or the like, of which a reader of tables would make rows of rubbish. */
function isBinary(start: Buffer): boolean {
  if (NO_TABLES.test(start.toString('latin1', 0, 200))) return true
  const isUtf16 = start[0] === 0xff ? start[1] === 0xfe : start[0] === 0xfe && start[1] === 0xff
  const nuls = start.filter(byte => byte === 0).length
  if (isUtf16 || nuls > start.length * NULS_OF_TEXT) return false
  // Tab, line feed, vertical tab, form feed and carriage return are no strangers to tables.
  const controls = start.filter(byte => byte < 9 || (byte > 13 && byte < 32)).length
  return controls > start.length * CONTROLS_AT_MOST
}

const refusal = (code: string, message: string) =>
  new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', message, { issues: [{ path: 'file', message, code }] })

/** Refuses what is no table. @throws Refusal 415 */
export function checkTable({ isOld, isBinary }: { isOld: boolean; isBinary: boolean }): void {
  if (isOld)
    throw refusal(
      'OLD_WORKBOOK',
      'This workbook is in the format before Excel 2007, or has a password; save it as .xlsx without one',
    )
  if (isBinary) throw refusal('NO_TABLE', 'This is neither a CSV file nor an .xlsx workbook')
}

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
 * here on. It is read in a thread of its own: taking a large one apart is work of seconds, for which nobody else shall wait.
 * @throws Refusal 400 at `sheet` or `file`
 */
export async function sheetAsCsv(
  { path }: SentWorkbook,
  wanted: string | undefined,
): Promise<{ sheet: string; sheets: string[]; bytes: AsyncIterable<Buffer>; close: () => Promise<void> }> {
  const reader = new WorkbookReader(path)
  try {
    const { sheets, sheet } = await reader.open(wanted)
    if (sheet !== undefined) return { sheet, sheets, bytes: reader.pieces(), close: () => reader.close() }
    const names = sheets.slice(0, 20).map(name => `“${name}”`)
    throw invalid({ path: 'sheet', code: 'NO_SUCH', message: `the workbook has ${names.join(', ')}` })
  } catch (error) {
    await reader.close()
    throw error
  }
}

/** The thread that reads a workbook. What it is asked for is answered in order; its end answers all that waits. */
class WorkbookReader {
  private readonly worker: Worker
  private readonly waiting: Array<{ resolve: (told: Told) => void; reject: (error: Error) => void }> = []
  private ended: Error | undefined

  constructor(path: string) {
    this.worker = new Worker(new URL('./workbook-worker.ts', import.meta.url), {
      workerData: { path },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    })
    this.worker.on('message', (told: Told) => this.waiting.shift()?.resolve(told))
    this.worker.on('error', error => this.end(error as Error))
    this.worker.on('exit', () => this.end(new Error('the reader of a workbook ended early')))
  }

  private end(error: Error): void {
    this.ended ??=
      (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? invalid({
            path: 'file',
            code: 'TOO_LARGE',
            message: 'The workbook needs too much memory to be read.',
          })
        : error
    for (const { reject } of this.waiting.splice(0)) reject(this.ended)
  }

  private ask(asked: Asked): Promise<Told> {
    if (this.ended) return Promise.reject(this.ended)
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      this.worker.postMessage(asked)
    })
  }

  async open(sheet: string | undefined): Promise<{ sheets: string[]; sheet: string | undefined }> {
    const told = refused(await this.ask({ sheet }))
    if (told.kind !== 'opened') throw new Error(`a workbook was ${told.kind}`)
    return told
  }

  /** The next piece is made while one is stored. */
  async *pieces(): AsyncGenerator<Buffer> {
    for (let next = this.ask('next'); ; ) {
      const told = refused(await next)
      if (told.kind !== 'piece') return
      next = this.ask('next')
      next.catch(() => {})
      yield Buffer.from(told.bytes.buffer, told.bytes.byteOffset, told.bytes.byteLength)
    }
  }

  async close(): Promise<void> {
    // It removes what it has laid down; where it cannot any more, that goes with the folder of the file.
    await this.ask('close').catch(() => {})
    await this.worker.terminate()
  }
}

function refused(told: Told): Told {
  if (told.kind !== 'fault') return told
  const { of, message, code, params } = told
  if (of === 'other') throw new Error(message)
  const issue = { path: 'file', message, code, ...(params ? { params } : {}) }
  throw of === 'workbook'
    ? invalid(issue)
    : new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', message, { issues: [issue] })
}
