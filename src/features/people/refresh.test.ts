import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nobody, type Reply, useProgram } from '#test/world.ts'
import { as, cookieFrom, eventsOf, signUp } from './outbox.testing.ts'

const program = useProgram({ RATE_LIMIT_GENERAL: '307', RATE_LIMIT_WEB: '309' })

const byBody = (refreshToken: string) => nobody.post('/auth/refresh', { refreshToken })
const byCookie = (cookie: string, agent = 'Firefox', path = '/auth/refresh') =>
  nobody.post(path, undefined, { headers: { cookie, 'user-agent': agent } })

const age = (seconds: number) =>
  program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows(`update used_refresh_tokens set used_at = used_at - $1::int * interval '1 second'`, [
      seconds,
    ]),
  )

test('a refresh token is exchanged for the next one', async () => {
  const someone = await signUp()
  const first = await byBody(someone.refreshToken)
  assert.equal(first.status, 200)
  assert.notEqual(first.body.refreshToken, someone.refreshToken)
  assert.deepEqual(first.body.user, someone.user)
  assert.equal(first.body.workspaceId, someone.workspaceId)
  assert.equal((await as(first.body.token).get('/auth/me')).status, 200)
  assert.equal((await byBody(first.body.refreshToken)).status, 200)
})

test('only hashes of refresh tokens are kept', async () => {
  const someone = await signUp()
  await byBody(someone.refreshToken)
  const rows = await program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows(
      'select token_hash as hash from sessions union all select hash from used_refresh_tokens',
    ),
  )
  assert.ok(rows.length >= 2)
  assert.ok(rows.every(row => row.hash !== someone.refreshToken))
})

test('a used token ends the whole family, also for the one who holds the newest', async () => {
  const someone = await signUp()
  const next = (await byBody(someone.refreshToken)).body
  const reused = await byBody(someone.refreshToken)
  assert.equal(reused.status, 401)
  assert.equal(reused.body.code, 'TOKEN_REUSED')
  assert.equal((await byBody(next.refreshToken)).status, 401)
  assert.equal((await as(next.token).get('/auth/me')).status, 401)
  assert.equal((await someone.get('/auth/me')).status, 401)
  const events = await eventsOf(program(), someone.workspaceId, someone.user.id)
  assert.ok(events.includes('session.tokenReused'))
})

test('a token that was never given is refused and ends nothing', async () => {
  const someone = await signUp()
  const reply = await byBody('A'.repeat(43))
  assert.equal(reply.status, 401)
  assert.equal(reply.body.code, 'INVALID_REFRESH_TOKEN')
  assert.equal((await nobody.post('/auth/refresh')).status, 401)
  assert.equal((await someone.get('/auth/me')).status, 200)
})

test('two refreshes at the same time both get in, and one of them rotates', async () => {
  const someone = await signUp()
  const replies = await Promise.all([byBody(someone.refreshToken), byBody(someone.refreshToken)])
  assert.deepEqual(
    replies.map(reply => reply.status),
    [200, 200],
  )
  const rotated = replies.flatMap((reply): string[] => reply.body.refreshToken ?? [])
  assert.equal(rotated.length, 1)
  for (const reply of replies) assert.equal((await as(reply.body.token).get('/auth/me')).status, 200)
  assert.equal((await byBody(rotated[0]!)).status, 200)
})

test('tabs that share a cookie may come late by a few seconds, others not', async () => {
  const someone = await signUp()
  const old = cookieFrom(someone.reply).pair
  const first = await byCookie(old)
  assert.equal(first.status, 200)
  assert.equal(first.body.renewAfterSeconds, undefined)
  const late = await byCookie(old)
  assert.equal(late.status, 200)
  assert.equal(late.headers['set-cookie'], undefined)
  assert.equal(late.body.renewAfterSeconds, 3)
  assert.equal((await as(late.body.token).get('/auth/me')).status, 200)
  // Its successor has been used, so that it cannot have been lost.
  const next = await byCookie(cookieFrom(first).pair)
  await age(5)
  assert.equal((await byCookie(old)).headers['set-cookie'], undefined)
  await age(6)
  assert.equal((await byCookie(old)).body.code, 'TOKEN_REUSED')
  assert.equal((await byCookie(cookieFrom(next).pair)).status, 401)
})

