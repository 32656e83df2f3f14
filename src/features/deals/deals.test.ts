import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importing } from '#features/imports/testing.ts'
import { type Reply, useProgram, world } from '#test/world.ts'

useProgram()

const stagesOf = async (person: { get: (path: string) => Promise<{ body: any }> }) => {
  const { rows } = (await person.get('/stages')).body
  return (name: string) => rows.find((stage: { name: string }) => stage.name === name)
}

test('a deal starts in the first open stage of the default pipeline, in the currency of the workspace', async () => {
  const { ana } = await world()
  const stage = await stagesOf(ana)
  const { status, body, text } = await ana.post('/deals', { title: '20 scanners', amount: 4800.5 })
  assert.equal(status, 201, text)
  assert.equal(body.stageId, stage('Prospecting').id)
  assert.deepEqual([body.status, body.currency, body.probability, body.amount], ['OPEN', 'USD', 10, 4800.5])
  assert.deepEqual([body.stageDurationDays, body.totalDurationDays], [0, 0])
})

test('moving a deal keeps history and sets status, probability and dates by the kind of the stage', async () => {
  const { ana } = await world()
  const stage = await stagesOf(ana)
  const { id } = (await ana.post('/deals', { title: 'Printers' })).body
  await ana.put(`/deals/${id}/stage`, { stageId: stage('Proposal').id })
  const won = await ana.put(`/deals/${id}/stage`, { stageId: stage('Closed Won').id })
  assert.deepEqual([won.body.status, won.body.probability], ['WON', 100], won.text)
  assert.match(won.body.actualCloseDate, /^\d{4}-\d\d-\d\d$/)
  const lost = await ana.put(`/deals/${id}/stage`, { stageId: stage('Closed Lost').id, lostReason: 'Price' })
  assert.deepEqual([lost.body.status, lost.body.lostReason, lost.body.probability], ['LOST', 'Price', 0])
  const again = await ana.put(`/deals/${id}/stage`, { stageId: stage('Negotiation').id })
  assert.deepEqual(
    [again.body.status, again.body.lostReason, again.body.actualCloseDate],
    ['OPEN', null, null],
  )
  const history = (await ana.get(`/deals/${id}/stage-history`)).body.rows.map((row: any) => row.stageName)
  assert.deepEqual(history, ['Prospecting', 'Proposal', 'Closed Won', 'Closed Lost', 'Negotiation'])
})

test('writing the status moves the deal; sending back what was read moves it nowhere', async () => {
  const { ana } = await world()
  const created = (await ana.post('/deals', { title: 'Cables' })).body
  const same = await ana.put(`/deals/${created.id}`, created)
  assert.equal(same.status, 200, same.text)
  assert.equal(same.body.version, 1)
  const won = await ana.patch(`/deals/${created.id}`, { ...created, status: 'WON' })
  assert.equal(won.body.status, 'WON', won.text)
  assert.notEqual(won.body.stageId, created.stageId)
})

test('a deal that is opened again goes back to the open stage that it was last in, while that is there', async () => {
  const { ana, admin } = await world()
  const stage = await stagesOf(ana)
  const { id } = (await ana.post('/deals', { title: 'Twice', stageId: stage('Proposal').id })).body
  const reopened = async () => {
    await ana.patch(`/deals/${id}`, { status: 'LOST', lostReason: 'Price' })
    const { stageId, status, probability, lostReason, actualCloseDate } = (
      await ana.patch(`/deals/${id}`, { status: 'OPEN' })
    ).body
    assert.deepEqual([status, lostReason, actualCloseDate], ['OPEN', null, null])
    return [stageId, probability]
  }
  assert.deepEqual(await reopened(), [stage('Proposal').id, 50])
  await ana.patch(`/deals/${id}`, { status: 'WON' })
  await admin.delete(`/stages/${stage('Proposal').id}`)
  assert.deepEqual(await reopened(), [stage('Prospecting').id, 10])
})

