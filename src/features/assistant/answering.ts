import type { Evidence, ProviderName, Warning } from '#core/ai/answer.ts'
import { fellBack, stamped } from '#core/ai/operation.ts'
import { AiUnavailable } from '#core/ai/provider.ts'
import { speakerFrom } from '#core/ai/speaker.ts'
import { Refusal } from '#core/errors.ts'
import type { Actor } from '#core/http/perform.ts'
import { recordNamed } from '#core/record/registry.ts'
import { link } from './commands/answer.ts'
import {
  type Conversation,
  keepMessage,
  type Message,
  messagesOf,
  openConversation,
  readConversation,
} from './conversations.ts'
import { Hands, type RecordRef } from './hands.ts'
import { harmless } from './harmless.ts'
import { answerByModel } from './model.ts'
import { type Part, type Proposal, text } from './parts.ts'
import { confirmProposal, rejectProposal } from './proposals.ts'
import { recordsIn, Turn } from './turn.ts'

/** So much of a conversation is looked at for its next answer. */
const MESSAGES_READ = 40

/** A conversation with what was said last in it kept. */
export type Opened = { conversation: Conversation; history: Message[]; isNew: boolean }
type Given = { role: 'user' | 'assistant'; content: string }

/** Opens or goes on with a conversation, and keeps the question. @throws Refusal 404 */
export function opened(actor: Actor, messages: Given[], conversationId: string | undefined): Promise<Opened> {
  const { app, who } = actor
  const last = messages.at(-1)!
  return app.database.inWorkspace(who, async tx => {
    const conversation = conversationId
      ? await readConversation(tx, conversationId)
      : await openConversation(tx, last.content)
    // Of a conversation that the client has kept itself, what was said before is kept here as well.
    const fresh = conversationId ? [last] : messages.slice(-MESSAGES_READ)
    for (const message of fresh) if (message.content) await keepMessage(tx, conversation.id, message)
    const history = await messagesOf(tx, conversation.id, MESSAGES_READ)
    return { conversation, history, isNew: !conversationId }
  })
}

/** Nothing could be said: a conversation that was opened for it goes again. @throws what went wrong */
export async function withdrawn(
  { app, who }: Actor,
  { conversation, isNew }: Opened,
  error: unknown,
): Promise<never> {
  if (isNew)
    await app.database.inWorkspace(who, tx =>
      tx.session.rows('delete from ai_conversations where workspace_id = $1::uuid and id = $2::uuid', [
        who.workspaceId,
        conversation.id,
      ]),
    )
  throw error
}

export type ChatAnswer = {
  conversationId: string
  message: { id: string; role: 'assistant'; content: string; createdAt: string }
  proposals: Proposal[]
  records: RecordRef[]
  evidence: Evidence[]
  confidence: number
  warnings: Warning[]
}
type Stamped = ReturnType<typeof stamped<ChatAnswer>>

/**
 * Answers the last message part by part, keeps the answer (also what there is of one whose reader has gone), and returns it whole.
 * @throws Refusal 503 AI_UNAVAILABLE unless the builtin commands may answer instead
 */
export async function* answering(
  actor: Actor,
  { conversation, history }: Opened,
  signal: AbortSignal,
  mayFallBack: boolean,
): AsyncGenerator<Part, Stamped, undefined> {
  const turn = new Turn(new Hands(actor), conversation.id)
  const parts: Part[] = []
  const by = { provider: 'builtin' as ProviderName, model: 'builtin' }
  let isKept = false
  const keep = () => {
    isKept = true
    const content = contentOf(parts)
    return actor.app.database.inWorkspace(actor.who, tx =>
      keepMessage(tx, conversation.id, { role: 'assistant', content, parts: keptOf(parts), ...by }),
    )
  }
  try {
    for await (const part of harmless(choose(turn, history, signal, mayFallBack, by))) {
      parts.push(part)
      yield part
    }
    const message = await keep()
    return stamped(answerOf(conversation, message, parts, by), by.provider, by.model)
  } finally {
    if (!isKept && parts.length) await keep()
  }
}

