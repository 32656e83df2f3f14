import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { runs } from '#test/runs.ts'
import { slowTest } from '#test/slow.ts'
import { cellsOf, partsOf } from './read.testing.ts'
import { type SheetColumn, workbook } from './write.ts'

async function* batches(list: unknown[][][]): AsyncGenerator<unknown[][]> {
  yield* list
}

async function written(columns: SheetColumn[], rows: unknown[][], zone = 'UTC', title = 'things') {
  const parts = await partsOf(
    await buffer(workbook(title, columns, rows.slice(0, 2), batches([rows.slice(2)]), zone)),
  )
  return { parts, cells: cellsOf(parts['xl/worksheets/sheet1.xml']!) }
}

test('every text comes back as it was, and none is a formula', async () => {
  const column: SheetColumn = { name: 'text', kind: 'text' }
  const seeds = ['=1+1', "'=x", '_x000D_', '<a href="&amp;">', ' edges ', 'a\r\nb\tc', '@sum', '😀']
  const texts = fc.array(
    fc.oneof(
      fc.constantFrom(...seeds),
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'binary', minLength: 1 }),
    ),
    { minLength: 3, maxLength: 20 },
  )
  await fc.assert(
    fc.asyncProperty(texts, async given => {
      const { parts, cells } = await written(
        [column],
        given.map(text => [text]),
      )
      const kept = given.map(text =>
        text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''),
      )
      assert.deepEqual(
        cells.slice(1).map(([cell]) => cell!.value),
        kept,
      )
      assert.ok(!/<f[ >]/.test(parts['xl/worksheets/sheet1.xml']!))
    }),
    { numRuns: runs(60) },
  )
})

test('numbers, amounts, days, moments and truths are such', async () => {
  const kinds = ['number', 'integer', 'money', 'date', 'moment', 'boolean', 'date', 'text', 'text'] as const
  const columns = kinds.map(kind => ({ name: `a ${kind}`, kind }))
  const row = [
    0.1,
    7,
    1234.5,
    '2026-01-31',
    '2026-07-01T10:00:00.000Z',
    true,
    '1899-12-31',
    ['a', 'b'],
    '=1+1',
  ]
  const { parts, cells } = await written(columns, [row, row.map(() => null)], 'Europe/Berlin')
  assert.deepEqual(cells[1], [
    { value: 0.1, style: 0 },
    { value: 7, style: 2 },
    { value: 1234.5, style: 3 },
    // Excel: =DATEVALUE("2026-01-31") is 46053.
    { value: 46053, style: 4 },
    // Noon in Berlin's summer: =DATEVALUE("2026-07-01") is 46204.
    { value: 46204.5, style: 5 },
    { value: true, style: 0 },
    { value: '1899-12-31', style: 0 },
    { value: 'a; b', style: 0 },
    { value: '=1+1', style: 6 },
  ])
  assert.ok(cells[2]!.every(({ value }) => value === null))
  assert.deepEqual(
    cells[0],
    columns.map(({ name }) => ({ value: name, style: 1 })),
  )
  assert.match(parts['xl/worksheets/sheet1.xml']!, /<pane ySplit="1" topLeftCell="A2"[^>]* state="frozen"\/>/)
  assert.match(parts['xl/workbook.xml']!, /<sheet name="things" sheetId="1" r:id="rId1"\/>/)
})

test('a text longer than a cell holds is cut, and a title that no sheet may have is mended', async () => {
  const { parts, cells } = await written(
    [{ name: 'long', kind: 'text' }],
    [['x'.repeat(40_000)]],
    'UTC',
    `a/b:${'c'.repeat(40)}`,
  )
  assert.equal((cells[1]![0]!.value as string).length, 32_767)
  assert.match(parts['xl/workbook.xml']!, /name="a b c{27}"/)
})

slowTest('rows that no sheet can hold go on in a second one', async () => {
  const all = 1_048_580
  async function* many(): AsyncGenerator<unknown[][]> {
    for (let at = 1; at < all; at += 50_000)
      yield Array.from({ length: Math.min(50_000, all - at) }, (_, i) => [at + i])
  }
  const parts = await partsOf(
    await buffer(workbook('n', [{ name: 'n', kind: 'integer' }], [[0]], many(), 'UTC')),
  )
  const first = parts['xl/worksheets/sheet1.xml']!
  assert.equal(first.split('<row>').length - 1, 1_048_576)
  const second = cellsOf(parts['xl/worksheets/sheet2.xml']!)
  assert.deepEqual(
    second.map(([cell]) => cell!.value),
    ['n', ...Array.from({ length: 5 }, (_, i) => all - 5 + i)],
  )
  assert.match(parts['xl/workbook.xml']!, /name="n 2" sheetId="2"/)
})

test('a fault in the rows breaks the stream, and a reader who leaves ends the reading', async () => {
  async function* broken(): AsyncGenerator<unknown[][]> {
    yield [[1]]
    throw new Error('gone')
  }
  const column: SheetColumn = { name: 'n', kind: 'integer' }
  await assert.rejects(buffer(workbook('n', [column], [[0]], broken(), 'UTC')), /gone/)
  let read = 0
  let closed = false
  async function* endless(): AsyncGenerator<unknown[][]> {
    try {
      for (;;) {
        read++
        yield Array.from({ length: 1000 }, () => [Math.random()])
      }
    } finally {
      closed = true
    }
  }
  const stream = workbook('n', [column], [[0]], endless(), 'UTC')
  for await (const _chunk of stream) if (read > 3) break
  await sleep(50)
  const before = read
  await sleep(100)
  assert.equal(read, before, 'nothing is read for nobody')
  assert.ok(closed)
})
