import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { newId } from './ids.ts'
import type { Log } from './log.ts'

/** A message as features write it. `link` is what the reader is to open, for the log of the outbox. */
export type Message = { to: string; subject: string; text: string; html?: string; link?: string }

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
    async send({ to, subject, text, html }) {
      transport ??= open()
      await (await transport).sendMail({ to, subject, text, html })
    },
  }
}

function intoOutbox({ mailFrom: from, dataDir }: Config, log: Log): Mailer {
  const folder = join(dataDir, 'outbox')
  return {
    async send({ to, subject, text, html, link }) {
      const { createTransport } = await mailLibrary()
      const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' }, { from })
      const { message } = await transport.sendMail({ to, subject, text, html })
      await mkdir(folder, { recursive: true })
      const file = join(folder, `${newId()}.eml`)
      await writeFile(file, message as Buffer)
      log.info({ file, link }, `mail kept in the outbox: ${subject}`)
    },
  }
}
