import type { Readable } from 'node:stream'
import { type CsvCell, csvLine } from '#core/csv/write.ts'
import { type SheetColumn, type SheetKind, workbook } from '#core/xlsx/write.ts'
import type { ReportResult } from './builder.ts'

const KINDS: Record<string, SheetKind> = {
  count: 'integer',
  number: 'number',
  money: 'money',
  rate: 'number',
  date: 'date',
  boolean: 'boolean',
  integer: 'integer',
}

/** The result as a table: names in the place of ids, and below the rows what a sum must not keep to itself. */
function tableOf(result: ReportResult): { columns: SheetColumn[]; rows: unknown[][] } {
  const { currency, groups, measures, totals, rates, unconverted } = result
  const columns = [
    ...groups.map(
      ({ label, by, kind }): SheetColumn => ({
        name: by ? `${label} (${by})` : label,
        kind: by ? 'date' : (KINDS[kind] ?? 'text'),
      }),
    ),
    ...measures.map(
      ({ label, kind }): SheetColumn => ({
        name: kind === 'money' && currency ? `${label} (${currency})` : label,
        kind: KINDS[kind]!,
      }),
    ),
  ]
  const rows: unknown[][] = result.rows.map(({ keys, names, values }) => [
    ...keys.map((key, i) => names[i] ?? key),
    ...values,
  ])
  if (groups.length) rows.push(['Total', ...groups.slice(1).map(() => null), ...totals])
  else rows.push([...totals])
  for (const [code, rate] of Object.entries(rates)) rows.push([`Converted: 1 ${code} = ${rate} ${currency}`])
  for (const { currency: code, count } of unconverted)
    rows.push([`Without a rate, in no amount: ${count} in ${code}`])
  if (groups.some(({ countsInEach }) => countsInEach))
    rows.push(['A record counts once in each of its values, and once in the total'])
  if (result.isCut) rows.push(['There are more groups than are shown'])
  return { columns, rows }
}

export function resultAsCsv(result: ReportResult): string {
  const { columns, rows } = tableOf(result)
  return [columns.map(({ name }) => name), ...rows].map(cells => csvLine(cells as CsvCell[])).join('')
}

async function* none(): AsyncGenerator<unknown[][]> {}

export function resultAsWorkbook(name: string, result: ReportResult): Readable {
  const { columns, rows } = tableOf(result)
  return workbook(name, columns, rows, none(), result.timezone)
}

export const RESULT_TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  json: 'application/json; charset=utf-8',
} as const

/** A name that every file system takes: letters of any script, and nothing that means something to one of them. */
export const fileNameOf = (name: string, day: string, ending: string): string =>
  `${
    name
      .normalize('NFC')
      .replace(/[^\p{L}\p{M}\p{N}_ -]+/gu, '')
      .trim()
      .replace(/ +/g, '-')
      .slice(0, 60) || 'report'
  }-${day}.${ending}`
