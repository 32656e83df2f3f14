import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { z } from 'zod'
import type { ModelProvider } from '#core/ai/model-settings.ts'
import { AiUnavailable, type ModelPart } from '#core/ai/provider.ts'
import { AddressGuard } from '#core/net/address-guard.ts'
import { Llm, type Target, type Used } from './llm.ts'
import { stream, type Talk } from './stream.ts'
import { settingsFor, useModels } from './testing/model-server.testing.ts'

/** Every provider's library against a server that speaks its wire format. */

const server = useModels()
const PROVIDERS: ModelProvider[] = ['openai', 'openai-compatible', 'google', 'anthropic', 'bedrock']
const used: Used[] = []
const tell = async (one: Used) => void used.push(one)
const llm = new Llm({ timeoutMs: 5000, retryAfterMs: 20 })

const target = (provider: ModelProvider, more: Partial<Target> = {}): Target => ({
  settings: settingsFor(server, provider),
  key: `${provider} ${Math.random()}`,
  guard: undefined,
  ...more,
})

const mood = z.object({
  mood: z.enum(['good', 'bad']),
  reasons: z.array(z.object({ source: z.string(), quote: z.string() })),
  next: z.string().nullable(),
})
const GOOD = { mood: 'good', reasons: [{ source: 'S1', quote: 'so happy' }], next: null }
const ask = (to: Target, by = llm) =>
  by.answer(
    to,
    { name: 'mood-of', instructions: 'Tell the mood.', prompt: 'S1: We are so happy.', schema: mood },
    tell,
  )

const fault = (name: string) => (error: unknown) => {
  assert.ok(error instanceof AiUnavailable, String((error as Error).stack))
  assert.deepEqual([error.status, error.code, error.fault], [503, 'AI_UNAVAILABLE', name])
  return true
}

beforeEach(() => {
  server.reset()
  used.length = 0
})

