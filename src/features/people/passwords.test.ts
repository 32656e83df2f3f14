import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCommonPassword } from './common-passwords.ts'
import {
  checkNewPassword,
  DUMMY_HASH,
  hashPassword,
  isOutdated,
  isPassword,
  newPassword,
} from './passwords.ts'

const COMMON = [
  'password12',
  'Password123!',
  'P@ssw0rd2024',
  'p.a.s.s.w.o.r.d',
  'pa$$w0rd99',
  'passwordpassword',
  'qwertyuiop',
  'QwErTy123456',
  'poiuytrewq',
  '1qaz2wsx3edc',
  '1q2w3e4r5t',
  'asdfghjkl;1',
  '1234567890',
  '0987654321',
  '3141592653',
  'aaaaaaaaaa',
  'abcabcabcabc',
  'abcdefghijk',
  'administrator',
  'Adm1n1strator!',
  'iloveyou2025',
  'letmein12345',
  'welcome2024!',
  'Welcome@2024',
  'Summer2024!!',
  'dragon123456',
  'liverpoolfc',
  'changeme123!',
  'michael1985!',
  '!!monkey1234',
  'Ascendore2026',
  'Ünïcorn12345',
  '            ',
  'a          b',
]
const GOOD = [
  'seven green bicycles',
  'correct horse battery staple',
  'tR7#kq9!vLm2',
  'gjw8-ekfu-2mzz',
  'meine Oma fährt Motorrad',
  'паровоз едет ночью',
  'password-is-not-my-cup-of-tea',
  'love83917720193460',
  'x9!summer-kv7-lamp',
]

test('common passwords are told however they are lengthened', () => {
  for (const password of COMMON) assert.ok(isCommonPassword(password), password)
})

test('passwords that are merely long or contain a word are not refused', () => {
  for (const password of GOOD) assert.ok(!isCommonPassword(password), password)
})

test('a password has 10 to 200 characters', () => {
  for (const [length, fits] of [
    [9, false],
    [10, true],
    [200, true],
    [201, false],
  ] as const)
    assert.equal(newPassword.safeParse('kX'.repeat(101).slice(0, length)).success, fits, String(length))
})

test('a password must not be made of the name or the address', () => {
  const person = { name: 'Ana Lima', email: 'a.lima+crm@example.com' }
  const refused = (password: string) => {
    try {
      checkNewPassword(password, person)
      return false
    } catch {
      return true
    }
  }
  for (const password of ['analima-2026-xy', 'Ana Lima rocks!', 'xx.a.lima.99887', 'ALÍMA++98765432'])
    assert.ok(refused(password), password)
  assert.ok(!refused('seven green bicycles'))
  assert.doesNotThrow(() => checkNewPassword('seven green bicycles', { name: 'Li', email: 'en@example.com' }))
})

test('a hash opens for its password in any composition, and for no other', async () => {
  const kept = await hashPassword('caf\u00e9 au lait, merci')
  assert.ok(await isPassword(kept, 'cafe\u0301 au lait, merci'))
  assert.ok(!(await isPassword(kept, 'cafe au lait, merci')))
  assert.ok(!isOutdated(kept))
})

test('who has no password is answered after verifying a hash of today’s settings', async () => {
  assert.ok(!isOutdated(DUMMY_HASH))
  assert.equal(await isPassword(null, 'anything at all'), false)
  assert.equal(await isPassword(undefined, 'anything at all'), false)
})
