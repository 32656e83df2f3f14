import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { startOfDay } from '#core/record/relative-time.ts'
import { runs } from '#test/runs.ts'
import { type AnyFilter, firstInstant, type Kind, matches, type Oracle, type Row } from './filter-oracle.ts'
import { type Person, useProgram, world } from './world.ts'

/** The filter language against its own meaning, over rows with every kind of value and every kind of gap. */

const program = useProgram()
const ZONE = 'America/Santiago'
const DAYS = [
  '2026-03-28',
  '2026-04-04',
  '2026-04-05',
  '2026-09-05',
  '2026-09-06',
  '2026-09-07',
  '2025-12-31',
]
const MOMENTS = [
  '2026-09-06T03:59:59.999Z',
  '2026-09-06T04:00:00.000Z',
  '2026-09-07T02:59:59.999Z',
  '2026-09-07T03:00:00.000Z',
  '2026-04-05T03:30:00.000Z',
  '2026-04-05T04:00:00.000Z',
  '2026-04-05T02:59:59.999Z',
]
const WORDS = [
  'alpha',
  'Beta',
  '50%',
  'a_b',
  'back\\slash',
  "o'neil",
  'x "y" z',
  'ab',
  'ümlaut',
  '{a,b}',
  'NULL',
]
const CUSTOM: Record<string, { type: string; options?: string[]; values: unknown[]; kind: Kind }> = {
  cText: { type: 'text', values: WORDS, kind: 'text' },
  cNumber: { type: 'number', values: [0, -1.5, 2, 1e6], kind: 'number' },
  cMoney: { type: 'currency', values: [0.01, 10, 1234567.89], kind: 'number' },
  cDate: { type: 'date', values: DAYS, kind: 'date' },
  cFlag: { type: 'boolean', values: [true, false], kind: 'boolean' },
  cOne: { type: 'select', options: ['red', 'green'], values: ['red', 'green'], kind: 'id' },
  cMany: { type: 'multiSelect', options: ['n', 's', 'e'], values: [['n'], ['n', 's'], ['e']], kind: 'list' },
}

/** The same few values for rows and for filters, so that many of them meet. */
const POOL: Record<string, unknown[]> = {
  title: ['alpha', 'beta', 'gamma', '50% off', 'a_b', "o'neil"],
  source: WORDS,
  amount: [0, 0.01, 99.99, 100, 1234567.89],
  status: ['OPEN', 'WON', 'LOST'],
  expectedCloseDate: DAYS,
  tags: [['vip'], ['vip', 'a,b'], ['{x}', '"q"'], ['NULL']],
  probability: [0, 10, 50, 100],
  ...Object.fromEntries(Object.entries(CUSTOM).map(([key, { values }]) => [`customFields.${key}`, values])),
  'company.industry': ['Bakery', 'Steel', 'steel works'],
  'company.employeeCount': [1, 10, 500],
  'company.billingAddress.city': WORDS,
  'contacts.jobTitle': ['CTO', 'CEO'],
}
const KINDS: Record<string, Kind> = {
  ...{
    title: 'text',
    source: 'text',
    amount: 'number',
    status: 'id',
    expectedCloseDate: 'date',
    tags: 'list',
    probability: 'number',
    companyId: 'id',
    contactIds: 'list',
    dueAt: 'moment',
  },
  ...Object.fromEntries(Object.entries(CUSTOM).map(([key, { kind }]) => [`customFields.${key}`, kind])),
  ...{ 'company.industry': 'text', 'company.employeeCount': 'number', 'contacts.jobTitle': 'text' },
  'company.billingAddress.city': 'text',
} as Record<string, Kind>

