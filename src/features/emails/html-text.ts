/** So much of an HTML part is read: more than anybody reads as text. */
const READ_AT_MOST = 200_000
/** What stands in them is not for readers. */
const HIDDEN = ['style', 'script', 'head', 'title']
const BREAKS = /^(br|\/p|\/div|\/li|\/tr|\/h[1-6])$/

/** The code points of Latin-1 from 160 on, by their names in HTML. */
const LATIN =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
const NAMED = new Map<string, string>([
  ...LATIN.split(' ').map((name, i) => [name, String.fromCharCode(160 + i)] as const),
  ...Object.entries({ quot: '"', amp: '&', lt: '<', gt: '>', apos: "'", euro: '€', hellip: '…', trade: '™' }),
  ...Object.entries({ ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”' }),
  ...Object.entries({ bdquo: '„', bull: '•', zwnj: '', zwj: '', ensp: ' ', emsp: ' ', thinsp: ' ' }),
])

/** The text of an HTML part. In one pass: mail is written by anybody, and an expression that goes back and forth would stop the server. */
export function textOf(html: string): string {
  const source = html.slice(0, READ_AT_MOST)
  const lower = source.toLowerCase()
  const endless = new Set<string>()
  let text = ''
  for (let at = 0; at < source.length; ) {
    const open = source.indexOf('<', at)
    const close = open < 0 ? -1 : source.indexOf('>', open)
    if (close < 0) {
      text += source.slice(at)
      break
    }
    text += source.slice(at, open)
    at = close + 1
    const name = /^[/!a-z0-9-]*/.exec(lower.slice(open + 1, open + 12))![0]
    if (BREAKS.test(name)) text += '\n'
    const end = name.startsWith('!--') ? '-->' : HIDDEN.includes(name) ? `</${name}` : undefined
    if (!end || endless.has(end)) continue
    const found = lower.indexOf(end, name.startsWith('!--') ? open : at)
    // Looked for once: a thousand that never end would each read to the end.
    if (found < 0) endless.add(end)
    else at = found + (end === '-->' ? end.length : 0)
  }
  return text
    .replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z0-9]{1,7});/gi, spelled)
    .replaceAll('\u00a0', ' ')
    .trim()
}

function spelled(written: string, name: string): string {
  if (!name.startsWith('#')) return NAMED.get(name) ?? written
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  const isLetter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  return isLetter ? String.fromCodePoint(code) : ''
}
