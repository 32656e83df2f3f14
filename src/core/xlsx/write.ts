import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { isRisky, plainText } from '../csv/write.ts'
import { offsetMs } from '../record/relative-time.ts'
import { DAY_MS } from '../time.ts'

/** How a column's values are shown. Money has two decimals and groups; its currency stands in a column of its own. */
export type SheetKind = 'text' | 'integer' | 'number' | 'money' | 'date' | 'moment' | 'boolean'

export type SheetColumn = { name: string; kind: SheetKind }

/** Office Open XML (ECMA-376): rows of a sheet, its header among them, and characters of a cell. */
const ROWS_AT_MOST = 1_048_576
const CELL_CHARACTERS_AT_MOST = 32_767
const SHEET_NAME_AT_MOST = 31
const WIDTH_AT_MOST = 60
const WIDTH_AT_LEAST = 8

/** Cell formats by their place in `styles.xml`. */
const STYLES = { text: 0, header: 1, integer: 2, number: 0, money: 3, date: 4, moment: 5, quoted: 6 } as const

type Cell = unknown
/** Rows in batches, so that each batch is one piece of the stream. */
type Batches = AsyncIterator<Cell[][]>

/**
 * A workbook as a stream that holds one batch of rows at a time, whatever their number; beyond what a sheet holds a
 * further sheet goes on. Text is text: no cell is a formula, and what looks like one stays text when it is edited.
 * Moments are shown by the clock of `zone`, for a spreadsheet knows none.
 * @param first the first batch, by which the columns get their widths
 */
export function workbook(
  title: string,
  columns: SheetColumn[],
  first: Cell[][],
  more: AsyncIterable<Cell[][]>,
  zone: string,
): Readable {
  const zip = new ZipFile()
  const out = zip.outputStream as Readable
  zip.on('error', error => out.destroy(error as Error))
  const batches = following(first, more)
  out.once('close', () => void batches.return?.(undefined)?.catch(() => {}))
  void (async () => {
    const cells = cellWriter(columns, zone)
    const widths = widthsOf(columns, first)
    const rest: { rows: Cell[][] } = { rows: [] }
    let sheets = 0
    do {
      sheets++
      const source = Readable.from(sheet(columns, widths, cells, batches, rest), { objectMode: false })
      zip.addReadStream(source, `xl/worksheets/sheet${sheets}.xml`)
      await ended(source, out)
    } while (rest.rows.length && !out.destroyed)
    if (out.destroyed) return
    for (const [path, xml] of Object.entries(parts(title, sheets))) zip.addBuffer(Buffer.from(xml), path)
    zip.end()
  })()
  return out
}

/** Resolves when the source has been read, or when nobody will read it any more. */
const ended = (source: Readable, out: Readable): Promise<void> =>
  new Promise(resolve => {
    // yazl listens to no fault of a source: the client must see the download break off, and not stand still.
    source.once('error', error => out.destroy(error))
    source.once('close', resolve)
    out.once('close', () => {
      source.destroy()
      resolve()
    })
  })