const OPS: Record<Kind, string[]> = {
  text: ['eq', 'neq', 'in', 'contains', 'startsWith', 'empty'],
  number: ['eq', 'neq', 'in', 'lt', 'lte', 'gt', 'gte', 'between', 'empty'],
  date: ['eq', 'neq', 'in', 'lt', 'lte', 'gt', 'gte', 'before', 'after', 'between', 'empty'],
  moment: ['eq', 'neq', 'in', 'lt', 'lte', 'gt', 'gte', 'before', 'after', 'between', 'empty'],
  boolean: ['eq', 'neq', 'empty'],
  list: ['eq', 'neq', 'in', 'contains', 'empty'],
  id: ['eq', 'neq', 'in', 'empty'],
}

function conditionOn(field: string, values: unknown[]): fc.Arbitrary<AnyFilter> {
  const kind = KINDS[field]!
  const one = fc.constantFrom(...values)
  return fc.constantFrom(...OPS[kind]).chain((op): fc.Arbitrary<AnyFilter> => {
    const value: fc.Arbitrary<unknown> =
      op === 'empty'
        ? fc.constantFrom(true, false, undefined)
        : op === 'in' && kind !== 'list'
          ? fc.array(one, { maxLength: 3 })
          : op === 'between'
            ? fc.tuple(one, one)
            : op === 'contains' || op === 'startsWith'
              ? kind === 'list'
                ? one
                : one.chain(text => fc.nat({ max: 2 }).map(n => (text as string).slice(0, n + 1)))
              : (op === 'eq' || op === 'neq') && kind !== 'list'
                ? fc.oneof({ weight: 8, arbitrary: one }, { weight: 1, arbitrary: fc.constant(null) })
                : one
    return value.map(given => (given === undefined ? { field, op } : { field, op, value: given }))
  })
}

const filtersOver = (pool: Record<string, unknown[]>): fc.Arbitrary<AnyFilter> => {
  const condition = fc.oneof(...Object.entries(pool).map(([field, values]) => conditionOn(field, values)))
  return fc.letrec<{ tree: AnyFilter }>(tie => ({
    tree: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      { weight: 3, arbitrary: condition },
      { weight: 1, arbitrary: fc.array(tie('tree'), { maxLength: 3 }).map(and => ({ and })) },
      { weight: 1, arbitrary: fc.array(tie('tree'), { maxLength: 3 }).map(or => ({ or })) },
      { weight: 1, arbitrary: tie('tree').map(not => ({ not })) },
    ),
  })).tree
}

const pick = <T>(values: readonly T[], i: number): T | undefined =>
  i % 4 === 3 ? undefined : values[(i * 7 + (i >> 2)) % values.length]

let made:
  | Promise<{
      owner: Person
      ana: Person
      oracle: Oracle
      rows: Row[]
      tasks: Row[]
      ids: Record<string, string[]>
    }>
  | undefined
const prepare = () => (made ??= makeRows())

