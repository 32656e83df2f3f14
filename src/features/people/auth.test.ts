import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nobody, useProgram } from '#test/world.ts'
import {
  as,
  cookieFrom,
  eventsOf,
  freshEmail,
  logIn,
  mailsTo,
  PASSWORD,
  signUp,
  tokenFrom,
  verify,
} from './outbox.testing.ts'

const program = useProgram()

test('signing up founds person, workspace, ownership and session at once, under all three names', async () => {
  for (const path of ['/auth/register', '/auth/signup', '/companies/signup']) {
    const email = freshEmail()
    const { status, body } = await nobody.post(path, {
      name: 'Ana Lima',
      email: email.toUpperCase(),
      password: PASSWORD,
      workspaceName: 'Nørd & Søn',
    })
    assert.equal(status, 201)
    assert.deepEqual(Object.keys(body).sort(), ['refreshToken', 'token', 'user', 'workspaceId'])
    assert.equal(body.user.email, email)
    const me = (await as(body.token).get('/auth/me')).body
    assert.equal(me.role, 'OWNER')
    assert.equal(me.workspaceId, body.workspaceId)
    assert.equal(me.workspace.name, 'Nørd & Søn')
    assert.match(me.workspace.slug, /^nord-son(-[0-9a-f]+)?$/)
    assert.equal(me.membership.userId, body.user.id)
    assert.equal(me.user.emailVerifiedAt, null)
    assert.equal(me.user.passwordHash, undefined)
    const events = await eventsOf(program(), body.workspaceId, body.user.id)
    assert.deepEqual(events.slice(0, 2), ['workspace.created', 'membership.created'])
  }
})

test('a workspace without a name is named after its founder, and slugs never clash', async () => {
  const [one, two] = await Promise.all([signUp('Zoe'), signUp('Zoe')])
  const slugs = []
  for (const someone of [one, two]) {
    const { workspace } = (await someone.get('/auth/me')).body
    assert.equal(workspace.name, "Zoe's workspace")
    slugs.push(workspace.slug)
  }
  assert.notEqual(slugs[0], slugs[1])
})

test('a known address is refused, in any case and also at the same time', async () => {
  const { email } = await signUp()
  const again = await nobody.post('/auth/register', {
    name: 'Eve',
    email: email.toUpperCase(),
    password: PASSWORD,
  })
  assert.equal(again.status, 409)
  assert.equal(again.body.code, 'EMAIL_TAKEN')
  const body = { name: 'Twin', email: freshEmail(), password: PASSWORD }
  const replies = await Promise.all([1, 2, 3].map(() => nobody.post('/auth/register', body)))
  assert.deepEqual(replies.map(reply => reply.status).sort(), [201, 409, 409])
})

test('bad input is refused by name', async () => {
  const reply = await nobody.post('/auth/register', {
    name: ' ',
    email: 'nobody',
    password: 'short',
    role: 'OWNER',
  })
  assert.equal(reply.status, 400)
  assert.deepEqual(reply.body.issues.map((issue: { path: string }) => issue.path).sort(), [
    'email',
    'name',
    'password',
    'role',
  ])
  const common = await nobody.post('/auth/register', {
    name: 'Ana',
    email: freshEmail(),
    password: 'P@ssw0rd2024!',
  })
  assert.equal(common.body.issues[0].path, 'password')
})

test('wrong password and unknown address get the same answer; the right one signs in', async () => {
  const { email, workspaceId, user } = await signUp()
  const wrong = await logIn(email, 'not the password at all')
  const unknown = await logIn(freshEmail('ghost'), 'not the password at all')
  for (const reply of [wrong, unknown]) {
    assert.equal(reply.status, 401)
    assert.equal(reply.body.code, 'INVALID_CREDENTIALS')
  }
  assert.equal(wrong.body.error, unknown.body.error)
  assert.deepEqual(Object.keys(wrong.body), Object.keys(unknown.body))
  const right = await logIn(email.toUpperCase())
  assert.equal(right.status, 200)
  assert.deepEqual(right.body.user, user)
  assert.equal(right.body.workspaceId, workspaceId)
})

test('the password is kept as Argon2id and nowhere in clear', async () => {
  const { user } = await signUp()
  const [row] = await program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows('select password_hash from users where id = $1::uuid', [user.id]),
  )
  assert.match(row!.password_hash as string, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
})

