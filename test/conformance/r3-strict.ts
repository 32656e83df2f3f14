import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseFault } from '#core/db/engine.ts'
import type { Program } from '#core/program.ts'
import { takeLog } from '#test/world.ts'
import { as, type MODELS } from './models.ts'
import type { People, Someone } from './people.ts'
import { R3, type R3Route } from './r3.ts'
import { type Answer, request, rowsOf, Walk } from './walk.ts'

type Noun = 'companies' | 'contacts' | 'deals' | 'tasks' | 'invoices' | 'visits'
type Fields = Record<string, unknown>
type Kind = {
  model: keyof typeof MODELS
  /** A whole body; the ids in it are made first. */
  body: Fields
  /** Section 5: `T | null`, and what it may be. */
  nullable: Fields
  /** Section 5: `T` alone. */
  required: string[]
  /** Section 7: enums with their values. */
  enums: Record<string, readonly string[]>
}

const CUSTOMER_TYPES = ['B2B', 'B2C', 'PATIENT'] as const
const MONEY_TAKEN = [0, 0.1, 0.29, 1.005e3, 19_999_999.99, 9_999_999_999_999.99]
const MONEY_REFUSED = ['12', 1.001, null, 1e14, true, '']

function kindsOf(ids: Record<string, string>): Record<Noun, Kind> {
  return {
    companies: {
      model: 'Company',
      body: { name: 'Strict' },
      nullable: { domain: 'strict.example', industry: 'Steel', size: '1-10' },
      required: ['name', 'ownerId'],
      enums: {},
    },
    contacts: {
      model: 'Contact',
      body: { firstName: 'Sue', lastName: 'Strict' },
      nullable: {
        jobTitle: 'Buyer',
        email: 'sue@strict.example',
        phone: '+47 22 12 34 56',
        companyId: ids.company,
        customerType: 'B2C',
      },
      required: ['firstName', 'lastName', 'tags', 'ownerId'],
      enums: { customerType: CUSTOMER_TYPES },
    },
    deals: {
      model: 'Deal',
      body: { title: 'Strict', amount: 1, currency: 'USD', stageId: ids.stage },
      nullable: {
        companyId: ids.company,
        primaryContactId: ids.contact,
        expectedCloseDate: '2027-02-28',
        description: 'Words',
      },
      required: ['title', 'amount', 'currency', 'stageId', 'status', 'ownerId'],
      enums: { status: ['OPEN', 'WON', 'LOST'] },
    },
    tasks: {
      model: 'Task',
      body: { title: 'Strict', relatedType: 'company', relatedId: ids.company },
      nullable: { assigneeId: ids.user, dueAt: '2027-02-28T08:00:00.000Z' },
      required: ['title', 'status'],
      enums: { status: ['OPEN', 'DONE'] },
    },
    invoices: {
      model: 'Invoice',
      body: { title: 'Strict', amount: 1, currency: 'USD' },
      nullable: { notes: 'Words', issuedAt: '2027-01-01T00:00:00.000Z', dueAt: '2027-02-01T00:00:00.000Z' },
      required: ['title', 'amount', 'currency', 'status', 'invoiceNumber'],
      enums: { status: ['DRAFT', 'SENT', 'PAID', 'OVERDUE', 'VOID'] },
    },
    visits: {
      model: 'Visit',
      body: {
        contactId: ids.contact,
        date: '2027-03-28',
        time: '09:30',
        durationMinutes: 30,
        reason: 'Strict',
      },
      nullable: { notes: 'Words' },
      required: ['date', 'time', 'durationMinutes', 'reason', 'status'],
      enums: { status: ['SCHEDULED', 'COMPLETED', 'CANCELLED'] },
    },
  }
}

const NOUNS: Noun[] = ['companies', 'contacts', 'deals', 'tasks', 'invoices', 'visits']

