import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ModelProvider } from '#core/ai/model-settings.ts'
import { anthropic } from './anthropic.testing.ts'
import { bedrock } from './bedrock.testing.ts'
import { google } from './google.testing.ts'
import { chatCompletions, embeddings, responses } from './openai.testing.ts'

/** What the model is to do with the next request. */
export type Scripted = {
  /** Says this; in a stream, in pieces. */
  text?: string
  /** An answer in the shape that was asked for; where none was asked for, as text. */
  json?: unknown
  /** Calls these tools. */
  calls?: Array<{ name: string; input: unknown }>
  /** Refuses for reasons of its own policy. */
  refusal?: boolean
  /** Fails with this status. */
  status?: number
  headers?: Record<string, string>
  /** Answers 200 with what is no answer of the protocol. */
  garbage?: boolean
  /** Cuts the connection: before the first byte, or in the middle of the answer. */
  cut?: 'before' | 'middle'
  /** Waits first. */
  delayMs?: number
  /** In a stream, waits between its pieces. */
  pieceDelayMs?: number
}

export type Asked = {
  method: string
  path: string
  headers: IncomingMessage['headers']
  /** The request's body as the protocol has it. */
  body: any
  raw: string
}

/** One wire format: which requests are its own, what is wrong with one, and how answers are written. */
export type Wire = {
  provider: string
  fits: (path: string) => boolean
  /** The protocol's own complaint about a request: a status and a message. */
  problem: (asked: Asked) => [number, string] | undefined
  error: (status: number, message: string) => unknown
  whole: (said: Scripted, asked: Asked) => unknown
  /** Undefined where the request asks for a whole answer. */
  pieces: (said: Scripted, asked: Asked) => Array<string | Buffer> | undefined
  streamType?: string
}

const WIRES: Wire[] = [responses, chatCompletions, embeddings, google, anthropic, bedrock]

const BASES: Record<ModelProvider, string> = {
  openai: '/v1',
  'openai-compatible': '/v1',
  google: '/v1beta',
  anthropic: '/v1',
  bedrock: '',
}

/**
 * A server that speaks the wire formats of OpenAI (Responses, Chat Completions, Embeddings), Gemini, Anthropic Messages and Bedrock
 * (Converse with its binary event stream, Titan), as their public references describe them. It refuses requests that the real ones would
 * refuse, remembers all, and answers what it was told with `says`; embeddings it makes itself from the words of the text.
 */
export class ModelServer {
  readonly asked: Asked[] = []
  private readonly script: Scripted[] = []
  private readonly server = createServer((request, response) => {
    this.handle(request, response).catch(() => response.destroy())
  })
  private usual: Scripted = { text: 'Hello.' }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise(resolve => this.server.close(resolve))
  }

  /** What the next requests get, one after the other. */
  says(...replies: Scripted[]): void {
    this.script.push(...replies)
  }

  /** What requests get that nothing was said for. */
  alwaysSays(reply: Scripted): void {
    this.usual = reply
  }

  /** Forgets what was asked and what was to be said. */
  reset(): void {
    this.asked.length = 0
    this.script.length = 0
    this.usual = { text: 'Hello.' }
  }

  baseUrl(provider: ModelProvider): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${BASES[provider]}`
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks).toString('utf8')
    const path = request.url ?? ''
    const wire = WIRES.find(({ fits }) => fits(path))
    const asked = { method: request.method ?? '', path, headers: request.headers, body: parsed(raw), raw }
    this.asked.push(asked)
    if (!wire) return json(response, 404, { error: { message: `no such path: ${path}` } })
    const said = this.script.shift() ?? this.usual
    if (said.delayMs) await sleep(said.delayMs)
    if (said.cut === 'before') return void request.socket.destroy()
    const problem = wire.problem(asked)
    if (problem) return json(response, problem[0], wire.error(...problem))
    if (said.status) return json(response, said.status, wire.error(said.status, 'as told'), said.headers)
    if (said.garbage) return whole(response, '<html>Our load balancer says hello</html>', said)
    const pieces = wire.pieces(said, asked)
    if (!pieces) return whole(response, JSON.stringify(wire.whole(said, asked)), said)
    await send(response, wire, pieces, said)
  }
}

function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function whole(response: ServerResponse, body: string, { cut }: Scripted): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  if (cut !== 'middle') return void response.end(body)
  response.write(body.slice(0, body.length / 2), () => response.destroy())
}

async function send(
  response: ServerResponse,
  { streamType = 'text/event-stream' }: Wire,
  pieces: Array<string | Buffer>,
  { cut, pieceDelayMs = 0 }: Scripted,
): Promise<void> {
  response.writeHead(200, { 'content-type': streamType })
  for (const [at, piece] of pieces.entries()) {
    if (cut === 'middle' && at >= pieces.length / 2) return void response.destroy()
    await new Promise(resolve => response.write(piece, resolve))
    if (pieceDelayMs) await sleep(pieceDelayMs)
  }
  response.end()
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    return undefined
  }
}

/** A server for the tests of a file. */
export function useModels(): ModelServer {
  const server = new ModelServer()
  before(() => server.start())
  after(() => server.stop())
  return server
}

/** What a workspace's settings say so that its models are this server's. */
export const settingsFor = (server: ModelServer, provider: ModelProvider) => ({
  provider,
  model: MODELS[provider],
  baseUrl: server.baseUrl(provider),
  ...(provider === 'bedrock'
    ? {
        region: 'eu-central-1',
        accessKeyId: 'AKIATESTTESTTEST',
        secretAccessKey: `secret-of-${provider}-9876`,
      }
    : { apiKey: `key-of-${provider}-9876` }),
})

const MODELS: Record<ModelProvider, string> = {
  openai: 'gpt-5',
  'openai-compatible': 'llama3.3',
  google: 'gemini-flash-latest',
  anthropic: 'claude-sonnet-4-5',
  bedrock: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
}
