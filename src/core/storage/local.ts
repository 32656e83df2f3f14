import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { notFound } from '../errors.ts'
import type { ByteRange, Storage } from './types.ts'

const KEY = /^[\w-][\w.-]*(\/[\w-][\w.-]*)+$/
const CHUNK_BYTES = 64 * 1024
/** Where files are written until they are whole; no key begins with a dot. */
const PARTS = '.parts'
const PARTS_KEPT_MS = 24 * 3_600_000

/** A folder as storage. Files are written aside, flushed to disk and then renamed into their place. */
export function localStorage(folder: string): Storage {
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw new Error(`not a storage key: ${key}`)
    return join(folder, key)
  }
  const parts = join(folder, PARTS)
  return {
    async put(key, source) {
      const path = pathOf(key)
      const part = join(parts, randomUUID())
      await mkdir(parts, { recursive: true })
      try {
        const sizeBytes = await writeAll(part, source)
        await mkdir(dirname(path), { recursive: true })
        await rename(part, path)
        await syncFolder(dirname(path))
        return { sizeBytes }
      } catch (error) {
        await rm(part, { force: true })
        throw error
      }
    },
    read: (key, range) => readFile(pathOf(key), range),
    delete: key => rm(pathOf(key), { force: true }),
    tidy: () => removeOld(parts),
  }
}

async function* readFile(path: string, range: ByteRange | undefined): AsyncGenerator<Buffer> {
  const handle = await open(path).catch(error => {
    throw error.code === 'ENOENT' ? notFound('File') : error
  })
  yield* handle.createReadStream({ highWaterMark: CHUNK_BYTES, ...range }) as AsyncIterable<Buffer>
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

/** Parts that a killed process has left; one that is still being written was changed a moment ago. */
async function removeOld(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[])
  for (const name of names) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > PARTS_KEPT_MS) await rm(path, { force: true })
  }
}
