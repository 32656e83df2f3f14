import { type CsvFile, dateOrderIn, detectDateOrder, detectDecimal } from '#core/csv/index.ts'
import type { Dialect } from './cells.ts'
import type { Column } from './mapping.ts'

const SAMPLE_ROWS = 2000

/** How the caller wants the file to be read. */
export type Options = {
  encoding?: string
  delimiter?: string
  headerRow?: number
  dateOrder?: 'DMY' | 'MDY'
  decimal?: ',' | '.'
  createLinked?: boolean
  ignoreUnknownMembers?: boolean
}

/** Reads the first rows and, once for each import, counts all of them. */
export async function survey(
  csv: CsvFile,
  counts: boolean,
  signal: AbortSignal,
): Promise<{ total: number; sample: string[][] }> {
  const sample: string[][] = []
  let total = 0
  for await (const row of csv.rows) {
    total++
    if (sample.length < SAMPLE_ROWS && row.error === undefined) sample.push(row.cells)
    if (!counts && sample.length >= SAMPLE_ROWS) break
    if (total % 10_000 === 0) signal.throwIfAborted()
  }
  return { total, sample }
}

/** How each column writes dates and numbers; one that does not show it follows those that do. */
export function dialectsOf(
  columns: Column[],
  sample: string[][],
  options: Options,
  timeZone: string,
): Dialect[] {
  const found = columns.map(({ index, target }) => {
    const cells = () => sample.map(row => row[index] ?? '')
    const isDate = target.of.kind === 'date' || target.of.kind === 'moment'
    const isNumber = ['integer', 'number', 'money'].includes(target.of.kind)
    return {
      order: options.dateOrder ?? (isDate ? detectDateOrder(cells()) : undefined),
      decimal: options.decimal ?? (isNumber ? detectDecimal(cells()) : undefined),
    }
  })
  const orders = new Set(found.flatMap(({ order }) => order ?? []))
  const decimals = new Set(found.flatMap(({ decimal }) => decimal ?? []))
  const shared = {
    order: orders.size === 1 ? [...orders][0] : undefined,
    decimal: decimals.size === 1 ? [...decimals][0] : undefined,
  }
  return found.map(({ order, decimal }) => ({
    order: order ?? shared.order ?? dateOrderIn(timeZone),
    decimal: decimal ?? shared.decimal,
    timeZone,
  }))
}
