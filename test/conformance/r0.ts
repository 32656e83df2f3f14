import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshEmail, PASSWORD } from '#features/people/outbox.testing.ts'
import type { People, Someone } from './people.ts'
import { assertHas, request, rowsOf, Walk } from './walk.ts'

/**
 * R0 section 6: its routes with the slashes that it writes. It names few verbs: those here are what its rules (2 and 9) and
 * schema (3) need. `/analytics/*` stands for what SPEC 4 lists under it.
 */
export const R0 = {
  name: 'R0',
  base: '/api/v1',
  routes: [
    'POST /auth/signup',
    'POST /auth/login',
    'POST /auth/logout',
    'POST /auth/verify-email',
    'POST /companies/signup',
    'GET /companies/me',
    'PATCH /companies/me',
    'GET /users/',
    'GET /users/:id',
    'PUT /users/:id',
    'DELETE /users/:id',
    'GET /contacts/',
    'POST /contacts/',
    'GET /contacts/:id/activities',
    'GET /deals/',
    'POST /deals/',
    'GET /deals/:id/activities',
    'GET /pipelines/',
    'POST /pipelines/',
    'GET /activities/',
    'POST /activities/',
    'POST /files/upload',
    'GET /analytics/win-rate',
    'GET /analytics/velocity',
    'GET /analytics/forecast',
    'GET /analytics/funnel',
    'GET /analytics/activity',
    'GET /analytics/leaderboard',
    'GET /analytics/lead-sources',
    'GET /analytics/campaign-roi',
    // Section 3 and 11: the records without a path of their own in section 6, under SPEC 4's names.
    'GET /email-templates/',
    'POST /email-templates/',
    'GET /audit-logs/',
    // Section 4.
    'POST /ai/deal-coach/:deal_id',
    'POST /ai/persona-builder/:contact_id',
    'POST /ai/objection-handler',
    'POST /ai/win-loss-explainer/:deal_id',
  ],
} as const

type Route = (typeof R0.routes)[number]

/** Section 6 under Responses, and 8: the limit on uploads is the default of the settings. */
const UPLOADS_A_MINUTE = 10

