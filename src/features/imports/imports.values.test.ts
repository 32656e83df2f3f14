import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Person, useProgram, world } from '#test/world.ts'
import { completed, counts, importing, rowsOf, send } from './testing.ts'

useProgram()

const HUBSPOT = 'Record ID,Deal Name,Deal Stage,Deal owner,Close Date,Amount,Original Traffic Source'
const ROWS = [
  '101,Alpha,Appointment Scheduled,Bea Old,2026-05-01 10:00,10,Organic Search',
  '102,Beta,Qualified To Buy,Bea Old,2026-05-01 10:00,20,organic-search',
  '103,Gamma,Signed & sealed,nobody,2024-03-05 14:22,30,Print',
  '104,Delta,closedlost,,2024-03-06 09:00,40,',
]
const PREVIEW = { headers: { 'content-type': 'text/csv' } }
const questions = (header: string, field: string, ...values: string[]) => ({
  entity: 'deal',
  columns: [{ header, field, values }],
})
const asked = async (who: Person, body: object) => {
  const reply = await who.post('/imports/values', body)
  assert.equal(reply.status, 200, reply.text)
  return reply.body.columns
}

test('stages, owners and sources of another system mean those that are here', async () => {
  const { ana, ben } = await world()
  await ana.post('/deals', { title: 'Here', source: 'Organic search' })
  const file = `${[HUBSPOT, ...ROWS].join('\n')}\n`
  const preview = (await ana.post('/deals/import/preview', file, PREVIEW)).body
  assert.deepEqual(preview.distinct['Deal owner'], [
    { value: 'Bea Old', count: 2 },
    { value: 'nobody', count: 1 },
  ])
  const columns = Object.entries(preview.mapping).map(([header, field]) => ({
    header,
    field,
    values: (preview.distinct[header] ?? []).map(({ value }: { value: string }) => value),
  }))
  const found = await asked(ana, { entity: 'deal', columns })
  const byHeader = Object.fromEntries(found.map((one: { header: string }) => [one.header, one]))
  assert.deepEqual(Object.keys(byHeader).sort(), ['Deal Stage', 'Deal owner', 'Original Traffic Source'])
  const read = ({ values }: { values: Array<{ value: string; isKnown: boolean; meaning: string | null }> }) =>
    values.map(({ value, isKnown, meaning }) => [value, isKnown, meaning])
  assert.deepEqual(read(byHeader['Deal Stage']), [
    ['Appointment Scheduled', false, null],
    ['Qualified To Buy', false, 'Qualification'],
    ['Signed & sealed', false, null],
    ['closedlost', false, 'Closed Lost'],
  ])
  assert.deepEqual(read(byHeader['Original Traffic Source']), [
    ['Organic Search', true, 'Organic search'],
    ['organic-search', true, 'Organic search'],
    ['Print', true, null],
  ])
  const ours = byHeader['Deal owner'].choices.find(({ label }: { label: string }) => label.startsWith('Ben'))
  assert.equal(ours.label, `Ben (${ours.value})`)

  const valueMapping = {
    'Deal Stage': {
      'Appointment Scheduled': 'Prospecting',
      'Qualified To Buy': 'Qualification',
      'signed & SEALED': 'Closed Won',
      closedlost: 'Closed Lost',
    },
    'Deal owner': { 'Bea Old': ours.value, nobody: '' },
    'Original Traffic Source': { 'Organic Search': 'Organic search', 'organic-search': 'Organic search' },
  }
  const done = await importing(ana, 'deals', file, { valueMapping })
  assert.deepEqual(counts(done), completed(4))
  assert.deepEqual(done.valueMapping, valueMapping)
  const deals = await rowsOf(ana, '/deals?sort=amount&filter={"field":"title","op":"neq","value":"Here"}')
  assert.deepEqual(
    deals.map(({ title, stageName: _, status, ownerId, source, actualCloseDate }) => [
      title,
      status,
      ownerId === ben.id ? 'Ben' : ownerId === ana.id ? 'Ana' : ownerId,
      source,
      actualCloseDate,
    ]),
    [
      ['Alpha', 'OPEN', 'Ben', 'Organic search', null],
      ['Beta', 'OPEN', 'Ben', 'Organic search', null],
      ['Gamma', 'WON', 'Ana', 'Print', '2024-03-05'],
      ['Delta', 'LOST', 'Ana', null, '2024-03-06'],
    ],
  )

  // What was said once is remembered, for whoever said it.
  const again = questions('Deal owner', 'ownerName', 'Bea Old', 'nobody', 'Ana')
  assert.deepEqual(read((await asked(ana, again))[0]), [
    ['Bea Old', false, ours.value],
    ['nobody', false, ''],
    ['Ana', true, null],
  ])
  assert.deepEqual(read((await asked(ben, again))[0])[0], ['Bea Old', false, null])
})

