import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { Who } from '#core/db/workspace.ts'
import { errorBody, Refusal } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { dispositionOf } from '#core/http/disposition.ts'
import { isKnown } from '#core/http/etag.ts'
import { Answer } from '#core/http/operation.ts'
import { store } from '#core/record/store.ts'
import type { ByteRange } from '#core/storage/types.ts'
import { fileKey, files } from './files.table.ts'

/** Types that a browser shows without running anything of them. PDF viewers do not start inside a sandbox. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif|bmp)|(audio|video)\/[\w.+-]+|text\/(plain|csv|markdown))$/
/** What is shown in spite of everything runs nothing, loads nothing and belongs to no origin. */
const SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"

type Context = {
  app: App
  who: Who
  request: FastifyRequest
  params: { id: string }
  query: { disposition?: 'attachment' | 'inline' }
}

/** The bytes of a file or a part of them (RFC 9110, section 14). @throws Refusal 404 unseen */
export async function download({ app, who, request, params, query }: Context): Promise<Answer> {
  const file = await app.database.inWorkspace(who, tx => store.read(tx, files, params.id), 'read')
  const sizeBytes = file.sizeBytes as number
  const etag = `"${file.sha256}"`
  const isShown = query.disposition === 'inline' && SHOWN.test(file.contentType as string)
  const headers: Record<string, string> = {
    etag,
    'accept-ranges': 'bytes',
    'content-type': withCharset(file.contentType as string),
    'content-disposition': dispositionOf(file.filename as string, isShown ? 'inline' : 'attachment'),
    'content-security-policy': SANDBOX,
    'x-content-type-options': 'nosniff',
    // Rights may change, so every use asks again; the bytes never change.
    'cache-control': 'private, no-cache',
  }
  if (isKnown(request.headers['if-none-match'], etag)) return new Answer(undefined, { status: 304, headers })
  const range = readRange(request, etag, sizeBytes)
  if (range === 'outside') return outside(request, sizeBytes)
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 }
  headers['content-length'] = String(end - start + 1)
  if (range) headers['content-range'] = `bytes ${start}-${end}/${sizeBytes}`
  const status = range ? 206 : 200
  // A stream, since Fastify would write its own length over that of a text.
  if (request.method === 'HEAD') return new Answer(Readable.from([]), { status, headers })
  const bytes = await begun(app.storage.read(fileKey(who.workspaceId, params.id), range))
  return new Answer(bytes, { status, headers })
}

/** The encoding is not known for sure; without a word of it browsers guess, with UTF-8 they show most texts rightly. */
const withCharset = (type: string) => (type.startsWith('text/') ? `${type}; charset=utf-8` : type)

/** Reads the first bytes before the answer begins: a store that is away is then a 503 and no cut answer. */
async function begun(source: AsyncIterable<Buffer>): Promise<Readable> {
  const chunks = source[Symbol.asyncIterator]()
  const first = await chunks.next()
  async function* all() {
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value
    } finally {
      await chunks.return?.()
    }
  }
  return Readable.from(all(), { objectMode: false })
}

/**
 * The one range that is asked for; undefined for the whole file. Several ranges and what is no range are
 * ignored, as RFC 9110 14.2 allows, and so is a range of another file than `If-Range` names.
 */
function readRange(
  { headers, method }: FastifyRequest,
  etag: string,
  sizeBytes: number,
): ByteRange | 'outside' | undefined {
  const ifRange = headers['if-range']
  // Of no other method: of HEAD the whole is told (RFC 9110 14.2).
  if (method !== 'GET') return undefined
  if (ifRange !== undefined && ifRange !== etag) return undefined
  const [, from, to] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(headers.range ?? '') ?? []
  if (from === undefined || to === undefined || (!from && !to)) return undefined
  if (!from) {
    const length = Math.min(Number(to), sizeBytes)
    return length ? { start: sizeBytes - length, end: sizeBytes - 1 } : 'outside'
  }
  if (to && Number(to) < Number(from)) return undefined
  if (Number(from) >= sizeBytes) return 'outside'
  return { start: Number(from), end: to ? Math.min(Number(to), sizeBytes - 1) : sizeBytes - 1 }
}

/** A refusal that says how long the file is, so that the client can ask rightly. */
function outside(request: FastifyRequest, sizeBytes: number): Answer {
  const refusal = new Refusal(416, 'RANGE_NOT_SATISFIABLE', `The file has ${sizeBytes} bytes`)
  return new Answer(errorBody(refusal, request.id), {
    status: 416,
    headers: { 'content-range': `bytes */${sizeBytes}` },
  })
}
