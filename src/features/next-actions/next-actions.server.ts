import { evidenceFrom, unique } from '#core/ai/evidence.ts'
import { aiOperation, answerWith } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { isFaithful, rewordedBy, worded } from '#features/deal-signals/wording.ts'
import { actionsAnswer, actionsBody, nextActions } from './actions.ts'
import { nextActionsPrompt } from './next-actions.prompt.ts'

const actionsRoute = aiOperation({
  path: '/ai/next-actions',
  touches: ['deals', 'activities', 'notes', 'tasks', 'leads', 'contacts'],
  summary: 'What to do next, across all my deals, tasks and leads',
  description:
    'Ranked by what is at stake: messages that wait for an answer, deals that lose their chance to something that can be mended, tasks that are due, leads that nobody has contacted. An owner or admin without deals of their own is told of the team.',
  body: actionsBody,
  answers: actionsAnswer,
  async handle({ app, who, body, query }) {
    const { builtin, facts, sources } = await app.database.inWorkspace(
      who,
      tx => nextActions(tx, body),
      'read',
    )
    return answerWith(
      app,
      who,
      query,
      builtin,
      { prompt: nextActionsPrompt, schema: worded, facts, sources },
      value => {
        const word = rewordedBy(value, [facts, sources])
        return {
          ...builtin,
          summary: isFaithful(value.summary, JSON.stringify([facts, sources]))
            ? value.summary
            : builtin.summary,
          actions: builtin.actions.map(one => ({ ...one, reason: word(one.key, one.reason) })),
          evidence: unique([...builtin.evidence, ...evidenceFrom(value.quotes, sources)]),
        }
      },
    )
  },
})

export default { operations: [actionsRoute] } satisfies Feature
