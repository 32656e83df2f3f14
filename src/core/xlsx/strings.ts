import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { damaged } from './fault.ts'
import { unescaped } from './values.ts'
import { elements } from './xml.ts'

const BLOCK_BYTES = 64 * 1024
const BLOCKS_AT_MOST = 512
const WRITE_BYTES = 1024 * 1024

/** Texts by their number. */
export type Strings = { at: (n: number) => string; close: () => Promise<void> }

/**
 * The texts that cells point to. A file of names has a million of them, so they are laid down in a file of their own and
 * read back in blocks, of which the last used are held (32 MiB).
 * @param source the part of the workbook
 * @param file empty, open for writing and reading
 */
export async function readStrings(source: AsyncIterable<Buffer> | [], file: FileHandle): Promise<Strings> {
  let starts = new Float64Array(1024)
  let count = 0
  let size = 0
  let waiting: Buffer[] = []
  let waitingBytes = 0
  const flush = async () => {
    await file.appendFile(Buffer.concat(waiting))
    waiting = []
    waitingBytes = 0
  }
  for await (const text of texts(source)) {
    if (count + 1 >= starts.length) {
      const wider = new Float64Array(starts.length * 2)
      wider.set(starts)
      starts = wider
    }
    const bytes = Buffer.from(text)
    starts[count++] = size
    size += bytes.length
    starts[count] = size
    waiting.push(bytes)
    waitingBytes += bytes.length
    if (waitingBytes >= WRITE_BYTES) await flush()
  }
  await flush()
  const block = blocksOf(file.fd)
  return {
    at(n) {
      if (!(n >= 0 && n < count)) throw damaged()
      return block(starts[n]!, starts[n + 1]!)
    },
    close: () => file.close(),
  }
}

/** The texts of the part: of rich text all its runs, and not how it is pronounced. */
async function* texts(source: AsyncIterable<Buffer> | []): AsyncGenerator<string> {
  if (Array.isArray(source)) return
  let whole = ''
  let isSpoken = false
  for await (const { name, isEnd, text } of elements(source)) {
    if (name === 'rPh') isSpoken = !isEnd
    if (name === 't' && isEnd && !isSpoken) whole += text
    if (name !== 'si' || !isEnd) continue
    yield unescaped(whole)
    whole = ''
  }
}

function blocksOf(fd: number): (from: number, to: number) => string {
  const blocks = new Map<number, Buffer>()
  const blockAt = (n: number): Buffer => {
    let found = blocks.get(n)
    if (found) blocks.delete(n)
    else {
      found = Buffer.alloc(BLOCK_BYTES)
      const length = readSync(fd, found, 0, BLOCK_BYTES, n * BLOCK_BYTES)
      found = found.subarray(0, length)
      if (blocks.size >= BLOCKS_AT_MOST) blocks.delete(blocks.keys().next().value!)
    }
    blocks.set(n, found)
    return found
  }
  return (from, to) => {
    const parts: Buffer[] = []
    for (let at = from; at < to; ) {
      const n = Math.floor(at / BLOCK_BYTES)
      const end = Math.min(to, (n + 1) * BLOCK_BYTES)
      parts.push(blockAt(n).subarray(at - n * BLOCK_BYTES, end - n * BLOCK_BYTES))
      at = end
    }
    return parts.length === 1 ? parts[0]!.toString() : Buffer.concat(parts).toString()
  }
}
