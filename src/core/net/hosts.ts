import { domainToASCII, domainToUnicode } from 'node:url'
import { isAscii } from '../letters.ts'

/** A name of DNS in ASCII: labels of up to 63 letters, digits, `-` and `_`, the last with a letter, which no IPv4 address has. */
const HOST =
  /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?=[0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/

/**
 * The host that a text names, be it a URL or the host alone: in lower case, in its own letters (IDNA), without `www.`;
 * undefined where it names none. An address of mail is none.
 */
export function hostIn(text: string): string | undefined {
  const [host = ''] = text
    .trim()
    .replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\//i, '')
    .split(/[/?#:]/)
  const ascii = /[@\s]/.test(host) ? '' : domainToASCII(host.replace(/\.$/, ''))
  return HOST.test(ascii) ? domainToUnicode(ascii).replace(/^www\.(?=.+\.)/, '') : undefined
}

/**
 * An address of mail with its domain as mail servers write it (`info@müller.example` is `info@xn--mller-kva.example`, RFC 5891), so that
 * it is one, whoever wrote it. Unchanged where the domain is plain already, or is none.
 */
export function withPlainDomain(address: string): string {
  const at = address.lastIndexOf('@') + 1
  const domain = address.slice(at)
  if (!at || isAscii(domain)) return address
  return address.slice(0, at) + (domainToASCII(domain) || domain)
}

/** The same for each address in a text that somebody looks for. */
export const withPlainDomains = (text: string): string => text.replace(/\S+@\S+/g, withPlainDomain)

/** The host that somebody looks for, where that is all, in the form in which addresses of mail hold it; none where that is no other. */
export function plainHostIn(text: string): string[] {
  const host = text.trim()
  if (!/^[^\s@/]+\.[^\s@/]+$/.test(host) || isAscii(host)) return []
  const plain = domainToASCII(host)
  return plain ? [plain] : []
}