/** R3 read by the letter: what a client that parses strictly would stumble over. */
export function r3Strict(program: () => Program, people: People, origin: () => Promise<string>): void {
  const walk = new Walk<R3Route>({ ...R3, name: 'R3 strict' }, origin)
  const nobody = walk.as()
  let me: Someone
  const call: typeof nobody = (...given) => walk.as(me.token)(...given)
  const ids: Record<string, string> = {}

  const create = async (noun: Noun, more: Fields = {}) => {
    const { model, body } = kindsOf(ids)[noun]
    return as(
      model,
      (await call(`POST /${noun}`, 201, { body: { ...body, ...more } })).body,
    ) as Answer['body']
  }
  const change = async (noun: Noun, id: string, body: Fields) => {
    const { model } = kindsOf(ids)[noun]
    return as(model, (await call(`PATCH /${noun}/{id}`, 200, { at: id, body })).body) as Answer['body']
  }
  /** A refusal that names the field. */
  const refuse = async (noun: Noun, id: string, body: Fields) => {
    const { code, issues } = (await call(`PATCH /${noun}/{id}`, 400, { at: id, body })).body
    const paths = (issues ?? []).map((issue: { path: string }) => issue.path)
    assert.deepEqual([code, paths], ['VALIDATION_ERROR', Object.keys(body)], JSON.stringify(body))
  }

  test('R3 strict: somebody with records', async () => {
    me = await people.signUp('Stricta')
    await people.verify(me)
    ids.user = me.user.id
    ids.stage = rowsOf(await call('GET /stages', 200))[0].id
    ids.company = (await create('companies')).id
    ids.contact = (await create('contacts')).id
  })

  for (const noun of NOUNS)
    test(`R3 5 and 7: ${noun}, each field absent, null, and each value of each enum`, async () => {
      const { body, nullable, required, enums } = kindsOf(ids)[noun]
      const made = await create(noun)
      for (const key of Object.keys(nullable)) {
        // What is not given at first reads as null or as what the server says for it, and is there.
        assert.ok(key in made, `${key} is not left out`)
        assert.deepEqual((await change(noun, made.id, { [key]: nullable[key] }))[key], nullable[key], key)
        const other = key === 'notes' || noun === 'visits' ? { reason: 'Other' } : {}
        const kept = await change(noun, made.id, noun === 'visits' ? other : {})
        assert.deepEqual(kept[key], nullable[key], `${key} stays where it is absent`)
        assert.equal((await change(noun, made.id, { [key]: null }))[key], null, `${key} goes by null`)
      }
      assert.deepEqual(
        Object.fromEntries(Object.entries(await create(noun, nullable)).filter(([key]) => key in nullable)),
        nullable,
      )
      for (const key of required) await refuse(noun, made.id, { [key]: null })
      for (const [key, values] of Object.entries(enums)) {
        for (const value of [values[0]!.toLowerCase(), 'NONE', 7, [values[0]]])
          await refuse(noun, made.id, { [key]: value })
        // Invoices go their way from state to state, shown by the walk.
        if (noun !== 'invoices')
          for (const value of values)
            assert.equal((await change(noun, made.id, { [key]: value }))[key], value)
      }
      await refuse(noun, made.id, { nonsense: 1 })
      const missing = (await call(`POST /${noun}`, 400, { body: {} })).body
      assert.ok(missing.issues.length > 0)
      assert.ok(
        missing.issues.every((issue: { path: string }) => issue.path in body),
        JSON.stringify(missing.issues),
      )
    })

  test('R3 7: related types, of tasks and notes', async () => {
    const deal = await create('deals')
    const task = await create('tasks')
    const related = { contact: ids.contact, company: ids.company, deal: deal.id, task: task.id }
    for (const [relatedType, relatedId] of Object.entries(related)) {
      const made = await create('tasks', { relatedType, relatedId })
      assert.deepEqual([made.relatedType, made.relatedId], [relatedType, relatedId])
      const body = { body: 'Words', relatedType, relatedId }
      as('Note', (await call('POST /notes', 201, { body })).body)
      const query = { relatedType, relatedId: relatedId! }
      assert.equal((await call('GET /notes', 200, { query })).body.total, 1)
      assert.ok((await call('GET /tasks', 200, { query })).body.total >= 1)
    }
    for (const wrong of ['Contact', 'CONTACT', 'workspace']) {
      const body = { title: 'x', relatedType: wrong, relatedId: ids.company }
      await call('POST /tasks', 400, { body })
    }
    // An id of another type than is said, and one of nothing.
    for (const relatedId of [ids.company, '00000000-0000-7000-8000-000000000000'])
      await call('POST /tasks', 400, { body: { title: 'x', relatedType: 'deal', relatedId } })
  })

  test('R3 4.5: money is a number to the cent, times are UTC, days and clock times are texts', async () => {
    const deal = await create('deals')
    for (const amount of MONEY_TAKEN) {
      const changed = await call('PATCH /deals/{id}', 200, { at: deal.id, body: { amount } })
      assert.match(changed.text, new RegExp(`"amount":${String(amount).replace('.', '\\.')}[,}]`))
    }
    for (const amount of MONEY_REFUSED) await refuse('deals', deal.id, { amount })
    const invoice = await create('invoices')
    for (const amount of MONEY_REFUSED) await refuse('invoices', invoice.id, { amount })
    const task = await create('tasks')
    for (const [given, kept] of [
      ['2027-02-28T09:00:00+01:00', '2027-02-28T08:00:00.000Z'],
      ['2027-02-28T23:30:00-05:00', '2027-03-01T04:30:00.000Z'],
      ['2027-02-28T08:00:00Z', '2027-02-28T08:00:00.000Z'],
    ] as const)
      assert.equal((await change('tasks', task.id, { dueAt: given })).dueAt, kept)
    for (const dueAt of ['tomorrow', '2027-02-30T08:00:00Z', '2027-02-28T08:00:00', 1_800_000_000])
      await refuse('tasks', task.id, { dueAt })
    const deal2 = await change('deals', deal.id, { expectedCloseDate: '2027-02-28T00:00:00.000Z' })
    assert.equal(deal2.expectedCloseDate, '2027-02-28', 'a moment is cut to its day')
    const visit = await create('visits')
    for (const date of ['28.03.2027', '2027-3-28', '2027-02-29', 20270328])
      await refuse('visits', visit.id, { date })
    for (const time of ['24:00', '9:30', '09:60', '09:30:00', 930]) await refuse('visits', visit.id, { time })
    assert.equal((await change('visits', visit.id, { date: '2028-02-29', time: '23:59' })).date, '2028-02-29')
  })

  test('R3 10: stable default orders', async () => {
    for (const noun of ['contacts', 'companies', 'deals'] as const) {
      const [first] = [await create(noun), await create(noun)]
      await change(
        noun,
        first!.id,
        noun === 'contacts'
          ? { jobTitle: 'Last changed' }
          : { industry: undefined, [noun === 'deals' ? 'description' : 'domain']: 'x.example' },
      )
      const rows = rowsOf(await call(`GET /${noun}`, 200))
      assert.equal(rows[0].id, first!.id, `${noun}: the last changed comes first`)
      const times = rows.map(row => row.updatedAt)
      assert.deepEqual(times, [...times].sort().reverse(), noun)
    }
    const due = '2027-06-01T08:00:00.000Z'
    const late = await create('tasks', { title: 'Late', dueAt: '2027-07-01T08:00:00.000Z' })
    const early = [
      await create('tasks', { title: 'A', dueAt: due }),
      await create('tasks', { title: 'B', dueAt: due }),
    ]
    const none = await create('tasks', { title: 'Whenever' })
    const order = rowsOf(await call('GET /tasks', 200, { query: { status: 'OPEN' } })).map(row => row.id)
    const wanted = [early[1].id, early[0].id, late.id, none.id]
    assert.deepEqual(
      order.filter(id => wanted.includes(id)),
      wanted,
      'dueAt asc, then createdAt desc; without a time at the end',
    )
  })

  test('R3 10: filters by a value that none can have are refused by name', async () => {
    const wrong = [
      ['GET /contacts', 'companyId', 'x'],
      ['GET /contacts', 'customerType', 'b2b'],
      ['GET /deals', 'stageId', 'x'],
      ['GET /deals', 'status', 'open'],
      ['GET /deals', 'ownerId', 'me?'],
      ['GET /tasks', 'status', 'COMPLETED'],
      ['GET /tasks', 'assigneeId', '1'],
      ['GET /tasks', 'relatedType', 'Contact'],
      ['GET /tasks', 'relatedId', '1'],
      ['GET /invoices', 'status', 'OPEN'],
      ['GET /invoices', 'dateFrom', 'soon'],
      ['GET /activities', 'dateTo', '2027-13-01'],
      ['GET /activities', 'entityId', '1'],
      ['GET /deals', 'stage', 'x'],
    ] as const
    for (const [route, key, value] of wrong) {
      const { issues } = (await call(route, 400, { query: { [key]: value } })).body
      const paths = (issues ?? []).map((issue: { path: string }) => issue.path)
      assert.ok(paths.includes(key), `${route} ${key}: ${JSON.stringify(issues)}`)
    }
  })

  test('R3 8.5: what links to a deleted record reads null, stays, and has its link again when that comes back', async () => {
    const company = await create('companies')
    const contact = await create('contacts', { companyId: company.id })
    const deal = await create('deals', { companyId: company.id, primaryContactId: contact.id })
    const task = await create('tasks', { relatedType: 'deal', relatedId: deal.id })
    const links = async () => {
      const [ofContact, ofDeal] = [
        (await call('GET /contacts/{id}', 200, { at: contact.id })).body,
        (await call('GET /deals/{id}', 200, { at: deal.id })).body,
      ]
      return [ofContact.companyId, ofDeal.companyId, ofDeal.primaryContactId]
    }
    await call('DELETE /companies/{id}', 204, { at: company.id })
    assert.deepEqual(await links(), [null, null, contact.id])
    const restore = { method: 'POST', headers: { authorization: `Bearer ${me.token}` } }
    const back = await request(`${await origin()}/v1/companies/${company.id}/restore`, restore)
    assert.equal(back.status, 200, back.text)
    assert.deepEqual(await links(), [company.id, company.id, contact.id])
    await call('DELETE /deals/{id}', 204, { at: deal.id })
    assert.equal((await call('GET /tasks/{id}', 200, { at: task.id })).body.relatedId, null)
  })

  test('R3 9 and 13: slugs are unique, and sensitive changes stand in the audit trail', async () => {
    const { token } = await people.signUp('Sluggish')
    const other = walk.as(token)
    const slugs = []
    for (const client of [call, call, other])
      slugs.push((await client('POST /workspaces', 201, { body: { name: 'Same name' } })).body.slug)
    assert.equal(new Set(slugs).size, 3)
    const own = { name: 'Mine', slug: `mine-${slugs[2]}` }
    assert.equal((await call('POST /workspaces', 201, { body: own })).body.slug, own.slug)
    const taken = await other('POST /workspaces', 409, { body: own })
    assert.equal(taken.body.code, 'SLUG_TAKEN')
    await call('POST /workspaces', 400, { body: { name: 'Mine', slug: 'Not a slug' } })
    await people.colleague(me, 'MEMBER', 'Siv')
    const colleague = rowsOf(await call('GET /memberships', 200)).find(row => row.role === 'MEMBER')
    await call('PATCH /memberships/{id}', 200, { at: colleague.id, body: { role: 'ADMIN' } })
    const deal = await create('deals')
    await change('deals', deal.id, { status: 'WON' })
    const invoice = await create('invoices')
    await change('invoices', invoice.id, { status: 'SENT' })
    const trail = async (entityId: string) => {
      const headers = { authorization: `Bearer ${me.token}` }
      const url = `${await origin()}/v1/audit-logs?entityId=${entityId}`
      return rowsOf(await request(url, { method: 'GET', headers }))[0]
    }
    assert.deepEqual((await trail(colleague.id)).changes.role, { old: 'MEMBER', new: 'ADMIN' })
    assert.deepEqual((await trail(invoice.id)).changes.status, { old: 'DRAFT', new: 'SENT' })
    const { stageId } = (await trail(deal.id)).changes
    assert.equal(stageId.old, ids.stage)
  })

  const LISTS = [
    'GET /memberships',
    'GET /users',
    'GET /invites',
    'GET /stages',
    'GET /contacts',
    'GET /companies',
    'GET /deals',
    'GET /tasks',
    'GET /notes',
    'GET /activities',
    'GET /invoices',
    'GET /visits',
    'GET /search',
  ] as const

  test('R3 4.6 and 10: every list, page by page', async () => {
    await people.colleague(me, 'MEMBER', 'Sten')
    for (const n of [1, 2])
      await call('POST /invites', 201, { body: { email: `s${n}@strict.example`, role: 'ADMIN' } })
    rowsOf(await call('GET /workspaces', 200))
    for (const route of LISTS) {
      const base: Record<string, string> = route === 'GET /search' ? { q: 'strict' } : {}
      const whole = (await call(route, 200, { query: { ...base, limit: '200' } })).body
      assert.ok(whole.total >= 2, `${route} has ${whole.total} rows`)
      const limit = String(Math.ceil(whole.total / 3))
      const seen: string[] = []
      let cursor: string | null = ''
      for (let pages = 0; cursor !== null && pages < 10; pages++) {
        const page: Answer = await call(route, 200, {
          query: { ...base, limit, ...(cursor ? { cursor } : {}) },
        })
        seen.push(...rowsOf(page).map(row => row.id))
        assert.equal(page.body.total, whole.total, route)
        cursor = page.body.nextCursor
      }
      assert.deepEqual(
        seen,
        whole.rows.map((row: { id: string }) => row.id),
        route,
      )
      const wrong: Record<string, string>[] = [
        { limit: '0' },
        { limit: '201' },
        { limit: 'x' },
        { cursor: 'forged' },
      ]
      for (const query of wrong) await call(route, 400, { query: { ...base, ...query } })
    }
  })

  test('R3 4.7: each status of the envelope', async () => {
    const [company] = rowsOf(await call('GET /companies', 200))
    const expect = async (status: number, code: string, route: R3Route, given: Parameters<typeof call>[2]) =>
      assert.equal((await call(route, status, given)).body.code, code, route)
    const json = { 'content-type': 'application/json' }
    await expect(400, 'VALIDATION_ERROR', 'POST /companies', { body: { name: '' } })
    await expect(400, 'BAD_REQUEST', 'POST /companies', { body: '{"name":', headers: json })
    const unknown = await nobody('GET /companies', 401)
    assert.deepEqual(
      [unknown.body.code, unknown.headers.get('www-authenticate')],
      ['UNAUTHENTICATED', 'Bearer'],
    )
    assert.equal((await walk.as('no.such.token')('GET /companies', 401)).body.code, 'INVALID_TOKEN')
    await expect(404, 'NOT_FOUND', 'GET /companies/{id}', { at: '00000000-0000-7000-8000-000000000000' })
    await expect(400, 'VALIDATION_ERROR', 'GET /companies/{id}', { at: 'no-id' })
    const number = { title: 'x', amount: 1, currency: 'USD', invoiceNumber: 'S-1' }
    await call('POST /invoices', 201, { body: number })
    await expect(409, 'CONFLICT', 'POST /invoices', { body: number })
    const stale = { at: company.id, body: { size: '2' }, headers: { 'if-match': '"999"' } }
    await expect(412, 'PRECONDITION_FAILED', 'PATCH /companies/{id}', stale)
    const large = { body: { name: 'x'.repeat(6 * 1024 * 1024) } }
    await expect(413, 'PAYLOAD_TOO_LARGE', 'POST /companies', large)
    const typed = { body: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    await expect(415, 'UNSUPPORTED_MEDIA_TYPE', 'POST /companies', typed)
    const memberships = rowsOf(await call('GET /memberships', 200))
    await expect(422, 'LAST_OWNER', 'DELETE /memberships/{id}', { at: memberships[0].id })
    const { access } = program().app
    const accessOf = access.accessOf
    try {
      access.accessOf = () => Promise.reject(new Error('a fault'))
      await expect(500, 'INTERNAL_ERROR', 'GET /companies', {})
      access.accessOf = () =>
        Promise.reject(new DatabaseFault({ code: 'CONNECTION_CLOSED', message: 'gone' }))
      await expect(503, 'UNAVAILABLE', 'GET /companies', {})
    } finally {
      access.accessOf = accessOf
      takeLog()
    }
  })

  test("R3 8: nobody reads or writes another workspace's records", async () => {
    const stranger = walk.as((await people.signUp('Strider')).token)
    for (const noun of NOUNS) {
      const { id } = rowsOf(await call(`GET /${noun}`, 200))[0]
      if (noun !== 'visits') await stranger(`GET /${noun}/{id}`, 404, { at: id })
      await stranger(`PATCH /${noun}/{id}`, 404, { at: id, body: {} })
      await stranger(`DELETE /${noun}/{id}`, 404, { at: id })
      assert.equal((await stranger(`GET /${noun}`, 200)).body.total, 0)
    }
    await stranger('POST /contacts', 400, { body: { firstName: 'x', companyId: ids.company } })
    await stranger('GET /auth/me', 404, { headers: { 'x-workspace-id': me.workspaceId } })
  })
}
