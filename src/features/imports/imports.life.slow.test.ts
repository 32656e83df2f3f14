import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeLog } from '#core/log.ts'
import { personIn, useProgram, world } from '#test/world.ts'
import { cleanImports } from './clean.ts'
import { importJob } from './run.ts'
import { completed, counts, ended, importing, rowsOf, send } from './testing.ts'

const BODY_LIMIT_MB = 0.1
const program = useProgram({ BODY_LIMIT_MB: String(BODY_LIMIT_MB) })

const many = (rows: number, line = (i: number) => `Company ${i}`) =>
  `Name\n${Array.from({ length: rows }, (_, i) => line(i)).join('\n')}\n`

test('undo takes back what was created and changed, but not what somebody has touched since', async () => {
  const { ana, owner } = await world()
  const fields = { entity: 'company', key: 'region', label: 'Region', type: 'text' }
  assert.equal((await owner.post('/custom-fields', fields)).status, 201)
  const old = (
    await ana.post('/companies', {
      name: 'Old',
      industry: 'Steel',
      size: 'small',
      tags: ['a'],
      customFields: { region: 'north' },
    })
  ).body
  const file =
    'Name,Industry,Size,Tags,Region,Website\nOld,Iron,big,b;c,south,old.example\nNew 1,,,,,\nNew 2,,,,,\nNew 3,,,,,\n'
  const done = await importing(ana, 'companies', file, { onDuplicate: 'update', matchBy: 'name' })
  assert.deepEqual(counts(done), completed(3, 1))
  const changed = (await ana.get(`/companies/${old.id}`)).body
  assert.deepEqual(
    [changed.industry, changed.size, changed.tags, changed.customFields.region, changed.website],
    ['Iron', 'big', ['b', 'c'], 'south', 'https://old.example'],
  )
  // Since then: one field of the changed one, one of the new ones, and one new one is deleted.
  await owner.patch(`/companies/${old.id}`, { size: 'huge' })
  const [, second, third] = await rowsOf(ana, '/companies?q=new&sort=name')
  await owner.patch(`/companies/${second.id}`, { industry: 'Mine now' })
  await owner.patch(`/companies/${third.id}`, { industry: 'Changed before it was thrown away' })
  await ana.delete(`/companies/${third.id}`)
  assert.equal((await ana.post(`/imports/${done.id}/undo`)).status, 202)
  const undone = await ended(ana, done.id, 'UNDONE')
  assert.deepEqual([undone.undone, undone.undoKept], [2, 1])
  const now = (await ana.get(`/companies/${old.id}`)).body
  assert.deepEqual(
    [now.industry, now.size, now.tags, now.customFields.region, now.website],
    ['Steel', 'huge', ['a'], 'north', null],
  )
  assert.deepEqual(
    (await rowsOf(ana, '/companies?sort=name')).map(row => row.name),
    ['New 2', 'Old'],
  )
  const again = await ana.post(`/imports/${done.id}/undo`)
  assert.equal(again.status, 422)
  assert.equal(again.body.code, 'IMPORT_UNDONE')
})

test('undo of a deal that the import moved puts it back where it was', async () => {
  const { ana } = await world()
  const deal = (await ana.post('/deals', { title: 'Big one', amount: 5 })).body
  const done = await importing(ana, 'deals', 'Deal name,Stage,Amount,Close Date\nBig one,Closed Won,7,\n', {
    onDuplicate: 'update',
    matchBy: 'title',
  })
  assert.deepEqual(counts(done), completed(0, 1))
  assert.equal((await ana.get(`/deals/${deal.id}`)).body.status, 'WON')
  await ana.post(`/imports/${done.id}/undo`)
  await ended(ana, done.id, 'UNDONE')
  const back = (await ana.get(`/deals/${deal.id}`)).body
  const { version: _v, updatedAt: _u, ...expected } = deal
  const { version, updatedAt, ...found } = back
  assert.deepEqual(found, expected)
  assert.ok(version > 2 && updatedAt)
})

test('cancel stops between batches; what is done stays and can be undone', async () => {
  const { ana } = await world()
  const { body } = await send(ana, 'companies', many(30_000))
  while (!(await ana.get(`/imports/${body.id}`)).body.processed) await sleep(5)
  const undo = await ana.post(`/imports/${body.id}/undo`)
  assert.equal(undo.body.code, 'IMPORT_RUNNING', undo.text)
  const cancelled = await ana.post(`/imports/${body.id}/cancel`)
  assert.equal(cancelled.status, 200, cancelled.text)
  assert.equal(cancelled.body.status, 'CANCELLED')
  await sleep(500)
  const { processed, created, status } = (await ana.get(`/imports/${body.id}`)).body
  assert.equal(status, 'CANCELLED')
  assert.ok(processed < 30_000)
  assert.equal(created, processed)
  assert.equal((await ana.post(`/imports/${body.id}/cancel`)).status, 409)
  await ana.post(`/imports/${body.id}/undo`)
  const undone = await ended(ana, body.id, 'UNDONE')
  assert.equal(undone.undone, created)
  assert.equal((await ana.get('/companies')).body.rows.length, 0)
})