test('a stage of another workspace or of another pipeline is refused by name', async () => {
  const { ana, admin, mallory } = await world()
  const foreign = (await stagesOf(mallory))('Proposal').id
  const refused = await ana.post('/deals', { title: 'X', stageId: foreign })
  assert.equal(refused.status, 400)
  assert.equal(refused.body.issues[0].path, 'stageId')
  const other = (
    await admin.post('/pipelines', {
      name: 'Renewals',
      stages: [{ name: 'Due' }, { name: 'Done', kind: 'WON' }],
    })
  ).body
  const mismatch = await ana.post('/deals', {
    title: 'X',
    pipelineId: other.id,
    stageId: (await stagesOf(ana))('Proposal').id,
  })
  assert.equal(mismatch.body.issues[0].path, 'stageId')
  const moved = await ana.post('/deals', { title: 'X', pipelineId: other.id })
  assert.equal(moved.body.stageId, other.stages[0].id)
})

test('the primary contact is among the contacts; contacts in the trash are hidden and come back', async () => {
  const { ana } = await world()
  const people = await Promise.all(
    ['A', 'B', 'C'].map(async name => (await ana.post('/contacts', { firstName: name })).body.id),
  )
  const [a, b, c] = people as [string, string, string]
  const { id, contactIds } = (await ana.post('/deals', { title: 'Y', primaryContactId: a, contactIds: [b] }))
    .body
  assert.deepEqual(new Set(contactIds), new Set([a, b]))
  await ana.delete(`/contacts/${b}`)
  assert.deepEqual((await ana.get(`/deals/${id}`)).body.contactIds, [a])
  await ana.patch(`/deals/${id}`, { contactIds: [a, c] })
  await ana.post(`/contacts/${b}/restore`)
  assert.deepEqual(new Set((await ana.get(`/deals/${id}`)).body.contactIds), new Set([a, b, c]))
  const listed = async (query = '') =>
    (await ana.get(`/deals/${id}/contacts?sort=firstName${query}`)).body.rows.map((row: any) => row.firstName)
  assert.deepEqual(await listed(), ['A', 'B', 'C'])
  assert.deepEqual(await listed('&q=b'), ['B'])
  await ana.delete(`/contacts/${b}`)
  assert.deepEqual(await listed(), ['A', 'C'])
  const empty = (await ana.post('/deals', { title: 'Nobody' })).body.id
  assert.equal((await ana.get(`/deals/${empty}/contacts`)).body.total, 0)
  const ofC = (await ana.get(`/contacts/${c}/deals`)).body
  assert.deepEqual(
    ofC.rows.map((deal: any) => deal.id),
    [id],
  )
})

test('a link to a company in the trash reads as null, survives being sent back, and returns on restore', async () => {
  const { ana } = await world()
  const company = (await ana.post('/companies', { name: 'Acme' })).body.id
  const deal = (await ana.post('/deals', { title: 'Z', companyId: company })).body
  await ana.delete(`/companies/${company}`)
  const read = (await ana.get(`/deals/${deal.id}`)).body
  assert.equal(read.companyId, null)
  assert.equal((await ana.put(`/deals/${deal.id}`, { ...read, title: 'Z2' })).status, 200)
  await ana.post(`/companies/${company}/restore`)
  assert.equal((await ana.get(`/deals/${deal.id}`)).body.companyId, company)
})

test('the pipeline report adds up by stage, and leaves out what it cannot convert, saying so', async () => {
  const { owner } = await world()
  const stage = await stagesOf(owner)
  await owner.post('/deals/bulk', {
    operations: [
      { op: 'create', data: { title: 'a', amount: 0.1 } },
      { op: 'create', data: { title: 'b', amount: 0.2 } },
      { op: 'create', data: { title: 'c', amount: 100, stageId: stage('Proposal').id } },
      { op: 'create', data: { title: 'd', amount: 50, currency: 'EUR' } },
      { op: 'create', data: { title: 'e', amount: 7, status: 'WON' } },
    ],
  })
  const { body, text } = await owner.get('/reports/pipeline')
  const of = (name: string) => body.stages.find((row: any) => row.stageName === name)
  assert.equal(body.totalOpenDeals, 4, text)
  assert.equal(body.totalPipelineAmount, 100.3)
  assert.deepEqual(body.unconverted, [{ currency: 'EUR', amount: 50, count: 1 }])
  assert.deepEqual([of('Prospecting').openDeals, of('Prospecting').totalAmount], [3, 0.3])
  assert.deepEqual(
    [of('Closed Won').openDeals, of('Closed Won').closedDeals, of('Closed Won').closedAmount],
    [0, 1, 7],
  )
  const dashboard = (await owner.get('/reports/dashboard')).body
  assert.deepEqual([dashboard.openDeals, dashboard.pipelineTotal], [4, 100.3])
})

