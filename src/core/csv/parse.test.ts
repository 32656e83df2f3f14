import assert from 'node:assert/strict'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { runs } from '#test/runs.ts'
import { slowTest } from '#test/slow.ts'
import { type CsvOptions, type CsvRow, parseCsv } from './parse.ts'
import { detectDelimiter } from './scan.ts'

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

async function read(text: string | Buffer, options: CsvOptions = {}, size = 50_000) {
  const bytes = Buffer.from(text as string)
  const file = await parseCsv(() => chunked(bytes, size), options)
  const rows: CsvRow[] = []
  for await (const row of file.rows) rows.push(row)
  return { ...file, rows, cells: rows.map(row => row.cells), numbers: rows.map(row => row.rowNumber) }
}

test('delimiters are told apart by consistency, not by number', () => {
  const detect = (text: string) => detectDelimiter(Buffer.from(text), true)
  assert.equal(detect('a,b,c\n1,2,3\n'), ',')
  assert.equal(detect('a;b;c\n1,5;2,5;3,5\n1,25;2;3\n'), ';')
  assert.equal(detect('name\tnote\nx\ta, b, c, d\ny\te; f\n'), '\t')
  assert.equal(detect('a|b\n1|2,3\n'), '|')
  assert.equal(detect('"Last, First";Email\n"Doe, J";j@x\n'), ';')
  assert.equal(detect('Umsatz, netto;Name;Ort\n1,5;x;y\n2,5;z;w\n'), ';')
  assert.equal(detect('name,notes\nx,"a;b;c\nd;e;f"\n'), ',')
  assert.equal(detect(',,,\nname,email,x,y\na,b,c,d\n'), ',')
  assert.equal(detect('email\na@b\n'), ',')
  assert.equal(detect(''), ',')
})

test('quotes, line ends and blank lines are read as a spreadsheet reads them', async () => {
  const text = 'Name,Note\r\n"Doe, J","line 1\nline 2"\nsay ""hi"",5" pipe\r"a ""b""",x\r\n\r\n ,\r\nend,1'
  for (const size of [1, 2, 3, 7, 1000]) {
    const file = await read(text, {}, size)
    assert.deepEqual(file.header, ['Name', 'Note'])
    assert.deepEqual(file.cells, [
      ['Doe, J', 'line 1\nline 2'],
      ['say ""hi""', '5" pipe'],
      ['a "b"', 'x'],
      ['end', '1'],
    ])
    assert.deepEqual(file.numbers, [2, 3, 4, 7])
  }
})

test('the header is cleaned and its names are kept apart', async () => {
  const file = await read('\uFEFF\n,,,,,\n Name ,name,NAME,,Name (2),"E\nmail",,\n1,2,3,4,5,6,,\n')
  assert.deepEqual(file.header, ['Name', 'name (3)', 'NAME (4)', 'Column 4', 'Name (2)', 'E mail'])
  assert.deepEqual(file.rows, [{ rowNumber: 4, cells: ['1', '2', '3', '4', '5', '6'], extra: 0 }])
  assert.deepEqual((await read('name,Name,NAME\n')).header, ['name', 'Name (2)', 'NAME (3)'])
})

test('a header of the same name many times is read at once, and one of more columns than anybody has is refused', async () => {
  const started = performance.now()
  const { header } = await read(`${'.,'.repeat(2000)}\n1\n`)
  assert.deepEqual([header.length, header[0], header.at(-1)], [2000, '.', '. (2000)'])
  assert.ok(performance.now() - started < 1000)
  await assert.rejects(read(`${'.,'.repeat(24_000)}\n`), { name: 'CsvHeaderError', message: /2000 columns/ })
})

test('ragged rows are filled, and extra cells are counted', async () => {
  const file = await read('a,b,c\n1\n1,2,3,4,5,\n1,2,3,\n')
  assert.deepEqual(file.rows, [
    { rowNumber: 2, cells: ['1', '', ''], extra: 0 },
    { rowNumber: 3, cells: ['1', '2', '3', '4', '5'], extra: 2 },
    { rowNumber: 4, cells: ['1', '2', '3'], extra: 0 },
  ])
})

test('an Excel sep= line names the delimiter and is no row', async () => {
  const file = await read('\uFEFFsep=;\r\nName;a,b,c\r\nx;1,2,3\r\n', {}, 3)
  assert.equal(file.delimiter, ';')
  assert.deepEqual(file.rows, [{ rowNumber: 2, cells: ['x', '1,2,3'], extra: 0 }])
  assert.equal((await read('sep=^\na^b\n1^2\n')).cells[0]?.length, 2)
})

test('encodings reach the cells; NUL characters do not', async () => {
  const text = 'Nom;Téléphone\nZoë;1\n'
  assert.deepEqual((await read(Buffer.from(text, 'latin1'))).header, ['Nom', 'Téléphone'])
  assert.deepEqual((await read(Buffer.from(`\uFEFF${text}`, 'utf16le'), {}, 3)).cells, [['Zoë', '1']])
  assert.deepEqual((await read('a,b\nx\0y,2\n', { encoding: 'utf-8' })).cells, [['xy', '2']])
})

test('nothing in the file, nothing to read', async () => {
  for (const text of ['', '\n\n', ',,,\n', '\uFEFF']) assert.deepEqual((await read(text)).header, [])
  assert.deepEqual((await read('a,b\n')).rows, [])
  await assert.rejects(read('a', { delimiter: '::' }), RangeError)
  await assert.rejects(read('a,"b\n1,2\n'), { name: 'CsvHeaderError' })
})

