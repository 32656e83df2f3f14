import { isUtf8 } from 'node:buffer'

type TextKind = 'plain' | 'pdf' | 'office'

/** The parts of an Office file that hold its text, by the file's type. */
const OFFICE_PARTS: Record<string, RegExp> = {
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document':
    /^word\/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml$/,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet':
    /^xl\/(sharedStrings|worksheets\/sheet\d+)\.xml$/,
  'application/vnd.openxmlformats-officedocument.presentationml.presentation':
    /^ppt\/(slides\/slide|notesSlides\/notesSlide)\d+\.xml$/,
  'application/vnd.oasis.opendocument.text': /^content\.xml$/,
  'application/vnd.oasis.opendocument.spreadsheet': /^content\.xml$/,
  'application/vnd.oasis.opendocument.presentation': /^content\.xml$/,
}
/** What one part may unpack to; a file of a few kilobytes can unpack to gigabytes. */
const PART_AT_MOST_BYTES = 30 * 1024 * 1024
const PARTS_AT_MOST = 500
const PAGES_AT_MOST = 1000

/** How text is read out of such a file; undefined where it has none that we can read. */
export function textKind(contentType: string): TextKind | undefined {
  if (contentType === 'application/pdf') return 'pdf'
  if (OFFICE_PARTS[contentType]) return 'office'
  return /^(text\/|message\/rfc822$|application\/(json|xml)$)/.test(contentType) ? 'plain' : undefined
}

/** The text of a file, of at least `limit` characters where it has so many. @throws where the file is broken */
export async function textOf(bytes: Buffer, contentType: string, limit: number): Promise<string> {
  const kind = textKind(contentType)
  if (kind === 'pdf') return pdfText(bytes, limit)
  if (kind === 'office') return officeText(bytes, OFFICE_PARTS[contentType]!, limit)
  return plainText(bytes)
}

function plainText(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  // The last character may have been cut in half, which does not make the rest another encoding.
  const isUnicode = [0, 1, 2, 3].some(cut => isUtf8(bytes.subarray(0, bytes.length - cut)))
  return new TextDecoder(isUnicode ? 'utf-8' : 'windows-1252').decode(bytes)
}

async function pdfText(bytes: Buffer, limit: number): Promise<string> {
  const { getDocumentProxy } = await import('unpdf')
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { isEvalSupported: false, verbosity: 0 })
  let text = ''
  for (let number = 1; number <= Math.min(pdf.numPages, PAGES_AT_MOST) && text.length < limit; number++) {
    const { items } = await (await pdf.getPage(number)).getTextContent()
    for (const item of items) if ('str' in item) text += item.str + (item.hasEOL ? '\n' : ' ')
    text += '\n'
  }
  return text
}

async function officeText(bytes: Buffer, wanted: RegExp, limit: number): Promise<string> {
  const { fromBufferPromise } = await import('yauzl')
  const zip = await fromBufferPromise(bytes, { validateEntrySizes: true })
  let text = ''
  let parts = 0
  for await (const entry of zip.eachEntry()) {
    if (++parts > PARTS_AT_MOST || text.length >= limit) break
    if (!wanted.test(entry.fileName) || entry.uncompressedSize > PART_AT_MOST_BYTES) continue
    const chunks: Buffer[] = []
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
    text += `${xmlText(Buffer.concat(chunks).toString('utf8'))}\n`
  }
  return text
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The text between the tags; paragraphs, rows, cells, breaks and tabs become white space. */
export function xmlText(xml: string): string {
  return xml
    .replace(/<\?[^>]*\?>|<!--[\s\S]*?-->/g, '')
    .replace(
      /<(?:\w+:)?(?:tab|br|cr|s|line-break)\b[^>]*\/>|<\/(?:\w+:)?(?:p|h|si|tr|tc|c|table-cell)>/g,
      '\n',
    )
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
      if (name) return ENTITIES[name.toLowerCase()]!
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
    .replace(/\n\s*\n+/g, '\n')
}
