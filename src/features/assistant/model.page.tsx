import { queryOptions } from '@tanstack/react-query'
import { api } from '#web/api.ts'

/** What the assistant's routes answer, as far as the page shows it. */

export type RecordRef = { recordType: string; recordId: string; title: string }
type Question = { called: string; options: (RecordRef & { facts?: string })[] }
export type FieldChange = { field: string; label: string; oldText: string; newText: string }
export type Proposal = {
  id: string
  title: string
  recordType: string
  record: RecordRef | null
  changes: FieldChange[]
  status: 'PENDING' | 'CONFIRMED' | 'REJECTED' | 'EXPIRED'
  expiresAt: string
  result: RecordRef | null
}
export type Part =
  | { type: 'text'; text: string }
  | { type: 'tool'; id: string; name: string; title: string; error?: string }
  | { type: 'proposal'; proposal: Proposal }
  | { type: 'question'; question: Question }
  | { type: 'warning'; code: string; message: string }
  | { type: 'records'; records: RecordRef[] }
export type Message = { id: string; role: 'user' | 'assistant'; content: string; parts: Part[] }
export type Conversation = { id: string; title: string; updatedAt: string }

const KEY = 'assistant'
export const conversationsQuery = queryOptions({
  queryKey: [KEY, 'conversations'],
  queryFn: async () =>
    (await api.get<{ rows: Conversation[] }>('/ai/conversations', { query: { limit: 200 } })).rows,
})
export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: [KEY, 'conversation', id],
    queryFn: () => api.get<Conversation & { messages: Message[] }>(`/ai/conversations/${id}`),
  })

type Chunk = { type: string; [key: string]: unknown }

/** A model may think for a while before its first word. */
const FIRST_WORD_MS = 120_000

type Asking = {
  content: string
  conversationId: string | undefined
  signal: AbortSignal
  /** Where the model fails, what is understood without one answers. */
  byRules: boolean
}

/** Asks the assistant: the chunks of its answer as they come. @throws ApiError before the first of them */
export async function* ask({ content, conversationId, signal, byRules }: Asking): AsyncGenerator<Chunk> {
  const body = { messages: [{ role: 'user', content }], ...(conversationId ? { conversationId } : {}) }
  const response = await api.open(byRules ? '/ai/chat?fallback=builtin' : '/ai/chat', {
    method: 'POST',
    body,
    signal,
    timeoutMs: FIRST_WORD_MS,
    headers: { accept: 'text/event-stream' },
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const events = (rest + value).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) {
        const data = event.replace(/^data: /, '')
        if (data !== '[DONE]') yield JSON.parse(data) as Chunk
      }
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** The parts of an answer with one more chunk; the same parts where the chunk is none of them. */
export function withChunk(parts: Part[], chunk: Chunk): Part[] {
  const last = parts.at(-1)
  switch (chunk.type) {
    case 'text-delta':
      return last?.type === 'text'
        ? [...parts.slice(0, -1), { type: 'text', text: last.text + chunk.delta }]
        : [...parts, { type: 'text', text: chunk.delta as string }]
    case 'tool-input-available':
      return [
        ...parts,
        {
          type: 'tool',
          id: chunk.toolCallId as string,
          name: chunk.toolName as string,
          title: (chunk.title ?? chunk.toolName) as string,
        },
      ]
    case 'tool-output-error':
      return parts.map(part =>
        part.type === 'tool' && part.id === chunk.toolCallId
          ? { ...part, error: chunk.errorText as string }
          : part,
      )
    case 'data-proposal':
      return [...parts, { type: 'proposal', proposal: chunk.data as Proposal }]
    case 'data-question':
      return [...parts, { type: 'question', question: chunk.data as Question }]
    case 'data-warning':
      return [...parts, { type: 'warning', ...(chunk.data as { code: string; message: string }) }]
    default:
      return parts
  }
}