test('two processes that take up one import write each row once', async () => {
  const { ana } = await world()
  const { body } = await send(ana, 'companies', many(2500))
  const { app } = program()
  const who = {
    workspaceId: ana.workspaceId,
    userId: ana.id,
    role: 'MEMBER',
    visibility: 'own',
    timezone: 'UTC',
  } as const
  const run = () =>
    importJob.run!({
      who,
      app,
      input: { importId: body.id },
      database: app.database,
      log: makeLog('silent'),
      signal: new AbortController().signal,
    })
  await Promise.all([run(), run()])
  const done = await ended(ana, body.id)
  assert.deepEqual(counts(done), completed(2500))
  const [row] = await ana.inWorkspace(tx =>
    tx.session.rows('select count(*) as n from companies where workspace_id = $1::uuid', [ana.workspaceId]),
  )
  assert.equal(row!.n, 2500)
})

test('an import never changes or shows what its caller may not', async () => {
  const { ana, ben, owner, mallory } = await world()
  const hers = (await ana.post('/companies', { name: 'Hers', industry: 'Steel' })).body
  const done = await importing(ben, 'companies', 'Name,Industry\nHers,Gold\n', { onDuplicate: 'update' })
  assert.deepEqual(counts(done), completed(1), 'what he does not see is no match')
  assert.equal((await ana.get(`/companies/${hers.id}`)).body.industry, 'Steel')
  const linked = await importing(ben, 'contacts', `First Name,companyId,Company\nA,${hers.id},\nB,,Acme\n`)
  assert.deepEqual(counts(linked), completed(0, 0, 0, 2))
  assert.equal((await ana.get(`/imports/${done.id}`)).status, 404)
  assert.equal((await owner.get(`/imports/${done.id}`)).status, 200)
  await importing(mallory, 'companies', 'Name,Industry\nHers,Other\n', { onDuplicate: 'update' })
  assert.equal((await rowsOf(owner, '/companies')).length, 2)
  assert.equal((await rowsOf(mallory, '/companies')).length, 1)
})

test('where members see all, a record of another member refuses its row', async () => {
  const { ana, ben } = await world({ recordVisibility: 'workspace' })
  await ana.post('/companies', { name: 'Hers', industry: 'Steel' })
  await ben.post('/companies', { name: 'His' })
  const done = await importing(ben, 'companies', 'Name,Industry\nHers,Gold\nHis,Gold\n', {
    onDuplicate: 'update',
  })
  assert.deepEqual(counts(done), completed(0, 1, 0, 1))
  assert.match((await ben.get(done.errorsUrl)).text, /may see this record but not change it/)
})

test('whoever may no longer write has their import stopped', async () => {
  const { owner, workspaceId } = await world()
  const carl = await personIn(workspaceId, 'MEMBER', 'Carl')
  const { body } = await send(carl, 'companies', many(30_000))
  while (!(await owner.get(`/imports/${body.id}`)).body.processed) await sleep(5)
  await program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows('update memberships set is_active = false where user_id = $1::uuid', [carl.id]),
  )
  const failed = await ended(owner, body.id)
  assert.equal(failed.status, 'FAILED')
  assert.match(failed.error, /may no longer write/)
  assert.equal(failed.errorCode, 'FORBIDDEN')
  await owner.post(`/imports/${body.id}/undo`)
  assert.equal((await ended(owner, body.id, 'UNDONE')).undone, failed.created)
})

