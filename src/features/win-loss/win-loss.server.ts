import { z } from 'zod'
import { evidenceFrom, unique } from '#core/ai/evidence.ts'
import { aiOperation, aiOptions, aiQuery, answerWith } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { streamOperation } from '#core/http/operation.ts'
import { isFaithful, rewordedBy, worded } from '#features/deal-signals/wording.ts'
import { dealWinLossPrompt } from './deal.prompt.ts'
import { dealWinLossAnswer, explainDeal } from './deal.ts'
import { workspaceWinLossPrompt } from './workspace.prompt.ts'
import { explainWorkspace, workspaceAnswer, workspaceQuery } from './workspace.ts'

const READS = ['deals', 'activities', 'notes', 'companies']

const dealRoute = aiOperation({
  path: '/ai/win-loss-explainer/:dealId',
  touches: READS,
  summary: 'Explain why a deal was won or lost',
  description:
    'Price, timing, features, competitors, the behaviour of the rep and what else weighed, each with weight and sign, the sentences it rests on and what closed deals show of it. Of an open deal: how it stands so far, with a warning.',
  params: z.strictObject({ dealId: z.uuid('must be the id of a deal') }),
  answers: dealWinLossAnswer,
  async handle({ app, who, params, query }) {
    const { builtin, facts, sources } = await app.database.inWorkspace(
      who,
      tx => explainDeal(tx, params.dealId),
      'read',
    )
    return answerWith(
      app,
      who,
      query,
      builtin,
      { prompt: dealWinLossPrompt, schema: worded, facts, sources },
      value => {
        const word = rewordedBy(value, [facts, sources])
        return {
          ...builtin,
          summary: isFaithful(value.summary, JSON.stringify([facts, sources]))
            ? value.summary
            : builtin.summary,
          keyFactors: builtin.keyFactors.map(one => ({
            ...one,
            text: word(`factor:${one.factor}`, one.text),
          })),
          recommendations: builtin.recommendations.map(one => ({
            ...one,
            reason: word(`reason:${one.key}`, one.reason),
          })),
          evidence: unique([...builtin.evidence, ...evidenceFrom(value.quotes, sources)]),
        }
      },
    )
  },
})

const workspaceRoute = streamOperation({
  ...aiOptions,
  method: 'GET',
  path: '/ai/win-loss',
  touches: READS,
  summary: 'Explain why deals were won and lost in a period',
  description:
    'Over all closed deals of the period that the caller may see: what went with winning and losing, all else held equal; reasons, competitors and objections; by month, and against the days before.',
  query: z.strictObject({ ...workspaceQuery.shape, ...aiQuery.shape }),
  answers: workspaceAnswer,
  async handle({ app, who, query: { fallback, ...asked } }) {
    const { builtin, facts, sources } = await app.database.inWorkspace(
      who,
      tx => explainWorkspace(tx, asked),
      'read',
    )
    return answerWith(
      app,
      who,
      { fallback },
      builtin,
      { prompt: workspaceWinLossPrompt, schema: worded, facts, sources },
      value => {
        const word = rewordedBy(value, [facts, sources])
        return {
          ...builtin,
          summary: isFaithful(value.summary, JSON.stringify([facts, sources]))
            ? value.summary
            : builtin.summary,
          factors: builtin.factors.map(factor => ({
            ...factor,
            signals: factor.signals.map(one => ({ ...one, text: word(`signal:${one.key}`, one.text) })),
          })),
          recommendations: builtin.recommendations.map(one => ({
            ...one,
            reason: word(`reason:${one.key}`, one.reason),
          })),
          evidence: unique([...builtin.evidence, ...evidenceFrom(value.quotes, sources)]),
        }
      },
    )
  },
})

export default { operations: [dealRoute, workspaceRoute] } satisfies Feature
