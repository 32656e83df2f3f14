import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'content-disposition'
import { type Person, useProgram, world } from '#test/world.ts'
import { attach, PNG } from './files.testing.ts'

const program = useProgram()
let ana: Person

const put = async (filename: string, bytes: Buffer | string, type?: string): Promise<string> => {
  ana ??= (await world()).ana
  const to = { type: 'company', id: (await ana.post('/companies', { name: 'Halden' })).body.id }
  const reply = await attach(ana, to, { filename, bytes, type })
  assert.equal(reply.status, 201, reply.text)
  return reply.body.id
}
const get = (id: string, headers: Record<string, string> = {}, query = '', method: 'GET' | 'HEAD' = 'GET') =>
  program().server.inject({
    method,
    url: `/api/v1/files/${id}/download${query}`,
    headers: { authorization: `Bearer ${ana.token}`, ...headers },
  })

test('ranges are answered as RFC 9110 asks', async () => {
  const id = await put('digits.txt', '0123456789', 'text/plain')
  const etag = String((await get(id)).headers.etag)
  for (const [range, status, payload, contentRange] of [
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=0-999', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=-999', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=5-2', 200, '0123456789', undefined],
    ['bytes=0-1,4-5', 200, '0123456789', undefined],
    ['bytes=-', 200, '0123456789', undefined],
    ['lines=0-1', 200, '0123456789', undefined],
  ] as const) {
    const reply = await get(id, { range })
    assert.deepEqual(
      [reply.statusCode, reply.payload, reply.headers['content-range'], reply.headers['content-length']],
      [status, payload, contentRange, String(payload.length)],
      range,
    )
  }
  for (const range of ['bytes=10-', 'bytes=10-12', 'bytes=-0', 'bytes=99999999999999999999-']) {
    const reply = await get(id, { range })
    assert.equal(reply.statusCode, 416, range)
    assert.equal(reply.headers['content-range'], 'bytes */10')
    assert.equal(reply.json().code, 'RANGE_NOT_SATISFIABLE')
  }
  const same = await get(id, { range: 'bytes=0-1', 'if-range': etag })
  const other = await get(id, { range: 'bytes=0-1', 'if-range': '"other"' })
  assert.deepEqual([same.statusCode, other.statusCode], [206, 200])
})

test('who has the file already gets 304, and HEAD says all but the bytes', async () => {
  const id = await put('digits.txt', '0123456789', 'text/plain')
  const { etag } = (await get(id)).headers
  for (const header of [String(etag), `"a", W/${etag}`, '*']) {
    const reply = await get(id, { 'if-none-match': header })
    assert.deepEqual([reply.statusCode, reply.payload, reply.headers.etag], [304, '', etag], header)
  }
  assert.equal((await get(id, { 'if-none-match': '"other"' })).statusCode, 200)
  const head = await get(id, {}, '', 'HEAD')
  assert.deepEqual([head.statusCode, head.headers['content-length'], head.payload], [200, '10', ''])
  const ranged = await get(id, { range: 'bytes=0-3' }, '', 'HEAD')
  assert.deepEqual([ranged.statusCode, ranged.headers['content-length']], [200, '10'])
})

test('no download can act as a page of this origin, whatever was uploaded', async () => {
  const samples = [
    { id: await put('a.png', PNG, 'image/png'), inline: true },
    { id: await put('a.txt', 'hello <script>alert(1)</script>', 'text/plain'), inline: true },
    { id: await put('a.xml', '<?xml version="1.0"?><invoice/>', 'text/xml'), inline: false },
    { id: await put('a.pdf', '%PDF-1.4\n', 'application/pdf'), inline: false },
    { id: await put('a.bin', Buffer.from([0, 1, 2, 3]), 'application/octet-stream'), inline: false },
  ]
  for (const { id, inline } of samples)
    for (const [query, type] of [
      ['', 'attachment'],
      ['?disposition=attachment', 'attachment'],
      ['?disposition=inline', inline ? 'inline' : 'attachment'],
    ] as const) {
      const { headers, statusCode } = await get(id, {}, query)
      assert.equal(statusCode, 200)
      assert.equal(
        parse(String(headers['content-disposition'])).type,
        type,
        `${headers['content-type']} ${query}`,
      )
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.match(String(headers['content-security-policy']), /^default-src 'none';.*; sandbox$/)
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
      assert.equal(headers['cache-control'], 'private, no-cache')
    }
  const wrong = await get(samples[0]!.id, {}, '?disposition=page')
  assert.equal(wrong.statusCode, 400)
})

test('any name travels in the header, and comes out as it was kept', async () => {
  for (const name of [
    'Angebot Müller & Söhne (final).txt',
    '見積書.txt',
    "a;b='c' %41.txt",
    'naïve 🙂.txt',
    '100% sure.txt',
  ]) {
    const id = await put(name, 'x', 'text/plain')
    const header = String((await get(id)).headers['content-disposition'])
    // Quotes, backslashes and percent signs are read differently by different clients (RFC 6266, appendix D).
    assert.match(header, /^attachment; filename="[^"\\%]*"(; filename\*=UTF-8''[\w.%!#$&+^`|~-]+)?$/)
    assert.doesNotMatch(header, /[^\x20-\x7e]/)
    assert.equal(parse(header).parameters.filename, name)
  }
})

test('a name that a form wrote with %22 is kept without it', async () => {
  // Browsers, fetch and curl write it so; quotes themselves are no part of a name.
  const id = await put('The %22final%22 plan%0D%0A.txt', 'x', 'text/plain')
  const header = String((await get(id)).headers['content-disposition'])
  assert.equal(header, 'attachment; filename="The _final_ plan .txt"')
})
