import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useProgram, world } from '#test/world.ts'

useProgram()

test('a company is created, read, changed, listed, deleted and restored', async () => {
  const { ana, owner } = await world()
  const created = await ana.post('/companies', {
    name: 'Zoë & Söhne',
    website: 'https://zoe.example',
    annualRevenue: 1234567.89,
    tags: ['vip'],
  })
  assert.equal(created.status, 201, created.text)
  assert.equal(created.body.ownerId, ana.id)
  assert.equal(created.body.annualRevenue, 1234567.89)
  assert.equal(created.headers.etag, '"1"')
  const { id } = created.body
  assert.deepEqual((await ana.get(`/companies/${id}`)).body, created.body)
  const changed = await ana.patch(`/companies/${id}`, { industry: 'Bakery', employeeCount: 12 })
  assert.equal(changed.body.industry, 'Bakery')
  assert.equal(changed.body.version, 2)
  const listed = await owner.get('/companies?q=zoe%20sohne')
  assert.equal(listed.body.total, 1, listed.text)
  assert.equal(listed.body.rows[0].id, id)
  assert.equal((await ana.delete(`/companies/${id}`)).status, 204)
  assert.equal((await ana.get(`/companies/${id}`)).status, 404)
  assert.equal((await owner.get('/companies')).body.total, 0)
  assert.equal((await ana.post(`/companies/${id}/restore`)).status, 200)
  assert.equal((await owner.get('/companies')).body.total, 1)
})

test('a member sees only their own, a viewer reads all and writes nothing', async () => {
  const { ana, ben, vera, mallory } = await world()
  const { id } = (await ana.post('/companies', { name: 'Mine' })).body
  assert.equal((await ben.get(`/companies/${id}`)).status, 404)
  assert.equal((await ben.patch(`/companies/${id}`, { name: 'His' })).status, 404)
  assert.equal((await vera.get(`/companies/${id}`)).status, 200)
  assert.equal((await vera.patch(`/companies/${id}`, { name: 'Hers' })).status, 403)
  assert.equal((await mallory.get(`/companies/${id}`)).status, 404)
  assert.equal((await mallory.delete(`/companies/${id}`)).status, 404)
})