for (const provider of PROVIDERS) {
  test(`${provider}: an answer in a shape, with its tokens counted`, async () => {
    server.says({ json: GOOD })
    assert.deepEqual(await ask(target(provider)), GOOD)
    assert.equal(server.asked.length, 1)
    const { raw } = server.asked[0]!
    for (const words of ['Tell the mood.', 'We are so happy.', '"enum"'])
      assert.ok(raw.includes(words), words)
    const [one] = used
    assert.ok(one!.inputTokens > 10 && one!.outputTokens > 5 && !one!.isEstimate, JSON.stringify(one))
    assert.deepEqual([one!.attempts, one!.fault], [1, undefined])
  })

  test(`${provider}: what is no answer is asked for once more, and then is a fault`, async () => {
    server.says({ text: 'Well, it depends.' }, { json: GOOD })
    assert.deepEqual(await ask(target(provider)), GOOD)
    server.says({ json: { mood: 'angry' } }, { garbage: true })
    await assert.rejects(ask(target(provider)), fault('nonsense'))
    assert.equal(server.asked.length, 4)
    assert.deepEqual(
      used.map(({ attempts }) => attempts),
      [2, 2],
    )
  })

  test(`${provider}: errors of the server and cut connections are tried once more`, async () => {
    for (const failed of [{ status: 500 }, { cut: 'before' }, { cut: 'middle', json: GOOD }] as const) {
      server.says(failed, { json: GOOD })
      assert.deepEqual(await ask(target(provider)), GOOD)
      server.says(failed, failed)
      await assert.rejects(ask(target(provider)), error => fault('failure')(error))
    }
    assert.equal(server.asked.length, 12)
  })

  test(`${provider}: a refused key or request is not tried again, nor is a refusal`, async () => {
    for (const [said, name] of [
      [{ status: 401 }, 'rejected'],
      [{ status: 403 }, 'rejected'],
      [{ status: 400 }, 'invalid'],
      [{ refusal: true }, 'refusal'],
    ] as const) {
      server.says(said)
      await assert.rejects(ask(target(provider)), fault(name))
    }
    assert.equal(server.asked.length, 4)
  })

  test(`${provider}: too many requests wait as long as they are told, but not for long`, async () => {
    server.says({ status: 429, headers: { 'retry-after': '0' } }, { json: GOOD })
    assert.deepEqual(await ask(target(provider)), GOOD)
    server.says({ status: 429, headers: { 'retry-after': '60' } })
    await assert.rejects(ask(target(provider)), error => {
      assert.equal((error as AiUnavailable).retryAfterSeconds, 60)
      return fault('limit')(error)
    })
    assert.equal(server.asked.length, 3)
  })

  test(`${provider}: a slow model is given up in time, without a second try`, async () => {
    server.says({ delayMs: 2000, json: GOOD })
    const began = performance.now()
    await assert.rejects(ask(target(provider), new Llm({ timeoutMs: 200 })), fault('timeout'))
    assert.ok(performance.now() - began < 1500)
    assert.equal(server.asked.length, 1)
  })

  test(`${provider}: a conversation streams, calls tools and goes on with their answers`, async () => {
    server.says(
      { text: 'I look for them. ', calls: [{ name: 'find', input: { name: 'Zebra' } }] },
      { text: 'There are three deals with Zebra.' },
    )
    const { parts, asked } = await talk(provider)
    assert.deepEqual(asked, [{ name: 'Zebra' }])
    assert.equal(textOf(parts), 'I look for them. There are three deals with Zebra.')
    assert.ok(parts.filter(({ type }) => type === 'text').length > 3, 'in pieces')
    const called = parts.find(part => part.type === 'tool-call')
    assert.deepEqual([called?.name, called?.input], ['find', { name: 'Zebra' }])
    const answered = parts.find(part => part.type === 'tool-result')
    assert.deepEqual([answered?.id, answered?.output], [called?.id, { deals: 3 }])
    assert.ok(server.asked[1]!.raw.includes('deals'), 'the answer of the tool goes back')
    assert.deepEqual([used.length, used[0]!.fault, used[0]!.isEstimate], [1, undefined, false])
    assert.ok(used[0]!.inputTokens > 20)
  })

  test(`${provider}: a tool without an answer of its own ends the turn`, async () => {
    server.says({ calls: [{ name: 'propose', input: { title: 'Call Zebra' } }] })
    const { parts } = await talk(provider)
    assert.deepEqual(
      parts.map(part => [part.type, 'input' in part ? part.input : undefined]),
      [['tool-call', { title: 'Call Zebra' }]],
    )
    assert.equal(server.asked.length, 1)
  })

  test(`${provider}: a stream that fails before its first word is tried again, later it breaks off`, async () => {
    server.says({ status: 500 }, { text: 'Here I am.' })
    assert.equal(textOf((await talk(provider)).parts), 'Here I am.')
    server.says({
      cut: 'middle',
      text: 'This sentence is long enough to be cut somewhere in its middle, is it not?',
    })
    await assert.rejects(talk(provider), fault('failure'))
    server.says({ status: 401 })
    await assert.rejects(talk(provider), fault('rejected'))
    assert.equal(server.asked.length, 4)
    assert.deepEqual(
      used.map(one => one.fault),
      [undefined, 'failure', 'rejected'],
    )
  })

  test(`${provider}: a stream that refuses or stalls is a fault`, async () => {
    server.says({ refusal: true })
    await assert.rejects(talk(provider), fault('refusal'))
    server.says({ text: 'One. Two. Three. Four. Five.', pieceDelayMs: 500 })
    await assert.rejects(talk(provider, new Llm({ timeoutMs: 300 })), fault('timeout'))
  })
}

async function talk(provider: ModelProvider, by = llm, more: Partial<Talk> = {}) {
  const asked: unknown[] = []
  const given: Talk = {
    instructions: 'You help.',
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hello, what may I do?' },
      { role: 'user', content: 'How many deals with Zebra?' },
    ],
    tools: {
      find: {
        description: 'Finds deals',
        input: z.object({ name: z.string() }),
        run: async input => {
          asked.push(input)
          return { deals: 3 }
        },
      },
      propose: { description: 'Proposes a task', input: z.object({ title: z.string() }) },
    },
    stepsAtMost: 4,
    signal: undefined,
    ...more,
  }
  const parts: ModelPart[] = []
  for await (const part of await stream(by, target(provider), given, tell)) parts.push(part)
  return { parts, asked }
}

const textOf = (parts: ModelPart[]): string =>
  parts.map(part => (part.type === 'text' ? part.text : '')).join('')

