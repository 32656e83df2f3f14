import { aiOperation } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { answerWorded } from '#features/deal-signals/wording.ts'
import { summaryPrompt } from './summaries.prompt.ts'
import { summarize, summaryAnswer, summaryBody } from './summarize.ts'

const summaryRoute = aiOperation({
  path: '/ai/summarize',
  touches: ['deals', 'contacts', 'companies', 'leads', 'activities', 'notes', 'tasks'],
  summary: "Summarise a record's history",
  description:
    'Of the deal, contact, company or lead that the body names: what happened, with the sentences, and what is still open.',
  body: summaryBody,
  answers: summaryAnswer,
  document: { example: { dealId: '0198c0de-0000-7000-8000-000000000001' } },
  handle: context =>
    answerWorded(
      context,
      summaryPrompt,
      tx => summarize(tx, context.body),
      (builtin, word) => ({
        points: builtin.points.map((one, i) => ({ ...one, text: word(`point:${i}`, one.text) })),
        openPoints: builtin.openPoints.map(one => ({ ...one, text: word(`open:${one.key}`, one.text) })),
      }),
    ),
})

export default { operations: [summaryRoute] } satisfies Feature
