import type { Asked, Scripted, Wire } from './model-server.testing.ts'
import { callsOf, piecesOf, sse, textOf, tokensOf, vectorOf } from './wire.testing.ts'

const error = (status: number, message: string) => ({
  error: {
    message,
    type: status === 429 ? 'insufficient_quota' : 'invalid_request_error',
    param: null,
    code: status === 401 ? 'invalid_api_key' : null,
  },
})

const keyProblem = ({ headers }: Asked): [number, string] | undefined =>
  /^Bearer \S+$/.test(headers.authorization ?? '') ? undefined : [401, 'You did not provide an API key']

/** Structured outputs take a subset of JSON Schema: every object closed, every property required. */
function strictProblem(schema: any, path = 'schema'): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  if (schema.type === 'object') {
    const keys = Object.keys(schema.properties ?? {})
    if (schema.additionalProperties !== false) return `${path}: additionalProperties must be false`
    const missing = keys.find(key => !schema.required?.includes(key))
    if (missing) return `${path}: required must name every property; ${missing} is missing`
  }
  for (const [key, part] of Object.entries(schema)) {
    const problem = strictProblem(part, `${path}.${key}`)
    if (problem) return problem
  }
  return undefined
}

const usageOf = (asked: Asked, out: string) => {
  const [input, output] = [tokensOf(asked.raw), tokensOf(out)]
  return { input, output, total: input + output }
}

// https://platform.openai.com/docs/api-reference/responses
function responseOf(said: Scripted, asked: Asked) {
  const text = textOf(said)
  const message = (content: object) => ({
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [content],
  })
  const output = [
    ...(said.refusal ? [message({ type: 'refusal', refusal: 'I cannot help with that.' })] : []),
    ...(text === undefined ? [] : [message({ type: 'output_text', text, annotations: [], logprobs: [] })]),
    ...callsOf(said).map(({ id, name, input }) => ({
      type: 'function_call',
      id: `fc_${id}`,
      call_id: id,
      name,
      arguments: JSON.stringify(input),
      status: 'completed',
    })),
  ]
  const { input, output: out, total } = usageOf(asked, JSON.stringify(output))
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_760_000_000,
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: asked.body.model,
    output,
    parallel_tool_calls: true,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: out,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: total,
    },
  }
}

function responseEvents(said: Scripted, asked: Asked): string[] {
  const whole = responseOf(said, asked)
  let sequence = 0
  const event = (type: string, more: object) => sse({ type, sequence_number: sequence++, ...more }, type)
  const items = whole.output.flatMap((item: any, output_index) => {
    const place = { output_index, item_id: item.id }
    const begun =
      item.type === 'message' ? { ...item, status: 'in_progress', content: [] } : { ...item, arguments: '' }
    const part = item.content?.[0]
    const inner =
      item.type === 'function_call'
        ? [
            ...piecesOf(item.arguments).map(delta =>
              event('response.function_call_arguments.delta', { ...place, delta }),
            ),
            event('response.function_call_arguments.done', { ...place, arguments: item.arguments }),
          ]
        : part.type === 'refusal'
          ? [
              event('response.refusal.delta', { ...place, content_index: 0, delta: part.refusal }),
              event('response.refusal.done', { ...place, content_index: 0, refusal: part.refusal }),
            ]
          : [
              event('response.content_part.added', {
                ...place,
                content_index: 0,
                part: { ...part, text: '' },
              }),
              ...piecesOf(part.text).map(delta =>
                event('response.output_text.delta', { ...place, content_index: 0, delta, logprobs: [] }),
              ),
              event('response.output_text.done', {
                ...place,
                content_index: 0,
                text: part.text,
                logprobs: [],
              }),
            ]
    return [
      event('response.output_item.added', { output_index, item: begun }),
      ...inner,
      event('response.output_item.done', { output_index, item }),
    ]
  })
  const opening = { ...whole, status: 'in_progress', output: [], usage: null }
  return [
    event('response.created', { response: opening }),
    event('response.in_progress', { response: opening }),
    ...items,
    event('response.completed', { response: whole }),
  ]
}

export const responses: Wire = {
  provider: 'openai',
  fits: path => path === '/v1/responses',
  problem: asked => {
    const { body } = asked
    if (!body?.model || !body.input) return [400, 'model and input are required']
    const { format } = body.text ?? {}
    if (format?.type === 'json_schema' && format.strict !== false) {
      const problem = strictProblem(format.schema)
      if (problem) return [400, `Invalid schema for response_format: ${problem}`]
    }
    return keyProblem(asked)
  },
  error,
  whole: responseOf,
  pieces: (said, asked) => (asked.body.stream ? responseEvents(said, asked) : undefined),
}

// https://platform.openai.com/docs/api-reference/chat, as Ollama, vLLM and others speak it
const completion = (asked: Asked, more: object) => ({
  id: 'chatcmpl-1',
  created: 1_760_000_000,
  model: asked.body.model,
  ...more,
})

function choiceOf(said: Scripted) {
  const calls = callsOf(said).map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  const finish = said.refusal ? 'content_filter' : calls.length ? 'tool_calls' : 'stop'
  return { content: said.refusal ? null : (textOf(said) ?? null), calls, finish }
}

export const chatCompletions: Wire = {
  provider: 'openai-compatible',
  fits: path => path === '/v1/chat/completions',
  problem: ({ body }) =>
    !body?.model || !Array.isArray(body.messages) || !body.messages.length
      ? [400, 'model and messages are required']
      : undefined,
  error,
  whole: (said, asked) => {
    const { content, calls, finish } = choiceOf(said)
    const message = { role: 'assistant', content, ...(calls.length ? { tool_calls: calls } : {}) }
    const { input, output, total } = usageOf(asked, JSON.stringify(message))
    return completion(asked, {
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: total },
    })
  },
  pieces: (said, asked) => {
    if (!asked.body.stream) return undefined
    const { content, calls, finish } = choiceOf(said)
    const chunk = (delta: object, finish_reason: string | null = null) =>
      sse(
        completion(asked, {
          object: 'chat.completion.chunk',
          choices: [{ index: 0, delta, finish_reason }],
        }),
      )
    const { input, output, total } = usageOf(asked, content ?? '')
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: total }
    const isCounted = asked.body.stream_options?.include_usage
    return [
      chunk({ role: 'assistant', content: '' }),
      ...piecesOf(content ?? '').map(piece => chunk({ content: piece })),
      ...calls.flatMap((call, index) => [
        chunk({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] }),
        ...piecesOf(call.function.arguments).map(piece =>
          chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
        ),
      ]),
      chunk({}, finish),
      ...(isCounted ? [sse(completion(asked, { object: 'chat.completion.chunk', choices: [], usage }))] : []),
      'data: [DONE]\n\n',
    ]
  },
}

const DIMENSIONS: Record<string, number> = { 'text-embedding-3-small': 1536, 'all-minilm': 384 }

// https://platform.openai.com/docs/api-reference/embeddings
export const embeddings: Wire = {
  provider: 'openai',
  fits: path => path === '/v1/embeddings',
  problem: ({ body }) => (body?.model && body.input ? undefined : [400, 'model and input are required']),
  error,
  whole: (_said, { body, raw }) => ({
    object: 'list',
    model: body.model,
    data: [body.input].flat().map((text: string, index: number) => ({
      object: 'embedding',
      index,
      embedding: vectorOf(text, body.dimensions ?? DIMENSIONS[body.model] ?? 768),
    })),
    usage: { prompt_tokens: tokensOf(raw), total_tokens: tokensOf(raw) },
  }),
  pieces: () => undefined,
}
