import { z } from 'zod'
import { evidenceFrom, unique } from '#core/ai/evidence.ts'
import { aiOperation, answerWith } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { isFaithful, rewordedBy, worded } from '#features/deal-signals/wording.ts'
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
  async handle({ app, who, params, query }) {
    const { builtin, facts, sources } = await app.database.inWorkspace(
      who,
      tx => coachDeal(tx, params.dealId),
      'read',
    )
    const task = { prompt: coachPrompt, schema: worded, facts, sources }
    return answerWith(app, who, query, builtin, task, value => {
      const word = rewordedBy(value, [facts, sources])
      return {
        ...builtin,
        summary: isFaithful(value.summary, JSON.stringify([facts, sources]))
          ? value.summary
          : builtin.summary,
        risks: builtin.risks.map(risk => ({ ...risk, text: word(`risk:${risk.key}`, risk.text) })),
        recommendations: builtin.recommendations.map(one => ({
          ...one,
          reason: word(`reason:${one.key}`, one.reason),
        })),
        evidence: unique([...builtin.evidence, ...evidenceFrom(value.quotes, sources)]),
      }
    })
  },
})

export default { operations: [coachRoute] } satisfies Feature
