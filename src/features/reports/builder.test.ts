import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Person, useProgram, world } from '#test/world.ts'

useProgram()

const run = async (who: Person, spec: object) => {
  const reply = await who.post('/reports/run', spec)
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}
const sum = { op: 'sum', field: 'amount' }

test('a report groups, measures and converts what the caller may see', async () => {
  const { ana, ben, vera, owner } = await world()
  await owner.patch('/workspaces/current', { currency: 'USD', settings: { exchangeRates: { EUR: 2 } } })
  for (const [key, type] of [
    ['region', 'text'],
    ['margin', 'number'],
  ])
    await owner.post('/custom-fields', { entity: 'deal', key, label: key, type })
  const { id: companyId } = (await ana.post('/companies', { name: 'Acme' })).body
  const deal = (who: Person, more: object) => who.post('/deals', { title: 'X', ...more })
  await deal(ana, { amount: 10, currency: 'EUR', companyId, customFields: { region: 'North', margin: 0.5 } })
  await deal(ana, {
    amount: 5,
    currency: 'USD',
    status: 'WON',
    customFields: { region: 'North', margin: 0.25 },
  })
  await deal(ana, { amount: 7, currency: 'JPY', customFields: { region: 'South' } })
  await deal(ben, { amount: 100, currency: 'USD' })
  const byRegion = await run(ana, {
    entity: 'deal',
    groupBy: ['customFields.region'],
    measures: [
      sum,
      { op: 'count' },
      { op: 'avg', field: 'customFields.margin' },
      { op: 'rate', field: 'status', value: 'WON' },
    ],
  })
  assert.deepEqual(
    byRegion.rows.map((row: any) => [row.keys[0], ...row.values]),
    [
      ['North', 25, 2, 0.38, 0.5],
      ['South', null, 1, null, 0],
    ],
  )
  assert.deepEqual(byRegion.totals, [25, 3, 0.38, 0.3333])
  assert.deepEqual(
    [byRegion.currency, byRegion.rates, byRegion.unconverted],
    ['USD', { EUR: 2 }, [{ currency: 'JPY', count: 1 }]],
  )
  const byCurrency = await run(ana, {
    entity: 'deal',
    groupBy: ['currency'],
    measures: [{ op: 'max', field: 'amount' }],
  })
  assert.deepEqual(
    byCurrency.rows.map((row: any) => [row.keys[0], row.values[0]]),
    [
      ['EUR', 10],
      ['JPY', 7],
      ['USD', 5],
    ],
  )
  assert.equal(byCurrency.currency, null)
  const byOwner = await run(vera, { entity: 'deal', groupBy: ['ownerId', 'companyId'], measures: [sum] })
  assert.deepEqual(
    byOwner.rows.map((row: any) => [...row.names, row.values[0]]),
    [
      ['Ben', null, 100],
      ['Ana', 'Acme', 20],
      ['Ana', null, 5],
    ],
  )
  const filter = { field: 'company.name', op: 'eq', value: 'Acme' }
  assert.deepEqual((await run(ana, { entity: 'deal', filter, measures: [{ op: 'count' }] })).totals, [1])
  assert.deepEqual((await run(ben, { entity: 'deal', measures: [{ op: 'count' }] })).totals, [1])
  assert.deepEqual(
    (await run(ben, { entity: 'company', groupBy: ['status'], measures: [{ op: 'count' }] })).rows,
    [],
  )
})

test('times are grouped by the calendar of the workspace', async () => {
  const { ana, owner } = await world()
  await owner.patch('/workspaces/current', { timezone: 'Asia/Tokyo' })
  // In Tokyo the second is on 1 April already.
  for (const occurredAt of ['2025-03-31T14:59:59Z', '2025-03-31T15:00:00Z', '2025-01-01T00:00:00Z'])
    await ana.post('/activities', { type: 'CALL', subject: 'x', occurredAt, durationMinutes: 3 })
  const by = async (step: string) =>
    (
      await run(ana, {
        entity: 'interaction',
        groupBy: [{ field: 'occurredAt', by: step }],
        measures: [{ op: 'count' }, { op: 'sum', field: 'durationMinutes' }],
      })
    ).rows.map((row: any) => [row.keys[0], ...row.values])
  assert.deepEqual(await by('month'), [
    ['2025-01-01', 1, 3],
    ['2025-03-01', 1, 3],
    ['2025-04-01', 1, 3],
  ])
  assert.deepEqual(await by('quarter'), [
    ['2025-01-01', 2, 6],
    ['2025-04-01', 1, 3],
  ])
  assert.deepEqual(await by('year'), [['2025-01-01', 3, 9]])
  await ana.post('/deals', { title: 'D', amount: 1, expectedCloseDate: '2025-05-15' })
  const dated = await run(ana, {
    entity: 'deal',
    groupBy: [{ field: 'expectedCloseDate', by: 'quarter' }],
    measures: [sum],
  })
  assert.deepEqual(dated.rows[0].keys, ['2025-04-01'])
})

test('a report that cannot be is refused by its place', async () => {
  const { ana } = await world()
  for (const [spec, path] of [
    [{ entity: 'nope', measures: [sum] }, 'entity'],
    [{ entity: 'user', measures: [sum] }, 'entity'],
    [{ entity: 'deal', measures: [] }, 'measures'],
    [{ entity: 'deal', measures: [{ op: 'sum' }] }, 'measures.0.field'],
    [{ entity: 'deal', measures: [{ op: 'sum', field: 'title' }] }, 'measures.0.field'],
    [{ entity: 'deal', groupBy: ['constructor'], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: ['customFields.nope'], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: ['tags'], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: [{ field: 'title', by: 'day' }], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', filter: { field: 'x', op: 'eq' }, measures: [sum] }, 'filter'],
  ] as const) {
    const refused = await ana.post('/reports/run', spec)
    assert.equal(refused.status, 400, refused.text)
    assert.equal(refused.body.issues[0].path, path)
  }
})
