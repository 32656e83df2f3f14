import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { newId } from './ids.ts'
import type { Log } from './log.ts'

/**
 * A message as features write it. `link` is what the reader is to open, for the log of the outbox. `fromName` stands
 * before the installation's own address, since no other would pass the receivers' checks (SPF, DKIM, DMARC).
 */
export type Message = {
  to: string
  subject: string
  text: string
  html?: string
  link?: string
  fromName?: string
  replyTo?: string
  messageId?: string
  headers?: Record<string, string>
  attachments?: { filename: string; content: Buffer | string; contentType: string }[]
  /** Whose mail it is, where the workspace's admins may see it in the outbox: never what proves who somebody is. */
  workspaceId?: string
}

/** Sends mail. A message that was accepted is the transport's to deliver. */
export type Mailer = { send: (message: Message) => Promise<void> }

const CONNECT_TIMEOUT_MS = 10_000
const SOCKET_TIMEOUT_MS = 15_000

/** SMTP where a URL is set, else the outbox: a folder of `.eml` files and a log line with the link. */
export function makeMailer(config: Config, log: Log): Mailer {
  return config.smtpUrl ? overSmtp(config.smtpUrl, config.mailFrom) : intoOutbox(config, log)
}

/** Loaded with the first message, so that starting does not wait for it. */
const mailLibrary = () => import('nodemailer')

function overSmtp(url: string, from: string): Mailer {
  const open = async () => {
    const { createTransport } = await mailLibrary()
    return createTransport(
      {
        url,
        connectionTimeout: CONNECT_TIMEOUT_MS,
        greetingTimeout: CONNECT_TIMEOUT_MS,
        dnsTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: SOCKET_TIMEOUT_MS,
      },
      { from },
    )
  }
  let transport: ReturnType<typeof open> | undefined
  return {
    async send(message) {
      transport ??= open()
      await (await transport).sendMail(withSender(message, from))
    },
  }
}

/** The bare address of `Name <address>`. */
export const addressOf = (from: string): string => /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim()

const withSender = ({ fromName, link: _, workspaceId: _w, ...message }: Message, from: string) =>
  fromName ? { ...message, from: { name: fromName, address: addressOf(from) } } : message

/** The folder of mails that nobody sends: `<id>.eml`, or `<id>.<workspace>.eml` where a workspace's admins may read it. */
export const outboxOf = (dataDir: string): string => join(dataDir, 'outbox')

function intoOutbox({ mailFrom: from, dataDir }: Config, log: Log): Mailer {
  const folder = outboxOf(dataDir)
  return {
    async send(given) {
      const { subject, link, workspaceId } = given
      const { createTransport } = await mailLibrary()
      const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' }, { from })
      const { message } = await transport.sendMail(withSender(given, from))
      await mkdir(folder, { recursive: true })
      const file = join(folder, `${newId()}${workspaceId ? `.${workspaceId}` : ''}.eml`)
      await writeFile(file, message as Buffer)
      log.info({ file, link }, `mail kept in the outbox: ${subject}`)
    },
  }
}

/** What became of a message that could not be sent. */
export type Failure = {
  /** `not sent`: it may be sent again. `refused`: it never will be. `unknown`: the server may have taken it. */
  outcome: 'not sent' | 'refused' | 'unknown'
  /** The address does not exist (RFC 3463, 5.1.x). */
  isBadAddress: boolean
  reason: string
}

type SmtpError = {
  code?: string
  responseCode?: number
  response?: string
  timeoutType?: string
  syscall?: string
}
const BEFORE_THE_MESSAGE = new Set(['EDNS', 'EAUTH', 'ETLS', 'ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH'])

/**
 * Reads an error of the transport. SMTP has one gap that nothing closes: where the connection is lost between the
 * message and the answer, only the server knows whether it took it (RFC 1047).
 */
export function failureOf(error: unknown): Failure {
  const { code = '', responseCode, response, timeoutType, syscall } = error as SmtpError
  const reason = (response ?? (error as Error).message).slice(0, 500)
  const isBadAddress = /^5\d\d[ -]5\.1\.[1-36]\b/.test(response ?? '')
  if (responseCode !== undefined) {
    const isFinal = responseCode >= 500 && code !== 'EAUTH'
    return { outcome: isFinal ? 'refused' : 'not sent', isBadAddress, reason }
  }
  const wasEarly =
    BEFORE_THE_MESSAGE.has(code) ||
    syscall === 'connect' ||
    (timeoutType !== undefined && timeoutType !== 'SOCKET_TIMEOUT') ||
    code === 'EENVELOPE' ||
    error instanceof TypeError
  return { outcome: wasEarly ? 'not sent' : 'unknown', isBadAddress: false, reason }
}
