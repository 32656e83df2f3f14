import { mkdtemp, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { damaged, NoWorkbook, WorkbookError } from './fault.ts'
import { cellsOf, type SheetRow } from './sheet.ts'
import { readStrings, type Strings } from './strings.ts'
import { type Shown, shownBy } from './values.ts'
import { elements } from './xml.ts'

const PARTS_AT_MOST = 10_000
/** Of one part, unpacked: a sheet of a million long rows stays below. */
const PART_BYTES_AT_MOST = 4 * 2 ** 30
/** Sheets and texts pack to a tenth or so; what packs better than that by far was made to fill a disk. */
const PACKED_AT_MOST = 300
const PACKED_FREE_BYTES = 64 * 2 ** 20
/** Of the parts that are held: names of sheets, formats. */
const SMALL_BYTES = 16 * 2 ** 20

export type Workbook = {
  /** The names of its sheets, in their order; hidden ones last. */
  sheets: string[]
  /** The rows of a sheet that hold something, with the numbers that a spreadsheet shows. */
  rows: (sheet: string) => AsyncIterable<SheetRow>
  close: () => Promise<void>
}

/**
 * Opens an Office Open XML workbook (ECMA-376) on the disk. Only its list of parts, formats and a window of its texts are
 * held, whatever its size; the texts are laid down in a folder beside it. @throws WorkbookError for what is none, and for one that unpacks to far more than a table would
 */
export async function openWorkbook(path: string): Promise<Workbook> {
  const zip = await openPromise(path, { autoClose: false }).catch(() => {
    throw new NoWorkbook('NO_TABLE', 'This is not a workbook that can be read.')
  })
  const folder = await mkdtemp(join(dirname(path), 'workbook-'))
  const close = async () => {
    zip.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const parts = await partsOf(zip)
    const read = (name: string): Bytes => {
      const entry = parts.get(name.toLowerCase())
      if (!entry) throw new WorkbookError('DAMAGED_WORKBOOK', `The workbook lacks its part ${name}.`)
      return bytesOf(zip, entry)
    }
    if (!parts.has('xl/workbook.xml')) throw new NoWorkbook('NO_TABLE', 'This archive is not a workbook.')
    const { sheets, is1904 } = await sheetsOf(read('xl/workbook.xml'), read('xl/_rels/workbook.xml.rels'))
    if (!sheets.size) throw new WorkbookError('EMPTY', 'The workbook has no sheet with cells.')
    const styles = parts.has('xl/styles.xml') ? await stylesOf(read('xl/styles.xml')) : []
    let strings: Promise<Strings> | undefined
    const texts = async () => {
      const file = await open(join(folder, 'strings'), 'w+')
      return parts.has('xl/sharedstrings.xml')
        ? readStrings(read('xl/sharedStrings.xml'), file)
        : readStrings([], file)
    }
    async function* rows(sheet: string): AsyncGenerator<SheetRow> {
      strings ??= texts()
      const known = await strings
      yield* cellsOf(read(sheets.get(sheet) ?? ''), { text: n => known.at(n), styles, is1904 })
    }
    return {
      sheets: [...sheets.keys()],
      rows,
      async close() {
        await strings?.then(known => known.close()).catch(() => {})
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The parts by their name in lower case. */
async function partsOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const parts = new Map<string, Entry>()
  if (zip.entryCount > PARTS_AT_MOST) throw new WorkbookError('TOO_LARGE', 'The workbook has too many parts.')
  // Read to its end before anything is refused: the list of a zip that is left halfway never closes.
  const entries: Entry[] = []
  try {
    for await (const entry of zip.eachEntry()) entries.push(entry)
  } catch (error) {
    throw damaged(error)
  }
  for (const entry of entries) {
    const { uncompressedSize: size, compressedSize: packed } = entry
    if (size > PART_BYTES_AT_MOST || (size > PACKED_FREE_BYTES && size > packed * PACKED_AT_MOST))
      throw new WorkbookError(
        'TOO_LARGE',
        'The workbook unpacks to far more than a table would; it was refused.',
      )
    if (entry.isEncrypted())
      throw new WorkbookError('OLD_WORKBOOK', 'The workbook is protected by a password.')
    parts.set(entry.fileName.replace(/^\//, '').toLowerCase(), entry)
  }
  return parts
}

type Bytes = AsyncIterable<Buffer>

/**
 * The bytes of a part as they were packed: unpacking alone takes most of what has been changed for other text. Opened by whoever reads
 * them, so that no stream fails of which nobody hears.
 */
async function* bytesOf(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  let sum = 0
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as Bytes) {
      sum = crc32(chunk, sum)
      yield chunk
    }
  } catch (error) {
    throw damaged(error)
  }
  if (sum !== entry.crc32) throw damaged()
}

async function bounded(source: Bytes): Promise<Bytes> {
  async function* bytes() {
    let size = 0
    for await (const chunk of source) {
      size += chunk.length
      if (size > SMALL_BYTES)
        throw new WorkbookError('TOO_LARGE', 'The workbook’s list of sheets or formats is too long.')
      yield chunk
    }
  }
  return bytes()
}

/** The sheets with cells (charts have none), by name, with their part; and the day from which dates are counted. */
async function sheetsOf(workbook: Bytes, relations: Bytes) {
  const targets = new Map<string, string>()
  for await (const { name, attributes } of elements(await bounded(relations)))
    if (name === 'Relationship' && attributes.Type?.endsWith('/worksheet'))
      targets.set(attributes.Id!, attributes.Target!)
  const found: Array<{ name: string; part: string; isHidden: boolean }> = []
  let is1904 = false
  for await (const { name, attributes, isEnd } of elements(await bounded(workbook))) {
    if (name === 'workbookPr' && !isEnd) is1904 = ['1', 'true'].includes(attributes.date1904 ?? '')
    const target = name === 'sheet' ? targets.get(attributes.id ?? '') : undefined
    if (!target) continue
    const part = target.startsWith('/') ? target.slice(1) : `xl/${target}`
    found.push({ name: attributes.name ?? '', part, isHidden: (attributes.state ?? 'visible') !== 'visible' })
  }
  found.sort((a, b) => Number(a.isHidden) - Number(b.isHidden))
  return { sheets: new Map(found.map(({ name, part }) => [name, part])), is1904 }
}

/** For each style of a cell: what it shows of a number. */
async function stylesOf(source: Bytes): Promise<(Shown | undefined)[]> {
  const formats = new Map<string, string>()
  const styles: (Shown | undefined)[] = []
  let isCells = false
  for await (const { name, attributes, isEnd } of elements(await bounded(source))) {
    if (name === 'cellXfs') isCells = !isEnd
    if (isEnd) continue
    if (name === 'numFmt') formats.set(attributes.numFmtId ?? '', attributes.formatCode ?? '')
    if (name === 'xf' && isCells) {
      const id = attributes.numFmtId ?? '0'
      styles.push(shownBy(Number(id), formats.get(id)))
    }
  }
  return styles
}
