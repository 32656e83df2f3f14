import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cellsOf, partsOf } from '#core/xlsx/read.testing.ts'
import { checkRefusal } from '#test/routes.ts'
import { type Person, useProgram, world } from '#test/world.ts'
import { nextAfter } from './schedule.ts'

const program = useProgram()

const sum = { op: 'sum', field: 'amount' }
const save = async (person: Person, more: Record<string, unknown> = {}) => {
  const reply = await person.post('/reports', { name: 'Deals', entity: 'deal', measures: [sum], ...more })
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}
const deal = async (who: Person, more: object) => {
  const reply = await who.post('/deals', { title: 'X', currency: 'USD', ...more })
  assert.equal(reply.status, 201, reply.text)
}

test('a saved report is run with the rights of whoever asks, and stands beside the ready-made ones', async () => {
  const { ana, ben, vera, owner, mallory } = await world()
  await deal(ana, { amount: 10 })
  await deal(ben, { amount: 5 })
  await deal(ben, { amount: 1, status: 'WON' })
  const shared = await save(ana, {
    groupBy: ['ownerId'],
    filter: { field: 'status', op: 'eq', value: 'OPEN' },
    chart: 'DONUT',
    shared: true,
  })
  const run = async (who: Person) => (await who.get(`/reports/${shared.id}/run`)).body
  const mine = await run(ana)
  assert.deepEqual(
    [mine.reportId, mine.name, mine.chart, mine.totals, mine.currency],
    [shared.id, 'Deals', 'DONUT', [10], 'USD'],
  )
  assert.deepEqual(mine.groups, [
    { field: 'ownerId', by: null, label: 'ownerId', kind: 'member', countsInEach: false },
  ])
  assert.deepEqual(mine.measures, [{ op: 'sum', field: 'amount', label: 'sum of amount', kind: 'money' }])
  for (const person of [vera, owner])
    assert.deepEqual(
      (await run(person)).rows.map((row: any) => [row.names[0], row.values[0]]),
      [
        ['Ana', 10],
        ['Ben', 5],
      ],
    )
  assert.deepEqual((await run(ben)).totals, [5])
  checkRefusal(await mallory.get(`/reports/${shared.id}/run`), 404, 'of another workspace')
  for (const path of ['pipeline', 'dashboard', 'invoice-aging'])
    assert.equal((await ana.get(`/reports/${path}`)).status, 200, path)
  assert.equal((await ana.post('/reports/run', { entity: 'deal', measures: [sum] })).body.totals[0], 10)
})

test('a private report is its maker’s; a shared one is read by all and changed by its maker and by admins', async () => {
  const { ana, ben, vera, admin } = await world({ recordVisibility: 'workspace' })
  const own = await save(ana)
  const shared = await save(ana, { name: 'Ours', shared: true })
  for (const person of [ben, vera]) {
    const { rows } = (await person.get('/reports')).body
    assert.deepEqual(
      rows.map((row: any) => row.id),
      [shared.id],
    )
    for (const path of ['', '/run', '/export'])
      checkRefusal(await person.get(`/reports/${own.id}${path}`), 404, `a private report${path}`)
  }
  checkRefusal(await ben.patch(`/reports/${shared.id}`, { name: 'Mine' }), 403, "somebody else's")
  checkRefusal(await ben.delete(`/reports/${shared.id}`), 403, "somebody else's")
  checkRefusal(await admin.patch(`/reports/${own.id}`, { name: 'x' }), 403, "a member's private report")
  checkRefusal(await vera.post('/reports', { name: 'x', entity: 'deal', measures: [sum] }), 403, 'a viewer')
  const changed = await admin.put(`/reports/${shared.id}`, { entity: 'lead', measures: [{ op: 'count' }] })
  assert.deepEqual([changed.status, changed.body.entity], [200, 'lead'], changed.text)
  assert.equal((await ana.delete(`/reports/${shared.id}`)).status, 204)
  checkRefusal(await ben.get(`/reports/${shared.id}/run`), 404, 'deleted')
})

