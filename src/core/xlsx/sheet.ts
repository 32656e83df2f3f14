import { WorkbookError } from './fault.ts'
import { dateOf, numberText, type Shown, shownText, unescaped } from './values.ts'
import { elements } from './xml.ts'

const COLUMNS_AT_MOST = 2000
const ROWS_AT_MOST = 1_048_576

/** A row as text: dates in ISO 8601, numbers with a point, `true` and `false`. What holds nothing is ''. */
export type SheetRow = { rowNumber: number; cells: string[] }

/** What a sheet's cells point to: texts by number, and what each style shows of a number. */
export type Shared = { text: (n: number) => string; styles: (Shown | undefined)[]; is1904: boolean }

type Cell = { type: string; style: number; value: string; inline: string }

/** The rows of a sheet's part that hold something. Of a formula it takes the value that was last worked out. */
export async function* cellsOf(source: AsyncIterable<Buffer>, shared: Shared): AsyncGenerator<SheetRow> {
  let rowNumber = 0
  let column = -1
  let cells: string[] = []
  let cell: Cell | undefined
  let isSpoken = false
  for await (const { name, attributes, isEnd, text } of elements(source)) {
    if (name === 'row' && !isEnd) {
      rowNumber = attributes.r ? Number(attributes.r) : rowNumber + 1
      if (!(rowNumber >= 1 && rowNumber <= ROWS_AT_MOST))
        throw new WorkbookError('DAMAGED_WORKBOOK', 'A sheet has more rows than a sheet can have.')
      column = -1
      cells = []
    } else if (name === 'c' && !isEnd) {
      column = attributes.r ? columnOf(attributes.r) : column + 1
      if (!(column >= 0 && column < COLUMNS_AT_MOST))
        throw new WorkbookError(
          'TOO_MANY_COLUMNS',
          `A row of the sheet has more than ${COLUMNS_AT_MOST} columns.`,
          { maximum: COLUMNS_AT_MOST },
        )
      cell = { type: attributes.t ?? 'n', style: Number(attributes.s ?? 0), value: '', inline: '' }
    } else if (name === 'rPh') isSpoken = !isEnd
    else if (isEnd && cell && name === 'v') cell.value = text
    else if (isEnd && cell && name === 't' && !isSpoken) cell.inline += text
    else if (isEnd && cell && name === 'c') {
      const shown = textOf(cell, shared)
      if (shown !== '') {
        while (cells.length < column) cells.push('')
        cells[column] = shown
      }
      cell = undefined
    } else if (isEnd && name === 'row' && cells.length) yield { rowNumber, cells }
  }
}

/** `BC12` is column 54, counted from 0. */
function columnOf(reference: string): number {
  let n = 0
  for (const letter of /^[A-Za-z]{1,3}/.exec(reference)?.[0] ?? '')
    n = n * 26 + (letter.toUpperCase().charCodeAt(0) - 64)
  return n - 1
}

function textOf({ type, style, value, inline }: Cell, { text, styles, is1904 }: Shared): string {
  switch (type) {
    case 's':
      return value === '' ? '' : text(Number(value))
    case 'inlineStr':
      return unescaped(inline)
    case 'str':
      return unescaped(value)
    case 'b':
      return value === '1' || value === 'true' ? 'true' : 'false'
    case 'd':
      return value.replace('T', ' ').replace(/Z$| 00:00:00(\.0+)?$/, '')
    // #N/A and its like are no values.
    case 'e':
      return ''
  }
  const number = Number(value)
  if (value === '' || Number.isNaN(number)) return ''
  const shown = styles[style]
  if (shown === 'date') return dateOf(number, is1904) ?? numberText(number)
  return shown ? shownText(number, shown) : numberText(number)
}
