import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nobody, useProgram, world } from '#test/world.ts'
import { as, freshEmail, logIn, mailsTo, PASSWORD, signUp, tokenFrom, verify } from './outbox.testing.ts'

const program = useProgram()
const acceptAs = (token: string, more: object = { name: 'Neo', password: PASSWORD }) =>
  nobody.post('/invites/accept', { token, ...more })

test('an admin invites by mail; whoever reads it joins with the role and a verified address', async () => {
  const { admin, ana, workspaceId } = await world()
  const email = freshEmail('neo')
  const made = await admin.post('/invites', { email: email.toUpperCase(), role: 'VIEWER' })
  assert.equal(made.status, 201, made.text)
  assert.equal(made.body.email, email)
  assert.equal(made.body.workspaceId, workspaceId)
  assert.equal(made.body.acceptedAt, null)
  const days = (Date.parse(made.body.expiresAt) - Date.now()) / 86_400_000
  assert.ok(days > 6.9 && days <= 7)
  assert.equal((await ana.get('/invites')).status, 403)
  assert.equal((await ana.post('/invites', { email: freshEmail(), role: 'MEMBER' })).status, 403)
  const listed = (await admin.get('/invites')).body
  assert.deepEqual(listed.rows, [made.body])
  const token = await tokenFrom(program(), email, 'invite')
  assert.notEqual(token, made.body.token)
  const joined = await acceptAs(token)
  assert.equal(joined.status, 201, joined.text)
  assert.equal(joined.body.workspaceId, workspaceId)
  const me = (await as(joined.body.token).get('/auth/me')).body
  assert.equal(me.role, 'VIEWER')
  assert.ok(me.user.emailVerifiedAt)
  assert.equal((await logIn(email)).status, 200)
  assert.equal((await nobody.post('/auth/refresh', { refreshToken: joined.body.refreshToken })).status, 200)
  const again = await acceptAs(token)
  assert.equal(again.status, 422)
  assert.equal(again.body.code, 'INVITE_USED')
  assert.equal((await admin.get('/invites')).body.total, 0)
  const [all] = (await admin.get('/invites?all=true')).body.rows
  assert.equal(all.status, 'ACCEPTED')
  assert.equal(all.token, '')
})

test('a link that an admin passes on joins as well, but verifies nobody’s mailbox', async () => {
  const { admin } = await world()
  const email = freshEmail('neo')
  const { token } = (await admin.post('/invites', { email })).body
  const joined = await acceptAs(token)
  assert.equal(joined.status, 201, joined.text)
  const me = await as(joined.body.token).get('/auth/me')
  assert.equal(me.body.role, 'MEMBER')
  assert.equal(me.body.user.emailVerifiedAt, null)
  await verify(program(), { email })
  assert.ok((await as(joined.body.token).get('/auth/me')).body.user.emailVerifiedAt)
})

test('with an account one joins by password, or signed in, in the same session', async () => {
  const { admin, workspaceId } = await world()
  const someone = await signUp()
  await admin.post('/invites', { email: someone.email, role: 'ADMIN' })
  const token = await tokenFrom(program(), someone.email, 'invite')
  assert.equal((await acceptAs(token, {})).body.code, 'SIGN_IN_REQUIRED')
  assert.equal((await acceptAs(token, { password: 'not the password' })).status, 401)
  const stranger = await signUp('Eve')
  const stolen = await stranger.post('/invites/accept', { token })
  assert.equal(stolen.status, 403)
  assert.equal(stolen.body.code, 'INVITE_FOR_ANOTHER')
  const joined = await someone.post('/invites/accept', { token })
  assert.equal(joined.status, 200, joined.text)
  assert.equal(joined.body.workspaceId, workspaceId)
  assert.equal(joined.body.refreshToken, undefined)
  assert.equal((await as(joined.body.token).get('/auth/sessions')).body.total, 1)
  assert.equal((await someone.get('/workspaces')).body.total, 2)
  const other = await signUp('Bob')
  await admin.post('/invites', { email: other.email })
  const second = await tokenFrom(program(), other.email, 'invite')
  const byPassword = await acceptAs(second, { password: PASSWORD })
  assert.equal(byPassword.status, 200)
  assert.ok((await as(byPassword.body.token).get('/auth/me')).body.user.emailVerifiedAt)
})

