import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '#core/ids.ts'
import { allRecords } from '#core/record/registry.ts'
import { formOf } from '#test/form.ts'
import { checkRefusal } from '#test/routes.ts'
import { addressOf, type Person, useProgram, world } from '#test/world.ts'
import { attach, docxOf, PNG, pdfOf } from './files.testing.ts'

const program = useProgram()

const company = async (person: Person, name = 'Halden') =>
  ({ type: 'company', id: (await person.post('/companies', { name })).body.id as string }) as const
const TEXT = { filename: 'plan.txt', type: 'text/plain', bytes: 'The plan is simple.' }

test('a file is attached, listed, described, found, and comes back byte for byte', async () => {
  const { ana } = await world()
  const to = await company(ana)
  const { status, body, headers } = await attach(
    ana,
    to,
    { filename: 'logo.png', type: 'image/png', bytes: PNG },
    { fields: { description: 'The new logo', tags: 'brand, 2026' }, fileFirst: true },
  )
  assert.equal(status, 201, JSON.stringify(body))
  const { id, filename, contentType, sizeBytes, sha256, attachedToType, attachedToId, tags } = body
  assert.deepEqual(
    { filename, contentType, sizeBytes, sha256, attachedToType, attachedToId, tags },
    {
      filename: 'logo.png',
      contentType: 'image/png',
      sizeBytes: PNG.length,
      sha256: createHash('sha256').update(PNG).digest('hex'),
      attachedToType: 'company',
      attachedToId: to.id,
      tags: ['brand', '2026'],
    },
  )
  assert.equal(headers.location, `/api/v1/files/${id}`)
  assert.equal((await ana.get(`/companies/${to.id}/files`)).body.rows[0].id, id)
  assert.equal((await ana.get('/files?q=new logo')).body.rows[0].id, id)
  assert.equal((await ana.get('/files?attachedToType=company&contentType=image/png')).body.total, 1)
  const changed = await ana.patch(`/files/${id}`, {
    filename: 'Logo neu.png',
    tags: ['brand'],
    description: '',
  })
  assert.deepEqual([changed.body.filename, changed.body.description], ['Logo neu.png', null])
  assert.equal(changed.body.attachedToId, to.id)
  const got = await raw(ana, id)
  assert.deepEqual(got.rawPayload, PNG)
  assert.equal(got.headers['content-length'], String(PNG.length))
  assert.equal(
    (await ana.get('/activities')).body.rows.some((row: any) => row.entityId === id),
    true,
  )
})

const raw = (person: Person, id: string, headers: Record<string, string> = {}, query = '', method = 'GET') =>
  program().server.inject({
    method: method as 'GET',
    url: `/api/v1/files/${id}/download${query}`,
    headers: { authorization: `Bearer ${person.token}`, ...headers },
  })

test('what is missing or wrong in the form is named, and leaves no bytes', async () => {
  const { ana } = await world()
  const to = await company(ana)
  const bad = async (form: ReturnType<typeof formOf>, status: number, path?: string) =>
    checkRefusal(
      await ana.post('/files/upload', form.body, { headers: form.headers }),
      status,
      `${path}`,
      path,
    )
  await bad(formOf({ attachedToType: 'company', attachedToId: to.id }), 400, 'file')
  await bad(formOf({ attachedToType: 'company' }, TEXT), 400, 'attachedToId')
  await bad(formOf({ attachedToId: to.id }, TEXT), 400, 'attachedToType')
  await bad(formOf({ attachedToType: 'planet', attachedToId: to.id }, TEXT), 400, 'attachedToType')
  await bad(formOf({ attachedToType: 'deal', attachedToId: to.id }, TEXT), 400, 'attachedToId')
  await bad(formOf({ attachedToType: 'company', attachedToId: newId() }, TEXT), 400, 'attachedToId')
  const fields = { attachedToType: 'company', attachedToId: to.id }
  await bad(formOf({ ...fields, colour: 'red' }, TEXT), 400, 'colour')
  await bad(formOf({ ...fields, customFields: '{' }, TEXT), 400, 'customFields')
  await bad(formOf({ ...fields, customFields: '{"no": 1}' }, TEXT), 400, 'customFields.no')
  await bad(formOf({ ...fields, description: 'x'.repeat(2001) }, TEXT), 400, 'description')
  await bad(formOf(fields, { ...TEXT, bytes: '' }), 400, 'file')
  await bad(formOf(fields, { ...TEXT, bytes: 'x'.repeat(1024 * 1024 + 1) }), 413, 'file')
  checkRefusal(await ana.post('/files/upload', { file: 'x' }), 415, 'JSON is no form')
  assert.equal((await ana.get('/files')).body.total, 0)
  assert.deepEqual(await listed(ana), [])
})

