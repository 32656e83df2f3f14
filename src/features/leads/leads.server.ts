import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { z } from 'zod'
import {
  flexibleColumns,
  live,
  moment,
  name,
  ownerColumn,
  ownSearchIndex,
  recordColumns,
  recordKeys,
  searchColumn,
  searchedNumber,
} from '#core/db/columns.ts'
import type { Tx } from '#core/db/workspace.ts'
import { unprocessable } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { type Change, defineRecord, type WriteContext } from '#core/record/definition.ts'
import { e164 } from '#core/record/formats.ts'
import { ref } from '#core/record/json-schema.ts'
import { idParams } from '#core/record/routes.ts'
import { conversion, convertLead } from './convert.ts'
import { leadContract } from './leads.contract.ts'

export const leadTable = pgTable(
  'leads',
  {
    ...recordColumns(),
    ...ownerColumn(),
    name: name('name').notNull(),
    email: text('email'),
    company: name('company'),
    phone: text('phone'),
    phoneE164: text('phone_e164'),
    stage: text('stage').notNull().default('NEW'),
    source: text('source'),
    notes: text('notes'),
    score: integer('score'),
    convertedAt: moment('converted_at'),
    convertedContactId: uuid('converted_contact_id'),
    convertedCompanyId: uuid('converted_company_id'),
    convertedDealId: uuid('converted_deal_id'),
    ...flexibleColumns(),
    searchText: searchColumn(
      `name || ' ' || coalesce(email, '') || ' ' || coalesce(company, '') || ' ' || ${searchedNumber('phone')}`,
    ),
  },
  t => [
    ...recordKeys(t, {
      members: ['ownerId'],
      links: ['convertedContactId', 'convertedCompanyId', 'convertedDealId'],
    }),
    index('leads_stage').on(t.workspaceId, t.stage, t.updatedAt, t.id).where(live),
    index('leads_email').on(t.workspaceId, t.email),
    index('leads_name').on(t.workspaceId, t.name, t.id),
    ownSearchIndex('leads', t),
  ],
)

export const leads = defineRecord({
  contract: leadContract,
  table: leadTable,
  visibility: { own: ['ownerId', 'createdById'] },
  rules: {
    create: (_tx, values, context) => ruled(values, context),
    update: async (tx, id, values, context) => ruled(await keptConverted(tx, id, values, context), context),
  },
})

/**
 * A converted lead stays so, as it is converted once; its stage may be sent back as it was read. The row is locked, so that no
 * conversion slips in between. @throws Refusal 422 ALREADY_CONVERTED
 */
async function keptConverted(tx: Tx, id: string, values: Change, context: WriteContext): Promise<Change> {
  if (values.stage === undefined || context.history || context.action === 'converted') return values
  const [row] = await tx.session.rows(
    'select stage from leads where workspace_id = $1::uuid and id = $2::uuid for update',
    [tx.who.workspaceId, id],
  )
  if (row?.stage !== 'CONVERTED') return values
  if (values.stage !== 'CONVERTED')
    throw unprocessable('ALREADY_CONVERTED', 'A lead that was converted stays so', [
      { path: 'stage', code: 'CONVERTED', message: 'cannot change once the lead is converted' },
    ])
  const { stage: _, ...rest } = values
  return rest
}

/** History may say that a lead was converted; callers convert it. */
function ruled(values: Change, { history, action }: WriteContext): Change {
  if (values.stage === 'CONVERTED' && !history && action !== 'converted') {
    throw unprocessable('CONVERT_INSTEAD', 'Convert the lead with POST /leads/:id/convert', [
      { path: 'stage', code: 'CONVERT_INSTEAD', message: 'CONVERTED is reached by converting' },
    ])
  }
  const dated =
    history && values.stage === 'CONVERTED' && !values.convertedAt
      ? { convertedAt: values.createdAt ?? new Date().toISOString() }
      : {}
  return {
    ...values,
    ...dated,
    ...(values.phone === undefined ? {} : { phoneE164: e164(values.phone as string | null) }),
  }
}

const convertRoute = operation({
  method: 'POST',
  path: '/leads/:id/convert',
  tag: 'leads',
  touches: ['contacts', 'companies', 'deals'],
  summary: 'Make a contact, a company and a deal of a lead, reusing what is there',
  description:
    'Contact by e-mail, company by domain or name, among the records that the caller sees. What is made belongs to the owner of the lead, or to the caller where that one has left. A lead is converted once.',
  params: idParams,
  body: conversion,
  document: {
    answer: {
      type: 'object',
      properties: {
        contact: ref('Contact'),
        company: { anyOf: [ref('Company'), { type: 'null' }] },
        deal: { anyOf: [ref('Deal'), { type: 'null' }] },
        lead: ref('Lead'),
      },
      required: ['contact', 'company', 'deal', 'lead'],
    },
    example: { createDeal: true, dealTitle: '20 scanners', amount: 4800 },
  },
  refuses: { 409: 'ALREADY_CONVERTED', 422: 'The pipeline has no open stage' },
  handle: ({ tx, params, body }) => convertLead(tx, leads, params.id, body as z.infer<typeof conversion>),
})

export default { records: [leads], operations: [convertRoute] } satisfies Feature
