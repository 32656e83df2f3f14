import { z } from 'zod'
import { aiAnswer } from '#core/ai/answer.ts'
import { evidenceFrom, quote } from '#core/ai/evidence.ts'
import { aiOperation, answerWith } from '#core/ai/operation.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { NIL_ID } from '#core/ids.ts'
import { pageOf } from '#core/record/json-schema.ts'
import { idParams } from '#core/record/routes.ts'
import { findingWalls } from './findings.table.ts'
import { decide, findingFollower, findingsOf, readOut } from './findings.ts'
import { readingOf } from './read.ts'
import { sentimentPrompt } from './sentiment.prompt.ts'

export { findingTable } from './findings.table.ts'

const judged = z.object({
  score: z.number().min(-1).max(1).describe('From -1, bad, to 1, good'),
  quotes: z.array(quote).max(10),
})

const labels = ['positive', 'neutral', 'negative'] as const
const labelOf = (score: number): (typeof labels)[number] =>
  score >= 0.15 ? 'positive' : score <= -0.15 ? 'negative' : 'neutral'

const sentiment = aiOperation({
  path: '/ai/sentiment',
  summary: 'Tell the mood of a text',
  description:
    'Without a model by a lexicon of English and German words with negation, emphasis and contrast. Interactions get the same reading as they are saved.',
  body: z.strictObject({ text: z.string().trim().min(1).max(50_000) }),
  answers: aiAnswer({
    score: z.number().min(-1).max(1).meta({ description: 'From -1, bad, to 1, good' }),
    label: z.enum(labels),
    sentences: z
      .array(z.object({ sentence: z.string(), start: z.int(), end: z.int(), score: z.number() }))
      .meta({ description: 'Those that have a mood, with their places in the text' }),
  }),
  document: { example: { text: 'They like the scanners but find them far too expensive.' } },
  async handle({ app, who, query, body: { text } }) {
    const reading = readingOf(text)
    const isThin = reading.sentences.length === 0
    const builtin = {
      ...reading,
      evidence: [],
      confidence: isThin ? 0.2 : Math.min(0.9, 0.5 + Math.abs(reading.score) / 2),
      warnings: isThin
        ? [{ code: 'NO_MOOD_FOUND', message: 'No word of the text has a mood that is known' }]
        : [],
    }
    // The text is no record: its sentences are the ground, not evidence with an id.
    const source = { recordType: 'text', recordId: NIL_ID, field: 'text', text }
    return answerWith(
      app,
      who,
      query,
      builtin,
      { prompt: sentimentPrompt, schema: judged, sources: [source] },
      ({ score, quotes }) => ({
        ...builtin,
        score,
        label: labelOf(score),
        sentences: evidenceFrom(quotes, [source]).map(({ sentence, start = 0, end = 0 }) => ({
          sentence,
          start,
          end,
          score: readingOf(sentence).score,
        })),
        confidence: 0.8,
        warnings: [],
      }),
    )
  },
})

const findingSchema = {
  type: 'object',
  description: 'What was read out of an interaction, with the sentence that says it',
  properties: {
    id: { type: 'string', format: 'uuid' },
    interactionId: { type: 'string', format: 'uuid' },
    kind: { type: 'string', enum: ['OBJECTION', 'COMPETITOR', 'NEXT_STEP'] },
    value: {
      type: 'string',
      description:
        'The category (price, timing, authority, need, trust, competitor, product, contract), the name, or the step',
    },
    confidence: { type: 'number', description: 'Rises and falls with what is accepted in this workspace' },
    status: { type: 'string', enum: ['PROPOSED', 'ACCEPTED', 'REJECTED'] },
    decidedById: { type: ['string', 'null'], format: 'uuid' },
    decidedAt: { type: ['string', 'null'], format: 'date-time' },
    createdAt: { type: 'string', format: 'date-time' },
    evidence: {
      type: 'object',
      properties: {
        recordType: { type: 'string' },
        recordId: { type: 'string', format: 'uuid' },
        field: { type: 'string' },
        sentence: { type: 'string' },
        start: { type: 'integer' },
        end: { type: 'integer' },
      },
      required: ['recordType', 'recordId', 'field', 'sentence', 'start', 'end'],
    },
  },
  required: ['id', 'interactionId', 'kind', 'value', 'confidence', 'status', 'evidence'],
}

const page = (rows: unknown[]) => ({ rows, total: rows.length, nextCursor: null })
const findingParams = z.strictObject({
  id: z.uuid('must be an id'),
  findingId: z.uuid('must be an id'),
})

const decision = (verb: 'accept' | 'reject') =>
  operation({
    method: 'POST',
    path: `/activities/:id/findings/:findingId/${verb}`,
    tag: 'activities',
    status: 200,
    summary:
      verb === 'accept'
        ? 'Take what was read out of an interaction over into it'
        : 'Say that something was read out of an interaction wrongly',
    description:
      'Either may be changed into the other; what was taken over stays until the interaction is edited.',
    params: findingParams,
    document: { answer: findingSchema },
    handle: ({ tx, params: { id, findingId } }) =>
      decide(tx, id, findingId, verb === 'accept' ? 'ACCEPTED' : 'REJECTED'),
  })

export default {
  operations: [
    sentiment,
    operation({
      method: 'GET',
      path: '/activities/:id/findings',
      tag: 'activities',
      summary: 'List objections, competitors and next steps that were read out of an interaction',
      description: 'Read in the background as it is saved; they are proposals until somebody accepts them.',
      params: idParams,
      document: { answer: pageOf(findingSchema) },
      handle: async ({ tx, params: { id } }) => page(await findingsOf(tx, id)),
    }),
    operation({
      method: 'POST',
      path: '/activities/:id/findings',
      tag: 'activities',
      status: 200,
      summary: 'Read an interaction anew, such as an imported one',
      params: idParams,
      document: { answer: pageOf(findingSchema) },
      async handle({ tx, params: { id } }) {
        await findingsOf(tx, id)
        await readOut(tx, tx.who.workspaceId, [id])
        return page(await findingsOf(tx, id))
      },
    }),
    decision('accept'),
    decision('reject'),
  ],
  followers: [findingFollower],
  walls: [findingWalls],
} satisfies Feature
