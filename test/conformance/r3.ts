import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Program } from '#core/program.ts'
import { freshEmail, tokenFrom } from '#features/people/outbox.testing.ts'
import { until } from '#test/until.ts'
import { as } from './models.ts'
import { type Answer, assertHas, rowsOf, Walk } from './walk.ts'

/** R3 section 6, the contract of the web client. */
export const R3 = {
  name: 'R3',
  base: '/v1',
  routes: [
    'POST /auth/register',
    'POST /auth/login',
    'POST /auth/logout',
    'GET /auth/me',
    'POST /auth/refresh',
    'GET /workspaces',
    'POST /workspaces',
    'POST /workspaces/switch',
    'GET /memberships',
    'PATCH /memberships/{id}',
    'DELETE /memberships/{id}',
    'GET /users',
    'GET /invites',
    'POST /invites',
    'POST /invites/accept',
    'DELETE /invites/{id}',
    'GET /stages',
    'POST /stages',
    'PATCH /stages/{id}',
    'DELETE /stages/{id}',
    'PUT /stages/reorder',
    'GET /contacts',
    'POST /contacts',
    'GET /contacts/{id}',
    'PATCH /contacts/{id}',
    'DELETE /contacts/{id}',
    'POST /contacts/import',
    'GET /contacts/export?format=csv',
    'POST /contacts/bulk-delete',
    'GET /companies',
    'POST /companies',
    'GET /companies/{id}',
    'PATCH /companies/{id}',
    'DELETE /companies/{id}',
    'GET /deals',
    'POST /deals',
    'GET /deals/{id}',
    'PATCH /deals/{id}',
    'DELETE /deals/{id}',
    'GET /tasks',
    'POST /tasks',
    'GET /tasks/{id}',
    'PATCH /tasks/{id}',
    'DELETE /tasks/{id}',
    'GET /notes?relatedType=&relatedId=',
    'GET /notes',
    'POST /notes',
    'DELETE /notes/{id}',
    'GET /activities?entityType=&entityId=&dateFrom=&dateTo=',
    'GET /activities',
    'GET /invoices',
    'POST /invoices',
    'GET /invoices/{id}',
    'PATCH /invoices/{id}',
    'DELETE /invoices/{id}',
    'GET /visits',
    'POST /visits',
    'PATCH /visits/{id}',
    'DELETE /visits/{id}',
    'GET /reports/dashboard',
    'GET /reports/pipeline',
    'GET /reports/invoice-aging',
    'GET /search?q=...',
    'GET /search',
  ],
} as const

export type R3Route = (typeof R3.routes)[number]
export type Call = ReturnType<Walk<R3Route>['as']>
const PASSWORD = 'seven green bicycles'

/** Somebody who has signed up by the document's own route. */
export async function register(call: Call, name: string) {
  const email = freshEmail(name.toLowerCase())
  const body = { name, email, password: PASSWORD, workspaceName: `${name} Ltd` }
  const { body: session } = await call('POST /auth/register', 201, { body })
  assertHas(as('Session', session).user, { name, email })
  return { ...as('Session', session), email, password: PASSWORD }
}

