import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isEncoding } from '#core/csv/index.ts'
import { invalid, issuesOf, Refusal } from '#core/errors.ts'
import { asNamed } from '#core/http/form-names.ts'
import { ON_DUPLICATE } from './imports.contract.ts'

const flag = z.enum(['true', 'false', '1', '0']).transform(text => text === 'true' || text === '1')
const DELIMITERS: Record<string, string> = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' }

/** How to read a file; the same as form fields and as query parameters. */
const reading = {
  filename: z
    .string()
    .max(255)
    .optional()
    .meta({ description: 'What the file is called, where the body is the file' }),
  encoding: z
    .string()
    .toLowerCase()
    .refine(isEncoding, 'must be utf-8, utf-16le, utf-16be or windows-1252')
    .optional()
    .meta({ description: 'utf-8, utf-16le, utf-16be or windows-1252; found out where not given' }),
  delimiter: z
    .string()
    .transform(text => DELIMITERS[text] ?? text)
    .refine(
      text => /^[\x20-\x7e\t]$/.test(text) && text !== '"',
      'must be one character, or comma, semicolon, tab or pipe',
    )
    .optional()
    .meta({ description: 'One character, or comma, semicolon, tab or pipe; found out where not given' }),
}

/** Which table of a workbook. */
const sheet = z
  .string()
  .max(100)
  .optional()
  .meta({ description: 'The sheet of a workbook; where not given its first one with rows, hidden ones last' })

export const previewQuery = z.strictObject({ ...reading, sheet })

export const importQuery = z.strictObject({
  ...reading,
  sheet,
  mapping: z
    .string()
    .max(100_000)
    .optional()
    .meta({ description: 'JSON of header to field; suggested from the header where not given' }),
  valueMapping: z.string().max(500_000).optional().meta({
    description:
      'JSON of header to value to what it means here, such as `{"Deal Stage": {"Signed": "Won", "n/a": ""}}`; a value that is not named stands for itself, and an empty text for an empty cell',
  }),
  dryRun: flag.optional().meta({ description: 'Checks and counts, but writes nothing' }),
  onDuplicate: z.enum(ON_DUPLICATE).optional().meta({
    description:
      'What becomes of a row whose record is there: skip by default, or create where rows cannot be matched',
  }),
  matchBy: z.string().max(300).optional().meta({
    description: 'How a row finds its record, such as `email`, `domain,name` (or) or `title+companyId` (and)',
  }),
  createLinked: flag.optional().meta({
    description:
      "Makes the companies and contacts that rows name and that are not among what the caller sees, each once, with what the row says of them: name and domain, or name and e-mail address, and the contact's company. They belong to the caller, are counted in `createdLinked`, and go with undo. What is matched by name alone is never a person of another company, nor one with another address than the row says.",
  }),
  ignoreUnknownMembers: flag.optional().meta({
    description:
      'Passes over owners and assignees who are no members, so that whoever imports is the owner; else such a row is refused',
  }),
  dateOrder: z.enum(['DMY', 'MDY']).optional().meta({
    description:
      "What 03/04/2024 means; found out from the column where not given, else as in the workspace's time zone",
  }),
  decimal: z.enum([',', '.']).optional().meta({ description: 'The decimal mark; found out where not given' }),
})
export type ImportSettings = z.infer<typeof importQuery>

/** Form fields of an upload, read by the same schema as the query. @throws Refusal 400 */
export function readFields<T>(schema: z.ZodType<T>, fields: Record<string, unknown>): Partial<T> {
  const result = schema.safeParse(fields)
  if (!result.success) throw invalid(issuesOf(result.error))
  return Object.fromEntries(
    Object.entries(result.data as object).filter(([, value]) => value !== undefined),
  ) as Partial<T>
}

/** What came along with a file. */
export type Upload<T> = { fields: Record<string, unknown>; filename: string | undefined; kept: T }

/**
 * Hands the file of a request to `keep` as a stream, be it the body itself or a part of a form, and collects the
 * form's other fields. @throws Refusal 400 without a file, 415 for another kind of body
 */
export async function receive<T>(
  request: FastifyRequest,
  keep: (file: AsyncIterable<Buffer>) => Promise<T>,
): Promise<Upload<T>> {
  if (!request.isMultipart()) {
    if (!(request.body instanceof Readable))
      throw new Refusal(
        415,
        'UNSUPPORTED_MEDIA_TYPE',
        'Send the file as text/csv or as an .xlsx workbook, or as a multipart form with `file`',
      )
    return { fields: {}, filename: undefined, kept: await keep(request.body) }
  }
  const fields: Record<string, unknown> = {}
  let file: { filename: string | undefined; kept: T } | undefined
  for await (const part of request.parts({
    limits: { fileSize: Number.POSITIVE_INFINITY, files: 1, fields: 30 },
  })) {
    if (part.type === 'file')
      file = { filename: part.filename && asNamed(part.filename), kept: await keep(part.file) }
    else if (part.value !== '')
      fields[part.fieldname] = typeof part.value === 'object' ? JSON.stringify(part.value) : part.value
  }
  if (!file) throw invalid({ path: 'file', code: 'REQUIRED', message: 'is required' })
  return { fields, ...file }
}

/** Passes a stream through and sums it up; knows the digest once the stream has ended. */
export function digesting(source: AsyncIterable<Buffer>): {
  bytes: AsyncIterable<Buffer>
  digest: () => string
} {
  const hash = createHash('sha256')
  async function* bytes() {
    for await (const chunk of source) {
      hash.update(chunk)
      yield chunk
    }
  }
  return { bytes: bytes(), digest: () => hash.digest('hex') }
}

/**
 * The first bytes of a stream. The rest is read and dropped, so that the client is heard out and can hear us.
 * @param limitBytes how much is kept
 */
export async function headOf(
  source: AsyncIterable<Buffer>,
  limitBytes: number,
): Promise<{ head: Buffer; whole: boolean }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of source) {
    if (size < limitBytes) chunks.push(chunk)
    size += chunk.length
  }
  return { head: Buffer.concat(chunks).subarray(0, limitBytes), whole: size <= limitBytes }
}
