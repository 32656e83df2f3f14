import { z } from 'zod'
import { evidence, PROVIDERS, warning } from '#core/ai/answer.ts'
import { speakingIn } from '#core/ai/language.ts'
import { aiOptions, aiQuery } from '#core/ai/operation.ts'
import { AiUnavailable } from '#core/ai/provider.ts'
import { invalid } from '#core/errors.ts'
import { Answer, type Operation, streamOperation } from '#core/http/operation.ts'
import type { Actor } from '#core/http/perform.ts'
import { answering, type Opened, opened, withdrawn } from './answering.ts'
import { CONTENT_AT_MOST } from './conversations.ts'
import { proposalShape } from './proposals.ts'
import { Chunks, DONE, eventOf, STREAM_HEADERS, streamOf } from './stream.ts'

const MESSAGES_AT_MOST = 100

const parts = z
  .array(z.looseObject({ type: z.string(), text: z.string().max(CONTENT_AT_MOST).optional() }))
  .max(200)
const message = z
  .looseObject({
    role: z.enum(['user', 'assistant']),
    content: z.string().max(CONTENT_AT_MOST).optional(),
    parts: parts.optional().meta({ description: 'As the AI SDK sends it; texts alone are read' }),
  })
  .transform(({ role, content, parts: given }) => ({
    role,
    content: (
      content ?? (given ?? []).flatMap(({ type, text }) => (type === 'text' && text ? [text] : [])).join('\n')
    ).trim(),
  }))

const body = z.strictObject({
  messages: z.array(message).min(1).max(MESSAGES_AT_MOST).meta({
    description:
      'What was said, the last by the user. With conversationId the last one alone is read: the rest is known',
  }),
  conversationId: z.uuid('must be the id of a conversation').optional(),
  stream: z
    .boolean()
    .optional()
    .meta({ description: 'false for JSON, as `Accept: application/json` asks for it' }),
  id: z.string().max(200).optional().meta({ description: 'Sent by clients of the AI SDK; not read' }),
  trigger: z.string().max(60).optional().meta({ description: 'Sent by clients of the AI SDK; not read' }),
  messageId: z.string().max(200).nullish().meta({ description: 'Sent by clients of the AI SDK; not read' }),
})

const reference = z.object({ recordType: z.string(), recordId: z.uuid(), title: z.string() })
const answer = z.object({
  conversationId: z.uuid(),
  message: z.object({
    id: z.uuid(),
    role: z.literal('assistant'),
    content: z.string().meta({ description: 'Markdown; records are linked by their path and id' }),
    createdAt: z.iso.datetime(),
  }),
  proposals: z.array(proposalShape).meta({ description: 'Writes that wait for a confirmation' }),
  records: z.array(reference).meta({ description: 'The records of which the answer speaks' }),
  evidence: z.array(evidence),
  confidence: z.number().min(0).max(1).meta({
    description:
      '1 where it was computed from records by rules, 0.5 where a part was not understood or a model worded it, 0 where nothing was understood',
  }),
  warnings: z.array(warning),
  provider: z.enum(PROVIDERS),
  model: z.string(),
  generatedAt: z.iso.datetime(),
})

const EXAMPLE = {
  conversationId: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a70',
  message: {
    id: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a72',
    role: 'assistant',
    content: 'There are **3 deals** (yours, open, amount over 50,000), worth EUR 214,000 in all.',
    createdAt: '2026-01-31T09:30:00.000Z',
  },
  proposals: [],
  records: [],
  evidence: [],
  confidence: 1,
  warnings: [],
  provider: 'builtin',
  model: 'builtin',
  generatedAt: '2026-01-31T09:30:00.000Z',
}

/** JSON where the caller says so; a stream otherwise. */
function wantsJson(accept: string | undefined, stream: boolean | undefined): boolean {
  if (stream !== undefined) return !stream
  const types = (accept ?? '').toLowerCase()
  return types.includes('application/json') && !types.includes('text/event-stream')
}

const chatRoute = streamOperation({
  ...aiOptions,
  method: 'POST',
  path: '/ai/chat',
  summary: 'Ask the assistant: it finds, counts, summarises, exports, and proposes what to create or change',
  description:
    'Answers as server-sent events in the UI message stream of the AI SDK (v1), with `data-conversation`, `data-proposal`, `data-records` and `data-question` beside its own; as JSON where `Accept: application/json` asks for it. Tools act with your own rights. What would change something becomes a proposal, done by POST /ai/proposals/{id}/confirm or by answering yes. Without a model it understands plain commands in English and German.',
  query: aiQuery,
  body,
  answers: answer,
  document: {
    example: { messages: [{ role: 'user', content: 'How many open deals do I have over 50k?' }] },
    answerExample: EXAMPLE,
  },
  async handle({ query, body: given, ...actor }) {
    const { headers } = actor.request
    const last = given.messages.at(-1)!
    if (last.role !== 'user')
      throw invalid({
        path: `messages.${given.messages.length - 1}.role`,
        message: 'must be user in the last message',
      })
    if (!last.content)
      throw invalid({ path: `messages.${given.messages.length - 1}.content`, message: 'must not be empty' })
    const gone = new AbortController()
    const started = await opened(actor, given.messages, given.conversationId)
    const parts = answering(actor, started, gone.signal, query.fallback === 'builtin')
    const run = speakingIn(headers['accept-language'], parts)
    // What fails before there is anything to say is an answer of its own, with its status.
    const first = await run.next().catch(error => withdrawn(actor, started, error))
    if (wantsJson(headers.accept, given.stream)) return await asJson(run, first)
    return new Answer(
      streamOf(eventsOf(actor, started, run, first), () => gone.abort()),
      { headers: STREAM_HEADERS },
    )
  },
})

type Run = ReturnType<typeof answering>
type First = Awaited<ReturnType<Run['next']>>

async function asJson(run: Run, first: First) {
  let step = first
  while (!step.done) step = await run.next()
  return step.value
}

async function* eventsOf(
  actor: Actor,
  { conversation }: Opened,
  run: Run,
  first: First,
): AsyncGenerator<string> {
  const chunks = new Chunks()
  yield eventOf({ type: 'start' })
  yield eventOf({ type: 'data-conversation', data: conversation })
  try {
    let step = first
    for (; !step.done; step = await run.next()) yield chunks.of(step.value).map(eventOf).join('')
    const { message: _, proposals: __, ...metadata } = step.value
    yield chunks.end().map(eventOf).join('')
    yield eventOf({ type: 'finish', messageMetadata: { ...metadata, messageId: step.value.message.id } })
  } catch (error) {
    const isKnown = error instanceof AiUnavailable
    if (!isKnown) actor.app.log.error({ err: error, requestId: actor.request.id }, 'chat failed')
    yield chunks.end().map(eventOf).join('')
    yield eventOf({ type: 'error', errorText: isKnown ? error.message : 'Something went wrong on our side' })
  } finally {
    await run.return(undefined as never).catch(() => {})
  }
  yield DONE
}

export const chatOperations: Operation[] = [chatRoute]
