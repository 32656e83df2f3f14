import { buffer } from 'node:stream/consumers'
import type { App } from '#core/feature.ts'
import type { Message } from '#core/mail.ts'
import { dayIn } from '#core/record/relative-time.ts'
import type { ReportResult } from './builder.ts'
import type { ReportSchedule } from './reports.contract.ts'
import { fileNameOf, RESULT_TYPES, resultAsCsv, resultAsWorkbook } from './result-file.ts'

const ROWS_AT_MOST = 30

/** Whose mail it is, of which report, and how many hear of it by what is left of the mail. */
export type Addressed = {
  to: string
  recipient: string
  workspace: string
  report: { id: string; name: string }
  timezone: string
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, char => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char]!)

const linkOf = (app: App, { id }: { id: string }) => `${app.config.publicUrl}/reports/${id}`

/** RFC 2369 names where one unsubscribes, RFC 3834 says that nobody waits for an answer. */
const headersOf = (link: string) => ({
  'List-Unsubscribe': `<${link}?mail=stop>`,
  'Auto-Submitted': 'auto-generated',
})

/**
 * The mail with the result: the first rows in it, all of them in the file.
 * @param maker whose rights it was made with, and what they come to
 */
export async function resultMessage(
  app: App,
  mail: Addressed,
  result: ReportResult,
  format: ReportSchedule['format'],
  maker: { name: string; sees: string },
): Promise<Message> {
  const link = linkOf(app, mail.report)
  const day = dayIn(mail.timezone)
  const { head, lines } = linesOf(result)
  const notes = notesOf(result, lines.length)
  const rights = `It shows what ${maker.name} may see: ${maker.sees}.`
  const end = `Open it: ${link}\nGet no more of these mails: ${link}?mail=stop\n`
  const table = [head, ...lines.slice(0, ROWS_AT_MOST)]
  return {
    to: mail.to,
    subject: `${mail.report.name}, ${day}`,
    text: `Hello ${mail.recipient},\n\n${mail.report.name} (${mail.workspace}), ${day}\n\n${table.map(cells => cells.join(' | ')).join('\n')}\n\n${[...notes, rights].join('\n')}\n\n${end}`,
    html: htmlOf(mail, day, table, [...notes, rights], link),
    link,
    headers: headersOf(link),
    ...(format === 'NONE' ? {} : { attachments: [await fileOf(mail, day, result, format)] }),
  }
}

/** The mail that says why there is no result, so that nobody takes silence for a good sign. */
export function refusalMessage(app: App, mail: Addressed, reason: string): Message {
  const link = linkOf(app, mail.report)
  return {
    to: mail.to,
    subject: `${mail.report.name} could not be made`,
    text: `Hello ${mail.recipient},\n\nthe report "${mail.report.name}" (${mail.workspace}) could not be made: ${reason}.\n\nIt is not mailed any more until its schedule is set anew: ${link}\n`,
    link,
    headers: headersOf(link),
  }
}

function linesOf({ groups, measures, rows, totals, currency }: ReportResult) {
  const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })
  const percent = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 2 })
  const shown = (value: number | null, i: number): string => {
    if (value === null) return '–'
    if (measures[i]!.kind === 'rate') return percent.format(value)
    return measures[i]!.kind === 'money' && currency
      ? `${number.format(value)} ${currency}`
      : number.format(value)
  }
  const head = [...groups.map(({ label }) => label), ...measures.map(({ label }) => label)]
  const lines = rows.map(({ keys, names, values }) => [
    ...keys.map((key, i) => names[i] ?? (key === null ? '–' : String(key))),
    ...values.map(shown),
  ])
  const total = groups.length ? ['Total', ...groups.slice(1).map(() => '')] : []
  return { head, lines: [[...total, ...totals.map(shown)], ...lines] }
}

function notesOf({ groups, rates, unconverted, currency, isCut }: ReportResult, count: number): string[] {
  return [
    ...Object.entries(rates).map(([code, rate]) => `Converted by 1 ${code} = ${rate} ${currency}.`),
    ...unconverted.map(
      ({ currency: code, count: n }) =>
        `${n} in ${code} ${n === 1 ? 'is' : 'are'} in no amount, for there is no rate.`,
    ),
    ...(count > ROWS_AT_MOST ? [`These are the first ${ROWS_AT_MOST} of ${count} lines.`] : []),
    ...(groups.some(({ countsInEach }) => countsInEach)
      ? ['A record counts once in each of its values, and once in the total.']
      : []),
    ...(isCut ? ['There are more groups than are shown.'] : []),
  ]
}

function htmlOf(mail: Addressed, day: string, table: string[][], notes: string[], link: string): string {
  const row = (cells: string[], tag: 'th' | 'td') =>
    `<tr>${cells
      .map(
        (cell, i) =>
          `<${tag} style="padding:4px 12px 4px 0;border-bottom:1px solid #e6e8ec;text-align:${i ? 'right' : 'left'}">${escaped(cell)}</${tag}>`,
      )
      .join('')}</tr>`
  const [head = [], ...lines] = table
  return `<div style="font-family:sans-serif;font-size:14px"><h2 style="font-size:18px">${escaped(mail.report.name)}</h2><p>${escaped(mail.workspace)}, ${day}</p>
<table style="border-collapse:collapse">${row(head, 'th')}${lines.map(cells => row(cells, 'td')).join('')}</table>
<p style="color:#5b6270">${notes.map(escaped).join('<br>')}</p>
<p><a href="${link}">Open the report</a> · <a href="${link}?mail=stop">Get no more of these mails</a></p></div>`
}

async function fileOf(mail: Addressed, day: string, result: ReportResult, format: 'CSV' | 'XLSX') {
  const type = format === 'CSV' ? 'csv' : 'xlsx'
  const content =
    type === 'csv' ? resultAsCsv(result) : await buffer(resultAsWorkbook(mail.report.name, result))
  return { filename: fileNameOf(mail.report.name, day, type), content, contentType: RESULT_TYPES[type] }
}