test('a member who hands a deal over loses sight of it, and nobody may take one', async () => {
  const { ana, ben, owner } = await world()
  const deal = (await owner.post('/deals', { title: 'Gift', ownerId: ana.id })).body
  const given = await ana.patch(`/deals/${deal.id}`, { ownerId: ben.id })
  assert.equal(given.status, 200, given.text)
  assert.equal((await ana.get(`/deals/${deal.id}`)).status, 404)
  assert.equal((await ana.patch(`/deals/${deal.id}`, { ownerId: ana.id })).status, 404)
  assert.equal((await ben.get(`/deals/${deal.id}`)).status, 200)
})

test('deals that are all in another currency are not reported as nothing', async () => {
  const { owner, ana } = await world()
  for (const [amount, currency] of [
    [50.1, 'EUR'],
    [0.2, 'EUR'],
    [30, 'CHF'],
  ])
    await ana.post('/deals', { title: 'Abroad', amount, currency })
  await ana.post('/deals', { title: 'Done', amount: 9, currency: 'CHF', status: 'WON' })
  const sums = [
    { currency: 'CHF', amount: 30, count: 1 },
    { currency: 'EUR', amount: 50.3, count: 2 },
  ]
  const sorted = (list: Array<{ currency: string }>) =>
    list.toSorted((a, b) => (a.currency < b.currency ? -1 : 1))
  for (const path of ['/reports/pipeline', '/deals/pipeline', '/reports/dashboard']) {
    const { body } = await owner.get(path)
    assert.deepEqual([sorted(body.byCurrency), sorted(body.unconverted)], [sums, sums], path)
  }
  for (const [exchangeRates, place] of [
    [{ EUR: 0 }, 'settings.exchangeRates.EUR'],
    [{ ZZZ: 2 }, 'settings.exchangeRates.ZZZ'],
    [{ EUR: '1.1' }, 'settings.exchangeRates.EUR'],
  ] as const) {
    const refused = await owner.patch('/workspaces/current', { settings: { exchangeRates } })
    assert.deepEqual([refused.status, refused.body.issues?.[0].path], [400, place], refused.text)
  }
  const set = await owner.patch('/workspaces/current', { settings: { exchangeRates: { EUR: 2 } } })
  assert.equal(set.status, 200, set.text)
  const { body } = await owner.get('/reports/pipeline')
  assert.deepEqual([body.totalPipelineAmount, body.rates], [100.6, { EUR: 2 }])
  assert.deepEqual(body.unconverted, [sums[0]])
  assert.deepEqual(sorted(body.byCurrency), sums)
})

test('open deals are summed up by stage or month, by currency, filtered as the list is', async () => {
  const { ana, ben, mallory } = await world()
  const add = (more: object) =>
    ana.post('/deals', { title: 'Sum', currency: 'EUR', probability: 50, ...more })
  const first = (await add({ amount: 100.1, expectedCloseDate: '2031-03-31' })).body
  await add({ amount: 50, expectedCloseDate: '2031-03-01', currency: 'USD' })
  await add({ amount: 7, title: 'Elsewhere' })
  await add({ amount: 1000, status: 'WON', expectedCloseDate: '2031-03-02' })
  const rows = async (query: string, who = ana) => (await who.get(`/deals/sums?${query}`)).body.rows
  assert.deepEqual(await rows('by=month'), [
    { key: '2031-03', currency: 'EUR', count: 1, amount: 100.1, weighted: 50.05 },
    { key: '2031-03', currency: 'USD', count: 1, amount: 50, weighted: 25 },
    { key: null, currency: 'EUR', count: 1, amount: 7, weighted: 3.5 },
  ])
  const filter = encodeURIComponent(JSON.stringify({ field: 'amount', op: 'gte', value: 60 }))
  assert.deepEqual(await rows(`filter=${filter}`), [
    { key: first.stageId, currency: 'EUR', count: 1, amount: 100.1, weighted: 50.05 },
  ])
  assert.equal((await rows('q=elsewhere'))[0].amount, 7)
  assert.deepEqual(
    [await rows('', ben), await rows('', mallory)],
    [[], []],
    'nobody sums up what he does not see',
  )
  const refused = await ana.get('/deals/sums?by=week')
  assert.deepEqual([refused.status, refused.body.issues[0].path], [400, 'by'])
  assert.equal((await ana.get('/deals/sums?filter=nonsense')).status, 400)
})

