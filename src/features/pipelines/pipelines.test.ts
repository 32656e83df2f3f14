import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabaseUrl } from '#test/database.ts'
import { type Person, useProgram, world } from '#test/world.ts'

useProgram()

const stagesOf = async (person: Person) => (await person.get('/stages?sort=order')).body.rows

test('the kind of a stage changes only while no deal is in it, so that no status becomes untrue', async () => {
  const { admin, ana } = await world()
  const [first, second] = await stagesOf(admin)
  const deal = (await ana.post('/deals', { title: 'Mine' })).body
  assert.equal(deal.stageId, first.id)
  for (const verb of ['patch', 'put'] as const) {
    const refused = await admin[verb](`/stages/${first.id}`, { kind: 'WON' })
    assert.deepEqual(
      [refused.status, refused.body.code, refused.body.issues?.[0].path],
      [422, 'STAGE_IN_USE', 'kind'],
      refused.text,
    )
  }
  const same = await admin.patch(`/stages/${first.id}`, { kind: 'OPEN', name: 'Begun' })
  assert.deepEqual([same.status, same.body.name], [200, 'Begun'])
  await ana.delete(`/deals/${deal.id}`)
  const inTrash = await admin.patch(`/stages/${first.id}`, { kind: 'WON' })
  assert.deepEqual([inTrash.status, inTrash.body.code], [422, 'STAGE_IN_USE'], 'it may come back')
  await ana.post(`/deals/${deal.id}/restore`)
  await ana.put(`/deals/${deal.id}/stage`, { stageId: second.id })
  const changed = await admin.patch(`/stages/${first.id}`, { kind: 'WON' })
  assert.deepEqual([changed.status, changed.body.kind], [200, 'WON'], changed.text)
  const won = await ana.put(`/deals/${deal.id}/stage`, { stageId: first.id })
  assert.deepEqual([won.status, won.body.status], [200, 'WON'])
  const { rows } = (await ana.get('/deals?status=WON')).body
  assert.deepEqual(
    rows.map((row: { id: string }) => row.id),
    [deal.id],
  )
})

test('the last open stage of a pipeline stays open', async () => {
  const { admin } = await world()
  const made = await admin.post('/pipelines', {
    name: 'Short',
    stages: [{ name: 'Only' }, { name: 'Won', kind: 'WON' }],
  })
  const [only] = made.body.stages
  const refused = await admin.patch(`/stages/${only.id}`, { kind: 'LOST' })
  assert.deepEqual([refused.status, refused.body.code], [422, 'LAST_STAGE'], refused.text)
})

test('a stage that changes its kind while deals enter it leaves no deal with another status', async () => {
  const { admin, ana } = await world()
  const [, , stage] = await stagesOf(admin)
  const deals = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => (await ana.post('/deals', { title: `D${i}` })).body.id),
  )
  const moves = deals.map(id => ana.put(`/deals/${id}/stage`, { stageId: stage.id }))
  const kinds = ['WON', 'LOST', 'WON'].map(kind => admin.patch(`/stages/${stage.id}`, { kind }))
  for (const reply of await Promise.all([...moves, ...kinds]))
    assert.ok([200, 422].includes(reply.status), reply.text)
  const { kind } = (await admin.get(`/stages/${stage.id}`)).body
  const { rows } = (await admin.get(`/deals?stageId=${stage.id}&limit=200`)).body
  assert.equal(rows.length, deals.length, testDatabaseUrl() ?? 'embedded')
  for (const row of rows) assert.equal(row.status, kind)
})

