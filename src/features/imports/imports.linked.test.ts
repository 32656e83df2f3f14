import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slowTest } from '#test/slow.ts'
import { nobody, useProgram, world } from '#test/world.ts'
import { importJob } from './run.ts'
import { completed, counts, ended, importing, rowsOf, send } from './testing.ts'

const program = useProgram()

const linking = { createLinked: true }

const PIPEDRIVE = [
  'Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Organization,Deal - Contact person,Person - Email',
  'One,100,EUR,Nordlicht AG,Ida Berg,ida@nordlicht.example',
  'Two,200,EUR, nordlicht  ag ,IDA BERG,Ida@Nordlicht.example',
  'Three,300,EUR,Súdwind,Bo Lind,',
  'Four,400,EUR,Sudwind,bo lind,',
  'Five,500,EUR,,Bo Lind,bo@elsewhere.example',
]

test('deals of another system bring their companies and contacts along, each once', async () => {
  const { ana } = await world()
  const before = await importing(ana, 'deals', PIPEDRIVE)
  assert.deepEqual([before.failed, before.createdLinked], [5, {}])
  const tried = await importing(ana, 'deals', PIPEDRIVE, { ...linking, dryRun: true })
  assert.deepEqual([counts(tried), tried.createdLinked], [completed(5), { company: 2, contact: 3 }])
  assert.equal((await ana.get('/companies')).body.total, 0)

  const done = await importing(ana, 'deals', PIPEDRIVE, linking)
  assert.deepEqual([counts(done), done.createdLinked], [completed(5), { company: 2, contact: 3 }])
  const contacts = await rowsOf(ana, '/contacts?sort=createdAt')
  const [nord, sud] = await rowsOf(ana, '/companies?sort=name')
  assert.deepEqual([nord.name, sud.name], ['Nordlicht AG', 'Súdwind'])
  const ida = contacts.find(({ firstName }) => firstName === 'Ida')
  assert.deepEqual(
    [ida.lastName, ida.email, ida.companyId, ida.ownerId],
    ['Berg', 'ida@nordlicht.example', nord.id, ana.id],
  )
  const byTitle = new Map((await rowsOf(ana, '/deals')).map(deal => [deal.title, deal]))
  assert.equal(byTitle.get('Two').primaryContactId, ida.id)
  assert.equal(byTitle.get('Two').companyId, nord.id)
  assert.equal(byTitle.get('Three').primaryContactId, byTitle.get('Four').primaryContactId)
  assert.notEqual(byTitle.get('Five').primaryContactId, byTitle.get('Four').primaryContactId)

  const { body } = await ana.get(`/imports/${done.id}/linked`)
  assert.deepEqual([body.total, body.nextCursor], [5, null])
  assert.deepEqual(
    body.rows.map(({ type, title }: { type: string; title: string }) => [type, title]),
    [
      ['company', 'Nordlicht AG'],
      ['company', 'Súdwind'],
      ['contact', 'Ida Berg'],
      ['contact', 'Bo Lind'],
      ['contact', 'Bo Lind'],
    ],
  )
  const paged = (await ana.get(`/imports/${done.id}/linked`, { query: { limit: '3' } })).body
  const rest = await ana.get(`/imports/${done.id}/linked`, {
    query: { limit: '3', cursor: paged.nextCursor },
  })
  assert.deepEqual([...paged.rows, ...rest.body.rows], body.rows)

  const again = await importing(ana, 'deals', PIPEDRIVE, { ...linking, matchBy: 'title' })
  assert.deepEqual([counts(again), again.createdLinked], [completed(0, 0, 5), {}])
  await ana.post(`/imports/${done.id}/undo`)
  assert.equal((await ended(ana, done.id, 'UNDONE')).undone, 10)
  assert.deepEqual((await ana.get(`/imports/${done.id}/linked`)).body.rows, [])
  for (const path of ['deals', 'contacts', 'companies'])
    assert.equal((await ana.get(`/${path}`)).body.total, 0, path)
})