test('a hash of other settings is made anew at sign-in', async () => {
  const { hash } = await import('@node-rs/argon2')
  const { email, user } = await signUp()
  const old = await hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
  const auth = <T>(text: string, params: unknown[]) =>
    program().app.database.inSystem('ascendore_auth', scope => scope.session.rows(text, params)) as Promise<
      T[]
    >
  await auth('update users set password_hash = $2 where id = $1::uuid', [user.id, old])
  assert.equal((await logIn(email)).status, 200)
  const [row] = await auth<{ password_hash: string }>('select password_hash from users where id = $1::uuid', [
    user.id,
  ])
  assert.match(row!.password_hash, /m=19456,t=2/)
  assert.equal((await logIn(email)).status, 200)
})

test('signing out ends the session at once and clears the cookie', async () => {
  const someone = await signUp()
  assert.equal((await nobody.post('/auth/logout')).status, 401)
  const out = await someone.post('/auth/logout')
  assert.equal(out.status, 204)
  const { pair, attributes } = cookieFrom(out)
  assert.equal(pair, 'ascendore_refresh=')
  assert.ok(attributes.includes('Max-Age=0'))
  assert.equal((await someone.get('/auth/me')).status, 401)
  assert.equal((await someone.get('/companies')).status, 401)
  const refreshed = await nobody.post('/auth/refresh', { refreshToken: someone.refreshToken })
  assert.equal(refreshed.status, 401)
})

test('signing out works by the cookie alone, when the access token is gone', async () => {
  const someone = await signUp()
  const cookie = cookieFrom(someone.reply).pair
  assert.equal((await nobody.post('/auth/logout', undefined, { headers: { cookie } })).status, 204)
  assert.equal((await someone.get('/auth/me')).status, 401)
})

test('the session says who, where and until when', async () => {
  const someone = await signUp()
  const { body } = await someone.get('/api/auth/session')
  assert.equal(body.user.email, someone.email)
  assert.equal(body.workspaceId, someone.workspaceId)
  assert.equal(body.role, 'OWNER')
  const days = (Date.parse(body.expiresAt) - Date.now()) / 86_400_000
  assert.ok(days > 29.9 && days <= 30, String(days))
})

test('the address is verified by the link from the mail, once', async () => {
  const someone = await signUp()
  const token = await tokenFrom(program(), someone.email, 'verify-email')
  const byLink = await nobody.get(`/auth/verify-email?token=${token}`)
  assert.deepEqual(byLink.body, { verified: true, email: someone.email })
  assert.ok((await someone.get('/auth/me')).body.user.emailVerifiedAt)
  const again = await nobody.post('/auth/verify-email', { token })
  assert.equal(again.status, 422)
  assert.equal(again.body.code, 'TOKEN_EXPIRED')
  assert.equal((await nobody.post('/auth/verify-email', { token: 'x'.repeat(43) })).status, 422)
  assert.deepEqual((await someone.post('/auth/resend-verification')).body, { sent: false })
})

test('the verification mail comes again on request, five times an hour', async () => {
  const someone = await signUp()
  for (let i = 0; i < 4; i++) assert.equal((await someone.post('/auth/resend-verification')).status, 202)
  const sixth = await someone.post('/auth/resend-verification')
  assert.equal(sixth.status, 429)
  assert.ok(sixth.headers['retry-after'])
  const token = await tokenFrom(program(), someone.email, 'verify-email', 2)
  assert.equal((await nobody.post('/auth/verify-email', { token })).status, 200)
})

test('an expired link does nothing', async () => {
  const someone = await signUp()
  const token = await tokenFrom(program(), someone.email, 'verify-email')
  await program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows(
      `update mail_tokens set expires_at = now() - interval '1 s' where user_id = $1::uuid`,
      [someone.user.id],
    ),
  )
  assert.equal((await nobody.post('/auth/verify-email', { token })).status, 422)
  assert.equal((await someone.get('/auth/me')).body.user.emailVerifiedAt, null)
})

