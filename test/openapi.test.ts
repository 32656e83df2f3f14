import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { allRecords } from '#core/record/registry.ts'
import { Samples } from './samples.ts'
import { useProgram, world } from './world.ts'

const program = useProgram()

test('the committed document is the one that is served', async () => {
  const document = (await program().server.inject({ url: '/openapi.json' })).json()
  assert.deepEqual(parse(readFileSync('openapi/crm.openapi.yaml', 'utf8')), document)
})

test('the examples of bodies that create something are real: each is taken as it stands', async () => {
  const { owner } = await world()
  const { paths } = (await program().server.inject({ url: '/openapi.json' })).json()
  const samples = new Samples(owner)
  /** Ids of records that are there, for those that an example can only make up. */
  const linksOf = async (path: string, example: object) => {
    const fields = allRecords().find(record => path === `/${record.contract.path}`)?.contract.fields ?? {}
    const links = Object.keys(example).filter(key => fields[key]?.kind === 'link')
    return Object.fromEntries(
      await Promise.all(links.map(async key => [key, await samples.idOf(fields[key]!.target!)] as const)),
    )
  }
  let sent = 0
  for (const [path, methods] of Object.entries<any>(paths)) {
    const media = methods.post?.requestBody?.content?.['application/json']
    const creates =
      String(media?.schema?.$ref ?? '').endsWith('Create') || path === '/pipelines' || path === '/stages'
    if (!creates) continue
    assert.ok(media.example, `POST ${path} has an example`)
    const reply = await owner.post(path, { ...media.example, ...(await linksOf(path, media.example)) })
    assert.equal(reply.status, 201, `POST ${path}: ${reply.text}`)
    sent++
  }
  assert.ok(sent >= 10, `${sent} examples`)
})
