import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parseCsv } from './parse.ts'

// A file of its own, and so a process: what else ran in it would be measured too.
test('memory is flat in the size of the file', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const row = `Jane,Müller,jane@example.com,"Acme, Inc.","${'a note of some length; '.repeat(40)}"\n`
  const block = Buffer.from(row.repeat(60))
  const blocks = 520
  async function* open() {
    yield Buffer.from('First,Last,Email,Company,Note\n')
    for (let i = 0; i < blocks; i++) yield Buffer.from(block)
  }
  assert.ok(block.length * blocks > 30_000_000)
  const used = () => {
    collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const file = await parseCsv(open)
  let rows = 0
  let peak = 0
  let start = 0
  for await (const { cells } of file.rows) {
    assert.equal(cells.length, 5)
    if (++rows === 5000) start = used()
    if (rows % 5000 === 0) peak = Math.max(peak, used())
  }
  assert.equal(rows, 60 * blocks)
  assert.ok(peak - start < 4_000_000, `grew by ${Math.round((peak - start) / 1e6)} MB`)
})
