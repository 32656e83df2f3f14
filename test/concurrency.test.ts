import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forgetAnswers } from '#core/http/idempotency.ts'
import { checkRefusal } from './routes.ts'
import { useProgram, world } from './world.ts'

/** Requests that come at the same time, or twice. */

const program = useProgram()

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

test('of a bulk change each refused operation undoes itself alone, and those around it stand once', async () => {
  const { ana } = await world()
  // More than share a savepoint, refused at the edges and in a row.
  const operations = Array.from({ length: 60 }, (_, index) => ({
    op: 'create',
    data: {
      invoiceNumber: [0, 49, 50, 51, 59].includes(index) ? 'TAKEN' : `N-${index}`,
      title: 'T',
      amount: 1,
    },
  }))
  await ana.post('/invoices', { invoiceNumber: 'TAKEN', title: 'First', amount: 1 })
  const { results } = (await ana.post('/invoices/bulk', { operations })).body
  assert.deepEqual(
    results.map((result: { index: number; status: number }) => [result.index, result.status]),
    operations.map(({ data }, index) => [index, data.invoiceNumber === 'TAKEN' ? 409 : 201]),
  )
  const kept = (await ana.get('/invoices?limit=200&sort=createdAt')).body
  assert.deepEqual([kept.total, kept.rows.length], [56, 56])
  const made = results.filter((result: { status: number }) => result.status === 201)
  assert.deepEqual(
    new Set(made.map((result: { id: string }) => result.id)),
    new Set(kept.rows.filter((row: any) => row.title === 'T').map((row: any) => row.id)),
  )
  // A change that meets what an operation before it made sees it.
  const twice = await ana.post('/invoices/bulk', {
    operations: ['A', 'B', 'A'].map(invoiceNumber => ({
      op: 'create',
      data: { invoiceNumber, title: 'T', amount: 1 },
    })),
  })
  assert.deepEqual(
    twice.body.results.map((result: { status: number }) => result.status),
    [201, 201, 409],
  )
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

test('a key works on what is of a person too: a workspace is founded once, by whom it may', async () => {
  const { ana, ben, vera } = await world()
  const found = (person: typeof ana, name: string) => person.post('/workspaces', { name }, key('mine'))
  const first = await found(ana, 'Mine')
  const again = await found(ana, 'Mine')
  assert.deepEqual([first.status, again.status, again.body], [201, 201, first.body], again.text)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.equal((await ana.get('/workspaces')).body.total, 2)
  checkRefusal(await found(ana, 'Another'), 409, 'another body')
  assert.notEqual((await found(ben, 'Mine')).body.id, first.body.id, 'another person has keys of their own')
  checkRefusal(await ana.post('/workspaces', {}, key('refused')), 400, 'no name')
  const missing = { workspaceId: crypto.randomUUID() }
  checkRefusal(await ana.post('/workspaces/switch', missing, key('refused')), 404, 'no such workspace')
  const there = await ana.post('/workspaces/switch', { workspaceId: first.body.id }, key('refused'))
  assert.equal(there.status, 200, 'a refused request does not use its key up')
  const atOnce = await Promise.all([1, 2, 3, 4].map(() => vera.post('/workspaces', { name: 'V' }, key('v'))))
  for (const reply of atOnce)
    if (reply.status !== 201) assert.equal(reply.body.code, 'IDEMPOTENCY_KEY_UNANSWERED', reply.text)
  assert.equal((await vera.get('/workspaces')).body.total, 2)
})

test('no answer is kept in clear: not the token of an invite, not a name', async () => {
  const { owner, ana } = await world()
  const invited = await owner.post('/invites', { email: 'sealed@sample.example' }, key('invite'))
  assert.ok(invited.body.token.length > 40)
  const again = await owner.post('/invites', { email: 'sealed@sample.example' }, key('invite'))
  assert.deepEqual([again.status, again.body], [201, invited.body])
  const moved = await ana.post('/workspaces/switch', { workspaceId: ana.workspaceId }, key('switch'))
  const company = await ana.post('/companies', { name: 'Discreet & Co' }, key('name'))
  const rows = await program().app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows('select k::text as text from idempotency_keys k'),
  )
  const kept = rows.map(row => row.text).join()
  assert.match(kept, /,invite,/)
  for (const secret of [invited.body.token, moved.body.token, 'Discreet', company.body.id])
    assert.ok(!kept.includes(secret), secret)
})

test('keys that are over are removed, also those that never come again', async () => {
  const { ana } = await world()
  const count = async () =>
    (await ana.inWorkspace(tx => tx.session.rows('select key from idempotency_keys order by key')))
      .map(row => row.key)
      .join()
  for (const name of ['old', 'young']) await ana.post('/companies', { name }, key(name))
  await ana.inWorkspace(tx =>
    tx.session.rows(`update idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'`),
  )
  assert.equal(await count(), 'old,young')
  await forgetAnswers.run(program().app.database, program().app.log, program().app)
  assert.equal(await count(), 'young')
})

test("a viewer's request with a key is refused as it is without one", async () => {
  const { vera } = await world()
  for (const path of ['/companies', '/deals/bulk', '/invites', '/companies/import'])
    for (const options of [{}, key('k')])
      checkRefusal(await vera.post(path, {}, options), 403, `${path} ${JSON.stringify(options)}`)
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

test('changes of the same records at once, named in different orders, all come about', async () => {
  const { owner } = await world()
  const made = Array.from({ length: 12 }, (_, n) => ({ op: 'create', data: { title: `Deal ${n}` } }))
  const { results } = (await owner.post('/deals/bulk', { operations: made })).body
  const ids: string[] = results.map((result: { id: string }) => result.id)
  const stages = (await owner.get('/stages?sort=order')).body.rows.map((row: { id: string }) => row.id)
  const turned = <T>(values: T[], n: number): T[] => {
    const some = [...values.slice(n), ...values.slice(0, n)]
    return n % 2 ? some : some.reverse()
  }
  const changed = (n: number, atomic: boolean) => ({
    operations: turned(ids, n).map(id => ({ op: 'update', id, data: { amount: n } })),
    atomic,
  })
  const replies = await Promise.all(
    [0, 1, 2, 3, 4, 5].flatMap(n => [
      owner.post('/deals/bulk', changed(n, n < 3)),
      owner.put('/stages/reorder', { stageIds: turned(stages, n) }),
    ]),
  )
  for (const reply of replies) assert.equal(reply.status, 200, reply.text)
  const { rows } = (await owner.get('/deals?limit=200')).body
  assert.equal(new Set(rows.map((row: { amount: number }) => row.amount)).size, 1, 'one change came last')
})
