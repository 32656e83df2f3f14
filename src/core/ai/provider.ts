import type { z } from 'zod'
import type { Who } from '../db/workspace.ts'
import { Refusal } from '../errors.ts'
import type { ProviderName } from './answer.ts'
import type { SourceText } from './evidence.ts'
import type { Prompt } from './prompt.ts'

/** What is asked of a model: facts that code has computed, and the texts it may quote from. Both are data. */
export type Task<T> = {
  prompt: Prompt
  /** The shape of the answer; keep it flat, and name things so that they explain themselves (`.describe`). */
  schema: z.ZodType<T>
  facts?: unknown
  sources?: readonly SourceText[]
}
export type ModelAnswer<T> = { value: T; provider: ProviderName; model: string }

/** A tool of a conversation. Without `run` a call ends the turn: the caller decides what becomes of it. */
export type Tool = {
  description: string
  input: z.ZodType
  // biome-ignore lint/suspicious/noExplicitAny: inputs differ by tool; each has passed its own `input`
  run?: (input: any) => Promise<unknown>
}
/** What was said so far. What a tool answered is not kept from turn to turn, but what was said of it. */
export type Message = { role: 'user' | 'assistant'; content: string }
export type Conversation = {
  prompt: Prompt
  messages: readonly Message[]
  /** Said at the start of the conversation, as data. */
  facts?: unknown
  tools: Record<string, Tool>
  /** Answers of the model that may call tools, before it must come to an end; 6 by default. */
  stepsAtMost?: number
  /** Ends the call, such as when the reader has gone. */
  signal?: AbortSignal
}
export type ModelPart =
  | { type: 'text'; text: string }
  | { type: 'tool-call'; id: string; name: string; input: unknown }
  | { type: 'tool-result'; id: string; name: string; output: unknown }
  | { type: 'tool-error'; id: string; name: string; message: string }
/** Iterating it throws the Refusal of `aiUnavailable` where the model fails, also in the middle. */
export type ModelStream = { provider: ProviderName; model: string; parts: AsyncIterable<ModelPart> }

/**
 * The models of a workspace, as `app.ai`. Each call has a time limit, one retry, a circuit breaker and the workspace's budget.
 * `undefined` says that the workspace has no model (`builtin`): the feature's own statistics are the answer.
 * Call it outside of transactions: a model takes seconds, and a transaction holds a connection.
 */
export type Ai = {
  /** Asks for an answer in the shape of the schema. @throws Refusal 503 AI_UNAVAILABLE */
  answer<T>(who: Who, task: Task<T>): Promise<ModelAnswer<T> | undefined>
  /** Carries on a conversation with tools. @throws Refusal 503 AI_UNAVAILABLE */
  stream(who: Who, conversation: Conversation): Promise<ModelStream | undefined>
  /** By what the workspace's texts are embedded where it has set a model for that. */
  embedder(workspaceId: string): Promise<Embedder | undefined>
}

export const DIMENSIONS = 768

export type Embedder = {
  /** Provider and model: vectors of different names must never be compared. */
  name: string
  /** Vectors of `DIMENSIONS` numbers and of length 1. @throws Refusal 503 AI_UNAVAILABLE */
  embed(texts: string[]): Promise<number[][]>
}

/** The answer where no feature brings models. */
export const builtinAi: Ai = {
  answer: async () => undefined,
  stream: async () => undefined,
  embedder: async () => undefined,
}

/** Why no model answered. */
export type AiFault =
  | 'budget'
  | 'circuit'
  | 'timeout'
  | 'limit'
  | 'rejected'
  | 'invalid'
  | 'refusal'
  | 'nonsense'
  | 'failure'

/** The refusal of every failure of a model: 503 AI_UNAVAILABLE. Its message is public and holds nothing of what the provider said. */
export class AiUnavailable extends Refusal {
  readonly fault: AiFault
  constructor(fault: AiFault, message: string, more: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(503, 'AI_UNAVAILABLE', message, { ...more, isOutside: true })
    this.fault = fault
  }
}