export function r3(program: () => Program, origin: () => Promise<string>): void {
  const walk = new Walk<R3Route>(R3, origin)
  const nobody = walk.as()
  let token = ''
  let userId = ''
  let workspaceId = ''
  let email = ''
  const me: Call = (...given) => walk.as(token)(...given)
  const ids: Record<string, string> = {}

  test('R3 6.1: register, log in, refresh, me, log out', async () => {
    const registered = await register(nobody, 'Rita')
    ;({ workspaceId, email } = registered)
    userId = registered.user.id
    const login = await nobody('POST /auth/login', 200, { body: { email, password: PASSWORD } })
    assertHas(as('Session', login.body), { user: { id: userId, name: 'Rita', email }, workspaceId })
    const refreshed = await nobody('POST /auth/refresh', 200, {
      body: { refreshToken: login.body.refreshToken },
    })
    assertHas(as('Session', refreshed.body), { workspaceId })
    await nobody('POST /auth/refresh', 401, { body: { refreshToken: 'not one that was ever given' } })
    token = refreshed.body.token
    const known = (await me('GET /auth/me', 200)).body
    assert.equal(as('User', known.user).id, userId)
    assert.equal(known.workspaceId, workspaceId)
    assert.equal(as('Workspace', known.workspace).name, 'Rita Ltd')
    const other = walk.as(
      (await nobody('POST /auth/login', 200, { body: { email, password: PASSWORD } })).body.token,
    )
    await other('POST /auth/logout', 204)
    const refused = await other('GET /auth/me', 401)
    assert.equal(refused.body.code, 'SESSION_ENDED')
    const wrong = await nobody('POST /auth/login', 401, { body: { email, password: 'not the password' } })
    assert.equal(wrong.body.code, 'INVALID_CREDENTIALS')
    const taken = { name: 'Rita', email, password: PASSWORD }
    assert.equal((await nobody('POST /auth/register', 409, { body: taken })).body.code, 'EMAIL_TAKEN')
  })

  test('R3 6.2: workspaces, and switching to another one', async () => {
    const made = as('Workspace', (await me('POST /workspaces', 201, { body: { name: 'Second' } })).body)
    const rows = rowsOf(await me('GET /workspaces', 200)).map(row => as('Workspace', row))
    assert.deepEqual(new Set(rows.map(row => row.id)), new Set([workspaceId, made.id]))
    const session = (await me('POST /workspaces/switch', 200, { body: { workspaceId: made.id } })).body
    assertHas(as('Session', session), { workspaceId: made.id })
    assert.equal((await walk.as(session.token)('GET /auth/me', 200)).body.workspaceId, made.id)
    // 4.3, optional: a header, for members.
    const headers = { 'x-workspace-id': workspaceId }
    assert.equal(
      (await walk.as(session.token)('GET /auth/me', 200, { headers })).body.workspaceId,
      workspaceId,
    )
    const back = await walk.as(session.token)('POST /workspaces/switch', 200, { body: { workspaceId } })
    token = back.body.token
    await me('POST /workspaces/switch', 404, { body: { workspaceId: userId } })
  })

  test('R3 6.2: invites, memberships and users', async () => {
    await fetch(
      `${await origin()}/api/v1/auth/verify-email?token=${await tokenFrom(program(), email, 'verify-email')}`,
    )
    const invite = async (role: string) =>
      as('Invite', (await me('POST /invites', 201, { body: { email: freshEmail('colleague'), role } })).body)
    const invites = [await invite('MEMBER'), await invite('ADMIN')]
    assertHas(invites[0]!, { workspaceId, role: 'MEMBER', acceptedAt: null })
    const waiting = rowsOf(await me('GET /invites', 200)).map(row => as('Invite', row))
    assert.deepEqual(
      waiting.map(row => row.email),
      invites.map(row => row.email),
    )
    const accepted = await nobody('POST /invites/accept', 201, {
      body: { token: invites[0]!.token, name: 'Colin', password: PASSWORD },
    })
    const session = as('Session', accepted.body)
    assert.equal(session.workspaceId, workspaceId)
    await me('DELETE /invites/{id}', 204, { at: invites[1]!.id })
    assert.equal(rowsOf(await me('GET /invites', 200)).length, 0)
    await nobody('POST /invites/accept', 422, {
      body: { token: invites[1]!.token, name: 'Nobody', password: PASSWORD },
    })
    const users = rowsOf(await me('GET /users', 200)).map(row => as('User', row))
    assert.deepEqual(
      users.map(row => row.name),
      ['Rita', 'Colin'],
    )
    const memberships = rowsOf(await me('GET /memberships', 200)).map(row => as('Membership', row))
    const [own, his] = memberships
    assert.deepEqual(
      memberships.map(row => [row.userId, row.role]),
      [
        [userId, 'OWNER'],
        [session.user.id, 'MEMBER'],
      ],
    )
    const member = walk.as(session.token)
    // 8.3: owners and admins alone.
    await member('PATCH /memberships/{id}', 403, { at: his!.id, body: { role: 'ADMIN' } })
    await member('GET /invites', 403)
    await member('POST /invites', 403, { body: { email: freshEmail(), role: 'MEMBER' } })
    await member('DELETE /memberships/{id}', 403, { at: own!.id })
    await member('POST /stages', 403, { body: { name: 'Mine' } })
    const raised = await me('PATCH /memberships/{id}', 200, { at: his!.id, body: { role: 'ADMIN' } })
    assert.equal(as('Membership', raised.body).role, 'ADMIN')
    await me('DELETE /memberships/{id}', 204, { at: his!.id })
    await member('GET /contacts', 403)
    assert.equal((await me('DELETE /memberships/{id}', 422, { at: own!.id })).body.code, 'LAST_OWNER')
  })

  test('R3 6.3: stages', async () => {
    const before = rowsOf(await me('GET /stages', 200)).map(row => as('Stage', row))
    const made = as('Stage', (await me('POST /stages', 201, { body: { name: 'Legal review' } })).body)
    assert.equal(made.order, before.length)
    const renamed = await me('PATCH /stages/{id}', 200, { at: made.id, body: { name: 'Legal' } })
    assertHas(as('Stage', renamed.body), { id: made.id, name: 'Legal', workspaceId })
    const stageIds = [made.id, ...before.map(stage => stage.id)]
    const reordered = rowsOf(await me('PUT /stages/reorder', 200, { body: { stageIds } }))
    assert.deepEqual(
      reordered.map(row => [as('Stage', row).id, row.order]),
      stageIds.map((id, order) => [id, order]),
    )
    // 8.4: active deals hold their stage, unless another one takes them over.
    const deal = (
      await me('POST /deals', 201, { body: { title: 'Held', amount: 5, currency: 'USD', stageId: made.id } })
    ).body
    assert.equal((await me('DELETE /stages/{id}', 422, { at: made.id })).body.code, 'STAGE_IN_USE')
    await me('DELETE /stages/{id}', 204, { at: made.id, query: { migrateTo: before[0]!.id } })
    assert.equal((await me('GET /deals/{id}', 200, { at: deal.id })).body.stageId, before[0]!.id)
    await me('DELETE /deals/{id}', 204, { at: deal.id })
    ids.stage = before[0]!.id
    ids.wonStage = before.find(stage => stage.kind === 'WON')!.id
  })

  test('R3 6.5: companies', async () => {
    const body = { name: 'Borealis', domain: 'borealis.example', industry: 'Logistics', size: '51-200' }
    const made = as('Company', (await me('POST /companies', 201, { body })).body)
    assertHas(made, { ...body, workspaceId, ownerId: userId })
    ids.company = made.id
    assert.deepEqual((await me('GET /companies/{id}', 200, { at: made.id })).body, made)
    const changed = await me('PATCH /companies/{id}', 200, { at: made.id, body: { size: '201-500' } })
    assertHas(as('Company', changed.body), { ...body, size: '201-500' })
    assert.deepEqual(
      rowsOf(await me('GET /companies', 200)).map(row => as('Company', row).id),
      [made.id],
    )
    const second = (await me('POST /companies', 201, { body: { name: 'Gone' } })).body
    assertHas(as('Company', second), { domain: null, industry: null, size: null })
    await me('DELETE /companies/{id}', 204, { at: second.id })
    await me('GET /companies/{id}', 404, { at: second.id })
  })

  test('R3 6.4: contacts', async () => {
    const body = {
      firstName: 'Ingrid',
      lastName: 'Solberg',
      jobTitle: 'Head of Operations',
      email: 'ingrid@borealis.example',
      phone: '+47 22 12 34 56',
      companyId: ids.company,
      customerType: 'B2B',
      tags: ['vip', 'north'],
    }
    const made = as('Contact', (await me('POST /contacts', 201, { body })).body)
    assertHas(made, { ...body, workspaceId, ownerId: userId })
    ids.contact = made.id
    assert.deepEqual((await me('GET /contacts/{id}', 200, { at: made.id })).body, made)
    const changed = await me('PATCH /contacts/{id}', 200, { at: made.id, body: { jobTitle: null } })
    assertHas(as('Contact', changed.body), { ...body, jobTitle: null })
    const second = { firstName: 'Per', lastName: 'Hansen', customerType: 'PATIENT' }
    const other = as('Contact', (await me('POST /contacts', 201, { body: second })).body)
    assertHas(other, { ...second, companyId: null, email: null, tags: [] })
    // 10.3: the filters that the client uses, by themselves and left empty.
    const found = async (query: string) =>
      rowsOf(await me('GET /contacts', 200, { query })).map(row => as('Contact', row).firstName)
    assert.deepEqual(await found('q=sol&companyId=&customerType=&tag='), ['Ingrid'])
    assert.deepEqual(await found(`companyId=${ids.company}`), ['Ingrid'])
    assert.deepEqual(await found('customerType=PATIENT'), ['Per'])
    assert.deepEqual(await found('tag=vip'), ['Ingrid'])
    const third = as('Contact', (await me('POST /contacts', 201, { body: second })).body)
    const bulk = (await me('POST /contacts/bulk-delete', 200, { body: { ids: [other.id, third.id] } })).body
    assert.equal(bulk.deleted, 2)
    await me('GET /contacts/{id}', 404, { at: third.id })
    const fourth = as('Contact', (await me('POST /contacts', 201, { body: second })).body)
    await me('DELETE /contacts/{id}', 204, { at: fourth.id })
    await me('DELETE /contacts/{id}', 404, { at: fourth.id })
  })

  test('R3 6.4: contacts come in and go out as CSV', async () => {
    const csv = 'firstName,lastName,email,tags\nAda,Berg,ada@berg.example,vip\nBo,Dahl,bo@dahl.example,\n'
    const headers = { 'content-type': 'text/csv' }
    const started = await me('POST /contacts/import', 202, { body: csv, headers })
    const url = `${await origin()}/v1/imports/${started.body.id}`
    const job: Answer['body'] = await until(
      async () => (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json(),
      (value: Answer['body']) => !['PENDING', 'RUNNING'].includes(value.status),
    )
    assertHas(job, { status: 'COMPLETED', total: 2, created: 2, failed: 0 })
    const file = await me('GET /contacts/export?format=csv', 200)
    assert.match(file.headers.get('content-type')!, /^text\/csv/)
    assert.match(file.headers.get('content-disposition')!, /attachment; filename="?contacts.*\.csv/)
    const lines = file.text
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split(/\r?\n/)
    assert.equal(lines.length, 4)
    for (const column of ['firstName', 'lastName', 'email', 'tags'])
      assert.ok(lines[0]!.split(',').includes(column), `${column} in ${lines[0]}`)
    assert.ok(lines.some(line => line.includes('ada@berg.example')))
  })

  test('R3 6.6: deals', async () => {
    const body = {
      title: '20 scanners',
      amount: 18400.5,
      currency: 'EUR',
      stageId: ids.stage,
      companyId: ids.company,
      primaryContactId: ids.contact,
      expectedCloseDate: '2027-02-15',
      description: 'By spring',
    }
    const made = as('Deal', (await me('POST /deals', 201, { body })).body)
    assertHas(made, { ...body, status: 'OPEN', workspaceId, ownerId: userId })
    ids.deal = made.id
    assert.deepEqual((await me('GET /deals/{id}', 200, { at: made.id })).body, made)
    const changed = await me('PATCH /deals/{id}', 200, { at: made.id, body: { amount: 19_000 } })
    assertHas(as('Deal', changed.body), { ...body, amount: 19_000 })
    const second = as(
      'Deal',
      (
        await me('POST /deals', 201, {
          body: { title: 'Ink', amount: 3, currency: 'USD', stageId: ids.stage },
        })
      ).body,
    )
    const won = await me('PATCH /deals/{id}', 200, { at: second.id, body: { status: 'WON' } })
    assertHas(as('Deal', won.body), { status: 'WON', stageId: ids.wonStage })
    const found = async (query: string) =>
      rowsOf(await me('GET /deals', 200, { query })).map(row => as('Deal', row).title)
    assert.deepEqual(await found('q=scan&stageId=&status=&ownerId='), ['20 scanners'])
    assert.deepEqual(await found(`stageId=${ids.stage}`), ['20 scanners'])
    assert.deepEqual(await found('status=WON'), ['Ink'])
    assert.deepEqual(await found(`ownerId=${userId}`), ['Ink', '20 scanners'])
    await me('DELETE /deals/{id}', 204, { at: second.id })
    await me('GET /deals/{id}', 404, { at: second.id })
  })

  test('R3 6.7: tasks', async () => {
    const body = {
      title: 'Send the offer',
      dueAt: '2027-01-20T09:00:00.000Z',
      assigneeId: userId,
      relatedType: 'deal',
      relatedId: ids.deal,
    }
    const made = as('Task', (await me('POST /tasks', 201, { body })).body)
    assertHas(made, { ...body, status: 'OPEN', createdById: userId, workspaceId })
    assert.deepEqual((await me('GET /tasks/{id}', 200, { at: made.id })).body, made)
    const done = await me('PATCH /tasks/{id}', 200, { at: made.id, body: { status: 'DONE' } })
    assertHas(as('Task', done.body), { ...body, status: 'DONE' })
    const found = async (query: string) =>
      rowsOf(await me('GET /tasks', 200, { query })).map(row => as('Task', row).title)
    assert.deepEqual(await found('status=OPEN&assigneeId=&relatedType=&relatedId='), [])
    assert.deepEqual(await found(`status=DONE&assigneeId=${userId}`), ['Send the offer'])
    assert.deepEqual(await found(`relatedType=deal&relatedId=${ids.deal}`), ['Send the offer'])
    const again = await me('PATCH /tasks/{id}', 200, { at: made.id, body: { status: 'OPEN' } })
    assert.equal(as('Task', again.body).status, 'OPEN')
    const second = { title: 'Call', relatedType: 'company', relatedId: ids.company }
    const other = as('Task', (await me('POST /tasks', 201, { body: second })).body)
    await me('DELETE /tasks/{id}', 204, { at: other.id })
    await me('GET /tasks/{id}', 404, { at: other.id })
  })

  test('R3 6.8: notes', async () => {
    const body = { body: 'Budget is decided in March.', relatedType: 'contact', relatedId: ids.contact }
    const made = as('Note', (await me('POST /notes', 201, { body })).body)
    assertHas(made, { ...body, authorId: userId, workspaceId })
    const query = { relatedType: 'contact', relatedId: ids.contact! }
    assert.deepEqual(
      rowsOf(await me('GET /notes', 200, { query })).map(row => as('Note', row)),
      [made],
    )
    assert.deepEqual(rowsOf(await me('GET /notes?relatedType=&relatedId=', 200)), [made])
    await me('DELETE /notes/{id}', 204, { at: made.id })
    assert.deepEqual(rowsOf(await me('GET /notes', 200, { query })), [])
  })

  test('R3 6.9: activities', async () => {
    const all = rowsOf(await me('GET /activities?entityType=&entityId=&dateFrom=&dateTo=', 200))
    for (const row of all) as('Activity', row)
    const query = { entityType: 'deal', entityId: ids.deal!, dateFrom: '2020-01-01', dateTo: '2199-12-31' }
    const rows = rowsOf(await me('GET /activities', 200, { query })).map(row => as('Activity', row))
    assert.ok(
      rows.some(row => row.entityType === 'deal' && row.entityId === ids.deal && row.actorId === userId),
    )
    assert.ok(rows.length < all.length)
    const ofDeals = rowsOf(await me('GET /activities', 200, { query: { entityType: 'deal' } }))
    assert.deepEqual(new Set(ofDeals.map(row => as('Activity', row).entityType)), new Set(['deal']))
    // What the server did by itself, such as ending the import, has an actor too: 5 knows none that is null.
    assert.ok(all.some(row => row.type === 'import.completed'))
    const past = { ...query, dateFrom: '2020-01-01', dateTo: '2020-12-31' }
    assert.deepEqual(rowsOf(await me('GET /activities', 200, { query: past })), [])
  })

  test('R3 6.10: invoices', async () => {
    const body = {
      title: 'Scanners',
      notes: 'Net 30',
      amount: 1200.25,
      currency: 'USD',
      relatedType: 'company',
      relatedId: ids.company,
      issuedAt: '2026-01-05T00:00:00.000Z',
      dueAt: '2199-01-05T00:00:00.000Z',
    }
    const made = as('Invoice', (await me('POST /invoices', 201, { body })).body)
    assertHas(made, { ...body, status: 'DRAFT', createdById: userId, paidAt: null, workspaceId })
    assert.deepEqual((await me('GET /invoices/{id}', 200, { at: made.id })).body, made)
    const own = { title: 'Own number', amount: 1, currency: 'USD', invoiceNumber: 'A-1' }
    const other = as('Invoice', (await me('POST /invoices', 201, { body: own })).body)
    assertHas(other, { ...own, relatedType: null, relatedId: null })
    // 9: unique in the workspace.
    await me('POST /invoices', 409, { body: own })
    await me('PATCH /invoices/{id}', 422, { at: made.id, body: { status: 'PAID' } })
    const sent = await me('PATCH /invoices/{id}', 200, { at: made.id, body: { status: 'SENT' } })
    assert.equal(as('Invoice', sent.body).status, 'SENT')
    const found = async (query: string) =>
      rowsOf(await me('GET /invoices', 200, { query })).map(row => as('Invoice', row).title)
    assert.deepEqual(await found('status=SENT&relatedType=&relatedId=&dateFrom=&dateTo='), ['Scanners'])
    assert.deepEqual(await found(`relatedType=company&relatedId=${ids.company}`), ['Scanners'])
    assert.deepEqual(await found('dateFrom=2026-01-01&dateTo=2026-01-31'), ['Scanners'])
    await me('DELETE /invoices/{id}', 204, { at: other.id })
    await me('GET /invoices/{id}', 404, { at: other.id })
    ids.invoice = made.id
  })

  test('R3 6.11: visits', async () => {
    const body = {
      contactId: ids.contact,
      date: '2027-03-28',
      time: '09:30',
      durationMinutes: 45,
      reason: 'Show the scanners',
      notes: 'Gate 4',
    }
    const made = as('Visit', (await me('POST /visits', 201, { body })).body)
    assertHas(made, { ...body, contactName: 'Ingrid Solberg', status: 'SCHEDULED', workspaceId })
    const moved = await me('PATCH /visits/{id}', 200, {
      at: made.id,
      body: { time: '14:05', status: 'COMPLETED' },
    })
    assertHas(as('Visit', moved.body), { ...body, time: '14:05', status: 'COMPLETED' })
    assert.deepEqual(
      rowsOf(await me('GET /visits', 200)).map(row => as('Visit', row).id),
      [made.id],
    )
    await me('DELETE /visits/{id}', 204, { at: made.id })
    assert.deepEqual(rowsOf(await me('GET /visits', 200)), [])
  })

  test('R3 6.12 and 11: reports and search', async () => {
    const stages = rowsOf(await me('GET /stages', 200))
    const dashboard = (await me('GET /reports/dashboard', 200)).body
    assertHas(dashboard, { openDeals: 1, openTasks: 1, pipelineTotal: 0 })
    assert.ok(dashboard.recentActivity > 0)
    // The deal is in euros, for which this workspace has no rate: named, and in no sum.
    assert.deepEqual(dashboard.unconverted, [{ currency: 'EUR', amount: 19_000, count: 1 }])
    await me('PATCH /deals/{id}', 200, { at: ids.deal!, body: { currency: 'USD' } })
    assert.equal((await me('GET /reports/dashboard', 200)).body.pipelineTotal, 19_000)
    const pipeline = (await me('GET /reports/pipeline', 200)).body
    assertHas(pipeline, { totalOpenDeals: 1, totalPipelineAmount: 19_000 })
    assert.deepEqual(
      pipeline.stages.map((stage: Answer['body']) => [stage.stageId, stage.stageName]),
      stages.map(stage => [stage.id, stage.name]),
    )
    assertHas(pipeline.stages[0], { stageId: ids.stage, openDeals: 1, totalAmount: 19_000 })
    const aging = (await me('GET /reports/invoice-aging', 200)).body
    assert.deepEqual(
      aging.buckets.map((row: Answer['body']) => [row.bucket, row.count, row.amount]),
      [
        ['current', 1, 1200.25],
        ['days_1_30', 0, 0],
        ['days_31_60', 0, 0],
        ['days_61_90', 0, 0],
        ['days_90_plus', 0, 0],
      ],
    )
    assert.equal(aging.totalOutstanding, 1200.25)
    const found = rowsOf(await me('GET /search', 200, { query: { q: 'solberg' } }))
    assert.deepEqual([found[0].type, found[0].id], ['contact', ids.contact])
    assert.deepEqual(rowsOf(await me('GET /search?q=...', 200)), [])
  })

  walk.checkCompleteness()
}
