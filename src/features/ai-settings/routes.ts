import { z } from 'zod'
import { PROVIDERS } from '#core/ai/answer.ts'
import { pricesSchema } from '#core/ai/config.ts'
import type { ModelSettings } from '#core/ai/model-settings.ts'
import { systemIn } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { type Operation, operation, streamOperation } from '#core/http/operation.ts'
import { tryModels } from './connection.ts'
import {
  change,
  changed,
  checkBaseUrl,
  keysOf,
  merged,
  modelsIn,
  readStored,
  shownSettings,
  tested,
} from './settings.ts'
import { costOf, keepUsage, spentIn, thisMonth, usageReport } from './usage.ts'
import { budgetOf } from './workspace-ai.ts'

const common = { tag: 'ai', access: 'ADMIN' } as const
const text = z.string().nullable()

const settingsAnswer = z.object({
  provider: z.enum(PROVIDERS).nullable().meta({ description: "Null for the installation's" }),
  model: text,
  embeddingModel: text,
  baseUrl: text,
  region: text,
  hasKey: z.boolean(),
  keyHint: text.meta({ description: 'The last four characters of the key' }),
  monthlyTokens: z.number().nullable(),
  monthlyCost: z.number().nullable(),
  prices: pricesSchema,
  updatedAt: z.iso.datetime().nullable(),
  effective: z
    .object({
      provider: z.enum(PROVIDERS),
      model: text,
      embeddingModel: text,
      source: z.enum(['installation', 'workspace']),
    })
    .meta({ description: 'Who answers now' }),
})
const tried = z.object({
  isOk: z.boolean(),
  error: text,
  fault: text.meta({ description: 'Such as `rejected`, `timeout`, `limit`' }),
  durationMs: z.int(),
})
const sums = {
  calls: z.int(),
  failures: z.int(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cost: z.number().nullable().meta({ description: 'US dollars; null where no call had a price' }),
  callsWithoutPrice: z.int(),
}
const usageAnswer = z.object({
  month: z.string(),
  used: z.object({ tokens: z.number(), cost: z.number() }),
  budget: z.object({ tokens: z.number().nullable(), cost: z.number().nullable() }),
  tasks: z.array(z.object({ task: z.string(), provider: z.string(), model: z.string(), ...sums })),
  days: z.array(z.object({ day: z.iso.date(), ...sums })),
})

const EXAMPLE = {
  provider: 'openai',
  model: 'gpt-5',
  embeddingModel: null,
  baseUrl: null,
  region: null,
  hasKey: true,
  keyHint: 'x4Q9',
  monthlyTokens: 2_000_000,
  monthlyCost: 25,
  prices: { 'gpt-5': { input: 1.25, output: 10 } },
  updatedAt: '2026-01-31T09:00:00.000Z',
  effective: { provider: 'openai', model: 'gpt-5', embeddingModel: null, source: 'workspace' },
}
const TRIED = { isOk: true, error: null, fault: null, durationMs: 812 }
const SUMS = {
  calls: 40,
  failures: 1,
  inputTokens: 81_000,
  outputTokens: 9200,
  cost: 0.19,
  callsWithoutPrice: 0,
}

/** The models of a draft over what is kept. @throws Refusal 400 */
async function draftOf(app: App, workspaceId: string, draft: z.infer<typeof tested>) {
  const stored = await app.database.inWorkspace(systemIn(workspaceId), tx => readStored(tx), 'read')
  const { after, keys } = merged(stored, keysOf(app, workspaceId, stored), draft)
  const models = modelsIn(app, after, keys)
  if (!models) throw invalid({ path: 'provider', message: 'is builtin, which needs no connection' })
  const prices = { ...app.config.ai.prices, ...after.prices }
  return { models, prices, isInstallations: after.provider === null }
}

/** Keeps what a test has used, since somebody pays for it. */
function accountOf(
  app: App,
  who: { workspaceId: string; userId: string | null },
  {
    models,
    prices,
    isInstallations,
  }: { models: ModelSettings; prices: z.infer<typeof pricesSchema>; isInstallations: boolean },
) {
  return (task: string, model: string) => (used: Parameters<typeof costOf>[2]) => {
    const call = { userId: who.userId, task, promptVersion: null, settings: models, model, isInstallations }
    return app.database.inWorkspace(systemIn(who.workspaceId), tx =>
      keepUsage(tx, call, used, costOf(prices, model, used)),
    )
  }
}

export const aiSettingsOperations: Operation[] = [
  operation({
    ...common,
    method: 'GET',
    path: '/ai/settings',
    summary: 'Which model answers in this workspace; without its key',
    answers: settingsAnswer,
    document: { answerExample: EXAMPLE },
    handle: async ({ app, tx }) => shownSettings(app, await readStored(tx)),
  }),
  ...(['PATCH', 'PUT'] as const).map(method =>
    operation({
      ...common,
      method,
      path: '/ai/settings',
      summary: `Set the model of this workspace, its key and its budget${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
      description:
        'Keys are kept sealed and never shown again. Where the provider, its address or region change, the key must be given again. Where the budget of a month is used up, AI routes answer 503 AI_UNAVAILABLE, or the builtin answer where `fallback=builtin` asks for it.',
      body: changed,
      answers: settingsAnswer,
      document: {
        example: { provider: 'openai', model: 'gpt-5', apiKey: '…', monthlyTokens: 2_000_000 },
        answerExample: EXAMPLE,
      },
      before: ({ app, body }) => checkBaseUrl(app, body.baseUrl),
      handle: async ({ app, tx, body }) => shownSettings(app, await change(app, tx, body)),
    }),
  ),
  streamOperation({
    ...common,
    method: 'POST',
    path: '/ai/settings/test',
    rate: 'ai',
    unkeyed: true,
    summary: 'Try whether a model answers, with the settings that are kept or with a draft over them',
    body: tested,
    answers: z.object({ answer: tried, embedding: tried.nullable() }),
    document: { example: {}, answerExample: { answer: TRIED, embedding: null } },
    before: ({ app, body }) => checkBaseUrl(app, body.baseUrl),
    async handle({ app, who, body }) {
      const draft = await draftOf(app, who.workspaceId, body)
      return tryModels(app, draft.models, draft.isInstallations, accountOf(app, who, draft))
    },
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/ai/usage',
    summary: 'Calls, tokens and cost of a month (UTC), by task and by day',
    query: z.strictObject({
      month: z
        .string()
        .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-01')
        .optional()
        .meta({ description: 'The current one by default; 13 are kept' }),
    }),
    answers: usageAnswer,
    document: {
      answerExample: {
        month: '2026-01',
        used: { tokens: 90_200, cost: 0.19 },
        budget: { tokens: 2_000_000, cost: 25 },
        tasks: [{ task: 'deal-coach', provider: 'openai', model: 'gpt-5', ...SUMS }],
        days: [{ day: '2026-01-31', ...SUMS }],
      },
    },
    async handle({ app, tx, query }) {
      const month = query.month ?? thisMonth()
      const [stored, used, report] = await Promise.all([
        readStored(tx),
        spentIn(tx, month),
        usageReport(tx, month),
      ])
      const { tokens = null, cost = null } = budgetOf(app, stored)
      return { month, used, budget: { tokens, cost }, ...report }
    },
  }),
]
