import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { z } from 'zod'
import { type AddressFault, AddressGuard, AddressRefused } from '#core/net/address-guard.ts'
import { MailboxFault } from './imap.ts'

const TIMEOUT_MS = 10_000
const ANSWER_BYTES_AT_MOST = 64 * 1024
/** A token is taken for spent so long before it is, for clocks differ and reading takes a while. */
const SPARE_MS = 120_000
/** Where an answer does not say how long its token holds (RFC 6749, 5.1: it should). */
const HOLDS_MS = 300_000

const line = (max: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max)
    .refine(text => !/[\u0000-\u001f\u007f]/.test(text), 'must be one line')

/** How a mailbox is signed in to by OAuth 2.0: a refresh token, and where it is exchanged for access tokens. */
export const oauthFields = z
  .strictObject({
    tokenUrl: z.url({ protocol: /^https?$/, error: 'must be the URL of a token endpoint' }).max(1000),
    clientId: line(500),
    clientSecret: line(2000).optional(),
    refreshToken: line(8000),
    scope: line(1000).optional(),
  })
  .meta({
    description:
      'Sign-in by OAuth 2.0 (XOAUTH2 or OAUTHBEARER) in the place of a password: a refresh token, exchanged at `tokenUrl` for access tokens. Secret and token are kept sealed, and never shown again',
  })
export type OAuth = z.infer<typeof oauthFields>

/** What is kept sealed of a mailbox with OAuth; the access token until it is spent. */
export type OAuthSecrets = OAuth & { accessToken?: string | undefined; holdsUntil?: number | undefined }

/** What is wrong with a token endpoint as far as its text tells. Secrets cross no network of others in clear text. */
export function tokenUrlProblem(tokenUrl: string, guard: AddressGuard): AddressFault | undefined {
  const url = new URL(tokenUrl)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'http:' && (!isIP(host) || new AddressGuard([]).isAllowed(host)))
    return { code: 'NEEDS_HTTPS', message: 'must be https, unless it is an address of a private network' }
  return guard.problemOf(url)
}

/** Whether the kept access token may still be used. */
export const holds = ({ accessToken, holdsUntil = 0 }: OAuthSecrets): boolean =>
  accessToken !== undefined && Date.now() + SPARE_MS < holdsUntil

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
  refresh_token: z.string().min(1).optional(),
})
const faultAnswer = z.object({ error: z.string(), error_description: z.string().optional() })

/**
 * Exchanges the refresh token for an access token (RFC 6749, 6). A provider may exchange the refresh token too; then the
 * new one takes the place of the old. @throws MailboxFault
 */
export async function refreshed(secrets: OAuthSecrets, guard: AddressGuard): Promise<OAuthSecrets> {
  const { tokenUrl, clientId, clientSecret, refreshToken, scope } = secrets
  const problem = tokenUrlProblem(tokenUrl, guard)
  const { host } = new URL(tokenUrl)
  if (problem) throw new MailboxFault(`The token endpoint ${problem.message}`)
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    ...(clientSecret ? { client_secret: clientSecret } : {}),
    ...(scope ? { scope } : {}),
  })
  const { status, text } = await postForm(new URL(tokenUrl), form.toString(), guard).catch(error => {
    const words = error instanceof AddressRefused ? error.message : (error.code ?? error.message)
    throw new MailboxFault(`${host} gave no token: ${String(words).slice(0, 200)}`)
  })
  const json = parsed(text)
  const token = status === 200 ? tokenAnswer.safeParse(json) : undefined
  if (token?.success) {
    const { access_token, expires_in, refresh_token } = token.data
    const holdsUntil = Date.now() + (expires_in ? expires_in * 1000 : HOLDS_MS)
    return { ...secrets, refreshToken: refresh_token ?? refreshToken, accessToken: access_token, holdsUntil }
  }
  const fault = faultAnswer.safeParse(json)
  const words = fault.success
    ? [fault.data.error, fault.data.error_description].filter(Boolean).join(': ')
    : `it answered ${status}`
  throw new MailboxFault(`${host} gave no token: ${words.replace(/\s+/g, ' ').slice(0, 250)}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Posts a form to where the guard lets it, following no redirect. */
function postForm(url: URL, body: string, guard: AddressGuard): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http
    const request = client.request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
        accept: 'application/json',
        connection: 'close',
      },
      agent: false,
      lookup: guard.lookup,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    request.on('error', reject)
    request.on('response', response => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > ANSWER_BYTES_AT_MOST) request.destroy(new Error('its answer is too long'))
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    request.end(body)
  })
}
