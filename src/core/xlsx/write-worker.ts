import { EventEmitter, once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { type SheetColumn, workbook } from './write.ts'

/** What the thread is made with. */
export type Made = { title: string; columns: SheetColumn[]; zone: string }
/** What it is given: the rows that it wanted, as JSON, or that there are no more; and leave to send a piece. */
export type Given = { kind: 'rows'; rows: string | undefined } | { kind: 'next' }
export type Told = { kind: 'wants' } | { kind: 'piece'; bytes: Uint8Array } | { kind: 'done' }

const PIECE_BYTES = 64 * 1024

const port = parentPort!
const arrived = new EventEmitter()
const given: Record<Given['kind'], Given[]> = { rows: [], next: [] }
port.on('message', (one: Given) => {
  given[one.kind].push(one)
  arrived.emit(one.kind)
})
const tell = (told: Told) =>
  port.postMessage(told, told.kind === 'piece' ? [told.bytes.buffer as ArrayBuffer] : [])

async function take<K extends Given['kind']>(kind: K): Promise<Extract<Given, { kind: K }>> {
  while (!given[kind].length) await once(arrived, kind)
  return given[kind].shift() as Extract<Given, { kind: K }>
}

async function* batches(): AsyncGenerator<unknown[][]> {
  for (;;) {
    tell({ kind: 'wants' })
    const { rows } = await take('rows')
    if (rows === undefined) return
    yield JSON.parse(rows) as unknown[][]
  }
}

async function send(chunks: Buffer[]): Promise<void> {
  await take('next')
  // A copy of its own, which can be handed over.
  tell({ kind: 'piece', bytes: new Uint8Array(Buffer.concat(chunks)) })
}

const { title, columns, zone } = workerData as Made
const rows = batches()
const first = ((await rows.next()).value ?? []) as unknown[][]
let held: Buffer[] = []
let size = 0
for await (const chunk of workbook(title, columns, first, rows, zone)) {
  held.push(chunk as Buffer)
  size += (chunk as Buffer).length
  if (size < PIECE_BYTES) continue
  await send(held)
  held = []
  size = 0
}
if (held.length) await send(held)
tell({ kind: 'done' })
