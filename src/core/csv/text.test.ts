import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { runs } from '#test/runs.ts'
import { decodeText, type Encoding, sniffEncoding } from './decode.ts'
import { parseCsv } from './parse.ts'
import { csvLine, neutralise, restore } from './write.ts'

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

async function text(source: AsyncIterable<string>): Promise<string> {
  let all = ''
  for await (const piece of source) all += piece
  return all
}

const wellFormed = fc.string({ unit: 'binary', maxLength: 60 }).map(s => s.replaceAll('\uFEFF', ''))

test('text survives every encoding and every split into chunks', async () => {
  const cases = fc.constantFrom<Encoding>('utf-8', 'utf-16le', 'utf-16be')
  await fc.assert(
    fc.asyncProperty(
      wellFormed,
      cases,
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      async (s, encoding, size, bom) => {
        const bytes = iconv.encode(s, encoding, { addBOM: bom })
        const pieces: string[] = []
        for await (const piece of decodeText(chunked(bytes, size), encoding)) pieces.push(piece)
        assert.equal(pieces.join(''), s)
        for (const piece of pieces) assert.ok(piece.isWellFormed(), 'no surrogate pair is split')
      },
    ),
  )
})

test('the encoding is found whatever the chunks', async () => {
  const german = 'Name;Straße\r\nJürgen;Über 5 €\r\n'
  const cases: [Buffer, Encoding][] = [
    [Buffer.from(german), 'utf-8'],
    [Buffer.from(`\uFEFF${german}`), 'utf-8'],
    [Buffer.from('Name,Email\n'), 'utf-8'],
    [Buffer.from('Name,日本語,😀\n'), 'utf-8'],
    [Buffer.from(`\uFEFF${german}`, 'utf16le'), 'utf-16le'],
    [Buffer.from(german, 'utf16le'), 'utf-16le'],
    [iconv.encode(german, 'utf-16be', { addBOM: true }), 'utf-16be'],
    [iconv.encode(german, 'utf-16be'), 'utf-16be'],
    [iconv.encode(german, 'windows-1252'), 'windows-1252'],
    [iconv.encode('caf\u00e9', 'windows-1252'), 'windows-1252'],
    [Buffer.from('Zoë, Renée, é').subarray(0, -1), 'utf-8'],
    [Buffer.alloc(0), 'utf-8'],
  ]
  for (const [bytes, expected] of cases) {
    for (const size of [1, 2, 3, 5, 64, 100_000]) {
      assert.equal(await sniffEncoding(() => chunked(bytes, size)), expected, `${expected} in ${size}s`)
    }
    if (expected !== 'utf-8' || bytes.at(-1) !== 0xc3) {
      const decoded = await text(decodeText(chunked(bytes, 3)))
      assert.equal(decoded, iconv.decode(bytes, expected))
    }
  }
})

test('an invalid byte megabytes into the file makes it Windows-1252', async () => {
  const long = Buffer.from(`Jane,Doe,${'note '.repeat(200)}\n`)
  async function* open() {
    for (let i = 0; i < 40; i++) yield Buffer.concat(Array.from({ length: 60 }, () => long))
    yield Buffer.from('Ren\xe9e,Doe,r@example.com\n', 'latin1')
  }
  assert.equal(await sniffEncoding(open), 'windows-1252')
  const file = await parseCsv(open)
  let last: string[] = []
  for await (const row of file.rows) last = row.cells
  assert.deepEqual(last, ['Renée', 'Doe', 'r@example.com'])
})

test('decoding closes its source when the reader leaves', async () => {
  let closed = 0
  async function* source() {
    try {
      for (;;) yield Buffer.alloc(40_000, 'a')
    } finally {
      closed++
    }
  }
  for await (const piece of decodeText(source())) {
    assert.ok(piece.length > 0)
    break
  }
  for await (const _ of decodeText(source(), 'utf-8')) break
  assert.equal(closed, 2)
})

const risky = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', ' ', '"', ',', ';', 'a', '\uFF1D'),
  }),
)

test('restore undoes neutralise for every string, and nothing risky is left', () => {
  fc.assert(
    fc.property(risky, s => {
      assert.equal(restore(neutralise(s)), s)
      assert.doesNotMatch(neutralise(s), /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/)
    }),
    { numRuns: runs(2000) },
  )
  assert.equal(neutralise('=1+1'), "'=1+1")
  assert.equal(neutralise("'=1+1"), "''=1+1")
  assert.equal(neutralise("'quoted'"), "'quoted'")
  assert.equal(neutralise('a=b'), 'a=b')
  assert.equal(restore("'hello"), "'hello")
})

test('what is written reads back the same, through the parser', async () => {
  const cells = fc.array(
    risky.map(s => s.replaceAll('\0', '')),
    { minLength: 2, maxLength: 4 },
  )
  const delimiters = fc.constantFrom(',', ';', '\t', '|')
  await fc.assert(
    fc.asyncProperty(
      fc.array(cells, { maxLength: 6 }),
      delimiters,
      fc.integer({ min: 1, max: 40 }),
      async (rows, d, n) => {
        const width = Math.max(2, ...rows.map(row => row.length))
        const head = Array.from({ length: width }, (_, i) => `h${i}`)
        const bytes = Buffer.from([head, ...rows].map(row => csvLine(row, d)).join(''))
        const file = await parseCsv(() => chunked(bytes, n), { delimiter: d, encoding: 'utf-8' })
        const read: string[][] = []
        for await (const row of file.rows) {
          assert.equal(row.error, undefined)
          read.push(row.cells.map(restore))
        }
        const expected = rows
          .filter(row => row.some(cell => neutralise(cell).trim() !== ''))
          .map(row => [...row, ...Array<string>(width - row.length).fill('')])
        assert.deepEqual(read, expected)
      },
    ),
    { numRuns: runs(300) },
  )
})

test('a line is RFC 4180, with typed cells', () => {
  assert.equal(csvLine(['a', 'b,c', 'say "hi"', 'x\ny']), 'a,"b,c","say ""hi""","x\ny"\r\n')
  assert.equal(
    csvLine([-5, 1.5, 10n, true, false, null, undefined, Number.NaN]),
    '-5,1.5,10,true,false,,,\r\n',
  )
  assert.equal(csvLine(['-5', '+49 30', '@me', '=1']), "'-5,'+49 30,'@me,'=1\r\n")
  assert.equal(csvLine([['vip', 'eu; x'], [], ['=1'], { a: 1 }]), 'vip; eu; x,,\'=1,"{""a"":1}"\r\n')
  assert.equal(csvLine(['a;b', 'c,d'], ';'), '"a;b";c,d\r\n')
  assert.equal(csvLine([' x ', new Date(0)]), '" x ",1970-01-01T00:00:00.000Z\r\n')
})
