import { z } from 'zod'
import { requireVerifiedMail } from '#core/auth/access.ts'
import type { Row } from '#core/db/engine.ts'
import type { Tx, Who } from '#core/db/workspace.ts'
import { Refusal, unprocessable } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { newId } from '#core/ids.ts'
import type { JobDefinition, Schedule } from '#core/jobs/jobs.ts'
import { addressOf } from '#core/mail.ts'
import { recordNamed } from '#core/record/registry.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { messageIdFor, reasonAgainst } from '#features/emails/compose.ts'
import { deliverJob } from '#features/emails/deliver.ts'
import { type MailTexts, render } from '#features/emails/liquid.ts'
import { checkTexts, knownFields, valuesFor } from '#features/emails/merge.ts'
import { unsubscribeUrl } from '#features/emails/unsubscribe-link.ts'
import { unsubscribedAmong } from '#features/emails/unsubscribes.server.ts'
import { campaignContacts, campaigns } from './campaigns.table.ts'

/** The throttle: so many mails of a campaign are put on their way about every minute. */
const MAILS_A_BATCH = 100
const BATCH_GAP_SECONDS = 50

const STARTABLE = ['PLANNING', 'ACTIVE', 'PAUSED']

export const sendRoute = operation({
  method: 'POST',
  path: '/campaigns/:id/send',
  tag: 'campaigns',
  status: 202,
  summary: 'Send an e-mail campaign to those of its contacts that have not got it',
  description: `Sets the campaign ACTIVE. Its template is merged for each contact and sent in batches of ${MAILS_A_BATCH} a minute, with an unsubscribe link and the headers of RFC 8058. Set its status to PAUSED and no further batch begins; ACTIVE goes on. Each mail is sent at most once, however often the server is restarted. Contacts that are added later get theirs too, as long as it is ACTIVE.`,
  params: idParams,
  answers: z.object({ pending: z.int() }),
  document: { answerExample: { pending: 120 } },
  refuses: {
    403: 'EMAIL_NOT_VERIFIED: verify your own address first',
    422: 'NOT_AN_EMAIL_CAMPAIGN, NO_TEMPLATE, TEMPLATE_INACTIVE, TEMPLATE_NEEDS_DEAL, CAMPAIGN_OVER',
  },
  async handle({ app, tx, access, params }) {
    const campaign = await store.read(tx, campaigns, params.id)
    requireVerifiedMail(access)
    if (campaign.type !== 'EMAIL')
      throw unprocessable('NOT_AN_EMAIL_CAMPAIGN', 'Only a campaign of type EMAIL is sent')
    if (!STARTABLE.includes(campaign.status as string))
      throw unprocessable('CAMPAIGN_OVER', 'The campaign is completed or cancelled')
    await templateOf(tx, campaign)
    await store.update(tx, campaigns, params.id, {
      status: 'ACTIVE',
      sentById: tx.who.userId,
      sendingSince: campaign.sendingSince ?? new Date().toISOString(),
    })
    await app.jobs.enqueue(tx, batchJob, { campaignId: params.id })
    const metrics = (await store.read(tx, campaigns, params.id)).metrics as Record<string, number>
    return { pending: metrics.pending }
  },
})

/** @throws Refusal 422 where the campaign has no template that can be sent */
async function templateOf(tx: Tx, { templateId }: Row): Promise<MailTexts> {
  const template = templateId
    ? await store.find(tx, recordNamed('emailTemplate'), templateId as string)
    : undefined
  if (!template) throw unprocessable('NO_TEMPLATE', 'The campaign has no template')
  if (!template.isActive) throw unprocessable('TEMPLATE_INACTIVE', 'The template is not active')
  const texts = template as unknown as MailTexts
  if ((await checkTexts(tx, texts)).has('deal'))
    throw unprocessable(
      'TEMPLATE_NEEDS_DEAL',
      'The template merges fields of a deal, which a campaign has not',
    )
  return texts
}

const input = z.object({ campaignId: z.uuid() })

/** The first batch, at once; the schedule does the others. */
export const batchJob: JobDefinition<z.infer<typeof input>> = {
  name: 'campaign-batch',
  input,
  run: ({ app, who, input: { campaignId } }) => sendBatch(app, { ...who, role: 'OWNER' }, campaignId),
}

