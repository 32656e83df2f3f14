import { boolean, pgTable, text } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import {
  flexibleColumns,
  name,
  rankedColumn,
  rankedIndex,
  recordColumns,
  recordKeys,
  searchColumn,
  searchIndex,
} from '#core/db/columns.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { type Change, defineRecord } from '#core/record/definition.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { BODY_AT_MOST, emailTemplateContract } from './email-templates.contract.ts'
import { type MailTexts, render } from './liquid.ts'
import { checkTexts, knownFields, readSubjects, valuesFor } from './merge.ts'

export const emailTemplateTable = pgTable(
  'email_templates',
  {
    ...recordColumns(),
    name: name('name').notNull(),
    subject: text('subject').notNull(),
    body: text('body').notNull(),
    bodyHtml: text('body_html'),
    isActive: boolean('is_active').notNull().default(true),
    ...flexibleColumns(),
    searchText: searchColumn(`name || ' ' || subject || ' ' || body`),
    searchVector: rankedColumn(`name || ' ' || subject || ' ' || body`),
  },
  t => [...recordKeys(t), searchIndex('email_templates', t), rankedIndex('email_templates', t)],
)

/** Everybody may use a template; a member changes those that they have made. */
export const emailTemplates = defineRecord({
  contract: emailTemplateContract,
  table: emailTemplateTable,
  visibility: 'workspace',
  writers: 'maker',
  rules: { create: checked, update: (tx, _id, values) => checked(tx, values) },
})

async function checked(tx: Tx, values: Change): Promise<Change> {
  const { subject, body, bodyHtml } = values as Partial<MailTexts>
  if (subject || body || bodyHtml) await checkTexts(tx, { subject, body, bodyHtml })
  return values
}

const SUBJECT_AT_MOST = 300
const EXAMPLE_ID = '0198c0de-0000-7000-8000-000000000001'

const previewBody = z.strictObject({
  contactId: z.uuid('must be the id of a contact').optional(),
  dealId: z.uuid('must be the id of a deal').optional(),
})
const textsAnswer = z.object({
  subject: z.string(),
  body: z.string(),
  bodyHtml: z.string().nullable(),
})

const preview = operation({
  method: 'POST',
  path: '/email-templates/:id/preview',
  tag: 'email-templates',
  access: 'VIEWER',
  reads: true,
  summary: 'See a template as a mail about a contact or a deal would read',
  description:
    'The sender is the caller. Fields of records that are not named are empty. Nothing is written or sent.',
  params: idParams,
  body: previewBody,
  answers: textsAnswer,
  document: {
    example: {},
    answerExample: { subject: 'Next steps, Ingrid', body: 'Hello Ingrid,', bodyHtml: null },
  },
  async handle({ tx, params, body }) {
    const template = await store.read(tx, emailTemplates, params.id)
    const subjects = await readSubjects(tx, body)
    const values = await valuesFor(tx, subjects, await knownFields(tx))
    const { texts, issues } = render(template as unknown as MailTexts, values)
    if (issues.length) throw invalid(issues)
    return texts
  },
})

const draft = z.strictObject({
  subject: z.string().max(SUBJECT_AT_MOST),
  body: z.string().max(BODY_AT_MOST),
  bodyHtml: z.string().max(BODY_AT_MOST).nullish(),
  ...previewBody.shape,
})

const previewDraft = operation({
  method: 'POST',
  path: '/email-templates/preview',
  tag: 'email-templates',
  access: 'VIEWER',
  reads: true,
  summary: 'See texts that are not kept yet as a mail about a contact or a deal would read',
  description: 'As the preview of a template; what cannot be merged is refused with 400, by part.',
  body: draft,
  answers: textsAnswer,
  document: {
    example: { subject: 'Hello {{ contact.firstName }}', body: 'Good morning', contactId: EXAMPLE_ID },
    answerExample: { subject: 'Hello Ingrid', body: 'Good morning', bodyHtml: null },
  },
  async handle({ tx, body: { contactId, dealId, ...texts } }) {
    await checkTexts(tx, texts)
    const subjects = await readSubjects(tx, { contactId, dealId })
    const merged = render(texts, await valuesFor(tx, subjects, await knownFields(tx)))
    if (merged.issues.length) throw invalid(merged.issues)
    return merged.texts
  },
})

const mergeFields = operation({
  method: 'GET',
  path: '/email-templates/fields',
  tag: 'email-templates',
  summary: 'List the merge fields that a template may use, such as contact.firstName',
  answers: z.object({ fields: z.array(z.string()) }),
  document: { answerExample: { fields: ['contact.firstName', 'sender.name'] } },
  async handle({ tx }) {
    const known = await knownFields(tx)
    return {
      fields: Object.entries(known).flatMap(([root, names]) => [...names].map(name => `${root}.${name}`)),
    }
  },
})

export default {
  records: [emailTemplates],
  operations: [preview, previewDraft, mergeFields],
} satisfies Feature