test('names become links: company, contact, owner, stage; what is missing or ambiguous names column and value', async () => {
  const { ana, ben, owner } = await world()
  const acme = (await ana.post('/companies', { name: 'Acme Ltd', domain: 'acme.example' })).body
  const kim = (
    await ana.post('/contacts', {
      firstName: 'Kim',
      lastName: 'Lee',
      email: 'kim@acme.example',
      companyId: acme.id,
    })
  ).body
  for (let i = 0; i < 2; i++) await ana.post('/companies', { name: 'Twice' })
  const done = await importing(ana, 'deals', [
    'Deal name,Account,Contact,Owner,Stage,Amount,Close Date',
    'By name,ACME LTD,Kim Lee,Ben,Negotiation,"1.234,50",31.12.2027',
    `By domain,acme.example,kim@acme.example,${ben.email},closed won,"2,5",13.01.2024`,
    'No company,Nobody,,,,,',
    'Two companies,Twice,,,,,',
    'No stage,,,,Nowhere,,',
    'No owner,,,Zed,,,',
  ])
  assert.deepEqual(counts(done), completed(2, 0, 0, 4))
  const [byDomain, byName] = await rowsOf(owner, '/deals?sort=title')
  assert.equal(byName.companyId, acme.id)
  assert.equal(byName.primaryContactId, kim.id)
  assert.equal(byName.ownerId, ben.id)
  assert.equal(byName.amount, 1234.5)
  assert.equal(byName.expectedCloseDate, '2027-12-31')
  assert.equal(byName.status, 'OPEN')
  assert.deepEqual(
    [
      byDomain.companyId,
      byDomain.primaryContactId,
      byDomain.ownerId,
      byDomain.status,
      byDomain.actualCloseDate,
    ],
    [acme.id, kim.id, ben.id, 'WON', '2024-01-13'],
  )
  const errors = (await ana.get(done.errorsUrl)).text
  for (const message of [
    'Account: there is no company “Nobody”',
    'Account: more than one company is called “Twice”',
    'Stage: there is no stage “Nowhere”',
    'Owner: there is no member “Zed”',
  ])
    assert.ok(errors.includes(message), `${message}\n${errors}`)
  const made = await importing(
    ana,
    'contacts',
    'Full Name,Company\nLee Ann Poe,Brand New\n"Wu, Bo",brand new\nX Y,acme ltd\n',
    { createLinked: true },
  )
  assert.deepEqual(counts(made), completed(3))
  const brands = await rowsOf(ana, '/companies?q=brand')
  assert.equal(brands.length, 1)
  const [bo] = await rowsOf(ana, '/contacts?q=bo%20wu')
  assert.deepEqual([bo.firstName, bo.lastName, bo.companyId], ['Bo', 'Wu', brands[0].id])
  await ana.post(`/imports/${made.id}/undo`)
  await ended(ana, made.id, 'UNDONE')
  assert.equal((await rowsOf(ana, '/companies?q=brand')).length, 0, 'what was made along the way goes too')
})

test('leads and deals come in as the history they are', async () => {
  const { ana } = await world()
  const done = await importing(ana, 'leads', [
    'First Name,Last Name,Company,Email,Lead Status,Lead Source,Created',
    'Ada,Byron,Engines,ada@x.example,Closed - Converted,Web,2019-05-01',
    'Bob,,Engines,bob@x.example,UNQUALIFIED,Web,2019-05-02',
  ])
  assert.deepEqual(counts(done), completed(2))
  const [ada, bob] = await rowsOf(ana, '/leads?sort=name')
  assert.deepEqual(
    [ada.name, ada.stage, ada.company, ada.createdAt],
    ['Ada Byron', 'CONVERTED', 'Engines', '2019-05-01T00:00:00.000Z'],
  )
  assert.ok(ada.convertedAt)
  assert.deepEqual([bob.name, bob.stage], ['Bob', 'UNQUALIFIED'])
})

test('a body of any size comes in as a stream, past the limit of other bodies', async () => {
  const { ana } = await world()
  const line = 'x'.repeat(200)
  const rows = 4000
  async function* body() {
    yield Buffer.from('Name,Industry,Unknown\n')
    for (let i = 0; i < rows; i++) yield Buffer.from(`Company ${i},Steel,${line}\n`)
  }
  const { server } = program()
  const base = await server.listen({ port: 0, host: '127.0.0.1' })
  const sent = await fetch(`${base}/api/v1/companies/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ana.token}`, 'content-type': 'text/csv' },
    body: ReadableStream.from(body()),
    duplex: 'half',
  } as unknown as RequestInit)
  assert.equal(sent.status, 202)
  const started = (await sent.json()) as { id: string; sizeBytes: number }
  assert.ok(started.sizeBytes > BODY_LIMIT_MB * 1024 * 1024 * 5)
  assert.deepEqual(counts(await ended(ana, started.id)), completed(rows))
})

test('after 30 days file and refused rows are deleted', async () => {
  const { ana, owner } = await world()
  const done = await importing(ana, 'companies', 'Name,Annual revenue\nA,x\n')
  const { app } = program()
  const key = `${ana.workspaceId}/imports/${done.id}`
  const there = async () => {
    try {
      for await (const _ of app.storage.read(key)) return true
    } catch {
      return false
    }
  }
  await cleanImports.run(app.database, app.log, app)
  assert.equal(await there(), true)
  await owner.inWorkspace(tx =>
    tx.session.rows("update imports set finished_at = now() - interval '31 days' where id = $1::uuid", [
      done.id,
    ]),
  )
  await cleanImports.run(app.database, app.log, app)
  assert.equal(await there(), false)
  assert.equal((await ana.get(`/imports/${done.id}/errors`)).text, 'row,field,message\r\n')
})
