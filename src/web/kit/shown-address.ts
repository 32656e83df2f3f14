import { isAscii } from '#core/letters.ts'

/**
 * Names of hosts as people write them: `xn--mller-kva.de` is `müller.de` (IDNA). Where one could be taken for another, since it mixes
 * scripts or is made of letters that pass for Latin ones, it is shown in ASCII, also where it is kept in its own letters.
 */
export function shownHost(host: string): string {
  if (isAscii(host) && !/(^|\.)xn--/i.test(host)) return host
  const ascii = asciiOf(host)
  if (ascii === undefined) return host
  const labels = ascii.split('.').map(label => (label.startsWith('xn--') ? decoded(label.slice(4)) : label))
  const shown = labels.join('.')
  return labels.every(isClear) && asciiOf(shown) === ascii ? shown : ascii
}

/** The same for the host within an address of mail or of the web, or for a host alone. */
export const shownAddress = (text: string): string =>
  text.replace(
    /^([a-z][a-z0-9+.-]*:\/\/|[^\s@/]*@)?([^\s@/?#:]+)(?=$|[/?#:])/i,
    (_, before = '', host) => before + shownHost(host),
  )

/** The same for each address in a text that may hold some. */
export const withShownAddresses = (text: string): string =>
  text.includes('xn--') ? text.replace(/\S*xn--\S*/g, shownAddress) : text

/** Of the scripts in which names of hosts are written. One label of another, or of two of them, stays as it is written in ASCII. */
const SCRIPTS = [
  // Latin's letters with marks of European languages and Vietnamese, without those that pass for others (ı, ĸ, ſ).
  /^[a-z0-9\u00df-\u00f6\u00f8-\u0130\u0132-\u0137\u0139-\u017e\u0218-\u021b\u1e9e\u1ea0-\u1ef9-]+$/,
  /^[\p{Script=Cyrillic}0-9-]+$/u,
  /^[\p{Script=Greek}0-9-]+$/u,
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー0-9-]+$/u,
  /^[\p{Script=Hangul}0-9-]+$/u,
  /^[\p{Script=Arabic}0-9-]+$/u,
  /^[\p{Script=Hebrew}0-9-]+$/u,
  /^[\p{Script=Thai}0-9-]+$/u,
  /^[\p{Script=Devanagari}0-9-]+$/u,
]
/** Words of nothing but letters that pass for Latin ones, as in “аррӏе”; browsers keep the same from being seen. */
const LATIN_ALIKE = /^[асԁеһіјӏорԛѕԝхуъЬҽпгѵѡгᴦαικνρυωηοτχγε0-9-]+$/
/** Neither letters nor digits: what cannot be seen, or parts a host from what stands behind it. */
const ODD = /[^\p{L}\p{M}\p{N}-]/u

const isClear = (label: string): boolean =>
  isAscii(label) ||
  (SCRIPTS.some(script => script.test(label)) && !LATIN_ALIKE.test(label) && !ODD.test(label))

/** As DNS knows it, or undefined for what is no host. */
function asciiOf(host: string): string | undefined {
  try {
    return new URL(`http://${host}`).hostname
  } catch {
    return undefined
  }
}

/** Punycode's parameters (RFC 3492, 5). */
const [BASE, T_MIN, T_MAX, SKEW, DAMP, FIRST_BIAS, FIRST_N] = [36, 1, 26, 38, 700, 72, 128]

/** The letters of a label behind its `xn--` (RFC 3492, 6.2). Whatever this makes of a wrong one is found out by writing it anew. */
function decoded(label: string): string {
  const end = Math.max(0, label.lastIndexOf('-'))
  const letters = [...label.slice(0, end)]
  let [n, i, bias] = [FIRST_N, 0, FIRST_BIAS]
  for (let at = end && end + 1; at < label.length; ) {
    const before = i
    for (let weight = 1, k = BASE; at < label.length; k += BASE) {
      const digit = (Number.parseInt(label[at++]!, 36) + 26) % BASE
      i += digit * weight
      const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX)
      if (digit < threshold) break
      weight *= BASE - threshold
    }
    const count = letters.length + 1
    let delta = Math.floor((i - before) / (before ? 2 : DAMP))
    delta += Math.floor(delta / count)
    let k = 0
    for (; delta > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) delta = Math.floor(delta / (BASE - T_MIN))
    bias = k + Math.floor(((BASE - T_MIN + 1) * delta) / (delta + SKEW))
    n += Math.floor(i / count)
    i %= count
    if (!(n <= 0x10ffff)) return ''
    letters.splice(i++, 0, String.fromCodePoint(n))
  }
  return letters.join('')
}
