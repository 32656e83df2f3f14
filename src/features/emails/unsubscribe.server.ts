import type { Readable } from 'node:stream'
import { z } from 'zod'
import { systemIn, type Tx } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import type { App, Feature } from '#core/feature.ts'
import { Answer, publicOperation } from '#core/http/operation.ts'
import { PAGE_HEADERS, readerLanguage, smallPage } from '#core/http/refusal-page.ts'
import { store } from '#core/record/store.ts'
import { tellCampaign } from './campaign-state.ts'
import { LINK_TOKEN } from './mail-token.ts'
import { readLink } from './unsubscribe-link.ts'
import { unsubscribedAmong, unsubscribes } from './unsubscribes.server.ts'

const params = z.object({ token: z.string().regex(LINK_TOKEN, 'must be the end of a link in a mail') })

const escaped = (text: string) => text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`)

/** The words of the page, with names that have been escaped. */
const WORDS = {
  en: {
    title: 'Unsubscribe',
    question: (from: string, to: string) => `No more mail from ${from} to ${to}?`,
    doneTitle: 'Unsubscribed',
    done: (from: string, to: string) => `${to} gets no more mail from ${from}.`,
  },
  de: {
    title: 'Abmelden',
    question: (from: string, to: string) => `Keine E-Mails mehr von ${from} an ${to}?`,
    doneTitle: 'Abgemeldet',
    done: (from: string, to: string) => `${to} bekommt keine E-Mails mehr von ${from}.`,
  },
}

/** Runs `work` for the mail in which the link stands. @throws Refusal 404 for a link that is none */
async function forMail<T>(
  app: App,
  token: string,
  work: (tx: Tx, mail: { id: string; address: string; workspaceName: string }) => Promise<T>,
): Promise<T> {
  const link = readLink(app.config.jwtSecret, token)
  if (!link) throw notFound('Link')
  const { workspaceId, emailId } = link
  const who = systemIn(workspaceId)
  return app.database.inWorkspace(who, async tx => {
    const [row] = await tx.session.rows(
      `select e.id, e.to_address as address, w.name as "workspaceName" from emails e join workspaces w on w.id = e.workspace_id
       where e.workspace_id = $1::uuid and e.id = $2::uuid`,
      [workspaceId, emailId],
    )
    if (!row?.address) throw notFound('Link')
    return work(tx, row as { id: string; address: string; workspaceName: string })
  })
}

/** Only asks: programs that look at the links of a mail must not unsubscribe anybody. */
const ask = publicOperation({
  method: 'GET',
  path: '/unsubscribe/:token',
  tag: 'unsubscribes',
  isLinked: true,
  answers: 'stream',
  summary: 'The page behind the unsubscribe link of a mail, which asks',
  params,
  refuses: { 404: 'No such link' },
  handle: ({ app, request, params }) =>
    forMail(app, params.token, async (_tx, { address, workspaceName }) => {
      const language = readerLanguage(request)
      const { title, question } = WORDS[language]
      const content = `<p>${question(escaped(workspaceName), escaped(address))}</p><form method="post"><button>${title}</button></form>`
      return new Answer(smallPage(language, title, content), { headers: PAGE_HEADERS })
    }),
})

const unsubscribe = publicOperation({
  method: 'POST',
  path: '/unsubscribe/:token',
  tag: 'unsubscribes',
  isLinked: true,
  answers: 'stream',
  summary: 'Unsubscribe, by the button of the page or of a mail program (one click, RFC 8058)',
  params,
  consumes: ['application/x-www-form-urlencoded', 'application/json'],
  refuses: { 404: 'No such link' },
  async handle({ app, request, params }) {
    const isOneClick = await saysOneClick(request.body)
    return forMail(app, params.token, async (tx, { id, address, workspaceName }) => {
      if (!(await unsubscribedAmong(tx, [address])).size) {
        const source = isOneClick ? 'ONE_CLICK' : 'LINK'
        // Two clicks at once: the second finds what the first has written.
        await tx.session.rows(
          'select 1 from emails where workspace_id = $1::uuid and id = $2::uuid for update',
          [tx.who.workspaceId, id],
        )
        if (!(await unsubscribedAmong(tx, [address])).size)
          await store.create(tx, unsubscribes, { email: address.toLowerCase(), source })
        await tellCampaign(tx, id, { status: 'UNSUBSCRIBED', unsubscribedAt: new Date().toISOString() })
      }
      const language = readerLanguage(request)
      const { doneTitle, done } = WORDS[language]
      const content = `<p>${done(escaped(workspaceName), escaped(address))}</p>`
      return new Answer(smallPage(language, doneTitle, content), { headers: PAGE_HEADERS })
    })
  },
})

const FORM_AT_MOST_BYTES = 1000

async function saysOneClick(body: unknown): Promise<boolean> {
  if (typeof (body as Readable | undefined)?.[Symbol.asyncIterator] !== 'function') return false
  let text = ''
  for await (const chunk of body as Readable) if (text.length < FORM_AT_MOST_BYTES) text += chunk
  return new URLSearchParams(text).get('List-Unsubscribe') === 'One-Click'
}

export default { operations: [ask, unsubscribe] } satisfies Feature
