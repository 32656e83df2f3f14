import { isUtf8 } from 'node:buffer'
import type { Address } from 'postal-mime'
import { withPlainDomain } from '#core/net/hosts.ts'
import { textOf } from './html-text.ts'

const TEXT_AT_MOST = 100_000
const REFERENCES_AT_MOST = 50
const HEADERS_AT_MOST_BYTES = 256 * 1024
const READ_AT_MOST_BYTES = 4 * 1024 * 1024
const LINES_AT_MOST = 20_000

/** What of a received mail counts. */
export type Received = {
  messageId: string | null
  /** The mails that it answers, the nearest first. */
  answers: string[]
  from: string
  to: string | null
  subject: string
  text: string
  html: string | null
  sentAt: string | null
  bounce: Bounce | undefined
  /** Nobody wrote it: an absence note, a receipt of a ticket system. */
  isAutomatic: boolean
}

/** A report that a mail could not be delivered (RFC 3464). */
export type Bounce = { recipient: string; status: string; diagnostic: string; messageIds: string[] }

export async function parseMime(raw: Buffer): Promise<Received | undefined> {
  const read = decodable(beginningOf(raw))
  const mail = await parse(read).catch(() => parse(headOf(read)))
  const from = addressIn(mail.from)
  if (!from) return undefined
  const header = (key: string) => mail.headers.find(each => each.key === key)?.value ?? ''
  const html = mail.html ?? null
  return {
    messageId: idsIn(mail.messageId)[0] ?? null,
    answers: answersOf(mail.inReplyTo, mail.references),
    from,
    to: mail.to?.map(addressIn).find(Boolean) ?? null,
    subject: oneLine(mail.subject ?? ''),
    text: clean(mail.text?.trim() ? mail.text : textOf(html ?? '')),
    html: html && clean(html),
    sentAt: momentOf(mail.date),
    bounce: /^multipart\/report\b/i.test(header('content-type'))
      ? bounceIn(read.toString('latin1'))
      : undefined,
    isAutomatic: isAutomatic(header),
  }
}

async function parse(raw: Buffer) {
  const { default: PostalMime } = await import('postal-mime')
  return PostalMime.parse(raw, { maxNestingDepth: 30, maxHeadersSize: HEADERS_AT_MOST_BYTES })
}

/**
 * As much of a mail as can hold what is kept of it. The parser works line by line, and a megabyte of empty lines would stop the
 * server for seconds; texts stand before what is attached.
 */
function beginningOf(raw: Buffer): Buffer {
  let end = 0
  for (let lines = 0; lines < LINES_AT_MOST && end < READ_AT_MOST_BYTES; lines++) {
    const next = raw.indexOf(10, end)
    if (next < 0) return raw.subarray(0, READ_AT_MOST_BYTES)
    end = next + 1
  }
  return raw.subarray(0, Math.min(end, READ_AT_MOST_BYTES))
}

/** Who names no charset and does not write UTF-8 means that of old Windows, as mail programs read it. */
const decodable = (raw: Buffer): Buffer =>
  isUtf8(raw) || /\bcharset\s*=/i.test(raw.toString('latin1'))
    ? raw
    : Buffer.from(new TextDecoder('windows-1252').decode(raw))

/** The headers alone, of a mail whose parts are nested without end or whose headers are: that it came is worth keeping. */
function headOf(raw: Buffer): Buffer {
  const text = raw.subarray(0, HEADERS_AT_MOST_BYTES / 2).toString('latin1')
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.lastIndexOf('\n')
  return Buffer.from(`${text.slice(0, end)}\r\n\r\n`, 'latin1')
}

/** The fields that inbound parsers send as JSON, once their names are ours. */
export type Fields = {
  from: string
  to?: string | undefined
  subject?: string | undefined
  text?: string | undefined
  html?: string | undefined
  messageId?: string | undefined
  inReplyTo?: string | undefined
  references?: string | undefined
  date?: string | undefined
  header?: (name: string) => string | undefined
}