test('a browser that never got its new cookie exchanges the old one again, once', async () => {
  const someone = await signUp()
  const old = cookieFrom(someone.reply).pair
  assert.equal((await byCookie(old)).status, 200)
  await age(20)
  const again = await byCookie(old)
  assert.equal(again.status, 200)
  const { pair } = cookieFrom(again)
  assert.notEqual(pair, old)
  assert.equal((await byCookie(pair)).status, 200)
  assert.equal((await byCookie(old)).body.code, 'TOKEN_REUSED')
})

test('where the cookie that was thought lost comes too, the session ends for both', async () => {
  const someone = await signUp()
  const old = cookieFrom(someone.reply).pair
  const first = cookieFrom(await byCookie(old)).pair
  await age(20)
  const second = cookieFrom(await byCookie(old)).pair
  await age(11)
  assert.equal((await byCookie(first)).body.code, 'TOKEN_REUSED')
  assert.equal((await byCookie(second)).status, 401)
})

test('an exchange is not done again by another browser, without a cookie, or after half a minute', async () => {
  for (const [seconds, refreshed] of [
    [20, (cookie: string) => byCookie(cookie, 'curl')],
    [20, (cookie: string) => byBody(cookie.slice(cookie.indexOf('=') + 1))],
    [31, (cookie: string) => byCookie(cookie)],
  ] as const) {
    const old = cookieFrom((await signUp()).reply).pair
    assert.equal((await byCookie(old)).status, 200)
    await age(seconds)
    assert.equal((await refreshed(old)).body.code, 'TOKEN_REUSED')
  }
})

test('a cookie that comes from another browser is reuse at once', async () => {
  const someone = await signUp()
  const old = cookieFrom(someone.reply).pair
  await byCookie(old)
  assert.equal((await byCookie(old, 'curl')).body.code, 'TOKEN_REUSED')
})

test('the cookie is out of reach of scripts and other sites, under every base, and not told in JSON', async () => {
  const someone = await signUp()
  const given = cookieFrom(someone.reply)
  assert.deepEqual(given.attributes.sort(), ['HttpOnly', 'Max-Age=2592000', 'Path=/', 'SameSite=Strict'])
  let { pair } = given
  for (const base of ['/api/v1', '/v1', '/api/v1/a-crm', '/api']) {
    const reply: Reply = await byCookie(pair, 'Firefox', `${base}/auth/refresh`)
    assert.equal(reply.status, 200, base)
    assert.equal(reply.body.refreshToken, undefined)
    pair = cookieFrom(reply).pair
  }
})

test('tokens of a cookie session have the web limit, others the general one', async () => {
  const someone = await signUp()
  const web = (await byCookie(cookieFrom(someone.reply).pair)).body.token
  const limitOf = async (token: string) =>
    (await as(token).get('/companies')).headers['ratelimit-limit'] ??
    (await as(token).get('/companies')).headers['x-ratelimit-limit']
  assert.equal(String(await limitOf(web)), '309')
  assert.equal(String(await limitOf(someone.token)), '307')
})

test('an access token lives for at most 15 minutes', async () => {
  const { token } = await signUp()
  const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
  assert.ok(exp - iat <= 900)
})

test('a session that is over cannot be refreshed', async () => {
  const someone = await signUp()
  await program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows(`update sessions set expires_at = now() - interval '1 s' where user_id = $1::uuid`, [
      someone.user.id,
    ]),
  )
  assert.equal((await byBody(someone.refreshToken)).body.code, 'INVALID_REFRESH_TOKEN')
})
