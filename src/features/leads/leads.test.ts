import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useProgram, world } from '#test/world.ts'

useProgram()

test('converting makes contact, company and deal once, and says so in the history', async () => {
  const { ana, admin } = await world()
  const lead = (
    await ana.post('/leads', {
      name: 'Ada Byron Lovelace',
      email: 'Ada@Engines.example',
      company: 'Engines Ltd',
      phone: '+44 20 7946 0018',
    })
  ).body
  const { status, body, text } = await ana.post(`/leads/${lead.id}/convert`, {
    dealTitle: 'An engine',
    amount: 12.34,
  })
  assert.equal(status, 200, text)
  assert.deepEqual(
    [body.contact.firstName, body.contact.lastName, body.contact.email],
    ['Ada Byron', 'Lovelace', 'ada@engines.example'],
  )
  assert.deepEqual([body.company.name, body.company.domain], ['Engines Ltd', 'engines.example'])
  assert.deepEqual(
    [body.deal.title, body.deal.amount, body.deal.companyId, body.deal.primaryContactId],
    ['An engine', 12.34, body.company.id, body.contact.id],
  )
  const read = (await ana.get(`/leads/${lead.id}`)).body
  assert.deepEqual([read.stage, read.convertedDealId], ['CONVERTED', body.deal.id])
  const again = await ana.post(`/leads/${lead.id}/convert`)
  assert.deepEqual([again.status, again.body.code], [409, 'ALREADY_CONVERTED'])
  const told = (await admin.get(`/audit-logs?entityId=${lead.id}&action=converted`)).body
  assert.equal(told.rows[0].changes.stage.new, 'CONVERTED')
})

test('a lead with the mail and company of what is there reuses both', async () => {
  const { ana } = await world()
  const company = (await ana.post('/companies', { name: 'Café Zürich' })).body
  const contact = (await ana.post('/contacts', { firstName: 'Uwe', email: 'uwe@gmail.com' })).body
  const lead = (await ana.post('/leads', { name: 'Uwe', email: 'uwe@gmail.com', company: 'CAFÉ ZÜRICH' }))
    .body
  const { body } = await ana.post(`/leads/${lead.id}/convert`, { createDeal: false })
  assert.deepEqual([body.company.id, body.contact.id, body.deal], [company.id, contact.id, null])
})

test('two conversions at once make one deal', async () => {
  const { ana } = await world()
  const lead = (await ana.post('/leads', { name: 'Twin', company: 'Twins' })).body
  const answers = await Promise.all([1, 2, 3].map(() => ana.post(`/leads/${lead.id}/convert`)))
  assert.deepEqual(answers.map(answer => answer.status).sort(), [200, 409, 409])
  assert.equal((await ana.get('/deals')).body.total, 1)
})

test('leads of one person and company that are converted at once share both', async () => {
  const { ana } = await world()
  const leads = await Promise.all(
    [1, 2, 3, 4].map(() => ana.post('/leads', { name: 'Zoë', email: 'zoe@both.example', company: 'Both' })),
  )
  const answers = await Promise.all(leads.map(({ body }) => ana.post(`/leads/${body.id}/convert`)))
  for (const answer of answers) assert.equal(answer.status, 200, answer.text)
  for (const path of ['/companies', '/contacts']) assert.equal((await ana.get(path)).body.total, 1, path)
  assert.equal((await ana.get('/deals')).body.total, 4)
})

test('CONVERTED cannot be written, and nothing is left of a conversion that fails', async () => {
  const { ana } = await world()
  const lead = (await ana.post('/leads', { name: 'Half', company: 'Halves' })).body
  const refused = await ana.patch(`/leads/${lead.id}`, { stage: 'CONVERTED' })
  assert.deepEqual([refused.status, refused.body.issues[0].path], [422, 'stage'])
  const failed = await ana.post(`/leads/${lead.id}/convert`, { stageId: lead.id })
  assert.equal(failed.status, 400)
  assert.equal((await ana.get('/companies')).body.total, 0)
  assert.equal((await ana.get(`/leads/${lead.id}`)).body.stage, 'NEW')
})

test("R4's dashboard counts leads", async () => {
  const { ana } = await world()
  await ana.post('/leads', { name: 'One' })
  const second = (await ana.post('/leads', { name: 'Two', stage: 'QUALIFIED' })).body
  await ana.post(`/leads/${second.id}/convert`)
  const { body } = await ana.get('/api/dashboard')
  assert.deepEqual([body.newLeadsToday, body.conversionRate], [2, 0.5])
  assert.deepEqual(body.pipelineStatus.find((row: any) => row.stage === 'CONVERTED').count, 1)
})

test('a currency that there is not is refused by name, and nothing is made', async () => {
  const { ana } = await world()
  const { id } = (await ana.post('/leads', { name: 'Odd', company: 'Odd coins' })).body
  for (const currency of ['ZZZ', 'EU', '€€€']) {
    const refused = await ana.post(`/leads/${id}/convert`, { amount: 5, currency })
    assert.deepEqual([refused.status, refused.body.issues?.[0].path], [400, 'currency'], refused.text)
  }
  assert.equal((await ana.get('/companies')).body.total, 0)
  const { body } = await ana.post(`/leads/${id}/convert`, { amount: 5, currency: 'chf' })
  assert.equal(body.deal.currency, 'CHF')
})

test('what a lead of somebody who has left becomes belongs to whoever converts it', async () => {
  const { ana, ben, admin } = await world()
  const lead = (company: string) => ben.post('/leads', { name: 'Heir', company })
  const [before, after] = [(await lead('One')).body.id, (await lead('Two')).body.id]
  const first = (await admin.post(`/leads/${before}/convert`)).body
  assert.deepEqual(
    [first.contact, first.company, first.deal].map(row => row.ownerId),
    [ben.id, ben.id, ben.id],
  )
  const { membershipId } = (await admin.get(`/users/${ben.id}`)).body
  assert.equal((await admin.delete(`/memberships/${membershipId}`)).status, 204)
  const reply = await admin.post(`/leads/${after}/convert`)
  assert.equal(reply.status, 200, reply.text)
  const { contact, company, deal, lead: converted } = reply.body
  assert.deepEqual(
    [contact, company, deal].map(row => row.ownerId),
    [admin.id, admin.id, admin.id],
  )
  assert.equal(converted.ownerId, ben.id, 'whose lead it was is history')
  assert.equal((await ana.get(`/deals/${deal.id}`)).status, 404)
})

test('a converted lead stays converted, and may be sent back as it was read', async () => {
  const { ana } = await world()
  const { id } = (await ana.post('/leads', { name: 'Ann Lee', company: 'LeeCo' })).body
  await ana.post(`/leads/${id}/convert`, { createDeal: true })
  const read = (await ana.get(`/leads/${id}`)).body
  const back = await ana.put(`/leads/${id}`, { ...read, notes: 'Called' })
  assert.deepEqual([back.status, back.body.stage, back.body.notes], [200, 'CONVERTED', 'Called'], back.text)
  const undone = await ana.patch(`/leads/${id}`, { stage: 'NEW' })
  assert.deepEqual(
    [undone.status, undone.body.code, undone.body.issues?.[0].path],
    [422, 'ALREADY_CONVERTED', 'stage'],
  )
  assert.equal((await ana.post(`/leads/${id}/convert`)).body.code, 'ALREADY_CONVERTED')
})
