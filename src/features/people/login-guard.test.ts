import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { slowTest } from '#test/slow.ts'
import { nobody, useProgram } from '#test/world.ts'
import { networkOf } from './login-guard.ts'
import { freshEmail, logIn as logInFrom, ownAddress, PASSWORD, signUp, tokenFrom } from './outbox.testing.ts'

const program = useProgram()

const auth = (text: string, params: unknown[] = []) =>
  program().app.database.inSystem('ascendore_auth', scope => scope.session.rows(text, params))
/** Lets time pass for the guard of one account alone. */
const pass = (seconds: number, email: string) =>
  auth(
    `update login_attempts set since = since - $1::int * interval '1 second', locked_until = locked_until - $1::int * interval '1 second' where key = $2`,
    [seconds, createHash('sha256').update(`account ${email}`).digest('base64url')],
  )
// Each test comes from an address of its own, so that only accounts are locked where accounts are meant.
let tests = 9
let here = ''
beforeEach(() => {
  here = ownAddress(++tests)
})
const logIn = (email: string, password = PASSWORD, address = here) => logInFrom(email, password, {}, address)
const fail = (email: string, address = here) => logIn(email, 'not the password at all', address)

test('five failures lock an account, known or not, even for the right password', async () => {
  const { email } = await signUp()
  const ghost = freshEmail('ghost')
  for (const address of [email, ghost]) {
    for (let i = 0; i < 5; i++) assert.equal((await fail(address)).status, 401)
    const locked = await logIn(address)
    assert.equal(locked.status, 429)
    assert.equal(locked.body.code, 'TOO_MANY_ATTEMPTS')
    const wait = Number(locked.headers['retry-after'])
    assert.ok(wait > 25 && wait <= 30, String(wait))
  }
  assert.equal((await logIn((await signUp()).email)).status, 200, 'others sign in')
  await pass(31, email)
  assert.equal((await logIn(email)).status, 200)
  assert.equal((await fail(email)).status, 401, 'a success starts the count afresh')
  assert.equal((await logIn(email)).status, 200)
})

test('each further failure locks for twice as long, at most 15 minutes', async () => {
  const { email } = await signUp()
  for (let i = 0; i < 4; i++) await fail(email)
  for (const expected of [30, 60, 120, 240, 480, 900, 900]) {
    assert.equal((await fail(email)).status, 401)
    const locked = await logIn(email)
    assert.equal(locked.status, 429)
    const wait = Number(locked.headers['retry-after'])
    assert.ok(Math.abs(wait - expected) <= 3, `${wait} for ${expected}`)
    await pass(expected + 1, email)
  }
})

test('failures more than 15 minutes ago do not count', async () => {
  const { email } = await signUp()
  for (let i = 0; i < 4; i++) await fail(email)
  await pass(16 * 60, email)
  for (let i = 0; i < 4; i++) assert.equal((await fail(email)).status, 401)
  assert.equal((await logIn(email)).status, 200)
})

test('guesses that run at the same time gain nothing', async () => {
  const { email } = await signUp()
  const replies = await Promise.all(Array.from({ length: 12 }, () => fail(email)))
  assert.equal(replies.filter(reply => reply.status === 401).length, 5)
  assert.equal(replies.filter(reply => reply.status === 429).length, 7)
})

test('who signs in on several devices at the same time gets in on each', async () => {
  const { email } = await signUp()
  for (let round = 0; round < 3; round++)
    for (const { status, text } of await Promise.all([1, 2, 3, 4].map(() => logIn(email))))
      assert.equal(status, 200, text)
})

slowTest('an address is locked after fifty failures over many accounts', async () => {
  const address = ownAddress(202)
  const { email } = await signUp()
  for (let i = 0; i < 49; i++) assert.equal((await fail(freshEmail('many'), address)).status, 401)
  assert.equal((await logIn(email, PASSWORD, address)).status, 200)
  assert.equal((await fail(freshEmail('many'), address)).status, 401, 'a success does not count')
  assert.equal((await logIn(email, PASSWORD, address)).status, 429)
  assert.equal((await logIn(email, PASSWORD, ownAddress(203))).status, 200)
})

test('a reset by mail lifts the lock of the account', async () => {
  const { email } = await signUp()
  for (let i = 0; i < 5; i++) await fail(email)
  assert.equal((await logIn(email)).status, 429)
  await nobody.post('/auth/forgot-password', { email })
  const token = await tokenFrom(program(), email, 'reset-password')
  const password = 'eleven quiet lighthouses'
  assert.equal((await nobody.post('/auth/reset-password', { token, password })).status, 204)
  assert.equal((await logIn(email, password)).status, 200)
})

test('guessing the own password while signed in is slowed down as well', async () => {
  const someone = await signUp()
  const body = { currentPassword: 'not the password', newPassword: 'eleven quiet lighthouses' }
  for (let i = 0; i < 5; i++) assert.equal((await someone.post('/auth/change-password', body)).status, 400)
  const locked = await someone.post('/auth/change-password', { ...body, currentPassword: PASSWORD })
  assert.equal(locked.status, 429)
})

test('the table names neither accounts nor addresses', async () => {
  const email = freshEmail('private')
  await fail(email)
  const rows = await auth('select key from login_attempts')
  assert.ok(rows.length > 1)
  for (const { key } of rows) assert.match(key as string, /^[\w-]{43}$/)
})

test('an IPv6 client counts by its /64, an IPv4 one by its address', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7')
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2')
  assert.equal(networkOf('2001:DB8:1:2::9'), '2001:db8:1:2')
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0')
  assert.equal(networkOf('::1'), '0:0:0:0')
})
