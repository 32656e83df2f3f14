import { parse } from 'node:querystring'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '#core/errors.ts'
import { AUTOMATIC_HEADERS } from './parse.ts'

const FIELDS_AT_MOST = 100
const FILES_AT_MOST = 50
/** Fields that hold the whole message. */
const WHOLE = ['email', 'body-mime', 'raw']

/**
 * A mail as SendGrid (Inbound Parse) and Mailgun send it: a form with the whole message as `email` or `body-mime`, or with its
 * parts. What is attached is passed over, as it is of a whole message. @throws Refusal 400, 413
 * @param limitBytes of each field
 */
export async function mailOfForm(request: FastifyRequest, limitBytes: number) {
  const limits = { fields: FIELDS_AT_MOST, files: FILES_AT_MOST, fieldSize: limitBytes, fileSize: limitBytes }
  const given = new Map<string, string>()
  for await (const part of request.parts({ limits, defCharset: AS_BYTES })) {
    if (part.type === 'file') part.file.resume()
    else if (part.valueTruncated) throw new Refusal(413, 'PAYLOAD_TOO_LARGE', 'The mail is too large')
    else given.set(part.fieldname.toLowerCase(), String(part.value))
  }
  const whole = WHOLE.map(name => given.get(name)).find(Boolean)
  if (whole) return bytesOf(whole) ?? Buffer.from(whole)
  const charsets = charsetsOf(given.get('charsets'))
  return mailOfFields(new Map([...given].map(([name, value]) => [name, decoded(value, charsets[name])])))
}

/** How bytes become a text of as many letters, and so stay what they were. */
const AS_BYTES = 'latin1'
/** Undefined for a text that has been decoded, as of a part that names its charset. */
const bytesOf = (value: string): Buffer | undefined =>
  /^[\0-\xff]*$/.test(value) ? Buffer.from(value, AS_BYTES) : undefined

/** SendGrid's `charsets`: in which each field stands, as it stood in the mail. */
function charsetsOf(text: string | undefined): Record<string, unknown> {
  try {
    return { ...JSON.parse(text ?? '{}') }
  } catch {
    return {}
  }
}

function decoded(value: string, charset: unknown): string {
  const bytes = bytesOf(value)
  if (!bytes) return value
  for (const label of [charset, 'utf-8'])
    try {
      return new TextDecoder(String(label ?? 'utf-8'), { fatal: true }).decode(bytes)
    } catch {
      // A charset that nobody knows, or one that the field does not stand in.
    }
  return value
}

/** The same form as Mailgun sends it where nothing is attached: `application/x-www-form-urlencoded`. */
export function mailOfEncoded(text: string) {
  const fields = Object.entries(parse(text, '&', '=', { maxKeys: FIELDS_AT_MOST }))
  return mailOfFields(
    new Map(fields.map(([name, value]) => [name.toLowerCase(), String([value].flat().at(-1))])),
  )
}

function mailOfFields(form: ReadonlyMap<string, string>) {
  const first = (...names: string[]) => names.map(name => form.get(name)).find(Boolean)
  const headers = form.get('headers')?.replace(/\r?\n[ \t]+/g, ' ') ?? ''
  const header = (name: string) =>
    form.get(name) ?? new RegExp(`^${name}:[ \\t]*(.*?)\\r?$`, 'im').exec(headers)?.[1]
  return {
    raw: first(...WHOLE),
    from: first('from', 'sender'),
    to: first('to', 'recipient'),
    subject: form.get('subject'),
    text: first('text', 'body-plain'),
    html: first('html', 'body-html'),
    messageId: form.get('messageid') ?? header('message-id'),
    inReplyTo: form.get('inreplyto') ?? header('in-reply-to'),
    references: header('references'),
    date: header('date'),
    ...Object.fromEntries(AUTOMATIC_HEADERS.map(name => [name, header(name)])),
  }
}