test('states and the items of lists are mapped; what is not named stands for itself', async () => {
  const { ana, owner } = await world()
  const field = {
    entity: 'lead',
    key: 'needs',
    label: 'Needs',
    type: 'multiSelect',
    options: ['Scanner', 'Scale'],
  }
  assert.equal((await owner.post('/custom-fields', field)).status, 201)
  const file = [
    'Name,Status,Needs',
    'One,Hot,Skanner; Waage',
    'Two,Not qualified,Scale',
    'Three,,',
    'Four,Done,Cart',
  ]
  const [stage, needs] = await asked(ana, {
    entity: 'lead',
    columns: [
      { header: 'Status', field: 'stage', values: ['Hot', 'Not qualified', 'NEW', 'Done'] },
      { header: 'Needs', field: 'customFields.needs', values: ['Skanner; Waage', 'Scale'] },
    ],
  })
  assert.deepEqual(
    stage.values.map(({ isKnown }: { isKnown: boolean }) => isKnown),
    [false, false, true, false],
  )
  assert.equal(stage.values[1].meaning, null, 'what is not qualified is not taken for what is')
  assert.deepEqual(
    needs.values.map(({ value, meaning }: { value: string; meaning: string }) => [value, meaning]),
    [
      ['Skanner', null],
      ['Waage', null],
      ['Scale', null],
    ],
  )
  const done = await importing(ana, 'leads', file, {
    mapping: { Name: 'name', Status: 'stage', Needs: 'customFields.needs' },
    valueMapping: {
      Status: { Hot: 'QUALIFIED', 'Not qualified': 'UNQUALIFIED' },
      Needs: { Skanner: 'Scanner', Waage: 'Scale' },
    },
  })
  assert.deepEqual(counts(done), completed(3, 0, 0, 1))
  const leads = await rowsOf(ana, '/leads?sort=createdAt')
  assert.deepEqual(
    Object.fromEntries(
      leads.map(({ name, stage, customFields }) => [name, [stage, customFields.needs ?? null]]),
    ),
    { One: ['QUALIFIED', ['Scanner', 'Scale']], Two: ['UNQUALIFIED', ['Scale']], Three: ['NEW', null] },
  )
})

test('a meaning that cannot be is refused before any row is', async () => {
  const { ana } = await world()
  const file = `${[HUBSPOT, ...ROWS].join('\n')}\n`
  for (const [valueMapping, path] of [
    ['[]', 'valueMapping'],
    ['{', 'valueMapping'],
    [{ 'Deal Stage': { x: 'Nowhere' } }, 'valueMapping.Deal Stage.x'],
    [{ 'Deal Stage': { x: 7 } }, 'valueMapping.Deal Stage.x'],
    [{ 'Deal Stage': 'Won' }, 'valueMapping.Deal Stage'],
    [{ Amount: { x: 'much' } }, 'valueMapping.Amount.x'],
    [{ 'Deal owner': { x: 'stranger@x.example' } }, 'valueMapping.Deal owner.x'],
    [{ Nothing: { x: 'y' } }, 'valueMapping.Nothing'],
    [{ 'Record ID': { x: 'y' } }, 'valueMapping.Record ID'],
    ['{"__proto__":{"x":"y"}}', 'valueMapping.__proto__'],
  ] as const) {
    const refused = await send(ana, 'deals', file, { valueMapping })
    assert.equal(refused.status, 400, `${JSON.stringify(valueMapping)}: ${refused.text}`)
    assert.equal(refused.body.issues[0].path, path)
  }
  for (const [body, path] of [
    [{ entity: 'import', columns: [] }, 'entity'],
    [questions('X', 'nope', 'y'), 'columns.0.field'],
    [{ ...questions('X', 'status', 'y'), more: 1 }, 'more'],
  ] as const) {
    const refused = await ana.post('/imports/values', body)
    assert.equal(refused.status, 400)
    assert.equal(refused.body.issues[0].path, path)
  }
})

test('why rows were refused stands beside the counts, the commonest reason first', async () => {
  const { ana, ben, owner, mallory } = await world()
  const done = await importing(ana, 'deals', [
    'Deal Name,Stage,Amount',
    'One,Nowhere,1',
    'Two,Nowhere,2',
    'Three,,lots',
    'Four,,4,5',
    'Five,,5',
  ])
  assert.deepEqual(counts(done), completed(1, 0, 0, 4))
  const { body } = await ana.get(`/imports/${done.id}/reasons`)
  assert.equal(body.total, 3)
  assert.deepEqual(
    body.rows.map(({ field, column, value, count, rows }: Record<string, unknown>) => [
      field,
      column,
      value,
      count,
      rows,
    ]),
    [
      ['stageName', 'Stage', 'Nowhere', 2, [2, 3]],
      ['amount', 'Amount', 'lots', 1, [4]],
      ['', null, null, 1, [5]],
    ],
  )
  assert.match(body.rows[0].message, /Stage: there is no stage .*Nowhere/)
  assert.equal((await owner.get(`/imports/${done.id}/reasons`)).body.total, 3)
  for (const other of [ben, mallory])
    assert.equal((await other.get(`/imports/${done.id}/reasons`)).status, 404)
})

