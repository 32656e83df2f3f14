import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Person, useProgram, world } from '#test/world.ts'
import { generateDemo } from './generate.ts'
import { partOf, stageOf } from './sample.ts'

useProgram()

const TYPES = ['companies', 'contacts', 'deals', 'leads', 'tasks', 'notes']

/** The list of activities shows the history too; the export has what was logged alone. */
const logged = async (person: Person): Promise<number> =>
  (await person.get('/activities/export?format=json')).body.length

test('an admin fills a workspace with sample data once, and takes all of it back', async () => {
  const { admin, ana, mallory } = await world()
  await admin.patch('/workspaces/current', { currency: 'NOK' })
  const kept = (await admin.post('/companies', { name: 'Our own', tags: ['Real'] })).body
  assert.equal((await ana.post('/sample-data')).status, 403)
  const made = await admin.post('/sample-data')
  assert.equal(made.status, 201, made.text)
  const again = await admin.post('/sample-data')
  assert.deepEqual([again.status, again.body.code], [409, 'SAMPLE_DATA_EXISTS'])
  let found = 0
  for (const path of TYPES) {
    const page = (await admin.get(`/${path}?tag=Sample&limit=1`)).body
    assert.ok(page.total > 0, path)
    found += page.total
    assert.equal((await mallory.get(`/${path}?tag=Sample`)).body.total, 0, path)
  }
  found += await logged(admin)
  assert.equal(found, made.body.created)
  const deals = (await admin.get('/deals?limit=200')).body.rows
  assert.deepEqual(new Set(deals.map((deal: { currency: string }) => deal.currency)), new Set(['NOK']))
  assert.deepEqual(
    new Set(deals.map((deal: { status: string }) => deal.status)),
    new Set(['OPEN', 'WON', 'LOST']),
  )
  const removed = await admin.delete('/sample-data')
  assert.deepEqual([removed.status, removed.body.removed], [200, found], removed.text)
  for (const path of TYPES) assert.equal((await admin.get(`/${path}?tag=Sample`)).body.total, 0, path)
  assert.equal(await logged(admin), 0)
  assert.equal((await admin.get(`/companies/${kept.id}`)).status, 200)
  const nothing = await admin.delete('/sample-data')
  assert.deepEqual([nothing.status, nothing.body.code], [422, 'NO_SAMPLE_DATA'])
})

test('the deals of a sample stand in each stage, whenever it is made', () => {
  const bare = [1, 4, 10].filter(month => {
    const { deals } = partOf(generateDemo({ now: new Date(Date.UTC(2026, month, month, month)) }))
    // Open in four stages, won and lost.
    return new Set(deals.map(stageOf)).size !== 6
  })
  assert.deepEqual(bare, [])
})

test('sample deals stand in whatever stages the workspace has', async () => {
  const { admin } = await world()
  const [pipeline] = (await admin.get('/pipelines')).body.rows
  const stages = [{ name: 'Talks' }, { name: 'Signed', kind: 'WON' }]
  const put = await admin.put(`/pipelines/${pipeline.id}/stages`, { stages })
  assert.equal(put.status, 200, put.text)
  assert.equal((await admin.post('/sample-data')).status, 201)
  const deals = (await admin.get('/deals?limit=200')).body.rows
  const ids = new Set(put.body.stages.map((stage: { id: string }) => stage.id))
  assert.ok(deals.length > 10)
  for (const deal of deals) assert.ok(ids.has(deal.stageId), deal.title)
  const refused = await admin.put(`/pipelines/${pipeline.id}/stages`, { stages })
  assert.deepEqual([refused.status, refused.body.code], [422, 'PIPELINE_IN_USE'], refused.text)
})
