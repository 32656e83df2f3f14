import { isAscii, isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'

/** The character encodings the importer reads. A BOM is never part of the decoded text. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

const HEAD_BYTES = 64 * 1024
const SAMPLE_BYTES = 4096
const ENCODINGS: readonly string[] = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']
const BOM = '\uFEFF'

export function isEncoding(value: string): value is Encoding {
  return ENCODINGS.includes(value)
}

/** UTF-16 by BOM, or by where the zero bytes of its ASCII characters fall; undefined when it is not UTF-16. */
function utf16Of(head: Buffer): Encoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const length = Math.min(head.length, SAMPLE_BYTES) & ~1
  let even = 0
  let odd = 0
  for (let i = 0; i < length; i += 2) {
    if (head[i] === 0) even++
    if (head[i + 1] === 0) odd++
  }
  const pairs = length / 2
  if (odd > pairs / 10 && even * 10 <= odd) return 'utf-16le'
  if (even > pairs / 10 && odd * 10 <= even) return 'utf-16be'
  return undefined
}

/** How many bytes at the end of `bytes` begin a UTF-8 sequence that the next chunk must finish (0 to 3). */
function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if ((byte & 0xc0) === 0x80) continue
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needs > back ? back : 0
  }
  return 0
}

/** Feeds on chunks; says at the end whether all of them together were UTF-8. */
class Utf8Check {
  valid = true
  private multibyte = false
  private carry: Buffer = Buffer.alloc(0)

  add(chunk: Buffer): void {
    if (!this.valid || (this.carry.length === 0 && isAscii(chunk))) return
    const bytes = this.carry.length > 0 ? Buffer.concat([this.carry, chunk]) : chunk
    const whole = bytes.length - incompleteTail(bytes)
    const body = bytes.subarray(0, whole)
    this.valid = isUtf8(body)
    this.multibyte ||= !isAscii(body)
    this.carry = Buffer.from(bytes.subarray(whole))
  }

  /** A last character cut in half is forgiven only where other characters already showed the file to be UTF-8. */
  end(): boolean {
    return this.valid && (this.carry.length === 0 || this.multibyte)
  }
}

/**
 * Reads the stream of `open()` once, in constant memory, and says what it is written in: UTF-16 by BOM or by
 * the pattern of zero bytes in its first 4 KiB, UTF-8 when every byte of the file is valid UTF-8, and
 * Windows-1252 otherwise (one invalid byte anywhere is enough). Stops reading as soon as it knows; the stream
 * is always closed. Rejects only with the stream's own error.
 */
export async function sniffEncoding(open: () => AsyncIterable<Buffer>): Promise<Encoding> {
  const check = new Utf8Check()
  let head: Buffer = Buffer.alloc(0)
  let headDone = false
  for await (const chunk of open()) {
    if (!headDone) {
      head = Buffer.concat([head, chunk.subarray(0, SAMPLE_BYTES)])
      headDone = head.length >= SAMPLE_BYTES
      if (headDone) {
        const wide = utf16Of(head)
        if (wide) return wide
      }
    }
    check.add(chunk)
    if (headDone && !check.valid) return 'windows-1252'
  }
  const wide = headDone ? undefined : utf16Of(head)
  return wide ?? (check.end() ? 'utf-8' : 'windows-1252')
}

/** Puts the chunks read while looking at the head back in front of the rest. */
async function* chain(first: Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* first
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

async function* decodeAs(source: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding, { stripBOM: false })
  let atStart = true
  let high = ''
  for await (const chunk of source) {
    let text = high + decoder.write(chunk)
    high = ''
    if (atStart && text.length > 0) {
      atStart = false
      if (text[0] === BOM) text = text.slice(1)
    }
    const last = text.charCodeAt(text.length - 1)
    if (last >= 0xd800 && last <= 0xdbff) {
      high = text.slice(-1)
      text = text.slice(0, -1)
    }
    if (text.length > 0) yield text
  }
  const rest = high + (decoder.end() ?? '')
  if (rest.length > 0) yield rest
}

/**
 * Decodes a stream of bytes into pieces of text, without its BOM and never splitting a character or a
 * surrogate pair between two pieces; bytes that are invalid in `encoding` become U+FFFD. Memory is one chunk.
 * Without `encoding` the first 64 KiB decide (so a Windows-1252 byte that first appears later reads as
 * U+FFFD): for a stored file call `sniffEncoding` first and pass its answer.
 */
export async function* decodeText(
  source: AsyncIterable<Buffer>,
  encoding?: Encoding,
): AsyncGenerator<string> {
  if (encoding) {
    yield* decodeAs(source, encoding)
    return
  }
  const iterator = source[Symbol.asyncIterator]()
  const first: Buffer[] = []
  let size = 0
  let ended = false
  try {
    while (size < HEAD_BYTES && !ended) {
      const next = await iterator.next()
      if (next.done) ended = true
      else {
        first.push(next.value)
        size += next.value.length
      }
    }
    const check = new Utf8Check()
    for (const chunk of first) check.add(chunk)
    const utf8 = ended ? check.end() : check.valid
    const found = utf16Of(Buffer.concat(first)) ?? (utf8 ? 'utf-8' : 'windows-1252')
    yield* decodeAs(chain(first, iterator), found)
  } finally {
    await iterator.return?.()
  }
}

function withoutNul(bytes: Buffer): Buffer {
  return bytes.includes(0) ? Buffer.from(bytes.filter(byte => byte !== 0)) : bytes
}

/** The same text as UTF-8 bytes, BOM and NUL characters removed (PostgreSQL's text cannot hold a NUL). */
export async function* utf8Bytes(
  open: () => AsyncIterable<Buffer>,
  encoding: Encoding,
): AsyncGenerator<Buffer> {
  if (encoding !== 'utf-8') {
    for await (const text of decodeAs(open(), encoding)) yield withoutNul(Buffer.from(text, 'utf8'))
    return
  }
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of open()) {
    if (head === undefined) {
      yield withoutNul(chunk)
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < 3) continue
    yield withoutNul(stripBom(head))
    head = undefined
  }
  if (head !== undefined && head.length > 0) yield withoutNul(stripBom(head))
}

function stripBom(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
}
