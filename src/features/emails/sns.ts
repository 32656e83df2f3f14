import { get } from 'node:https'
import { z } from 'zod'
import { invalid, Refusal } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { AddressGuard } from '#core/net/address-guard.ts'
import { jsonOf, snsEnvelope } from './vendor-reports.ts'

const CONFIRM_TIMEOUT_MS = 10_000
/** The only hosts to which a confirmation may lead. */
const SNS_HOST = /^sns\.[a-z0-9-]{5,30}\.amazonaws\.com(\.cn)?$/

/** Follows the link by which SNS asks whether its news is wanted; only to Amazon. @throws Refusal 400, 503 */
export async function confirmSubscription(app: App, body: unknown): Promise<void> {
  const envelope = snsEnvelope.safeParse(body)
  if (!envelope.success || envelope.data.Type !== 'SubscriptionConfirmation') return
  const given = envelope.data.SubscribeURL ?? ''
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url?.protocol !== 'https:' || !SNS_HOST.test(url.hostname) || url.port)
    throw invalid({ path: 'SubscribeURL', message: 'must be an address of Amazon SNS' })
  const guard = new AddressGuard([])
  await new Promise<void>((resolve, reject) => {
    const asked = get(url, { lookup: guard.lookup, timeout: CONFIRM_TIMEOUT_MS }, answer => {
      answer.resume()
      if (answer.statusCode === 200) resolve()
      else reject(new Error(`SNS answered ${answer.statusCode}`))
    })
    asked.on('timeout', () => asked.destroy(new Error('SNS did not answer')))
    asked.on('error', reject)
  }).catch(error => {
    app.log.info({ err: error }, 'a subscription of Amazon SNS could not be confirmed')
    throw new Refusal(503, 'UNAVAILABLE', 'Amazon SNS could not be reached', { cause: error })
  })
}

/** Amazon SES hands on what it receives by its SNS action. @see https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html */
const received = z.looseObject({ notificationType: z.literal('Received'), content: z.string().optional() })

/**
 * The message in what SNS says of a received mail; null for what SNS says of itself, undefined where it is not SNS that speaks.
 * @throws Refusal 400 where the message is not in it
 */
export function mailOfSns(body: unknown): Buffer | null | undefined {
  const envelope = snsEnvelope.safeParse(body)
  if (!envelope.success || !envelope.data.Type) return undefined
  if (envelope.data.Type !== 'Notification') return null
  const read = received.safeParse(jsonOf(envelope.data.Message ?? ''))
  const content = read.success ? read.data.content : undefined
  if (!content)
    throw invalid({
      path: 'Message',
      message:
        'must be what SES says of a received mail, with its content: by an SNS action, and not an S3 action',
    })
  // The action may encode it; a message has headers, whose colons are nothing of base64.
  return Buffer.from(content, content.includes(':') ? 'utf8' : 'base64')
}
