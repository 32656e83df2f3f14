import {
  APICallError,
  JSONParseError,
  NoObjectGeneratedError,
  NoOutputGeneratedError,
  TypeValidationError,
} from 'ai'
import { inLanguage } from '#core/ai/language.ts'
import { AiUnavailable } from '#core/ai/provider.ts'
import { AddressRefused } from '#core/net/address-guard.ts'
import { faulty } from './faults.ts'

/** What an error of the SDK or the network means to us. What the provider said stays in `cause`, for the operator. */
export function faultOf(error: unknown, isLate: boolean): AiUnavailable {
  if (error instanceof AiUnavailable) return error
  if (isLate) return faulty('timeout', safe(error))
  if (NoObjectGeneratedError.isInstance(error) || NoOutputGeneratedError.isInstance(error)) {
    const isRefusal = NoObjectGeneratedError.isInstance(error) && error.finishReason === 'content-filter'
    return faulty(isRefusal ? 'refusal' : 'nonsense', safe(error))
  }
  const causes = causesOf(error)
  if (causes.some(cause => cause instanceof AddressRefused))
    return new AiUnavailable(
      'rejected',
      inLanguage(
        'The base URL leads to a private, loopback or link-local address',
        'Die Basis-URL führt zu einer privaten oder lokalen Adresse',
      ),
    )
  const status = statusOf(error)
  if (status === undefined) return faulty('failure', safe(error))
  if (status === 429) return faulty('limit', safe(error), retryAfterOf(error))
  if ([401, 402, 403, 404].includes(status)) return faulty('rejected', safe(error))
  // An answer of success that cannot be read, or that has broken off.
  if (status < 300) return faulty(causes.some(isUnreadable) ? 'nonsense' : 'failure', safe(error))
  if (status < 500 && status !== 408 && status !== 409) return faulty('invalid', safe(error))
  return faulty('failure', safe(error))
}

function statusOf(error: unknown): number | undefined {
  if (APICallError.isInstance(error)) return error.statusCode
  const { statusCode } = (error ?? {}) as { statusCode?: unknown }
  return typeof statusCode === 'number' ? statusCode : undefined
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = []
  for (let at = error; at instanceof Error && causes.length < 6; at = at.cause) causes.push(at)
  return causes
}

const isUnreadable = (error: unknown): boolean =>
  JSONParseError.isInstance(error) || TypeValidationError.isInstance(error)

/** How long the provider asks to wait, in seconds (RFC 9110, 10.2.3). */
function retryAfterOf(error: unknown): number | undefined {
  if (!APICallError.isInstance(error)) return undefined
  const header = error.responseHeaders?.['retry-after']
  if (!header) return undefined
  const seconds = /^\d+$/.test(header.trim())
    ? Number(header)
    : Math.ceil((Date.parse(header) - Date.now()) / 1000)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : undefined
}

/** An error without the request in it: that holds customers' texts, and its headers the key. */
function safe(error: unknown): Error {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  const status = statusOf(error)
  return Object.assign(new Error(`${status ? `${status} ` : ''}${name}`), {
    // The SDK's messages may quote the model's answer, which may quote the records.
    detail: APICallError.isInstance(error) ? message.slice(0, 300) : undefined,
  })
}
