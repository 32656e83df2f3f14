import { aiOperation } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { answerWorded } from '#features/deal-signals/wording.ts'
import { insightsPrompt } from './insights.prompt.ts'
import { insightsAnswer, insightsBody, insightsOf } from './insights.ts'

const insightsRoute = aiOperation({
  path: '/ai/insights',
  touches: ['deals', 'contacts', 'companies', 'leads', 'activities', 'notes'],
  summary: 'What is worth knowing in notes and activities',
  description:
    'Of the deal, contact, company or lead that the body names: objections, competitors, commitments, dates, money, people, steps, tone. Without a record: what has changed in the workspace, what decides deals and what is neglected.',
  body: insightsBody,
  answers: insightsAnswer,
  handle: context =>
    answerWorded(
      context,
      insightsPrompt,
      tx => insightsOf(tx, context.body),
      (builtin, word) => ({
        insights: builtin.insights.map(one => ({ ...one, text: word(one.key, one.text) })),
      }),
    ),
})

export default { operations: [insightsRoute] } satisfies Feature
