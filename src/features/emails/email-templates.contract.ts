import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const BODY_AT_MOST = 100_000

export const emailTemplateContract = defineContract({
  name: 'emailTemplate',
  path: 'email-templates',
  label: 'Email template',
  description: 'A text for mails, with merge fields in Liquid such as {{ contact.firstName }}',
  title: ['name'],
  plainFilters: ['isActive', 'createdById'],
  example: {
    name: 'Follow-up',
    subject: 'Next steps, {{ contact.firstName | default: "hello" }}',
    body: 'Hello {{ contact.firstName }},\n\nthank you for your time.\n\n{{ sender.name }}',
    isActive: true,
  },
  fields: {
    name: f.required(f.text(200)),
    subject: f.required(f.text(300, { description: 'Liquid' })),
    body: f.required(f.longText(BODY_AT_MOST, { description: 'The plain text, Liquid' })),
    bodyHtml: f.longText(BODY_AT_MOST, {
      description: 'The same as HTML, Liquid; merge fields are escaped. Without it the mail is plain text.',
    }),
    isActive: f.withDefault(f.boolean({ description: 'Only an active template may be sent' }), true),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type EmailTemplate = RecordOf<typeof emailTemplateContract>
