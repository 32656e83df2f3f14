import { z } from 'zod'
import { evidenceFrom, quote, unique } from '#core/ai/evidence.ts'
import { aiOperation, answerWith } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { isFaithful } from '#features/deal-signals/wording.ts'
import { personaAnswer, personaOf } from './build.ts'
import { personaPrompt } from './persona.prompt.ts'

const said = z.object({
  title: z.string().max(120),
  summary: z.string().max(1200),
  approach: z.array(z.string().max(300)).max(6),
  quotes: z.array(quote).max(20),
})

const personaRoute = aiOperation({
  path: '/ai/persona-builder/:contactId',
  touches: ['contacts', 'activities', 'notes', 'deals'],
  summary: 'Build the persona of a contact: style, motivators and how they decide',
  description:
    'From the mails, calls, meetings and notes of the contact that the caller may see; each claim with the sentences it was read out of.',
  params: z.strictObject({ contactId: z.uuid('must be the id of a contact') }),
  answers: personaAnswer,
  async handle({ app, who, params, query }) {
    const { builtin, facts, sources } = await app.database.inWorkspace(
      who,
      tx => personaOf(tx, params.contactId),
      'read',
    )
    return answerWith(
      app,
      who,
      query,
      builtin,
      { prompt: personaPrompt, schema: said, facts, sources },
      value => {
        const known = JSON.stringify([facts, sources])
        const pick = (text: string, otherwise: string) =>
          text.trim() && isFaithful(text, known) ? text : otherwise
        const approach = value.approach.filter(text => text.trim() && isFaithful(text, known))
        return {
          ...builtin,
          persona: {
            title: pick(value.title, builtin.persona.title),
            summary: pick(value.summary, builtin.persona.summary),
          },
          approach: approach.length ? approach : builtin.approach,
          evidence: unique([...builtin.evidence, ...evidenceFrom(value.quotes, sources)]),
        }
      },
    )
  },
})

export default { operations: [personaRoute] } satisfies Feature
