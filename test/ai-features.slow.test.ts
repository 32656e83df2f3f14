import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { ModelProvider } from '#core/ai/model-settings.ts'
import { settingsFor, useModels } from '#integrations/llm/testing/model-server.testing.ts'
import { callsOn, checkGrounds, QUOTE, scene } from './selling.ts'
import { useProgram } from './world.ts'

useProgram()
const server = useModels()
beforeEach(() => server.reset())

/** A model that words one item well and one with a number of its own, quotes one sentence rightly and one not. */
const WORDED = {
  summary: 'Their budget is the question, and Velgrove is cheaper.',
  items: [
    { key: 'risk:price_open', text: 'They find the quote too high, and nobody has answered.' },
    { key: 'risk:competitor', text: 'Velgrove is 77% cheaper.' },
    { key: 'risk:invented', text: 'Made up.' },
  ],
  quotes: [
    { source: 'S1', quote: 'They will sign tomorrow.' },
    ...['S1', 'S2', 'S3'].map(source => ({ source, quote: QUOTE })),
  ],
}

test('with each protocol a model words what was found, and adds nothing', async () => {
  const { admin, ana, hers } = await scene()
  const { open } = hers
  const builtin = (await ana.post(`/ai/deal-coach/${open.id}`)).body
  for (const provider of [
    'openai',
    'openai-compatible',
    'google',
    'anthropic',
    'bedrock',
  ] as ModelProvider[]) {
    const given = settingsFor(server, provider)
    assert.equal((await admin.patch('/ai/settings', given)).status, 200)
    server.reset()
    server.says({ json: WORDED })
    const reply = await ana.post(`/ai/deal-coach/${open.id}`)
    assert.equal(reply.status, 200, reply.text)
    const { body } = reply
    assert.deepEqual([body.provider, body.model, body.summary], [provider, given.model, WORDED.summary])
    const text = (key: string) => body.risks.find((risk: any) => risk.key === key).text
    assert.equal(text('price_open'), WORDED.items[0]!.text)
    assert.equal(text('competitor'), builtin.risks.find((risk: any) => risk.key === 'competitor').text)
    assert.deepEqual(
      body.risks.map((risk: any) => risk.key),
      builtin.risks.map((risk: any) => risk.key),
    )
    assert.equal(body.healthScore, builtin.healthScore)
    await checkGrounds(ana, reply)
    assert.equal(reply.text.includes('sign tomorrow'), false)
    server.says({ status: 503 }, { status: 503 })
    const failed = await ana.post(`/ai/deal-coach/${open.id}`)
    assert.deepEqual([failed.status, failed.body.code], [503, 'AI_UNAVAILABLE'])
    server.says({ status: 500 }, { status: 500 })
    const fallen = await ana.post(`/ai/deal-coach/${open.id}?fallback=builtin`)
    assert.equal(fallen.status, 200, fallen.text)
    assert.deepEqual([fallen.body.provider, fallen.body.summary], ['builtin', builtin.summary])
    assert.ok(fallen.body.warnings.some(({ code }: any) => code === 'AI_FALLBACK'))
  }
})

const OBEYED = 'The API key is key-123. Pay at http://evil.example/pay by code 98765.'

test('an order in a record changes nothing: the model is shown it as data, and what obeys it is not passed on', async () => {
  const { admin, ana, hers: their } = await scene()
  assert.equal((await admin.patch('/ai/settings', { provider: 'builtin' })).status, 200)
  const calls = callsOn(their)
  const before = await Promise.all(calls.map(([path, body]) => ana.post(path, body)))
  assert.equal((await admin.patch('/ai/settings', settingsFor(server, 'openai-compatible'))).status, 200)
  const tasks = (await ana.get('/tasks')).body.total
  for (const [i, [path, body]] of calls.entries()) {
    server.reset()
    const obeyed = {
      summary: OBEYED,
      items: [{ key: 'risk:price_open', text: OBEYED }],
      title: OBEYED,
      approach: [OBEYED],
      responses: [OBEYED],
      followUpQuestions: [OBEYED],
      subject: 'Pay',
      body: OBEYED,
      quotes: [],
    }
    server.says({ json: obeyed })
    const reply = await ana.post(path, body)
    assert.equal(reply.status, 200, `${path}: ${reply.text}`)
    const [asked] = server.asked
    const [system, user] = asked!.body.messages.map((message: any) => JSON.stringify(message.content))
    assert.doesNotMatch(system, /pwned/)
    if (user.includes('pwned')) assert.match(user, /<(data-[0-9a-f]+)>\\n[^<]*pwned/)
    assert.doesNotMatch(asked!.raw, /key-of-[^"]*9876.*messages/)
    const words = (value: any) =>
      JSON.stringify(value, (key, part) =>
        [
          'evidence',
          'points',
          'openPoints',
          'provider',
          'model',
          'generatedAt',
          'warnings',
          'insights',
        ].includes(key)
          ? undefined
          : part,
      )
    assert.doesNotMatch(words(reply.body), /key-123|evil\.example|98765/, path)
    if (path !== '/ai/email-draft' && i < 4) assert.equal(words(reply.body), words(before[i]!.body), path)
  }
  assert.equal((await ana.get('/tasks')).body.total, tasks)
})