test('a new account needs a name and a good password', async () => {
  const { admin } = await world()
  const { token } = (await admin.post('/invites', { email: freshEmail() })).body
  const nothing = await acceptAs(token, {})
  assert.equal(nothing.status, 400)
  assert.deepEqual(
    nothing.body.issues.map((issue: { path: string }) => issue.path),
    ['name', 'password'],
  )
  assert.equal((await acceptAs(token, { name: 'Neo', password: 'password1234' })).status, 400)
  assert.equal((await acceptAs(token)).status, 201, 'the invite still waits')
})

test('only an owner invites an owner, and an admin is not shown that token', async () => {
  const { owner, admin } = await world()
  const body = { email: freshEmail('boss'), role: 'OWNER' }
  assert.equal((await admin.post('/invites', body)).status, 403)
  const made = await owner.post('/invites', body)
  assert.ok(made.body.token)
  assert.equal((await admin.get('/invites')).body.rows[0].token, '')
  assert.equal((await owner.get('/invites')).body.rows[0].token, made.body.token)
})

test('members cannot be invited; those who left can, and come back as themselves', async () => {
  const { admin, ana, ben } = await world()
  const refused = await admin.post('/invites', { email: ana.email })
  assert.equal(refused.status, 409)
  assert.equal(refused.body.code, 'ALREADY_MEMBER')
  const { rows } = (await admin.get('/memberships')).body
  const mine = rows.find((row: { userId: string }) => row.userId === ben.id)
  assert.equal((await ben.delete(`/memberships/${mine.id}`)).status, 204)
  const { token } = (await admin.post('/invites', { email: ben.email, role: 'VIEWER' })).body
  const back = await ben.post('/invites/accept', { token })
  assert.equal(back.status, 200, back.text)
  assert.equal((await ben.get('/auth/me')).body.role, 'VIEWER')
  assert.equal((await ben.get('/auth/me')).body.membership.id, mine.id)
})

test('a second invite replaces the first, also when two admins invite at the same time', async () => {
  const { owner, admin } = await world()
  const email = freshEmail('neo')
  const first = (await admin.post('/invites', { email, role: 'VIEWER' })).body
  const replies = await Promise.all([
    owner.post('/invites', { email, role: 'MEMBER' }),
    admin.post('/invites', { email, role: 'ADMIN' }),
  ])
  assert.deepEqual(
    replies.map(reply => reply.status),
    [201, 201],
  )
  const { rows, total } = (await admin.get('/invites')).body
  assert.equal(total, 1)
  const dead = [first, ...replies.map(reply => reply.body)].filter(made => made.id !== rows[0].id)
  assert.equal(dead.length, 2)
  for (const { token } of dead) assert.equal((await acceptAs(token)).body.code, 'INVITE_REVOKED')
  assert.equal((await acceptAs(rows[0].token)).status, 201)
})

test('of two who accept the same invite at once one gets in', async () => {
  const { admin } = await world()
  const { token } = (await admin.post('/invites', { email: freshEmail() })).body
  const replies = await Promise.all([acceptAs(token), acceptAs(token)])
  const statuses = replies.map(reply => reply.status).sort()
  assert.equal(statuses[0], 201)
  assert.ok([409, 422].includes(statuses[1]!), String(statuses))
})

test('an invite that was taken back or has expired does nothing', async () => {
  const { admin, mallory } = await world()
  const one = (await admin.post('/invites', { email: freshEmail() })).body
  assert.equal((await mallory.delete(`/invites/${one.id}`)).status, 404)
  assert.equal((await admin.delete(`/invites/${one.id}`)).status, 204)
  assert.equal((await admin.delete(`/invites/${one.id}`)).status, 404)
  assert.equal((await acceptAs(one.token)).body.code, 'INVITE_REVOKED')
  const two = (await admin.post('/invites', { email: freshEmail() })).body
  await admin.inWorkspace(tx =>
    tx.session.rows(`update invites set expires_at = now() - interval '1 s' where id = $1::uuid`, [two.id]),
  )
  const expired = await acceptAs(two.token)
  assert.equal(expired.status, 422)
  assert.equal(expired.body.code, 'INVITE_EXPIRED')
  assert.equal((await admin.get('/invites')).body.rows[0].status, 'EXPIRED')
})

