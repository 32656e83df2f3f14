import { z } from 'zod'
import { notFound } from '#core/errors.ts'
import { dispositionOf } from '#core/http/disposition.ts'
import { Answer, operation } from '#core/http/operation.ts'
import { dayIn } from '#core/record/relative-time.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { answerShape, runReport } from './builder.ts'
import { REPORT_CHARTS } from './reports.contract.ts'
import { fileNameOf, RESULT_TYPES, resultAsCsv, resultAsWorkbook } from './result-file.ts'
import { reports, specOf } from './saved.ts'

const runAnswer = z.object({
  reportId: z.uuid(),
  name: z.string(),
  chart: z.enum(REPORT_CHARTS),
  ...answerShape,
})

export const runRoute = operation({
  method: 'GET',
  path: '/reports/:id/run',
  tag: 'reports',
  summary: 'Run a saved report',
  description:
    'Over what the caller may see, whoever made it. A field that is gone meanwhile is refused by its place.',
  params: idParams,
  answers: runAnswer,
  async handle({ tx, params }) {
    const report = await store.read(tx, reports, params.id)
    const { id: reportId, name, chart } = report
    return { reportId, name, chart, ...(await runReport(tx, specOf(report))) }
  },
})

const FORMATS = ['csv', 'xlsx', 'json'] as const

export const exportRoute = operation({
  method: 'GET',
  path: '/reports/:id/export',
  tag: 'reports',
  answers: 'table',
  summary: "Export a report's result as CSV, XLSX or JSON",
  description:
    'In CSV and XLSX names stand for ids; the totals, the rates that were used and what has none stand below the rows. JSON is what running it answers.',
  params: idParams,
  query: z.strictObject({
    format: z
      .enum(FORMATS, 'must be csv, xlsx or json')
      .default('csv')
      .meta({ description: 'csv where not given' }),
  }),
  async handle({ tx, params, query: { format } }) {
    const report = await store.read(tx, reports, params.id)
    const result = await runReport(tx, specOf(report))
    const name = report.name as string
    const day = dayIn(tx.who.timezone)
    const body = {
      csv: () => resultAsCsv(result),
      xlsx: () => resultAsWorkbook(name, result),
      json: () => `${JSON.stringify(result, null, 1)}\n`,
    }[format]()
    return new Answer(body, {
      headers: {
        'content-type': RESULT_TYPES[format],
        'content-disposition': dispositionOf(fileNameOf(name, day, format)),
      },
    })
  },
})

const wish = (verb: 'subscribe' | 'unsubscribe', summary: string, statement: string) =>
  operation({
    method: 'POST',
    path: `/reports/:id/${verb}`,
    tag: 'reports',
    access: 'VIEWER',
    status: 200,
    summary,
    description:
      'For the caller alone. Who gets a report is said by its schedule; this says whether they want it.',
    params: idParams,
    answers: z.object({ receivesMail: z.boolean() }),
    async handle({ tx, params }) {
      if (!(await store.find(tx, reports, params.id))) throw notFound('Report')
      await tx.session.rows(statement, [tx.who.workspaceId, params.id, tx.who.userId])
      return { receivesMail: (await store.read(tx, reports, params.id)).receivesMail }
    },
  })

export const wishRoutes = [
  wish(
    'unsubscribe',
    'Get no more mails of a report',
    'insert into report_opt_outs (workspace_id, report_id, user_id) values ($1::uuid, $2::uuid, $3::uuid) on conflict do nothing',
  ),
  wish(
    'subscribe',
    'Get the mails of a report again',
    'delete from report_opt_outs where workspace_id = $1::uuid and report_id = $2::uuid and user_id = $3::uuid',
  ),
]
