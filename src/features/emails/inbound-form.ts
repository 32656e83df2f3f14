import { parse } from 'node:querystring'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '#core/errors.ts'

const FIELDS_AT_MOST = 100
const FILES_AT_MOST = 50

/**
 * A mail as SendGrid (Inbound Parse) and Mailgun send it: a form with the whole message as `email` or `body-mime`, or with its
 * parts. What is attached is passed over, as it is of a whole message. @throws Refusal 400, 413
 * @param limitBytes of each field
 */
export async function mailOfForm(request: FastifyRequest, limitBytes: number) {
  const limits = { fields: FIELDS_AT_MOST, files: FILES_AT_MOST, fieldSize: limitBytes, fileSize: limitBytes }
  const form = new Map<string, string>()
  for await (const part of request.parts({ limits })) {
    if (part.type === 'file') part.file.resume()
    else if (part.valueTruncated) throw new Refusal(413, 'PAYLOAD_TOO_LARGE', 'The mail is too large')
    else form.set(part.fieldname.toLowerCase(), String(part.value))
  }
  return mailOfFields(form)
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
    raw: first('email', 'body-mime', 'raw'),
    from: first('from', 'sender'),
    to: first('to', 'recipient'),
    subject: form.get('subject'),
    text: first('text', 'body-plain'),
    html: first('html', 'body-html'),
    messageId: form.get('messageid') ?? header('message-id'),
    inReplyTo: form.get('inreplyto') ?? header('in-reply-to'),
    references: header('references'),
    date: header('date'),
  }
}
