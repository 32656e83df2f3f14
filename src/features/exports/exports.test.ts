import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseFault } from '#core/db/engine.ts'
import { cellsOf, partsOf } from '#core/xlsx/read.testing.ts'
import { completed, counts, importing, rowsOf } from '#features/imports/testing.ts'
import { slowTest } from '#test/slow.ts'
import { addressOf, takeLog, useProgram, world } from '#test/world.ts'

const program = useProgram()

const NASTY = ['=1+1', '+49 30 1', '-x', '@sum', "'=quoted", 'a,b', 'say "hi"', 'ünï', 'semi;colon', "''+x"]

test('an export comes in again as it was, in another workspace too', async () => {
  const { ana, owner, mallory } = await world()
  for (const who of [owner, mallory])
    for (const [key, type] of [
      ['region', 'text'],
      ['rank', 'number'],
      ['since', 'date'],
    ])
      assert.equal(
        (await who.post('/custom-fields', { entity: 'company', key, label: key, type })).status,
        201,
      )
  for (const [i, name] of NASTY.entries())
    await ana.post('/companies', {
      name,
      annualRevenue: 0.1 + i,
      tags: ['one', 'two words'],
      billingAddress: { city: 'Köln', street: 'A "B" 1' },
      customFields: { region: name, rank: i - 2.5, since: '2020-02-29' },
    })
  const exported = await ana.get('/companies/export?sort=name')
  assert.equal(exported.status, 200, exported.text)
  assert.match(String(exported.headers['content-disposition']), /companies-\d{4}-\d\d-\d\d\.csv/)
  for (const cell of exported.text.split(/[,\r\n]/)) assert.ok(!/^"?[=+@]/.test(cell), `a formula: ${cell}`)
  const done = await importing(mallory, 'companies', exported.text)
  assert.deepEqual(counts(done), completed(0, 0, 0, NASTY.length), 'the owner is nobody here')
  const mapping = { ...done.mapping, ownerId: '', ownerName: '' }
  const again = await importing(mallory, 'companies', exported.text, { mapping })
  assert.deepEqual(counts(again), completed(NASTY.length))
  const essence = (rows: Record<string, unknown>[]) =>
    rows.map(({ name, annualRevenue, tags, billingAddress, customFields, createdAt, status }) => ({
      name,
      annualRevenue,
      tags,
      billingAddress,
      customFields,
      createdAt,
      status,
    }))
  assert.deepEqual(
    essence(await rowsOf(mallory, '/companies?sort=name')),
    essence(await rowsOf(ana, '/companies?sort=name')),
  )
  const edited = await importing(ana, 'companies', exported.text.replaceAll('two words', 'three'), {
    matchBy: 'id',
    onDuplicate: 'update',
  })
  assert.deepEqual(counts(edited), completed(0, NASTY.length))
})

test('deals name their company, owner and stage', async () => {
  const { ana } = await world()
  const { id } = (await ana.post('/companies', { name: 'Acme' })).body
  await ana.post('/deals', { title: 'One', companyId: id, amount: 3 })
  const { text } = await ana.get('/deals/export')
  const [head, line] = text.split('\r\n').map(row => row.split(','))
  const cell = (name: string) => line![head!.indexOf(name)]
  assert.deepEqual(
    [cell('companyName'), cell('ownerName'), cell('stageName'), cell('pipelineName')],
    ['Acme', 'Ana', 'Prospecting', 'Sales'],
  )
  const done = await importing(ana, 'deals', text)
  assert.deepEqual(counts(done), completed(1))
  const json = await ana.get('/deals/export?format=json')
  assert.equal(json.body.length, 2)
  assert.equal(json.body[0].companyName, 'Acme')
})

const workbookOf = async (who: { token: string }, path: string) => {
  const reply = await program().server.inject({
    url: `/api/v1${path}`,
    headers: { authorization: `Bearer ${who.token}` },
  })
  assert.equal(reply.statusCode, 200, reply.payload.slice(0, 300))
  assert.match(String(reply.headers['content-disposition']), /\.xlsx"$/)
  const parts = await partsOf(reply.rawPayload)
  return cellsOf(parts['xl/worksheets/sheet1.xml']!).map(row => row.map(({ value }) => value))
}

test('a workbook has typed cells, and leads come as one', async () => {
  const { ana, owner } = await world()
  await owner.patch('/workspaces/current', { timezone: 'Asia/Tokyo' })
  assert.equal(
    (await owner.post('/custom-fields', { entity: 'deal', key: 'margin', label: 'Margin', type: 'number' }))
      .status,
    201,
  )
  await ana.post('/deals', {
    title: '=cmd|1',
    amount: 12.5,
    expectedCloseDate: '2026-01-31',
    customFields: { margin: 0.25 },
  })
  await ana.post('/deals', { title: 'Other', amount: 1 })
  const [head, ...rows] = await workbookOf(ana, '/deals/export?format=xlsx&sort=-amount')
  const cell = (name: string) => rows[0]![head!.indexOf(name)]
  assert.equal(rows.length, 2)
  assert.deepEqual(
    [
      cell('title'),
      cell('amount'),
      cell('expectedCloseDate'),
      cell('customFields.margin'),
      cell('stageName'),
    ],
    ['=cmd|1', 12.5, 46053, 0.25, 'Prospecting'],
  )
  const created = (cell('createdAt') as number) * 86_400_000 - Date.UTC(1970, 0, 1) - 25_569 * 86_400_000
  assert.ok(Math.abs(created - (Date.now() + 9 * 3_600_000)) < 60_000, 'nine hours ahead in Tokyo')
  await ana.post('/leads', { name: 'Lea', email: 'lea@x.example', company: 'X', notes: 'one\r\ntwo' })
  const [leadHead, lea] = await workbookOf(ana, '/leads/export')
  assert.deepEqual(leadHead!.slice(0, 5), ['name', 'email', 'company', 'stage', 'notes'])
  assert.deepEqual(lea!.slice(0, 5), ['Lea', 'lea@x.example', 'X', 'NEW', 'one\r\ntwo'])
  assert.match((await ana.get('/leads/export?format=csv')).text, /^name,email,company,stage,notes,/)
  assert.deepEqual((await workbookOf(ana, '/leads/export?stage=QUALIFIED')).length, 1)
})

test('an export obeys filter, search and visibility, and refuses what it cannot do', async () => {
  const { ana, ben, vera, owner, mallory } = await world()
  for (const name of ['Alpha', 'Beta']) await ana.post('/companies', { name, industry: name })
  await ben.post('/companies', { name: 'Gamma' })
  const names = async (who: typeof ana, query = '') => {
    const { text } = await who.get(`/companies/export${query}`)
    return text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map(line => /Alpha|Beta|Gamma/.exec(line)?.[0])
  }
  assert.deepEqual(await names(ana), ['Alpha', 'Beta'])
  assert.deepEqual(await names(ben), ['Gamma'])
  assert.deepEqual(await names(vera, '?sort=-name'), ['Gamma', 'Beta', 'Alpha'])
  assert.deepEqual(await names(owner, '?q=alp'), ['Alpha'])
  assert.deepEqual(await names(owner, '?industry=Beta'), ['Beta'])
  assert.deepEqual(await names(mallory), [])
  assert.equal((await mallory.get('/companies/export?format=json')).text, '[]\n')
  for (const [query, path] of [
    ['format=pdf', 'format'],
    ['sort=nope', 'sort'],
    ['filter=x', 'filter'],
    ['limit=5', 'limit'],
  ]) {
    const refused = await ana.get(`/companies/export?${query}`)
    assert.equal(refused.status, 400, query)
    assert.equal(refused.body.issues[0].path, path)
  }
})

slowTest('a slow client holds no connection, and a fault in the middle breaks the download', async () => {
  const { ana } = await world()
  const table = `Name,Industry\n${Array.from({ length: 6000 }, (_, i) => `Company ${i},${'x'.repeat(90)}`).join('\n')}\n`
  assert.equal((await importing(ana, 'companies', table)).created, 6000)
  const { app } = program()
  const port = Number(new URL(await addressOf(program())).port)
  const download = (format = 'csv') => {
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `GET /api/v1/companies/export?format=${format} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${ana.token}\r\n\r\n`,
    )
    return socket
  }
  const whole = download()
  let text = ''
  for await (const chunk of whole) text += chunk
  assert.equal(text.match(/Company \d+/g)!.length, 6000)
  assert.match(text, /\r\n0\r\n\r\n$/)

  const slow = download().pause()
  await sleep(300)
  // The embedded database has one session: if the export held it, nobody else would be served.
  assert.equal((await ana.get('/companies?limit=1')).status, 200)
  slow.destroy()

  // Three pages go well, then the database is gone.
  const { database } = app
  const inWorkspace = database.inWorkspace.bind(database)
  let pages = 0
  database.inWorkspace = ((...given: Parameters<typeof inWorkspace>) =>
    ++pages > 3
      ? Promise.reject(new DatabaseFault({ code: 'CLOSED', message: 'gone' }))
      : inWorkspace(...given)) as typeof database.inWorkspace
  try {
    for (const format of ['csv', 'xlsx']) {
      pages = 0
      const broken = download(format)
      broken.on('error', () => {})
      let part = ''
      for await (const chunk of broken) part += (chunk as Buffer).toString('latin1')
      // A workbook packs so many rows before its first byte that the refusal may still come in order.
      if (format === 'csv') assert.match(part, /^HTTP\/1.1 200/)
      else if (!part.startsWith('HTTP/1.1 200')) assert.match(part, /^HTTP\/1.1 503/)
      if (part.startsWith('HTTP/1.1 200'))
        assert.doesNotMatch(part.slice(-200), /\r\n0\r\n\r\n$/, `${format}: cut off, not ended`)
    }
  } finally {
    database.inWorkspace = inWorkspace as typeof database.inWorkspace
  }
  takeLog()
})

test('who must get no mail, and who got a campaign, can be taken along', async () => {
  const { ana, owner, vera, mallory } = await world()
  for (const email of ['a@x.example', 'b@x.example'])
    assert.equal((await ana.post('/unsubscribes', { email, reason: '=asked' })).status, 201)
  const csv = await vera.get('/unsubscribes/export?email=b@x.example')
  assert.equal(csv.status, 200, csv.text)
  assert.match(csv.text, /b@x\.example,'=asked,MANUAL/)
  assert.doesNotMatch(csv.text, /a@x\.example/)
  assert.equal((await mallory.get('/unsubscribes/export?format=json')).text, '[]\n')
  const contact = (await owner.post('/contacts', { firstName: 'Ida', lastName: 'Berg' })).body.id
  const campaign = (await owner.post('/campaigns', { name: 'Spring' })).body.id
  await owner.post(`/campaigns/${campaign}/contacts`, { contactIds: [contact] })
  const [row] = (await owner.get('/campaign-contacts/export?format=json')).body
  assert.deepEqual([row.campaignName, row.contactName, row.status], ['Spring', 'Ida Berg', 'PENDING'])
  assert.equal((await ana.get('/campaign-contacts/export?format=json')).text, '[]\n', 'a campaign of others')
})