async function makeRows() {
  const { owner, ana } = await world()
  await owner.inWorkspace(tx => tx.session.rows('update workspaces set timezone = $1', [ZONE]))
  program().app.access.forget()
  for (const [key, { type, options }] of Object.entries(CUSTOM))
    assert.equal(
      (
        await owner.post('/custom-fields', {
          entity: 'deal',
          key,
          label: key,
          type,
          ...(options ? { options } : {}),
        })
      ).status,
      201,
    )
  const many = async (path: string, list: object[]): Promise<Row[]> => {
    const { results } = (
      await owner.post(`/${path}/bulk`, {
        operations: list.map(data => ({ op: 'create', data })),
        atomic: true,
      })
    ).body
    return Promise.all(results.map(async ({ id }: Row) => (await owner.get(`/${path}/${id}`)).body))
  }
  const companies = await many(
    'companies',
    [0, 1, 2, 3, 4, 5].map(i => ({
      name: `C${i}`,
      industry: pick(POOL['company.industry']!, i),
      employeeCount: pick(POOL['company.employeeCount']!, i + 1),
      billingAddress: i ? { city: pick(WORDS, i + 2), country: 'Norway' } : undefined,
    })),
  )
  const contacts = await many(
    'contacts',
    [0, 1, 2, 3].map(i => ({ firstName: `P${i}`, jobTitle: pick(POOL['contacts.jobTitle']!, i) })),
  )
  const rows = await many(
    'deals',
    Array.from({ length: 48 }, (_, i) => ({
      title: POOL.title![i % 6],
      amount: POOL.amount![i % 5],
      status: POOL.status![i % 3],
      source: pick(WORDS, i),
      expectedCloseDate: pick(DAYS, i + 1),
      tags: pick(POOL.tags!, i + 2) ?? [],
      probability: pick(POOL.probability!, i + 3),
      companyId: pick(companies, i + 1)?.id,
      contactIds: contacts.slice(i % 5, (i % 5) + (i % 3)).map(row => row.id),
      customFields: Object.fromEntries(
        Object.entries(CUSTOM).flatMap(([key, { values }], n) =>
          pick(values, i + n) === undefined ? [] : [[key, pick(values, i + n)]],
        ),
      ),
    })),
  )
  const tasks = await many(
    'tasks',
    Array.from({ length: 24 }, (_, i) => ({ title: `T${i}`, dueAt: pick(MOMENTS, i) })),
  )
  const byId = new Map([...companies, ...contacts].map(row => [row.id, row]))
  const oracle: Oracle = {
    kinds: KINDS,
    zone: ZONE,
    linked: {
      company: row => (row.companyId ? [byId.get(row.companyId)!] : []),
      contacts: row => row.contactIds.map((id: string) => byId.get(id)),
    },
  }
  return {
    owner,
    ana,
    oracle,
    rows,
    tasks,
    ids: { companyId: companies.map(row => row.id), contactIds: contacts.map(row => row.id) },
  }
}

async function agree(
  person: Person,
  path: string,
  rows: Row[],
  oracle: Oracle,
  filter: AnyFilter,
): Promise<void> {
  const reply = await person.get(`/${path}`, { query: { filter: JSON.stringify(filter), limit: '200' } })
  assert.equal(reply.status, 200, `${JSON.stringify(filter)}: ${reply.text}`)
  const expected = rows.filter(row => matches(filter, row, oracle)).map(row => row.id)
  assert.deepEqual(reply.body.rows.map((row: Row) => row.id).sort(), expected.sort(), JSON.stringify(filter))
  assert.equal(reply.body.total, expected.length)
}

test('any filter shows exactly the rows that it means: every operator, kind, gap, link and nesting', async () => {
  const { owner, oracle, rows, ids } = await prepare()
  const pool = { ...POOL, companyId: ids.companyId!, contactIds: ids.contactIds! }
  await fc.assert(
    fc.asyncProperty(filtersOver(pool), filter => agree(owner, 'deals', rows, oracle, filter)),
    { numRuns: runs(250) },
  )
})

test('each operator on each field alone, so that none is left to chance', async () => {
  const { owner, oracle, rows, ids } = await prepare()
  for (const [field, values] of Object.entries({ ...POOL, ...ids }))
    for (const op of OPS[KINDS[field]!]) {
      const [filter] = fc.sample(
        conditionOn(field, values).filter(f => 'op' in f && f.op === op),
        { numRuns: 1, seed: 7 },
      )
      await agree(owner, 'deals', rows, oracle, filter!)
    }
})

test('moments and whole days in the zone of the workspace, over both changes of its clock', async () => {
  const { owner, oracle, tasks } = await prepare()
  const values = [...MOMENTS, ...DAYS]
  await fc.assert(
    fc.asyncProperty(filtersOver({ dueAt: values }), filter => agree(owner, 'tasks', tasks, oracle, filter)),
    { numRuns: runs(120) },
  )
})

