import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'
import { ATTACHABLE_TYPES } from '#core/record/related.ts'

export const fileContract = defineContract({
  name: 'file',
  path: 'files',
  label: 'File',
  description: 'A file that is attached to a record',
  title: ['filename'],
  defaultSort: '-createdAt',
  plainFilters: ['attachedToType', 'attachedToId', 'contentType', 'createdById'],
  importable: false,
  exportable: true,
  fields: {
    filename: f.required(
      f.text(255, { description: 'Made safe for every file system: the answer has the name that is kept' }),
    ),
    contentType: f.readOnly(f.required(f.text(255, { description: 'What the bytes show it to be' }))),
    sizeBytes: f.readOnly(f.required(f.integer(0, Number.MAX_SAFE_INTEGER))),
    sha256: f.readOnly(f.required(f.text(64, { description: 'SHA-256 of the bytes, in hexadecimal' }))),
    attachedToType: f.choice(ATTACHABLE_TYPES, {
      writable: 'create',
      description: 'The type of the record to which it is attached',
    }),
    attachedToId: f.related({ writable: 'create', description: 'Its id' }),
    description: f.longText(2000),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type FileRecord = RecordOf<typeof fileContract>
