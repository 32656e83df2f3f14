import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useProgram, world } from '#test/world.ts'
import { purgeExpired } from './purge.ts'

const program = useProgram()

test('the trash shows what was deleted to whoever may see it, and gives it back', async () => {
  const { ana, ben, owner } = await world()
  const company = (await ana.post('/companies', { name: 'Old' })).body.id
  const contact = (await ana.post('/contacts', { firstName: 'Otto', lastName: 'Old' })).body.id
  await ana.delete(`/companies/${company}`)
  await ana.delete(`/contacts/${contact}`)
  const { rows, total } = (await owner.get('/trash')).body
  assert.deepEqual(
    [total, rows.map((row: any) => [row.entity, row.title, row.deletedById])],
    [
      2,
      [
        ['contact', 'Otto Old', ana.id],
        ['company', 'Old', ana.id],
      ],
    ],
  )
  const first = (await owner.get('/trash?limit=1')).body
  assert.equal((await owner.get(`/trash?limit=1&cursor=${first.nextCursor}`)).body.rows[0].id, company)
  assert.equal((await ben.get('/trash')).body.total, 0)
  assert.equal((await ben.post(`/trash/${company}/restore`)).status, 404)
  assert.equal((await ana.post(`/trash/${company}/restore`)).status, 200)
  assert.equal((await ana.get(`/companies/${company}`)).body.name, 'Old')
})

test('the trash is looked through by what its records are called', async () => {
  const { ana, ben, owner } = await world()
  const thrown = async (path: string, body: object) =>
    assert.equal((await ana.delete(`${path}/${(await ana.post(path, body)).body.id}`)).status, 204)
  await thrown('/contacts', { firstName: 'Øyvind', lastName: 'Strøm' })
  await thrown('/contacts', { email: 'ida@strom.example' })
  await thrown('/companies', { name: 'STROM & Sons 100%' })
  const found = async (query: string) => (await owner.get(`/trash?${query}`)).body
  const titles = async (query: string) => (await found(query)).rows.map((row: any) => row.title)
  assert.deepEqual(await titles('q=strom'), ['STROM & Sons 100%', 'ida@strom.example', 'Øyvind Strøm'])
  assert.equal((await found('q=strom&limit=1')).total, 3)
  assert.deepEqual(await titles('q=strøm%20oyv'), ['Øyvind Strøm'])
  assert.deepEqual(await titles('q=strom&entity=company'), ['STROM & Sons 100%'])
  assert.deepEqual(await titles('q=0%25'), ['STROM & Sons 100%'])
  assert.deepEqual(await titles('q=o%25s'), [])
  const { nextCursor } = await found('q=strom&limit=1')
  assert.deepEqual(await titles(`q=strom&limit=1&cursor=${nextCursor}`), ['ida@strom.example'])
  assert.equal((await owner.get(`/trash?q=other&limit=1&cursor=${nextCursor}`)).status, 400)
  assert.equal((await ben.get('/trash?q=strom')).body.total, 0)
})

test('a purge removes the record, its companions and every link to it', async () => {
  const { ana, admin } = await world()
  const company = (await ana.post('/companies', { name: 'Gone' })).body.id
  const contact = (await ana.post('/contacts', { firstName: 'G', companyId: company })).body.id
  const deal = (await ana.post('/deals', { title: 'G', companyId: company, contactIds: [contact] })).body.id
  const note = (await ana.post('/notes', { body: 'G', relatedType: 'deal', relatedId: deal })).body.id
  for (const path of [`/companies/${company}`, `/contacts/${contact}`, `/deals/${deal}`])
    await ana.delete(path)
  assert.equal((await ana.delete(`/trash/${deal}`)).status, 403)
  for (const id of [company, deal]) assert.equal((await admin.delete(`/trash/${id}`)).status, 204)
  assert.equal((await ana.post(`/contacts/${contact}/restore`)).body.companyId, null)
  const left = (await ana.get(`/notes/${note}`)).body
  assert.deepEqual([left.relatedType, left.relatedId], [null, null])
  assert.equal((await admin.get('/audit-logs?action=purged')).body.total, 2)
})

test('the purge job keeps to the retention time of each workspace', async () => {
  const { ana, workspaceId, owner } = await world({ retentionDays: 5 })
  const ids = await Promise.all(
    ['old', 'new'].map(async name => (await ana.post('/companies', { name })).body.id),
  )
  for (const id of ids) await ana.delete(`/companies/${id}`)
  await owner.inWorkspace(tx =>
    tx.session.rows(
      `update records set deleted_at = now() - interval '6 days' where workspace_id = $1::uuid and id = $2::uuid`,
      [workspaceId, ids[0]],
    ),
  )
  await purgeExpired(program().app.database, program().app.log)
  assert.deepEqual(
    (await owner.get('/trash')).body.rows.map((row: any) => row.title),
    ['new'],
  )
})
