import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Who } from '#core/db/workspace.ts'
import { importing } from '#features/imports/testing.ts'
import { until } from '#test/until.ts'
import { anotherSession, type Person, useProgram, world } from '#test/world.ts'

const program = useProgram()

test('interactions and changes stand in one stream, newest first, page by page', async () => {
  const { ana } = await world()
  const contact = (await ana.post('/contacts', { firstName: 'Ida' })).body.id
  await ana.patch(`/contacts/${contact}`, { jobTitle: 'CTO' })
  const call = await ana.post('/activities', {
    type: 'CALL',
    subject: 'Hello',
    content: 'Too expensive',
    contactId: contact,
    objections: ['price'],
  })
  assert.equal(call.status, 201, call.text)
  await ana.post('/notes', { body: 'Nice', relatedType: 'contact', relatedId: contact })
  const all = (await ana.get(`/contacts/${contact}/activities`)).body
  assert.deepEqual(
    new Set(all.rows.map((row: any) => row.type)),
    new Set(['note.created', 'CALL', 'contact.updated', 'contact.created']),
  )
  assert.equal(all.total, 4)
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const page = (
      await ana.get(
        `/activities?entityType=contact&entityId=${contact}&limit=1${cursor && `&cursor=${cursor}`}`,
      )
    ).body
    seen.push(...page.rows.map((row: any) => row.id))
    if (!page.nextCursor) break
    cursor = page.nextCursor
  }
  assert.deepEqual(
    seen,
    all.rows.map((row: any) => row.id),
  )
  const change = all.rows.find((row: any) => row.type === 'contact.updated')
  assert.deepEqual(change.metadata.changes.jobTitle, { old: null, new: 'CTO' })
  assert.deepEqual((await ana.get('/activities?type=CALL')).body.rows.length, 1)
})

test('the stream is narrowed to a type of records, or to one record by its id alone', async () => {
  const { ana, ben } = await world()
  const contact = (await ana.post('/contacts', { firstName: 'Ida' })).body.id
  const deal = (await ana.post('/deals', { title: 'Scanners', primaryContactId: contact })).body.id
  await ana.post('/activities', { type: 'CALL', contactId: contact })
  await ana.post('/activities', { type: 'MEETING', contactId: contact, dealId: deal })
  await ana.post('/notes', { body: 'Nice', relatedType: 'deal', relatedId: deal })
  const stream = async (query: string, person: Person = ana) => {
    const { status, body, text } = await person.get(`/activities?${query}`)
    assert.deepEqual([status, body.total], [200, body.rows?.length], text)
    return body.rows.map((row: any) => `${row.type} ${row.entityType}`).sort()
  }
  assert.deepEqual(await stream('entityType=deal'), ['MEETING deal', 'deal.created deal'])
  assert.deepEqual(await stream('entityType=contact&entityId='), ['CALL contact', 'contact.created contact'])
  assert.deepEqual(await stream('entityType=deal&type=CALL'), [])
  assert.deepEqual(await stream('entityType=task'), [])
  for (const [type, id] of [
    ['deal', deal],
    ['contact', contact],
  ])
    assert.deepEqual(await stream(`entityId=${id}`), await stream(`entityType=${type}&entityId=${id}`))
  assert.equal((await stream(`entityId=${deal}`)).length, 3, 'with its note')
  for (const query of ['entityType=deal', `entityId=${deal}`]) assert.deepEqual(await stream(query, ben), [])
  for (const query of ['entityType=Deal', `entityType=Deal&entityId=${deal}`]) {
    const { status, body } = await ana.get(`/activities?${query}`)
    assert.deepEqual([status, body.issues[0].path], [400, 'entityType'])
  }
})

test('a member sees what happened around their own records, and only admins the audit log', async () => {
  const { ana, ben, admin } = await world()
  const deal = (await ana.post('/deals', { title: 'Secret' })).body.id
  await ana.post('/activities', { type: 'EMAIL', dealId: deal, subject: 'psst' })
  assert.equal((await ben.get('/activities')).body.rows.length, 0)
  assert.equal((await ben.get(`/deals/${deal}/activities`)).status, 404)
  assert.equal((await ben.get(`/activities?entityType=deal&entityId=${deal}`)).body.rows.length, 0)
  assert.equal((await ben.get('/audit-logs')).status, 403)
  const log = (await admin.get(`/audit-logs?entityId=${deal}`, { headers: { 'user-agent': 'tests' } })).body
  assert.deepEqual(
    log.rows.map((row: any) => [row.action, row.actorId]),
    [['created', ana.id]],
  )
})

