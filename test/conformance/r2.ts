import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, assertHas, rowsOf, Walk } from './walk.ts'

/** R2's endpoint lists. Its snake_case names and lower-case enums stand as SPEC 1 and 2 settle them. */
export const R2 = {
  name: 'R2',
  base: '/api/v1',
  routes: [
    'GET /a-crm/companies',
    'POST /a-crm/companies',
    'GET /a-crm/companies/:id',
    'PUT /a-crm/companies/:id',
    'DELETE /a-crm/companies/:id',
    'GET /a-crm/companies/:id/contacts',
    'GET /a-crm/companies/:id/deals',
    'GET /a-crm/companies/:id/projects',
    'GET /a-crm/companies/:id/activities',
    'GET /a-crm/companies/:id/notes',
    'GET /a-crm/contacts',
    'POST /a-crm/contacts',
    'GET /a-crm/contacts/:id',
    'PUT /a-crm/contacts/:id',
    'DELETE /a-crm/contacts/:id',
    'GET /a-crm/contacts/:id/deals',
    'GET /a-crm/contacts/:id/activities',
    'GET /a-crm/contacts/:id/notes',
    'GET /a-crm/deals',
    'POST /a-crm/deals',
    'GET /a-crm/deals/:id',
    'PUT /a-crm/deals/:id',
    'DELETE /a-crm/deals/:id',
    'PUT /a-crm/deals/:id/stage',
    'GET /a-crm/deals/:id/activities',
    'GET /a-crm/deals/:id/notes',
    'GET /a-crm/deals/pipeline',
    'GET /a-crm/campaigns',
    'POST /a-crm/campaigns',
    'GET /a-crm/campaigns/:id',
    'PUT /a-crm/campaigns/:id',
    'DELETE /a-crm/campaigns/:id',
    'POST /a-crm/campaigns/:id/contacts',
    'GET /a-crm/campaigns/:id/contacts',
    'GET /a-crm/campaigns/:id/metrics',
    'GET /a-crm/projects',
    'POST /a-crm/projects',
    'GET /a-crm/projects/:id',
    'PUT /a-crm/projects/:id',
    'DELETE /a-crm/projects/:id',
    'GET /a-crm/projects/:id/tasks',
    'GET /a-crm/projects/:id/activities',
    'GET /a-crm/tasks',
    'POST /a-crm/tasks',
    'GET /a-crm/tasks/:id',
    'PUT /a-crm/tasks/:id',
    'DELETE /a-crm/tasks/:id',
    'PUT /a-crm/tasks/:id/complete',
    'GET /a-crm/tasks/my-tasks',
    'GET /a-crm/activities',
    'POST /a-crm/notes',
    'GET /a-crm/notes/:id',
    'PUT /a-crm/notes/:id',
    'DELETE /a-crm/notes/:id',
    // "AI-Powered Features": R2 names no paths; these are SPEC 4's and 5's for them.
    'POST /a-crm/ai/lead-score',
    'POST /a-crm/ai/email-draft',
    'POST /a-crm/ai/insights',
    'POST /a-crm/ai/next-actions',
    'POST /a-crm/ai/sentiment',
    'POST /a-crm/ai/summarize',
    'GET /a-crm/ai/models',
  ],
} as const

type Route = (typeof R2.routes)[number]
type Noun = 'companies' | 'contacts' | 'deals' | 'campaigns' | 'projects' | 'tasks'

type Owner = { token: string; user: { id: string }; workspaceId: string }

