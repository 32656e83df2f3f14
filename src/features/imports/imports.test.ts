import assert from 'node:assert/strict'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { useProgram, world } from '#test/world.ts'
import { completed, counts, ended, importing, rowsOf, send } from './testing.ts'

useProgram()

const HEADER = 'Company Name,Domain,Industry,Annual Revenue,Employees'

test('a table becomes companies: headers are understood, cells are read as people write them', async () => {
  const { ana } = await world()
  const done = await importing(ana, 'companies', [
    `${HEADER},Tags,Billing City,Created,Shoe size`,
    'Zoë & Söhne,zoe.example,Bakery,"€ 1,234.50","1,200",vip; north,Köln,2019-03-04,44',
    '"Multi\nline ""Corp""",,,,,,,,',
  ])
  assert.deepEqual(counts(done), completed(2))
  assert.deepEqual(done.unmapped, ['Shoe size'])
  const [zoe] = await rowsOf(ana, '/companies?q=zoe')
  assert.equal(zoe.annualRevenue, 1234.5)
  assert.equal(zoe.employeeCount, 1200)
  assert.deepEqual(zoe.tags, ['vip', 'north'])
  assert.equal(zoe.billingAddress.city, 'Köln')
  assert.equal(zoe.createdAt, '2019-03-04T00:00:00.000Z')
  assert.equal(zoe.ownerId, ana.id)
  assert.equal((await rowsOf(ana, '/companies?q=corp'))[0].name, 'Multi line "Corp"')
})

for (const [encoding, encode] of Object.entries({
  'utf-8': (text: string) => Buffer.from(text),
  'utf-8 with a BOM': (text: string) => Buffer.from(`\ufeff${text}`),
  'utf-16le': (text: string) => iconv.encode(text, 'utf-16le', { addBOM: true }),
  'utf-16be': (text: string) => iconv.encode(text, 'utf-16be', { addBOM: true }),
  'windows-1252': (text: string) => iconv.encode(text, 'windows-1252'),
})) {
  for (const delimiter of [',', ';', '\t']) {
    test(`${encoding}, separated by ${JSON.stringify(delimiter)}`, async () => {
      const { ana } = await world()
      const rows = [
        ['Name', 'Branche', 'Umsatz'],
        ['Müller “Söhne”', '"Handel\nund Wandel"', '12'],
        ['Señor', 'Té', '7'],
      ]
      const done = await importing(
        ana,
        'companies',
        encode(rows.map(row => row.join(delimiter)).join('\r\n')),
      )
      assert.deepEqual(counts(done), completed(2))
      assert.equal(done.options.delimiter, delimiter)
      const found = await rowsOf(ana, '/companies?sort=name')
      assert.deepEqual(
        found.map(({ name, industry, annualRevenue }) => [name, industry, annualRevenue]),
        [
          ['Müller “Söhne”', 'Handel und Wandel', 12],
          ['Señor', 'Té', 7],
        ],
      )
    })
  }
}

test('bad rows never spoil the rest, and come back as a file with their numbers', async () => {
  const { ana } = await world()
  const done = await importing(ana, 'companies', [
    HEADER,
    'Good One,good1.example,,100,',
    ',nameless.example,,,',
    'Bad Number,bad.example,,lots,',
    'Too Many Cells,a,b,1,2,3,4',
    'Huge,huge.example,,99999999999999999,',
    'Good Two,good2.example,,200,5',
  ])
  assert.deepEqual(counts(done), completed(2, 0, 0, 4))
  assert.equal(done.errorsUrl, `/api/v1/imports/${done.id}/errors`)
  const file = await ana.get(done.errorsUrl)
  assert.match(String(file.headers['content-type']), /^text\/csv/)
  const lines = file.text.trimEnd().split('\r\n')
  assert.equal(lines[0], `row,field,message,${HEADER}`)
  assert.deepEqual(
    lines.slice(1).map(line => line.split(',').slice(0, 2)),
    [
      ['3', 'name'],
      ['4', 'annualRevenue'],
      ['5', ''],
      ['6', 'annualRevenue'],
    ],
  )
  assert.match(lines[2]!, /lots/)
  assert.match(lines[2]!, /Bad Number,bad.example/)
  // Mended, the same file goes in again.
  const mended = file.text.replace('lots', '300').replace(',,nameless', ',Named,nameless')
  const again = await importing(ana, 'companies', mended)
  assert.equal(again.created, 1, JSON.stringify(again))
})

