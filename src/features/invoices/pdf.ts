import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import type { Invoice, InvoiceItem, InvoiceTax } from './invoices.contract.ts'
import { type Style, styleOf } from './pdf-style.ts'

/** What stands on an invoice's paper. Days are those of the workspace's calendar. */
export type Sheet = {
  invoice: Invoice
  sender: string[]
  footer: string[]
  customer: string[]
  issuedOn: string | undefined
  dueOn: string | undefined
  paidOn: string | undefined
  /** Of its words, numbers and days. */
  locale: string | undefined
}

type Paper = InstanceType<typeof PDFDocument>

/** Points, of which an inch has 72. */
const MARGIN = 56
const FOOT = 84
const SIZES = { small: 8, text: 9.5, title: 20 }
const GREY = '#5f6673'

// DejaVu: Latin, Greek, Cyrillic, Armenian, Georgian, Arabic, Hebrew; its licence lets documents carry it.
const fontFile = (name: string) =>
  readFileSync(fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)))
const FONTS = { text: fontFile('DejaVuSans'), bold: fontFile('DejaVuSans-Bold') }

/** Words of so many letters are broken into lines here. */
const LONG_WORDS = /\S{120,}/gu

/** Where the columns of the lines stand: left edge and width. */
const COLUMNS = {
  description: [MARGIN, 195],
  quantity: [MARGIN + 205, 55],
  unitPrice: [MARGIN + 265, 85],
  taxRate: [MARGIN + 355, 35],
  amount: [MARGIN + 395, 88],
} as const
type Column = keyof typeof COLUMNS
const RIGHT = MARGIN + 483

/** Draws an invoice on as many pages of A4 as it needs. */
export async function drawInvoice(sheet: Sheet): Promise<Buffer> {
  const { invoice } = sheet
  const style = styleOf(invoice.currency, sheet.locale)
  const paper = new PDFDocument({
    size: 'A4',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: FOOT },
    bufferPages: true,
    info: {
      Title: `${style.words.invoice} ${invoice.invoiceNumber}`,
      Author: sheet.sender[0] ?? '',
      CreationDate: new Date(invoice.updatedAt),
    },
  })
  const chunks: Buffer[] = []
  const whole = new Promise<Buffer>((resolve, reject) => {
    paper.on('data', (chunk: Buffer) => chunks.push(chunk))
    paper.on('end', () => resolve(Buffer.concat(chunks)))
    paper.on('error', reject)
  })
  paper.registerFont('text', FONTS.text)
  paper.registerFont('bold', FONTS.bold)
  drawHead(paper, sheet, style)
  if (invoice.items.length) drawItems(paper, invoice, style)
  drawTotals(paper, invoice, style)
  drawNotes(paper, invoice)
  drawFeet(paper, sheet)
  paper.end()
  return whole
}

/**
 * The text with the lines of its long words, in the font that is set. Left to pdfkit the whole rest of a word is measured anew for each
 * line that it fills, on the thread that serves everybody: a code of 20,000 letters in the notes took 17 s.
 */
function broken(paper: Paper, text: string, width: number): string {
  const widths = new Map<string, number>()
  const widthOf = (letter: string): number => {
    if (!widths.has(letter)) widths.set(letter, paper.widthOfString(letter))
    return widths.get(letter)!
  }
  return text.replace(LONG_WORDS, word => {
    let [lines, used] = ['', 0]
    for (const letter of word) {
      const starts = used > 0 && used + widthOf(letter) > width
      used = (starts ? 0 : used) + widthOf(letter)
      lines += starts ? `\n${letter}` : letter
    }
    return lines
  })
}

/** A text in a box; answers where the next one may begin. */
function write(
  paper: Paper,
  text: string,
  [x, width]: readonly [number, number],
  y: number,
  more: { font?: 'text' | 'bold'; size?: number; color?: string; align?: 'left' | 'right' } = {},
): number {
  const { font = 'text', size = SIZES.text, color = 'black', align = 'left' } = more
  paper
    .font(font)
    .fontSize(size)
    .fillColor(color)
    .text(broken(paper, text, width), x, y, { width, align })
  return paper.y
}

