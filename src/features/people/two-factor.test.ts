import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seal, unseal } from '#core/auth/sealing.ts'
import { useProgram } from '#test/world.ts'
import { eventsOf, logIn, PASSWORD, signUp } from './outbox.testing.ts'
import { matchingStep, newTotpSecret, otpauthUrl, stepAt, totpCode } from './totp.ts'

const program = useProgram()

/** The ASCII secret of RFC 6238 appendix B, in Base32. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

test('codes are those of RFC 6238 appendix B, cut to six digits', () => {
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ] as const)
    assert.equal(totpCode(RFC_SECRET, stepAt(seconds * 1000)), code)
})

test('a clock may be off by one step and no more', () => {
  const now = 1_700_000_000_000
  for (const [off, fits] of [
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ] as const) {
    const code = totpCode(RFC_SECRET, stepAt(now) + off)
    assert.equal(matchingStep(RFC_SECRET, code, now) !== undefined, fits, String(off))
  }
  assert.equal(matchingStep(RFC_SECRET, '12345x', now), undefined)
})

test('secrets are 160 bits of Base32, and the URL is one that apps read', () => {
  assert.match(newTotpSecret(), /^[A-Z2-7]{32}$/)
  assert.notEqual(newTotpSecret(), newTotpSecret())
  const url = new URL(otpauthUrl(RFC_SECRET, 'ana@example.com'))
  assert.equal(url.protocol, 'otpauth:')
  assert.equal(url.searchParams.get('secret'), RFC_SECRET)
  assert.equal(url.searchParams.get('issuer'), 'Ascendore CRM')
})

test('what is sealed opens with the same secret and place only', () => {
  const sealed = seal('one secret', 'place', 'text äöü')
  assert.equal(unseal('one secret', 'place', sealed), 'text äöü')
  assert.throws(() => unseal('other secret', 'place', sealed))
  assert.throws(() => unseal('one secret', 'elsewhere', sealed))
  assert.throws(() => unseal('one secret', 'place', `${sealed.slice(0, -2)}AA`))
  assert.ok(!Buffer.from(sealed, 'base64url').includes('text'))
})

/** A person with the second factor on. The code that turned it on is of the step before. */
async function protectedPerson() {
  const someone = await signUp()
  const { secret } = (await someone.post('/auth/2fa/setup')).body
  const enabled = await someone.post('/auth/2fa/enable', { code: totpCode(secret, stepAt(Date.now()) - 1) })
  assert.equal(enabled.status, 200, enabled.text)
  return { ...someone, secret: secret as string, recoveryCodes: enabled.body.recoveryCodes as string[] }
}

test('a second factor counts once a code was shown, and then every sign-in needs one', async () => {
  const someone = await signUp()
  assert.equal((await someone.post('/auth/2fa/enable', { code: '123456' })).status, 422)
  const { secret } = (await someone.post('/auth/2fa/setup')).body
  assert.equal((await logIn(someone.email)).status, 200, 'not yet')
  const wrong = await someone.post('/auth/2fa/enable', { code: totpCode(secret, 1) })
  assert.equal(wrong.status, 400)
  const code = totpCode(secret, stepAt(Date.now()))
  assert.equal((await someone.post('/auth/2fa/enable', { code })).body.recoveryCodes.length, 10)
  assert.equal((await someone.post('/auth/2fa/setup')).status, 409)
  assert.equal((await someone.get('/auth/me')).body.user.twoFactorEnabled, true)
  const without = await logIn(someone.email)
  assert.equal(without.status, 401)
  assert.equal(without.body.code, 'TWO_FACTOR_REQUIRED')
  const replayed = await logIn(someone.email, PASSWORD, { code })
  assert.equal(replayed.body.code, 'TWO_FACTOR_INVALID', 'the code that turned it on is used up')
  const next = totpCode(secret, stepAt(Date.now()) + 1)
  assert.equal((await logIn(someone.email, PASSWORD, { code: next })).status, 200)
  const events = await eventsOf(program(), someone.workspaceId, someone.user.id)
  assert.ok(events.includes('user.twoFactorEnabled'))
})