test('what a rule or the database refuses fails its own row alone', async () => {
  const { ana } = await world()
  const done = await importing(ana, 'contacts', [
    'First Name,Last Name,Email,Phone',
    ...Array.from({ length: 20 }, (_, i) => `F${i},L${i},p${i}@x.example,`),
    ',,,+1 415 555 0100',
    'Last,Good,last@x.example,',
  ])
  assert.deepEqual(counts(done), completed(21, 0, 0, 1))
  assert.match((await ana.get(done.errorsUrl)).text, /needs a name or an e-mail/)
})

test('duplicates are skipped, updated or created, inside the file too', async () => {
  const { ana } = await world()
  const file = [HEADER, 'Acme,acme.example,Steel,10,', 'ACME,acme.example,Iron,,', 'Other,,,,', 'óther,,,,7']
  assert.deepEqual(counts(await importing(ana, 'companies', file)), completed(2, 0, 2))
  assert.deepEqual(counts(await importing(ana, 'companies', file)), completed(0, 0, 4))
  const updated = await importing(ana, 'companies', file, { onDuplicate: 'update' })
  assert.deepEqual(counts(updated), completed(0, 2, 2))
  const [acme] = await rowsOf(ana, '/companies?domain=acme.example')
  assert.equal(acme.industry, 'Iron')
  assert.equal(acme.annualRevenue, 10, 'an empty cell changes nothing')
  const same = await importing(ana, 'companies', [HEADER, 'ACME,acme.example,Iron,10,'], {
    onDuplicate: 'update',
  })
  assert.deepEqual(counts(same), completed(0, 0, 1), 'nothing new is no update')
  assert.deepEqual(counts(await importing(ana, 'companies', file, { onDuplicate: 'create' })), completed(4))
  const byName = await importing(ana, 'companies', ['Name,Domain', 'acme,elsewhere.example'], {
    onDuplicate: 'update',
    matchBy: 'name',
  })
  assert.deepEqual(counts(byName), completed(0, 0, 0, 1), 'three are called so')
  assert.match((await ana.get(byName.errorsUrl)).text, /matches 3 records/)
})

test('an export that was edited finds its records by id', async () => {
  const { ana } = await world()
  const { id } = (await ana.post('/companies', { name: 'Before' })).body
  const done = await importing(ana, 'companies', ['id,Name', `${id},After`], {
    onDuplicate: 'update',
    matchBy: 'id',
  })
  assert.deepEqual(counts(done), completed(0, 1))
  assert.equal((await ana.get(`/companies/${id}`)).body.name, 'After')
})

test("another CRM's export comes in whole: owners nobody knows, new companies, dates as people in the zone write them", async () => {
  const { ana, owner } = await world()
  await owner.patch('/workspaces/current', { timezone: 'Europe/Berlin' })
  const file = [
    '"Opportunity ID","Opportunity Name","Account Name","Stage","Amount","Amount Currency","Close Date","Opportunity Owner"',
    '"006A","Two hundred","Acme","Prospecting","1,200.50","CHF","03/04/2026","Somebody Gone"',
    '"006B","Broken","Globex","Nowhere","1","CHF","","Somebody Gone"',
  ]
  const strict = await importing(ana, 'deals', file, { createLinked: true, dryRun: true })
  assert.deepEqual(counts(strict), completed(0, 0, 0, 2))
  const done = await importing(ana, 'deals', file, { createLinked: true, ignoreUnknownMembers: true })
  assert.deepEqual(counts(done), completed(1, 0, 0, 1))
  const [deal] = await rowsOf(ana, '/deals')
  assert.deepEqual(
    [deal.amount, deal.currency, deal.expectedCloseDate, deal.ownerId],
    [1200.5, 'CHF', '2026-04-03', ana.id],
  )
  // A company that would be made but for the row's other fault is not told as missing.
  const errors = (await ana.get(`/imports/${done.id}/errors`)).text
  assert.match(errors, /there is no stage “Nowhere”/)
  const refused = (await ana.get(`/imports/${strict.id}/errors`)).text
  assert.match(refused, /there is no member “Somebody Gone”/)
  assert.doesNotMatch(refused, /there is no company/)
})

test('the plain columns of an address and a state in German are understood', async () => {
  const { ana } = await world()
  const done = await importing(ana, 'companies', [
    'Firma;Straße;PLZ;Ort;Land;Status',
    'Mühle;Hauptstraße 5;01067;Dresden;Deutschland;Interessent',
  ])
  assert.deepEqual([counts(done), done.unmapped], [completed(1), []])
  const [company] = await rowsOf(ana, '/companies')
  assert.deepEqual(company.billingAddress, {
    street: 'Hauptstraße 5',
    postalCode: '01067',
    city: 'Dresden',
    country: 'Deutschland',
  })
  assert.equal(company.status, 'PROSPECT')
})

