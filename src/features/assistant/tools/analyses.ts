import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import type { Hands } from '../hands.ts'
import { readingTool } from './tool.ts'

/** What the pages of analyses show, each by a route of its own. */
const ANALYSES = [
  'forecast',
  'win-rate',
  'velocity',
  'funnel',
  'activity',
  'leaderboard',
  'lead-sources',
  'campaign-roi',
] as const
const routeOf = (analysis: string) => `GET /analytics/${analysis}`

/** The figures of the pages of analyses: what no count of one record type tells. */
export const analysisTool = () =>
  readingTool({
    name: 'analyse',
    title: 'Analyse sales',
    description:
      'Figures over a period: forecast (weighted by probability, by month), win-rate (by owner, source, size or reason), velocity, funnel (how many deals reached each stage, and where they were lost), activity (by member and type), leaderboard (members by what they won), lead-sources (conversion of leads by source), campaign-roi. Twelve months where no period is given.',
    input: z.strictObject({
      analysis: z.enum(ANALYSES),
      dateFrom: z
        .string()
        .max(40)
        .optional()
        .meta({ description: 'YYYY-MM-DD, or relative such as -30d; not of forecast' }),
      dateTo: z.string().max(40).optional(),
      ownerId: z.uuid('must be the id of a member').optional(),
      pipelineId: z.uuid('must be the id of a pipeline').optional(),
      months: z
        .int()
        .min(1)
        .max(24)
        .optional()
        .meta({ description: 'Of forecast: how many, the current one first' }),
      by: z
        .string()
        .max(20)
        .optional()
        .meta({ description: 'Of win-rate: owner, source, size, reason; of activity: day, week, month' }),
    }),
    output: z.looseObject({}),
    isFor: hands => ANALYSES.some(one => hands.can(routeOf(one))),
    run: async (hands: Hands, { analysis, ...query }) => ({
      data: await hands.call<Row>(routeOf(analysis), { query: given(query) }),
      records: [],
    }),
  })

const given = (query: Record<string, string | number | undefined>) =>
  Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  )
