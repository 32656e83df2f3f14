import { isUtf8 } from 'node:buffer'
import { Refusal } from '#core/errors.ts'
import { extensionOf } from './filename.ts'

/** As much of a file as its type is read from. */
export const HEAD_BYTES = 256 * 1024

/** What the sender says of a file. */
export type Claim = { filename: string; mimetype: string }

/** Types of programs, by their signature (file-type) or by what is claimed. */
const PROGRAMS = new Set(
  `application/x-msdownload application/x-dosexec application/vnd.microsoft.portable-executable application/x-elf application/x-executable
  application/x-sharedlib application/x-mach-binary application/java-vm application/java-archive application/x-java-archive application/wasm
  application/x-shockwave-flash application/vnd.android.package-archive application/x-xpinstall application/x-google-chrome-extension
  application/x-deb application/vnd.debian.binary-package application/x-rpm application/x-apple-diskimage application/x.ms.shortcut
  application/x.apple.alias application/x-ms-shortcut application/vnd.ms-htmlhelp application/x-ms-regedit application/vnd.ms-cab-compressed
  application/x-msi application/x-ms-installer application/hta application/x-sh application/x-csh application/x-shellscript text/x-shellscript
  application/x-bat application/x-msdos-program application/x-perl text/x-perl text/x-python application/x-python-code application/x-httpd-php
  text/x-php application/x-php application/x-desktop application/x-iso9660-image`.split(/\s+/),
)
/** Types that a browser runs in the origin of the page that shows them. */
const PAGES =
  /^(text\/(html|javascript|ecmascript|jscript|livescript|vbscript|x-\w*script|xsl|cache-manifest)|application\/((x-)?(javascript|ecmascript)|xhtml\+xml|xslt\+xml|x-mimearchive)|image\/svg\+xml|multipart\/.*|message\/rfc2557)$/

const OFFICE =
  /^text\/rtf$|^application\/(zip|x-zip-compressed|x-zip|epub\+zip|x-cfb|rtf|msword|vnd\.ms-(excel|powerpoint|outlook|word|visio|project|works)\b.*|vnd\.openxmlformats-.*|vnd\.oasis\.opendocument\..*|vnd\.visio)$/
/** Formats that always begin with a signature; bytes without it are something else. */
const SIGNED = /^(image\/(png|jpe?g|gif|webp|bmp|tiff|avif|heic|heif)|application\/pdf|group:office)$/

/** Text formats by extension, as far as they are more than plain text. */
const TEXTS: Record<string, string> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  md: 'text/markdown',
  markdown: 'text/markdown',
  json: 'application/json',
  xml: 'application/xml',
  ics: 'text/calendar',
  vcf: 'text/vcard',
  eml: 'message/rfc822',
}
/** What the archive or container is, where its head alone does not say it. */
const CONTAINED: Record<string, string> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  odp: 'application/vnd.oasis.opendocument.presentation',
  doc: 'application/msword',
  xls: 'application/vnd.ms-excel',
  ppt: 'application/vnd.ms-powerpoint',
  msg: 'application/vnd.ms-outlook',
}

/** What the spec "MIME Sniffing" (WHATWG, section 7.1) takes for HTML at the beginning of a resource. */
const HTML =
  /^\s*<(!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg|object|embed|img|form|meta|link|base|frameset)[\s>/]|^\s*<!--/i
/** Markdown may begin with some elements of HTML. */
const HTML_DOCUMENT = /^\s*<(!doctype html|html|head|body|script|iframe|object|embed|svg)[\s>/]/i
const XML_THAT_RUNS =
  /<\?xml-stylesheet|<([\w-]+:)?(svg|html|script)[\s>/]|www\.w3\.org\/(2000\/svg|1999\/xhtml)/i

/**
 * The type of a file as its first bytes show it, held against what its sender claims.
 * @throws Refusal 415 for programs, for what a browser could be made to run, and for a file that is not what it claims
 */
