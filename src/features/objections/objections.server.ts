import { z } from 'zod'
import { evidenceFrom, quote, unique } from '#core/ai/evidence.ts'
import { aiOperation, answerWith } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { isFaithful } from '#features/deal-signals/wording.ts'
import { handleObjection, handlerAnswer, handlerBody } from './handle.ts'
import { objectionPrompt } from './objections.prompt.ts'

const said = z.object({
  responses: z.array(z.string().max(800)).max(4).describe('Answers that can be said as they are'),
  followUpQuestions: z.array(z.string().max(300)).max(4),
  quotes: z.array(quote).max(20),
})

const handlerRoute = aiOperation({
  path: '/ai/objection-handler',
  touches: ['deals', 'activities', 'notes'],
  summary: 'Answer an objection, by what worked in deals that were won',
  description:
    'Names the kind of objection, gives answers drawn from won deals of this workspace with the words that were used there, general ones after them, and questions to ask next.',
  body: handlerBody,
  answers: handlerAnswer,
  document: { example: { objection: 'Your quote is 20% above what we had budgeted.' } },
  async handle({ app, who, body, query }) {
    const { builtin, facts, sources } = await app.database.inWorkspace(
      who,
      tx => handleObjection(tx, body),
      'read',
    )
    return answerWith(
      app,
      who,
      query,
      builtin,
      { prompt: objectionPrompt, schema: said, facts, sources },
      value => {
        const known = JSON.stringify([facts, sources])
        const grounds = evidenceFrom(value.quotes, sources)
        const worded = value.responses
          .filter(text => text.trim() && isFaithful(text, known))
          .map(text => ({ text, source: 'model' as const, deal: null, evidence: grounds }))
        const questions = value.followUpQuestions.filter(text => text.trim() && isFaithful(text, known))
        return {
          ...builtin,
          responses: [
            ...worded,
            ...builtin.responses.filter(({ source }) => source === 'won_deal' || !worded.length),
          ],
          followUpQuestions: questions.length ? questions : builtin.followUpQuestions,
          evidence: unique([...builtin.evidence, ...grounds]),
        }
      },
    )
  },
})

export default { operations: [handlerRoute] } satisfies Feature
