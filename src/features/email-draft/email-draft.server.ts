import { z } from 'zod'
import { evidenceFrom, quote, unique } from '#core/ai/evidence.ts'
import { aiOperation, answerWith } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { isFaithful } from '#features/deal-signals/wording.ts'
import { draftAnswer, draftBody, draftMail } from './draft.ts'
import { draftPrompt } from './email-draft.prompt.ts'

const written = z.object({
  subject: z.string().max(200),
  body: z.string().max(4000),
  quotes: z.array(quote).max(10),
})

const draftRoute = aiOperation({
  path: '/ai/email-draft',
  touches: ['deals', 'contacts', 'leads', 'activities', 'notes', 'emails'],
  summary: 'Draft a mail to a contact, a lead or the people of a deal',
  description:
    'From what was said last, what they object to and what worked elsewhere; `purpose` in your own words. Nothing is sent: `create` is the call that would.',
  body: draftBody,
  answers: draftAnswer,
  document: {
    example: { dealId: '0198c0de-0000-7000-8000-000000000001', purpose: 'follow up', tone: 'friendly' },
  },
  async handle({ app, who, body, query }) {
    const { builtin, facts, sources } = await app.database.inWorkspace(who, tx => draftMail(tx, body), 'read')
    return answerWith(
      app,
      who,
      query,
      builtin,
      { prompt: draftPrompt, schema: written, facts, sources },
      value => {
        const known = JSON.stringify([facts, sources])
        const isGood =
          value.subject.trim() && value.body.trim() && isFaithful(`${value.subject}\n${value.body}`, known)
        if (!isGood)
          return {
            ...builtin,
            warnings: [
              ...builtin.warnings,
              {
                code: 'DRAFT_REJECTED',
                message:
                  'The model named numbers or addresses that are not on record; this is the builtin draft',
              },
            ],
          }
        const subject = value.subject.replaceAll('{{', '{ {').replaceAll('{%', '{ %')
        const text = value.body.replaceAll('{{', '{ {').replaceAll('{%', '{ %')
        const create = builtin.create && {
          ...builtin.create,
          body: { ...builtin.create.body, subject, body: text },
        }
        return {
          ...builtin,
          subject,
          body: text,
          create,
          evidence: unique([...builtin.evidence, ...evidenceFrom(value.quotes, sources)]),
        }
      },
    )
  },
})

export default { operations: [draftRoute] } satisfies Feature