test('a day begins at the first instant that the calendar of any zone shows it', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const day = fc
    .integer({ min: 0, max: 365 * 60 })
    .map(n => new Date(Date.UTC(1990, 0, 1) + n * 86_400_000).toISOString().slice(0, 10))
  const known: Array<[string, string]> = [
    ['2026-09-06', 'America/Santiago'],
    ['2018-11-04', 'America/Sao_Paulo'],
    ['2024-04-26', 'Africa/Cairo'],
    ['2026-03-29', 'Asia/Beirut'],
    ['2024-03-31', 'Europe/Berlin'],
    ['2024-11-03', 'America/Havana'],
    ['2012-09-21', 'Asia/Gaza'],
  ]
  for (const [at, zone] of known)
    assert.equal(startOfDay(at, zone).getTime(), firstInstant(at, zone), `${at} in ${zone}`)
  fc.assert(
    fc.property(day, fc.constantFrom(...zones), (at, zone) => {
      // A day that a zone skipped altogether, such as 2011-12-30 in Apia, has no first instant.
      if (/Apia|Fakaofo|Kwajalein|Kiritimati|Enderbury|Kanton/.test(zone)) return
      assert.equal(startOfDay(at, zone).getTime(), firstInstant(at, zone))
    }),
    { numRuns: runs(400) },
  )
})

