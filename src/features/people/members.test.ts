import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Person, personIn, useProgram, world } from '#test/world.ts'

useProgram()

type Row = { id: string; userId: string; role: string; isActive: boolean; version: number }
const membershipOf = async (viewer: Person, person: Person): Promise<Row> =>
  (await viewer.get('/memberships?limit=200')).body.rows.find((row: Row) => row.userId === person.id)
const change = async (by: Person, of: Person, body: object, viewer = by) =>
  by.patch(`/memberships/${(await membershipOf(viewer, of)).id}`, body)
const remove = async (by: Person, of: Person, viewer = by) =>
  by.delete(`/memberships/${(await membershipOf(viewer, of)).id}`)

test('memberships and users are listed page by page, with the fields of R3', async () => {
  const { owner, vera, mallory, ana, workspaceId } = await world()
  const { rows, total, nextCursor } = (await vera.get('/memberships?limit=3')).body
  assert.equal(total, 5)
  assert.equal(rows.length, 3)
  const rest = (await vera.get(`/memberships?limit=3&cursor=${nextCursor}`)).body
  assert.equal(rest.rows.length, 2)
  assert.equal(rest.nextCursor, null)
  assert.equal(new Set([...rows, ...rest.rows].map((row: Row) => row.id)).size, 5)
  const [first] = rows
  assert.equal(first.workspaceId, workspaceId)
  assert.equal(first.userId, owner.id)
  assert.equal(first.role, 'OWNER')
  assert.deepEqual(first.user, { id: owner.id, name: owner.name, email: owner.email })
  const users = (await ana.get('/users')).body
  assert.equal(users.total, 5)
  assert.deepEqual(Object.keys(users.rows[0]).sort(), [
    'createdAt',
    'email',
    'emailVerifiedAt',
    'id',
    'isActive',
    'membershipId',
    'name',
    'removedAt',
    'role',
    'updatedAt',
  ])
  assert.equal((await ana.get('/users?q=VERA')).body.rows[0].id, vera.id)
  assert.equal((await ana.get(`/users/${vera.id}`)).body.role, 'VIEWER')
  assert.equal((await mallory.get(`/users/${vera.id}`)).status, 404)
  assert.equal((await ana.get(`/users/${mallory.id}`)).status, 404)
  assert.equal((await mallory.get('/users')).body.total, 1)
})

test('admins change roles, members do not, and only owners touch owners', async () => {
  const { owner, admin, ana, ben, vera, mallory } = await world()
  for (const by of [ana, vera]) assert.equal((await change(by, ben, { role: 'ADMIN' })).status, 403)
  const promoted = await change(admin, ben, { role: 'ADMIN' })
  assert.equal(promoted.status, 200, promoted.text)
  assert.equal(promoted.body.role, 'ADMIN')
  assert.equal((await change(ben, ana, { role: 'VIEWER' })).status, 200, 'at once')
  assert.equal((await change(admin, ben, { role: 'OWNER' })).status, 403)
  assert.equal((await change(admin, admin, { role: 'OWNER' })).status, 403)
  for (const body of [{ role: 'MEMBER' }, { isActive: false }])
    assert.equal((await change(admin, owner, body)).status, 403)
  assert.equal((await remove(admin, owner)).status, 403)
  assert.equal((await change(mallory, ben, { role: 'MEMBER' }, admin)).status, 404)
  assert.equal((await remove(mallory, ben, admin)).status, 404)
  assert.equal((await change(admin, ben, { role: 'KING' })).status, 400)
})

test('ownership is handed over; the last owner can neither step down nor go', async () => {
  const { owner, admin } = await world()
  for (const reply of [
    await change(owner, owner, { role: 'ADMIN' }),
    await remove(owner, owner),
    await owner.patch(`/users/${owner.id}`, { role: 'MEMBER' }),
  ]) {
    assert.equal(reply.status, 422)
    assert.equal(reply.body.code, 'LAST_OWNER')
  }
  assert.equal((await change(owner, admin, { role: 'OWNER' })).status, 200)
  assert.equal((await change(owner, owner, { role: 'MEMBER' })).status, 200)
  assert.equal((await membershipOf(admin, owner)).role, 'MEMBER')
  assert.equal((await remove(admin, admin)).body.code, 'LAST_OWNER')
})

