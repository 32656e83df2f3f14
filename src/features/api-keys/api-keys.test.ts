import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkRefusal } from '#test/routes.ts'
import { nobody, type Person, type Reply, useProgram, workspace, world } from '#test/world.ts'

/** Keys of programs: what they reach, for how long, and what they leave behind. */

const program = useProgram({ RATE_LIMIT_GENERAL: '40' })

type Body = Record<string, unknown>
async function keyOf(person: Person, body: Body = {}) {
  const made = await person.post('/api-keys', { name: 'Robot', scopes: ['read', 'write'], ...body })
  assert.equal(made.status, 201, made.text)
  return made.body as { id: string; key: string; prefix: string; role: string; [more: string]: unknown }
}
/** Calls with a key, as the client of a program does. */
function by(key: string, header: 'authorization' | 'x-api-key' = 'x-api-key') {
  const headers = { [header]: header === 'authorization' ? `Bearer ${key}` : key }
  const merged = (more?: Record<string, string>) => ({ headers: { ...headers, ...more } })
  return {
    get: (path: string, more?: Record<string, string>): Promise<Reply> => nobody.get(path, merged(more)),
    post: (path: string, body?: unknown, more?: Record<string, string>) =>
      nobody.post(path, body, merged(more)),
    patch: (path: string, body?: unknown) => nobody.patch(path, body, merged()),
    put: (path: string, body?: unknown) => nobody.put(path, body, merged()),
    delete: (path: string) => nobody.delete(path, undefined, merged()),
  }
}
function refused(reply: Reply, status: number, code: string): void {
  checkRefusal(reply, status, code)
  assert.equal(reply.body.code, code, reply.text)
}

test('a key is told once, kept as a hash, and works as Bearer and as X-Api-Key', async () => {
  const { owner } = await world()
  const made = await keyOf(owner)
  assert.match(made.key, /^crm_[\w-]{86}$/)
  assert.ok(made.key.startsWith(made.prefix) && made.prefix.length === 16)
  for (const header of ['authorization', 'x-api-key'] as const)
    assert.equal((await by(made.key, header).get('/deals')).status, 200)
  const read = await owner.get(`/api-keys/${made.id}`)
  assert.equal(read.body.key, undefined)
  assert.equal((await owner.get('/api-keys')).body.rows[0].id, made.id)
  const secret = made.key.slice(-40)
  const tables = await program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows('select to_jsonb(k)::text as row from api_keys k where id = $1::uuid', [made.id]),
  )
  assert.ok(tables.length === 1 && !String(tables[0]!.row).includes(secret))
  const events = await owner.get(`/audit-logs?entityId=${made.id}`)
  assert.ok(events.body.rows.length === 1 && !events.text.includes(secret))
  const read_ = await owner
    .inWorkspace(tx => tx.session.rows('select hash from api_keys'))
    .catch(error => error.code)
  assert.equal(read_, '42501', 'no role of a user reads the hash')
})

test('an Idempotency-Key answers the same key again, and the copy that is kept for it does not show it', async () => {
  const { owner } = await world()
  const once = { headers: { 'idempotency-key': 'make-one' } }
  const body = { name: 'Robot', scopes: ['read'] }
  const first = await owner.post('/api-keys', body, once)
  const again = await owner.post('/api-keys', body, once)
  assert.deepEqual([again.status, again.body], [201, first.body])
  const [kept] = await owner.inWorkspace(tx =>
    tx.session.rows(`select body from idempotency_keys where key = 'make-one'`),
  )
  assert.ok(kept!.body && !String(kept!.body).includes(first.body.key.slice(4, 40)))
  assert.equal((await owner.get('/api-keys')).body.total, 1)
})

test('scopes: each route needs its own for every noun it speaks of, and the refusal names it', async () => {
  const { owner } = await world()
  const { id: companyId } = (await owner.post('/companies', { name: 'Acme' })).body
  const { id: leadId } = (await owner.post('/leads', { name: 'Ida', email: 'ida@acme.example' })).body
  const { key } = await keyOf(owner, {
    scopes: ['companies:read', 'deals:write', 'leads:write', 'imports:write'],
  })
  const robot = by(key)
  assert.equal((await robot.get(`/companies/${companyId}`)).status, 200)
  assert.equal((await robot.post('/deals', { title: 'New', companyId })).status, 201)
  const lacking: Array<[Reply, string]> = [
    [await robot.get('/deals'), 'deals:read'],
    [await robot.get('/contacts'), 'contacts:read'],
    [await robot.post('/companies', { name: 'X' }), 'companies:write'],
    [await robot.delete(`/companies/${companyId}`), 'companies:write'],
    [await robot.get(`/companies/${companyId}/deals`), 'deals:read'],
    [await robot.get(`/companies/${companyId}/activities`), 'activities:read'],
    [await robot.post(`/leads/${leadId}/convert`, {}), 'contacts:write'],
    [await robot.get('/audit-logs'), 'audit-logs:read'],
    [await robot.get('/trash'), 'trash:read'],
    [
      await nobody.post('/deals/import', 'title,company\nX,Nobody\n', {
        headers: { 'x-api-key': key, 'content-type': 'text/csv' },
        query: { createLinked: 'true' },
      }),
      'companies:write',
    ],
  ]
  for (const [reply, scope] of lacking) {
    refused(reply, 403, 'INSUFFICIENT_SCOPE')
    assert.ok(reply.body.error.includes(scope), `${reply.body.error} names ${scope}`)
  }
  const all = by((await keyOf(owner, { scopes: ['read'] })).key)
  assert.equal((await all.get(`/companies/${companyId}/deals`)).status, 200)
  refused(await all.post('/deals', { title: 'X' }), 403, 'INSUFFICIENT_SCOPE')
})