test('a report that could not be run is refused at save, and one whose field goes later says so', async () => {
  const { ana, owner } = await world()
  const made = await owner.post('/custom-fields', {
    entity: 'deal',
    key: 'region',
    label: 'Region',
    type: 'text',
  })
  for (const [more, path] of [
    [{ entity: 'nope' }, 'entity'],
    [{ entity: 'lead' }, 'measures.0.field'],
    [{ measures: [] }, 'measures'],
    [{ groupBy: ['title', 'status', 'source'] }, 'groupBy'],
    [{ groupBy: [{ field: 'createdAt', by: 'hour' }] }, 'groupBy.0'],
    [{ groupBy: ['status', 'customFields.nope'] }, 'groupBy.1'],
    [{ filter: { field: 'nothing', op: 'eq', value: 1 } }, 'filter'],
    [{ chart: 'PYRAMID' }, 'chart'],
    [{ schedule: { every: 'DAY', time: '25:00' } }, 'schedule.time'],
    [{ schedule: { every: 'YEAR', time: '08:00' } }, 'schedule.every'],
  ] as const)
    checkRefusal(
      await ana.post('/reports', { name: 'Bad', entity: 'deal', measures: [sum], ...more }),
      400,
      JSON.stringify(more),
      path,
    )
  const report = await save(ana, { groupBy: ['customFields.region'] })
  checkRefusal(
    await ana.patch(`/reports/${report.id}`, { entity: 'contact' }),
    400,
    'a change of the record type alone',
    'groupBy.0',
  )
  assert.equal((await owner.delete(`/custom-fields/${made.body.id}`)).status, 204)
  checkRefusal(await ana.get(`/reports/${report.id}/run`), 400, 'its field is gone', 'groupBy.0')
  assert.equal((await ana.patch(`/reports/${report.id}`, { groupBy: [] })).status, 200)
  assert.deepEqual((await ana.get(`/reports/${report.id}/run`)).body.totals, [null])
})

test('amounts of several currencies are in no total, in the answer and in the file', async () => {
  const { ana, owner } = await world()
  await owner.patch('/workspaces/current', { currency: 'USD', settings: { exchangeRates: { EUR: 2 } } })
  await deal(ana, { amount: 10, currency: 'EUR', source: 'Fair, "big"' })
  await deal(ana, { amount: 4, source: '=1+1' })
  await deal(ana, { amount: 7, currency: 'JPY', source: '=1+1' })
  const apart = await save(ana, { groupBy: ['currency'], measures: [sum, { op: 'count' }] })
  const { totals, currency, rows } = (await ana.get(`/reports/${apart.id}/run`)).body
  assert.deepEqual([totals, currency, rows.length], [[null, 3], null, 3])
  const report = await save(ana, { name: 'By source', groupBy: ['source'], measures: [sum, { op: 'count' }] })
  const csv = await ana.get(`/reports/${report.id}/export`)
  assert.match(String(csv.headers['content-disposition']), /filename="By-source-\d{4}-\d\d-\d\d\.csv"/)
  assert.deepEqual(csv.text.trimEnd().split('\r\n'), [
    'source,sum of amount (USD),count',
    '"Fair, ""big""",20,1',
    "'=1+1,4,2",
    'Total,24,3',
    'Converted: 1 EUR = 2 USD',
    '"Without a rate, in no amount: 1 in JPY"',
  ])
  const sheet = await program().server.inject({
    url: `/api/v1/reports/${report.id}/export?format=xlsx`,
    headers: { authorization: `Bearer ${ana.token}` },
  })
  const parts = await partsOf(sheet.rawPayload)
  const cells = cellsOf(parts['xl/worksheets/sheet1.xml']!).map(row => row.map(({ value }) => value))
  assert.deepEqual(cells.slice(1, 4), [
    ['Fair, "big"', 20, 1],
    ['=1+1', 4, 2],
    ['Total', 24, 3],
  ])
  const json = await ana.get(`/reports/${report.id}/export?format=json`)
  assert.deepEqual(json.body.unconverted, [{ currency: 'JPY', count: 1 }])
  checkRefusal(await ana.get(`/reports/${report.id}/export?format=pdf`), 400, 'no such format', 'format')
})

test('a link into the trash is none, and a custom member has a name', async () => {
  const { ana, owner } = await world()
  await owner.post('/custom-fields', { entity: 'deal', key: 'scout', label: 'Scout', type: 'user' })
  const companies = []
  for (const name of ['Kept', 'Gone']) companies.push((await ana.post('/companies', { name })).body.id)
  for (const companyId of companies) await deal(ana, { companyId, customFields: { scout: ana.id } })
  await ana.delete(`/companies/${companies[1]}`)
  const run = (groupBy: string[]) =>
    ana
      .post('/reports/run', { entity: 'deal', groupBy, measures: [{ op: 'count' }] })
      .then(reply => reply.body.rows.map((row: any) => [row.keys[0], row.names[0], row.values[0]]))
  assert.deepEqual(
    new Set(await run(['companyId'])),
    new Set([
      [companies[0], 'Kept', 1],
      [null, null, 1],
    ]),
  )
  assert.deepEqual(await run(['customFields.scout']), [[ana.id, 'Ana', 2]])
})

