import { isIP } from 'node:net'
import type { ImapFlow } from 'imapflow'
import { AddressGuard, AddressRefused } from '#core/net/address-guard.ts'

/** How to get into a mailbox. */
export type Account = {
  host: string
  port: number
  security: 'TLS' | 'STARTTLS' | 'NONE'
  username: string
  /** One of the two. */
  password?: string | undefined
  accessToken?: string | undefined
  folder: string
}

const CONNECT_MS = 10_000
const SOCKET_MS = 30_000
/** Larger mails are passed over. */
export const MAIL_AT_MOST_BYTES = 25 * 1024 * 1024
const FOLDERS_AT_MOST = 200

/** What the server or the way to it refuses, in words for whoever has entered the account. */
export class MailboxFault extends Error {}
/** The server refuses who signs in. */
export class AuthFault extends MailboxFault {}

/** The address to which a connection may go, as the name resolves at this moment. @throws MailboxFault */
async function addressOf({ host, security }: Account, guard: AddressGuard): Promise<string> {
  const address = isIP(host)
    ? host
    : await new Promise<string>((resolve, reject) => {
        guard.lookup(host, {}, (error, found) => (error ? reject(error) : resolve(found as string)))
      })
  if (!guard.isAllowed(address)) throw new AddressRefused(host)
  // A password in clear text may cross a network of one's own, and no other.
  if (security === 'NONE' && new AddressGuard([]).isAllowed(address))
    throw new MailboxFault('A server on the internet must be reached by TLS or STARTTLS')
  return address
}

/**
 * Opens the folder for reading, hands it to `work` and leaves. Connects to the very address that was checked, so that no
 * answer of a name server changes between check and use. @throws MailboxFault
 */
export async function inFolder<T>(
  account: Account,
  guard: AddressGuard,
  withinMs: number,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  let client: ImapFlow | undefined
  let timer: NodeJS.Timeout | undefined
  try {
    const address = await addressOf(account, guard)
    // Loaded with the first mailbox, so that starting does not wait for it.
    const library = await import('imapflow')
    client = new library.ImapFlow({
      host: address,
      ...(isIP(account.host) ? {} : { servername: account.host }),
      port: account.port,
      secure: account.security === 'TLS',
      doSTARTTLS: account.security === 'STARTTLS',
      auth: account.accessToken
        ? { user: account.username, accessToken: account.accessToken }
        : { user: account.username, pass: account.password ?? '' },
      logger: false,
      disableAutoIdle: true,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: SOCKET_MS,
      maxLiteralSize: MAIL_AT_MOST_BYTES + 1_000_000,
    })
    // What befalls the connection also fails the command that waits for it.
    client.on('error', () => {})
    const opened = client
    timer = setTimeout(() => opened.close(), withinMs)
    await opened.connect()
    await opened.mailboxOpen(account.folder, { readOnly: true })
    const result = await work(opened)
    await opened.logout().catch(() => {})
    return result
  } catch (error) {
    throw faultOf(error, account)
  } finally {
    clearTimeout(timer)
    client?.close()
  }
}

type ImapError = Error & {
  code?: string
  authenticationFailed?: boolean
  mailboxMissing?: boolean
  responseText?: string
}
const UNREACHABLE = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'CONNECT_TIMEOUT',
  'ECONNRESET',
]
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/

/** Words for what the network or the server says; our own faults and those of the database stay what they are. */
function faultOf(given: unknown, { host, port, folder, accessToken }: Account): unknown {
  const error = given as ImapError
  const code = error.code ?? ''
  if (error instanceof MailboxFault || error.name === 'Refusal' || error.name === 'DatabaseFault')
    return error
  if (error instanceof AddressRefused) return new MailboxFault(error.message)
  if (error.authenticationFailed)
    return new AuthFault(
      accessToken
        ? 'The server does not take the access token for this user name'
        : 'The server takes neither this user name nor this password',
    )
  if (
    error.mailboxMissing ||
    /NONEXISTENT/i.test(code) ||
    error.responseText?.match(/doesn't exist|not found/i)
  )
    return new MailboxFault(`There is no folder ${folder}`)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new MailboxFault(`${host} is not known`)
  if (UNREACHABLE.includes(code)) return new MailboxFault(`${host} does not answer at port ${port}`)
  if (CERTIFICATE.test(code))
    return new MailboxFault(`The certificate of ${host} is not valid: ${error.message}`)
  const said = error.responseText ?? error.message
  return new MailboxFault(`The mail server: ${said}`.replace(/\s+/g, ' ').slice(0, 300))
}

/** What a connection shows: the folders, and how many mails are in the one that is meant. @throws MailboxFault */
export const survey = (account: Account, guard: AddressGuard) =>
  inFolder(account, guard, 2 * SOCKET_MS, async client => {
    const folders = (await client.list()).map(({ path }) => path).sort()
    const { mailbox } = client
    return { folders: folders.slice(0, FOLDERS_AT_MOST), messages: mailbox ? mailbox.exists : 0 }
  })
