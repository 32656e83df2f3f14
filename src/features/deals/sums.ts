import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import { operation } from '#core/http/operation.ts'
import { exchangeOf } from '#core/record/currency.ts'
import { rowsUntilChange } from '#core/record/kept.ts'
import { compileSelection } from '#core/record/list.ts'
import { misfit } from '#core/record/misfit.ts'
import { recordNamed } from '#core/record/registry.ts'

/** Groups in one answer; a stage or a month has one for each currency. */
const GROUPS_AT_MOST = 5000

const query = z.strictObject({
  by: z.enum(['stage', 'month']).default('stage').meta({
    description: 'By stage, or by the month in which they are expected to close',
  }),
  q: z.string().max(200).optional().meta({ description: 'As the list of deals has it' }),
  filter: z
    .string()
    .max(20_000)
    .optional()
    .meta({ description: 'JSON in the filter language, as for the list of deals' }),
  ownerId: z.uuid('must be the id of a member').optional(),
  pipelineId: z.uuid('must be the id of a pipeline').optional(),
})

const answer = z.object({
  by: z.enum(['stage', 'month']),
  currency: z.string().meta({ description: "The workspace's" }),
  rates: z.record(z.string(), z.number()).meta({
    description: "What one unit of a currency is worth in the workspace's; its own is 1",
  }),
  rows: z.array(
    z.object({
      key: z.string().nullable().meta({
        description: 'The id of a stage, or a month such as 2026-11; null where no close is expected',
      }),
      currency: z.string(),
      count: z.int(),
      amount: z.number(),
      weighted: z.number().meta({ description: 'Σ amount × probability ÷ 100' }),
    }),
  ),
})

/** The open deals of a filter by stage or month and by currency: what a board or a forecast says at the head of its columns. */
async function sums(tx: Tx, { by, ...asked }: z.infer<typeof query>): Promise<z.infer<typeof answer>> {
  const open = [{ field: 'status', op: 'eq' as const, value: 'OPEN' }]
  const { where, params } = await compileSelection(tx, recordNamed('deal'), asked, open)
  const key = by === 'stage' ? 't.stage_id::text' : `to_char(t.expected_close_date, 'YYYY-MM')`
  const { currency, rates } = await exchangeOf(tx)
  const text = `select ${key} as key, t.currency, count(*)::int as count, sum(t.amount) as amount, round(sum(t.amount * coalesce(t.probability, 0)) / 100, 2) as weighted
     from deals t where ${where} group by 1, 2 order by 1 nulls last, 2 limit ${GROUPS_AT_MOST}`
  const rows = await rowsUntilChange(tx, text, params).catch(misfit('filter'))
  return { by, currency, rates, rows: rows as z.infer<typeof answer>['rows'] }
}

export const sumsRoute = operation({
  method: 'GET',
  path: '/deals/sums',
  tag: 'deals',
  summary: 'Sum up open deals by stage or by month of their expected close',
  description: 'Amounts stay in their currencies; `rates` turns them into that of the workspace.',
  query: query as z.ZodType<z.infer<typeof query>>,
  answers: answer,
  handle: ({ tx, query: asked }) => sums(tx, asked),
})
