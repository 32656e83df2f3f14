import { z } from 'zod'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, notFound, Refusal, unprocessable } from '#core/errors.ts'
import { operation } from '#core/http/operation.ts'
import { componentName, pageOf, ref } from '#core/record/json-schema.ts'
import { compileSelection, list, listQuerySchema } from '#core/record/list.ts'
import { recordNamed } from '#core/record/registry.ts'
import { idParams } from '#core/record/routes.ts'
import { readRows } from '#core/record/rows.ts'
import { store } from '#core/record/store.ts'
import { campaignContacts, campaigns } from './campaigns.table.ts'

const IDS_AT_MOST = 1000
const FILTERED_AT_MOST = 5000

const addBody = z
  .strictObject({
    contactIds: z.array(z.uuid('must be the id of a contact')).min(1).max(IDS_AT_MOST).optional(),
    filter: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'As `filter` of GET /contacts, as an object' }),
    savedViewId: z
      .uuid('must be the id of a saved view')
      .optional()
      .meta({ description: 'A saved view of contacts: those that it shows to the caller now' }),
  })
  .refine(
    ({ contactIds, filter, savedViewId }) =>
      [contactIds, filter, savedViewId].filter(given => given !== undefined).length === 1,
    { path: ['contactIds'], message: 'give contactIds, a filter or a saved view, and only one of them' },
  )
type Audience = z.infer<typeof addBody>

export const addRoute = operation({
  method: 'POST',
  path: '/campaigns/:id/contacts',
  tag: 'campaigns',
  summary: `Add contacts to a campaign, by ids, or by a filter or saved view that fits ${FILTERED_AT_MOST} at most`,
  params: idParams,
  body: addBody,
  answers: z.object({ added: z.int(), alreadyThere: z.int() }),
  document: {
    example: { filter: { field: 'leadSource', op: 'eq', value: 'Trade fair' } },
    answerExample: { added: 120, alreadyThere: 3 },
  },
  refuses: { 422: 'TOO_MANY_CONTACTS: the filter or view fits too many' },
  async handle({ tx, params, body }) {
    await mayChange(tx, params.id)
    const ids = body.contactIds ? [...new Set(body.contactIds)] : await idsOf(tx, body)
    const there = await tx.session.rows(
      'select contact_id as id from campaign_contacts where workspace_id = $1::uuid and campaign_id = $2::uuid and contact_id = any($3::uuid[]) and deleted_at is null',
      [tx.who.workspaceId, params.id, arrayLiteral(ids)],
    )
    const known = new Set(there.map(row => row.id))
    const fresh = ids.filter(id => !known.has(id))
    await store
      .createMany(
        tx,
        campaignContacts,
        fresh.map(contactId => ({ campaignId: params.id, contactId })),
      )
      .catch(error => {
        throw error.issues
          ? invalid({ path: 'contactIds', code: 'NO_SUCH', message: 'no such contact' })
          : error
      })
    return { added: fresh.length, alreadyThere: known.size }
  },
})

/** The campaign, locked: whoever may not change it may not add to it either. @throws Refusal 404, 403 */
async function mayChange(tx: Tx, id: string): Promise<void> {
  // Changes nothing, and is refused as a change would be.
  await store.update(tx, campaigns, id, {})
}

async function idsOf(tx: Tx, { filter, savedViewId }: Audience): Promise<string[]> {
  const contact = recordNamed('contact')
  const selection = await compileSelection(tx, contact, {
    ...(filter ? { filter: JSON.stringify(filter) } : { view: savedViewId! }),
    sort: 'createdAt',
  }).catch(error => {
    // What the list of contacts calls `view` is named otherwise here.
    if (!(error instanceof Refusal) || error.issues?.[0]?.path !== 'view') throw error
    throw invalid({ ...error.issues[0], path: 'savedViewId' })
  })
  const rows = await readRows(tx, contact, selection, FILTERED_AT_MOST + 1)
  if (rows.length > FILTERED_AT_MOST)
    throw unprocessable('TOO_MANY_CONTACTS', `That is more than ${FILTERED_AT_MOST} contacts; narrow it`)
  return rows.map(row => row.id as string)
}

export const listRoute = () =>
  operation({
    method: 'GET',
    path: '/campaigns/:id/contacts',
    tag: 'campaigns',
    summary: 'List the contacts of a campaign, with how far each has come',
    params: idParams,
    query: listQuerySchema(campaignContacts),
    document: { answer: pageOf(ref(componentName(campaignContacts.contract))) },
    async handle({ tx, params, query }) {
      await store.read(tx, campaigns, params.id)
      return list(tx, campaignContacts, query, [{ field: 'campaignId', op: 'eq', value: params.id }])
    },
  })

export const removeRoute = operation({
  method: 'DELETE',
  path: '/campaigns/:id/contacts/:contactId',
  tag: 'campaigns',
  status: 204,
  answers: 'nothing',
  summary: 'Take a contact out of a campaign to whom nothing has been sent',
  params: idParams.extend({ contactId: z.uuid('must be the id of a contact') }),
  refuses: { 422: 'ALREADY_SENT: what was sent stays in the figures' },
  async handle({ tx, params }) {
    await mayChange(tx, params.id)
    const [row] = await tx.session.rows(
      'select id, status from campaign_contacts where workspace_id = $1::uuid and campaign_id = $2::uuid and contact_id = $3::uuid and deleted_at is null for update',
      [tx.who.workspaceId, params.id, params.contactId],
    )
    if (!row) throw notFound('Contact of the campaign')
    if (!['PENDING', 'SKIPPED', 'FAILED'].includes(row.status as string))
      throw unprocessable('ALREADY_SENT', 'The campaign was sent to this contact')
    await store.remove(tx, campaignContacts, row.id as string)
  },
})
