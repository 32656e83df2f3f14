import { z } from 'zod'
import { aiAnswer, evidence } from '#core/ai/answer.ts'
import { OBJECTION_CATEGORIES } from '#features/deal-signals/categories.ts'
import { FACTORS } from '#features/deal-signals/signals.ts'

const ground = z.array(evidence)
const quartiles = z.object({ q1: z.number(), median: z.number(), q3: z.number(), n: z.int() })

/** What one click sends: a call of this API with a body that is ready. */
export const oneClick = z.object({
  method: z.literal('POST'),
  path: z.enum(['/tasks', '/ai/email-draft', '/emails']),
  body: z.record(z.string(), z.unknown()),
})
export type OneClick = z.infer<typeof oneClick>

export const recommendation = z.object({
  key: z.string(),
  action: z.string(),
  reason: z.string(),
  evidence: ground,
  create: oneClick,
})
export type Recommendation = z.infer<typeof recommendation>

export const measured = z
  .object({
    logOdds: z
      .number()
      .meta({ description: 'Effect on winning with all else held equal; below 0 it went with losing' }),
    withIt: z.object({ n: z.int(), won: z.int() }),
    without: z.object({ n: z.int(), won: z.int() }),
    isMeasured: z
      .boolean()
      .meta({ description: "Of the workspace's own deals; otherwise mostly our assumption" }),
  })
  .meta({ description: 'What closed deals show' })

export const risk = z.object({
  key: z.string(),
  factor: z.enum(FACTORS),
  severity: z.enum(['HIGH', 'MEDIUM', 'LOW']),
  text: z.string(),
  effect: measured.nullable(),
  evidence: ground,
})
export type Risk = z.infer<typeof risk>

export const HEALTH_PARTS = [
  'pace',
  'contact',
  'engagement',
  'stakeholders',
  'objections',
  'competition',
  'schedule',
  'nextStep',
] as const
export const healthPart = z.object({
  key: z.enum(HEALTH_PARTS),
  score: z.int().min(0).max(100),
  weight: z.number().meta({
    description:
      'Its share of the health score; all shares are 1. It is 0, and the part not counted, where won deals of the pipeline tell nothing of it',
  }),
  text: z.string(),
  evidence: ground,
})
export type HealthPart = z.infer<typeof healthPart>

const stage = z.object({
  stageId: z.uuid(),
  stageName: z.string(),
  isCurrent: z.boolean(),
  days: z.number().nullable(),
  won: quartiles
    .nullable()
    .meta({ description: 'Days that won deals of the pipeline were in it; null below 10' }),
})

export const coachAnswer = aiAnswer({
  dealId: z.uuid(),
  status: z.enum(['OPEN', 'WON', 'LOST']),
  summary: z.string(),
  healthScore: z.int().min(0).max(100),
  healthParts: z.array(healthPart),
  winProbability: z.number().min(0).max(1),
  winProbabilityBasis: z.object({
    method: z.enum(['empirical', 'learned', 'heuristic', 'closed']),
    coldStart: z.boolean().meta({ description: 'Too few closed deals: partly our own assumption' }),
    low: z.number(),
    high: z.number(),
    n: z.int(),
    text: z.string(),
  }),
  stages: z.array(stage).meta({ description: 'Open stages of the pipeline in order' }),
  silence: z.object({
    days: z.int().meta({ description: 'Since the last two-way contact, or since creation' }),
    lastTwoWayAt: z.string().nullable(),
    triesSince: z.int(),
    usual: quartiles.nullable().meta({ description: 'Longest silence of each won deal, in days' }),
  }),
  stakeholders: z.array(
    z.object({
      contactId: z.uuid(),
      name: z.string(),
      jobTitle: z.string().nullable(),
      isOnDeal: z.boolean(),
      isPrimary: z.boolean(),
      talks: z.int(),
      lastAt: z.string().nullable(),
    }),
  ),
  closeDate: z.object({ expected: z.string().nullable(), daysLate: z.int(), slips: z.int() }),
  objections: z.array(
    z.object({
      category: z.enum(OBJECTION_CATEGORIES),
      raisedAt: z.string(),
      answered: z.boolean(),
      isLogged: z
        .boolean()
        .meta({ description: 'Tagged on the interaction; otherwise read out of its text' }),
      evidence: ground,
    }),
  ),
  competitors: z.array(
    z.object({
      name: z.string(),
      times: z.int(),
      wonAgainst: z.int(),
      lostAgainst: z.int(),
      evidence: ground,
    }),
  ),
  similarDeals: z.array(
    z.object({
      dealId: z.uuid(),
      title: z.string(),
      status: z.enum(['WON', 'LOST']),
      similarity: z.number(),
      basis: z.object({ structure: z.number(), text: z.number().nullable() }).meta({
        description: 'By fields and talks, and by the vectors of their texts where both have one; 0 to 1',
      }),
      alike: z.array(z.string()).meta({ description: 'In what they are alike' }),
      text: z.string(),
      evidence: ground,
    }),
  ),
  risks: z.array(risk).meta({ description: 'The heaviest first' }),
  recommendations: z.array(recommendation),
})
