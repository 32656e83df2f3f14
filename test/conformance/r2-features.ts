import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Program } from '#core/program.ts'
import { Listener, realtimeOf } from '#features/realtime/socket.testing.ts'
import { signatureBy, target } from '#features/webhooks/target.testing.ts'
import { until } from '#test/until.ts'
import type { People, Someone } from './people.ts'
import { type Answer, assertHas, rowsOf, Walk } from './walk.ts'

/** R2's "Key Features" 2 to 7, which have no paths there; these are SPEC 4's. */
const FEATURES = {
  name: 'R2 key features',
  base: '/api/v1/a-crm',
  routes: [
    // 2: roles; admins' settings and bulk operations.
    'POST /contacts/bulk',
    'GET /custom-fields',
    'POST /custom-fields',
    // 5: full text over all, filters by tags, custom fields, dates; a query builder; saved searches.
    'GET /search',
    'POST /search',
    'GET /deals',
    'GET /tags',
    'GET /saved-views',
    'POST /saved-views',
    // 6: reports, dashboards, a report builder, CSV and Excel.
    'GET /reports/pipeline',
    'GET /analytics/funnel',
    'GET /analytics/activity',
    'GET /analytics/campaign-roi',
    'POST /reports',
    'GET /reports/:id/run',
    'POST /dashboards',
    'GET /dashboards/:id/run',
    'GET /deals/export?format=csv',
    'GET /deals/export?format=xlsx',
    // 7: files, e-mail, webhooks.
    'POST /files/upload',
    'GET /companies/:id/files',
    'GET /files/:id/download',
    'POST /webhooks',
    'GET /webhooks/:id/deliveries',
    // 7: tasks in one's calendar.
    'POST /calendar/feed',
    'GET /calendar/:token.ics',
    // 4: real-time updates, task notifications.
    'POST /realtime/ticket',
    'GET /notifications',
    // What it calls soft delete, restored and purged.
    'GET /trash',
    'POST /trash/:id/restore',
    'DELETE /trash/:id',
    // "Audit Trail", with address and program.
    'GET /audit-logs',
    // SPEC 4's and 5's assistant and its tools.
    'POST /ai/chat',
    'POST /mcp',
  ],
  // Scores, drafts and the rest of AI stand in the walk of R2's lists.
} as const

type Route =
  | (typeof FEATURES.routes)[number]
  | 'POST /companies'
  | 'POST /contacts'
  | 'POST /deals'
  | 'POST /tasks'
  | 'DELETE /companies/:id'
  | 'PATCH /deals/:id'