function drawHead(paper: Paper, { sender, customer, invoice, ...days }: Sheet, { words, day }: Style): void {
  const left = [MARGIN, 240] as const
  const right = [MARGIN + 260, 223] as const
  let y = MARGIN
  for (const [i, line] of sender.entries())
    y = write(paper, line, left, y, i ? { size: SIZES.small, color: GREY } : { font: 'bold', size: 12 })
  y = Math.max(y, MARGIN + 40) + 28
  let below = y
  for (const [i, line] of customer.entries())
    below = write(paper, line, left, below, i ? {} : { font: 'bold' })
  let side = write(paper, words.invoice, right, y, { size: SIZES.title })
  const facts: Array<[string, string | undefined]> = [
    [words.number, invoice.invoiceNumber],
    [words.date, days.issuedOn && day(days.issuedOn)],
    [words.due, days.dueOn && day(days.dueOn)],
    [words.paid, days.paidOn && day(days.paidOn)],
    // What is not owed, or not yet, must not look as if it were.
    [words.status, words.statuses[invoice.status]],
  ]
  for (const [label, value] of facts) {
    if (!value) continue
    write(paper, label, [right[0], 60], side, { color: GREY })
    side = write(paper, value, [right[0] + 62, 160], side, { font: 'bold' })
  }
  paper.y = write(paper, invoice.title, [MARGIN, RIGHT - MARGIN], Math.max(below, side) + 26, {
    font: 'bold',
    size: 12,
  })
  paper.y += 12
}

const bottom = (paper: Paper) => paper.page.height - FOOT

/** Goes to the next page where the height has no room on this one. */
function makeRoom(paper: Paper, height: number, again?: () => void): void {
  if (paper.y + height <= bottom(paper)) return
  paper.addPage()
  paper.y = MARGIN
  again?.()
}

function rule(paper: Paper, from: number = MARGIN): void {
  paper.moveTo(from, paper.y).lineTo(RIGHT, paper.y).lineWidth(0.5).strokeColor('#c3c8d1').stroke()
  paper.y += 5
}

function drawItems(paper: Paper, { items }: Invoice, { words, ...style }: Style): void {
  const heading = () => {
    drawRow(paper, words.columns, { color: GREY, size: SIZES.small })
    rule(paper)
  }
  heading()
  for (const item of items as unknown as InvoiceItem[]) {
    const cells = {
      description: item.description,
      quantity: style.number(item.quantity),
      unitPrice: style.price(item.unitPrice),
      taxRate: style.number(item.taxRate),
      amount: style.amount(item.amount),
    }
    paper.font('text').fontSize(SIZES.text)
    const width = COLUMNS.description[1]
    const height = paper.heightOfString(broken(paper, item.description, width), { width })
    makeRoom(paper, height + 6, heading)
    drawRow(paper, cells)
  }
  rule(paper)
}

function drawRow(
  paper: Paper,
  cells: Record<Column, string>,
  more: { color?: string; size?: number } = {},
): void {
  const top = paper.y
  let end = top
  for (const key of Object.keys(COLUMNS) as Column[]) {
    const align = key === 'description' ? 'left' : 'right'
    end = Math.max(end, write(paper, cells[key], COLUMNS[key], top, { ...more, align }))
  }
  paper.y = end + 6
}

function drawTotals(
  paper: Paper,
  { subtotal, taxes, amount, currency }: Invoice,
  { words, ...style }: Style,
): void {
  const rates = taxes as unknown as InvoiceTax[]
  makeRoom(paper, 20 * (rates.length + 2))
  const line = (label: string, value: number, more: { font?: 'bold'; size?: number } = {}) => {
    const top = paper.y
    write(paper, label, [MARGIN + 150, 205], top, { ...more, align: 'right' })
    paper.y = write(paper, style.amount(value), [MARGIN + 363, 120], top, { ...more, align: 'right' }) + 3
  }
  if (subtotal !== null) line(words.net, subtotal)
  for (const { taxRate, net, tax } of rates) line(words.tax(style.number(taxRate), style.amount(net)), tax)
  line(words.total(currency), amount, { font: 'bold', size: 11 })
}

function drawNotes(paper: Paper, { notes }: Invoice): void {
  if (!notes) return
  paper.y += 18
  const options = { width: RIGHT - MARGIN }
  for (const paragraph of notes.split(/\r?\n/)) {
    paper.font('text').fontSize(SIZES.text).fillColor('black')
    makeRoom(paper, paper.currentLineHeight())
    paper.text(broken(paper, paragraph, options.width) || ' ', MARGIN, paper.y, options)
  }
}

/** On every page, once it is known how many there are. */
function drawFeet(paper: Paper, { footer, invoice }: Sheet): void {
  const { start, count } = paper.bufferedPageRange()
  for (let i = 0; i < count; i++) {
    paper.switchToPage(start + i)
    // Else writing there would begin another page.
    paper.page.margins.bottom = 0
    paper.y = bottom(paper) + 10
    rule(paper)
    const top = paper.y
    let y = top
    for (const line of footer.slice(0, 4))
      y = write(paper, line, [MARGIN, 380], y, { size: SIZES.small, color: GREY })
    write(paper, `${invoice.invoiceNumber} · ${i + 1}/${count}`, [RIGHT - 160, 160], top, {
      size: SIZES.small,
      color: GREY,
      align: 'right',
    })
  }
}