export function r2(signUp: () => Promise<Owner>, origin: () => Promise<string>): void {
  const walk = new Walk<Route>(R2, origin)
  let owner: Owner
  const call: ReturnType<typeof walk.as> = (...given) => walk.as(owner.token)(...given)
  const ids: Record<string, string> = {}

  /** List, create, read, change and soft-delete one: what R2 asks of each entity. Answers one that stays. */
  async function crud(noun: Noun, body: Record<string, unknown>, change: Record<string, unknown>) {
    const made = (await call(`POST /a-crm/${noun}`, 201, { body })).body
    assertHas(made, { ...body, workspaceId: owner.workspaceId })
    const read = (await call(`GET /a-crm/${noun}/:id`, 200, { at: made.id })).body
    assert.deepEqual(read, made)
    const changed = (await call(`PUT /a-crm/${noun}/:id`, 200, { at: made.id, body: change })).body
    assertHas(changed, { ...body, ...change })
    for (const [key, isSo] of [
      ['createdAt', made.createdAt === changed.createdAt],
      ['updatedAt', changed.updatedAt > made.updatedAt],
    ])
      assert.equal(isSo, true, String(key))
    const second = (await call(`POST /a-crm/${noun}`, 201, { body: { ...body, email: undefined } })).body
    await call(`DELETE /a-crm/${noun}/:id`, 204, { at: second.id })
    await call(`GET /a-crm/${noun}/:id`, 404, { at: second.id })
    const listed = rowsOf(await call(`GET /a-crm/${noun}`, 200))
    assert.ok(listed.some(row => row.id === made.id) && !listed.some(row => row.id === second.id))
    return changed
  }

  const only = async (route: Route, id: string, wanted: string) =>
    assert.deepEqual(
      rowsOf(await call(route, 200, { at: id })).map(row => row.id),
      [wanted],
      route,
    )

  test('R2 companies', async () => {
    owner = await signUp()
    const made = await crud(
      'companies',
      {
        name: 'Borealis Freight',
        industry: 'Logistics',
        size: 'medium',
        website: 'https://borealis.example',
        billingAddress: { street: 'Quay 4', city: 'Oslo', postalCode: '0150', country: 'Norway' },
        shippingAddress: { city: 'Bergen' },
        annualRevenue: 12_500_000.5,
        employeeCount: 140,
        status: 'PROSPECT',
        ownerId: owner.user.id,
        tags: ['north'],
        customFields: {},
      },
      { status: 'CUSTOMER', employeeCount: 141 },
    )
    for (const status of ['LEAD', 'PROSPECT', 'CUSTOMER', 'CHURNED'])
      await call('PUT /a-crm/companies/:id', 200, { at: made.id, body: { status } })
    const refused = await call('PUT /a-crm/companies/:id', 400, { at: made.id, body: { status: 'gone' } })
    assert.deepEqual(
      refused.body.issues.map((issue: { path: string }) => issue.path),
      ['status'],
    )
    const query = { status: 'CHURNED', industry: 'Logistics' }
    assert.equal(rowsOf(await call('GET /a-crm/companies', 200, { query })).length, 1)
    ids.company = made.id
  })

  test('R2 contacts', async () => {
    const made = await crud(
      'contacts',
      {
        companyId: ids.company,
        firstName: 'Ingrid',
        lastName: 'Solberg',
        email: 'ingrid@borealis.example',
        phone: '+47 22 12 34 56',
        mobile: '+47 912 34 567',
        jobTitle: 'Head of Operations',
        department: 'Operations',
        status: 'ACTIVE',
        leadSource: 'Referral',
        leadScore: 71,
        ownerId: owner.user.id,
        socialProfiles: { linkedin: 'in/solberg' },
        preferences: { channel: 'email' },
        tags: ['vip'],
        customFields: {},
      },
      { leadScore: 100, status: 'INACTIVE' },
    )
    await call('PUT /a-crm/contacts/:id', 400, { at: made.id, body: { leadScore: 101 } })
    await call('PUT /a-crm/contacts/:id', 400, { at: made.id, body: { email: 'no mail address' } })
    await call('PUT /a-crm/contacts/:id', 400, { at: made.id, body: { phone: 'no number' } })
    ids.contact = made.id
    await only('GET /a-crm/companies/:id/contacts', ids.company!, made.id)
  })

  test('R2 deals', async () => {
    const made = await crud(
      'deals',
      {
        companyId: ids.company,
        primaryContactId: ids.contact,
        title: '20 scanners',
        amount: 18_400.5,
        currency: 'USD',
        probability: 35,
        expectedCloseDate: '2027-02-15',
        source: 'Referral',
        ownerId: owner.user.id,
        tags: ['hardware'],
        customFields: {},
      },
      { amount: 19_000, probability: 40 },
    )
    ids.deal = made.id
    await only('GET /a-crm/companies/:id/deals', ids.company!, made.id)
    await only('GET /a-crm/contacts/:id/deals', ids.contact!, made.id)
    const board = (await call('GET /a-crm/deals/pipeline', 200)).body
    assertHas(board, { totalOpenDeals: 1, totalPipelineAmount: 19_000, totalWeightedAmount: 7600 })
    // R2's six stages, prospecting to closed, are what a workspace starts with.
    const names = board.stages.map((stage: Answer['body']) => stage.stageName)
    assert.deepEqual(names, [
      'Prospecting',
      'Qualification',
      'Proposal',
      'Negotiation',
      'Closed Won',
      'Closed Lost',
    ])
    const lost = board.stages.find((stage: Answer['body']) => stage.stageName === 'Closed Lost')
    const body = { stageId: lost.stageId, lostReason: 'price' }
    const moved = (await call('PUT /a-crm/deals/:id/stage', 200, { at: made.id, body })).body
    assertHas(moved, { stageId: lost.stageId, status: 'LOST', lostReason: 'price' })
    assert.match(moved.actualCloseDate, /^\d{4}-\d\d-\d\d$/)
    const back = { stageId: board.stages[0].stageId }
    assertHas((await call('PUT /a-crm/deals/:id/stage', 200, { at: made.id, body: back })).body, {
      status: 'OPEN',
    })
    await call('PUT /a-crm/deals/:id/stage', 400, { at: made.id, body: { stageId: made.id } })
  })

  test('R2 campaigns', async () => {
    const made = await crud(
      'campaigns',
      {
        name: 'Spring letter',
        description: 'To all warehouses',
        type: 'EMAIL',
        status: 'PLANNING',
        startDate: '2027-03-01',
        endDate: '2027-04-15',
        budget: 1500.75,
        actualCost: 1000,
        ownerId: owner.user.id,
        targetAudience: { segment: 'warehouses' },
        goals: { meetings: 12 },
        tags: ['spring'],
        customFields: {},
      },
      { name: 'Spring mail', type: 'EVENT' },
    )
    for (const type of ['EMAIL', 'SOCIAL', 'WEBINAR', 'EVENT', 'CONTENT', 'OTHER'])
      await call('PUT /a-crm/campaigns/:id', 200, { at: made.id, body: { type } })
    for (const status of ['PLANNING', 'ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED'])
      await call('PUT /a-crm/campaigns/:id', 200, { at: made.id, body: { status } })
    await call('POST /a-crm/campaigns/:id/contacts', 200, {
      at: made.id,
      body: { contactIds: [ids.contact] },
    })
    const [member] = rowsOf(await call('GET /a-crm/campaigns/:id/contacts', 200, { at: made.id }))
    assertHas(member, {
      campaignId: made.id,
      contactId: ids.contact,
      sentAt: null,
      openedAt: null,
      clickedAt: null,
    })
    await call('POST /a-crm/campaigns/:id/contacts', 400, { at: made.id, body: { contactIds: [made.id] } })
    const metrics = (await call('GET /a-crm/campaigns/:id/metrics', 200, { at: made.id })).body
    assertHas(metrics, {
      contacts: 1,
      sent: 0,
      clicked: 0,
      impressions: 0,
      clicks: 0,
      conversions: 0,
      wonDeals: 0,
      budget: 1500.75,
      actualCost: 1000,
      roi: -1,
    })
  })

  test('R2 projects', async () => {
    const made = await crud(
      'projects',
      {
        companyId: ids.company,
        dealId: ids.deal,
        name: 'Rollout',
        description: 'Depot north',
        status: 'PLANNING',
        priority: 'URGENT',
        startDate: '2027-02-01',
        dueDate: '2027-04-30',
        estimatedHours: 120.5,
        actualHours: 3.25,
        ownerId: owner.user.id,
        projectManagerId: owner.user.id,
        tags: ['rollout'],
        customFields: {},
      },
      { status: 'ON_HOLD', priority: 'LOW' },
    )
    for (const status of ['PLANNING', 'IN_PROGRESS', 'ON_HOLD', 'CANCELLED', 'COMPLETED'])
      await call('PUT /a-crm/projects/:id', 200, { at: made.id, body: { status } })
    const done = (await call('GET /a-crm/projects/:id', 200, { at: made.id })).body
    assert.match(done.completionDate, /^\d{4}-\d\d-\d\d$/)
    ids.project = made.id
    await only('GET /a-crm/companies/:id/projects', ids.company!, made.id)
  })

  test('R2 tasks', async () => {
    const made = await crud(
      'tasks',
      {
        title: 'Train the crew',
        description: 'Two hours',
        relatedType: 'project',
        relatedId: ids.project,
        type: 'DEMO',
        progress: 'PENDING',
        priority: 'HIGH',
        dueAt: '2027-02-03T09:00:00.000Z',
        assigneeId: owner.user.id,
        tags: ['training'],
        customFields: {},
      },
      { progress: 'IN_PROGRESS', type: 'FOLLOW_UP' },
    )
    assertHas(made, { createdById: owner.user.id, status: 'OPEN', completedAt: null })
    for (const type of ['CALL', 'EMAIL', 'MEETING', 'TODO', 'FOLLOW_UP', 'DEMO'])
      await call('PUT /a-crm/tasks/:id', 200, { at: made.id, body: { type } })
    for (const relatedType of ['company', 'contact', 'deal', 'project'])
      await call('PUT /a-crm/tasks/:id', 200, {
        at: made.id,
        body: { relatedType, relatedId: ids[relatedType] },
      })
    await only('GET /a-crm/projects/:id/tasks', ids.project!, made.id)
    assert.deepEqual(
      rowsOf(await call('GET /a-crm/tasks/my-tasks', 200)).map(row => row.id),
      [made.id],
    )
    const done = (await call('PUT /a-crm/tasks/:id/complete', 200, { at: made.id })).body
    assertHas(done, { progress: 'COMPLETED', status: 'DONE' })
    assert.equal(new Date(done.completedAt).toISOString(), done.completedAt)
    assert.deepEqual(rowsOf(await call('GET /a-crm/tasks/my-tasks', 200)), [])
    const again = { at: made.id, body: { progress: 'CANCELLED' } }
    assertHas((await call('PUT /a-crm/tasks/:id', 200, again)).body, { status: 'DONE', completedAt: null })
  })

  test('R2 notes and activities', async () => {
    for (const relatedType of ['company', 'contact', 'deal'] as const) {
      const body = {
        body: `About the ${relatedType}`,
        relatedType,
        relatedId: ids[relatedType],
        isPinned: true,
      }
      const made = (await call('POST /a-crm/notes', 201, { body })).body
      assertHas(made, { ...body, authorId: owner.user.id, createdById: owner.user.id })
      assert.deepEqual((await call('GET /a-crm/notes/:id', 200, { at: made.id })).body, made)
      const changed = await call('PUT /a-crm/notes/:id', 200, { at: made.id, body: { isPinned: false } })
      assertHas(changed.body, { ...body, isPinned: false })
      const noun = { company: 'companies', contact: 'contacts', deal: 'deals' } as const
      const path = `GET /a-crm/${noun[relatedType]}/:id` as const
      await only(`${path}/notes`, ids[relatedType]!, made.id)
      const log = rowsOf(await call(`${path}/activities`, 200, { at: ids[relatedType]! }))
      for (const type of [`${relatedType}.created`, `${relatedType}.updated`, 'note.created'])
        assert.ok(
          log.some(row => row.type === type && row.actorId === owner.user.id),
          `${path}: ${type}`,
        )
      await call('DELETE /a-crm/notes/:id', 204, { at: made.id })
      await call('GET /a-crm/notes/:id', 404, { at: made.id })
    }
    const log = rowsOf(await call('GET /a-crm/projects/:id/activities', 200, { at: ids.project! }))
    assert.ok(log.some(row => row.type === 'project.updated' && row.metadata.changes.status))
    const query = { entityType: 'deal', entityId: ids.deal! }
    const moves = rowsOf(await call('GET /a-crm/activities', 200, { query }))
    assert.ok(moves.some(row => row.metadata.changes?.stageId))
    assert.ok(rowsOf(await call('GET /a-crm/activities', 200)).length > moves.length)
  })

  test('R2 scores and moods', async () => {
    const lead = await fetch(`${await origin()}/api/v1/leads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Nora Lind', source: 'Referral' }),
    }).then(answer => answer.json() as Promise<{ id: string }>)
    const { body } = await call('POST /a-crm/ai/lead-score', 200, { body: { leadId: lead.id } })
    assert.ok(Number.isInteger(body.score) && body.score >= 0 && body.score <= 100)
    assert.ok(body.coldStart && body.warnings.length > 0, 'a workspace without outcomes says so')
    const mood = (await call('POST /a-crm/ai/sentiment', 200, { body: { text: 'What a great demo' } })).body
    assert.ok(mood.score > 0)
    assert.deepEqual(rowsOf(await call('GET /a-crm/ai/models', 200)), [])
  })

  test('R2 AI-powered features', async () => {
    const named = (route: 'email-draft' | 'insights' | 'next-actions' | 'summarize', body: object) =>
      call(`POST /a-crm/ai/${route}`, 200, { body })
    const draft = (await named('email-draft', { dealId: ids.deal, purpose: 'follow up' })).body
    assert.ok(draft.subject && draft.body)
    assertHas(draft, { purpose: 'FOLLOW_UP', tone: 'friendly' })
    const found = (await named('insights', { companyId: ids.company })).body
    assertHas(found, { recordType: 'company', recordId: ids.company })
    assert.ok((await named('next-actions', {})).body.actions.length > 0)
    const summary = (await named('summarize', { dealId: ids.deal })).body
    assert.ok(summary.summary.includes(summary.title))
  })

  walk.checkCompleteness()
}
