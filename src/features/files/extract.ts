import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { asSystem } from '#core/db/workspace.ts'
import { Refusal } from '#core/errors.ts'
import type { JobContext, JobDefinition } from '#core/jobs/jobs.ts'
import { fileKey } from './files.table.ts'
import { textKind } from './text.ts'

/** Characters of a file that search knows. */
const TEXT_AT_MOST = 100_000
/** Larger files are found by their name alone. */
const READ_AT_MOST_BYTES = 50 * 1024 * 1024
/** Of a plain text no more is read than search will know, at four bytes a character. */
const PLAIN_AT_MOST_BYTES = 4 * TEXT_AT_MOST
const TIMEOUT_MS = 60_000
const MEMORY_MB = 512

/** Whether anything can be read out of such a file. */
export const isReadable = (contentType: string, sizeBytes: number): boolean => {
  const kind = textKind(contentType)
  return kind === 'plain' || (kind !== undefined && sizeBytes <= READ_AT_MOST_BYTES)
}

const input = z.object({ fileId: z.uuid() })

/** Reads what a file says, so that search finds it. */
export const extractText: JobDefinition<z.infer<typeof input>> = {
  name: 'files-extract-text',
  input,
  async run({ app, database, who, input: { fileId }, log }: JobContext<z.infer<typeof input>>) {
    // The text belongs to the file and not to who uploaded it, so it does not depend on their rights.
    const system = asSystem(who)
    const place = [who.workspaceId, fileId]
    const [file] = await database.inWorkspace(
      system,
      tx =>
        tx.session.rows(
          'select content_type as "contentType" from files where workspace_id = $1::uuid and id = $2::uuid and text_content is null',
          place,
        ),
      'read',
    )
    if (!file) return
    const contentType = file.contentType as string
    const limitBytes = textKind(contentType) === 'plain' ? PLAIN_AT_MOST_BYTES : READ_AT_MOST_BYTES
    const bytes = await collect(app.storage.read(fileKey(who.workspaceId, fileId)), limitBytes).catch(ifGone)
    // Purged meanwhile; trying again would not bring them back.
    if (!bytes) return log.info({ fileId }, 'the bytes of a file are gone')
    const text = await textInWorker(bytes, contentType).catch(error => {
      // It will not become readable by trying again.
      log.info({ err: error, fileId }, 'no text could be read from a file')
      return ''
    })
    // No version and no event: it follows from the bytes, which cannot change.
    await database.inWorkspace(system, tx =>
      tx.session.rows(
        'update files set text_content = $3 where workspace_id = $1::uuid and id = $2::uuid and text_content is null',
        [...place, storable(text)],
      ),
    )
  },
}

function ifGone(error: unknown): undefined {
  if (error instanceof Refusal && error.status === 404) return undefined
  throw error
}

/** What the database can store, up to the limit; cut between two characters. */
const storable = (text: string) =>
  text.toWellFormed().replaceAll('\u0000', '').slice(0, TEXT_AT_MOST).toWellFormed().trim()

async function collect(source: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of source) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= limitBytes) break
  }
  return Buffer.concat(chunks).subarray(0, limitBytes)
}

/**
 * The text of a file, read in a thread of its own: a file made to be slow or to use up memory ends that
 * thread and nothing else. @throws where it cannot be read, or not in time
 */
export async function textInWorker(bytes: Buffer, contentType: string): Promise<string> {
  const worker = new Worker(new URL('./extract-worker.ts', import.meta.url), {
    workerData: { bytes: new Uint8Array(bytes), contentType, limit: TEXT_AT_MOST },
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    stdout: true,
    stderr: true,
  })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<string>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('it took too long')), TIMEOUT_MS)
      worker.once('message', resolve).once('error', reject)
      worker.once('exit', () => reject(new Error('the reader ended early')))
    })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
