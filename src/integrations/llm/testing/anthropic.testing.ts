import type { Asked, Scripted, Wire } from './model-server.testing.ts'
import { alternates, callsOf, piecesOf, sse, textOf, tokensOf } from './wire.testing.ts'

const TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

type Block = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: unknown }

/** The tool by which a model without schemas of its own is made to answer in a shape. */
const isJsonTool = ({ body }: Asked): boolean =>
  body.tools?.some((tool: any) => tool.name === 'json') && ['any', 'tool'].includes(body.tool_choice?.type)

function blocksOf(said: Scripted, asked: Asked): Block[] {
  if (said.json !== undefined && isJsonTool(asked))
    return [{ type: 'tool_use', id: 'toolu_json', name: 'json', input: said.json }]
  const text = textOf(said)
  return [
    ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
    ...callsOf(said).map(({ id, name, input }) => ({
      type: 'tool_use' as const,
      id: `toolu_${id}`,
      name,
      input,
    })),
  ]
}

const stopOf = (said: Scripted, blocks: Block[]): string =>
  said.refusal ? 'refusal' : blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn'

// https://docs.anthropic.com/en/api/messages
const messageOf = (asked: Asked, content: Block[], stop_reason: string | null, output_tokens: number) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: asked.body.model,
  content,
  stop_reason,
  stop_sequence: null,
  usage: { input_tokens: tokensOf(asked.raw), output_tokens },
})

function events(said: Scripted, asked: Asked): string[] {
  const blocks = said.refusal ? [] : blocksOf(said, asked)
  const event = (type: string, more: object = {}) => sse({ type, ...more }, type)
  return [
    event('message_start', { message: messageOf(asked, [], null, 1) }),
    event('ping'),
    ...blocks.flatMap((block, index) => {
      const isText = block.type === 'text'
      const deltas = isText
        ? piecesOf(block.text).map(text => ({ type: 'text_delta', text }))
        : piecesOf(JSON.stringify(block.input)).map(partial_json => ({
            type: 'input_json_delta',
            partial_json,
          }))
      return [
        event('content_block_start', {
          index,
          content_block: isText ? { type: 'text', text: '' } : { ...block, input: {} },
        }),
        ...deltas.map(delta => event('content_block_delta', { index, delta })),
        event('content_block_stop', { index }),
      ]
    }),
    event('message_delta', {
      delta: { stop_reason: stopOf(said, blocks), stop_sequence: null },
      usage: { output_tokens: tokensOf(JSON.stringify(blocks)) },
    }),
    event('message_stop'),
  ]
}

export const anthropic: Wire = {
  provider: 'anthropic',
  fits: path => path === '/v1/messages',
  problem: ({ body, headers }) => {
    if (!headers['x-api-key']) return [401, 'x-api-key header is required']
    if (!headers['anthropic-version']) return [400, 'anthropic-version: header is required']
    if (!body?.model || !(body.max_tokens > 0)) return [400, 'max_tokens: Field required']
    const roles: string[] = body.messages?.map((message: any) => message.role) ?? []
    return alternates(roles) ? undefined : [400, 'messages: roles must alternate, beginning with user']
  },
  error: (status, message) => ({ type: 'error', error: { type: TYPES[status] ?? 'api_error', message } }),
  whole: (said, asked) => {
    const blocks = said.refusal ? [] : blocksOf(said, asked)
    return messageOf(asked, blocks, stopOf(said, blocks), tokensOf(JSON.stringify(blocks)))
  },
  pieces: (said, asked) => (asked.body.stream ? events(said, asked) : undefined),
}
