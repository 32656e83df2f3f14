import { index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { z } from 'zod'
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
import { invalid } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { bulk, bulkAnswer, OPERATIONS_AT_MOST } from '#core/record/bulk.ts'
import { type Change, defineRecord } from '#core/record/definition.ts'
import { e164 } from '#core/record/formats.ts'
import { nameIndex } from '#core/record/title.ts'
import { contactContract } from './contacts.contract.ts'

export const contactTable = pgTable(
  'contacts',
  {
    ...recordColumns(),
    ...ownerColumn(),
    firstName: name('first_name').notNull().default(''),
    lastName: name('last_name').notNull().default(''),
    jobTitle: text('job_title'),
    department: text('department'),
    email: text('email'),
    phone: text('phone'),
    mobile: text('mobile'),
    phoneE164: text('phone_e164'),
    mobileE164: text('mobile_e164'),
    companyId: uuid('company_id'),
    customerType: text('customer_type'),
    status: text('status').notNull().default('ACTIVE'),
    leadSource: text('lead_source'),
    leadScore: integer('lead_score'),
    engagementScore: integer('engagement_score').notNull().default(0),
    lastInteractionAt: moment('last_interaction_at'),
    socialProfiles: jsonb('social_profiles'),
    preferences: jsonb('preferences'),
    ...flexibleColumns(),
    searchText: searchColumn(
      `first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || ${searchedNumber('phone')} || ' ' || ${searchedNumber('mobile')} || ' ' || coalesce(job_title, '')`,
    ),
  },
  t => [
    ...recordKeys(t, { members: ['ownerId'], links: ['companyId'] }),
    index('contacts_email').on(t.workspaceId, t.email),
    index('contacts_name').on(t.workspaceId, t.lastName, t.firstName, t.id).where(live),
    index('contacts_status').on(t.workspaceId, t.status, t.updatedAt, t.id).where(live),
    index('contacts_touched')
      .on(t.workspaceId, t.lastInteractionAt.desc().nullsLast(), t.id.desc())
      .where(live),
    nameIndex('contacts', t.workspaceId, [t.firstName, t.lastName]),
    ownSearchIndex('contacts', t),
  ],
)

export const contacts = defineRecord({
  contract: contactContract,
  table: contactTable,
  visibility: { own: ['ownerId', 'createdById'] },
  rules: {
    create: (_tx, values) => {
      const { firstName, lastName, email } = values
      if (!firstName && !lastName && !email)
        throw invalid({
          path: 'firstName',
          code: 'NAME_OR_EMAIL',
          message: 'a contact needs a name or an e-mail address',
        })
      return withE164(values)
    },
    update: (_tx, _id, values) => withE164(values),
  },
})

/** Keeps the international form beside each number as it was given. */
function withE164(values: Change): Change {
  const found = { ...values }
  if (values.phone !== undefined) found.phoneE164 = e164(values.phone as string | null)
  if (values.mobile !== undefined) found.mobileE164 = e164(values.mobile as string | null)
  return found
}

const bulkDelete = operation({
  method: 'POST',
  path: '/contacts/bulk-delete',
  tag: 'contacts',
  summary: 'Put up to 1,000 contacts into the trash',
  body: z.strictObject({ ids: z.array(z.uuid()).min(1).max(OPERATIONS_AT_MOST) }),
  answers: bulkAnswer.extend({ deleted: z.int() }),
  async handle({ tx, body }) {
    const { results } = await bulk(tx, contacts, { operations: body.ids.map(id => ({ op: 'delete', id })) })
    return { deleted: results.filter(result => result.status < 300).length, results }
  },
})

export default { records: [contacts], operations: [bulkDelete] } satisfies Feature