test('whoever stops reading ends the call, and it is no fault', async () => {
  const gone = new AbortController()
  server.says({ text: 'One. Two. Three. Four. Five. Six. Seven. Eight.', pieceDelayMs: 100 })
  const parts = await stream(
    llm,
    target('openai'),
    {
      instructions: 'x',
      messages: [{ role: 'user', content: 'y' }],
      tools: {},
      stepsAtMost: 2,
      signal: gone.signal,
    },
    tell,
  )
  let seen = 0
  for await (const _ of parts) if (++seen === 2) gone.abort()
  assert.ok(seen < 4)
  assert.deepEqual(
    used.map(one => one.fault),
    [undefined],
  )
})

test('after five failures in a row a provider is left alone, and then tried once', async () => {
  let now = 0
  const watched = new Llm({ timeoutMs: 2000, retryAfterMs: 20, now: () => now })
  const [bad, other] = [target('anthropic'), target('anthropic')]
  server.alwaysSays({ status: 401 })
  for (let n = 0; n < 5; n++) await assert.rejects(ask(bad, watched), fault('rejected'))
  await assert.rejects(ask(bad, watched), error => {
    assert.equal((error as AiUnavailable).retryAfterSeconds, 30)
    return fault('circuit')(error)
  })
  assert.equal(server.asked.length, 5)
  server.alwaysSays({ json: GOOD })
  assert.deepEqual(await ask(other, watched), GOOD)
  now += 31_000
  const trying = ask(bad, watched)
  await assert.rejects(ask(bad, watched), fault('circuit'))
  assert.deepEqual(await trying, GOOD)
  assert.deepEqual(await ask(bad, watched), GOOD)
})

test('a base URL that leads into a private network is not reached', async () => {
  const guard = new AddressGuard([])
  await assert.rejects(ask(target('openai', { guard })), fault('rejected'))
  const { settings } = target('openai')
  const elsewhere = { ...settings, baseUrl: settings.baseUrl!.replace('127.0.0.1', 'localhost') }
  await assert.rejects(ask({ settings: elsewhere, key: 'x', guard }), fault('rejected'))
  assert.equal(server.asked.length, 0)
  server.says({ json: GOOD })
  assert.deepEqual(await ask(target('openai', { guard: new AddressGuard(['127.0.0.1']) })), GOOD)
})

test('what a fault tells holds neither the key nor the text', async () => {
  server.alwaysSays({ text: 'We are so happy.' })
  for (const provider of PROVIDERS) {
    for (const said of [{ text: 'We are so happy.' }, { status: 400 }]) {
      server.alwaysSays(said)
      const error = await ask(target(provider)).catch(refused => refused as AiUnavailable)
      const { inspect } = await import('node:util')
      const told = inspect(error, { depth: 10 })
      assert.doesNotMatch(told, /key-of|secret-of|so happy|Tell the mood/, provider)
    }
  }
})

test('embeddings have 768 numbers and the length 1', async () => {
  for (const [provider, embeddingModel] of [
    ['openai', 'text-embedding-3-small'],
    ['openai-compatible', 'all-minilm'],
    ['google', 'text-embedding-004'],
    ['google', 'gemini-embedding-001'],
    ['bedrock', 'amazon.titan-embed-text-v2:0'],
  ] as const) {
    const to = target(provider)
    to.settings = { ...to.settings, embeddingModel }
    const vectors = await llm.embed(to, ['green bicycles', 'a green bicycle', 'invoice overdue'], 768, tell)
    assert.deepEqual(
      vectors.map(({ length }) => length),
      [768, 768, 768],
      embeddingModel,
    )
    for (const vector of vectors) assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-9)
    const like = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
    assert.ok(like(vectors[0]!, vectors[1]!) > like(vectors[0]!, vectors[2]!))
    assert.ok(used.at(-1)!.inputTokens > 0)
    assert.equal(used.at(-1)!.isEstimate, provider === 'google')
  }
  const long = target('openai-compatible')
  long.settings = { ...long.settings, embeddingModel: 'text-embedding-3-small' }
  await assert.rejects(llm.embed(long, ['x'], 768, tell), /vectors of 1536 numbers; at most 768/)
  await assert.rejects(llm.embed(target('anthropic'), ['x'], 768, tell), fault('rejected'))
})