test('undo keeps what it made along the way and others have built on since, and says so', async () => {
  const { owner, ana } = await world()
  const done = await importing(ana, 'deals', PIPEDRIVE, linking)
  const [nord, sud] = await rowsOf(ana, '/companies?sort=name')
  const [bo] = await rowsOf(ana, '/contacts?email=bo@elsewhere.example')
  await ana.post('/contacts', { firstName: 'New', companyId: nord.id })
  // Also where the one who undoes it sees nothing of that.
  await owner.post('/deals', { title: 'Hidden', contactIds: [bo.id] })
  // What is in the trash itself holds nothing.
  const note = { body: 'Hm', relatedType: 'company', relatedId: sud.id }
  await ana.delete(`/notes/${(await ana.post('/notes', note)).body.id}`)
  await ana.post(`/imports/${done.id}/undo`)
  const undone = await ended(ana, done.id, 'UNDONE')
  assert.deepEqual(
    [undone.undone, undone.undoKept, undone.undoKeptLinked],
    [8, 2, { company: 1, contact: 1 }],
  )
  const { rows } = (await ana.get(`/imports/${done.id}/linked`)).body
  assert.deepEqual(
    rows.map(({ id }: { id: string }) => id),
    [nord.id, bo.id],
  )
  assert.equal((await ana.get('/deals')).body.total, 0)
  assert.deepEqual(
    (await rowsOf(ana, '/contacts?sort=firstName')).map(({ firstName, companyId }) => [firstName, companyId]),
    [
      ['Bo', null],
      ['New', nord.id],
    ],
  )
})

test('only rows that are written make something, and what is there is taken', async () => {
  const { ana, ben } = await world()
  await ana.post('/companies', { name: 'Old', domain: 'old.example' })
  await ana.post('/contacts', { firstName: 'Known', email: 'known@x.example' })
  await ben.post('/companies', { name: 'Unseen' })
  const done = await importing(
    ana,
    'contacts',
    [
      'First name,Email,Company,Company domain',
      'Skipped,known@x.example,Never Made,',
      'Wrong,no mail,Nor This,',
      'A,a@x.example,Other Name,OLD.example',
      'B,b@x.example,old,other.example',
      'C,c@x.example,Fresh,fresh.example',
      'D,d@x.example,fresh,',
      'E,e@x.example,,fresh.example',
      'F,f@x.example,unseen,',
    ],
    linking,
  )
  assert.deepEqual([counts(done), done.createdLinked], [completed(6, 0, 1, 1), { company: 2 }])
  const companies = await rowsOf(ana, '/companies?sort=name')
  assert.deepEqual(
    companies.map(({ name, domain }) => [name, domain]),
    [
      ['Fresh', 'fresh.example'],
      ['Old', 'old.example'],
      // Whether somebody else has one is not theirs to know.
      ['unseen', null],
    ],
  )
  const names = new Map(companies.map(({ id, name }) => [id, name]))
  const contacts = await rowsOf(
    ana,
    '/contacts?sort=email&filter={"field":"companyId","op":"empty","value":false}',
  )
  assert.deepEqual(
    contacts.map(({ companyId }) => names.get(companyId)),
    ['Old', 'Old', 'Fresh', 'Fresh', 'Fresh', 'unseen'],
  )
})

test('a row that is refused when it is written takes back what it made, and the next row makes it', async () => {
  const { ana } = await world()
  const done = await importing(
    ana,
    'contacts',
    [
      'First name,Phone,Company',
      ',+1 415 555 0100,Contested',
      ...Array.from({ length: 5 }, (_, i) => `P${i},,Contested`),
    ],
    { ...linking, onDuplicate: 'create' },
  )
  assert.deepEqual([counts(done), done.createdLinked], [completed(5, 0, 0, 1), { company: 1 }])
  const [contested, ...more] = await rowsOf(ana, '/companies')
  assert.deepEqual([contested.name, more], ['Contested', []])
  for (const { companyId } of await rowsOf(ana, '/contacts')) assert.equal(companyId, contested.id)
})

slowTest('more rows than a batch name one new company; a trial counts it once too', async () => {
  const { ana } = await world()
  const file = ['Deal name,Company,Primary contact,Contact email']
  for (let i = 0; i < 505; i++) file.push(`Deal ${i},Everybody Inc,Nobody Known,n${i % 2}@every.example`)
  const tried = await importing(ana, 'deals', file, { ...linking, dryRun: true })
  assert.deepEqual([counts(tried), tried.createdLinked], [completed(505), { company: 1, contact: 2 }])
  const [one, two] = await Promise.all([
    send(ana, 'deals', file.join('\n'), linking),
    send(ana, 'deals', file.join('\n'), linking),
  ])
  const both = [await ended(ana, one!.body.id), await ended(ana, two!.body.id)]
  assert.deepEqual(
    both.map(({ created }) => created),
    [505, 505],
  )
  const made = both.flatMap(({ createdLinked }) => Object.entries(createdLinked).flat())
  assert.deepEqual(made, ['company', 1, 'contact', 2])
  assert.equal((await ana.get('/companies')).body.total, 1)
})

