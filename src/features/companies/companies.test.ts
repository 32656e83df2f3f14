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
  assert.match(String(created.headers.etag), /^"1-/)
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

test('what is read again is not sent again, unless anything in it has changed, also what it links to', async () => {
  const { ana } = await world()
  const companyId = (await ana.post('/companies', { name: 'Northwind' })).body.id
  const { id } = (await ana.post('/contacts', { firstName: 'Ida', companyId })).body
  const read = async (headers: Record<string, string> = {}) => {
    const { status, body, headers: answered } = await ana.get(`/contacts/${id}`, { headers })
    return { status, body, etag: String(answered.etag) }
  }
  const { etag } = await read()
  const headers = { 'if-none-match': `W/${etag}` }
  assert.deepEqual([(await read(headers)).status, (await read({ 'if-none-match': '*' })).status], [304, 304])
  // The version stays, and the answer is another.
  await ana.delete(`/companies/${companyId}`)
  const since = await read(headers)
  assert.deepEqual([since.status, since.body.companyId, since.body.version], [200, null, 1])
  await ana.post(`/companies/${companyId}/restore`)
  assert.equal((await read(headers)).status, 304)
  const asked = { ...headers, prefer: 'may-change' }
  assert.equal((await read(asked)).body.mayChange, true)
  // Whole or by its version alone, the tag holds the version that was read.
  for (const [tag, status] of [
    [etag, 200],
    ['"2"', 200],
    [etag, 412],
    ['"1", "2"', 412],
    // Any of several will do, and whatever stands (RFC 9110 13.1.1).
    ['"9", "3-x", "5"', 200],
    ['*', 200],
    ['*, "5"', 412],
  ] as const) {
    const change = { headers: { 'if-match': tag } }
    assert.equal((await ana.patch(`/contacts/${id}`, { jobTitle: `Head ${tag}` }, change)).status, status)
  }
})

test('a domain is kept as its bare host, and what stands otherwise since before is found by it and may stay', async () => {
  const { ana } = await world()
  const made = await ana.post('/companies', { name: 'Acme', domain: 'https://WWW.Acme.example/about' })
  assert.deepEqual([made.status, made.body.domain], [201, 'acme.example'], made.text)
  const { id } = made.body
  const change = (domain: string | null) => ana.patch(`/companies/${id}`, { domain })
  assert.equal((await change('HTTP://Müller.example:8080/?x')).body.domain, 'müller.example')
  for (const domain of ['n/a', 'info@acme.example', '10.0.0.1', 'acme'])
    for (const reply of [await change(domain), await ana.post('/companies', { name: 'No', domain })]) {
      const [issue] = reply.body.issues
      assert.deepEqual([reply.status, issue.path, issue.code], [400, 'domain', 'NOT_A_DOMAIN'], domain)
    }
  const operations = [
    { op: 'create', data: { name: 'Bulk', domain: 'www.bulk.example/x' } },
    { op: 'update', id, data: { domain: 'nowhere' } },
  ]
  const { results } = (await ana.post('/companies/bulk', { operations })).body
  assert.deepEqual([results[0].status, results[1].error.issues[0].path], [201, 'domain'])
  const stands = (domain: string) =>
    ana.inWorkspace(tx =>
      tx.session.rows('update companies set domain = $1 where workspace_id = $2::uuid and id = $3::uuid', [
        domain,
        ana.workspaceId,
        id,
      ]),
    )
  await stands('https://WWW.Old.example/about')
  for (const asked of ['old.example', 'WWW.old.example', 'http://old.example/'])
    assert.equal((await ana.get(`/companies?domain=${encodeURIComponent(asked)}`)).body.total, 1, asked)
  assert.equal((await ana.get('/companies?domain=old.example,bulk.example')).body.total, 2)
  const others = JSON.stringify({ field: 'domain', op: 'neq', value: 'old.example' })
  assert.equal((await ana.get(`/companies?filter=${encodeURIComponent(others)}`)).body.total, 1)
  const lead = { name: 'Ida Berg', email: 'ida@old.example' }
  const leadId = (await ana.post('/leads', lead)).body.id
  const converted = await ana.post(`/leads/${leadId}/convert`, { createDeal: false })
  assert.equal(converted.body.company?.id, id, converted.text)
  await stands('n/a')
  const read = (await ana.get(`/companies/${id}`)).body
  const back = await ana.put(`/companies/${id}`, { ...read, industry: 'Trade' })
  assert.deepEqual([back.status, back.body.domain, back.body.industry], [200, 'n/a', 'Trade'], back.text)
  assert.equal((await change('n/b')).status, 400)
})

test('many records are given to another member at once, by the field that says whose they are alone', async () => {
  const { ana, ben, admin } = await world()
  const { id } = (await ana.post('/companies', { name: 'Handed over' })).body
  const task = (await ana.post('/tasks', { title: 'Call' })).body.id
  const invoice = (await ana.post('/invoices', { title: 'Nobody owns it' })).body.id
  const bulk = async (path: string, id: string, data?: object, who = ana) => {
    const operations = [{ op: 'reassign', id, ...(data && { data }) }]
    const [{ status, error }] = (await who.post(`/${path}/bulk`, { operations })).body.results
    return error ? [status, error.issues?.[0]?.path, error.issues?.[0]?.code] : [status]
  }
  assert.deepEqual(await bulk('companies', id), [400, 'ownerId', 'REQUIRED'])
  assert.deepEqual(await bulk('companies', id, { ownerId: ben.id, name: 'Other' }), [
    400,
    'name',
    'UNKNOWN_FIELD',
  ])
  assert.deepEqual((await bulk('companies', id, { ownerId: 'ben' })).slice(0, 2), [400, 'ownerId'])
  assert.deepEqual((await bulk('companies', id, { ownerId: ben.id }, ben))[0], 404)
  assert.deepEqual((await bulk('invoices', invoice, { ownerId: ben.id })).slice(0, 2), [400, 'op'])
  assert.deepEqual(await bulk('tasks', task, { assigneeId: ben.id }), [200])
  assert.deepEqual(await bulk('companies', id, { ownerId: ben.id }, admin), [200])
  const [company] = (await admin.get(`/companies?ownerId=${ben.id}&q=Handed`)).body.rows
  assert.deepEqual([company?.id, company?.name, company?.version], [id, 'Handed over', 2])
  assert.equal((await ben.get(`/tasks/${task}`)).body.assigneeId, ben.id)
})