test('keys, members, invites, workspaces and sessions are reached by no key, whatever its scopes', async () => {
  const { owner } = await world()
  const { id, key } = await keyOf(owner)
  const robot = by(key)
  for (const reply of [
    await robot.get('/api-keys'),
    await robot.post('/api-keys', { name: 'Child', scopes: ['read'] }),
    await robot.delete(`/api-keys/${id}`),
    await robot.get('/memberships'),
    await robot.get('/users'),
    await robot.post('/invites', { email: 'x@x.example' }),
    await robot.get('/auth/me'),
    await robot.get('/auth/sessions'),
    await robot.delete('/auth/sessions'),
    await robot.get('/workspaces'),
    await robot.patch('/workspaces/current', { name: 'Mine' }),
    await robot.post('/workspaces/switch', { workspaceId: owner.workspaceId }),
  ])
    refused(reply, 403, 'NOT_FOR_API_KEYS')
})

test('a key does at most what its role and its creator may now, in its one workspace', async () => {
  const { owner, admin, ana, mallory } = await world()
  const theirs = (await owner.post('/deals', { title: 'Theirs' })).body
  const viewing = by((await keyOf(owner, { role: 'VIEWER' })).key)
  assert.equal((await viewing.get(`/deals/${theirs.id}`)).status, 200)
  refused(await viewing.post('/deals', { title: 'X' }), 403, 'FORBIDDEN')
  const made = by((await keyOf(admin)).key)
  assert.equal(
    (await made.post('/custom-fields', { entity: 'deal', key: 'a', label: 'A', type: 'text' })).status,
    201,
  )
  const { rows } = (await owner.get('/memberships')).body
  const membership = rows.find((row: any) => row.userId === admin.id)
  await owner.patch(`/memberships/${membership.id}`, { role: 'MEMBER' })
  refused(
    await made.post('/custom-fields', { entity: 'deal', key: 'b', label: 'B', type: 'text' }),
    403,
    'FORBIDDEN',
  )
  assert.equal((await made.get(`/deals/${theirs.id}`)).status, 404, 'a member sees only their own')
  for (const [reply] of [
    [await admin.post('/api-keys', { name: 'X', scopes: ['read'] })],
    [await ana.get('/api-keys')],
  ])
    refused(reply!, 403, 'FORBIDDEN')
  const here = by((await keyOf(owner)).key)
  assert.equal((await here.get('/deals', { 'x-workspace-id': owner.workspaceId })).status, 200)
  refused(await here.get('/deals', { 'x-workspace-id': mallory.workspaceId }), 404, 'NOT_FOUND')
})

test('every scope that is listed can be given', async () => {
  const { admin, ana } = await world()
  const { scopes } = (await admin.get('/api-keys/scopes')).body
  assert.ok(['read', 'write', 'deals:read', 'tags:write'].every(scope => scopes.includes(scope)))
  for (let at = 0; at < scopes.length; at += 100) {
    const made = await admin.post('/api-keys', { name: 'All', scopes: scopes.slice(at, at + 100) })
    assert.equal(made.status, 201, made.text)
  }
  assert.equal((await ana.get('/api-keys/scopes')).status, 403)
})

test('an admin cannot make a key that is an owner; bad input is named', async () => {
  const { admin } = await world()
  refused(await admin.post('/api-keys', { name: 'X', scopes: ['read'], role: 'OWNER' }), 403, 'FORBIDDEN')
  const { id } = await keyOf(admin)
  refused(await admin.patch(`/api-keys/${id}`, { role: 'OWNER' }), 403, 'FORBIDDEN')
  const bad: Array<[Body, string]> = [
    [{ name: '' }, 'name'],
    [{ name: 5 }, 'name'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['deal:read'] }, 'scopes.0'],
    [{ scopes: ['read', 'api-keys:write'] }, 'scopes.1'],
    [{ scopes: ['memberships:read'] }, 'scopes.0'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ expiresAt: 'soon' }, 'expiresAt'],
    [{ role: 'GOD' }, 'role'],
  ]
  for (const [body, path] of bad)
    checkRefusal(
      await admin.post('/api-keys', { name: 'X', scopes: ['read'], ...body }),
      400,
      JSON.stringify(body),
      path,
    )
})

