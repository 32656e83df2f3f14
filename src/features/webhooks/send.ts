import type { IncomingMessage } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import { type AddressGuard, AddressRefused } from '#core/net/address-guard.ts'

/** What came of one attempt. */
export type Sent = {
  status: number | null
  excerpt: string | null
  error: string | null
  durationMs: number
}

const TIMEOUT_MS = 10_000
const EXCERPT_BYTES = 2000
const REDIRECTS_AT_MOST = 3
const HEADER_BYTES_AT_MOST = 16_384
/** Redirects that ask for the same request elsewhere; 303 asks for another one and is a failure. */
const REDIRECTS = [301, 302, 307, 308]

type Given = {
  url: string
  headers: Record<string, string>
  body: string
  guard: AddressGuard
  signal?: AbortSignal
  timeoutMs?: number
}

/**
 * Posts a body within 10 s, redirects included. Every hop is checked anew: its URL, and the addresses that its name
 * has at the moment of connecting, so that no answer of a DNS server changes between check and use. Of the answer
 * the first 2,000 bytes are read. Connections are not kept, since an open one would not be checked again.
 */
export async function post({
  url,
  headers,
  body,
  guard,
  signal,
  timeoutMs = TIMEOUT_MS,
}: Given): Promise<Sent> {
  const began = performance.now()
  const late = AbortSignal.timeout(timeoutMs)
  const either = signal ? AbortSignal.any([late, signal]) : late
  const ended = (part: Partial<Sent>): Sent => ({
    status: null,
    excerpt: null,
    error: null,
    ...part,
    durationMs: Math.round(performance.now() - began),
  })
  try {
    let target = new URL(url)
    for (let hops = 0; ; hops++) {
      const problem = guard.problemOf(target)
      if (problem)
        return ended({ error: `${hops ? 'redirected to' : 'url'} ${target.host}: ${problem.message}` })
      const answer = await hop(target, headers, body, guard, either)
      if (!REDIRECTS.includes(answer.status) || !answer.location)
        return ended({ status: answer.status, excerpt: answer.excerpt, error: errorOf(answer.status) })
      if (hops === REDIRECTS_AT_MOST)
        return ended({ status: answer.status, error: `more than ${REDIRECTS_AT_MOST} redirects` })
      target = new URL(answer.location, target)
    }
  } catch (error) {
    return ended({ error: late.aborted ? `no answer within ${timeoutMs / 1000} s` : wordsOf(error) })
  }
}

const errorOf = (status: number) =>
  status >= 200 && status < 300 ? null : `answered ${status}, which is no success`

function wordsOf(error: unknown): string {
  if (error instanceof AddressRefused) return error.message
  const { code, message } = error as NodeJS.ErrnoException
  return (code ? `${code}: ${message}` : String(message)).slice(0, 300)
}

type HopAnswer = { status: number; location: string | undefined; excerpt: string }

function hop(
  url: URL,
  headers: Record<string, string>,
  body: string,
  guard: AddressGuard,
  signal: AbortSignal,
): Promise<HopAnswer> {
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http
    const request = client.request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
      agent: false,
      lookup: guard.lookup,
      maxHeaderSize: HEADER_BYTES_AT_MOST,
      signal,
    })
    request.on('error', reject)
    request.on('response', response => {
      const { statusCode = 0, headers: answered } = response
      const done = (excerpt: string) => {
        resolve({ status: statusCode, location: answered.location, excerpt })
        request.destroy()
      }
      readExcerpt(response).then(done)
    })
    request.end(body)
  })
}

/** The beginning of an answer; whoever has sent a status and then stalls has still answered. */
async function readExcerpt(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= EXCERPT_BYTES) break
    }
  } catch {
    // What has come until then is the excerpt.
  }
  const text = Buffer.concat(chunks).subarray(0, EXCERPT_BYTES).toString('utf8')
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '�')
}
