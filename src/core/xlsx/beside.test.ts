import assert from 'node:assert/strict'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { slowTest } from '#test/slow.ts'
import { until } from '#test/until.ts'
import { workbookBeside } from './beside.ts'
import { partsOf } from './read.testing.ts'
import { type SheetColumn, workbook } from './write.ts'

const COLUMNS: SheetColumn[] = [
  { name: 'text', kind: 'text' },
  { name: 'money', kind: 'money' },
  { name: 'moment', kind: 'moment' },
  { name: 'more', kind: 'text' },
]
const batchFrom = (start: number): unknown[][] =>
  Array.from({ length: 1000 }, (_, i) => [
    `=${start + i} & "more"`,
    start + i + 0.5,
    '2026-07-01T10:00:00.000Z',
    i % 3 ? ['a', 'b'] : undefined,
  ])
async function* source(count: number, told: { read: number; isReturned?: boolean; fault?: Error }) {
  try {
    for (let n = 1; n < count; n++) {
      told.read++
      if (told.fault && n === 3) throw told.fault
      yield batchFrom(n * 1000)
    }
  } finally {
    told.isReturned = true
  }
}
const opened = (count: number, told: Parameters<typeof source>[1]) =>
  workbookBeside('things', COLUMNS, batchFrom(0), source(count, told), 'Asia/Tokyo')

test('a workbook that is written in a thread is the one that is written here', async () => {
  const here = workbook('things', COLUMNS, batchFrom(0), source(4, { read: 0 }), 'Asia/Tokyo')
  const [one, other] = await Promise.all([buffer(opened(4, { read: 0 })), buffer(here)])
  const parts = await partsOf(one)
  assert.deepEqual(parts, await partsOf(other))
  assert.equal(parts['xl/worksheets/sheet1.xml']!.match(/<row>/g)!.length, 4001)
})

test('rows are read as the client takes them, and no more once it has gone', async () => {
  const told: Parameters<typeof source>[1] = { read: 0 }
  const stream = opened(1_000_000, told)
  await once(stream, 'readable')
  const seen = told.read
  assert.ok(seen < 100, `${seen} batches for one piece`)
  stream.destroy()
  await once(stream, 'close')
  await until(() => told.isReturned === true)
  assert.ok(told.read <= seen + 1)
})

slowTest('a batch of long texts is more than a thread holds, and is handed over in pieces', async () => {
  const long = Array.from({ length: 1500 }, (_, i) => [`${i} ${'long '.repeat(20_000)}`, i, null, null])
  async function* none(): AsyncGenerator<unknown[][]> {}
  const parts = await partsOf(await buffer(workbookBeside('things', COLUMNS, long, none(), 'UTC')))
  assert.equal(parts['xl/worksheets/sheet1.xml']!.match(/<row>/g)!.length, 1501)
})

test('a fault while rows are read breaks the workbook off', async () => {
  const fault = new Error('the database is gone')
  await assert.rejects(buffer(opened(10, { read: 0, fault })), fault)
})

test('those for whom there is no thread are served without one', async () => {
  const streams = Array.from({ length: 9 }, () => opened(3, { read: 0 }))
  const sizes = await Promise.all(streams.map(async stream => (await buffer(stream)).length))
  assert.equal(new Set(sizes).size, 1)
})
