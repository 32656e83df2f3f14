import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answeringIn } from '#core/ai/language.ts'
import { isFaithful } from './wording.ts'
import { listed, lower } from './words.ts'

test('a text says no number but those of the facts, however they are written; ids hold none', () => {
  const facts = JSON.stringify({
    dealId: '77aa0b5c-77b1-4c77-9a77-0077ab120042',
    chance: 0.42,
    amount: '1,250.00',
  })
  for (const text of [
    'They will sign.',
    'On [date] (or later) and/or by 1250: [Name]',
    'A chance of 42 %.',
    '1250 are open.',
  ])
    assert.equal(isFaithful(text, facts), true, text)
  for (const text of [
    'Velgrove is 77% cheaper.',
    '43 % at best.',
    'Pay at http://evil.example.',
    'Ask ida@evil.example.',
    'See ![this](//evil.dev/p).',
    'Read evil.dev/offer first.',
    'All is [here](/deals).',
    '[a]: /deals',
    'Fine <img src=x>.',
  ])
    assert.equal(isFaithful(text, facts), false, text)
})

test('a German sentence within another begins small, unless with a noun or a name', () => {
  answeringIn('de', () => {
    for (const [sentence, within] of [
      ['Ohne Antwort blieb von uns: 2 Versuche', 'ohne Antwort blieb von uns: 2 Versuche'],
      ['Beteiligt waren 3 Kontakte', 'beteiligt waren 3 Kontakte'],
      ['Zuständig war Ana', 'zuständig war Ana'],
      ['Über den Preis', 'über den Preis'],
      ['Einen zweiten Kontakt einbeziehen', 'einen zweiten Kontakt einbeziehen'],
      ['Als Grund erfasst: Price', 'als Grund erfasst: Price'],
      ['Kontakt riss ab', 'Kontakt riss ab'],
      ['Inhalt fehlt', 'Inhalt fehlt'],
      ['Mitarbeiter fehlen', 'Mitarbeiter fehlen'],
      ['Anna schwieg', 'Anna schwieg'],
    ] as const)
      assert.equal(lower(sentence), within)
    assert.equal(listed(['a', 'b'].concat(lower('Ohne Antwort'))), 'a, b und ohne Antwort')
  })
  assert.equal(lower('The buyer'), 'the buyer')
})