export function r0(people: People, origin: () => Promise<string>): void {
  const walk = new Walk<Route>(R0, origin)
  const nobody = walk.as()
  let admin: Someone
  let rep: Someone
  const call: typeof nobody = (...given) => walk.as(admin.token)(...given)
  const byRep: typeof nobody = (...given) => walk.as(rep.token)(...given)
  const ids: Record<string, string> = {}

  test('R0: sign up, verify the e-mail, log in, log out', async () => {
    const given = { name: 'Aasha', email: freshEmail('aasha'), password: PASSWORD }
    const body = { ...given, workspaceName: 'Sudhir & Co' }
    const company = await nobody('POST /companies/signup', 201, { body })
    assertHas(company.body.user, { name: given.name, email: given.email })
    admin = { ...given, ...company.body }
    const other = { name: 'Omar', email: freshEmail('omar'), password: PASSWORD }
    await nobody('POST /auth/signup', 201, { body: other })
    const short = await nobody('POST /auth/signup', 400, { body: { ...other, password: 'x', email: 'x' } })
    assert.deepEqual(short.body.issues.map((issue: { path: string }) => issue.path).sort(), [
      'email',
      'password',
    ])
    const before = (await call('GET /companies/me', 200)).body
    assert.equal(before.name, 'Sudhir & Co')
    // Until the address is verified nobody is invited.
    const { status } = await request(`${await origin()}/api/v1/invites`, {
      method: 'POST',
      body: { email: other.email },
      headers: { authorization: `Bearer ${admin.token}` },
    })
    assert.equal(status, 403)
    await nobody('POST /auth/verify-email', 200, { body: { token: await people.mailToken(admin) } })
    const login = { body: { email: admin.email, password: PASSWORD } }
    const session = (await nobody('POST /auth/login', 200, login)).body
    await walk.as(session.token)('POST /auth/logout', 204)
    await walk.as(session.token)('GET /users/', 401)
    await nobody('GET /users/', 401)
    await nobody('POST /auth/login', 401, { body: { email: admin.email, password: 'something else' } })
  })

  test('R0: the company, its users and roles', async () => {
    const change = { name: 'Sudhir', currency: 'EUR', settings: { retentionDays: 10 } }
    const company = (await call('PATCH /companies/me', 200, { body: change })).body
    assertHas(company, { name: 'Sudhir', currency: 'EUR' })
    assertHas(company.settings, { retentionDays: 10 })
    rep = await people.colleague(admin, 'MEMBER', 'Ravi')
    const users = rowsOf(await call('GET /users/', 200))
    assert.deepEqual(
      users.map(user => [user.name, user.role, user.isActive]),
      [
        ['Aasha', 'OWNER', true],
        ['Ravi', 'MEMBER', true],
      ],
    )
    assertHas((await call('GET /users/:id', 200, { at: rep.user.id })).body, {
      email: rep.email,
      role: 'MEMBER',
    })
    for (const user of users) assert.equal('password' in user || 'passwordHash' in user, false)
    const named = (await byRep('PUT /users/:id', 200, { at: rep.user.id, body: { name: 'Ravi K' } })).body
    assert.equal(named.name, 'Ravi K')
    await byRep('PATCH /companies/me', 403, { body: { name: 'Mine' } })
    await byRep('GET /audit-logs/', 403)
    // Section 9: admins cannot delete themselves; section 2: nobody deletes the last who is over all.
    await byRep('DELETE /users/:id', 403, { at: admin.user.id })
    assert.equal((await call('DELETE /users/:id', 422, { at: admin.user.id })).body.code, 'LAST_OWNER')
    const other = await people.colleague(admin, 'ADMIN', 'Adel')
    const self = await walk.as(other.token)('DELETE /users/:id', 422, { at: other.user.id })
    assert.equal(self.body.code, 'SELF_REMOVAL')
    await call('DELETE /users/:id', 204, { at: other.user.id })
    await call('GET /users/:id', 404, { at: other.user.id })
    await walk.as(other.token)('GET /users/', 403)
  })

  test('R0: contacts, deals and pipelines; reps see their own alone', async () => {
    const contact = { firstName: 'Jo', lastName: 'Vu', email: 'jo@vu.example', phone: '+1-555-0100' }
    const made = (await call('POST /contacts/', 201, { body: contact })).body
    assertHas(made, { ...contact, engagementScore: 0, lastInteractionAt: null })
    ids.contact = made.id
    const stages = [
      { name: 'New', probability: 20 },
      { name: 'Won', kind: 'WON' },
    ]
    const pipeline = (await call('POST /pipelines/', 201, { body: { name: 'Partners', stages } })).body
    assertHas(pipeline, { name: 'Partners', isDefault: false })
    assert.deepEqual(
      pipeline.stages.map((stage: { name: string }) => stage.name),
      ['New', 'Won'],
    )
    const pipelines = rowsOf(await call('GET /pipelines/', 200))
    assert.deepEqual(pipelines.map(row => row.isDefault).sort(), [false, true])
    const deal = { title: 'Twenty', amount: 20.5, contactIds: [made.id], pipelineId: pipeline.id }
    const mine = (await call('POST /deals/', 201, { body: deal })).body
    assertHas(mine, {
      ...deal,
      stageId: pipeline.stages[0].id,
      ownerId: admin.user.id,
      status: 'OPEN',
      stageDurationDays: 0,
      totalDurationDays: 0,
    })
    ids.deal = mine.id
    const theirs = (await byRep('POST /deals/', 201, { body: { title: "Rep's" } })).body
    assert.deepEqual(
      rowsOf(await byRep('GET /deals/', 200)).map(row => row.id),
      [theirs.id],
    )
    assert.equal(rowsOf(await call('GET /deals/', 200)).length, 2)
    assert.deepEqual(rowsOf(await byRep('GET /contacts/', 200)), [])
    assert.equal(rowsOf(await call('GET /contacts/', 200)).length, 1)
    await byRep('GET /deals/:id/activities', 404, { at: mine.id })
    await byRep('POST /pipelines/', 403, { body: { name: 'Mine' } })
  })

  test('R0: activities, with what was said in them', async () => {
    const body = {
      type: 'CALL',
      subject: 'First call',
      content: 'They like it.',
      durationMinutes: 18,
      sentimentScore: 0.4,
      objections: ['price'],
      competitors: ['Zebra'],
      nextSteps: 'Send the offer',
      contactId: ids.contact,
      dealId: ids.deal,
    }
    const made = (await call('POST /activities/', 201, { body })).body
    assertHas(made, body)
    for (const path of ['GET /contacts/:id/activities', 'GET /deals/:id/activities'] as const) {
      const rows = rowsOf(await call(path, 200, { at: path.includes('deals') ? ids.deal! : ids.contact! }))
      const call_ = rows.find(row => row.id === made.id)
      assertHas(call_, { type: 'CALL', actorId: admin.user.id })
      assertHas(call_.metadata, { subject: 'First call', objections: ['price'], nextSteps: 'Send the offer' })
    }
    assert.ok(rowsOf(await call('GET /activities/', 200)).some(row => row.id === made.id))
    await call('POST /activities/', 400, { body: { ...body, type: 'DANCE' } })
    await call('POST /activities/', 400, { body: { ...body, sentimentScore: 2 } })
  })

  test('R0 4: the four AI features, of one company alone, with a warning where there is too little data', async () => {
    const coached = (await call('POST /ai/deal-coach/:deal_id', 200, { at: ids.deal! })).body
    assert.ok(Number.isInteger(coached.healthScore))
    for (const part of ['recommendations', 'risks']) assert.ok(coached[part].length > 0, part)
    const persona = (await call('POST /ai/persona-builder/:contact_id', 200, { at: ids.contact! })).body
    for (const part of ['persona', 'motivators', 'decisionPattern']) assert.ok(persona[part], part)
    const body = { objection: 'That is too expensive', dealId: ids.deal }
    const handled = (await call('POST /ai/objection-handler', 200, { body })).body
    assert.equal(handled.category, 'price')
    for (const part of ['responses', 'followUpQuestions']) assert.ok(handled[part].length > 0, part)
    const explained = (await call('POST /ai/win-loss-explainer/:deal_id', 200, { at: ids.deal! })).body
    assert.equal(explained.outcome, 'OPEN')
    for (const part of ['keyFactors', 'recommendations']) assert.ok(Array.isArray(explained[part]), part)
    for (const { warnings } of [coached, persona, handled, explained])
      assert.ok(warnings.some(({ code }: { code: string }) => code === 'COLD_START'))
    await byRep('POST /ai/deal-coach/:deal_id', 404, { at: ids.deal! })
    await nobody('POST /ai/objection-handler', 401, { body })
  })

  test('R0: templates and the audit log', async () => {
    const body = { name: 'Hello', subject: 'Hi {{ contact.firstName }}', body: 'Hello', isActive: true }
    const made = (await call('POST /email-templates/', 201, { body })).body
    assertHas(made, { ...body, createdById: admin.user.id })
    assert.deepEqual(
      rowsOf(await call('GET /email-templates/', 200)).map(row => row.name),
      ['Hello'],
    )
    const query = { entityType: 'workspace' }
    const [entry] = rowsOf(await call('GET /audit-logs/', 200, { query }))
    assertHas(entry, { action: 'updated', entityId: admin.workspaceId, actorId: admin.user.id })
    assert.deepEqual(entry.changes.name, { old: 'Sudhir & Co', new: 'Sudhir' })
    assert.equal(new Date(entry.createdAt).toISOString(), entry.createdAt)
  })

  test(`R0: files go up, ${UPLOADS_A_MINUTE} a minute`, async () => {
    const form = () => {
      const body = new FormData()
      body.set('attachedToType', 'deal')
      body.set('attachedToId', ids.deal!)
      body.set('file', new Blob(['The plan is simple.'], { type: 'text/plain' }), 'plan.txt')
      return body
    }
    const made = (await call('POST /files/upload', 201, { body: form() })).body
    assertHas(made, {
      filename: 'plan.txt',
      contentType: 'text/plain',
      sizeBytes: 19,
      attachedToType: 'deal',
      attachedToId: ids.deal,
    })
    for (let n = 1; n < UPLOADS_A_MINUTE; n++) await call('POST /files/upload', 201, { body: form() })
    const refused = await call('POST /files/upload', 429, { body: form() })
    assert.equal(refused.body.code, 'RATE_LIMITED')
    assert.ok(Number(refused.headers.get('retry-after')) >= 1)
    await byRep('POST /files/upload', 400, { body: form() })
  })

  test('R0: analytics', async () => {
    const { currency } = (await call('GET /companies/me', 200)).body
    for (const path of R0.routes.filter(route => route.startsWith('GET /analytics/'))) {
      const { body } = await call(path, 200)
      assert.ok(Object.keys(body).length > 0, path)
      if ('currency' in body) assert.equal(body.currency, currency, path)
      await nobody(path, 401)
    }
  })

  test('R0 8 and 11: headers on every answer, and the documentation', async () => {
    const at = async (path: string) => request((await origin()) + path, { method: 'GET' })
    for (const path of ['/api/v1/contacts/', '/api/v1/nothing', '/api-docs/'])
      for (const [header, value] of [
        ['strict-transport-security', /max-age=/],
        ['x-content-type-options', /^nosniff$/],
        ['x-frame-options', /^DENY$/],
        ['x-xss-protection', /^1; mode=block$/],
      ] as const)
        assert.match((await at(path)).headers.get(header) ?? '', value, `${path}: ${header}`)
    assert.match((await at('/api-docs/')).text, /swagger-ui/)
    const shown = (await at('/openapi.json')).body
    assert.ok(shown.paths['/files/upload'].post)
  })

  walk.checkCompleteness()
}
