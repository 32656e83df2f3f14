import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useProgram, world } from '#test/world.ts'
import { as, eventsOf, logIn, signUp } from './outbox.testing.ts'

const program = useProgram()

test('one founds further workspaces, switches between them, and refresh and sign-in stay there', async () => {
  const someone = await signUp()
  const made = await someone.post('/workspaces', {
    name: 'Second',
    currency: 'eur',
    timezone: 'Europe/Berlin',
    settings: { recordVisibility: 'workspace' },
  })
  assert.equal(made.status, 201, made.text)
  assert.equal(made.body.role, 'OWNER')
  assert.equal(made.body.currency, 'EUR')
  const { rows, total } = (await someone.get('/workspaces')).body
  assert.equal(total, 2)
  assert.deepEqual(
    rows.map((row: { id: string }) => row.id),
    [someone.workspaceId, made.body.id],
  )
  const switched = await someone.post('/workspaces/switch', { workspaceId: made.body.id })
  assert.equal(switched.status, 200)
  assert.equal(switched.body.workspaceId, made.body.id)
  const there = as(switched.body.token)
  assert.equal((await there.get('/companies/me')).body.name, 'Second')
  assert.equal((await there.get('/auth/sessions')).body.total, 1, 'it is the same session')
  const refreshed = await there.post('/auth/refresh', { refreshToken: someone.refreshToken })
  assert.equal(refreshed.body.workspaceId, made.body.id)
  assert.equal((await logIn(someone.email)).body.workspaceId, made.body.id)
  await there.post('/companies', { name: 'Only there' })
  assert.equal((await someone.get('/companies')).body.total, 0)
  assert.equal((await someone.get('/companies', { 'x-workspace-id': made.body.id })).body.total, 1)
})

test('a workspace of others is not there: neither by switch nor by X-Workspace-Id', async () => {
  const { ana, mallory, workspaceId } = await world()
  assert.equal((await mallory.post('/workspaces/switch', { workspaceId })).status, 404)
  const headers = { 'x-workspace-id': workspaceId }
  for (const path of ['/companies', '/companies/me', '/memberships', '/users', '/auth/me', '/auth/session'])
    assert.equal((await mallory.get(path, { headers })).status, 404, path)
  const own = { headers: { 'x-workspace-id': mallory.workspaceId } }
  assert.equal((await ana.patch('/companies/me', { name: 'Taken' }, own)).status, 404)
  assert.equal((await ana.get('/companies', { headers: { 'x-workspace-id': 'x' } })).status, 400)
  assert.equal((await mallory.get('/workspaces')).body.total, 1)
})

