import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Tx, Who } from '#core/db/workspace.ts'
import { type Issue, invalid, issuesOf, Refusal } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { etagOf } from '#core/http/etag.ts'
import { asNamed } from '#core/http/form-names.ts'
import { type KeptAnswer, once } from '#core/http/idempotency.ts'
import { newId } from '#core/ids.ts'
import { inputSchema } from '#core/record/contract.ts'
import type { Change } from '#core/record/definition.ts'
import { store } from '#core/record/store.ts'
import { claimBytes, discardBytes, putUnclaimed } from '#core/storage/removals.ts'
import { contentTypeOf, HEAD_BYTES } from './content-type.ts'
import { extractText, isReadable } from './extract.ts'
import { refuseProgramName, safeFilename } from './filename.ts'
import { fileContract } from './files.contract.ts'
import { fileKey, files } from './files.table.ts'

const FIELDS_AT_MOST = 20

type Context = { app: App; who: Who; request: FastifyRequest }
type Kept = { filename: string; contentType: string; sizeBytes: number; sha256: string }

/**
 * Takes the file of a form, stores its bytes as they come and makes its record. Bytes that find no record
 * are removed again.
 * @throws Refusal 400 naming the field, 413 for a file over the limit, 415 for a type that is not taken
 */
export async function uploadFile({ app, who, request }: Context): Promise<KeptAnswer> {
  const id = newId()
  const key = fileKey(who.workspaceId, id)
  let wasStored = false
  let wasClaimed = false
  try {
    const { fields, kept } = await readForm(request, async (file, claim) => {
      const filename = safeFilename(asNamed(claim.filename))
      refuseProgramName(filename)
      const bytes = limited(file, app.config.fileLimitBytes)
      const { head, whole } = await withHead(bytes)
      if (!head.length) throw invalid({ path: 'file', code: 'EMPTY', message: 'is empty' })
      const contentType = await contentTypeOf(head, { filename, mimetype: claim.mimetype })
      const hash = createHash('sha256')
      wasStored = true
      const { sizeBytes } = await putUnclaimed(app, who, key, hashed(whole, hash))
      return { filename, contentType, sizeBytes, sha256: hash.digest('hex') }
    })
    const values = checkedValues(fields, kept)
    const answer = await app.database.inWorkspace(who, tx => {
      const work = () => create(tx, app, key, { ...values, ...kept, id })
      const idempotencyKey = request.headers['idempotency-key']
      if (typeof idempotencyKey !== 'string') return work()
      return once(tx, idempotencyKey, ['upload', values, kept], work, app.config.jwtSecret)
    })
    wasClaimed = JSON.parse(answer.body!).id === id
    return answer
  } finally {
    if (wasStored && !wasClaimed) await discardBytes(app, who, key)
  }
}

async function create(tx: Tx, app: App, key: string, values: Change): Promise<KeptAnswer> {
  const created = await store.create(tx, files, values)
  await claimBytes(tx, key)
  if (isReadable(created.contentType as string, created.sizeBytes as number))
    await app.jobs.enqueue(tx, extractText, { fileId: created.id })
  const body = JSON.stringify(created)
  return {
    status: 201,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      etag: etagOf(created, body)!,
      location: `/api/v1/files/${created.id}`,
    },
    body,
  }
}

type Claimed = { filename: string; mimetype: string }

/** Reads a form with one file, in whatever order its parts come. @throws Refusal 400, 415 */
async function readForm(
  request: FastifyRequest,
  keep: (file: AsyncIterable<Buffer>, claim: Claimed) => Promise<Kept>,
): Promise<{ fields: Record<string, unknown>; kept: Kept }> {
  if (!request.isMultipart())
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the file as multipart/form-data, as `file`')
  const fields: Record<string, unknown> = {}
  let kept: Kept | undefined
  // The limit is counted by ourselves: a stream that is cut off in silence would be kept as if it were whole.
  const limits = { fileSize: Number.POSITIVE_INFINITY, files: 1, fields: FIELDS_AT_MOST }
  for await (const part of request.parts({ limits })) {
    if (part.type === 'field') {
      if (part.valueTruncated) throw invalid({ path: part.fieldname, message: 'is too long' })
      if (part.value !== '') fields[part.fieldname] = part.value
      continue
    }
    try {
      if (part.fieldname !== 'file')
        throw invalid({ path: part.fieldname, code: 'UNKNOWN_FIELD', message: 'is not a known field' })
      kept = await keep(part.file, { filename: part.filename ?? '', mimetype: part.mimetype ?? '' })
    } finally {
      // What was not read is let through, so that the client is heard out and hears the answer.
      part.file.on('error', () => {}).resume()
    }
  }
  if (!kept) throw invalid({ path: 'file', code: 'REQUIRED', message: 'is required' })
  return { fields, kept }
}

const REQUIRED = ['attachedToType', 'attachedToId']

/** The form's other fields, by the record's own schema. @throws Refusal 400 */
function checkedValues(fields: Record<string, unknown>, { filename }: Kept): Change {
  const result = inputSchema(fileContract, 'create').safeParse({
    filename,
    ...fields,
    ...parsed(fields, 'tags', text => (text.startsWith('[') ? JSON.parse(text) : text.split(','))),
    ...parsed(fields, 'customFields', JSON.parse),
  })
  const issues: Issue[] = [
    ...REQUIRED.filter(key => fields[key] === undefined).map(path => ({
      path,
      code: 'REQUIRED',
      message: 'is required',
    })),
    ...(result.success ? [] : issuesOf(result.error)),
  ]
  if (issues.length) throw invalid(issues)
  return result.data as Change
}

/** A form holds text alone: lists and objects stand in it as JSON. @throws Refusal 400 */
function parsed(fields: Record<string, unknown>, key: string, read: (text: string) => unknown) {
  const value = fields[key]
  if (typeof value !== 'string') return {}
  try {
    return { [key]: read(value.trim()) }
  } catch {
    throw invalid({ path: key, code: 'NOT_JSON', message: 'must be JSON' })
  }
}

/** Passes the bytes on, as long as there are not too many. @throws Refusal 413 */
async function* limited(source: AsyncIterable<Buffer>, limitBytes: number): AsyncGenerator<Buffer> {
  let sizeBytes = 0
  for await (const chunk of source) {
    sizeBytes += chunk.length
    if (sizeBytes > limitBytes) {
      const limit = `${Math.round((limitBytes / 1024 / 1024) * 1000) / 1000} MB`
      throw new Refusal(413, 'PAYLOAD_TOO_LARGE', `The file is larger than ${limit}`, {
        issues: [
          { path: 'file', code: 'TOO_LARGE', params: { limit }, message: `must not be larger than ${limit}` },
        ],
      })
    }
    yield chunk
  }
}

/** The first bytes of a stream, and the stream as if they had not been read. */
async function withHead(
  source: AsyncGenerator<Buffer>,
): Promise<{ head: Buffer; whole: AsyncGenerator<Buffer> }> {
  const chunks: Buffer[] = []
  let size = 0
  while (size < HEAD_BYTES) {
    const { value, done } = await source.next()
    if (done) break
    chunks.push(value)
    size += value.length
  }
  async function* whole() {
    yield* chunks.splice(0)
    yield* source
  }
  return { head: Buffer.concat(chunks).subarray(0, HEAD_BYTES), whole: whole() }
}

async function* hashed(source: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
}
