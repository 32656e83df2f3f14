import { z } from 'zod'
import type { Feature } from '#core/feature.ts'
import { Answer, streamOperation } from '#core/http/operation.ts'
import { componentName, ref } from '#core/record/json-schema.ts'
import { ATTACHABLE_TYPES } from '#core/record/related.ts'
import { idParams } from '#core/record/routes.ts'
import { download } from './download.ts'
import { extractText } from './extract.ts'
import { fileContract } from './files.contract.ts'
import { files } from './files.table.ts'
import { uploadFile } from './upload.ts'

export { fileTable } from './files.table.ts'

const form = {
  type: 'object',
  properties: {
    file: { type: 'string', format: 'binary' },
    attachedToType: { type: 'string', enum: ATTACHABLE_TYPES },
    attachedToId: { type: 'string', format: 'uuid' },
    description: { type: 'string', maxLength: 2000 },
    tags: { type: 'string', description: 'Separated by commas, or a JSON array' },
    customFields: { type: 'string', description: 'A JSON object' },
  },
  required: ['file', 'attachedToType', 'attachedToId'],
}

const upload = streamOperation({
  method: 'POST',
  path: '/files/upload',
  tag: 'files',
  rate: 'upload',
  status: 201,
  consumes: ['multipart/form-data'],
  keyed: true,
  summary: 'Attach a file to a record',
  description:
    'The type is read from the bytes. Programs, scripts, web pages and SVG are refused, and so is a file that is not what it claims to be.',
  document: { body: form, answer: ref(componentName(fileContract)) },
  refuses: {
    409: 'The Idempotency-Key was used for another file',
    413: 'The file is larger than the limit (25 MB where not set otherwise)',
    415: 'No form, or a file of a type that is not taken',
  },
  async handle(context) {
    const { status, headers, body } = await uploadFile(context)
    return new Answer(body, { status, headers })
  },
})

const downloadRoute = streamOperation({
  method: 'GET',
  path: '/files/:id/download',
  tag: 'files',
  answers: 'stream',
  summary: 'The bytes of a file',
  description:
    'Reads `Range`, `If-Range` and `If-None-Match`. With `disposition=inline` images, media and plain text may be shown in the browser; all else is saved.',
  params: idParams,
  query: z.strictObject({ disposition: z.enum(['attachment', 'inline']).optional() }),
  also: {
    206: 'The part that `Range` asks for',
    304: 'The file that `If-None-Match` names is still the same',
  },
  refuses: { 416: 'The range lies outside the file' },
  handle: download,
})

export default {
  records: [files],
  operations: [upload, downloadRoute],
  jobs: [extractText],
} satisfies Feature