test('the same code signs in once, also at the same time', async () => {
  const { email, secret } = await protectedPerson()
  const code = totpCode(secret, stepAt(Date.now()))
  const replies = await Promise.all([1, 2, 3].map(() => logIn(email, PASSWORD, { code })))
  assert.deepEqual(replies.map(reply => reply.status).sort(), [200, 401, 401])
})

test('without the password a right code tells nothing', async () => {
  const { email, secret } = await protectedPerson()
  const code = totpCode(secret, stepAt(Date.now()))
  assert.equal((await logIn(email, 'not the password', { code })).body.code, 'INVALID_CREDENTIALS')
  assert.equal((await logIn(email, PASSWORD, { code })).status, 200, 'and does not use it up')
})

test('a recovery code signs in once, as people type it', async () => {
  const { email, recoveryCodes } = await protectedPerson()
  const code = recoveryCodes[3]!.toUpperCase().replaceAll('-', ' ')
  assert.equal((await logIn(email, PASSWORD, { code })).status, 200)
  assert.equal((await logIn(email, PASSWORD, { code })).body.code, 'TWO_FACTOR_INVALID')
  assert.equal((await logIn(email, PASSWORD, { code: recoveryCodes[4] })).status, 200)
})

test('codes cannot be guessed: wrong ones lock, asking without one does not', async () => {
  const { email, secret } = await protectedPerson()
  for (let i = 0; i < 7; i++) assert.equal((await logIn(email)).body.code, 'TWO_FACTOR_REQUIRED')
  const never = totpCode(secret, 5)
  for (let i = 0; i < 5; i++)
    assert.equal((await logIn(email, PASSWORD, { code: never })).body.code, 'TWO_FACTOR_INVALID')
  const code = totpCode(secret, stepAt(Date.now()))
  assert.equal((await logIn(email, PASSWORD, { code })).status, 429)
})

test('secret and recovery codes are not kept in clear', async () => {
  const { user, secret, recoveryCodes } = await protectedPerson()
  const [row] = await program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows('select * from two_factors where user_id = $1::uuid', [user.id]),
  )
  const kept = JSON.stringify(row)
  for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map(code => code.replaceAll('-', ''))])
    assert.ok(!kept.includes(text))
})

test('turning it off needs the password', async () => {
  const someone = await protectedPerson()
  assert.equal((await someone.post('/auth/2fa/disable', { password: 'wrong' })).status, 400)
  assert.equal((await logIn(someone.email)).status, 401)
  assert.equal((await someone.post('/auth/2fa/disable', { password: PASSWORD })).status, 204)
  assert.equal((await logIn(someone.email)).status, 200)
  const events = await eventsOf(program(), someone.workspaceId, someone.user.id)
  assert.ok(events.includes('user.twoFactorDisabled'))
})

test('new recovery codes need the password and end the old ones; one sees how many are left', async () => {
  const someone = await protectedPerson()
  const status = async () => (await someone.get('/auth/2fa')).body
  assert.equal((await logIn(someone.email, PASSWORD, { code: someone.recoveryCodes[0] })).status, 200)
  assert.deepEqual(await status(), { isEnabled: true, recoveryCodesLeft: 9 })
  assert.equal((await someone.post('/auth/2fa/recovery-codes', { password: 'wrong' })).status, 400)
  const { recoveryCodes } = (await someone.post('/auth/2fa/recovery-codes', { password: PASSWORD })).body
  assert.deepEqual(await status(), { isEnabled: true, recoveryCodesLeft: 10 })
  const old = await logIn(someone.email, PASSWORD, { code: someone.recoveryCodes[1] })
  assert.equal(old.body.code, 'TWO_FACTOR_INVALID')
  assert.equal((await logIn(someone.email, PASSWORD, { code: recoveryCodes[0] })).status, 200)
  const events = await eventsOf(program(), someone.workspaceId, someone.user.id)
  assert.ok(events.includes('user.recoveryCodesRenewed'))
  await someone.post('/auth/2fa/disable', { password: PASSWORD })
  assert.deepEqual(await status(), { isEnabled: false, recoveryCodesLeft: 0 })
  const off = await someone.post('/auth/2fa/recovery-codes', { password: PASSWORD })
  assert.deepEqual([off.status, off.body.code], [422, 'TWO_FACTOR_NOT_SET_UP'])
})