/** The keys of the workspace on the list of removals. */
const listed = ({ workspaceId }: Person) =>
  program().app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows('select key from storage_removals where starts_with(key, $1)', [`${workspaceId}/`]),
  )

test('exactly the limit is taken, over a real connection, and one byte more is heard out and refused', async () => {
  const { ana } = await world()
  const to = await company(ana)
  const address = await addressOf(program())
  const send = async (size: number) => {
    const form = new FormData()
    form.set('attachedToType', 'company')
    form.set('attachedToId', to.id)
    form.set('file', new Blob([Buffer.alloc(size, 'a')], { type: 'text/plain' }), 'größe 1.txt')
    const reply = await fetch(`${address}/api/v1/files/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ana.token}` },
      body: form,
    })
    return { status: reply.status, body: (await reply.json()) as any }
  }
  const taken = await send(1024 * 1024)
  assert.deepEqual(
    [taken.status, taken.body.sizeBytes, taken.body.filename],
    [201, 1024 * 1024, 'größe 1.txt'],
  )
  for (const size of [1024 * 1024 + 1, 30 * 1024 * 1024]) assert.equal((await send(size)).status, 413)
})

test('a file follows the record it hangs on, and other workspaces never see it', async () => {
  const { ana, ben, vera, owner, mallory } = await world()
  const to = await company(ana)
  const { id } = (await attach(owner, to, TEXT)).body
  for (const person of [ana, owner, vera]) {
    assert.equal((await person.get(`/files/${id}`)).status, 200, person.name)
    assert.equal((await raw(person, id)).statusCode, 200, person.name)
  }
  for (const person of [ben, mallory]) {
    for (const path of [`/files/${id}`, `/files/${id}/download`, `/companies/${to.id}/files`])
      checkRefusal(await person.get(path), 404, `${person.name} ${path}`)
    assert.deepEqual((await person.get('/files')).body.rows, [])
    checkRefusal(await person.patch(`/files/${id}`, { filename: 'x.txt' }), 404, person.name)
    checkRefusal(await person.delete(`/files/${id}`), 404, person.name)
    checkRefusal(await attach(person, to, TEXT), 400, `${person.name} attaches`, 'attachedToId')
  }
  checkRefusal(await attach(vera, to, TEXT), 403, 'a viewer attaches')
  assert.equal((await ana.patch(`/files/${id}`, { filename: 'hers too.txt' })).status, 200)
})

test('files hang on every record that people keep, and are seen by whoever sees it', async () => {
  const { ana, owner } = await world()
  const contactId = (await ana.post('/contacts', { firstName: 'Ida' })).body.id
  const mine = { relatedType: 'contact', relatedId: contactId }
  const bodies: Record<string, [path: string, body: object]> = {
    company: ['companies', { name: 'Halden' }],
    contact: ['contacts', { firstName: 'Ola' }],
    lead: ['leads', { name: 'Lee' }],
    deal: ['deals', { title: 'Ten' }],
    task: ['tasks', { title: 'Call', ...mine }],
    note: ['notes', { body: 'Words', ...mine }],
    interaction: ['activities', { type: 'MEETING', subject: 'Kick-off', contactId }],
    invoice: ['invoices', { title: 'Ten', amount: 1 }],
    visit: ['visits', { contactId, date: '2027-03-01', time: '09:00', reason: 'Talk' }],
    campaign: ['campaigns', { name: 'Spring' }],
    project: ['projects', { name: 'Rollout' }],
  }
  // What is looked up and not worked on has no files: texts, definitions, addresses, and files themselves.
  const without = ['file', 'emailTemplate', 'unsubscribe', 'customField', 'report', 'dashboard']
  const kept = allRecords().filter(({ contract }) => contract.softDelete && !without.includes(contract.name))
  assert.deepEqual(kept.map(({ contract }) => contract.name).sort(), Object.keys(bodies).sort())
  for (const [type, [path, body]] of Object.entries(bodies)) {
    const made = await ana.post(`/${path}`, body)
    assert.equal(made.status, 201, made.text)
    const file = await attach(owner, { type, id: made.body.id }, TEXT)
    assert.deepEqual([file.status, file.body.attachedToType], [201, type], file.text)
    const listed = await ana.get(`/${path}/${made.body.id}/files`)
    assert.deepEqual(
      [listed.status, listed.body.total, listed.body.rows?.[0]?.id],
      [200, 1, file.body.id],
      type,
    )
  }
})