test('an interaction brings the contact up to date, also when it is taken back', async () => {
  const { ana } = await world()
  const contact = (await ana.post('/contacts', { firstName: 'Ida' })).body.id
  const { id, occurredAt } = (await ana.post('/activities', { type: 'MEETING', contactId: contact })).body
  const read = async () => (await ana.get(`/contacts/${contact}`)).body
  const touched = await until(read, row => row.lastInteractionAt !== null)
  assert.deepEqual([touched.lastInteractionAt, touched.engagementScore, touched.version], [occurredAt, 10, 1])
  await ana.delete(`/activities/${id}`)
  await until(read, row => row.lastInteractionAt === null)
})

test('the stream tells of records; of people, sessions and addresses only the audit log does', async () => {
  const { ana, ben, vera, owner, admin, workspaceId } = await world({ recordVisibility: 'workspace' })
  const from = { headers: { 'user-agent': 'a private browser' } }
  await owner.patch(`/users/${owner.id}`, { name: 'Olga Own' }, from)
  await ben.patch(`/users/${ben.id}`, { name: 'Ben Own' }, from)
  await owner.delete(`/auth/sessions/${await anotherSession(owner)}`, undefined, from)
  await owner.post('/invites', { email: 'guest@sample.example' }, from)
  const company = (await ana.post('/companies', { name: 'Told' }, from)).body.id
  const file = await importing(ana, 'companies', ['name', 'From a file'])
  const kinds = async (person: Person) => {
    const { rows, total } = (await person.get('/activities?limit=200')).body
    assert.equal(total, rows.length)
    assert.doesNotMatch(JSON.stringify(rows), /private browser|127\.0\.0\.1/)
    return new Set(rows.map((row: { entityType: string }) => row.entityType))
  }
  for (const person of [ana, ben, vera, owner, admin]) {
    const seen = await kinds(person)
    assert.ok(seen.has('company') && seen.has('stage'), [...seen].join())
    for (const kind of ['user', 'session', 'invite', 'membership', 'workspace'])
      assert.ok(!seen.has(kind), `${person.role} hears of a ${kind}`)
    assert.equal(seen.has('import'), person !== ben && person !== vera, `${person.name} and Ana's import`)
  }
  const log = (await admin.get('/audit-logs?limit=200')).body.rows
  const told = new Set(log.map((row: { entityType: string }) => row.entityType))
  for (const kind of ['user', 'session', 'invite', 'company', 'import']) assert.ok(told.has(kind), kind)
  assert.ok(log.some((row: { userAgent: string }) => row.userAgent === 'a private browser'))
  const { entityType } = (await admin.get(`/audit-logs?entityId=${company}`)).body.rows[0]
  assert.equal(entityType, 'company')
  const ofFile = `/activities?entityType=import&entityId=${file.id}`
  assert.ok((await ana.get(ofFile)).body.total > 1)
  assert.equal((await ben.get(ofFile)).body.total, 0)
  // Not the route alone keeps it: the database hands out neither the rows nor the columns.
  for (const person of [ana, ben, vera])
    for (const visibility of ['own', 'workspace'] as const) {
      const who: Who = { workspaceId, userId: person.id, role: person.role, visibility, timezone: 'UTC' }
      const rows = await program().app.database.inWorkspace(who, tx =>
        tx.session.rows('select actor_id as actor, entity_type as type from events'),
      )
      assert.ok(rows.length > 0)
      const ofPeople = rows.filter(row => ['user', 'session', 'invite'].includes(row.type as string))
      assert.ok(
        ofPeople.every(row => row.actor === person.id),
        `${person.role} ${visibility}`,
      )
      for (const column of ['ip', 'user_agent'])
        await assert.rejects(
          program().app.database.inWorkspace(who, tx => tx.session.rows(`select ${column} from events`)),
          { code: '42501' },
          `${person.role} ${visibility} reads ${column}`,
        )
    }
})