test("Pipedrive's won and lost times, and HubSpot's, are when deals were closed", async () => {
  const { ana, owner } = await world()
  await owner.patch('/workspaces/current', { timezone: 'America/New_York' })
  const header =
    'Deal - Title,Deal - Value,Deal - Status,Deal - Deal created,Deal - Won time,Deal - Lost time,Deal - Expected close date'
  const file = [
    header,
    'Won late,1,Won,2024-01-02 10:00:00,2024-03-05 23:30:00,,2024-02-01',
    'Lost,2,Lost,2024-01-02 10:00:00,2024-02-02 09:00:00,2024-03-06 09:00:00,2024-02-01',
    'Won again,3,Won,2024-01-02 10:00:00,2024-04-02 09:00:00,2024-03-06 09:00:00,',
    'Open again,4,Open,2024-01-02 10:00:00,2024-04-02 09:00:00,,2030-01-01',
  ]
  const done = await importing(ana, 'deals', file)
  assert.equal(done.options.preset, 'pipedrive')
  assert.equal(done.mapping['Deal - Won time'], 'wonAt')
  assert.deepEqual(counts(done), completed(4))
  const essence = async () =>
    (await rowsOf(ana, '/deals?sort=amount')).map(
      ({ status, closedAt, actualCloseDate, totalDurationDays }) => [
        status,
        closedAt,
        actualCloseDate,
        status === 'OPEN' ? null : totalDurationDays,
      ],
    )
  const expected = [
    ['WON', '2024-03-06T04:30:00.000Z', '2024-03-05', 63],
    ['LOST', '2024-03-06T14:00:00.000Z', '2024-03-06', 63],
    ['WON', '2024-04-02T13:00:00.000Z', '2024-04-02', 90],
    ['OPEN', null, null, null],
  ]
  assert.deepEqual(await essence(), expected)
  // Nobody but an import says when; and one that comes later mends the time.
  const [{ id }] = await rowsOf(ana, '/deals?sort=amount')
  assert.equal((await ana.patch(`/deals/${id}`, { closedAt: '2020-01-01T00:00:00Z' })).status, 200)
  assert.deepEqual(await essence(), expected)
  const settings = { onDuplicate: 'update', matchBy: 'title' }
  await importing(
    ana,
    'deals',
    [header, 'Won late,1,Won,,2024-03-07 12:00:00,,', 'Open again,4,Lost,,,2025-01-02 09:00:00,'],
    settings,
  )
  const after = await essence()
  assert.equal(after[0]![1], '2024-03-07T17:00:00.000Z')
  assert.deepEqual(after[3]!.slice(0, 3), ['LOST', '2025-01-02T14:00:00.000Z', '2025-01-02'])

  const hubspot = [
    'Record ID,Deal Name,Deal Stage,Close Date,"Date entered ""Closed Won (Sales Pipeline)"""',
    '1,HubSpot won,Closed Won,2024-05-01 10:00,2024-05-02 11:00',
  ]
  const [won] = await importing(ana, 'deals', hubspot).then(() => rowsOf(ana, '/deals?q=hubspot'))
  assert.deepEqual(
    [won.status, won.closedAt, won.actualCloseDate],
    ['WON', '2024-05-02T15:00:00.000Z', '2024-05-02'],
  )
  // An export with all its columns: a deal that is over still stands in the stage that it was last in.
  const whole = 'Deal - Title,Deal - Value,Deal - Stage,Deal - Status,Deal - Won time,Deal - Lost time'
  const staged = [
    whole,
    'In a stage,5,Negotiation,Won,2024-03-05 10:00:00,',
    'Also,6,Proposal,Lost,,2024-03-06 10:00:00',
    'Still open,7,Proposal,Open,,',
  ]
  assert.deepEqual(counts(await importing(ana, 'deals', staged)), completed(3))
  assert.deepEqual(
    (await essence()).slice(-3).map(([status, , day]) => [status, day]),
    [
      ['WON', '2024-03-05'],
      ['LOST', '2024-03-06'],
      ['OPEN', null],
    ],
  )
  const later = await importing(
    ana,
    'deals',
    [whole, 'Still open,7,Negotiation,Lost,,2024-04-01 10:00:00'],
    settings,
  )
  assert.deepEqual(counts(later), completed(0, 1))
  assert.deepEqual((await essence()).at(-1)!.slice(0, 1), ['LOST'])
  const contradicted = await importing(ana, 'deals', [whole, 'Both,8,Closed Lost,Open,,'])
  assert.deepEqual(counts(contradicted), completed(0, 0, 0, 1))
  const stages = (await ana.get('/stages')).body.rows as Array<{ id: string; kind: string }>
  const stageId = stages.find(({ kind }) => kind === 'OPEN')!.id
  const byHand = await ana.post('/deals', { title: 'x', amount: 1, stageId, status: 'WON' })
  assert.equal(byHand.status, 400, 'who enters a deal says one or the other')
})
