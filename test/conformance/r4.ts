import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cellsOf, partsOf } from '#core/xlsx/read.testing.ts'
import { type Answer, assertHas, rowsOf, Walk } from './walk.ts'

/** R4 section 4, and the health check of section 8. */
export const R4 = {
  name: 'R4',
  base: '',
  routes: [
    'POST /api/auth/login',
    'POST /api/auth/logout',
    'GET /api/auth/session',
    'GET /api/leads',
    'POST /api/leads',
    'GET /api/leads/[id]',
    'PUT /api/leads/[id]',
    'DELETE /api/leads/[id]',
    'GET /api/dashboard',
    'GET /api/leads/export',
    'GET /api/health',
    'POST /api/openai/chat',
  ],
} as const

type Route = (typeof R4.routes)[number]
type Person = { email: string; password: string; user: { id: string }; workspaceId: string }

export function r4(signUp: () => Promise<Person>, origin: () => Promise<string>): void {
  const walk = new Walk<Route>(R4, origin)
  let person: Person
  let token = ''
  const call: ReturnType<typeof walk.as> = (...given) => walk.as(token)(...given)

  test('R4: log in, session, log out', async () => {
    person = await signUp()
    const { email, password } = person
    const login = async () =>
      (await walk.as()('POST /api/auth/login', 200, { body: { email, password } })).body
    token = (await login()).token
    const session = (await call('GET /api/auth/session', 200)).body
    assert.equal(session.user.email, email)
    assert.equal(session.user.id, person.user.id)
    assert.ok(Date.parse(session.expiresAt) > Date.now())
    await call('POST /api/auth/logout', 204)
    await call('GET /api/auth/session', 401)
    await walk.as()('GET /api/leads', 401)
    token = (await login()).token
  })

  test('R4: leads', async () => {
    const body = {
      name: 'Tomás Prieto',
      email: 'tomas@prieto.example',
      company: 'Prieto',
      stage: 'CONTACTED',
      notes: '=1+1',
    }
    const made = (await call('POST /api/leads', 201, { body })).body
    assertHas(made, { ...body, workspaceId: person.workspaceId })
    for (const key of ['createdAt', 'updatedAt']) assert.equal(new Date(made[key]).toISOString(), made[key])
    assert.deepEqual((await call('GET /api/leads/[id]', 200, { at: made.id })).body, made)
    const change = {
      name: 'Tomás',
      email: 'tp@prieto.example',
      company: 'Prieto y Hijos',
      stage: 'QUALIFIED',
      notes: 'Called',
    }
    assertHas((await call('PUT /api/leads/[id]', 200, { at: made.id, body: change })).body, change)
    const other = (await call('POST /api/leads', 201, { body: { ...body, stage: 'NEW' } })).body
    // Optional filters: stage, date.
    const found = async (query: string) =>
      rowsOf(await call('GET /api/leads', 200, { query })).map(row => row.stage)
    assert.deepEqual(await found('stage=QUALIFIED'), ['QUALIFIED'])
    const today = new Date().toISOString().slice(0, 10)
    assert.deepEqual((await found(`dateFrom=${today}&dateTo=${today}`)).sort(), ['NEW', 'QUALIFIED'])
    assert.deepEqual(await found('dateTo=2020-01-01'), [])
    assert.deepEqual((await found(`date=${today}`)).sort(), ['NEW', 'QUALIFIED'])
    assert.deepEqual(await found('date=2020-01-01'), [])
    await call('DELETE /api/leads/[id]', 204, { at: other.id })
    await call('GET /api/leads/[id]', 404, { at: other.id })
    const refused = await call('POST /api/leads', 400, { body: { ...body, email: 'none' } })
    assert.deepEqual(
      refused.body.issues.map((issue: { path: string }) => issue.path),
      ['email'],
    )
  })

  test('R4: dashboard', async () => {
    const { body } = await call('GET /api/dashboard', 200)
    assertHas(body, { newLeadsToday: 1, conversionRate: 0 })
    const counts = body.pipelineStatus.map((row: Answer['body']) => [row.stage, row.count])
    assert.deepEqual(counts, [
      ['NEW', 0],
      ['CONTACTED', 0],
      ['QUALIFIED', 1],
      ['UNQUALIFIED', 0],
      ['CONVERTED', 0],
    ])
  })

  test('R4: an Excel file of the leads', async () => {
    const file = await call('GET /api/leads/export', 200)
    assert.equal(
      file.headers.get('content-type'),
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    )
    assert.match(file.headers.get('content-disposition')!, /attachment; filename="?leads.*\.xlsx/)
    const parts = await partsOf(file.bytes)
    const [header, row] = cellsOf(parts['xl/worksheets/sheet1.xml']!).map(cells =>
      cells.slice(0, 5).map(cell => cell.value),
    )
    assert.deepEqual(header, ['name', 'email', 'company', 'stage', 'notes'])
    assert.deepEqual(row, ['Tomás', 'tp@prieto.example', 'Prieto y Hijos', 'QUALIFIED', 'Called'])
  })

  test('R4: prompts of a conversation, and leads changed by it', async () => {
    const say = async (content: string, conversationId?: string) =>
      (
        await call('POST /api/openai/chat', 200, {
          body: { messages: [{ role: 'user', content }], conversationId },
          headers: { accept: 'application/json' },
        })
      ).body
    const asked = await say('mark Tomás as contacted')
    assertHas(asked.message, { role: 'assistant' })
    assertHas(asked.proposals[0].changes[0], { field: 'stage', old: 'QUALIFIED', new: 'CONTACTED' })
    await say('yes', asked.conversationId)
    const { recordId } = asked.proposals[0].record
    assertHas((await call('GET /api/leads/[id]', 200, { at: recordId })).body, { stage: 'CONTACTED' })
  })

  test('R4: health', async () => {
    assert.equal((await walk.as()('GET /api/health', 200)).body.status, 'ok')
  })

  walk.checkCompleteness()
}
