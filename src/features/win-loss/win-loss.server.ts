import { z } from 'zod'
import { answeringIn } from '#core/ai/language.ts'
import { aiOperation, aiOptions, aiQuery } from '#core/ai/operation.ts'
import { withTitles } from '#core/ai/titles.ts'
import type { Feature } from '#core/feature.ts'
import { type StreamContext, streamOperation } from '#core/http/operation.ts'
import { answerWorded } from '#features/deal-signals/wording.ts'
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
  handle: context =>
    answerWorded(
      context,
      dealWinLossPrompt,
      tx => explainDeal(tx, context.params.dealId),
      (builtin, word) => ({
        keyFactors: builtin.keyFactors.map(one => ({ ...one, text: word(`factor:${one.factor}`, one.text) })),
        recommendations: builtin.recommendations.map(one => ({
          ...one,
          reason: word(`reason:${one.key}`, one.reason),
        })),
      }),
    ),
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
  handle: context =>
    answeringIn(context.request.headers['accept-language'], async () =>
      withTitles(context, await answerForWorkspace(context)),
    ),
})

type Asked = StreamContext<unknown, z.infer<typeof workspaceQuery> & z.infer<typeof aiQuery>, unknown>

function answerForWorkspace({ app, who, query: { fallback, ...asked } }: Asked) {
  return answerWorded(
    { app, who, query: { fallback } },
    workspaceWinLossPrompt,
    tx => explainWorkspace(tx, asked),
    (builtin, word) => ({
      factors: builtin.factors.map(factor => ({
        ...factor,
        signals: factor.signals.map(one => ({ ...one, text: word(`signal:${one.key}`, one.text) })),
      })),
      recommendations: builtin.recommendations.map(one => ({
        ...one,
        reason: word(`reason:${one.key}`, one.reason),
      })),
    }),
  )
}

export default { operations: [dealRoute, workspaceRoute] } satisfies Feature
