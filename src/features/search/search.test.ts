import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { recorded } from '#test/recorder.ts'
import { checkRefusal } from '#test/routes.ts'
import { type Person, useProgram, world } from '#test/world.ts'
import { searched } from './query.ts'
import { SEARCHED } from './searched.ts'

const program = useProgram()

const add = async (person: Person, path: string, body: Record<string, unknown>) => {
  const reply = await person.post(`/${path}`, body)
  assert.equal(reply.status, 201, reply.text)
  return reply.body.id as string
}
const find = async (person: Person, query: Record<string, string>) => {
  const reply = await person.get('/search', { query })
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}
const titles = async (person: Person, q: string) =>
  (await find(person, { q })).rows.map((row: { title: string }) => row.title)

test('what holds some of the words is ranked by one statement, however rare the words are', async () => {
  const { ana } = await world()
  for (const body of ['A crane leaked', 'A crane rusted', 'A winch leaked']) await add(ana, 'notes', { body })
  const rankingOf = async (q: string) => {
    const { result, seen } = await recorded(program(), () => find(ana, { q }))
    return [result.total, seen.findLast(({ text }) => text.includes('as materialized'))!.text]
  }
  const [two, ofTwo] = await rankingOf('crane unheard')
  const [one, ofOne] = await rankingOf('winch unspoken')
  assert.deepEqual([two, one], [2, 1])
  assert.equal(ofTwo, ofOne)
})

test('of what holds some of the words, all that the rarest stand in are weighed, also where they are more than are counted', async () => {
  const { ana } = await world()
  const many = Array.from({ length: 600 }, (_, i) => ({ body: `Crane ${i} was looked at` }))
  await ana.inWorkspace(tx => store.createMany(tx, recordNamed('note'), many))
  const best = await add(ana, 'notes', { body: 'A crane that leaked oil' })
  const { rows, facets } = await find(ana, { q: 'crane leaked oil unheard', limit: '3' })
  assert.deepEqual([rows[0].id, facets], [best, { note: 501 }])
})

test('a word that nobody has written is answered with those near it by the search that finds nothing', async () => {
  const { ana } = await world()
  await add(ana, 'companies', { name: 'Borealis Freight' })
  const { result, seen } = await recorded(program(), () => find(ana, { q: 'borealsi' }))
  assert.deepEqual(
    result.rows.map((row: { title: string }) => row.title),
    ['Borealis Freight'],
  )
  const asked = seen.filter(({ text }) => text.includes('from search_words'))
  assert.deepEqual([asked.length, asked[0]!.text.includes('as materialized')], [1, true])
})

test('the page of results offers every type that is searched, and no other', () => {
  assert.deepEqual(
    [...SEARCHED].sort(),
    searched()
      .map(({ contract }) => contract.name)
      .sort(),
  )
})

test('one ranked list over all record types, at once after the change, with facets and highlights', async () => {
  const { ana } = await world()
  await add(ana, 'notes', { body: 'They asked for Borealis and its scanners' })
  await add(ana, 'companies', { name: 'Borealis Freight' })
  await add(ana, 'contacts', { firstName: 'Ida', lastName: 'Müller', email: 'ida@borealis.example' })
  const exact = await add(ana, 'companies', { name: 'Borealis' })
  await add(ana, 'deals', { title: 'Scanners for Borealis' })
  const { rows, total, facets, nextCursor } = await find(ana, { q: 'borealis' })
  assert.equal(rows[0].id, exact)
  assert.deepEqual(
    rows.map((row: any) => row.type),
    ['company', 'company', 'deal', 'note', 'contact'],
  )
  assert.deepEqual([total, facets, nextCursor], [5, { company: 2, contact: 1, deal: 1, note: 1 }, null])
  assert.equal(rows[0].record.name, 'Borealis')
  const note = rows[3].highlights[0]
  assert.equal(note.field, 'body')
  assert.deepEqual(
    note.ranges.map(([from, to]: [number, number]) => note.text.slice(from, to)),
    ['Borealis'],
  )
  assert.deepEqual(await titles(ana, 'MULLER'), ['Ida Müller'], 'case and accents do not matter')
  assert.deepEqual(await titles(ana, 'scan bore'), [
    'Scanners for Borealis',
    'They asked for Borealis and its scanners',
  ])
  const marked = (await find(ana, { q: 'muller' })).rows[0].highlights[0]
  assert.deepEqual([marked.field, marked.text.slice(...marked.ranges[0])], ['lastName', 'Müller'])
  await ana.delete(`/companies/${exact}`)
  assert.equal((await find(ana, { q: 'borealis' })).total, 4, 'what is in the trash is not found')
})