test('the stages of a pipeline are replaced while no deal is in it, not even in the trash', async () => {
  const { admin, ana, mallory } = await world()
  const [{ id }] = (await admin.get('/pipelines')).body.rows
  const stages = [
    { name: 'Trial', probability: 40, rottingDays: 9 },
    { name: 'Won', kind: 'WON' },
    { name: 'Lost', kind: 'LOST' },
  ]
  assert.equal((await ana.put(`/pipelines/${id}/stages`, { stages })).status, 403)
  assert.equal((await mallory.put(`/pipelines/${id}/stages`, { stages })).status, 404)
  const closed = await admin.put(`/pipelines/${id}/stages`, { stages: stages.slice(1) })
  assert.deepEqual([closed.status, closed.body.code], [422, 'LAST_STAGE'], closed.text)
  const put = await admin.put(`/pipelines/${id}/stages`, { stages })
  assert.equal(put.status, 200, put.text)
  assert.deepEqual(
    put.body.stages.map(({ id: _, ...stage }: Record<string, unknown>) => stage),
    [
      { name: 'Trial', order: 0, probability: 40, kind: 'OPEN', rottingDays: 9 },
      { name: 'Won', order: 1, probability: 100, kind: 'WON', rottingDays: null },
      { name: 'Lost', order: 2, probability: 0, kind: 'LOST', rottingDays: null },
    ],
  )
  const deal = (await ana.post('/deals', { title: 'Mine' })).body
  assert.equal(deal.stageId, put.body.stages[0].id)
  await ana.delete(`/deals/${deal.id}`)
  const refused = await admin.put(`/pipelines/${id}/stages`, { stages })
  assert.deepEqual([refused.status, refused.body.code], [422, 'PIPELINE_IN_USE'], refused.text)
})

test('a stage takes its open deals along, also those that may come back from the trash; closed ones go on naming it', async () => {
  const { admin, ana } = await world()
  const [, , proposal, negotiation, won] = await stagesOf(admin)
  const closed = (await ana.post('/deals', { title: 'Closed', stageId: won.id })).body
  assert.equal((await admin.delete(`/stages/${won.id}`)).status, 204)
  const read = (await ana.get(`/deals/${closed.id}`)).body
  assert.deepEqual([read.stageId, read.status], [won.id, 'WON'])
  const back = await ana.put(`/deals/${closed.id}`, { ...read, title: 'Closed for good' })
  assert.deepEqual([back.status, back.body.stageId], [200, won.id], back.text)
  const into = await ana.post('/deals', { title: 'Late', stageId: won.id })
  assert.deepEqual([into.status, into.body.issues?.[0].path], [400, 'stageId'])

  const thrown = (await ana.post('/deals', { title: 'Thrown away', stageId: proposal.id })).body
  await ana.delete(`/deals/${thrown.id}`)
  const refused = await admin.delete(`/stages/${proposal.id}`)
  assert.deepEqual([refused.status, refused.body.code], [422, 'STAGE_IN_USE'], refused.text)
  assert.equal((await admin.delete(`/stages/${proposal.id}?migrateTo=${negotiation.id}`)).status, 204)
  const restored = (await ana.post(`/deals/${thrown.id}/restore`)).body
  assert.deepEqual([restored.stageId, restored.status], [negotiation.id, 'OPEN'])
})

test('a pipeline takes its stages along, waits for open deals, and begins with an open stage', async () => {
  const { admin, ana } = await world()
  const none = await admin.post('/pipelines', { name: 'None', stages: [{ name: 'Won', kind: 'WON' }] })
  assert.deepEqual([none.status, none.body.code], [422, 'LAST_STAGE'], none.text)
  const { id, stages } = (await admin.post('/pipelines', { name: 'Renewals' })).body
  const deal = (await ana.post('/deals', { title: 'Renewal', pipelineId: id })).body
  await ana.delete(`/deals/${deal.id}`)
  const refused = await admin.delete(`/pipelines/${id}`)
  assert.deepEqual([refused.status, refused.body.code], [422, 'PIPELINE_IN_USE'], refused.text)
  await ana.post(`/deals/${deal.id}/restore`)
  const won = (await ana.patch(`/deals/${deal.id}`, { status: 'WON' })).body
  assert.equal((await admin.delete(`/pipelines/${id}`)).status, 204)
  const read = (await ana.get(`/deals/${deal.id}`)).body
  assert.deepEqual([read.pipelineId, read.stageId, read.status], [id, won.stageId, 'WON'])
  for (const place of [{ stageId: stages[0].id }, { pipelineId: id }])
    assert.equal((await ana.post('/deals', { title: 'Late', ...place })).status, 400)
  assert.equal((await ana.patch(`/deals/${deal.id}`, { status: 'OPEN' })).body.code, 'NO_SUCH_STAGE')
  assert.equal((await admin.get(`/stages?pipelineId=${id}`)).body.total, 0)
})
