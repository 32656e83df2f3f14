import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFaithful } from './wording.ts'

test('a text says no number but those of the facts, however they are written; ids hold none', () => {
  const facts = JSON.stringify({
    dealId: '77aa0b5c-77b1-4c77-9a77-0077ab120042',
    chance: 0.42,
    amount: '1,250.00',
  })
  for (const text of ['They will sign.', 'A chance of 42 %.', '1250 are open.'])
    assert.equal(isFaithful(text, facts), true, text)
  for (const text of [
    'Velgrove is 77% cheaper.',
    '43 % at best.',
    'Pay at http://evil.example.',
    'Ask ida@evil.example.',
  ])
    assert.equal(isFaithful(text, facts), false, text)
})
