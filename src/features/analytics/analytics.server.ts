import type { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { campaignRoi, campaignRoiAnswer, campaignRoiQuery } from './campaign-roi.ts'
import { forecast, forecastAnswer, forecastQuery } from './forecast.ts'
import { funnel, funnelAnswer, funnelQuery } from './funnel.ts'
import {
  activity,
  activityAnswer,
  activityQuery,
  leaderboard,
  leaderboardAnswer,
  leaderboardQuery,
  leadSources,
  sourcesAnswer,
  sourcesQuery,
} from './people.ts'
import { velocity, velocityAnswer, velocityQuery, winRate, winRateAnswer, winRateQuery } from './wins.ts'

function analysis<Q>(
  path: string,
  summary: string,
  query: z.ZodType<Q>,
  answers: z.ZodType,
  work: (tx: Tx, query: Q) => unknown,
) {
  return operation({
    method: 'GET',
    path: `/analytics/${path}`,
    tag: 'analytics',
    summary,
    description: 'Of what the caller may see.',
    query,
    answers,
    handle: ({ tx, query: asked }) => work(tx, asked),
  })
}

export default {
  operations: [
    analysis(
      'win-rate',
      'Won by closed deals, by owner, source, size or reason',
      winRateQuery,
      winRateAnswer,
      winRate,
    ),
    analysis(
      'velocity',
      'What the pipeline yields a day, and its four factors',
      velocityQuery,
      velocityAnswer,
      velocity,
    ),
    analysis(
      'forecast',
      'Open deals by the month of their expected close',
      forecastQuery,
      forecastAnswer,
      forecast,
    ),
    analysis('funnel', 'How many deals came how far, stage by stage', funnelQuery, funnelAnswer, funnel),
    analysis('activity', 'Interactions by type, member and time', activityQuery, activityAnswer, activity),
    analysis('leaderboard', 'Members by what they won', leaderboardQuery, leaderboardAnswer, leaderboard),
    analysis(
      'campaign-roi',
      'What campaigns cost and what came of them',
      campaignRoiQuery,
      campaignRoiAnswer,
      campaignRoi,
    ),
    analysis(
      'lead-sources',
      'Where leads came from and what became of them',
      sourcesQuery,
      sourcesAnswer,
      leadSources,
    ),
  ],
} satisfies Feature
