import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'
import { relatedFields } from '#core/record/related.ts'

export const noteContract = defineContract({
  name: 'note',
  path: 'notes',
  label: 'Note',
  description: 'A text that a member keeps beside a record',
  title: ['body'],
  defaultSort: '-createdAt',
  plainFilters: ['relatedType', 'relatedId', 'authorId', 'isPinned'],
  example: { body: 'Budget is decided in March.', isPinned: true },
  fields: {
    body: f.required(f.longText()),
    authorId: f.readOnly(f.member({ nullable: false, description: 'Who wrote it' })),
    isPinned: f.withDefault(f.boolean(), false),
    ...relatedFields(),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Note = RecordOf<typeof noteContract>