test('admins change the workspace in part, settings are merged, and the history says what was', async () => {
  const { admin, owner, ana, workspaceId } = await world({ ai: { provider: 'builtin' } })
  const before = (await ana.get('/companies/me')).body
  assert.deepEqual(before.settings, {
    recordVisibility: 'own',
    retentionDays: 30,
    ai: { provider: 'builtin' },
  })
  assert.equal((await ana.patch('/companies/me', { name: 'Mine' })).status, 403)
  const changed = await admin.patch('/workspaces/current', {
    name: 'Northwind',
    settings: { retentionDays: 90 },
  })
  assert.equal(changed.status, 200, changed.text)
  assert.match(String(changed.headers.etag), /^"2-/)
  assert.deepEqual(changed.body.settings, { ...before.settings, retentionDays: 90 })
  assert.equal(changed.body.currency, before.currency)
  const put = await owner.put('/companies/me', { ...changed.body, timezone: 'America/New_York' })
  assert.equal(put.body.timezone, 'America/New_York', put.text)
  assert.equal(put.body.name, 'Northwind')
  assert.equal(put.body.slug, before.slug)
  const same = await owner.patch('/companies/me', { timezone: 'America/New_York' })
  assert.equal(same.body.version, put.body.version, 'nothing changed, nothing written')
  const events = await owner.inWorkspace(tx =>
    tx.session.rows(
      `select changes from events where workspace_id = $1::uuid and entity_type = 'workspace' order by seq`,
      [workspaceId],
    ),
  )
  assert.deepEqual(
    events.map(row => row.changes),
    [
      { name: { old: before.name, new: 'Northwind' }, 'settings.retentionDays': { old: 30, new: 90 } },
      { timezone: { old: 'UTC', new: 'America/New_York' } },
    ],
  )
})

test('settings that cannot be are refused', async () => {
  const { admin } = await world()
  for (const body of [
    { currency: 'XXQ' },
    { timezone: 'Mars/Olympus' },
    { timezone: '+01:00' },
    { settings: { retentionDays: 0 } },
    { settings: { retentionDays: 3651 } },
    { settings: { recordVisibility: 'public' } },
    { settings: { invoiceFooter: 'x'.repeat(20_001) } },
    { name: '' },
    { owner: 'me' },
  ])
    assert.equal((await admin.patch('/companies/me', body)).status, 400, JSON.stringify(body).slice(0, 60))
})

test('unknown settings are refused by name; what is kept from before may be sent back or taken away', async () => {
  const { admin, owner, workspaceId } = await world()
  const refused = await admin.patch('/workspaces/current', {
    name: 'Other',
    settings: { retentionDay: 5, recordVisibility: 'workspace' },
  })
  assert.deepEqual(
    [refused.status, refused.body.issues],
    [400, [{ path: 'settings.retentionDay', message: 'is not a known field', code: 'UNKNOWN_FIELD' }]],
  )
  assert.equal((await admin.get('/companies/me')).body.version, 1, 'nothing of it is taken')
  const founded = await admin.post('/workspaces', { name: 'New', settings: { ai: true } })
  assert.deepEqual([founded.status, founded.body.issues[0].path], [400, 'settings.ai'])
  await owner.inWorkspace(tx =>
    tx.session.rows(
      `update workspaces set settings = settings || '{"old": {"a": 1}}'::jsonb where id = $1::uuid`,
      [workspaceId],
    ),
  )
  const { body } = await admin.get('/companies/me')
  assert.equal((await admin.put('/companies/me', { ...body, name: 'Renamed' })).status, 200)
  assert.equal((await admin.patch('/companies/me', { settings: { old: 2 } })).status, 400)
  const taken = await admin.patch('/companies/me', { settings: { old: null } })
  assert.deepEqual([taken.status, 'old' in taken.body.settings], [200, false], taken.text)
})

test('of two who change the same version the second hears of it', async () => {
  const { admin, owner } = await world()
  const headers = { 'if-match': '"1"' }
  const replies = await Promise.all([
    admin.patch('/companies/me', { name: 'One' }, { headers }),
    owner.patch('/companies/me', { name: 'Two' }, { headers }),
  ])
  assert.deepEqual(replies.map(reply => reply.status).sort(), [200, 412])
})

test('a change of visibility holds for the very next request', async () => {
  const { admin, ana, ben } = await world()
  const { id } = (await ana.post('/companies', { name: 'Hers' })).body
  assert.equal((await ben.get(`/companies/${id}`)).status, 404)
  await admin.patch('/companies/me', { settings: { recordVisibility: 'workspace' } })
  assert.equal((await ben.get(`/companies/${id}`)).status, 200)
  await admin.patch('/companies/me', { settings: { recordVisibility: null } })
  assert.equal((await ben.get(`/companies/${id}`)).status, 404)
})

test('founding tells the new workspace and nobody else', async () => {
  const someone = await signUp()
  const { id } = (await someone.post('/workspaces', { name: 'Quiet' })).body
  const there = await eventsOf(program(), id, someone.user.id)
  assert.deepEqual(there.slice(0, 2), ['workspace.created', 'membership.created'])
  const here = await eventsOf(program(), someone.workspaceId, someone.user.id)
  assert.equal(here.filter(event => event === 'workspace.created').length, 1)
})