test('the audit log names what its records are called, also in the trash and when they are gone for good', async () => {
  const { owner, admin, ben } = await world()
  const companyId = (await owner.post('/companies', { name: 'Nordlicht' })).body.id
  const person = { firstName: 'Ida', lastName: 'Berg', companyId }
  const contactId = (await owner.post('/contacts', person)).body.id
  await owner.patch(`/contacts/${contactId}`, { lastName: 'Falk', companyId: null })
  await owner.delete(`/companies/${companyId}`)
  const said = async () => {
    const { rows } = (await admin.get(`/audit-logs?entityId=${contactId}`)).body
    return rows.map((row: { entityTitle: string; linkedTitles: object }) => [
      row.entityTitle,
      row.linkedTitles,
    ])
  }
  const links = { [companyId]: 'Nordlicht' }
  assert.deepEqual(await said(), [
    ['Ida Falk', links],
    ['Ida Falk', links],
  ])
  await owner.delete(`/contacts/${contactId}`)
  assert.equal((await said())[0][0], 'Ida Falk')
  assert.equal((await owner.delete(`/trash/${contactId}`)).status, 204)
  assert.deepEqual(new Set((await said()).map(([title]: [string]) => title)), new Set(['Ida Falk']))
  const members = (await admin.get('/memberships')).body.rows
  const { id: membershipId } = members.find((member: { user: { id: string } }) => member.user.id === ben.id)
  await admin.patch(`/memberships/${membershipId}`, { role: 'VIEWER' })
  assert.equal((await admin.delete(`/memberships/${membershipId}`)).status, 204)
  const ofMember = (await admin.get(`/audit-logs?entityId=${membershipId}`)).body.rows
  assert.deepEqual(
    ofMember
      .map((row: { action: string; entityTitle: string }) => `${row.action} ${row.entityTitle}`)
      .slice(0, 2),
    ['deleted Ben', 'updated Ben'],
  )
})

test('the audit log is exported by the filters of the list, with names, and safe to open', async () => {
  const { ana, ben, admin } = await world()
  const { id } = (await ana.post('/companies', { name: '=cmd|calc' })).body
  await ana.patch(`/companies/${id}`, { name: 'Harmless' })
  await ana.post('/companies', { name: 'Another' })
  const reply = await admin.get(`/audit-logs/export?entityId=${id}`)
  assert.match(String(reply.headers['content-type']), /^text\/csv/)
  const [head, ...rows] = reply.text.trim().split('\r\n')
  assert.equal(
    head,
    'createdAt,actorId,actorName,action,entityType,entityId,changes,ip,userAgent,apiKeyId,requestId,entityTitle',
  )
  assert.deepEqual(
    rows.map(row => row.split(',').slice(1, 6)),
    ['updated', 'created'].map(action => [ana.id, ana.name, action, 'company', id]),
  )
  assert.ok(rows[0]!.includes('""new"":""Harmless""'))
  assert.deepEqual(
    rows.map(row => row.split(',').at(-1)),
    ['Harmless', 'Harmless'],
  )
  assert.equal((await ben.get('/audit-logs/export')).status, 403)
  assert.equal((await admin.get('/audit-logs/export?dateFrom=soon')).status, 400)
})

test('the stream is exported as it is shown, with names, any number of rows', async () => {
  const { ana, ben } = await world()
  const { id } = (await ana.post('/companies', { name: 'Acme, Inc' })).body
  await ana.post('/activities', { type: 'CALL', subject: '=1+1', companyId: id })
  await ben.post('/companies', { name: 'Hidden' })
  const shown = (await ana.get('/activities')).body.rows
  const reply = await ana.get('/activities/stream/export')
  assert.match(String(reply.headers['content-disposition']), /filename="activity-stream-[\d-]+\.csv"/)
  const [head, ...rows] = reply.text.trim().split('\r\n')
  assert.equal(head, 'createdAt,type,actorId,actorName,entityType,entityId,entityName,metadata')
  assert.equal(rows.length, shown.length)
  assert.ok(
    rows.some(row => row.includes(`CALL,${ana.id},Ana,company,${id},"Acme, Inc"`)),
    reply.text,
  )
  assert.doesNotMatch(reply.text, /Hidden/)
  const asked = { entityType: 'company', entityId: id, type: 'changes', format: 'json' }
  const changes = (await ana.get('/activities/stream/export', { query: asked })).body
  assert.deepEqual(
    changes.map(({ type, entityName, metadata }: any) => [type, entityName, metadata.action]),
    [['company.created', 'Acme, Inc', 'created']],
  )
  for (let i = 0; i < 201; i++) await ana.patch(`/companies/${id}`, { industry: `No. ${i}` })
  const all = (await ana.get('/activities/stream/export', { query: { format: 'json' } })).body
  assert.equal(new Set(all.map((row: any) => row.id)).size, shown.length + 201)
  assert.equal((await ana.get('/activities/stream/export?type=nonsense')).status, 400)
})