test('a dry run counts and checks, and writes nothing', async () => {
  const { ana, owner } = await world()
  const file = [HEADER, 'One,,,,', 'one,,,,', 'Two,,,x,', 'Three,,,,']
  const done = await importing(ana, 'companies', file, { dryRun: true, createLinked: true })
  assert.deepEqual(counts(done), completed(2, 0, 1, 1))
  assert.equal((await ana.get('/companies')).body.total, 0)
  const events = await owner.inWorkspace(tx =>
    tx.session.rows("select 1 from events where workspace_id = $1::uuid and entity_type = 'company'", [
      owner.workspaceId,
    ]),
  )
  assert.equal(events.length, 0)
  const undo = await ana.post(`/imports/${done.id}/undo`)
  assert.equal(undo.status, 422, undo.text)
  assert.equal(undo.body.code, 'IMPORT_DRY_RUN')
})

test('a mapping is obeyed; what it names wrongly is told by name', async () => {
  const { ana } = await world()
  const body = 'A,B,C\nAcme,Steel,x\n'
  const done = await importing(ana, 'companies', body, { mapping: { A: 'name', B: 'industry', C: '' } })
  assert.deepEqual(done.mapping, { A: 'name', B: 'industry' })
  assert.equal((await rowsOf(ana, '/companies'))[0].industry, 'Steel')
  const wrong = await send(ana, 'companies', body, { mapping: { A: 'nom', Z: 'name', B: 'workspaceId' } })
  assert.equal(wrong.status, 400)
  assert.deepEqual(
    wrong.body.issues.map((issue: { path: string }) => issue.path),
    ['mapping.A', 'mapping.Z', 'mapping.B'],
  )
  const missing = await send(ana, 'companies', 'Foo,Bar\n1,2\n')
  assert.equal(missing.status, 400)
  const unnamed = await send(ana, 'companies', 'Industry\nSteel\n')
  assert.match(unnamed.body.issues[0].message, /name/)
  for (const [settings, path] of [
    [{ onDuplicate: 'merge' }, 'onDuplicate'],
    [{ matchBy: 'tags' }, 'matchBy'],
    [{ mapping: '{' }, 'mapping'],
    [{ delimiter: 'xx' }, 'delimiter'],
    [{ colour: 'red' }, 'colour'],
  ] as const) {
    const refused = await send(ana, 'companies', 'Name\nx\n', settings)
    assert.equal(refused.status, 400, refused.text)
    assert.equal(refused.body.issues[0].path, path)
  }
})

test('what is no table is refused', async () => {
  const { ana, vera, mallory } = await world()
  assert.equal((await ana.post('/companies/import', { name: 'x' })).status, 415)
  assert.equal((await send(ana, 'companies', '')).status, 400)
  assert.equal((await send(ana, 'companies', Buffer.from('PK\u0003\u0004rest'))).status, 415)
  assert.equal((await send(vera, 'companies', 'Name\nx\n')).status, 403)
  const { body } = await send(ana, 'companies', 'Name\nx\n')
  for (const path of ['', '/errors'])
    assert.equal((await mallory.get(`/imports/${body.id}${path}`)).status, 404)
  for (const act of ['cancel', 'undo'])
    assert.equal((await mallory.post(`/imports/${body.id}/${act}`)).status, 404)
  await ended(ana, body.id)
})

