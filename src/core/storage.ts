import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { notFound } from './errors.ts'

/**
 * Where files are kept, by keys such as `<workspaceId>/imports/<id>`. A file is there whole or not at all;
 * putting a key that is there replaces its file.
 */
export type Storage = {
  /** Stores the stream, however long; holds one chunk of it in memory. Rejects with the stream's own error. */
  put(key: string, source: AsyncIterable<Uint8Array>): Promise<{ sizeBytes: number }>
  /** The file from its start. @throws Refusal 404 while reading, where there is none */
  read(key: string): AsyncIterable<Buffer>
  /** Deletes the file, if there is one. */
  delete(key: string): Promise<void>
  /**
   * The files right under `folder`, such as `<workspaceId>/imports`, in no order; also what is left of one that
   * was not stored to its end.
   */
  list(folder: string): AsyncIterable<StoredFile>
}

export type StoredFile = { key: string; modifiedAt: Date }

const KEY = /^[\w-][\w.-]*(\/[\w-][\w.-]*)+$/
const CHUNK_BYTES = 64 * 1024

/** A folder as storage. Files are written beside their place, flushed to disk and then renamed into it. */
export function localStorage(folder: string): Storage {
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw new Error(`not a storage key: ${key}`)
    return join(folder, key)
  }
  return {
    async put(key, source) {
      const path = pathOf(key)
      const part = `${path}.${randomUUID()}.part`
      await mkdir(dirname(path), { recursive: true })
      try {
        const sizeBytes = await writeAll(part, source)
        await rename(part, path)
        await syncFolder(dirname(path))
        return { sizeBytes }
      } catch (error) {
        await rm(part, { force: true })
        throw error
      }
    },
    async *read(key) {
      const handle = await open(pathOf(key)).catch(error => {
        throw error.code === 'ENOENT' ? notFound('File') : error
      })
      yield* handle.createReadStream({ highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>
    },
    delete: key => rm(pathOf(key), { force: true }),
    async *list(below) {
      const path = pathOf(below)
      const entries = await opendir(path).catch(absent)
      for await (const entry of entries ?? []) {
        const found = entry.isFile() && (await stat(join(path, entry.name)).catch(absent))
        if (found) yield { key: `${below}/${entry.name}`, modifiedAt: found.mtime }
      }
    },
  }
}

/** Nothing, where there is no such file or folder (any more). */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function writeAll(path: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  const handle: FileHandle = await open(path, 'wx', 0o600)
  try {
    let sizeBytes = 0
    for await (const chunk of source) {
      await handle.writeFile(chunk)
      sizeBytes += chunk.length
    }
    await handle.sync()
    return sizeBytes
  } finally {
    await handle.close()
  }
}

/** The rename itself survives a power cut only once the folder has been flushed. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
