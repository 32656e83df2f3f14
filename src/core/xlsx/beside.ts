import { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { type SheetColumn, workbook } from './write.ts'
import type { Given, Made, Told } from './write-worker.ts'

/** Fewer rows are written sooner than a thread is there. */
const ROWS_WORTH_A_THREAD = 1000
/** A client that stops reading keeps its thread; whoever comes beyond these is served without one. */
const THREADS_AT_MOST = 4
/** What is handed over at once, as JSON: a batch of long texts would be more than a thread may hold. */
const PIECE_CHARACTERS = 2 ** 20
/** Of a thread: a few such pieces, as JSON, as objects and as XML. Told to keep little, or it collects its garbage late. */
const MEMORY_MB = 96
const YOUNG_MB = 16

let threads = 0

/**
 * A workbook as `workbook` writes it, in a thread of its own where there are many rows: XML of a hundred thousand is
 * work of seconds, for which nobody else shall wait. Values cross as JSON. Whoever destroys the stream ends the thread
 * and the reading of rows.
 * @param first the first batch, by which the columns get their widths
 */
export function workbookBeside(
  title: string,
  columns: SheetColumn[],
  first: unknown[][],
  more: AsyncIterable<unknown[][]>,
  zone: string,
): Readable {
  if (first.length < ROWS_WORTH_A_THREAD || threads >= THREADS_AT_MOST)
    return workbook(title, columns, first, more, zone)
  const made: Made = { title, columns: columns.map(({ name, kind }) => ({ name, kind })), zone }
  const worker = new Worker(new URL('./write-worker.ts', import.meta.url), {
    workerData: made,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: YOUNG_MB },
  })
  threads++
  const give = (given: Given) => worker.postMessage(given)
  const rest = more[Symbol.asyncIterator]()
  const out = new Readable({
    read: () => give({ kind: 'next' }),
    destroy(error, done) {
      // The page of rows that is being read is the last one.
      Promise.resolve(rest.return?.()).catch(() => {})
      worker.terminate().then(() => done(error), done)
    },
  })
  let rows = first
  let at = 0
  const handOver = async () => {
    while (at >= rows.length) {
      const { done, value } = await rest.next()
      if (done) return give({ kind: 'rows', rows: undefined })
      rows = value
      at = 0
    }
    const piece: string[] = []
    for (let size = 0; at < rows.length && size < PIECE_CHARACTERS; at++) {
      const row = JSON.stringify(rows[at])
      piece.push(row)
      size += row.length
    }
    give({ kind: 'rows', rows: `[${piece.join()}]` })
  }
  worker.on('message', (told: Told) => {
    if (told.kind === 'wants') handOver().catch(error => out.destroy(error as Error))
    else out.push(told.kind === 'piece' ? Buffer.from(told.bytes.buffer) : null)
  })
  worker.on('error', error => out.destroy(error as Error))
  worker.on('exit', () => {
    threads--
    if (!out.readableEnded) out.destroy(new Error('the writer of a workbook ended early'))
  })
  return out
}