test('a form brings file and settings in any order; a preview shows what would happen', async () => {
  const { ana } = await world()
  const boundary = 'XX'
  const part = (name: string, value: string, file = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`
  const form = (...parts: string[]) => `${parts.join('')}--${boundary}--\r\n`
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  const file = part('file', 'Account,Branche\nAcme,Stahl\n', '; filename="crm.csv"')
  const preview = await ana.post('/companies/import/preview', form(file), { headers })
  assert.equal(preview.status, 200, preview.text)
  assert.deepEqual(preview.body.header, ['Account', 'Branche'])
  assert.deepEqual(preview.body.mapping, { Account: 'name', Branche: 'industry' })
  assert.deepEqual(preview.body.rows, [['Acme', 'Stahl']])
  assert.ok(
    preview.body.fields.some((f: { field: string; required: boolean }) => f.field === 'name' && f.required),
  )
  const sent = await ana.post(
    '/companies/import',
    form(part('dryRun', 'false'), file, part('mapping', '{"Account":"name"}')),
    { headers },
  )
  assert.equal(sent.status, 202, sent.text)
  assert.equal(sent.headers.location, `/api/v1/imports/${sent.body.id}`)
  const done = await ended(ana, sent.body.id)
  assert.equal(done.filename, 'crm.csv')
  assert.deepEqual(done.unmapped, ['Branche'])
  assert.deepEqual(counts(done), completed(1))
  assert.equal((await ana.post('/companies/import', form(part('dryRun', 'true')), { headers })).status, 400)
})

test('the same Idempotency-Key imports once', async () => {
  const { ana } = await world()
  const options = { headers: { 'content-type': 'text/csv', 'idempotency-key': 'abc' } }
  const first = await ana.post('/companies/import', 'Name\nOnce\n', options)
  const second = await ana.post('/companies/import', 'Name\nOnce\n', options)
  assert.equal(second.status, 202, second.text)
  assert.equal(second.body.id, first.body.id)
  assert.equal((await ana.post('/companies/import', 'Name\nOther\n', options)).status, 409)
  await ended(ana, first.body.id)
  assert.equal((await ana.get('/imports')).body.total, 1)
})

test('an import and the rows that it refused are seen by whoever sent the file and by admins alone', async () => {
  const { ana, ben, vera, admin, owner } = await world({ recordVisibility: 'workspace' })
  const state = await importing(ana, 'contacts', [
    'email,first name',
    'no mail,Secret',
    'ida@sample.example,Ida',
  ])
  assert.deepEqual([state.status, state.failed], ['COMPLETED', 1])
  for (const person of [ana, admin, owner]) {
    assert.equal((await person.get(`/imports/${state.id}`)).status, 200)
    assert.equal((await person.get('/imports')).body.total, 1)
    assert.match((await person.get(`/imports/${state.id}/errors`)).text, /Secret/)
  }
  for (const person of [ben, vera]) {
    const { rows, total } = (await person.get('/imports')).body
    assert.deepEqual([rows, total], [[], 0])
    assert.equal((await person.get(`/imports/${state.id}`)).status, 404)
    assert.equal((await person.get(`/imports/${state.id}/errors`)).status, 404)
  }
  assert.equal((await ben.post(`/imports/${state.id}/undo`)).status, 404)
  assert.equal((await ben.get('/contacts')).body.total, 1, 'what it made is seen as ever')
})

test('rows of deals are matched by what the caller says, and by nothing else', async () => {
  const { ana } = await world()
  const file = 'Deal name,Amount\nRenewal,5\nRenewal,6\n'
  for (const onDuplicate of ['skip', 'update']) {
    const refused = await send(ana, 'deals', file, { onDuplicate })
    assert.deepEqual([refused.status, refused.body.issues?.[0].path], [400, 'matchBy'], refused.text)
  }
  const both = await importing(ana, 'deals', file)
  assert.deepEqual([counts(both), both.onDuplicate], [completed(2), 'create'])
  const again = await importing(ana, 'deals', 'Deal name,Amount\nrenewal,7\nNew,8\n', {
    onDuplicate: 'skip',
    matchBy: 'title',
  })
  assert.deepEqual(counts(again), completed(1, 0, 1))
  assert.equal((await importing(ana, 'companies', ['name', 'One'])).onDuplicate, 'skip')
})

test('the audit log and the stream tell that an import began and ended, and how far it had come only whoever asks for that', async () => {
  const { ana, admin } = await world()
  await importing(ana, 'companies', ['Name', 'Nordlicht', 'Südlicht'])
  const actions = async (query: string): Promise<string[]> =>
    (await admin.get(`/audit-logs?entityType=import${query}`)).body.rows.map((row: any) => row.action)
  assert.deepEqual(await actions(''), ['completed', 'started', 'created'])
  assert.deepEqual([...new Set(await actions('&action=progressed'))], ['progressed'])
  const csv = (await admin.get('/audit-logs/export?entityType=import')).text
  assert.deepEqual(
    [csv.includes('started'), csv.includes('completed'), csv.includes('progressed')],
    [true, true, false],
  )
  const stream = (await admin.get('/activities?entityType=import')).body.rows
  assert.deepEqual(
    stream.map((row: any) => row.type),
    ['import.completed', 'import.started', 'import.created'],
  )
})

test('companies are known by the host of their domain, however row and record write it', async () => {
  const { ana } = await world()
  const { id } = (await ana.post('/companies', { name: 'Old', domain: 'old.example' })).body
  await ana.inWorkspace(tx =>
    tx.session.rows('update companies set domain = $1 where workspace_id = $2::uuid and id = $3::uuid', [
      'https://WWW.Old.example/about',
      ana.workspaceId,
      id,
    ]),
  )
  const rows = ['name,domain', 'Other,old.example', 'New,http://www.New.example/', 'Bad,nowhere']
  const made = await importing(ana, 'companies', rows, { onDuplicate: 'update' })
  assert.deepEqual(counts(made), completed(1, 1, 0, 1))
  const domains = (await rowsOf(ana, '/companies?sort=name')).map(({ name, domain }) => [name, domain])
  assert.deepEqual(domains, [
    ['New', 'new.example'],
    ['Other', 'old.example'],
  ])
  const people = ['firstName,Company,Company domain', 'Ida,Any,https://www.old.example', 'Jo,,new.example']
  assert.deepEqual(counts(await importing(ana, 'contacts', people)), completed(2))
  assert.deepEqual(
    (await rowsOf(ana, `/companies/${id}/contacts`)).map(({ firstName }) => firstName),
    ['Ida'],
  )
})

test('what of a table cannot be read is said by codes, which the web app has words for', async () => {
  const { ana } = await world()
  const wide = await send(ana, 'companies', `Name${',x'.repeat(2000)}\nA\n`)
  assert.deepEqual(
    [wide.status, wide.body.issues[0].code, wide.body.issues[0].params],
    [400, 'TOO_MANY_COLUMNS', { maximum: 2000 }],
  )
  const mute = await send(ana, 'companies', 'Shoe size\n44\n')
  assert.deepEqual([mute.status, mute.body.issues[0].code], [400, 'NO_COLUMNS'])
  const done = await importing(ana, 'companies', [
    'Name,Domain',
    'A,a.example',
    '"B,b.example',
    'C,c.example',
  ])
  assert.deepEqual(counts(done), completed(2, 0, 0, 1))
  const [reason] = (await ana.get(`/imports/${done.id}/reasons`)).body.rows
  assert.deepEqual([reason.code, reason.rows], ['UNCLOSED_QUOTE', [3]])
})

test('a title above the table is passed over, and rows keep their number', async () => {
  const { ana } = await world()
  const text =
    'Kontakte 2024;;\r\n;;\r\nStand: 3. Mai\r\nVorname;E-Mail;Ort\r\nIda;ida@title.example;Köln\r\nJo;jo\r\n'
  const look = await ana.post('/contacts/import/preview', text, { headers: { 'content-type': 'text/csv' } })
  assert.deepEqual(look.body.header, ['Vorname', 'E-Mail', 'Ort'])
  assert.deepEqual(look.body.rows[0], ['Ida', 'ida@title.example', 'Köln'])
  const done = await importing(ana, 'contacts', [text])
  assert.deepEqual([counts(done), done.options.headerRow], [completed(1, 0, 0, 1), 4])
  const errors = (await ana.get(`/imports/${done.id}/errors`)).text.split('\r\n')
  assert.match(errors[0]!, /,Vorname,E-Mail,Ort$/)
  assert.match(errors[1]!, /^6,email,/)
  // A list of one column is none, whatever commas stand in it.
  const list = await importing(ana, 'companies', ['Name', 'Acme, Inc', 'Beta'])
  assert.deepEqual(counts(list), completed(1, 0, 0, 1))
})

test('addresses and numbers are read out of what programs write around them; error values say nothing', async () => {
  const { ana } = await world()
  const done = await importing(ana, 'contacts', [
    'First Name,Last Name,Email,Phone,Score',
    'A,#N/A,Ida Lee <Ida@mess.example>,tel:+14155550132,#DIV/0!',
    'B,#BEZUG!,mailto:jo\u200b@mess.example,\u202a\u200b+1 415 555 0133,7',
    'C,D,kai@mess.example,,12.5',
    "D,E,lo@mess.example ::: l@home.example,'0171 2345678 ::: +49 30 1,8",
    'E,F,m@mess.example,"4,91712E+11",',
  ])
  assert.deepEqual(counts(done), completed(3, 0, 0, 2))
  const rows = await rowsOf(ana, '/contacts?sort=firstName')
  assert.deepEqual(
    rows.map(({ lastName, email, phone, leadScore }) => [lastName, email, phone, leadScore]),
    [
      ['', 'ida@mess.example', '+14155550132', null],
      ['', 'jo@mess.example', '+1 415 555 0133', 7],
      ['E', 'lo@mess.example', '0171 2345678', 8],
    ],
  )
  const reasons: any[] = (await ana.get(`/imports/${done.id}/reasons`)).body.rows
  assert.deepEqual(
    new Set(reasons.map(({ field, code }) => `${field} ${code}`)),
    new Set(['leadScore NOT_WHOLE', 'phone CUT_NUMBER']),
  )
})
