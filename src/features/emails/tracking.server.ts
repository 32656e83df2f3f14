import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { systemIn, type Tx } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import type { App, Feature } from '#core/feature.ts'
import { Answer, publicOperation } from '#core/http/operation.ts'
import { tellCampaign } from './campaign-state.ts'
import { LINK_TOKEN, type MailPlace } from './mail-token.ts'
import { readClick, readOpen } from './tracking-link.ts'

const params = z.object({ token: z.string().regex(LINK_TOKEN, 'must be the end of a link in a mail') })

/** A transparent picture of one pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** Writes down that the mail was opened, or followed; nothing where the workspace has turned tracking off since. */
async function note(
  app: App,
  { workspaceId, emailId }: MailPlace,
  what: 'opened' | 'clicked',
): Promise<void> {
  const who = systemIn(workspaceId)
  await app.database.inWorkspace(who, async tx => {
    if (!(await isTracking(tx))) return
    const now = new Date().toISOString()
    // Whoever follows a link has the mail open, also where their program shows no pictures.
    await tellCampaign(tx, emailId, { status: 'OPENED', openedAt: now }, 'opened')
    if (what === 'clicked') await tellCampaign(tx, emailId, { status: 'CLICKED', clickedAt: now }, 'clicked')
  })
}

/** What comes from nobody's click: `HEAD`, and what programs fetch ahead, as far as they say so (`Sec-Purpose` and what came before it). */
function isNobodys({ method, headers }: FastifyRequest): boolean {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map(name => headers[name] ?? '')
  return method !== 'GET' || /\b(prefetch|prerender|preview)\b/i.test(purposes.join())
}

/** Whether the workspace wants to know who opens and follows its campaigns' mails. */
export async function isTracking({ session, who }: Tx): Promise<boolean> {
  const [row] = await session.rows(
    `select settings->'mailTracking' = 'true'::jsonb as "isOn" from workspaces where id = $1::uuid`,
    [who.workspaceId],
  )
  return row?.isOn === true
}

const open = publicOperation({
  method: 'GET',
  path: '/track/open/:token',
  tag: 'campaigns',
  isLinked: true,
  rate: 'web',
  answers: 'stream',
  summary: 'The picture in a mail of a campaign that shows when it is opened',
  params,
  refuses: { 404: 'No such link' },
  async handle({ app, request, params }) {
    const place = readOpen(app.config.jwtSecret, params.token)
    if (!place) throw notFound('Link')
    if (!isNobodys(request)) await note(app, place, 'opened')
    return new Answer(PIXEL, {
      headers: { 'content-type': 'image/gif', 'cross-origin-resource-policy': 'cross-origin' },
    })
  },
})

const click = publicOperation({
  method: 'GET',
  path: '/track/click/:token',
  tag: 'campaigns',
  isLinked: true,
  rate: 'web',
  status: 302,
  answers: 'nothing',
  summary: 'Follow a link of a mail of a campaign',
  description:
    'Leads to `url` only where the link is one that this server has put into a mail with that very address.',
  params,
  // Whoever passes links on puts more behind them.
  query: z.object({ url: z.string().max(2000) }),
  refuses: { 404: 'No such link' },
  async handle({ app, request, params, query }) {
    const place = readClick(app.config.jwtSecret, params.token, query.url)
    if (!place) throw notFound('Link')
    if (!isNobodys(request)) await note(app, place, 'clicked')
    return new Answer(undefined, {
      headers: { location: new URL(query.url).href, 'referrer-policy': 'no-referrer' },
    })
  },
})

export default { operations: [open, click] } satisfies Feature