test('a dashboard runs its reports side by side, and a tile that cannot be run leaves the others alone', async () => {
  const { ana, ben, vera, admin, mallory } = await world({ recordVisibility: 'workspace' })
  await deal(ana, { amount: 3 })
  const shared = await save(ana, { name: 'Sum', shared: true, chart: 'NUMBER' })
  const own = await save(ana, { name: 'Secret', measures: [{ op: 'count' }] })
  const theirs = await save(mallory)
  const tiles = [{ reportId: own.id, width: 1, height: 1 }, { reportId: shared.id }]
  const made = await ana.post('/dashboards', { name: 'Sales', shared: true, tiles })
  assert.equal(made.status, 201, made.text)
  assert.deepEqual(made.body.tiles, [tiles[0], { reportId: shared.id, width: 2, height: 2 }])
  const run = async (who: Person) => (await who.get(`/dashboards/${made.body.id}/run`)).body.tiles
  assert.deepEqual(
    (await run(ana)).map((tile: any) => [tile.name, tile.chart, tile.width, tile.result.totals]),
    [
      ['Secret', 'BAR', 1, [1]],
      ['Sum', 'NUMBER', 2, [3]],
    ],
  )
  for (const person of [ben, vera]) {
    const [hidden, seen] = await run(person)
    assert.deepEqual([hidden.name, hidden.result, hidden.error.code], [null, null, 'NOT_FOUND'])
    assert.deepEqual(seen.result.totals, [3])
  }
  checkRefusal(
    await ana.post('/dashboards', { name: 'x', tiles: [tiles[1], { reportId: theirs.id }] }),
    400,
    "another workspace's report",
    'tiles.1.reportId',
  )
  checkRefusal(
    await ana.post('/dashboards', { name: 'x', tiles: [{ reportId: own.id, width: 5 }] }),
    400,
    'too wide',
    'tiles.0.width',
  )
  checkRefusal(await ben.patch(`/dashboards/${made.body.id}`, { name: 'Mine' }), 403, "somebody else's")
  checkRefusal(await mallory.get(`/dashboards/${made.body.id}/run`), 404, 'of another workspace')
  await ana.delete(`/reports/${own.id}`)
  // What is gone does not stand in the way of a new order.
  const turned = await admin.patch(`/dashboards/${made.body.id}`, { tiles: [...tiles].reverse() })
  assert.equal(turned.status, 200, turned.text)
  assert.deepEqual(
    (await run(admin)).map((tile: any) => tile.error?.code),
    [undefined, 'NOT_FOUND'],
  )
})

test('a schedule keeps to the clock of its zone', () => {
  const next = (schedule: object, zone: string, after: string) =>
    nextAfter({ time: '08:00', weekday: 1, dayOfMonth: 1, ...schedule } as never, zone, new Date(after))
      .toISOString()
      .slice(0, 16)
  for (const [schedule, zone, after, expected] of [
    [{ every: 'DAY' }, 'UTC', '2026-03-01T07:59:59Z', '2026-03-01T08:00'],
    [{ every: 'DAY' }, 'UTC', '2026-03-01T08:00:00Z', '2026-03-02T08:00'],
    // The clock goes forward in the night to 29 March, and back in the night to 25 October.
    [{ every: 'DAY' }, 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T06:00'],
    [{ every: 'DAY' }, 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T07:00'],
    [{ every: 'DAY', time: '02:30' }, 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T01:30'],
    [{ every: 'DAY', time: '02:30' }, 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:30'],
    // It is Sunday already in Tokyo.
    [{ every: 'WEEK', weekday: 7 }, 'Asia/Tokyo', '2026-11-21T15:30:00Z', '2026-11-21T23:00'],
    [{ every: 'WEEK', weekday: 1 }, 'UTC', '2026-11-21T07:00:00Z', '2026-11-23T08:00'],
    [{ every: 'WEEK', weekday: 6 }, 'UTC', '2026-11-21T08:00:00Z', '2026-11-28T08:00'],
    [{ every: 'MONTH', dayOfMonth: 31 }, 'UTC', '2026-01-31T09:00:00Z', '2026-02-28T08:00'],
    [{ every: 'MONTH', dayOfMonth: 31 }, 'UTC', '2026-02-28T09:00:00Z', '2026-03-31T08:00'],
    [{ every: 'MONTH', dayOfMonth: 1 }, 'UTC', '2026-12-01T08:00:00Z', '2027-01-01T08:00'],
  ] as const)
    assert.equal(next(schedule, zone, after), expected, `${JSON.stringify(schedule)} after ${after}`)
})