export async function contentTypeOf(head: Buffer, claim: Claim): Promise<string> {
  const given = claim.mimetype.toLowerCase().split(';')[0]!.trim()
  // A part of a form that says nothing of its type is plain text by definition (RFC 7578, section 4.4).
  const claimed = given === 'text/plain' ? '' : given
  if (PROGRAMS.has(claimed) || PAGES.test(claimed)) throw refused('Programs and web pages are not taken')
  const text = textOf(head)
  const isPage = extensionOf(claim.filename) === 'md' ? HTML_DOCUMENT : HTML
  if (text !== undefined && (isPage.test(text) || text.startsWith('#!')))
    throw refused('The file is a web page or a script, which are not taken')
  // The mark of UTF-16 looks like the beginning of an MP3.
  const sniffed = text !== undefined && utf16Of(head) ? undefined : await signatureOf(head)
  if (sniffed && (PROGRAMS.has(sniffed) || PAGES.test(sniffed))) throw refused('Programs are not taken')
  if (sniffed && !isXml(sniffed)) return held(sniffed, claimed, claim)
  return text === undefined ? withoutSignature(claimed) : textType(text, claimed, claim)
}

const refused = (message: string) =>
  new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', message, {
    issues: [{ path: 'file', message, code: 'WRONG_FILE' }],
  })
const mismatch = (claimed: string, found: string) =>
  refused(`The file says that it is ${claimed || 'of no type'}, but its bytes are ${found}`)

const isXml = (type: string) => /^(application|text)\/(.*\+)?xml$/.test(type)

async function signatureOf(head: Buffer): Promise<string | undefined> {
  // Readers of PDF take it also where some bytes stand before its signature.
  if (head.subarray(0, 1024).includes('%PDF-')) return 'application/pdf'
  const { fileTypeFromBuffer } = await import('file-type')
  const found = await fileTypeFromBuffer(head).catch(() => undefined)
  return found?.mime.split(';')[0]
}

/** Types that may stand for each other: an image is an image, an Office file is a kind of archive. */
function groupOf(type: string): string | undefined {
  if (OFFICE.test(type)) return 'group:office'
  if (/^(audio|video)\/|^application\/(ogg|mp4)$/.test(type)) return 'group:media'
  if (type.startsWith('image/')) return 'group:image'
  if (type === 'application/pdf' || type.startsWith('font/')) return type
  return type.startsWith('text/') || type === 'application/json' ? 'group:text' : undefined
}

/** A file with a signature: it may be called something vague, but not something else. */
function held(sniffed: string, claimed: string, { filename }: Claim): string {
  const [is, says] = [groupOf(sniffed), groupOf(claimed)]
  // Some formats of known signature are text, such as calendars.
  if (says && is !== says && sniffed !== claimed) throw mismatch(claimed, sniffed)
  const isVague = sniffed === 'application/zip' || sniffed === 'application/x-cfb'
  return (isVague && CONTAINED[extensionOf(filename)]) || sniffed
}

/** Bytes of no known signature. */
function withoutSignature(claimed: string): string {
  const group = groupOf(claimed)
  if (group === 'group:text' || isXml(claimed)) throw mismatch(claimed, 'not text')
  if (SIGNED.test(claimed) || (group && SIGNED.test(group))) throw mismatch(claimed, 'something else')
  return 'application/octet-stream'
}

function textType(text: string, claimed: string, { filename }: Claim): string {
  const extension = extensionOf(filename)
  const isMarkup = /^\s*<[?!\w]/.test(text)
  if (isMarkup && XML_THAT_RUNS.test(text)) throw refused('XML that a browser could run is not taken')
  const type = TEXTS[extension] ?? 'text/plain'
  // Windows calls every CSV file a worksheet.
  const isTable = type === 'text/csv' || type === 'text/tab-separated-values'
  const group = groupOf(claimed)
  const isSigned = SIGNED.test(claimed) || (group !== undefined && SIGNED.test(group))
  if (isSigned && !(isTable && claimed === 'application/vnd.ms-excel')) throw mismatch(claimed, 'text')
  return type
}

// The control characters that no text has, and what stands for bytes that are no character.
const NOT_TEXT = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/

/** The head as text, or undefined where it holds what no text does. */
function textOf(head: Buffer): string | undefined {
  const utf16 = utf16Of(head)
  // Cut where a character may have been cut in half.
  const isCut = head.length >= HEAD_BYTES
  const body = isCut ? head.subarray(0, utf16 ? -2 : head.lastIndexOf(0x0a) + 1 || head.length) : head
  const text = new TextDecoder(utf16 ?? (isUtf8(body) ? 'utf-8' : 'windows-1252')).decode(body)
  return NOT_TEXT.test(utf16 && isCut ? text.slice(0, -1) : text) ? undefined : text
}

const utf16Of = (head: Buffer): string | undefined =>
  head[0] === 0xff && head[1] === 0xfe
    ? 'utf-16le'
    : head[0] === 0xfe && head[1] === 0xff
      ? 'utf-16be'
      : undefined
