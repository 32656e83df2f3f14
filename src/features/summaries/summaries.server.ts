import { evidenceFrom, unique } from '#core/ai/evidence.ts'
import { aiOperation, answerWith } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { isFaithful, rewordedBy, worded } from '#features/deal-signals/wording.ts'
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
  async handle({ app, who, body, query }) {
    const { builtin, facts, sources } = await app.database.inWorkspace(who, tx => summarize(tx, body), 'read')
    return answerWith(
      app,
      who,
      query,
      builtin,
      { prompt: summaryPrompt, schema: worded, facts, sources },
      value => {
        const word = rewordedBy(value, [facts, sources])
        return {
          ...builtin,
          summary: isFaithful(value.summary, JSON.stringify([facts, sources]))
            ? value.summary
            : builtin.summary,
          points: builtin.points.map((one, i) => ({ ...one, text: word(`point:${i}`, one.text) })),
          openPoints: builtin.openPoints.map(one => ({ ...one, text: word(`open:${one.key}`, one.text) })),
          evidence: unique([...builtin.evidence, ...evidenceFrom(value.quotes, sources)]),
        }
      },
    )
  },
})

export default { operations: [summaryRoute] } satisfies Feature
