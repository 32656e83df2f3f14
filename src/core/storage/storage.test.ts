import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readConfig } from '#core/config.ts'
import { Refusal } from '#core/errors.ts'
import { attach, docxOf } from '#features/files/files.testing.ts'
import { importing } from '#features/imports/testing.ts'
import { bucketServer } from '#test/bucket.ts'
import { useProgram, world } from '#test/world.ts'
import { localStorage } from './local.ts'
import { openS3 } from './s3.ts'
import type { Storage } from './types.ts'

/** Both stores, tried by the same tests; S3 over the wire, against a server that checks every signature. */

const folder = mkdtempSync(join(tmpdir(), 'ascendore-storage-'))
let server: Awaited<ReturnType<typeof bucketServer>>
after(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})
const settings = () => ({ bucket: 'crm-files', region: 'us-east-1', endpoint: server.url, keys: server.keys })
const program = useProgram(async () => {
  server = await bucketServer('crm-files')
  return {
    S3_BUCKET: 'crm-files',
    S3_ENDPOINT: server.url,
    AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
  }
})

const collect = async (source: AsyncIterable<Buffer>) => {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}
async function* chunksOf(...chunks: Array<Buffer | Error>) {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk
    yield chunk
  }
}
const isMissing = (error: unknown) => error instanceof Refusal && error.status === 404

const stores: Array<[string, () => Promise<Storage>]> = [
  ['a folder', async () => localStorage(folder)],
  ['S3', () => openS3(settings())],
]
for (const [name, open] of stores) {
  test(`${name} keeps, reads in parts, replaces and deletes`, async () => {
    const store = await open()
    const key = 'w/files/one'
    assert.deepEqual(await store.put(key, chunksOf(Buffer.from('hello '), Buffer.from('world'))), {
      sizeBytes: 11,
    })
    assert.equal(String(await collect(store.read(key))), 'hello world')
    assert.equal(String(await collect(store.read(key, { start: 4, end: 6 }))), 'o w')
    await store.put(key, chunksOf(Buffer.from('new')))
    assert.equal(String(await collect(store.read(key))), 'new')
    await store.delete(key)
    await store.delete(key)
    await assert.rejects(collect(store.read(key)), isMissing)
    await store.tidy()
  })

  test(`${name} keeps a file of several parts, whole or not at all`, async () => {
    const store = await open()
    const big = Buffer.alloc(20 * 1024 * 1024)
    for (let i = 0; i < big.length; i += 4) big.writeUInt32LE(i, i)
    const pieces = Array.from({ length: 20 }, (_, i) => big.subarray(i << 20, (i + 1) << 20))
    assert.deepEqual(await store.put('w/files/big', chunksOf(...pieces)), { sizeBytes: big.length })
    assert.equal(big.compare(await collect(store.read('w/files/big'))), 0)
    for (const count of [1, 19]) {
      const cut = store.put(
        'w/files/cut',
        chunksOf(...pieces.slice(0, count), new Error('the client went away')),
      )
      await assert.rejects(cut, /the client went away/)
      await assert.rejects(collect(store.read('w/files/cut')), isMissing)
    }
  })
}

test('a bucket that takes no files ends the start with a sentence', async () => {
  const wrong = { ...server.keys, secretAccessKey: 'wrong' }
  await assert.rejects(
    openS3({ ...settings(), keys: wrong }),
    /crm-files takes no files \(SignatureDoesNotMatch\)/,
  )
  await assert.rejects(openS3({ ...settings(), bucket: 'none' }), /none takes no files \(NoSuchBucket\)/)
  const env = { JWT_SECRET: 'x'.repeat(40), DATA_DIR: folder }
  for (const [more, sentence] of [
    [{ S3_ENDPOINT: 'http://127.0.0.1:9000' }, /S3_BUCKET is required/],
    [{ S3_BUCKET: 'crm', AWS_ACCESS_KEY_ID: 'a' }, /must be given together/],
    [{ S3_BUCKET: 'a_b' }, /S3_BUCKET must be/],
    [{ S3_BUCKET: 'crm', S3_ENDPOINT: 'ftp://x' }, /S3_ENDPOINT must be/],
  ] as const)
    assert.throws(() => readConfig({ ...env, ...more }), sentence)
})

test('the program keeps files and imports in the bucket, under the workspace', async () => {
  const { ana, workspaceId } = await world()
  const { id } = (await importing(ana, 'companies', 'name\nHalden\n')) as { id: string }
  const to = { type: 'company', id: (await ana.get('/companies?q=Halden')).body.rows[0].id }
  const bytes = docxOf('In the bucket')
  const reply = await attach(ana, to, { filename: 'a.docx', bytes })
  assert.equal(reply.status, 201, reply.text)
  const file = reply.body
  const { storage } = program().app
  const kept = await collect(storage.read(`${workspaceId}/files/${file.id}`))
  assert.equal(bytes.compare(kept), 0)
  assert.equal(String(await collect(storage.read(`${workspaceId}/imports/${id}`))), 'name\nHalden\n')
  const part = await ana.get(`/files/${file.id}/download`, { headers: { range: 'bytes=0-1' } })
  assert.deepEqual([part.status, part.text], [206, 'PK'])
})
