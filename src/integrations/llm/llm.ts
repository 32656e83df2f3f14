import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import type { ModelSettings } from '#core/ai/model-settings.ts'
import type { AiFault, AiUnavailable } from '#core/ai/provider.ts'
import type { AddressGuard } from '#core/net/address-guard.ts'
import { Breaker } from './breaker.ts'
import { faulty, isRetried } from './faults.ts'
import { fetchFor } from './fetch.ts'
import { embeddingOptions, type Models, modelsOf } from './models.ts'
import { fit } from './vectors.ts'

const OUTPUT_TOKENS_AT_MOST = 8000
/** Where the provider asks for more patience than that, there is no second try. */
const PATIENCE_MS = 5000
/** The usual rule of thumb for English, where a provider does not count tokens. */
const CHARACTERS_A_TOKEN = 4
const EMBEDDED_IN_PARALLEL = 4

/** Whom a call is for. `key` names what fails together; the guard watches over base URLs that the operator has not set. */
export type Target = { settings: ModelSettings; key: string; guard: AddressGuard | undefined }

/** What a call has used; told once, whatever came of it. `isEstimate` where the provider has not counted. */
export type Used = {
  inputTokens: number
  outputTokens: number
  isEstimate: boolean
  attempts: number
  durationMs: number
  fault: AiFault | undefined
}
export type Tell = (used: Used) => Promise<void>

export type Asked<T> = { name: string; instructions: string; prompt: string; schema: z.ZodType<T> }

/** What one attempt counts into. */
export type Count = { input: number; output: number; isEstimate: boolean }

/** Calls to models over the network: with a time limit, one retry and a circuit breaker. Keeps no key and no text. */
export class Llm {
  readonly breaker: Breaker
  readonly timeoutMs: number
  private readonly retryAfterMs: number

  /** @param timeoutMs for a whole call, its retry included @param retryAfterMs where the provider does not say how long to wait */
  constructor({
    timeoutMs,
    retryAfterMs = 300,
    now,
  }: { timeoutMs: number; retryAfterMs?: number; now?: () => number }) {
    this.timeoutMs = timeoutMs
    this.retryAfterMs = retryAfterMs
    this.breaker = new Breaker(now)
  }

  /** An answer in the shape of a schema. @throws AiUnavailable */
  answer<T>(target: Target, { name, instructions, prompt, schema }: Asked<T>, tell: Tell): Promise<T> {
    return this.call(target, tell, async (models, count, signal) => {
      const { generateText, NoObjectGeneratedError, Output } = await sdk()
      try {
        const made = await generateText({
          model: models.language(target.settings.model),
          instructions,
          prompt,
          output: Output.object({ schema, name: name.replaceAll('-', '_') }),
          maxOutputTokens: OUTPUT_TOKENS_AT_MOST,
          maxRetries: 0,
          abortSignal: signal,
          providerOptions: models.options,
        })
        add(count, made.totalUsage, instructions.length + prompt.length, made.text.length)
        if (made.finishReason === 'content-filter') throw faulty('refusal')
        return made.output
      } catch (error) {
        if (NoObjectGeneratedError.isInstance(error))
          add(count, error.usage, instructions.length + prompt.length, error.text?.length ?? 0)
        throw error
      }
    })
  }

  /** Vectors of texts, each of the dimensions asked for and of length 1. @throws AiUnavailable */
  embed(target: Target, texts: string[], dimensions: number, tell: Tell): Promise<number[][]> {
    return this.call(target, tell, async (models, count, signal) => {
      const { embeddingModel = '' } = target.settings
      if (!models.embedding) throw faulty('rejected', new Error('The provider has no embeddings'))
      const { embedMany } = await sdk()
      const made = await embedMany({
        model: models.embedding(embeddingModel),
        values: texts,
        maxRetries: 0,
        maxParallelCalls: EMBEDDED_IN_PARALLEL,
        abortSignal: signal,
        providerOptions: embeddingOptions(target.settings, embeddingModel, dimensions),
      })
      const characters = texts.reduce((sum, text) => sum + text.length, 0)
      const { tokens } = made.usage
      add(count, { inputTokens: tokens > 0 ? tokens : undefined, outputTokens: 0 }, characters, 0)
      if (made.embeddings.length !== texts.length) throw faulty('nonsense')
      return made.embeddings.map(vector => fit(vector, dimensions))
    })
  }

  /** Waits for a second try where one may help and there is time. */
  async mayRetry(refusal: AiUnavailable, leftMs: number): Promise<boolean> {
    if (!isRetried(refusal)) return false
    const wantedMs = (refusal.retryAfterSeconds ?? 0) * 1000
    const waitMs = Math.max(this.retryAfterMs, wantedMs) * (1 + Math.random() / 4)
    if (wantedMs > PATIENCE_MS || waitMs >= leftMs) return false
    await sleep(waitMs)
    return true
  }

  /** One call with all that holds for calls; `work` is one attempt. */
  private async call<R>(
    { settings, key, guard }: Target,
    tell: Tell,
    work: (models: Models, count: Count, signal: AbortSignal) => Promise<R>,
  ): Promise<R> {
    const began = performance.now()
    const late = AbortSignal.timeout(this.timeoutMs)
    const count: Count = { input: 0, output: 0, isEstimate: false }
    let attempts = 0
    let fault: AiFault | undefined
    this.breaker.enter(key)
    try {
      const models = await modelsOf(settings, fetchFor(guard))
      for (;;) {
        attempts++
        try {
          return await work(models, count, late)
        } catch (error) {
          const { faultOf } = await sdk()
          const refusal = faultOf(error, late.aborted)
          fault = refusal.fault
          if (attempts > 1 || !(await this.mayRetry(refusal, this.timeoutMs - (performance.now() - began))))
            throw refusal
          fault = undefined
        }
      }
    } finally {
      this.breaker.leave(key, fault)
      await tell(usedOf(count, attempts, began, fault))
    }
  }
}

/** The library, loaded with the first call. Its hints about settings are not for an operator's console. */
export async function sdk() {
  ;(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false
  const [library, { faultOf }] = await Promise.all([import('ai'), import('./sdk-faults.ts')])
  return { ...library, faultOf }
}

export const usedOf = (
  { input, output, isEstimate }: Count,
  attempts: number,
  began: number,
  fault: AiFault | undefined,
): Used => ({
  inputTokens: input,
  outputTokens: output,
  isEstimate,
  attempts,
  durationMs: Math.round(performance.now() - began),
  fault,
})

type Usage = { inputTokens?: number | undefined; outputTokens?: number | undefined } | undefined
/** Counts the tokens that the provider tells, else by the characters. */
export function add(count: Count, usage: Usage, charactersIn: number, charactersOut: number): void {
  const { inputTokens, outputTokens } = usage ?? {}
  count.isEstimate ||= inputTokens === undefined || outputTokens === undefined
  count.input += inputTokens ?? Math.ceil(charactersIn / CHARACTERS_A_TOKEN)
  count.output += outputTokens ?? Math.ceil(charactersOut / CHARACTERS_A_TOKEN)
}
