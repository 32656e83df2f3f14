import { z } from 'zod'

/** What a mail service says of one recipient of a mail, in our words. */
export type MailReport = {
  kind: 'DELIVERED' | 'BOUNCED' | 'COMPLAINED' | 'UNSUBSCRIBED'
  email: string
  messageIds: string[]
  reason: string
  /** The address itself is no good, so that nothing should be sent there again. */
  isBadAddress: boolean
  at: string | undefined
}

const REPORTS_AT_MOST = 1000

const text = z.string().max(5000)
const loose = z.looseObject({})

/** Our own plain form. */
export const plainReport = z.strictObject({
  event: z.enum(['delivered', 'bounced', 'complained', 'unsubscribed']),
  email: z.email('must be the address to which the mail went'),
  messageId: text.optional().meta({ description: 'The Message-ID of the mail' }),
  reason: text.optional(),
  isPermanent: z
    .boolean()
    .default(true)
    .meta({ description: 'Of a bounce: false where it may be tried again' }),
  at: z.iso.datetime({ offset: true }).optional(),
})

/** SendGrid, Event Webhook: a list of these. @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
const sendgridEvent = z.looseObject({
  event: text,
  email: text,
  timestamp: z.number().optional(),
  'smtp-id': text.optional(),
  reason: text.optional(),
  status: text.optional(),
  type: text.optional(),
})

const recipient = z.looseObject({
  emailAddress: text,
  status: text.optional(),
  diagnosticCode: text.optional(),
})
/** Amazon SES, as it speaks through SNS. @see https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html */
const sesMessage = z.looseObject({
  notificationType: text.optional(),
  eventType: text.optional(),
  mail: z.looseObject({
    messageId: text.optional(),
    timestamp: text.optional(),
    headers: z
      .array(z.looseObject({ name: text, value: z.string().max(100_000) }))
      .max(500)
      .optional(),
    commonHeaders: z.looseObject({ messageId: text.optional() }).optional(),
  }),
  bounce: z
    .looseObject({
      bounceType: text,
      bounceSubType: text.optional(),
      bouncedRecipients: z.array(recipient).max(100),
    })
    .optional(),
  complaint: z
    .looseObject({ complainedRecipients: z.array(recipient).max(100), complaintFeedbackType: text.nullish() })
    .optional(),
  delivery: z.looseObject({ recipients: z.array(text).max(100), timestamp: text.optional() }).optional(),
})

/** Amazon SNS, which wraps what SES says, and asks once whether the address wants to hear it. */
export const snsEnvelope = z.looseObject({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  Message: z.string().max(300_000),
  SubscribeURL: text.optional(),
})

const idOf = (text: string | undefined): string[] => {
  const bare = text?.trim().replace(/^<|>$/g, '')
  return bare && /^[^<>\s]{1,500}$/.test(bare) ? [`<${bare}>`] : []
}
const momentOf = (given: string | number | undefined): string | undefined => {
  const at = new Date(typeof given === 'number' ? given * 1000 : (given ?? Number.NaN))
  return Number.isNaN(at.getTime()) || at.getTime() > Date.now() ? undefined : at.toISOString()
}

const ofPlain = (given: z.infer<typeof plainReport>): MailReport => ({
  kind: given.event.toUpperCase() as MailReport['kind'],
  email: given.email.toLowerCase(),
  messageIds: idOf(given.messageId),
  reason: given.reason ?? '',
  isBadAddress: given.isPermanent,
  at: momentOf(given.at),
})

const SENDGRID_KINDS: Record<string, MailReport['kind']> = {
  delivered: 'DELIVERED',
  bounce: 'BOUNCED',
  spamreport: 'COMPLAINED',
  unsubscribe: 'UNSUBSCRIBED',
  group_unsubscribe: 'UNSUBSCRIBED',
}

function ofSendgrid(given: z.infer<typeof sendgridEvent>): MailReport[] {
  const kind = SENDGRID_KINDS[given.event]
  if (!kind) return []
  return [
    {
      kind,
      email: given.email.toLowerCase(),
      messageIds: idOf(given['smtp-id']),
      reason: [given.status, given.reason].filter(Boolean).join(' '),
      // `blocked` says that the message was refused, not that the address is wrong.
      isBadAddress: given.type !== 'blocked',
      at: momentOf(given.timestamp),
    },
  ]
}

function ofSes(given: z.infer<typeof sesMessage>): MailReport[] {
  const { mail, bounce, complaint, delivery } = given
  const header = mail.headers?.find(({ name }) => name.toLowerCase() === 'message-id')?.value
  const base = {
    // SES gives mails an id of its own; the one that we gave is among the headers.
    messageIds: [...idOf(header), ...idOf(mail.commonHeaders?.messageId)],
    at: momentOf(delivery?.timestamp ?? mail.timestamp),
    isBadAddress: bounce?.bounceType === 'Permanent',
  }
  const found: MailReport[] = []
  const add = (kind: MailReport['kind'], email: string, reason = '') =>
    found.push({ ...base, kind, email: email.toLowerCase(), reason })
  // What is transient is tried again by SES itself.
  for (const { emailAddress, status, diagnosticCode } of bounce?.bouncedRecipients ?? [])
    if (bounce!.bounceType !== 'Transient')
      add(
        'BOUNCED',
        emailAddress,
        [status, diagnosticCode ?? bounce!.bounceSubType].filter(Boolean).join(' '),
      )
  for (const { emailAddress } of complaint?.complainedRecipients ?? [])
    add('COMPLAINED', emailAddress, complaint!.complaintFeedbackType ?? '')
  for (const address of delivery?.recipients ?? []) add('DELIVERED', address)
  return found
}

const plainBody = z.array(plainReport).min(1, 'must hold at least one report').max(REPORTS_AT_MOST)
const sendgridBody = z.array(sendgridEvent).min(1).max(REPORTS_AT_MOST)

/** Reads what a service has sent, in whichever form. @throws ZodError of the plain form where it is none */
export function reportsIn(body: unknown): MailReport[] {
  const sns = snsEnvelope.safeParse(body)
  if (sns.success) {
    const inner = sesMessage.safeParse(jsonOf(sns.data.Message))
    return inner.success ? ofSes(inner.data) : []
  }
  const ses = sesMessage.safeParse(body)
  if (ses.success) return ofSes(ses.data)
  if (Array.isArray(body) && body.every(each => loose.safeParse(each).success)) {
    const plain = plainBody.safeParse(body)
    const events = sendgridBody.safeParse(body)
    if (!plain.success && events.success) return events.data.flatMap(ofSendgrid)
  }
  return (Array.isArray(body) ? plainBody.parse(body) : [plainReport.parse(body)]).map(ofPlain)
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
