import { aiOperation } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { answerWorded } from '#features/deal-signals/wording.ts'
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
  handle: context =>
    answerWorded(
      context,
      nextActionsPrompt,
      tx => nextActions(tx, context.body),
      (builtin, word) => ({
        actions: builtin.actions.map(one => ({ ...one, reason: word(one.key, one.reason) })),
      }),
    ),
})

export default { operations: [actionsRoute] } satisfies Feature