test('an amount has the decimals that its currency has, at most two', async () => {
  const { ana, owner } = await world()
  const wrong = (reply: Reply) => {
    const { path, code, params } = reply.body.issues[0]
    assert.deepEqual([reply.status, path, code, params], [400, 'amount', 'WHOLE_AMOUNT', { currency: 'JPY' }])
  }
  wrong(await ana.post('/deals', { title: 'X', amount: 10.5, currency: 'JPY' }))
  const { id } = (await ana.post('/deals', { title: 'X', amount: 10, currency: 'JPY' })).body
  wrong(await ana.patch(`/deals/${id}`, { amount: 10.5 }))
  wrong(await ana.patch(`/deals/${id}`, { amount: 10.5, title: 'Y' }))
  assert.equal((await ana.patch(`/deals/${id}`, { amount: 10.5, currency: 'HUF' })).body.amount, 10.5)
  wrong(await ana.patch(`/deals/${id}`, { currency: 'JPY' }))
  assert.equal((await ana.patch(`/deals/${id}`, { amount: 1.25, currency: 'KWD' })).body.amount, 1.25)
  assert.equal((await ana.patch(`/deals/${id}`, { amount: 1.255 })).body.issues[0].code, 'DECIMALS')
  await owner.patch('/workspaces/current', { currency: 'JPY' })
  wrong(await ana.post('/deals', { title: 'X', amount: 0.5 }))
  // What stood before the rule may be sent back as it was read.
  await owner.inWorkspace(tx =>
    tx.session.rows(`update deals set amount = 10.5, currency = 'JPY' where id = $1::uuid`, [id]),
  )
  const old = (await ana.get(`/deals/${id}`)).body
  assert.equal(
    (await ana.put(`/deals/${id}`, { title: 'Z', amount: old.amount, currency: 'JPY' })).status,
    200,
  )
  wrong(await ana.patch(`/deals/${id}`, { amount: 11.5 }))
})

test('no deal is worth less than nothing, however it comes; what stands so may stay and is still changed', async () => {
  const { ana, owner } = await world()
  const wrong = (status: number, issue: Record<string, unknown>, text: string) =>
    assert.deepEqual(
      [status, issue?.path, issue?.code, issue?.params],
      [400, 'amount', 'TOO_SMALL', { minimum: 0 }],
      text,
    )
  const refused = ({ status, body, text }: Reply) => wrong(status, body.issues?.[0], text)
  refused(await ana.post('/deals', { title: 'X', amount: -1 }))
  refused(await ana.post('/deals', { title: 'X', amount: -0.01 }))
  const { id } = (await ana.post('/deals', { title: 'X', amount: 0 })).body
  refused(await ana.patch(`/deals/${id}`, { amount: -5 }))
  const { results } = (
    await ana.post('/deals/bulk', {
      operations: [
        { op: 'create', data: { title: 'Y', amount: -1 } },
        { op: 'update', id, data: { amount: -1 } },
      ],
    })
  ).body
  for (const { status, error } of results) wrong(status, error.issues[0], JSON.stringify(results))
  const imported = await importing(owner, 'deals', ['title,amount', 'Good,1', 'Bad,-1'])
  assert.deepEqual([imported.created, imported.failed], [1, 1])
  assert.match((await owner.get(imported.errorsUrl)).text, /amount.*negative/)
  await owner.inWorkspace(tx => tx.session.rows('update deals set amount = -10 where id = $1::uuid', [id]))
  const old = (await ana.get(`/deals/${id}`)).body
  assert.equal((await ana.put(`/deals/${id}`, { ...old, title: 'Z' })).body.amount, -10)
  assert.equal((await ana.patch(`/deals/${id}`, { source: 'Fair' })).status, 200)
  refused(await ana.patch(`/deals/${id}`, { amount: -11 }))
})