test('whatever stands in field names, values, sort and cursor, the answer is 200 or 400 and nothing else happens', async () => {
  const { owner } = await prepare()
  const events = () =>
    owner.inWorkspace(async tx => (await tx.session.rows('select count(*) as n from events'))[0]!.n)
  const before = await events()
  const evil = fc.oneof(
    fc.constantFrom(
      "' or 1=1 --",
      "'; drop table deals; --",
      '$1',
      '\u0000',
      'a\u0000b',
      '\ud800',
      '0000-01-01',
      '-9999y',
      '+9999y',
      '9999-12-31',
      '-9999m',
      '275760-09-13',
      'now',
      'NaN',
      'infinity',
      '1e999',
      '%',
      '\\',
      '{',
      '"',
      "customFields.x'y",
      'company.company.name',
      'primaryContact.company.industry',
      'company.customFields.x',
      'constructor',
      '__proto__',
      'contacts.company.name',
      'company.id',
      'pipeline.name',
      'stage.order',
      'owner.name',
      'version',
      'search_text',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(...Object.keys(KINDS)),
  )
  const value = fc.oneof(
    evil,
    fc.array(evil, { maxLength: 3 }),
    fc.double(),
    fc.constantFrom(null, true, {}, [[]], 1e308, -0, 2 ** 63),
  )
  const condition = fc.record({
    field: fc.oneof(fc.constantFrom(...Object.keys(KINDS)), evil),
    op: fc.oneof(fc.constantFrom(...new Set(Object.values(OPS).flat()), 'withinLast'), evil),
    value,
  })
  const query = fc.record(
    {
      filter: condition.map(c => JSON.stringify(c)),
      sort: evil,
      cursor: evil,
      q: evil,
      tag: evil,
      dateFrom: evil,
      stageId: evil,
      limit: fc.constant('5'),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/deals', '/tasks', '/activities', '/trash', '/audit-logs'),
      query,
      fc.nat(),
      async (path, given, n) => {
        // One bad parameter hides the next, so most calls carry only one.
        const keys = Object.keys(given)
        const asked =
          n % 4 === 0
            ? given
            : Object.fromEntries(
                Object.entries(given).slice(n % Math.max(1, keys.length), (n % Math.max(1, keys.length)) + 1),
              )
        const reply = await owner.get(path, { query: asked as Record<string, string> })
        assert.ok([200, 400].includes(reply.status), `${path} ${JSON.stringify(asked)}: ${reply.text}`)
      },
    ),
    { numRuns: runs(600) },
  )
  assert.equal(await events(), before)
})

test('filters through two links, and words with letters that accents do not explain', async () => {
  const { owner } = await world()
  const company = (await owner.post('/companies', { name: 'Łódź Straße Ørsted Æon', industry: 'Steel' })).body
    .id
  const contact = (await owner.post('/contacts', { firstName: 'Bo', companyId: company })).body.id
  const deal = (await owner.post('/deals', { title: 'Deep', primaryContactId: contact })).body.id
  await owner.post('/deals', { title: 'Other' })
  const through = async (value: string) =>
    (
      await owner.get('/deals', {
        query: { filter: JSON.stringify({ field: 'primaryContact.company.industry', op: 'eq', value }) },
      })
    ).body.rows?.map((row: Row) => row.id)
  assert.deepEqual([await through('Steel'), await through('Wood')], [[deal], []])
  for (const q of ['Łódź', 'lodz', 'straße', 'strasse', 'ØRSTED', 'orsted', 'æon', 'aeon', 'Łódź Straße'])
    assert.equal((await owner.get('/companies', { query: { q } })).body.total, 1, q)
})

test('links to records in the trash are filtered and ordered as they read: as none', async () => {
  const { ana } = await world()
  const companies: string[] = []
  for (const name of ['A', 'B', 'C']) companies.push((await ana.post('/companies', { name })).body.id)
  const [first, gone, last] = companies as [string, string, string]
  for (const [firstName, companyId] of [
    ['a', first],
    ['b', gone],
    ['c', last],
    ['d', null],
  ])
    await ana.post('/contacts', { firstName, companyId })
  const people = (await ana.get('/contacts?sort=firstName')).body.rows.map((row: any) => row.id)
  await ana.post('/deals', { title: 'one', contactIds: [people[0], people[1]] })
  await ana.post('/deals', { title: 'two', contactIds: [people[1]] })
  await ana.delete(`/companies/${gone}`)
  await ana.delete(`/contacts/${people[1]}`)
  await ana.post('/contacts', { firstName: 'e', companyId: last })
  const found = async (path: string, condition: object) => {
    const reply = await ana.get(path, { query: { filter: JSON.stringify(condition) } })
    assert.equal(reply.status, 200, reply.text)
    return reply.body.rows
      .map((row: any) => row.firstName ?? row.title)
      .sort()
      .join('')
  }
  await ana.post(`/contacts/${people[1]}/restore`)
  const contacts = (op: string, value?: unknown) => found('/contacts', { field: 'companyId', op, value })
  assert.deepEqual(
    [
      await contacts('empty'),
      await contacts('eq', null),
      await contacts('empty', false),
      await contacts('neq', null),
      await contacts('eq', gone),
      await contacts('neq', gone),
      await contacts('eq', last),
      await contacts('in', [gone, first]),
    ],
    ['bd', 'bd', 'ace', 'ace', '', 'abcde', 'ce', 'a'],
  )
  await ana.delete(`/contacts/${people[1]}`)
  const deals = (op: string, value?: unknown) => found('/deals', { field: 'contactIds', op, value })
  assert.deepEqual(
    [
      await deals('empty'),
      await deals('empty', false),
      await deals('contains', people[1]),
      await deals('neq', people[1]),
      await deals('contains', people[0]),
      await deals('in', [people[0], people[1]]),
    ],
    ['two', 'one', '', 'onetwo', 'one', 'one'],
  )
  await ana.post(`/contacts/${people[1]}/restore`)
  for (const sort of ['companyId', '-companyId']) {
    const walked: string[] = []
    for (let cursor: string | null = ''; cursor !== null && walked.length < 10; ) {
      const { body } = await ana.get('/contacts', { query: { sort, limit: '1', cursor } })
      walked.push(...body.rows.map((row: any) => row.firstName))
      cursor = body.nextCursor
    }
    const byCompany = sort === 'companyId' ? 'acebd' : 'ecadb'
    assert.equal(walked.join(''), byCompany, sort)
  }
})

test('parts of addresses are filtered as texts are, also through links, and no member finds more by them', async () => {
  const { owner, ana, ben } = await world()
  const company = async (who: Person, name: string, billingAddress?: object) =>
    (await who.post('/companies', { name, billingAddress })).body.id
  const oslo = await company(ana, 'Oslo AS', { city: 'Oslo', country: 'Norway' })
  await company(ana, 'No city', { city: null, country: 'norway' })
  await company(ana, 'Nowhere')
  const hidden = await company(ben, 'Bergen AS', { city: 'Bergen', country: 'Norway' })
  await ana.post('/contacts', { firstName: 'Ida', companyId: oslo })
  await owner.post('/contacts', { firstName: 'Kai', companyId: hidden, ownerId: ana.id })
  const found = async (who: Person, path: string, field: string, op: string, value?: unknown) => {
    const reply = await who.get(path, { query: { filter: JSON.stringify({ field, op, value }) } })
    assert.equal(reply.status, 200, reply.text)
    assert.equal(reply.body.total, reply.body.rows.length)
    return reply.body.rows.map((row: Row) => row.name ?? row.firstName).sort()
  }
  const country = (op: string, value?: unknown) =>
    found(ana, '/companies', 'billingAddress.country', op, value)
  assert.deepEqual(
    [
      await country('eq', 'Norway'),
      await country('neq', 'Norway'),
      await country('in', ['norway', 'Norway']),
      await country('contains', 'NORW'),
      await country('startsWith', 'orw'),
      await country('empty'),
      await found(ana, '/companies', 'billingAddress.city', 'empty'),
      await found(owner, '/companies', 'billingAddress.country', 'eq', 'Norway'),
    ],
    [
      ['Oslo AS'],
      ['No city', 'Nowhere'],
      ['No city', 'Oslo AS'],
      ['No city', 'Oslo AS'],
      [],
      ['Nowhere'],
      ['No city', 'Nowhere'],
      ['Bergen AS', 'Oslo AS'],
    ],
  )
  const through = (who: Person) =>
    found(who, '/contacts', 'company.billingAddress.country', 'contains', 'norway')
  assert.deepEqual([await through(ana), await through(owner)], [['Ida'], ['Ida', 'Kai']])
  const all = await owner.post('/search', {
    filter: { field: 'billingAddress.city', op: 'eq', value: 'Oslo' },
  })
  assert.deepEqual([all.status, all.body.rows?.map((row: Row) => row.id)], [200, [oslo]], all.text)
  for (const field of [
    'billingAddress',
    'billingAddress.planet',
    'billingAddress.city.x',
    'socialProfiles.x',
  ]) {
    const filter = JSON.stringify({ field, op: 'eq', value: 'Oslo' })
    const { status, body } = await ana.get('/companies', { query: { filter } })
    const [issue] = body.issues
    assert.deepEqual([status, issue.code, issue.params], [400, 'NO_FIELD', { field }], issue.message)
  }
})

test('what hangs on a record is filtered by the path of its type, as whoever asks sees it', async () => {
  const { owner, ana, ben } = await world()
  const made = async (who: Person, path: string, body: object) => {
    const reply = await who.post(path, body)
    assert.equal(reply.status, 201, reply.text)
    return reply.body
  }
  const [busy, done, idle] = [
    await made(ana, '/companies', { name: 'Busy' }),
    await made(ana, '/companies', { name: 'Done' }),
    await made(ana, '/companies', { name: 'Idle' }),
  ]
  const [ida, kai] = [
    await made(ana, '/contacts', { firstName: 'Ida', companyId: busy.id }),
    await made(ana, '/contacts', { firstName: 'Kai', companyId: busy.id }),
  ]
  await made(ana, '/contacts', { firstName: 'Lea' })
  const open = await made(ana, '/deals', {
    title: 'Open',
    companyId: busy.id,
    primaryContactId: ida.id,
    contactIds: [kai.id],
    amount: 50,
  })
  const won = await made(ana, '/deals', { title: 'Won', companyId: done.id, status: 'WON' })
  const gone = await made(ana, '/deals', { title: 'Gone', companyId: idle.id })
  await ana.delete(`/deals/${gone.id}`)
  await made(ana, '/tasks', { title: 'Call', relatedType: 'deal', relatedId: open.id, priority: 'URGENT' })
  await made(ana, '/tasks', {
    title: 'Called',
    relatedType: 'deal',
    relatedId: won.id,
    status: 'DONE',
  })
  await made(ana, '/activities', { type: 'CALL', contactId: ida.id, subject: 'Hello' })
  // Ben's, which Ana does not see.
  await made(owner, '/deals', { title: 'Secret', companyId: idle.id, ownerId: ben.id })
  const reply = (who: Person, path: string, filter: object) =>
    who.get(path, { query: { filter: JSON.stringify(filter) } })
  const found = async (path: string, filter: object, who = ana) => {
    const { status, body, text } = await reply(who, path, filter)
    assert.equal(status, 200, text)
    assert.equal(body.total, body.rows.length)
    return body.rows.map((row: Row) => row.name ?? row.title ?? row.firstName).sort()
  }
  const empty = (field: string, value = true) => ({ field, op: 'empty', value })
  const is = (field: string, value: unknown) => ({ field, op: 'eq', value })
  const some = (field: string, value: unknown) => ({ field, op: 'some', value })
  for (const [path, filter, expected] of [
    ['/companies', empty('deals.id'), ['Idle']],
    ['/companies', empty('deals.id', false), ['Busy', 'Done']],
    ['/companies', is('deals.status', 'OPEN'), ['Busy']],
    ['/companies', { not: is('deals.status', 'OPEN') }, ['Done', 'Idle']],
    ['/companies', empty('contacts.id'), ['Done', 'Idle']],
    ['/companies', { field: 'deals.amount', op: 'gt', value: 49 }, ['Busy']],
    ['/companies', some('deals', { and: [is('status', 'OPEN'), is('amount', 50)] }), ['Busy']],
    ['/companies', some('deals', { and: [is('status', 'WON'), is('amount', 50)] }), []],
    ['/companies', { not: some('deals', some('tasks', is('status', 'OPEN'))) }, ['Done', 'Idle']],
    ['/contacts', some('company', is('name', 'Busy')), ['Ida', 'Kai']],
    ['/contacts', { not: some('deals', { or: [is('title', 'Open'), is('customFields.no', 1)] }) }, undefined],
    // A step of its own for each: companies whose deals have an open task.
    ['/companies', is('deals.tasks.status', 'OPEN'), ['Busy']],
    ['/contacts', empty('deals.id'), ['Lea']],
    ['/contacts', empty('activities.id'), ['Kai', 'Lea']],
    ['/contacts', is('company.deals.status', 'OPEN'), ['Ida', 'Kai']],
    ['/deals', empty('tasks.id'), []],
    ['/deals', { not: is('tasks.status', 'OPEN') }, ['Won']],
    ['/deals', { field: 'tasks.priority', op: 'in', value: ['URGENT'] }, ['Open']],
  ] as const)
    if (expected) assert.deepEqual(await found(path, filter), expected, JSON.stringify(filter))
    else assert.equal((await reply(ana, path, filter)).status, 400)
  assert.deepEqual(await found('/companies', empty('deals.id'), owner), [], 'Ana alone sees none')
  const counted = await ana.post('/reports/run', {
    entity: 'company',
    filter: empty('deals.id'),
    measures: [{ op: 'count' }],
  })
  assert.deepEqual([counted.status, counted.body.totals], [200, [1]], counted.text)
  for (const [path, field] of [
    ['/companies', 'deals'],
    ['/companies', 'leads.id'],
    ['/companies', 'stages.id'],
    ['/deals', 'deals.id'],
  ] as const)
    assert.equal((await reply(ana, path, empty(field))).status, 400, field)
  for (const filter of [
    some('title', is('title', 'x')),
    some('deals.tasks', is('title', 'x')),
    some('tasks', 'x'),
    some('tasks', { field: 'nothing', op: 'empty' }),
    some('tasks', { or: Array.from({ length: 100 }, () => is('status', 'OPEN')) }),
  ])
    assert.equal((await reply(ana, '/deals', filter)).status, 400, JSON.stringify(filter).slice(0, 80))
})
