import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { Issue } from '../errors.ts'

/** What is wrong with an address that somebody gave. */
export type AddressFault = Omit<Issue, 'path'>

/**
 * Keeps requests that others ask for (webhooks) away from addresses that are not of the public internet: our own
 * machine, the networks around it, and what clouds serve at link-local addresses. By IANA's special-purpose
 * registries for IPv4 and IPv6 (RFC 6890).
 */
const NOT_PUBLIC_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Of IPv6 only this is unicast of the internet; taken out again are what tunnels to IPv4, and what is no place. */
const PUBLIC_V6 = '2000::/3'
const NOT_PUBLIC_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
const LOCAL_NAME = /(^|\.)(localhost|local|internal|localdomain|home\.arpa)$/

const listOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

/** Whether the text is an address, or a network in the form `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const family = isIP(address)
  if (!family || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
}

const notPublicV4 = listOf(NOT_PUBLIC_V4)
const publicV6 = listOf([PUBLIC_V6])
const notPublicV6 = listOf(NOT_PUBLIC_V6)

/** An IPv6 address without its zone; one that stands for an IPv4 address (`::ffff:127.0.0.1`) as that. */
function plainAddress(address: string): string {
  const bare = address.split('%')[0]!
  if (isIP(bare) !== 6) return bare
  const hex = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(new URL(`http://[${bare}]`).hostname)
  if (!hex) return bare
  const [high, low] = [Number.parseInt(hex[1]!, 16), Number.parseInt(hex[2]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export class AddressGuard {
  private readonly allowed: BlockList | 'all'
  private readonly resolve: Resolve

  /**
   * @param allowed networks that may be reached although they are not public
   * @param resolve asks for all addresses of a name; the system does where not given
   */
  constructor(allowed: 'all' | readonly string[], resolve: Resolve = lookup) {
    this.resolve = resolve
    this.allowed = allowed === 'all' ? 'all' : listOf(allowed)
  }

  isAllowed(address: string): boolean {
    if (this.allowed === 'all') return true
    const plain = plainAddress(address)
    const isV6 = isIP(plain) === 6
    if (this.allowed.check(plain, isV6 ? 'ipv6' : 'ipv4')) return true
    return isV6
      ? publicV6.check(plain, 'ipv6') && !notPublicV6.check(plain, 'ipv6')
      : isIP(plain) === 4 && !notPublicV4.check(plain, 'ipv4')
  }

  /** What is wrong with a URL as far as its text tells; `URL` has put odd forms of addresses into the usual one. */
  problemOf({ protocol, hostname, username, password }: URL): AddressFault | undefined {
    if (protocol !== 'https:' && protocol !== 'http:')
      return { code: 'NOT_A_URL', message: 'must be an http or https URL' }
    if (username || password) return { code: 'WRONG_FORMAT', message: 'must not hold a user or password' }
    const host = hostname
      .replace(/^\[|\]$/g, '')
      .replace(/\.$/, '')
      .toLowerCase()
    const isRefused = isIP(host) ? !this.isAllowed(host) : this.isStrict && LOCAL_NAME.test(host)
    return isRefused
      ? { code: 'PRIVATE_ADDRESS', message: 'must not be a private, loopback or link-local address' }
      : undefined
  }

  /** Where some private networks are allowed, their names must be resolved before anything can be said of them. */
  private get isStrict(): boolean {
    return this.allowed !== 'all' && this.allowed.rules.length === 0
  }

  /** For sockets: resolves as the system does and refuses the name where any of its addresses may not be reached. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const refused = addresses.find(({ address }) => !this.isAllowed(address))
      if (refused || !addresses.length) return callback(new AddressRefused(hostname), '', 0)
      if (options.all) return callback(null, addresses)
      callback(null, addresses[0]!.address, addresses[0]!.family)
    })
  }

  /** Whether a name resolves to what may not be reached, as far as can be known now. @param withinMs to wait at most */
  async resolvesToRefused(hostname: string, withinMs: number): Promise<boolean> {
    const host = hostname.replace(/^\[|\]$/g, '')
    if (isIP(host)) return !this.isAllowed(host)
    const resolved = new Promise<boolean>(resolve => {
      this.lookup(host, { all: true }, error => resolve(error instanceof AddressRefused))
    })
    const late = new Promise<boolean>(resolve => setTimeout(resolve, withinMs, false).unref())
    return Promise.race([resolved, late])
  }
}

/** A name that leads to where it must not. */
export class AddressRefused extends Error {
  constructor(hostname: string) {
    super(`${hostname} leads to a private, loopback or link-local address`)
    this.name = 'AddressRefused'
  }
}
