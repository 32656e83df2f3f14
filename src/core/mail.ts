import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
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
  if (config.smtpUrl) {
    const transport = createTransport(
      {
        url: config.smtpUrl,
        connectionTimeout: CONNECT_TIMEOUT_MS,
        greetingTimeout: CONNECT_TIMEOUT_MS,
        dnsTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: SOCKET_TIMEOUT_MS,
      },
      { from: config.mailFrom },
    )
    return {
      send: async ({ to, subject, text, html }) =>
        void (await transport.sendMail({ to, subject, text, html })),
    }
  }
  const transport = createTransport(
    { streamTransport: true, buffer: true, newline: 'windows' },
    { from: config.mailFrom },
  )
  const folder = join(config.dataDir, 'outbox')
  return {
    async send({ to, subject, text, html, link }) {
      const { message } = await transport.sendMail({ to, subject, text, html })
      await mkdir(folder, { recursive: true })
      const file = join(folder, `${newId()}.eml`)
      await writeFile(file, message as Buffer)
      log.info({ file, link }, `mail kept in the outbox: ${subject}`)
    },
  }
}