test('a forgotten password is reset by mail: all sessions end and the old one is dead', async () => {
  const someone = await signUp()
  const known = await nobody.post('/auth/forgot-password', { email: someone.email })
  const stranger = freshEmail('ghost')
  const unknown = await nobody.post('/auth/forgot-password', { email: stranger })
  assert.equal(known.status, 202)
  assert.deepEqual([unknown.status, unknown.body], [known.status, known.body])
  const token = await tokenFrom(program(), someone.email, 'reset-password')
  const bad = await nobody.post('/auth/reset-password', { token, password: 'qwertyuiop' })
  assert.equal(bad.status, 400, 'a bad choice does not use the mail up')
  const password = 'eleven quiet lighthouses'
  assert.equal((await nobody.post('/auth/reset-password', { token, password })).status, 204)
  assert.equal((await someone.get('/auth/me')).status, 401)
  assert.equal((await nobody.post('/auth/refresh', { refreshToken: someone.refreshToken })).status, 401)
  assert.equal((await logIn(someone.email)).status, 401)
  assert.equal((await logIn(someone.email, password)).status, 200)
  assert.equal((await nobody.post('/auth/reset-password', { token, password })).status, 422)
  assert.deepEqual(mailsTo(program(), stranger), [])
  const events = await eventsOf(program(), someone.workspaceId, someone.user.id)
  assert.ok(events.includes('user.passwordReset'))
})

test('a token serves only its own purpose', async () => {
  const someone = await signUp()
  const token = await tokenFrom(program(), someone.email, 'verify-email')
  const reply = await nobody.post('/auth/reset-password', { token, password: 'eleven quiet lighthouses' })
  assert.equal(reply.status, 422)
})

test('changing the password needs the old one and ends the other sessions only', async () => {
  const someone = await signUp()
  const other = (await logIn(someone.email)).body
  const change = (currentPassword: string, newPassword: string) =>
    someone.post('/auth/change-password', { currentPassword, newPassword })
  const wrong = await change('not the password', 'eleven quiet lighthouses')
  assert.equal(wrong.status, 400)
  assert.equal(wrong.body.issues[0].path, 'currentPassword')
  assert.equal((await change(PASSWORD, 'password12345')).body.issues[0].path, 'newPassword')
  assert.equal((await change(PASSWORD, 'eleven quiet lighthouses')).status, 204)
  assert.equal((await someone.get('/auth/me')).status, 200)
  assert.equal((await as(other.token).get('/auth/me')).status, 401)
  assert.equal((await logIn(someone.email, 'eleven quiet lighthouses')).status, 200)
  const events = await eventsOf(program(), someone.workspaceId, someone.user.id)
  assert.ok(events.includes('user.passwordChanged'))
})

test('sessions are listed and revoked, one or all others; nobody reaches those of others', async () => {
  const someone = await signUp()
  const stranger = await signUp('Eve')
  const tablet = (await logIn(someone.email)).body
  const phone = (await logIn(someone.email)).body
  const { rows, total } = (await someone.get('/auth/sessions')).body
  assert.equal(total, 3)
  const current = rows.filter((row: { isCurrent: boolean }) => row.isCurrent)
  assert.equal(current.length, 1)
  const mine = (await as(phone.token).get('/auth/sessions')).body.rows.find(
    (row: { isCurrent: boolean }) => row.isCurrent,
  )
  assert.equal((await stranger.delete(`/auth/sessions/${mine.id}`)).status, 404)
  assert.equal((await as(phone.token).get('/auth/me')).status, 200)
  assert.equal((await someone.delete(`/auth/sessions/${mine.id}`)).status, 204)
  assert.equal((await as(phone.token).get('/auth/me')).status, 401)
  assert.equal((await someone.delete('/auth/sessions')).status, 204)
  assert.equal((await as(tablet.token).get('/auth/me')).status, 401)
  assert.equal((await someone.get('/auth/me')).status, 200)
  const events = await eventsOf(program(), someone.workspaceId, someone.user.id)
  assert.equal(events.filter(event => event === 'session.revoked').length, 2)
})

test('until the address is verified one may work, but not invite', async () => {
  const someone = await signUp()
  assert.equal((await someone.post('/companies', { name: 'Acme' })).status, 201)
  const refused = await someone.post('/invites', { email: freshEmail(), role: 'MEMBER' })
  assert.equal(refused.status, 403)
  assert.equal(refused.body.code, 'EMAIL_NOT_VERIFIED')
  await verify(program(), someone)
  assert.equal((await someone.post('/invites', { email: freshEmail(), role: 'MEMBER' })).status, 201)
})
