import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRefusal } from '#test/routes.ts'
import { type Person, useProgram, world } from '#test/world.ts'

useProgram()

const save = async (person: Person, more: Record<string, unknown> = {}) => {
  const reply = await person.post('/saved-views', { entity: 'deal', name: 'Large', ...more })
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}
const idsOf = async (person: Person) =>
  (await person.get('/saved-views')).body.rows.map((row: { id: string }) => row.id)

test('a list opens by a saved view: its filter narrows it further, its order gives way to `sort`', async () => {
  const { ana, ben, owner } = await world()
  for (const [title, amount] of [
    ['Small', 10],
    ['Large', 5000],
    ['Larger', 9000],
  ] as const)
    assert.equal((await ana.post('/deals', { title, amount })).status, 201)
  const view = await save(ana, {
    filter: { field: 'amount', op: 'gte', value: 1000 },
    sort: '-amount',
    columns: ['title', 'amount', 'company.name'],
    layout: { density: 'compact' },
  })
  assert.deepEqual(view.layout, { density: 'compact' })
  const titles = async (query: Record<string, string>, path = '/deals') => {
    const reply = await ana.get(path, { query: { view: view.id, ...query } })
    assert.equal(reply.status, 200, reply.text)
    return reply.body.rows.map((row: { title: string }) => row.title)
  }
  assert.deepEqual(await titles({}), ['Larger', 'Large'])
  assert.deepEqual(await titles({ sort: 'amount' }), ['Large', 'Larger'])
  assert.deepEqual(await titles({ q: 'larger' }), ['Larger'])
  const page = (await ana.get('/deals', { query: { view: view.id, limit: '1' } })).body
  assert.equal(page.total, 2)
  assert.deepEqual(await titles({ limit: '1', cursor: page.nextCursor }), ['Large'])
  const exported = await ana.get('/deals/export', { query: { format: 'json', view: view.id } })
  assert.equal(exported.status, 200, exported.text)
  assert.doesNotMatch(exported.text, /Small/)

  // The order of the view is in the cursor's mark: a page of another query is refused.
  await ana.patch(`/saved-views/${view.id}`, { sort: 'amount' })
  const stale = await ana.get('/deals', { query: { view: view.id, limit: '1', cursor: page.nextCursor } })
  checkRefusal(stale, 400, 'the cursor of the view as it was', 'cursor')
  checkRefusal(await ana.get('/contacts', { query: { view: view.id } }), 400, 'of another type', 'view')
  checkRefusal(await ben.get('/deals', { query: { view: view.id } }), 400, "another's private view", 'view')
  checkRefusal(await owner.get('/deals', { query: { view: 'x' } }), 400, 'no id', 'view')
  assert.equal((await ana.delete(`/saved-views/${view.id}`)).status, 204)
  checkRefusal(await ana.get('/deals', { query: { view: view.id } }), 400, 'deleted', 'view')
})

test('a private view is its maker’s; a shared one is read by all and changed by its maker and by admins', async () => {
  const { ana, ben, vera, admin, mallory } = await world({ recordVisibility: 'workspace' })
  const own = await save(ana)
  const shared = await save(ana, { name: 'All', shared: true })
  for (const person of [ben, vera]) {
    assert.deepEqual(await idsOf(person), [shared.id])
    assert.equal((await person.get(`/saved-views/${own.id}`)).status, 404)
    assert.equal((await person.get(`/saved-views/${shared.id}`)).status, 200)
  }
  assert.deepEqual(await idsOf(mallory), [])
  for (const path of [`/saved-views/${shared.id}`]) {
    checkRefusal(await ben.patch(path, { name: 'Mine now' }), 403, 'a shared view of somebody else')
    checkRefusal(await ben.delete(path), 403, 'a shared view of somebody else')
  }
  checkRefusal(await ben.patch(`/saved-views/${own.id}`, { name: 'x' }), 404, 'unseen')
  checkRefusal(await admin.patch(`/saved-views/${own.id}`, { name: 'x' }), 403, "a member's private view")
  checkRefusal(await admin.delete(`/saved-views/${own.id}`), 403, "a member's private view")
  assert.equal((await admin.patch(`/saved-views/${shared.id}`, { name: 'Renamed' })).status, 200)
  // What was shared and is taken back is gone for the others.
  assert.equal((await ana.patch(`/saved-views/${shared.id}`, { shared: false })).status, 200)
  assert.deepEqual(await idsOf(ben), [])
  assert.equal((await ana.get(`/saved-views/${shared.id}`)).body.name, 'Renamed')
})

test('one default for each person and record type, and one that admins choose for all', async () => {
  const { ana, ben, admin } = await world()
  const isDefault = async (person: Person, id: string) =>
    (await person.get(`/saved-views/${id}`)).body.isDefault
  const first = await save(ana, { isDefault: true })
  const others = await save(ben, { isDefault: true })
  const contacts = await save(ana, { entity: 'contact', isDefault: true })
  const second = await save(ana, { isDefault: true })
  assert.deepEqual(
    [
      await isDefault(ana, first.id),
      await isDefault(ana, second.id),
      await isDefault(ana, contacts.id),
      await isDefault(ben, others.id),
    ],
    [false, true, true, true],
  )
  checkRefusal(
    await ana.post('/saved-views', { entity: 'deal', name: 'Ours', shared: true, isDefault: true }),
    403,
    'a member chooses for all',
  )
  checkRefusal(await ana.patch(`/saved-views/${second.id}`, { shared: true }), 403, 'shares the default')
  const ours = await save(ana, { shared: true })
  assert.equal((await admin.patch(`/saved-views/${ours.id}`, { isDefault: true })).status, 200)
  const next = await save(admin, { shared: true, isDefault: true })
  assert.deepEqual([await isDefault(ben, ours.id), await isDefault(ben, next.id)], [false, true])
  assert.equal(await isDefault(ana, second.id), true, "a person's own default stays")
})

test('a view that its list could not open is refused at save, naming what is wrong', async () => {
  const { ana, admin } = await world()
  await admin.post('/custom-fields', { entity: 'deal', key: 'region', label: 'Region', type: 'text' })
  const refused = async (more: Record<string, unknown>, path: string) =>
    checkRefusal(
      await ana.post('/saved-views', { entity: 'deal', name: 'Bad', ...more }),
      400,
      JSON.stringify(more),
      path,
    )
  await refused({ entity: 'parcel' }, 'entity')
  await refused({ filter: { field: 'nothing', op: 'eq', value: 1 } }, 'filter')
  await refused({ filter: { field: 'amount', op: 'like', value: 1 } }, 'filter')
  await refused({ filter: { field: 'amount', op: 'gte', value: 'much' } }, 'filter.amount')
  await refused({ filter: 'amount > 1' }, 'filter')
  await refused({ sort: '-nothing' }, 'sort')
  await refused({ columns: ['title', 'nothing'] }, 'columns.1')
  await refused({ columns: ['customFields.other'] }, 'columns.0')
  await refused({ layout: 7 }, 'layout')
  const view = await save(ana, {
    filter: { and: [{ field: 'customFields.region', op: 'eq', value: 'North' }] },
    columns: ['customFields.region'],
    layout: 'board',
  })
  assert.equal(view.layout, 'board')
  checkRefusal(
    await ana.patch(`/saved-views/${view.id}`, { sort: 'nothing' }),
    400,
    'a change is held to the same',
    'sort',
  )
  const cleared = await ana.patch(`/saved-views/${view.id}`, { filter: {}, sort: null })
  assert.equal(cleared.body.filter, null, cleared.text)
})