test('two owners who step down, or put each other down, at the same time never leave none', async () => {
  for (const crosswise of [false, true]) {
    for (let round = 0; round < 5; round++) {
      const { owner, workspaceId } = await world()
      const second = await personIn(workspaceId, 'OWNER', 'Otto')
      const [one, two] = [await membershipOf(owner, owner), await membershipOf(owner, second)]
      const [first, other] = crosswise ? [two, one] : [one, two]
      const replies = await Promise.all([
        owner.patch(`/memberships/${first.id}`, { role: 'MEMBER' }),
        second.patch(`/memberships/${other.id}`, { role: 'MEMBER' }),
      ])
      assert.equal(replies.filter(reply => reply.status === 200).length, 1)
      const viewer = await personIn(workspaceId, 'VIEWER', 'Vi')
      const { rows } = (await viewer.get('/memberships')).body
      assert.equal(rows.filter((row: Row) => row.role === 'OWNER').length, 1)
    }
  }
})

test('an inactive owner does not count as one', async () => {
  const { owner, workspaceId } = await world()
  const second = await personIn(workspaceId, 'OWNER', 'Otto')
  assert.equal((await change(owner, second, { isActive: false })).status, 200)
  assert.equal((await change(owner, owner, { role: 'MEMBER' })).body.code, 'LAST_OWNER')
})

test('who is deactivated is out with the next request, and back in when taken back', async () => {
  const { admin, ana } = await world()
  assert.equal((await ana.get('/companies')).status, 200)
  assert.equal((await change(admin, ana, { isActive: false })).status, 200)
  for (const path of ['/companies', '/auth/me', '/auth/session', '/users']) {
    const out = await ana.get(path)
    assert.equal(out.status, 403, path)
    assert.equal(out.body.code, 'NOT_A_MEMBER')
  }
  assert.equal((await ana.post('/companies', { name: 'Late' })).status, 403)
  assert.equal((await ana.get('/workspaces')).body.total, 0, 'the session itself lives')
  assert.equal((await admin.get(`/users/${ana.id}`)).body.isActive, false)
  assert.equal((await change(admin, ana, { isActive: true })).status, 200)
  assert.equal((await ana.get('/companies')).status, 200)
})

test('nobody deactivates themselves, and an admin does not remove themselves', async () => {
  const { owner, admin } = await world()
  for (const reply of [
    await change(admin, admin, { isActive: false }),
    await change(owner, owner, { isActive: false }),
    await remove(admin, admin),
  ]) {
    assert.equal(reply.status, 422)
    assert.equal(reply.body.code, 'SELF_REMOVAL')
  }
})

test('members and viewers may leave but remove nobody; what they made stays and names them', async () => {
  const { admin, ana, ben, vera } = await world()
  const { id } = (await ana.post('/companies', { name: 'Kept' })).body
  assert.equal((await remove(ana, ben)).status, 403)
  assert.equal((await remove(vera, ben)).status, 403)
  assert.equal((await remove(ana, ana)).status, 204)
  assert.equal((await remove(vera, vera)).status, 204)
  assert.equal((await ana.get('/companies')).status, 403)
  const kept = (await admin.get(`/companies/${id}`)).body
  assert.equal(kept.ownerId, ana.id)
  const changed = await admin.put(`/companies/${id}`, { ...kept, name: 'Kept and changed' })
  assert.deepEqual([changed.status, changed.body.ownerId], [200, ana.id], changed.text)
  const { id: other } = (await admin.post('/companies', { name: 'Other' })).body
  const given = await admin.patch(`/companies/${other}`, { ownerId: ana.id })
  assert.deepEqual([given.status, given.body.issues?.[0].path], [400, 'ownerId'])
  assert.equal((await admin.get('/memberships')).body.total, 3)
  assert.equal((await admin.get(`/users/${ana.id}`)).status, 404)
  const all = (await admin.get('/users?includeRemoved=true')).body
  assert.equal(all.total, 5)
  const gone = all.rows.find((row: Row) => row.id === ana.id)
  assert.equal(gone.isActive, false)
  assert.ok(gone.removedAt)
})

