import { boolean, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { name, recordColumns, recordKeys } from '#core/db/columns.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, notFound, Refusal } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { type Change, defineRecord } from '#core/record/definition.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { reportAnswer, runReport } from '#features/reports/builder.ts'
import { REPORT_CHARTS } from '#features/reports/reports.contract.ts'
import { mayChange, reports, specOf } from '#features/reports/saved.ts'
import { type DashboardTile, dashboardContract } from './dashboards.contract.ts'

export const dashboardTable = pgTable(
  'dashboards',
  {
    ...recordColumns(),
    name: name('name').notNull(),
    description: text('description'),
    shared: boolean('shared').notNull().default(false),
    tiles: jsonb('tiles').notNull().default([]),
  },
  t => [...recordKeys(t), index('dashboards_name').on(t.workspaceId, t.name, t.id)],
)

export const dashboards = defineRecord({
  contract: dashboardContract,
  table: dashboardTable,
  visibility: { own: ['createdById'], private: true, open: 'shared' },
  rules: {
    create: (tx, values) => checkTiles(tx, values, []),
    update: async (tx, id, values) => {
      const current = await store.find(tx, dashboards, id)
      // What is not seen is refused by the write itself.
      if (!current) return values
      mayChange(tx, current, 'dashboard')
      return checkTiles(tx, values, current.tiles as DashboardTile[])
    },
    remove: async (tx, id) => {
      const current = await store.find(tx, dashboards, id)
      if (current) mayChange(tx, current, 'dashboard')
    },
  },
  routes: ['list', 'create', 'read', 'update', 'remove'],
})

/** A new tile is of a report that one sees; those that are there may have gone. @throws Refusal 400 naming the tile */
async function checkTiles(tx: Tx, values: Change, before: DashboardTile[]): Promise<Change> {
  const tiles = (values.tiles ?? []) as DashboardTile[]
  const known = new Set(before.map(({ reportId }) => reportId))
  const added = tiles.filter(({ reportId }) => !known.has(reportId))
  if (!added.length) return values
  const rows = await tx.session.rows(
    'select id from reports where workspace_id = $1::uuid and id = any($2::uuid[]) and deleted_at is null',
    [tx.who.workspaceId, arrayLiteral(added.map(({ reportId }) => reportId))],
  )
  for (const { id } of rows) known.add(id as string)
  const missing = tiles.findIndex(({ reportId }) => !known.has(reportId))
  if (missing >= 0)
    throw invalid({
      path: `tiles.${missing}.reportId`,
      code: 'NO_SUCH',
      message: 'is not the id of a report that you see',
    })
  return values
}

const runAnswer = z.object({
  dashboardId: z.uuid(),
  name: z.string(),
  tiles: z.array(
    z.object({
      reportId: z.uuid(),
      width: z.int(),
      height: z.int(),
      name: z
        .string()
        .nullable()
        .meta({ description: 'Of the report; null where the caller does not see it' }),
      chart: z.enum(REPORT_CHARTS).nullable(),
      result: reportAnswer.nullable(),
      error: z
        .object({ code: z.string(), message: z.string() })
        .nullable()
        .meta({ description: 'Why there is no result: the report is gone or private, or cannot be run' }),
    }),
  ),
})

type Answered = z.infer<typeof runAnswer>['tiles'][number]

/** A tile that cannot be run says so and leaves the others alone. */
async function runTile(tx: Tx, { reportId, width, height }: DashboardTile): Promise<Answered> {
  const report = await store.find(tx, reports, reportId)
  const shape = { reportId, width, height }
  const shown = report
    ? { ...shape, name: report.name as string, chart: report.chart as Answered['chart'] }
    : { ...shape, name: null, chart: null }
  try {
    if (!report) throw notFound('Report')
    return { ...shown, result: await runReport(tx, specOf(report)), error: null }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { code, message, issues } = error
    const issue = issues?.[0]
    return {
      ...shown,
      result: null,
      error: { code, message: issue ? `${issue.path} ${issue.message}` : message },
    }
  }
}

const runRoute = operation({
  method: 'GET',
  path: '/dashboards/:id/run',
  tag: 'dashboards',
  touches: ['reports'],
  summary: 'Run all reports of a dashboard',
  description: 'Each over what the caller may see, in the order of the tiles.',
  params: idParams,
  answers: runAnswer,
  async handle({ tx, params }) {
    const dashboard = await store.read(tx, dashboards, params.id)
    const tiles: Answered[] = []
    // One after the other: a statement that fails takes those that travel with it along.
    for (const tile of dashboard.tiles as DashboardTile[]) tiles.push(await runTile(tx, tile))
    return { dashboardId: dashboard.id, name: dashboard.name, tiles }
  },
})

export default { records: [dashboards], operations: [runRoute] } satisfies Feature
