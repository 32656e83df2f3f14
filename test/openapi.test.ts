import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { allRecords } from '#core/record/registry.ts'
import { VERSION } from '#core/version.ts'
import { checkAnswer, type Document, routesOf } from './routes.ts'
import { Samples } from './samples.ts'
import { nobody, personIn, useProgram, world } from './world.ts'

const program = useProgram()

test('the committed document is the one that is served', async () => {
  const document = (await program().server.inject({ url: '/openapi.json' })).json()
  assert.deepEqual(parse(readFileSync('openapi/crm.openapi.yaml', 'utf8')), document)
})

test('the version is told alike wherever it is told', async () => {
  const { info } = (await program().server.inject({ url: '/openapi.json' })).json()
  assert.equal(info.version, JSON.parse(readFileSync('package.json', 'utf8')).version)
  assert.equal(VERSION, info.version)
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

test('below a record stand the lists that people look for there, and no accidents', async () => {
  const { owner } = await world()
  const { paths } = (await program().server.inject({ url: '/openapi.json' })).json()
  const below = (path: string) =>
    Object.keys(paths)
      .filter(key => key.startsWith(`/${path}/{id}/`) && paths[key].get)
      .map(key => key.split('/')[3])
  for (const path of ['companies', 'contacts', 'deals', 'leads'])
    for (const list of ['tasks', 'notes', 'activities'])
      assert.ok(below(path).includes(list), `${path} ${list}`)
  assert.ok(below('companies').includes('contacts') && below('companies').includes('deals'))
  assert.ok(below('contacts').includes('deals'))
  const accidents: Record<string, Record<string, unknown>> = {
    'tasks/tasks': { title: 'Call' },
    'companies/leads': { name: 'Made of a lead' },
    'custom-fields/activities': { entity: 'deal', key: 'region', label: 'Region', type: 'text' },
  }
  for (const [place, body] of Object.entries(accidents)) {
    const [path, list] = place.split('/')
    assert.ok(!below(path!).includes(list!), place)
    const { id } = (await owner.post(`/${path}`, body)).body
    assert.equal((await owner.get(`/${path}/${id}`)).status, 200)
    assert.equal((await owner.get(`/${path}/${id}/${list}`)).status, 404, place)
  }
})

test('the document says of every route what it answers', async () => {
  const { paths } = (await program().server.inject({ url: '/openapi.json' })).json()
  const mute = Object.entries<any>(paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).flatMap(([method, { responses }]) =>
      Object.entries<any>(responses).flatMap(([status, { content }]) => {
        const schema = content?.['application/json']?.schema
        return schema?.additionalProperties === true && !schema.properties
          ? `${method} ${path} ${status}`
          : []
      }),
    ),
  )
  assert.deepEqual(mute, [])
})

test('an invite is accepted by 200 in an account and by 201 with a new one, as the document says', async () => {
  const { owner, mallory } = await world()
  const document: Document = (await program().server.inject({ url: '/openapi.json' })).json()
  const route = routesOf(document).find(({ key }) => key === 'POST /invites/accept')!
  const invited = async (email: string) => (await owner.post('/invites', { email })).body.token
  const old = await personIn(mallory.workspaceId, 'MEMBER', 'Otto')
  const joined = await old.post('/invites/accept', { token: await invited(old.email) })
  const made = await nobody.post('/invites/accept', {
    token: await invited(`new-${process.pid}@sample.example`),
    name: 'Nina',
    password: 'seven green bicycles',
  })
  assert.deepEqual([joined.status, made.status], [200, 201], joined.text + made.text)
  for (const reply of [joined, made]) checkAnswer(reply, route, document)
})
