import type { Tool as SdkTool, TextStreamPart, ToolSet } from 'ai'
import type { AiFault, ModelPart, Tool } from '#core/ai/provider.ts'
import { faulty } from './faults.ts'
import { fetchFor } from './fetch.ts'
import { add, type Count, type Llm, sdk, type Target, type Tell, usedOf } from './llm.ts'
import { modelsOf } from './models.ts'

const OUTPUT_TOKENS_AT_MOST = 8000
/** Of a whole conversation, however it trickles. */
const TOTAL_MS = 300_000

export type Talk = {
  instructions: string
  messages: ReadonlyArray<{ role: 'user' | 'assistant'; content: string }>
  tools: Record<string, Tool>
  stepsAtMost: number
  signal: AbortSignal | undefined
}

/**
 * Carries on a conversation. The first part has come when this answers, so what fails before it is retried once and can still be
 * answered with a status; what fails later is thrown while iterating. Whoever stops iterating ends the call.
 * The time limit is for each wait: for the first part, and between two parts.
 * @throws AiUnavailable
 */
export async function stream(
  llm: Llm,
  target: Target,
  talk: Talk,
  tell: Tell,
): Promise<AsyncIterable<ModelPart>> {
  const began = performance.now()
  const count: Count = { input: 0, output: 0, isEstimate: false }
  let attempts = 0
  const end = async (fault: AiFault | undefined) => {
    llm.breaker.leave(target.key, fault)
    await tell(usedOf(count, attempts, began, fault))
  }
  llm.breaker.enter(target.key)
  const { faultOf } = await sdk()
  for (;;) {
    attempts++
    const parts = attempt(llm, target, talk, count)
    try {
      const first = await parts.next()
      return goOn(first, parts, end)
    } catch (error) {
      const refusal = faultOf(error, false)
      if (attempts > 1 || !(await llm.mayRetry(refusal, llm.timeoutMs))) {
        await end(refusal.fault)
        throw refusal
      }
    }
  }
}

async function* goOn(
  first: IteratorResult<ModelPart>,
  rest: AsyncGenerator<ModelPart>,
  end: (fault: AiFault | undefined) => Promise<void>,
): AsyncGenerator<ModelPart> {
  let fault: AiFault | undefined
  try {
    if (!first.done) {
      yield first.value
      yield* rest
    }
  } catch (error) {
    const { faultOf } = await sdk()
    const refusal = faultOf(error, false)
    fault = refusal.fault
    throw refusal
  } finally {
    await rest.return(undefined)
    await end(fault)
  }
}

/** One attempt: throws what went wrong as it came. */
async function* attempt(llm: Llm, target: Target, talk: Talk, count: Count): AsyncGenerator<ModelPart> {
  const { isStepCount, streamText } = await sdk()
  const models = await modelsOf(target.settings, fetchFor(target.guard))
  const watch = new Watch(llm.timeoutMs, talk.signal)
  const characters =
    talk.instructions.length + talk.messages.reduce((n, { content }) => n + content.length, 0)
  let said = 0
  let isCounted = false
  try {
    const result = streamText({
      model: models.language(target.settings.model),
      instructions: talk.instructions,
      messages: [...talk.messages],
      tools: sdkTools(talk.tools, watch),
      stopWhen: isStepCount(talk.stepsAtMost),
      maxOutputTokens: OUTPUT_TOKENS_AT_MOST,
      maxRetries: 0,
      abortSignal: watch.signal,
      providerOptions: models.options,
      // Errors come as parts; the library would print them too.
      onError: () => {},
    })
    for await (const part of result.stream) {
      watch.wind()
      if (part.type === 'finish-step') {
        add(count, part.usage, characters, said)
        isCounted = true
      }
      const made = partOf(part)
      if (made?.type === 'text') said += made.text.length
      if (made) yield made
    }
    if (watch.isLate) throw faulty('timeout')
  } catch (error) {
    // Whoever has gone hears nothing any more.
    if (talk.signal?.aborted) return
    throw watch.isLate ? faulty('timeout', error) : error
  } finally {
    watch.end()
    if (!isCounted && said) add(count, undefined, characters, said)
  }
}

/** @throws where the part says that the call has failed */
function partOf(part: TextStreamPart<ToolSet>): ModelPart | undefined {
  switch (part.type) {
    case 'text-delta':
      return part.text ? { type: 'text', text: part.text } : undefined
    case 'tool-call':
      return part.invalid
        ? undefined
        : { type: 'tool-call', id: part.toolCallId, name: part.toolName, input: part.input }
    case 'tool-result':
      return { type: 'tool-result', id: part.toolCallId, name: part.toolName, output: part.output }
    case 'tool-error':
      return {
        type: 'tool-error',
        id: part.toolCallId,
        name: part.toolName,
        message: part.error instanceof Error ? part.error.message : String(part.error),
      }
    case 'error':
      throw part.error
    case 'finish':
      if (part.finishReason === 'content-filter') throw faulty('refusal')
      return undefined
    default:
      return undefined
  }
}

/** Our tools as the library's. While one runs the model is not waited for. */
function sdkTools(tools: Record<string, Tool>, watch: Watch): ToolSet {
  const made = Object.entries(tools).map(([name, { description, input, run }]) => {
    const plain = { description, inputSchema: input }
    if (!run) return [name, plain as SdkTool]
    const execute = async (given: unknown) => {
      watch.pause()
      try {
        return (await run(given)) ?? null
      } finally {
        watch.wind()
      }
    }
    return [name, { ...plain, execute } as SdkTool]
  })
  return Object.fromEntries(made)
}

/** Ends a call when nothing has come for too long, when it takes too long in all, or when the reader has gone. */
class Watch {
  readonly signal: AbortSignal
  isLate = false
  private readonly controller = new AbortController()
  private readonly idleMs: number
  private idle: NodeJS.Timeout | undefined
  private readonly total: NodeJS.Timeout

  constructor(idleMs: number, given: AbortSignal | undefined) {
    this.idleMs = idleMs
    this.signal = given ? AbortSignal.any([this.controller.signal, given]) : this.controller.signal
    this.total = setTimeout(() => this.expire(), TOTAL_MS).unref()
    this.wind()
  }

  wind(): void {
    clearTimeout(this.idle)
    this.idle = setTimeout(() => this.expire(), this.idleMs).unref()
  }

  pause(): void {
    clearTimeout(this.idle)
  }

  end(): void {
    clearTimeout(this.idle)
    clearTimeout(this.total)
    this.controller.abort()
  }

  private expire(): void {
    this.isLate = true
    this.controller.abort()
  }
}
