import { crc32 } from 'node:zlib'
import type { Asked, Scripted, Wire } from './model-server.testing.ts'
import { alternates, callsOf, piecesOf, textOf, tokensOf, vectorOf } from './wire.testing.ts'

type Block = { text: string } | { toolUse: { toolUseId: string; name: string; input: unknown } }

const hasJsonTool = ({ body }: Asked): boolean =>
  body.toolConfig?.tools?.some((tool: any) => tool.toolSpec?.name === 'json') ?? false

function blocksOf(said: Scripted, asked: Asked): Block[] {
  if (said.refusal) return []
  if (said.json !== undefined && hasJsonTool(asked))
    return [{ toolUse: { toolUseId: 'tooluse_json', name: 'json', input: said.json } }]
  const text = textOf(said)
  return [
    ...(text === undefined ? [] : [{ text }]),
    ...callsOf(said).map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } })),
  ]
}

const stopOf = (said: Scripted, blocks: Block[]): string =>
  said.refusal ? 'content_filtered' : blocks.some(block => 'toolUse' in block) ? 'tool_use' : 'end_turn'

function usageOf(asked: Asked, blocks: Block[]) {
  const [inputTokens, outputTokens] = [tokensOf(asked.raw), tokensOf(JSON.stringify(blocks))]
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens }
}

/** One message of `application/vnd.amazon.eventstream`: lengths, their CRC, headers of strings, payload, CRC of it all. */
function message(eventType: string, payload: unknown): Buffer {
  const header = (name: string, value: string) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(Buffer.byteLength(value))
    return Buffer.concat([
      Buffer.from([name.length]),
      Buffer.from(name),
      Buffer.from([7]),
      length,
      Buffer.from(value),
    ])
  }
  const headers = Buffer.concat([
    header(':event-type', eventType),
    header(':content-type', 'application/json'),
    header(':message-type', 'event'),
  ])
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(8)
  prelude.writeUInt32BE(headers.length + body.length + 16, 0)
  prelude.writeUInt32BE(headers.length, 4)
  const before = Buffer.concat([prelude, sum(prelude), headers, body])
  return Buffer.concat([before, sum(before)])
}

function sum(bytes: Buffer): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32BE(crc32(bytes))
  return out
}

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
function events(said: Scripted, asked: Asked): Buffer[] {
  const blocks = blocksOf(said, asked)
  return [
    message('messageStart', { role: 'assistant' }),
    ...blocks.flatMap((block, contentBlockIndex) => {
      const isText = 'text' in block
      const { toolUseId, name } = isText ? { toolUseId: '', name: '' } : block.toolUse
      const deltas = isText
        ? piecesOf(block.text).map(text => ({ text }))
        : piecesOf(JSON.stringify(block.toolUse.input)).map(input => ({ toolUse: { input } }))
      return [
        ...(isText
          ? []
          : [message('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name } } })]),
        ...deltas.map(delta => message('contentBlockDelta', { contentBlockIndex, delta })),
        message('contentBlockStop', { contentBlockIndex }),
      ]
    }),
    message('messageStop', { stopReason: stopOf(said, blocks) }),
    message('metadata', { usage: usageOf(asked, blocks), metrics: { latencyMs: 5 } }),
  ]
}

export const bedrock: Wire = {
  provider: 'bedrock',
  fits: path => /^\/model\/[^/]+\/(converse|converse-stream|invoke)$/.test(path),
  problem: ({ path, headers, body }) => {
    const proof = headers.authorization ?? ''
    const isSigned =
      /^AWS4-HMAC-SHA256 Credential=\w+\/\d{8}\/[a-z0-9-]+\/bedrock\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/.test(
        proof,
      )
    if (!isSigned && !/^Bearer \S+$/.test(proof)) return [403, 'Missing Authentication Token']
    if (path.endsWith('/invoke')) return body?.inputText ? undefined : [400, 'inputText is required']
    const roles: string[] = body?.messages?.map((one: any) => one.role) ?? []
    return alternates(roles)
      ? undefined
      : [400, 'A conversation must alternate between user and assistant roles']
  },
  error: (_status, text) => ({ message: text }),
  whole: (said, asked) => {
    if (asked.path.endsWith('/invoke')) {
      const { inputText, dimensions = 1024 } = asked.body
      return { embedding: vectorOf(inputText, dimensions), inputTextTokenCount: tokensOf(inputText) }
    }
    const blocks = blocksOf(said, asked)
    return {
      output: { message: { role: 'assistant', content: blocks } },
      stopReason: stopOf(said, blocks),
      usage: usageOf(asked, blocks),
      metrics: { latencyMs: 5 },
    }
  },
  pieces: (said, asked) => (asked.path.endsWith('/converse-stream') ? events(said, asked) : undefined),
  streamType: 'application/vnd.amazon.eventstream',
}
