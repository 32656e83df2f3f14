import { Readable } from 'node:stream'
import { type AddressGuard, AddressRefused } from '#core/net/address-guard.ts'

/** More than any answer; what is longer is nonsense, and would fill the memory. */
const ANSWER_BYTES_AT_MOST = 8_000_000

/**
 * `fetch` for the providers' libraries. With a guard the URL and, when connecting, the addresses behind its name are checked, since
 * whoever sets a workspace's base URL need not be the operator. Redirects are failures: no API of a model has any, and a
 * key would travel with them.
 */
export function fetchFor(guard: AddressGuard | undefined): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const response = guard
      ? await guarded(url, init ?? {}, guard)
      : await fetch(url, { ...init, redirect: 'error' })
    const { status, headers, body } = response
    return new Response(body?.pipeThrough(bounded()) ?? null, { status, headers })
  }
}

function bounded(): TransformStream<Uint8Array, Uint8Array> {
  let size = 0
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.byteLength
      if (size > ANSWER_BYTES_AT_MOST) controller.error(new Error('The answer is too long'))
      else controller.enqueue(chunk)
    },
  })
}

async function guarded(
  url: URL,
  { method, headers, body, signal }: RequestInit,
  guard: AddressGuard,
): Promise<Response> {
  const problem = guard.problemOf(url)
  if (problem) throw new AddressRefused(url.hostname)
  // With its first use: as a module of its own `http` brings the whole of undici into every start.
  const client = await (url.protocol === 'https:' ? import('node:https') : import('node:http'))
  return new Promise((resolve, reject) => {
    const request = client.request(url, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      agent: false,
      lookup: guard.lookup,
      signal: signal ?? undefined,
    })
    request.on('error', reject)
    request.on('response', response => {
      const status = response.statusCode ?? 500
      if (status >= 300 && status < 400) {
        request.destroy()
        return reject(new Error(`The provider answered ${status}, a redirect`))
      }
      const answered = Object.entries(response.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as [string, string]],
      )
      resolve(new Response(Readable.toWeb(response) as ReadableStream, { status, headers: answered }))
    })
    request.end(body as string | undefined)
  })
}