test('an admin removes a member, once', async () => {
  const { admin, ben } = await world()
  const { id } = await membershipOf(admin, ben)
  assert.equal((await admin.delete(`/memberships/${id}`)).status, 204)
  assert.equal((await admin.delete(`/memberships/${id}`)).status, 404)
  assert.equal((await admin.patch(`/memberships/${id}`, { role: 'ADMIN' })).status, 404)
  assert.equal((await ben.get('/companies')).status, 403)
})

test('a membership that has changed since it was read is not overwritten', async () => {
  const { admin, ana } = await world()
  const { id } = await membershipOf(admin, ana)
  const headers = { 'if-match': '"1"' }
  const first = await admin.patch(`/memberships/${id}`, { role: 'VIEWER' }, { headers })
  assert.match(String(first.headers.etag), /^"2-/)
  assert.equal((await admin.patch(`/memberships/${id}`, { role: 'ADMIN' }, { headers })).status, 412)
})

test('one changes one’s own name, also as a viewer, and nobody else’s', async () => {
  const { admin, vera, ana } = await world()
  assert.equal((await vera.patch(`/users/${vera.id}`, { name: 'Vera Vi' })).body.name, 'Vera Vi')
  assert.equal((await vera.get('/auth/me')).body.user.name, 'Vera Vi')
  assert.equal((await admin.patch(`/users/${ana.id}`, { name: 'Anna' })).status, 403)
  assert.equal((await ana.patch(`/users/${ana.id}`, { role: 'ADMIN' })).status, 403)
  assert.equal((await admin.put(`/users/${ana.id}`, { role: 'ADMIN' })).body.role, 'ADMIN')
})

test('role changes and removals stand in the history with old and new', async () => {
  const { admin, ana, workspaceId } = await world()
  const { id } = await membershipOf(admin, ana)
  await change(admin, ana, { role: 'VIEWER' })
  await remove(admin, ana)
  const events = await admin.inWorkspace(tx =>
    tx.session.rows(
      `select action, actor_id, changes from events where workspace_id = $1::uuid and entity_id = $2::uuid order by seq`,
      [workspaceId, id],
    ),
  )
  assert.deepEqual(
    [...events],
    [
      { action: 'updated', actor_id: admin.id, changes: { role: { old: 'MEMBER', new: 'VIEWER' } } },
      {
        action: 'deleted',
        actor_id: admin.id,
        changes: { userId: { old: ana.id }, role: { old: 'VIEWER' } },
      },
    ],
  )
})

test('how one wants the app is kept with the account, of one’s own alone and told to nobody', async () => {
  const { vera, owner } = await world()
  const none = { language: null, locale: null, timezone: null, theme: null }
  assert.deepEqual((await vera.get('/auth/me')).body.user.preferences, none)
  const preferences = { language: 'de', locale: 'de-AT', timezone: 'Europe/Vienna' }
  const changed = await vera.patch('/auth/me', { preferences, name: 'Vera Blum' })
  assert.deepEqual(
    [changed.status, changed.body.preferences],
    [200, { ...none, ...preferences }],
    changed.text,
  )
  await vera.patch('/auth/me', { preferences: { locale: null, theme: 'dark' } })
  const { user } = (await vera.get('/auth/me')).body
  assert.deepEqual(user.preferences, { ...preferences, locale: null, theme: 'dark' })
  assert.equal(user.name, 'Vera Blum')
  assert.deepEqual((await owner.get('/auth/me')).body.user.preferences, none)
  assert.ok(!(await owner.get('/users?limit=200')).text.includes('Vienna'))
  const log = (await owner.get(`/audit-logs?entityId=${vera.id}`)).body.rows
  assert.deepEqual(
    log.map((row: { action: string; changes: object }) => [row.action, Object.keys(row.changes)]),
    [['updated', ['name']]],
  )
  for (const [path, wrong] of [
    ['preferences.timezone', { timezone: '+01:00' }],
    ['preferences.locale', { locale: 'de_AT@euro' }],
    ['preferences.theme', { theme: 'pink' }],
    ['preferences.size', { size: 3 }],
  ] as const) {
    const refused = await vera.patch('/auth/me', { preferences: wrong })
    assert.deepEqual([refused.status, refused.body.issues?.[0].path], [400, path], refused.text)
  }
})