test('a deleted file cannot be downloaded, comes back from the trash, and its name stays safe', async () => {
  const { ana } = await world()
  const { id } = (await attach(ana, await company(ana), TEXT)).body
  assert.equal((await ana.delete(`/files/${id}`)).status, 204)
  assert.equal((await raw(ana, id)).statusCode, 404)
  assert.equal((await ana.post(`/files/${id}/restore`)).status, 200)
  assert.equal((await raw(ana, id)).payload, TEXT.bytes)
  const renamed = await ana.patch(`/files/${id}`, { filename: '../../etc/pass"wd.txt' })
  assert.equal(renamed.body.filename, 'pass_wd.txt')
  checkRefusal(await ana.patch(`/files/${id}`, { filename: 'plan.exe' }), 400, 'a program', 'filename')
})

test('bulk changes and deletes files, but creates none', async () => {
  const { ana } = await world()
  const { id } = (await attach(ana, await company(ana), TEXT)).body
  const { results } = (
    await ana.post('/files/bulk', {
      operations: [
        { op: 'create', data: { filename: 'nothing.txt' } },
        { op: 'update', id, data: { tags: ['old'] } },
        { op: 'delete', id },
      ],
    })
  ).body
  assert.deepEqual(
    results.map((result: any) => result.status),
    [400, 200, 204],
  )
})

test('the same Idempotency-Key attaches once and keeps one set of bytes', async () => {
  const { ana } = await world()
  const to = await company(ana)
  const headers = { 'idempotency-key': newId() }
  const first = await attach(ana, to, TEXT, { headers })
  const again = await attach(ana, to, TEXT, { headers })
  assert.deepEqual([again.status, again.body], [201, first.body])
  assert.equal((await ana.get('/files')).body.total, 1)
  const other = await attach(ana, to, { ...TEXT, bytes: 'another plan' }, { headers })
  checkRefusal(other, 409, 'another file')
  assert.equal((await raw(ana, first.body.id)).payload, TEXT.bytes)
  assert.deepEqual(await listed(ana), [])
})

test('the text of plain files, PDF and Word is found by q', async () => {
  const { ana } = await world()
  const to = await company(ana)
  const named = (filename: string, type: string, bytes: Buffer | string) => ({ filename, type, bytes })
  const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  const sent = [
    named('a.csv', 'text/csv', 'name;city\nKranich;Zürich\n'),
    named('b.pdf', 'application/pdf', pdfOf('Framework agreement with Pelikan')),
    named('c.docx', word, docxOf('First line', 'Delivery by the Albatros &amp; Sons line')),
    named(
      'd.txt',
      'text/plain',
      Buffer.from(`${'Das Maß. '.repeat(900)}Gruß vom Sch\xf6nbrunn, ÆRA`, 'latin1'),
    ),
    named('broken.pdf', 'application/pdf', '%PDF-1.4\nthis is none'),
  ]
  for (const file of sent) assert.equal((await attach(ana, to, file)).status, 201, file.filename)
  const found = async (q: string, wanted: string) => {
    for (let tries = 0; tries < 100; tries++) {
      const { rows } = (await ana.get('/files', { query: { q } })).body
      if (rows.length) return assert.deepEqual([rows.length, rows[0].filename], [1, wanted], q)
      await sleep(100)
    }
    assert.fail(`${q} is not found`)
  }
  await found('zurich', 'a.csv')
  await found('pelikan agreement', 'b.pdf')
  await found('albatros & sons', 'c.docx')
  await found('schonbrunn', 'd.txt')
  const written = async (q: string) => {
    const [row] = (await ana.get('/search', { query: { q, types: 'file' } })).body.rows
    const [{ field, text, ranges }] = row.highlights
    assert.ok(text.length < 200, 'cut to what is around the word')
    return [field, ranges.map((range: [number, number]) => text.slice(...range))]
  }
  assert.deepEqual(await written('pelikan'), ['text', ['Pelikan']])
  assert.deepEqual(await written('albatros SONS'), ['text', ['Albatros', 'Sons']])
  // Far in the text, behind letters that are two when they are folded.
  assert.deepEqual(await written('schonbrunn gruss'), ['text', ['Gruß', 'Schönbrunn']])
  const [one] = (await ana.get('/files', { query: { q: 'pelikan' } })).body.rows
  assert.equal(one.version, 1)
  assert.equal('textContent' in one || 'searchText' in one, false)
})

test('uploads have a rate of their own', async () => {
  const { ana } = await world()
  const reply = await attach(ana, await company(ana), TEXT)
  assert.equal(reply.headers['ratelimit-limit'], '1000000')
  const route = program().operations.find(({ path }) => path === '/files/upload')
  assert.equal(route?.rate, 'upload')
})
