import assert from 'node:assert/strict'
import { test } from 'node:test'
import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { runs } from '#test/runs.ts'
import { shownAddress, shownHost } from './shown-address.ts'

test('an address is shown in the letters of its language, and leads where it led', () => {
  for (const [given, shown] of [
    ['info@xn--mller-kva.de', 'info@müller.de'],
    [
      'https://www.xn--mller-kva.de/kontakt?x=xn--mller-kva.de',
      'https://www.müller.de/kontakt?x=xn--mller-kva.de',
    ],
    ['http://xn--mller-kva.de:8080', 'http://müller.de:8080'],
    ['XN--MLLER-KVA.DE', 'müller.de'],
    ['xn--strae-oqa.example', 'straße.example'],
    ['xn--e1afmkfd.xn--p1ai', 'пример.рф'],
    ['xn--fsqu00a.xn--fiqs8s', '例子.中国'],
    ['xn--n3h.example', 'xn--n3h.example'],
    ['müller.de', 'müller.de'],
    ['info@plain.example', 'info@plain.example'],
    ['https://plain.example/müller', 'https://plain.example/müller'],
    ['no host at all', 'no host at all'],
    ['xn--', 'xn--'],
    ['xn--a.example', 'xn--a.example'],
    ['', ''],
  ] as const)
    assert.equal(shownAddress(given), shown)
})

test('what could be taken for another name stays in ASCII, however it was written', () => {
  for (const odd of ['аpple.com', 'аррӏе.com', 'paypaı.com', 'gοοgle.com', 'ехаmple.example', 'bank.аррӏе']) {
    const ascii = domainToASCII(odd)
    assert.match(ascii, /xn--/)
    assert.equal(shownHost(ascii), ascii, odd)
    assert.equal(shownHost(odd), ascii, odd)
    assert.equal(shownAddress(`https://${ascii}/`), `https://${ascii}/`)
  }
})

test('whatever name is shown, it is one of the same host', () => {
  const letters = fc.string({
    unit: fc.constantFrom(...'abcxyz019-äöüßéñøğşłđžпримерδοκιμ例子한국עברית'),
    maxLength: 20,
  })
  fc.assert(
    fc.property(letters, label => {
      const ascii = domainToASCII(`${label}.example`)
      fc.pre(ascii !== '')
      assert.equal(domainToASCII(shownHost(ascii)), ascii)
      // Of one script it is read in it.
      if (/^[a-z019äöüßéñøğşłđž]+$/.test(label)) assert.equal(shownHost(ascii), `${label}.example`)
    }),
    { numRuns: runs(300) },
  )
})