test('people as HubSpot writes them, several in a cell; namesakes of other companies are others', async () => {
  const { ana } = await world()
  const old = (await ana.post('/companies', { name: 'Old' })).body
  const lee = (await ana.post('/contacts', { firstName: 'Lee', lastName: 'Poe', companyId: old.id })).body
  const done = await importing(
    ana,
    'deals',
    [
      'Record ID,Deal Name,Deal Stage,Associated Company,Associated Contact',
      '1,One,,Old,Lee Poe',
      '2,Two,,New,Lee Poe;Max Ray (max@new.example)',
      '3,Three,,New,max@new.example',
      '4,Four,,New,"Ray, Max (MAX@new.example); Eve (eve@new.example)"',
    ],
    linking,
  )
  assert.deepEqual([counts(done), done.createdLinked], [completed(4), { company: 1, contact: 3 }])
  const deals = new Map((await rowsOf(ana, '/deals')).map(deal => [deal.title, deal]))
  assert.equal(deals.get('One').primaryContactId, lee.id)
  assert.notEqual(deals.get('Two').primaryContactId, lee.id)
  const max = (await rowsOf(ana, '/contacts?email=max@new.example'))[0]
  assert.deepEqual([max.firstName, max.lastName, max.companyId], ['Max', 'Ray', deals.get('Two').companyId])
  assert.ok(deals.get('Two').contactIds.includes(max.id))
  assert.equal(deals.get('Three').primaryContactId, max.id)
  assert.equal(deals.get('Four').primaryContactId, max.id)
  assert.equal(deals.get('Four').contactIds.length, 2)
})

test('a row waits for one before it that makes the company by which both are matched', async () => {
  const { ana } = await world()
  const settings = { ...linking, matchBy: 'title+companyId', onDuplicate: 'update' }
  const file = ['Deal name,Amount,Company', 'Renewal,5,Acme', 'renewal,6,ACME', 'Renewal,7,Globex']
  const done = await importing(ana, 'deals', file, settings)
  assert.deepEqual([counts(done), done.createdLinked], [completed(2, 1), { company: 2 }])
  assert.deepEqual(
    (await rowsOf(ana, '/deals?sort=amount')).map(({ amount }) => amount),
    [6, 7],
  )
  const moved = await importing(ana, 'deals', ['Deal name,Company', 'Renewal,Initech'], {
    ...linking,
    matchBy: 'title',
    onDuplicate: 'update',
  })
  assert.deepEqual([moved.failed, moved.createdLinked], [1, {}], 'two are called so')
})

test('a key makes along the way what its scopes let it make', async () => {
  const { owner } = await world()
  const scopes = ['deals:write', 'imports:write', 'imports:read', 'companies:write']
  const { key } = (await owner.post('/api-keys', { name: 'Importer', scopes })).body
  const attempt = (body: string) =>
    nobody.post('/deals/import', body, {
      headers: { 'x-api-key': key, 'content-type': 'text/csv' },
      query: { createLinked: 'true' },
    })
  const refused = await attempt('title,primaryContactName\nX,Ida\n')
  assert.deepEqual([refused.status, refused.body.code], [403, 'INSUFFICIENT_SCOPE'])
  assert.match(refused.body.error, /contacts:write/)
  const taken = await attempt('title,companyName\nX,Acme\n')
  assert.equal(taken.status, 202, taken.text)
  assert.deepEqual((await ended(owner, taken.body.id)).createdLinked, { company: 1 })
})

test('a trial that was interrupted counts from the start, since what it met was in memory', async () => {
  const { ana } = await world()
  const file = [
    'Email,Company',
    ...Array.from({ length: 501 }, (_, i) => `p${i}@x.example,Acme`),
    'p0@x.example,Acme',
  ]
  const settings = { ...linking, dryRun: true }
  const tried = await importing(ana, 'contacts', file, settings)
  const whole = [completed(501, 0, 1), { company: 1 }]
  assert.deepEqual([counts(tried), tried.createdLinked], whole)
  await ana.inWorkspace(async tx => {
    await tx.session.rows(
      `update imports set status = 'RUNNING', processed = 500, created = 500, skipped = 0 where id = $1::uuid`,
      [tried.id],
    )
    await program().app.jobs.enqueue(tx, importJob, { importId: tried.id })
  })
  const again = await ended(ana, tried.id)
  assert.deepEqual([counts(again), again.createdLinked], whole)
})