/** A yes or no to what was proposed, else the model, else the builtin commands. */
async function* choose(
  turn: Turn,
  history: Message[],
  signal: AbortSignal,
  mayFallBack: boolean,
  by: { provider: ProviderName; model: string },
): AsyncGenerator<Part> {
  const said = history.at(-1)!.content
  const before = history.slice(0, -1).findLast(({ role }) => role === 'assistant')
  const waiting = (before?.parts ?? []).flatMap(part =>
    part.type === 'proposal' && part.proposal.status === 'PENDING' ? [part.proposal] : [],
  )
  const isYes = YES.test(said)
  if (waiting.length && (isYes || NO.test(said))) return yield* decide(turn, waiting, isYes)
  let hasSpoken = false
  try {
    const model = await answerByModel(turn, history, signal)
    if (model) {
      by.provider = model.provider as ProviderName
      by.model = model.model
      for await (const part of model.parts) {
        hasSpoken = true
        yield part
      }
      return
    }
  } catch (error) {
    if (!(error instanceof AiUnavailable) || !mayFallBack || hasSpoken) throw error
    yield { type: 'warning', code: 'AI_FALLBACK', message: fellBack(error) }
    by.provider = 'builtin'
    by.model = 'builtin'
  }
  const question = before?.parts.find(part => part.type === 'question')?.question
  // With its calendar of words it is one file in thirty of the program, and no start needs it.
  const { answerPlainly, doneIn, listedIn } = await import('./commands/index.ts')
  const answers = history.slice(0, -1).filter(({ role }) => role === 'assistant')
  yield* answerPlainly(turn, {
    said,
    question,
    before: recordsIn(before?.parts ?? []),
    // What was not understood in between is forgiven once.
    listed: listedIn(answers.slice(-2).flatMap(({ parts }) => parts)),
    done: doneIn(answers.map(({ parts }) => parts)),
  })
}

const YES =
  /^(?:yes|y|yep|yeah|ok|okay|sure|confirm(?: it| them| all)?|do it|go ahead|proceed|please do|yes,? please|make it so|ja|ja,? (?:bitte|gern|gerne|mach das)|jawohl|genau|in ordnung|einverstanden|passt|mach(?:en sie)? das|bestätige(?:n)?|bitte)[.! ]*$/i
const NO =
  /^(?:no|n|nope|cancel(?: it| them)?|reject(?: it| them)?|don'?t|do not|stop|never ?mind|discard(?: it)?|no,? thanks?|nein|nein,? danke|nicht|abbrechen|stopp|lass(?:en sie)? es|vergiss es|verwerfen|verwirf(?: es)?)[.! ]*$/i

/** Does or puts away what waits, one after the other; what the route refuses is told. */
async function* decide(turn: Turn, waiting: Proposal[], isYes: boolean): AsyncGenerator<Part> {
  const { app, who, request } = turn.hands.actor
  const { repliesIn } = await import('./commands/replies.ts')
  const say = repliesIn(speakerFrom(request.headers['accept-language']))
  for (const { id, title } of waiting) {
    try {
      const proposal = await app.database.inWorkspace(who, tx =>
        isYes ? confirmProposal(tx, turn.hands, id) : rejectProposal(tx, id),
      )
      const about = proposal.result ?? proposal.record
      yield text(`${isYes ? say.done(title) : say.putAway(title)}${about ? ` (${link(about)})` : ''}.\n\n`)
      if (about) yield { type: 'records', records: [about] }
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) throw error
      yield text(
        error.status === 412
          ? `${say.stale(title)}\n\n`
          : `${(await import('./commands/index.ts')).refusalText(error, say)}\n\n`,
      )
    }
  }
}

const contentOf = (parts: readonly Part[]): string =>
  parts
    .flatMap(part => (part.type === 'text' ? [part.text] : []))
    .join('')
    .trim()

/** Parts as they are kept: texts that follow each other as one. */
function keptOf(parts: readonly Part[]): Part[] {
  const kept: Part[] = []
  for (const part of parts) {
    const last = kept.at(-1)
    if (part.type === 'text' && last?.type === 'text') kept[kept.length - 1] = text(last.text + part.text)
    else kept.push(part)
  }
  return kept
}

function answerOf(
  conversation: Conversation,
  message: Message,
  parts: readonly Part[],
  { provider }: { provider: ProviderName },
): ChatAnswer {
  const warnings = parts.flatMap(part =>
    part.type === 'warning' ? [{ code: part.code, message: part.message }] : [],
  )
  const records = recordsIn(parts)
  const is = (code: string) => warnings.some(warning => warning.code === code)
  return {
    conversationId: conversation.id,
    message: { id: message.id, role: 'assistant', content: message.content, createdAt: message.createdAt },
    proposals: parts.flatMap(part => (part.type === 'proposal' ? [part.proposal] : [])),
    records,
    evidence: records.flatMap(evidenceFor),
    confidence: is('NOT_UNDERSTOOD') ? 0 : provider !== 'builtin' || is('PARTLY_UNDERSTOOD') ? 0.5 : 1,
    warnings,
  }
}

/** The record's own name is what the answer rests on, in the words that stand there. */
function evidenceFor({ recordType, recordId, title }: RecordRef): Evidence[] {
  const fields = recordNamed(recordType).contract.title
  if (!title) return []
  return [{ recordType, recordId, sentence: title, ...(fields.length === 1 ? { field: fields[0] } : {}) }]
}
