import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRefusal } from './routes.ts'
import { useProgram, world } from './world.ts'

/** Requests that come at the same time, or twice. */

useProgram()

const key = (text: string) => ({ headers: { 'idempotency-key': text } })

test('POSTs with one key at the same time create one record and get the same answer', async () => {
  const { ana } = await world()
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => ana.post('/companies', { name: 'Once' }, key('same'))),
  )
  for (const reply of replies) assert.deepEqual([reply.status, reply.body], [201, replies[0]!.body])
  assert.equal(replies.filter(reply => reply.headers['idempotent-replayed'] === 'true').length, 7)
  assert.equal((await ana.get('/companies')).body.total, 1)
})

test('a key used for another body, route or query is 409; another person or workspace has keys of their own', async () => {
  const { ana, ben, mallory } = await world()
  const first = await ana.post('/companies', { name: 'A' }, key('k'))
  checkRefusal(await ana.post('/companies', { name: 'B' }, key('k')), 409, 'another body')
  checkRefusal(await ana.post('/contacts', { firstName: 'A' }, key('k')), 409, 'another route')
  checkRefusal(
    await ana.post(`/companies/${first.body.id}/restore`, undefined, key('k')),
    409,
    'another path',
  )
  for (const person of [ben, mallory]) {
    const reply = await person.post('/companies', { name: 'A' }, key('k'))
    assert.deepEqual([reply.status, reply.headers['idempotent-replayed']], [201, undefined])
    assert.notEqual(reply.body.id, first.body.id)
  }
  for (const bad of ['', ' ', 'ä', 'x'.repeat(201), 'a b'])
    checkRefusal(
      await ana.post('/companies', { name: 'A' }, key(bad)),
      400,
      `the key "${bad}"`,
      'Idempotency-Key',
    )
})

test('a refused request does not use its key up', async () => {
  const { ana } = await world()
  checkRefusal(await ana.post('/companies', {}, key('again')), 400, 'no name')
  checkRefusal(
    await ana.post('/companies', { name: 'X', ownerId: crypto.randomUUID() }, key('again')),
    400,
    'refused inside the transaction',
  )
  assert.equal((await ana.post('/companies', { name: 'Now' }, key('again'))).status, 201)
})

test('an answer is kept for 24 hours', async () => {
  const { ana } = await world()
  const age = (interval: string) =>
    ana.inWorkspace(tx =>
      tx.session.rows(`update idempotency_keys set created_at = now() - interval '${interval}'`),
    )
  const first = await ana.post('/companies', { name: 'Old' }, key('day'))
  await age('23 hours 59 minutes')
  assert.equal((await ana.post('/companies', { name: 'Old' }, key('day'))).body.id, first.body.id)
  await age('24 hours 1 minute')
  const second = await ana.post('/companies', { name: 'Other body' }, key('day'))
  assert.deepEqual([second.status, second.headers['idempotent-replayed']], [201, undefined])
  assert.notEqual(second.body.id, first.body.id)
})

test('of changes at the same time that read the same version one stands and the others hear of it', async () => {
  const { ana } = await world()
  for (const verb of ['patch', 'put'] as const) {
    const { id } = (await ana.post('/companies', { name: 'Start' })).body
    const names = ['A', 'B', 'C', 'D']
    const replies = await Promise.all(
      names.map(name => ana[verb](`/companies/${id}`, { name }, { headers: { 'if-match': '"1"' } })),
    )
    assert.deepEqual(replies.map(reply => reply.status).sort(), [200, 412, 412, 412])
    const read = (await ana.get(`/companies/${id}`)).body
    assert.deepEqual([read.name, read.version], [names[replies.findIndex(reply => reply.status === 200)], 2])
  }
})

test('changes of different fields at the same time all survive, each with its own version and event', async () => {
  const { ana, owner } = await world()
  const { id } = (await ana.post('/contacts', { firstName: 'Ida' })).body
  const changes: Record<string, unknown>[] = [
    { jobTitle: 'CTO' },
    { department: 'R&D' },
    { leadScore: 7 },
    { email: 'ida@x.example' },
    { tags: ['a'] },
    { status: 'INACTIVE' },
  ]
  const replies = await Promise.all(changes.map(change => ana.patch(`/contacts/${id}`, change)))
  assert.deepEqual(replies.map(reply => reply.body.version).sort(), [2, 3, 4, 5, 6, 7])
  const read = (await ana.get(`/contacts/${id}`)).body
  for (const change of changes)
    for (const [field, value] of Object.entries(change)) assert.deepEqual(read[field], value, field)
  const { rows } = (await owner.get(`/audit-logs?entityId=${id}&action=updated`)).body
  assert.equal(rows.length, changes.length)
  for (const row of rows)
    assert.equal(Object.keys(row.changes).length, 1, 'an event tells its own change alone')
})

test('custom fields that are set at the same time do not overwrite each other', async () => {
  const { ana, owner } = await world()
  const keys = ['one', 'two', 'three']
  for (const name of keys)
    await owner.post('/custom-fields', { entity: 'company', key: name, label: name, type: 'text' })
  const { id } = (await ana.post('/companies', { name: 'C' })).body
  await Promise.all(keys.map(name => ana.patch(`/companies/${id}`, { customFields: { [name]: name } })))
  assert.deepEqual((await ana.get(`/companies/${id}`)).body.customFields, {
    one: 'one',
    two: 'two',
    three: 'three',
  })
})

test('deletions, restores and moves at the same time leave one history that agrees with the record', async () => {
  const { ana, owner } = await world()
  const stages = (await ana.get('/stages')).body.rows
  const { id } = (await ana.post('/deals', { title: 'Busy' })).body
  await Promise.all(stages.map((stage: any) => ana.put(`/deals/${id}/stage`, { stageId: stage.id })))
  const history = (await ana.get(`/deals/${id}/stage-history`)).body.rows
  const deal = (await ana.get(`/deals/${id}`)).body
  assert.equal(history.at(-1).stageId, deal.stageId)
  assert.equal(stages.find((stage: any) => stage.id === deal.stageId).kind, deal.status)
  const removed = await Promise.all([1, 2, 3].map(() => ana.delete(`/deals/${id}`)))
  assert.deepEqual(removed.map(reply => reply.status).sort(), [204, 404, 404])
  const restored = await Promise.all([1, 2, 3].map(() => ana.post(`/deals/${id}/restore`)))
  assert.deepEqual(restored.map(reply => reply.status).sort(), [200, 404, 404])
  const { rows } = (await owner.get(`/audit-logs?entityId=${id}&limit=200`)).body
  const told = (action: string) => rows.filter((row: any) => row.action === action).length
  assert.deepEqual([told('created'), told('deleted'), told('restored')], [1, 1, 1])
  assert.equal((await owner.get('/deals')).body.total, 1)
})

test('the one default pipeline stays one when two are made the default at the same time', async () => {
  const { owner } = await world()
  const made = await Promise.all(
    ['A', 'B', 'C'].map(async name => (await owner.post('/pipelines', { name })).body.id),
  )
  const replies = await Promise.all(made.map(id => owner.patch(`/pipelines/${id}`, { isDefault: true })))
  assert.ok(
    replies.every(reply => [200, 409, 503].includes(reply.status)),
    JSON.stringify(replies.map(r => r.body)),
  )
  assert.equal((await owner.get('/pipelines?isDefault=true')).body.rows.length, 1)
})