test('a quote never closed costs its own row only', async () => {
  const file = await read('a,b\n1,2\n3,"4\n5,6\n7,8\n', {}, 4)
  assert.deepEqual(file.numbers, [2, 3, 4, 5])
  assert.match(file.rows[1]?.error?.message ?? '', /never closed/)
  assert.deepEqual(file.cells, [['1', '2'], [], ['5', '6'], ['7', '8']])
})

test('a quote closed by a later row costs its own row only', async () => {
  const file = await read('a,b,c\n1,"Acme,x\n2,"Beta",y\n3,4,5\n', {}, 3)
  assert.match(file.rows[0]?.error?.message ?? '', /never closed/)
  assert.deepEqual(file.cells, [[], ['2', 'Beta', 'y'], ['3', '4', '5']])
  const note = await read('a,b,c\n1,"line\nsaid "hi" x",5\n3,4,5\n')
  assert.deepEqual(note.cells, [[], ['3', '4', '5']])
  assert.match(note.rows[0]?.error?.message ?? '', /not closed where/)
  const fine = await read('a,b,c\n"""x""\ny",2\n')
  assert.deepEqual(fine.cells, [['"x"\ny', '2', '']])
})

slowTest('a quote open for over 1 MiB of rows is skipped and every other row is read', async () => {
  const line = `${'x'.repeat(40)},${'y'.repeat(40)}\n`
  const count = 16_000
  const text = `a,b\n1,2\n3,"4\n${line.repeat(count)}`
  for (const size of [1000, 64 * 1024, 1 << 22]) {
    const file = await read(text, {}, size)
    assert.equal(file.rows.filter(row => row.error).length, 1)
    assert.equal(file.rows.length, count + 2)
    assert.equal(file.rows.at(-1)?.rowNumber, count + 3)
  }
})

slowTest('a record of over 1 MiB is one error row, and the next record is read', async () => {
  const notes = 'a "line" of notes\n'.repeat(200_000).replaceAll('"', '""')
  for (const big of [`"${notes}"`, 'z'.repeat(3_000_000)]) {
    const file = await read(`a,b\n1,2\n3,${big}\n5,6\n`, {}, 10_000)
    assert.deepEqual(file.cells, [['1', '2'], [], ['5', '6']])
    assert.match(file.rows[1]?.error?.message ?? '', /larger than 1 MiB/)
    assert.deepEqual(file.numbers, [2, 3, 4])
  }
  const fits = 'z'.repeat(1024 * 1024 - 3)
  assert.equal((await read(`a,b\n1,${fits}\n`)).rows[0]?.error, undefined)
  assert.match((await read(`a,b\n1,${fits}z\n`)).rows[0]?.error?.message ?? '', /1 MiB/)
})

slowTest('a file made to be read again and again ends in time', async () => {
  const started = process.cpuUsage()
  const file = await read(`a,b\n"${'a","b\n'.repeat(200_000)}`)
  assert.ok(file.rows.length > 0)
  // Of the processor, since others may be busy beside it.
  const { user, system } = process.cpuUsage(started)
  assert.ok((user + system) / 1000 < 8000)
})

test('rows far below the others keep their number, and cost no more than their bytes', async () => {
  const gap = '\r\n'.repeat(1500) + '\n'.repeat(1500) + '\r'.repeat(1501)
  const text = `${gap}a,b\r\n1,2\r\n${gap}3,"4${gap}"\r\n${gap}5,6\r\n${gap}`
  for (const size of [61, 4096, 50_000]) {
    const { numbers, cells } = await read(text, {}, size)
    assert.deepEqual(numbers, [4503, 9005, 13_507], String(size))
    assert.deepEqual(cells[2], ['5', '6'])
    assert.equal(cells[1]![1]!.length, 1 + gap.length)
  }
  const started = process.cpuUsage()
  const last = await read(`a\n${'\r\n'.repeat(1_048_574)}1\n`)
  assert.deepEqual(last.numbers, [1_048_576])
  const { user, system } = process.cpuUsage(started)
  // Record by record it took three times as long.
  assert.ok((user + system) / 1000 < 900, `${(user + system) / 1000} ms`)
})

test('any bytes give rows, the same whatever the chunks, and never an exception', async () => {
  const unit = fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', 'a', ' ', 'é', ';')
  const texts = fc.string({ unit, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 5 }), async (tail, size) => {
      const text = `h1,h2\n${tail}`
      const whole = await read(text)
      assert.deepEqual((await read(text, {}, size)).rows, whole.rows)
      for (const row of whole.rows) assert.ok(row.error ? row.cells.length === 0 : row.cells.length >= 2)
    }),
    { numRuns: runs(500) },
  )
})

test('leaving the loop closes the file, and rows can be read twice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'csv-'))
  try {
    const path = join(folder, 'a.csv')
    writeFileSync(path, `a,b\n${'1,2\n'.repeat(500_000)}`)
    const streams: ReturnType<typeof createReadStream>[] = []
    const open = () => {
      const stream = createReadStream(path)
      streams.push(stream)
      return stream
    }
    const file = await parseCsv(open)
    assert.ok(streams.length > 0 && streams.every(stream => stream.destroyed))
    for (let i = 0; i < 2; i++) {
      for await (const row of file.rows) {
        assert.deepEqual(row.cells, ['1', '2'])
        break
      }
    }
    await turn()
    assert.ok(streams.every(stream => stream.destroyed && stream.bytesRead < 4_000_000))
    assert.ok(streams.slice(-2).every(stream => stream.bytesRead <= 3 * 65_536))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