export function r2Features(program: () => Program, people: People, origin: () => Promise<string>): void {
  const walk = new Walk<Route>(FEATURES, origin)
  let owner: Someone
  const call: ReturnType<typeof walk.as> = (...given) => walk.as(owner.token)(...given)
  const ids: Record<string, string> = {}

  test('R2 features: roles, as it describes them', async () => {
    owner = await people.signUp('Fenja')
    await people.verify(owner)
    const member = walk.as((await people.colleague(owner, 'MEMBER', 'Mats')).token)
    const viewer = walk.as((await people.colleague(owner, 'VIEWER', 'Vibeke')).token)
    const admin = walk.as((await people.colleague(owner, 'ADMIN', 'Astrid')).token)
    ids.company = (await call('POST /companies', 201, { body: { name: 'Borealis' } })).body.id
    await admin('DELETE /companies/:id', 204, {
      at: (await member('POST /companies', 201, { body: { name: 'X' } })).body.id,
    })
    await member('DELETE /companies/:id', 404, { at: ids.company! })
    await viewer('POST /companies', 403, { body: { name: 'Y' } })
    await viewer('DELETE /companies/:id', 403, { at: ids.company! })
    assert.equal((await viewer('GET /search', 200, { query: { q: 'borealis' } })).body.total, 1)
    const field = {
      entity: 'deal',
      key: 'region',
      label: 'Region',
      type: 'select',
      options: ['North', 'South'],
    }
    await member('POST /custom-fields', 403, { body: field })
    assertHas((await admin('POST /custom-fields', 201, { body: field })).body, { key: 'region' })
    assert.equal(rowsOf(await viewer('GET /custom-fields', 200)).length, 1)
  })

  test('R2 features 2 and 5: bulk, search, filters and saved searches', async () => {
    const operations = ['Ann', 'Bo', 'Cy'].map(firstName => ({
      op: 'create',
      data: { firstName, tags: ['fair'] },
    }))
    const { results } = (await call('POST /contacts/bulk', 200, { body: { operations } })).body
    assert.deepEqual(
      results.map((result: Answer['body']) => result.status),
      [201, 201, 201],
    )
    const deals = [
      {
        title: 'Scanners',
        amount: 5000,
        tags: ['fair'],
        customFields: { region: 'North' },
        expectedCloseDate: '2027-02-01',
      },
      { title: 'Printers', amount: 50, customFields: { region: 'South' }, expectedCloseDate: '2027-05-01' },
    ]
    for (const body of deals)
      ids[body.title] = (
        await call('POST /deals', 201, { body: { ...body, companyId: ids.company } })
      ).body.id
    const found = async (query: Record<string, string>) =>
      rowsOf(await call('GET /deals', 200, { query })).map(row => row.title)
    assert.deepEqual(await found({ tag: 'fair' }), ['Scanners'])
    const filter = {
      and: [
        { field: 'customFields.region', op: 'eq', value: 'North' },
        { field: 'expectedCloseDate', op: 'between', value: ['2027-01-01', '2027-03-31'] },
        { field: 'company.name', op: 'startsWith', value: 'Bor' },
        { not: { field: 'amount', op: 'lt', value: 1000 } },
      ],
    }
    assert.deepEqual(await found({ filter: JSON.stringify(filter) }), ['Scanners'])
    const view = { entity: 'deal', name: 'Big in the north', filter, sort: '-amount', shared: true }
    const saved = (await call('POST /saved-views', 201, { body: view })).body
    assert.deepEqual(await found({ view: saved.id }), ['Scanners'])
    assert.deepEqual(
      rowsOf(await call('GET /saved-views', 200, { query: { entity: 'deal' } })).map(row => row.name),
      ['Big in the north'],
    )
    const body = { q: 'scan', filters: { deal: { field: 'amount', op: 'gte', value: 1000 } } }
    assert.deepEqual(
      rowsOf(await call('POST /search', 200, { body })).map(row => [row.type, row.id]),
      [['deal', ids.Scanners]],
    )
    const tags = rowsOf(await call('GET /tags', 200))
    assert.deepEqual(
      tags.map(({ tag }) => tag),
      ['fair'],
    )
  })

  test('R2 features 6: reports, dashboards and exports', async () => {
    const body = {
      name: 'By region',
      entity: 'deal',
      groupBy: ['customFields.region'],
      measures: [{ op: 'sum', field: 'amount' }, { op: 'count' }],
    }
    const report = (await call('POST /reports', 201, { body })).body
    const { rows } = (await call('GET /reports/:id/run', 200, { at: report.id })).body
    assert.equal(rows.length, 2)
    assert.match(JSON.stringify(rows), /North.*5000|5000.*North/)
    const made = (
      await call('POST /dashboards', 201, { body: { name: 'Mine', tiles: [{ reportId: report.id }] } })
    ).body
    const shown = (await call('GET /dashboards/:id/run', 200, { at: made.id })).body
    assert.deepEqual(
      shown.tiles.map((tile: Answer['body']) => [tile.error, tile.result.rows.length]),
      [[null, 2]],
    )
    assertHas((await call('GET /reports/pipeline', 200)).body, {
      totalOpenDeals: 2,
      totalPipelineAmount: 5050,
    })
    for (const path of ['funnel', 'activity', 'campaign-roi'] as const)
      await call(`GET /analytics/${path}`, 200)
    const csv = await call('GET /deals/export?format=csv', 200)
    assert.match(csv.headers.get('content-type')!, /text\/csv/)
    assert.match(csv.text, /Scanners/)
    const excel = await call('GET /deals/export?format=xlsx', 200)
    assert.match(excel.headers.get('content-type')!, /spreadsheetml/)
    assert.equal(excel.bytes.subarray(0, 2).toString(), 'PK')
  })

  test('R2 features 7: files', async () => {
    const form = new FormData()
    form.set('attachedToType', 'company')
    form.set('attachedToId', ids.company!)
    form.set('file', new Blob(['The plan'], { type: 'text/plain' }), 'plan.txt')
    const file = (await call('POST /files/upload', 201, { body: form })).body
    assert.deepEqual(
      rowsOf(await call('GET /companies/:id/files', 200, { at: ids.company! })).map(row => row.id),
      [file.id],
    )
    assert.equal((await call('GET /files/:id/download', 200, { at: file.id })).text, 'The plan')
  })

  test('R2 features 4 and 7: webhooks, live updates and notifications', async context => {
    const there = await target(context)
    const hook = (await call('POST /webhooks', 201, { body: { url: there.url, events: ['deal.updated'] } }))
      .body
    const { ticket } = (await call('POST /realtime/ticket', 200)).body
    const listener = new Listener((await realtimeOf(program())).replace('/api/v1/', '/api/v1/a-crm/'))
    context.after(() => listener.close())
    listener.socket.once('open', () => listener.send({ type: 'auth', ticket }))
    await listener.until(({ type }) => type === 'ready')
    await listener.subscribe({ id: 'board', entity: 'deal' })
    await call('PATCH /deals/:id', 200, { at: ids.Scanners!, body: { amount: 6000 } })
    const [told] = await listener.events('board', 1, 0)
    assertHas(told.event, { action: 'updated', entityId: ids.Scanners, actorId: owner.user.id })
    assert.deepEqual(told.event.changes, { amount: { old: 5000, new: 6000 } })
    const [received] = await until(
      () => there.received,
      ({ length }) => length > 0,
    )
    assert.equal(signatureBy(received!, hook.secret), 0)
    assertHas(received!.body, { type: 'deal.updated', entityId: ids.Scanners })
    const log = await until(
      async () => rowsOf(await call('GET /webhooks/:id/deliveries', 200, { at: hook.id })),
      rows => rows[0]?.status === 'DELIVERED',
    )
    assert.equal(log.length, 1)
    const admin = await people.colleague(owner, 'ADMIN', 'Nora')
    await call('POST /tasks', 201, { body: { title: 'Call', assigneeId: admin.user.id } })
    const bell = await until(
      async () => rowsOf(await walk.as(admin.token)('GET /notifications', 200)),
      rows => rows.length > 0,
    )
    assertHas(bell[0], { kind: 'ASSIGNED', actorId: owner.user.id })
  })

  test('R2 features 7: tasks stand in the calendar', async () => {
    await call('POST /tasks', 201, { body: { title: 'Ring the yard', dueAt: '2027-01-20T09:00:00Z' } })
    const { url } = (await call('POST /calendar/feed', 201)).body
    const feed = await walk.as()('GET /calendar/:token.ics', 200, { at: /([^/]+)\.ics$/.exec(url)![1]! })
    assert.match(feed.headers.get('content-type')!, /^text\/calendar/)
    assert.match(feed.text, /^BEGIN:VCALENDAR\r\n[\s\S]*SUMMARY:.*Ring the yard/)
  })

  test('R2 features: trash and audit trail', async () => {
    const made = (await call('POST /companies', 201, { body: { name: 'Gone' } })).body
    await call('DELETE /companies/:id', 204, { at: made.id })
    const listed = rowsOf(await call('GET /trash', 200, { query: { entity: 'company' } }))
    assert.ok(listed.some(row => row.id === made.id))
    assertHas((await call('POST /trash/:id/restore', 200, { at: made.id })).body, { name: 'Gone' })
    await call('DELETE /companies/:id', 204, { at: made.id })
    await call('DELETE /trash/:id', 204, { at: made.id })
    const trail = rowsOf(await call('GET /audit-logs', 200, { query: { entityId: made.id } }))
    assert.deepEqual(
      trail.map(row => row.action),
      ['purged', 'deleted', 'restored', 'deleted', 'created'],
    )
    for (const row of trail.slice(1)) {
      assertHas(row, { actorId: owner.user.id, ip: '127.0.0.1' })
      assert.equal(typeof row.userAgent, 'string')
    }
  })

  test('R2 features 3: an assistant that asks before it writes, and its tools for programs', async () => {
    const ask = async (content: string) =>
      (
        await call('POST /ai/chat', 200, {
          body: { messages: [{ role: 'user', content }] },
          headers: { accept: 'application/json' },
        })
      ).body
    const found = await ask('deals over 1000')
    assert.deepEqual(
      found.records.map((record: Answer['body']) => record.title),
      ['Scanners'],
    )
    const { proposals } = await ask('set the amount of Scanners to 6500')
    assertHas(proposals[0].changes[0], { field: 'amount', new: 6500 })
    const streamed = await call('POST /ai/chat', 200, {
      body: { messages: [{ role: 'user', content: 'help' }] },
    })
    assert.match(streamed.headers.get('content-type')!, /^text\/event-stream/)
    const listed = await call('POST /mcp', 200, {
      body: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      headers: { accept: 'application/json, text/event-stream' },
    })
    assert.match(listed.text, /"name":"list_records"/)
  })

  walk.checkCompleteness()
}
