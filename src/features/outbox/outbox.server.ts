import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { notFound } from '#core/errors.ts'
import type { App, Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { isUuid } from '#core/ids.ts'
import { outboxOf } from '#core/mail.ts'

const ROWS_AT_MOST = 100
const TEXT_AT_MOST = 100_000

const mail = z.object({
  id: z.uuid(),
  to: z.string(),
  from: z.string(),
  subject: z.string(),
  keptAt: z.iso.datetime(),
})
const fullMail = mail.extend({ text: z.string(), html: z.string().nullable() })
type Mail = z.infer<typeof fullMail>

const EXAMPLE = {
  id: '0198c0de-0000-7000-8000-000000000001',
  to: 'ingrid.solberg@borealis.example',
  from: 'Ana Moreno <crm@localhost>',
  subject: 'Next steps',
  keptAt: '2026-01-31T09:30:00.000Z',
}

/** The ids of a workspace's mails, the latest first: they are made of the time. */
async function idsOf(app: App, workspaceId: string): Promise<string[]> {
  const files = await readdir(outboxOf(app.config.dataDir)).catch(() => [] as string[])
  const ending = `.${workspaceId}.eml`
  return files
    .filter(file => file.endsWith(ending))
    .map(file => file.slice(0, -ending.length))
    .filter(isUuid)
    .sort()
    .reverse()
}

/** @throws Refusal 404 */
async function read(app: App, workspaceId: string, id: string): Promise<Mail> {
  const file = join(outboxOf(app.config.dataDir), `${id}.${workspaceId}.eml`)
  const raw = await readFile(file).catch(() => {
    throw notFound('Mail')
  })
  const { default: PostalMime } = await import('postal-mime')
  const { to, from, subject, text, html } = await PostalMime.parse(raw)
  const name = from?.name ? `${from.name} <${from.address}>` : (from?.address ?? '')
  return {
    id,
    to: (to ?? []).map(({ address }) => address ?? '').join(', '),
    from: name,
    subject: subject ?? '',
    // UUIDv7 begins with the milliseconds since 1970.
    keptAt: new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toISOString(),
    text: (text ?? '').slice(0, TEXT_AT_MOST),
    html: html ? html.slice(0, TEXT_AT_MOST) : null,
  }
}

const list = operation({
  method: 'GET',
  path: '/outbox',
  tag: 'outbox',
  access: 'ADMIN',
  summary: 'List the mails to contacts that were kept since there is no mail server',
  description: `The latest ${ROWS_AT_MOST}, as this process keeps them. Mails by which people sign in are not among them.`,
  answers: z.object({
    isUsed: z
      .boolean()
      .meta({ description: 'False where a mail server is set, so that mails are really sent' }),
    rows: z.array(mail),
    total: z.int(),
    nextCursor: z.null(),
  }),
  document: { answerExample: { isUsed: true, rows: [EXAMPLE], total: 1, nextCursor: null } },
  async handle({ app, tx }) {
    const ids = await idsOf(app, tx.who.workspaceId)
    const rows: Array<z.infer<typeof mail>> = []
    for (const id of ids.slice(0, ROWS_AT_MOST)) {
      const { text: _, html: _h, ...row } = await read(app, tx.who.workspaceId, id)
      rows.push(row)
    }
    return { isUsed: !app.config.smtpUrl, rows, total: ids.length, nextCursor: null }
  },
})

const one = operation({
  method: 'GET',
  path: '/outbox/:id',
  tag: 'outbox',
  access: 'ADMIN',
  summary: 'Read a mail that was kept',
  params: z.object({ id: z.uuid('must be the id of a mail') }),
  answers: fullMail,
  document: { answerExample: { ...EXAMPLE, text: 'Hello Ingrid,', html: null } },
  handle: ({ app, tx, params }) => read(app, tx.who.workspaceId, params.id.toLowerCase()),
})

export default { sessionOnly: true, operations: [list, one] } satisfies Feature