test('a token that was altered in any byte is none', async () => {
  const { admin } = await world()
  const { token } = (await admin.post('/invites', { email: freshEmail() })).body
  const bytes = Buffer.from(token, 'base64url')
  for (const at of [0, 20, 32, 40, bytes.length - 1]) {
    const altered = Buffer.from(bytes)
    altered[at] = altered[at]! ^ 1
    assert.equal((await acceptAs(altered.toString('base64url'))).status, 404, String(at))
  }
  assert.equal((await acceptAs('x'.repeat(87))).status, 404)
})

test('the mail says who invites where; nothing of the token stands in the database', async () => {
  const { admin, workspaceId } = await world()
  await admin.patch('/companies/me', { name: 'Northwind' })
  const email = freshEmail('neo')
  const made = (await admin.post('/invites', { email })).body
  const token = await tokenFrom(program(), email, 'invite')
  const [mail] = mailsTo(program(), email)
  assert.match(mail!, /Subject: You are invited to Northwind/)
  assert.match(mail!, /Adam/)
  const kept = await admin.inWorkspace(tx =>
    tx.session.rows('select * from invites where workspace_id = $1::uuid', [workspaceId]),
  )
  const jobs = await program().app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows('select data::text as data, name from pgboss.job'),
  )
  assert.ok(jobs.some(job => job.name === 'people-mail'))
  for (const secret of [token, made.token, email])
    assert.ok(!JSON.stringify(jobs).includes(secret), 'a finished job carries no link')
  assert.ok(!JSON.stringify(kept).includes(token))
})

test('invites stand in the history: made, taken back, accepted', async () => {
  const { admin, workspaceId } = await world()
  const one = (await admin.post('/invites', { email: freshEmail() })).body
  await admin.delete(`/invites/${one.id}`)
  const two = (await admin.post('/invites', { email: freshEmail() })).body
  await acceptAs(two.token)
  const rows = await admin.inWorkspace(tx =>
    tx.session.rows(
      `select entity_type || '.' || action as what from events where workspace_id = $1::uuid and entity_type in ('invite', 'membership') order by seq`,
      [workspaceId],
    ),
  )
  assert.deepEqual(
    rows.map(row => row.what),
    ['invite.created', 'invite.revoked', 'invite.created', 'membership.created', 'invite.accepted'],
  )
})

test('who was deactivated everywhere cannot sign in; who belongs nowhere can begin anew', async () => {
  const { admin } = await world()
  const { token, id } = (await admin.post('/invites', { email: freshEmail('neo') })).body
  const joined = (await acceptAs(token)).body
  assert.ok(id)
  const { rows } = (await admin.get('/memberships')).body
  const theirs = rows.find((row: { userId: string }) => row.userId === joined.user.id)
  await admin.patch(`/memberships/${theirs.id}`, { isActive: false })
  const refused = await logIn(joined.user.email)
  assert.equal(refused.status, 403)
  assert.equal(refused.body.code, 'ACCOUNT_DEACTIVATED')
  const body = { refreshToken: joined.refreshToken }
  assert.equal((await nobody.post('/auth/refresh', body)).body.code, 'ACCOUNT_DEACTIVATED')
  await admin.delete(`/memberships/${theirs.id}`)
  const homeless = await logIn(joined.user.email)
  assert.equal(homeless.status, 200, homeless.text)
  assert.equal(homeless.body.workspaceId, null)
  const alone = as(homeless.body.token)
  assert.equal((await alone.get('/auth/me')).body.workspace, null)
  assert.equal((await alone.get('/companies')).status, 403)
  const own = await alone.post('/workspaces', { name: 'Mine' })
  assert.equal(own.status, 201, own.text)
  assert.equal((await alone.post('/workspaces/switch', { workspaceId: own.body.id })).status, 200)
})
