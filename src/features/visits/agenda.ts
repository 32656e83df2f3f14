import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import { saying } from '#core/errors.ts'
import { operation } from '#core/http/operation.ts'
import { ROWS_AT_MOST } from '#core/http/page.ts'
import { ref } from '#core/record/json-schema.ts'
import { list } from '#core/record/list.ts'
import { recordNamed } from '#core/record/registry.ts'
import { addDays, dayIn, relativeDay } from '#core/record/relative-time.ts'
import { VISIT_STATUSES } from './visits.contract.ts'

const query = z.strictObject({
  date: z.iso
    .date('must be a date, YYYY-MM-DD')
    .refine(
      value => value >= '1900' && value < '2201',
      saying('YEAR_RANGE', 'must lie between 1900 and 2200'),
    )
    .optional()
    .meta({ description: "The day, or a day of the week; today in the workspace's zone where not given" }),
  view: z.enum(['day', 'week']).default('week').meta({ description: 'A week begins on Monday' }),
  ownerId: z.uuid().optional(),
  status: z.enum(VISIT_STATUSES).optional(),
})
type Query = z.infer<typeof query>

/** The visits of a day or a week, day by day; at most 200 of them. */
async function agenda(tx: Tx, { date, view, ownerId, status }: Query) {
  const day = date ?? dayIn(tx.who.timezone)
  const from = view === 'day' ? day : relativeDay('startOfWeek', day)!
  const dates = Array.from({ length: view === 'day' ? 1 : 7 }, (_, i) => addDays(from, i))
  const to = dates.at(-1)!
  const page = await list(tx, recordNamed('visit'), {
    dateFrom: from,
    dateTo: to,
    limit: ROWS_AT_MOST,
    ...(ownerId ? { ownerId } : {}),
    ...(status ? { status } : {}),
  })
  const days = dates.map(at => ({ date: at, visits: page.rows.filter(row => row.date === at) }))
  return { from, to, timezone: tx.who.timezone, days, total: page.total }
}

export const agendaRoute = operation({
  method: 'GET',
  path: '/visits/agenda',
  tag: 'visits',
  summary: 'List the visits of a day or a week, day by day',
  description: 'At most 200 visits; `total` says how many there are. The list itself goes on by cursor.',
  query: query as z.ZodType<Query>,
  document: {
    answer: {
      type: 'object',
      properties: {
        from: { type: 'string', format: 'date' },
        to: { type: 'string', format: 'date' },
        timezone: { type: 'string' },
        days: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              date: { type: 'string', format: 'date' },
              visits: { type: 'array', items: ref('Visit') },
            },
            required: ['date', 'visits'],
          },
        },
        total: { type: 'integer' },
      },
      required: ['from', 'to', 'timezone', 'days', 'total'],
    },
  },
  handle: ({ tx, query: asked }) => agenda(tx, asked),
})