/** Every minute, in every workspace: the next batch of each campaign that is being sent. */
export const batchSchedule: Schedule = {
  name: 'campaign-batches',
  cron: '* * * * *',
  async run(database, _log, app) {
    const due = await database.inSystem('ascendore_worker', scope =>
      scope.session.rows(
        `select c.id, c.workspace_id as "workspaceId", c.sent_by_id as "userId", w.timezone from campaigns c join workspaces w on w.id = c.workspace_id
         where c.status = 'ACTIVE' and c.type = 'EMAIL' and c.sending_since is not null and c.deleted_at is null
           and exists (select 1 from campaign_contacts k where k.workspace_id = c.workspace_id and k.campaign_id = c.id and k.status = 'PENDING' and k.deleted_at is null)`,
      ),
    )
    for (const { id, workspaceId, userId, timezone } of due) {
      const who = { workspaceId, userId, role: 'OWNER', visibility: 'workspace', timezone } as Who
      await sendBatch(app, who, id as string)
    }
  },
}

/**
 * Writes the mails of one batch and puts each into the queue, in one transaction with the mark that its contact has
 * one: whenever the process is killed, a contact has both or neither.
 */
export const sendBatch = (app: App, who: Who, campaignId: string): Promise<void> =>
  app.database.inWorkspace(who, async tx => {
    const [due] = await tx.session.rows(
      `select id from campaigns where workspace_id = $1::uuid and id = $2::uuid and status = 'ACTIVE' and sending_since is not null and deleted_at is null
         and (last_batch_at is null or last_batch_at < now() - interval '${BATCH_GAP_SECONDS} seconds') for update skip locked`,
      [who.workspaceId, campaignId],
    )
    if (!due) return
    const waiting = await tx.session.rows(
      `select id, contact_id as "contactId" from campaign_contacts where workspace_id = $1::uuid and campaign_id = $2::uuid and status = 'PENDING' and deleted_at is null
       order by id limit ${MAILS_A_BATCH} for update`,
      [who.workspaceId, campaignId],
    )
    if (!waiting.length) return
    // Not by the store: when the last batch went is no change of the campaign.
    await tx.session.rows(
      'update campaigns set last_batch_at = now() where workspace_id = $1::uuid and id = $2::uuid',
      [who.workspaceId, campaignId],
    )
    const campaign = await store.read(tx, campaigns, campaignId)
    const texts = await templateOf(tx, campaign).catch(error => {
      if (error instanceof Refusal) return undefined
      throw error
    })
    // What it would send is gone or spoilt: somebody has to look at it.
    if (!texts) return void (await store.update(tx, campaigns, campaignId, { status: 'PAUSED' }))
    for (const each of waiting) await queueOne(app, tx, campaign, texts, each)
  })

async function queueOne(app: App, tx: Tx, campaign: Row, texts: MailTexts, waiting: Row): Promise<void> {
  const update = (values: Record<string, unknown>) =>
    store.update(tx, campaignContacts, waiting.id as string, values)
  const contact = waiting.contactId
    ? await store.find(tx, recordNamed('contact'), waiting.contactId as string)
    : undefined
  if (!contact) return void (await update({ status: 'SKIPPED', reason: 'The contact was deleted' }))
  const address = contact.email as string | null
  const reason =
    reasonAgainst(contact, await unsubscribedAmong(tx, address ? [address] : [])) ??
    ((await hasIt(tx, campaign.id as string, contact)) ? 'SAME_ADDRESS' : null)
  if (reason) return void (await update({ status: 'SKIPPED', reason }))
  const merged = render(texts, await valuesFor(tx, { contact }, await knownFields(tx)))
  if (merged.issues.length || !merged.texts.subject)
    return void (await update({
      status: 'FAILED',
      reason: merged.issues[0]?.message ?? 'The subject is empty',
    }))
  const emailId = newId()
  const url = unsubscribeUrl(app, tx.who.workspaceId, emailId)
  const { subject, body, bodyHtml } = merged.texts
  await store.create(tx, recordNamed('email'), {
    id: emailId,
    contactId: contact.id,
    campaignId: campaign.id,
    templateId: campaign.templateId,
    fromAddress: addressOf(app.config.mailFrom),
    toAddress: address,
    messageId: messageIdFor(app, emailId),
    subject,
    body: `${body}\n\n-- \nUnsubscribe: ${url}\n`,
    bodyHtml: bodyHtml ? `${bodyHtml}\n<p><a href="${url}">Unsubscribe</a></p>` : null,
  })
  await update({ status: 'QUEUED', emailId })
  await app.jobs.enqueue(tx, deliverJob, { emailId })
}

/** Whether it went to the same address as another contact's, or to another one of the same person, of whom there were two before a merge. */
async function hasIt({ session, who }: Tx, campaignId: string, { id, email }: Row): Promise<boolean> {
  const rows = await session.rows(
    'select 1 from emails where workspace_id = $1::uuid and campaign_id = $2::uuid and (to_address = $3 or contact_id = $4::uuid) limit 1',
    [who.workspaceId, campaignId, email, id],
  )
  return rows.length > 0
}