export function receivedFrom(fields: Fields): Received | undefined {
  const from = bare(fields.from)
  if (!from) return undefined
  return {
    messageId: idsIn(fields.messageId)[0] ?? null,
    answers: answersOf(fields.inReplyTo, fields.references),
    from,
    to: bare(fields.to ?? '') ?? null,
    subject: oneLine(fields.subject ?? ''),
    text: clean(fields.text?.trim() ? fields.text : textOf(fields.html ?? '')),
    html: fields.html ? clean(fields.html) : null,
    sentAt: momentOf(fields.date),
    bounce: undefined,
    isAutomatic: isAutomatic(name => fields.header?.(name) ?? ''),
  }
}

/**
 * The parts of a report are plain 7-bit text by RFC 3464 and RFC 6522, so they are read as they stand. The mail that it
 * speaks of follows, whole or as its headers; its id is among the last ones.
 */
function bounceIn(raw: string): Bounce | undefined {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.+?)\\s*$`, 'im').exec(raw)?.[1]
  if (field('Action')?.toLowerCase() !== 'failed') return undefined
  const recipient = bare((field('Final-Recipient') ?? field('Original-Recipient') ?? '').split(';').pop()!)
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(field('Status') ?? '')?.[0]
  if (!recipient || !status) return undefined
  const ids = [...raw.matchAll(/^Message-ID:\s*(<[^<>\s]{1,500}>)/gim)].map(match => match[1]!)
  return {
    recipient,
    status,
    diagnostic: oneLine(field('Diagnostic-Code') ?? '').slice(0, 400),
    messageIds: ids.slice(-REFERENCES_AT_MOST),
  }
}

/** The headers by which a mail says that nobody wrote it. */
export const AUTOMATIC_HEADERS = [
  'auto-submitted',
  'x-autoreply',
  'x-autorespond',
  'precedence',
  'return-path',
]

/** RFC 3834, what was customary before it, and the empty sender, who wants no answer. */
function isAutomatic(header: (name: string) => string): boolean {
  const said = header('auto-submitted').trim()
  return (
    (said !== '' && !/^no\b/i.test(said)) ||
    ['x-autoreply', 'x-autorespond'].some(name => header(name).trim() !== '') ||
    /\bauto_reply\b/i.test(header('precedence')) ||
    header('return-path').trim() === '<>'
  )
}

/** What is to be kept as text: PostgreSQL takes no NUL, and nobody reads more. */
const clean = (text: string) =>
  cut(text.slice(0, 2 * TEXT_AT_MOST).replace(UNSTORABLE, ''), TEXT_AT_MOST).replace(HALVES, '\ufffd')
const oneLine = (text: string) => cut(clean(text).replace(/\s+/g, ' ').trim(), 300)
const UNSTORABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
/** Not between the two halves of an emoji: half of one cannot be stored, and the mail would be lost. */
const cut = (text: string, length: number) => text.slice(0, length).replace(/[\ud800-\udbff]$/, '')

const idsIn = (text: string | undefined): string[] => (text ?? '').match(/<[^<>\s]{1,500}>/g) ?? []
const answersOf = (inReplyTo: string | undefined, references: string | undefined): string[] => [
  ...new Set([...idsIn(inReplyTo), ...idsIn(references).reverse()].slice(0, REFERENCES_AT_MOST)),
]

const addressIn = (address: Address | undefined): string | undefined =>
  bare(address?.address ?? address?.group?.[0]?.address ?? '')

/** The address of `Name <address>`, as addresses are kept. */
function bare(text: string): string | undefined {
  const address = (/<([^<>]+)>/.exec(text)?.[1] ?? text).trim().toLowerCase()
  return /^[^\s@<>,]{1,200}@[^\s@<>,]{1,200}$/.test(address) ? withPlainDomain(address) : undefined
}

function momentOf(text: string | undefined): string | null {
  const at = new Date(text ?? '')
  // A clock that is wrong must not put a mail into the future.
  return Number.isNaN(at.getTime()) || at.getTime() > Date.now() || at.getUTCFullYear() < 1990
    ? null
    : at.toISOString()
}