test('a key ends: revoked, expired, or with the membership of its creator; what is no key is 401', async () => {
  const { owner, admin } = await world()
  const revoked = await keyOf(owner)
  const creators = await keyOf(admin)
  const expiresAt = new Date(Date.now() + 3000)
  const expiring = await keyOf(owner, { expiresAt: expiresAt.toISOString() })
  for (const { key } of [expiring, revoked, creators]) assert.equal((await by(key).get('/deals')).status, 200)
  assert.equal((await owner.delete(`/api-keys/${revoked.id}`)).status, 204)
  refused(await by(revoked.key).get('/deals'), 401, 'INVALID_API_KEY')
  checkRefusal(await owner.delete(`/api-keys/${revoked.id}`), 404, 'once more')
  checkRefusal(await owner.patch(`/api-keys/${revoked.id}`, { name: 'X' }), 404, 'a revoked key')
  assert.ok(
    (await owner.get('/api-keys?all=true')).body.rows.some(
      (row: any) => row.id === revoked.id && row.revokedAt,
    ),
  )
  const { rows } = (await owner.get('/memberships')).body
  const membership = rows.find((row: any) => row.userId === admin.id)
  await owner.patch(`/memberships/${membership.id}`, { isActive: false })
  refused(await by(creators.key).get('/deals'), 401, 'INVALID_API_KEY')
  await owner.patch(`/memberships/${membership.id}`, { isActive: true })
  assert.equal((await by(creators.key).get('/deals')).status, 200)
  await owner.delete(`/memberships/${membership.id}`)
  refused(await by(creators.key).get('/deals'), 401, 'INVALID_API_KEY')
  await sleep(Math.max(0, expiresAt.getTime() - Date.now()) + 50)
  refused(await by(expiring.key).get('/deals'), 401, 'INVALID_API_KEY')
  const other = await keyOf(owner)
  const flipped = other.key.slice(0, -8) + (other.key.at(-8) === 'A' ? 'B' : 'A') + other.key.slice(-7)
  for (const bad of ['crm_', 'crm_x', `${other.key}A`, flipped, other.key.replace('crm_', 'crm_A')])
    refused(await by(bad).get('/deals'), 401, 'INVALID_API_KEY')
  refused(await by(owner.token).get('/deals'), 401, 'INVALID_API_KEY')
  refused(await by(other.key.slice(4)).get('/deals'), 401, 'INVALID_API_KEY')
})

test('what a program does is told with the member and the key, also when a job does it; its use is noted', async () => {
  const { owner } = await world()
  const { id, key } = await keyOf(owner)
  const robot = by(key)
  assert.equal((await owner.get(`/api-keys/${id}`)).body.lastUsedAt, null)
  const deal = (await robot.post('/deals', { title: 'By a robot' })).body
  await robot.patch(`/deals/${deal.id}`, { title: 'Changed' })
  await owner.patch(`/deals/${deal.id}`, { title: 'By hand' })
  const told = (await owner.get(`/audit-logs?entityId=${deal.id}`)).body.rows
  assert.deepEqual(
    told.map((row: any) => [row.actorId, row.apiKeyId]),
    [
      [owner.id, null],
      [owner.id, id],
      [owner.id, id],
    ],
  )
  const { lastUsedAt } = (await owner.get(`/api-keys/${id}`)).body
  assert.ok(Math.abs(Date.now() - Date.parse(lastUsedAt)) < 60_000)
  const sent = await nobody.post('/companies/import', 'name\nAcme\n', {
    headers: { 'x-api-key': key, 'content-type': 'text/csv' },
  })
  assert.equal(sent.status, 202, sent.text)
  let rows: any[] = []
  for (let tries = 0; tries < 100 && !rows.length; tries++) {
    await sleep(50)
    rows = (await owner.get('/audit-logs?entityType=company&action=created')).body.rows
  }
  assert.equal(rows[0]?.apiKeyId, id)
})

test('an import that a lesser key asks for runs with the key’s role, not with that of its creator', async () => {
  const { owner, ana } = await world()
  await ana.post('/companies', { name: 'Acme', domain: 'acme.example' })
  const { key } = await keyOf(owner, { role: 'MEMBER' })
  const sent = await nobody.post('/companies/import', 'name,domain\nTaken over,acme.example\n', {
    headers: { 'x-api-key': key, 'content-type': 'text/csv' },
    query: { onDuplicate: 'update', matchBy: 'domain' },
  })
  assert.equal(sent.status, 202, sent.text)
  for (let tries = 0; tries < 100; tries++) {
    await sleep(50)
    const { status } = (await owner.get(`/imports/${sent.body.id}`)).body
    if (status !== 'PENDING' && status !== 'RUNNING') break
  }
  const names = (await owner.get('/companies?sort=name')).body.rows.map((row: any) => row.name)
  assert.ok(names.includes('Acme'), `a member's key has changed what is Ana's: ${names}`)
})

test('each key is a client of its own for the rate limit', async () => {
  const { owner } = await workspace()
  const [one, two] = [await keyOf(owner), await keyOf(owner)]
  const statuses = []
  for (let n = 0; n < 41; n++) statuses.push((await by(one.key).get('/deals')).status)
  assert.deepEqual([statuses.filter(status => status === 200).length, statuses.at(-1)], [40, 429])
  assert.equal((await by(two.key).get('/deals')).status, 200)
  assert.equal((await owner.get('/deals')).status, 200)
})
