import { z } from 'zod'
import { aiOperation } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { answerWorded } from '#features/deal-signals/wording.ts'
import { coachPrompt } from './coach.prompt.ts'
import { coachDeal } from './coach.ts'
import { coachAnswer } from './shapes.ts'

const coachRoute = aiOperation({
  path: '/ai/deal-coach/:dealId',
  touches: ['deals', 'activities', 'notes', 'contacts', 'tasks'],
  summary: 'Coach a deal: its health, its chance, what speaks against it and what to do next',
  description:
    "From this workspace's records alone, as far as the caller may see them: time in each stage against won deals, silence, people, dates, objections and competitors with the sentence, similar past deals. Each risk says what closed deals show of it; each recommendation carries the call that one click sends.",
  params: z.strictObject({ dealId: z.uuid('must be the id of a deal') }),
  answers: coachAnswer,
  handle: context =>
    answerWorded(
      context,
      coachPrompt,
      tx => coachDeal(tx, context.params.dealId),
      (builtin, word) => ({
        risks: builtin.risks.map(risk => ({ ...risk, text: word(`risk:${risk.key}`, risk.text) })),
        recommendations: builtin.recommendations.map(one => ({
          ...one,
          reason: word(`reason:${one.key}`, one.reason),
        })),
      }),
    ),
})

export default { operations: [coachRoute] } satisfies Feature