test('what is called just what was asked stands first, however many others hold the word', async () => {
  const { ana } = await world()
  const company = recordNamed('company')
  const many = Array.from({ length: 1100 }, (_, i) => ({ name: `Novaline ${i}` }))
  await ana.inWorkspace(tx => store.createMany(tx, company, many))
  const nova = await add(ana, 'companies', { name: 'Nôva' })
  const { rows, facets, total, totalIsEstimate } = await find(ana, { q: 'nova', limit: '5' })
  assert.deepEqual([rows[0].id, rows.filter(({ id }: { id: string }) => id === nova).length], [nova, 1])
  assert.deepEqual([facets, total, totalIsEstimate], [{ company: 501 }, 501, true])
})

test('who has most of all records is searched by the words alone, and finds no more than others', async () => {
  const { app } = program()
  const [large, small] = [await world(), await world()]
  for (const { ana } of [large, small]) await add(ana, 'companies', { name: 'Quorvex' })
  const analysed = await app.database.engine.acquire()
  await analysed.script('analyze companies')
  app.database.engine.release(analysed)
  await app.database.inSystem('ascendore_worker', ({ session }) =>
    session.rows(
      `insert into record_counts (workspace_id, type, live) values ($1::uuid, 'company', 1000000)
       on conflict (workspace_id, type) do update set live = excluded.live`,
      [large.workspaceId],
    ),
  )
  for (const [{ ana }, isMost] of [
    [large, true],
    [small, false],
  ] as const) {
    const { result, seen } = await recorded(program(), () => ana.get('/search', { query: { q: 'quorvex' } }))
    assert.equal(result.body.total, 1, result.text)
    const ranking = seen.find(({ text }) => text.includes('as materialized'))!.text
    assert.equal(/from companies t where nullif\(t\.workspace_id/.test(ranking), isMost)
    assert.doesNotMatch(ranking, /from contacts t where nullif/)
  }
})

test('a typo is told from the words that are near it, also from long ones and from those with two letters wrong', async () => {
  const { ana } = await world()
  for (const name of ['Constantinople Works', 'Maddison', 'Banana Republik', 'Aaaaargh'])
    await add(ana, 'companies', { name })
  for (const [q, right] of [
    ['constantniople', 'Constantinople Works'],
    ['cosntantinopel', 'Constantinople Works'],
    ['madison', 'Maddison'],
    ['bananna', 'Banana Republik'],
    ['banaan', 'Banana Republik'],
    ['aaaargh', 'Aaaaargh'],
  ] as const)
    assert.deepEqual(await titles(ana, q), [right], q)
})

test('typos are forgiven where nothing is found as written; numbers and addresses are found by a part', async () => {
  const { ana } = await world()
  await add(ana, 'contacts', {
    firstName: 'Ingrid',
    lastName: 'Solberg',
    email: 'ingrid.solberg@borealis.example',
    phone: '+41 44 668 18 00',
  })
  await add(ana, 'contacts', { firstName: 'Quixano', lastName: 'Alonso' })
  for (const q of [
    'solbreg',
    'ingird',
    'ingrid solbrg',
    '044 668 18 00',
    '+41446681800',
    '668 18 00',
    'g@borealis',
  ])
    assert.deepEqual(await titles(ana, q), ['Ingrid Solberg'], q)
  assert.deepEqual(await titles(ana, 'zzyzx'), [])
  assert.deepEqual(await titles(ana, '100%'), [])
})

test('numbers without a country are found however they are written, in search and in lists', async () => {
  const { ana } = await world()
  await add(ana, 'contacts', { firstName: 'Us', phone: '(555) 123-4567' })
  await add(ana, 'contacts', { firstName: 'De', mobile: '0171 / 555 66 77' })
  await add(ana, 'leads', { name: 'Lead', phone: '089-987 65 43' })
  await add(ana, 'notes', { body: 'Part 100-200-300 is out of stock' })
  for (const [q, title] of [
    ['(555) 123-4567', 'Us'],
    ['5551234567', 'Us'],
    ['123-4567', 'Us'],
    ['+1 555 123 4567', 'Us'],
    ['01715556677', 'De'],
    ['0171 5556677', 'De'],
    ['+49 171 5556677', 'De'],
    ['089 987-6543', 'Lead'],
  ]) {
    assert.deepEqual(await titles(ana, q!), [title], q)
    const listed = (await ana.get(title === 'Lead' ? '/leads' : '/contacts', { query: { q: q! } })).body.rows
    assert.equal(listed.length, 1, q)
  }
  assert.equal((await find(ana, { q: '100-200-300' })).total, 1, 'no number of a phone')
  assert.deepEqual(await titles(ana, '0000000'), [])
  const [found] = (await find(ana, { q: '5551234567' })).rows
  assert.deepEqual(found.highlights, [{ field: 'phone', text: '(555) 123-4567', ranges: [[1, 14]] }])
})

test('each finds what they may see, page by page, and of the types and filters that they ask for', async () => {
  const { ana, ben, vera, owner, mallory } = await world()
  for (let i = 0; i < 7; i++) await add(ana, 'deals', { title: `Quarry ${i}`, amount: i * 100 })
  const bens = await add(ben, 'contacts', { firstName: 'Quarry', lastName: 'Ben' })
  assert.equal((await find(ana, { q: 'quarry' })).total, 7)
  assert.deepEqual(
    (await find(ben, { q: 'quarry' })).rows.map((row: any) => row.id),
    [bens],
  )
  for (const person of [vera, owner]) assert.equal((await find(person, { q: 'quarry' })).total, 8)
  assert.deepEqual((await find(mallory, { q: 'quarry' })).rows, [])

  const paged: string[] = []
  for (let cursor = ''; ; ) {
    const page = await find(owner, { q: 'quarry', limit: '3', ...(cursor ? { cursor } : {}) })
    assert.equal(page.total, 8)
    paged.push(...page.rows.map((row: any) => row.id))
    if (!page.nextCursor) break
    cursor = page.nextCursor
  }
  const whole = (await find(owner, { q: 'quarry' })).rows.map((row: any) => row.id)
  assert.deepEqual(paged, whole)
  assert.deepEqual((await find(owner, { q: 'quarry', types: 'contact' })).facets, { contact: 1 })
  const filters = { deal: { field: 'amount', op: 'gte', value: 500 } }
  const filtered = await owner.post('/search', { q: 'quarry', filters })
  assert.deepEqual(filtered.body.facets, { contact: 1, deal: 2 }, filtered.text)
  // One filter for all: only types that know its fields and values are searched.
  const facetsBy = async (body: Record<string, unknown>) =>
    (await owner.post('/search', { q: 'quarry', ...body })).body.facets
  const large = { field: 'amount', op: 'gte', value: 400 }
  assert.deepEqual(await facetsBy({ filter: large }), { deal: 3 })
  assert.deepEqual(await facetsBy({ filter: large, filters }), { deal: 2 })
  assert.deepEqual(await facetsBy({ filter: { field: 'createdAt', op: 'withinLast', value: '1d' } }), {
    contact: 1,
    deal: 7,
  })
  assert.deepEqual(await facetsBy({ filter: { field: 'status', op: 'eq', value: 'WON' } }), {})

  checkRefusal(await owner.get('/search'), 400, 'nothing asked', 'q')
  checkRefusal(await owner.get('/search?q=%20'), 400, 'nothing asked', 'q')
  checkRefusal(await owner.get('/search?q=%00'), 400, 'a control character', 'q')
  checkRefusal(await owner.get('/search?q=x&types=stage'), 400, 'a type without search', 'types')
  const ask = (body: Record<string, unknown>) => owner.post('/search', { q: 'x', ...body })
  checkRefusal(await ask({ filters: { stage: {} } }), 400, 'a type without search', 'filters.stage')
  const unknown = { deal: { field: 'nothing', op: 'eq', value: 1 } }
  checkRefusal(await ask({ filters: unknown }), 400, 'no field', 'filters.deal')
  checkRefusal(await ask({ filters: unknown, filter: large }), 400, 'no field', 'filters.deal')
  checkRefusal(await ask({ filter: unknown.deal }), 400, 'no field of any', 'filter')
  checkRefusal(await ask({ filter: { ...large, value: 'x' } }), 400, 'no value of any', 'filter.amount')
  checkRefusal(await ask({ filter: { amount: 4 } }), 400, 'not the language', 'filter')
})

test('filters alone find what meets them, changed last first, page by page', async () => {
  const { ana, ben, owner, mallory } = await world()
  const ids: string[] = []
  for (const [i, who] of [ana, ben, ana, ana].entries())
    ids.push((await who.post('/deals', { title: `D${i}`, amount: 100 * i, tags: ['hot'] })).body.id)
  const company = (await ana.post('/companies', { name: 'C', tags: ['hot'] })).body.id
  await ana.post('/companies', { name: 'Cold' })
  await ana.patch(`/deals/${ids[0]}`, { amount: 1 })
  const hot = { field: 'tags', op: 'contains', value: 'hot' }
  const found = async (who: Person, body: object) => {
    const reply = await who.post('/search', body)
    assert.equal(reply.status, 200, reply.text)
    return reply.body
  }
  const idsOf = ({ rows }: any) => rows.map((row: any) => row.id)
  const all = await found(owner, { filter: hot, types: ['deal', 'company'] })
  assert.deepEqual(idsOf(all), [ids[0], company, ids[3], ids[2], ids[1]])
  assert.deepEqual([all.total, all.facets, all.nextCursor], [5, { deal: 4, company: 1 }, null])
  const { type, title, score, highlights, record } = all.rows[0]
  assert.deepEqual([type, title, score, highlights, record.amount], ['deal', 'D0', 1, [], 1])
  const paged: string[] = []
  for (let cursor = ''; ; ) {
    const page = await found(owner, { filter: hot, limit: 2, ...(cursor ? { cursor } : {}) })
    assert.equal(page.total, 5)
    paged.push(...idsOf(page))
    if (!page.nextCursor) break
    cursor = page.nextCursor
  }
  assert.deepEqual(paged, idsOf(all))
  assert.deepEqual(idsOf(await found(ana, { filter: hot, types: ['deal'] })), [ids[0], ids[3], ids[2]])
  assert.equal((await found(mallory, { filter: hot })).total, 0)
  // Types without a filter of their own are not meant.
  const large = { deal: { field: 'amount', op: 'gte', value: 200 } }
  assert.deepEqual(idsOf(await found(ana, { filters: large })), [ids[3], ids[2]])
  for (const body of [{}, { types: ['deal'] }, { filters: {} }])
    checkRefusal(await ana.post('/search', body), 400, 'nothing asked', 'q')
})
