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
    [{ entity: 'deal', groupBy: ['description'], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: ['company.nope'], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: ['nobody.name'], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: ['company.customFields.nope'], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: ['company'], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: [{ field: 'company.name', by: 'day' }], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: [{ field: 'contacts.createdAt', by: 'day' }], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', groupBy: [{ field: 'title', by: 'day' }], measures: [sum] }, 'groupBy.0'],
    [{ entity: 'deal', filter: { field: 'x', op: 'eq' }, measures: [sum] }, 'filter'],
  ] as const) {
    const refused = await ana.post('/reports/run', spec)
    assert.equal(refused.status, 400, refused.text)
    assert.equal(refused.body.issues[0].path, path)
  }
})

const shown = ({ rows }: any) => rows.map((row: any) => [...row.keys, ...row.values])
const byKeys = (result: any) =>
  shown(result).sort((a: unknown[], b: unknown[]) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

test('a row counts once in each of its tags and choices, and once in the totals', async () => {
  const { ana, owner } = await world()
  await owner.patch('/workspaces/current', { currency: 'USD', settings: { exchangeRates: { EUR: 2 } } })
  const options = ['Gold', 'Blue']
  await owner.post('/custom-fields', {
    ...{ entity: 'deal', key: 'colours', label: 'Colours', type: 'multiSelect', options },
  })
  const deal = (more: object) => ana.post('/deals', { title: 'X', currency: 'USD', ...more })
  await deal({ amount: 10, tags: ['a', 'b'], customFields: { colours: ['Gold', 'Blue'] } })
  await deal({ amount: 5, currency: 'EUR', tags: ['a'], customFields: { colours: ['Gold'] } })
  await deal({ amount: 1 })
  const measures = [{ op: 'count' }, sum]
  const byTag = await run(ana, { entity: 'deal', groupBy: ['tags'], measures })
  assert.deepEqual(shown(byTag), [
    ['a', 2, 20],
    ['b', 1, 10],
    [null, 1, 1],
  ])
  assert.deepEqual([byTag.totals, byTag.isCut, byTag.rates], [[3, 21], false, { EUR: 2 }])
  assert.deepEqual([byTag.groups[0].countsInEach, byTag.groups[0].kind], [true, 'text'])
  const both = await run(ana, { entity: 'deal', groupBy: ['tags', 'customFields.colours'], measures })
  assert.deepEqual(byKeys(both), [
    ['a', 'Blue', 1, 10],
    ['a', 'Gold', 2, 20],
    ['b', 'Blue', 1, 10],
    ['b', 'Gold', 1, 10],
    [null, null, 1, 1],
  ])
  assert.deepEqual([both.totals, both.groups[1].label], [[3, 21], 'Colours'])
  const mixed = await run(ana, { entity: 'deal', groupBy: ['currency', 'tags'], measures })
  assert.deepEqual([mixed.totals, mixed.groups[0].countsInEach], [[3, null], false])
  const kept = await ana.post('/reports', { name: 'By tag', entity: 'deal', groupBy: ['tags'], measures })
  assert.equal(kept.status, 201, kept.text)
  const file = await ana.get(`/reports/${kept.body.id}/export`, { query: { format: 'csv' } })
  assert.match(file.text, /counts once in each of its values/)
})

test('rows are grouped by fields of what they link to, as far as the caller sees that', async () => {
  const { ana, ben, owner } = await world()
  await owner.post('/custom-fields', { entity: 'company', key: 'tier', label: 'Tier', type: 'text' })
  const company = async (who: Person, more: object) =>
    (await who.post('/companies', { name: 'C', ...more })).body.id
  const steel = await company(ana, {
    industry: 'Steel',
    tags: ['x', 'y'],
    customFields: { tier: 'One' },
    billingAddress: { country: 'Norway' },
  })
  const wood = await company(ben, { industry: 'Wood', customFields: { tier: 'Two' } })
  const gone = await company(ana, { industry: 'Gone' })
  const contact = async (jobTitle: string) =>
    (await ana.post('/contacts', { firstName: 'P', jobTitle })).body.id
  const [p, q, r] = [await contact('Buyer'), await contact('Buyer'), await contact('Chief')]
  await ana.post('/deals', { title: '1', amount: 1, companyId: steel, contactIds: [p, q, r] })
  await ana.post('/deals', { title: '2', amount: 2, companyId: steel })
  await owner.post('/deals', { title: '3', amount: 4, companyId: wood, ownerId: ana.id })
  await ana.post('/deals', { title: '4', amount: 8, companyId: gone })
  await ana.delete(`/companies/${gone}`)
  const by = async (who: Person, ...groupBy: unknown[]) =>
    byKeys(await run(who, { entity: 'deal', groupBy, measures: [{ op: 'count' }, sum] }))
  assert.deepEqual(await by(owner, 'company.industry'), [
    ['Steel', 2, 3],
    ['Wood', 1, 4],
    [null, 1, 8],
  ])
  // Ben's company is not Ana's to see: its deal counts where there is none.
  assert.deepEqual(await by(ana, 'company.industry'), [
    ['Steel', 2, 3],
    [null, 2, 12],
  ])
  assert.deepEqual(await by(ana, 'company.customFields.tier'), [
    ['One', 2, 3],
    [null, 2, 12],
  ])
  assert.deepEqual(await by(ana, 'company.billingAddress.country'), [
    ['Norway', 2, 3],
    [null, 2, 12],
  ])
  const countries = { entity: 'company', groupBy: ['billingAddress.country'], measures: [{ op: 'count' }] }
  assert.deepEqual(byKeys(await run(ana, countries)), [['Norway', 1]])
  assert.deepEqual(await by(owner, 'company.tags', 'company.industry'), [
    ['x', 'Steel', 2, 3],
    ['y', 'Steel', 2, 3],
    [null, 'Wood', 1, 4],
    [null, null, 1, 8],
  ])
  assert.deepEqual(await by(ana, 'contacts.jobTitle'), [
    ['Buyer', 1, 1],
    ['Chief', 1, 1],
    [null, 3, 14],
  ])
  const owners = await run(owner, {
    entity: 'deal',
    groupBy: ['company.ownerId'],
    measures: [{ op: 'count' }],
  })
  assert.deepEqual(owners.rows.map(({ names }: any) => names[0]).sort(), ['Ana', 'Ben', null])
  const month = new Date().toISOString().slice(0, 7)
  assert.deepEqual(await by(ana, { field: 'company.createdAt', by: 'month' }), [
    [`${month}-01`, 2, 3],
    [null, 2, 12],
  ])
  const people = await run(ana, { entity: 'deal', groupBy: ['contactIds'], measures: [{ op: 'count' }] })
  assert.deepEqual([people.rows.length, people.totals], [4, [4]])
  const steps = { entity: 'visit', groupBy: ['contact.company.industry'], measures: [{ op: 'count' }] }
  assert.deepEqual((await run(ana, steps)).totals, [0])
})
