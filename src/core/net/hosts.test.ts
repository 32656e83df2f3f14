import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostIn, withPlainDomains } from './hosts.ts'

test('the host is read out of whatever names it, and what names none has none', () => {
  for (const [text, host] of [
    ['acme.example', 'acme.example'],
    [' https://WWW.Acme.example/about?x=1#y ', 'acme.example'],
    ['//acme.example:8080', 'acme.example'],
    ['http://shop.acme.co.example.', 'shop.acme.co.example'],
    ['www.example', 'www.example'],
    ['MÜLLER.example', 'müller.example'],
    ['xn--mller-kva.example', 'müller.example'],
    ['acme.xn--p1ai', 'acme.рф'],
    ['4711.example', '4711.example'],
    ...['', 'acme', 'n/a', 'http://', 'localhost', '10.0.0.1', '[::1]', 'info@acme.example', 'a b.example'],
    ...['acme..example', '-acme.example', 'acme.example, acme.test', `${'a'.repeat(64)}.example`, 'acme.1'],
  ].map(one => [one].flat()))
    assert.equal(hostIn(text!), host, text)
})

test('an address of mail has its domain as mail servers write it', () => {
  for (const [text, plain] of [
    ['ida@müller.example', 'ida@xn--mller-kva.example'],
    ['who is ida@müller.example or jo@x.example?', 'who is ida@xn--mller-kva.example or jo@x.example?'],
    ['Müller', 'Müller'],
    ['jö@x.example', 'jö@x.example'],
  ] as const)
    assert.equal(withPlainDomains(text), plain)
})