async function* following(first: Cell[][], more: AsyncIterable<Cell[][]>): AsyncGenerator<Cell[][]> {
  yield first
  yield* more
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** One sheet; what it cannot hold of a batch is left in `rest` for the next one. */
async function* sheet(
  columns: SheetColumn[],
  widths: number[],
  cells: (row: Cell[]) => string,
  batches: Batches,
  rest: { rows: Cell[][] },
): AsyncGenerator<string> {
  const cols = widths
    .map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`)
    .join('')
  const header = columns.map(({ name }) => textCell(name, STYLES.header)).join('')
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${cols}</cols><sheetData><row>${header}</row>`
  let room = ROWS_AT_MOST - 1
  let rows = rest.rows
  rest.rows = []
  for (;;) {
    const fitting = rows.slice(0, room)
    room -= fitting.length
    if (fitting.length) yield fitting.map(row => `<row>${cells(row)}</row>`).join('')
    rest.rows = rows.slice(fitting.length)
    if (rest.rows.length) break
    const next = await batches.next()
    if (next.done) break
    rows = next.value
  }
  yield '</sheetData></worksheet>'
}

/** Characters that XML cannot hold, and the form in which Office writes such ones, which text must not be taken for. */
const UNWRITABLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string =>
  text
    .replace(UNWRITABLE, '')
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll('\r', '_x000D_')
    .replace(/[&<>"]/g, char => ENTITIES[char]!)

function textCell(text: string, style: number): string {
  const whole =
    text.length <= CELL_CHARACTERS_AT_MOST ? text : `${text.slice(0, CELL_CHARACTERS_AT_MOST - 1)}…`
  return `<c t="inlineStr"${style ? ` s="${style}"` : ''}><is><t xml:space="preserve">${escaped(whole)}</t></is></c>`
}

/** Days since 1899-12-30, as spreadsheets count them; before March 1900 they count a day that was none. */
const serialOf = (ms: number): number => Math.round((ms / DAY_MS + 25_569) * 1e8) / 1e8
const FIRST_SERIAL = 61

const QUARTER_MS = 900_000
const OFFSETS_AT_MOST = 10_000

/** What the zone's clock shows, as if it were UTC. Clocks change on quarters of an hour, so offsets are kept for one. */
function clockOf(zone: string): (ms: number) => number {
  const offsets = new Map<number, number>()
  return ms => {
    const quarter = Math.floor(ms / QUARTER_MS)
    let offset = offsets.get(quarter)
    if (offset === undefined) {
      if (offsets.size >= OFFSETS_AT_MOST) offsets.clear()
      offset = offsetMs(zone, ms)
      offsets.set(quarter, offset)
    }
    return ms + offset
  }
}

function cellWriter(columns: SheetColumn[], zone: string): (row: Cell[]) => string {
  const clock = clockOf(zone)
  const day = (value: Cell, kind: 'date' | 'moment') => {
    const ms = Date.parse(String(value))
    const serial = Number.isNaN(ms) ? 0 : serialOf(kind === 'moment' ? clock(ms) : ms)
    return serial >= FIRST_SERIAL ? `<c s="${STYLES[kind]}"><v>${serial}</v></c>` : undefined
  }
  const one = (value: Cell, kind: SheetKind): string => {
    if (value === null || value === undefined || value === '') return '<c/>'
    if (typeof value === 'number') {
      const style = kind === 'money' || kind === 'integer' ? STYLES[kind] : 0
      return Number.isFinite(value) ? `<c${style ? ` s="${style}"` : ''}><v>${value}</v></c>` : '<c/>'
    }
    if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`
    const serial = kind === 'date' || kind === 'moment' ? day(value, kind) : undefined
    if (serial) return serial
    const text = plainText(value as object | string)
    return textCell(text, isRisky(text) ? STYLES.quoted : STYLES.text)
  }
  return row => columns.map(({ kind }, i) => one(row[i], kind)).join('')
}

const FIXED_WIDTHS: Partial<Record<SheetKind, number>> = { date: 12, moment: 18, money: 16 }

/** In characters: as wide as the longest of the first rows, within bounds. */
function widthsOf(columns: SheetColumn[], first: Cell[][]): number[] {
  return columns.map(({ name, kind }, i) => {
    const longest = first.reduce((most, row) => {
      const value = row[i]
      return FIXED_WIDTHS[kind] || value === null || value === undefined
        ? most
        : Math.max(most, plainText(value as object).length)
    }, FIXED_WIDTHS[kind] ?? 0)
    return Math.min(WIDTH_AT_MOST, Math.max(WIDTH_AT_LEAST, name.length + 2, longest + 2))
  })
}

const STYLESHEET = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

/** All but the sheets themselves. */
function parts(title: string, sheets: number): Record<string, string> {
  const numbers = Array.from({ length: sheets }, (_, i) => i + 1)
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
  const name = (n: number) => {
    const suffix = n === 1 ? '' : ` ${n}`
    const clean = title.replace(/[[\]:*?/\\]/g, ' ').replace(/^'+|'+$/g, '') || 'Sheet'
    return escaped(clean.slice(0, SHEET_NAME_AT_MOST - suffix.length) + suffix)
  }
  return {
    '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>${numbers.map(n => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${type}.worksheet+xml"/>`).join('')}</Types>`,
    '_rels/.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${numbers.map(n => `<sheet name="${name(n)}" sheetId="${n}" r:id="rId${n}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships">${numbers.map(n => `<Relationship Id="rId${n}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n}.xml"/>`).join('')}<Relationship Id="rId${sheets + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': STYLESHEET,
  }
}
