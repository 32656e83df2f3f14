import { evidenceFrom, unique } from '#core/ai/evidence.ts'
import { aiOperation, answerWith } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { isFaithful, rewordedBy, worded } from '#features/deal-signals/wording.ts'
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
  async handle({ app, who, body, query }) {
    const { builtin, facts, sources } = await app.database.inWorkspace(
      who,
      tx => insightsOf(tx, body),
      'read',
    )
    return answerWith(
      app,
      who,
      query,
      builtin,
      { prompt: insightsPrompt, schema: worded, facts, sources },
      value => {
        const word = rewordedBy(value, [facts, sources])
        return {
          ...builtin,
          summary: isFaithful(value.summary, JSON.stringify([facts, sources]))
            ? value.summary
            : builtin.summary,
          insights: builtin.insights.map(one => ({ ...one, text: word(one.key, one.text) })),
          evidence: unique([...builtin.evidence, ...evidenceFrom(value.quotes, sources)]),
        }
      },
    )
  },
})

export default { operations: [insightsRoute] } satisfies Feature
