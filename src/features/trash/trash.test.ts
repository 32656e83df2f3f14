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
