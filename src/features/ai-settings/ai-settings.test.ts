import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { z } from 'zod'
import type { Grounded } from '#core/ai/answer.ts'
import type { ModelProvider } from '#core/ai/model-settings.ts'
import { answerWith } from '#core/ai/operation.ts'
import { definePrompt } from '#core/ai/prompt.ts'
import { AiUnavailable } from '#core/ai/provider.ts'
import type { Who } from '#core/db/workspace.ts'
import { settingsFor, useModels } from '#integrations/llm/testing/model-server.testing.ts'
import { asOwner } from '#test/database.ts'
import { type Person, useProgram, workspace, world } from '#test/world.ts'

const program = useProgram()
const server = useModels()
const PROVIDERS: ModelProvider[] = ['openai', 'openai-compatible', 'google', 'anthropic', 'bedrock']
const SECRET = /key-of-|secret-of-/

beforeEach(() => server.reset())

const whoOf = ({ workspaceId, id, role }: Person): Who => ({
  workspaceId,
  userId: id,
  role,
  visibility: 'own',
  timezone: 'UTC',
})
const prompt = definePrompt({ name: 'mood', version: 3, instructions: 'Tell the mood.' })
const schema = z.object({ mood: z.string() })
const task = { prompt, schema, facts: { deals: 2 } }
const ask = (person: Person) => program().app.ai.answer(whoOf(person), task)
const unavailable = (fault: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AiUnavailable)
  assert.deepEqual([error.status, error.code, error.fault], [503, 'AI_UNAVAILABLE', fault])
  assert.match(error.message, words)
  return true
}

test('without any setting the builtin provider answers, and no model is asked', async () => {
  const { admin } = await world()
  const { body } = await admin.get('/ai/settings')
  assert.deepEqual(body.effective, {
    provider: 'builtin',
    model: null,
    embeddingModel: null,
    source: 'installation',
  })
  assert.equal(await ask(admin), undefined)
  assert.equal(await program().app.ai.embedder(admin.workspaceId), undefined)
  assert.equal(server.asked.length, 0)
})

test('each provider can be set, tried and asked; its key stays', async () => {
  for (const provider of PROVIDERS) {
    const { admin, ben, vera, mallory } = await world()
    const given = settingsFor(server, provider)
    const set = await admin.patch('/ai/settings', given)
    assert.equal(set.status, 200, set.text)
    assert.deepEqual([set.body.provider, set.body.hasKey, set.body.keyHint], [provider, true, '9876'])
    server.reset()
    server.says({ json: { word: 'ready' } }, { json: { mood: 'good' } })
    const tried = await admin.post('/ai/settings/test', {})
    assert.deepEqual([tried.status, tried.body.answer.isOk], [200, true], tried.text)
    assert.deepEqual(await ask(ben), { value: { mood: 'good' }, provider, model: given.model })
    assert.match(
      JSON.stringify(server.asked[1]!.headers),
      provider === 'bedrock' ? /AKIATESTTESTTEST/ : /key-of-/,
    )
    const usage = (await admin.get('/ai/usage')).body
    assert.deepEqual(
      usage.tasks.map(({ task, calls, cost }: any) => [task, calls, cost]),
      [
        ['connection-test', 1, null],
        ['mood', 1, null],
      ],
    )
    assert.ok(usage.used.tokens > 20 && usage.tasks[1].callsWithoutPrice === 1)
    for (const person of [ben, vera]) assert.equal((await person.get('/ai/settings')).status, 403)
    assert.equal((await ben.get('/ai/usage')).status, 403)
    // The neighbour has neither the model nor the bill.
    assert.equal((await mallory.get('/ai/settings')).body.provider, null)
    assert.deepEqual((await mallory.get('/ai/usage')).body.used, { tokens: 0, cost: 0 })
    assert.equal(await ask(mallory), undefined)
  }
})

test('no answer, event or row of the database holds a key', async () => {
  const { admin, owner } = await world()
  const given = settingsFor(server, 'google')
  const answers = [
    await admin.patch('/ai/settings', given),
    await admin.patch('/ai/settings', { monthlyTokens: 5000 }),
    await admin.get('/ai/settings'),
    await admin.post('/ai/settings/test', {}),
    await admin.patch('/ai/settings', { model: 'x'.repeat(300), apiKey: 'key-of-nobody-at-all' }),
    await admin.get('/ai/usage'),
    await owner.get('/audit-logs?limit=200'),
    await owner.get('/activities?limit=200'),
    await owner.get('/workspaces/current'),
  ]
  for (const { text } of answers) assert.doesNotMatch(text, SECRET)
  const log = answers[6]!.body.rows.filter((row: any) => row.entityType === 'aiSettings')
  assert.deepEqual(
    log.map((row: any) => row.action),
    ['updated', 'keyChanged'],
  )
  assert.deepEqual(log[0].changes, { monthlyTokens: { old: null, new: 5000 } })
  assert.equal(log[1].changes.baseUrl.new, new URL(given.baseUrl).host)
  const rows = await asOwner(program(), session =>
    session.rows(
      'select to_jsonb(s)::text as text from ai_settings s union all select to_jsonb(e)::text from events e',
    ),
  )
  for (const { text } of rows) assert.doesNotMatch(text as string, SECRET)
})

test('a key goes nowhere but where it was entered for', async () => {
  const { admin } = await world()
  await admin.patch('/ai/settings', settingsFor(server, 'openai'))
  for (const [body, path] of [
    [{ baseUrl: `${server.baseUrl('openai')}/elsewhere` }, 'apiKey'],
    [{ baseUrl: null }, 'apiKey'],
    [{ provider: 'anthropic', model: 'claude' }, 'apiKey'],
  ] as const) {
    const refused = await admin.patch('/ai/settings', body)
    assert.deepEqual([refused.status, refused.body.issues[0].path], [400, path], refused.text)
    const tried = await admin.post('/ai/settings/test', body)
    assert.equal(tried.status, 400, tried.text)
  }
  assert.equal(server.asked.length, 0)
  const back = await admin.patch('/ai/settings', { provider: null })
  assert.deepEqual([back.body.hasKey, back.body.model, back.body.baseUrl], [false, null, null])
  const again = await admin.patch('/ai/settings', { provider: 'openai', model: 'gpt-5' })
  assert.equal(again.body.issues[0].path, 'apiKey')
})

test('what a provider needs is named', async () => {
  const { admin } = await world()
  const refused = async (body: object, ...paths: string[]) => {
    const answer = await admin.patch('/ai/settings', body)
    assert.deepEqual(
      [answer.status, answer.body.issues?.map((issue: any) => issue.path)],
      [400, paths],
      answer.text,
    )
  }
  await refused({ provider: 'anthropic', apiKey: 'k'.repeat(20) }, 'model')
  await refused({ provider: 'openai-compatible', model: 'llama' }, 'baseUrl')
  await refused({ provider: 'bedrock', model: 'm', accessKeyId: 'a' }, 'apiKey')
  await refused({ provider: 'google', accessKeyId: 'a', secretAccessKey: 'b' }, 'apiKey', 'accessKeyId')
  await refused({ provider: 'builtin', apiKey: 'k'.repeat(20) }, 'apiKey')
  await refused({ provider: 'anthropic', model: 'c', apiKey: 'k', embeddingModel: 'e' }, 'embeddingModel')
  await refused({ provider: 'chatty' }, 'provider')
  await refused({ monthlyTokens: -1, monthlyCost: 0.001 }, 'monthlyTokens', 'monthlyCost')
  await refused({ prices: { gpt: { input: -1, output: 0 } } }, 'prices.gpt.input')
  await refused({ apiToken: 'x' }, 'apiToken')
  const open = await admin.patch('/ai/settings', {
    ...settingsFor(server, 'openai-compatible'),
    apiKey: undefined,
  })
  assert.deepEqual([open.status, open.body.hasKey], [200, false])
  const models = await admin.patch('/ai/settings', { ...settingsFor(server, 'openai'), model: undefined })
  assert.equal(models.body.model, 'gpt-5')
})

test('a base URL leads into no private network, and over the internet only by TLS', async () => {
  const { admin } = await world()
  for (const baseUrl of [
    'http://169.254.169.254/v1',
    'http://10.0.0.5/v1',
    'http://[::1]:11434/v1',
    'http://2130706434/v1',
    'http://user:pass@127.0.0.1/v1',
    'http://93.184.215.14/v1',
    'ftp://127.0.0.1/v1',
  ])
    for (const send of [admin.patch, admin.put]) {
      const answer = await send('/ai/settings', { ...settingsFor(server, 'openai-compatible'), baseUrl })
      assert.deepEqual(
        [answer.status, answer.body.issues?.[0].path],
        [400, 'baseUrl'],
        `${baseUrl} ${answer.text}`,
      )
    }
  assert.equal((await admin.post('/ai/settings/test', { baseUrl: 'http://10.0.0.5/v1' })).status, 400)
  const open = { ...settingsFor(server, 'openai-compatible'), baseUrl: 'http://93.184.215.14/v1' }
  assert.equal((await admin.patch('/ai/settings', open)).body.issues[0].code, 'NEEDS_HTTPS')
})

test('a draft is tried without being kept, and what fails is said', async () => {
  const { admin } = await world()
  const draft = { ...settingsFor(server, 'openai'), embeddingModel: 'text-embedding-3-small' }
  server.says({ status: 401 })
  const bad = (await admin.post('/ai/settings/test', draft)).body
  assert.deepEqual([bad.answer.isOk, bad.answer.fault, bad.embedding], [false, 'rejected', null])
  server.says({ json: { word: 'ready' } }, { status: 404 })
  const half = (await admin.post('/ai/settings/test', draft)).body
  assert.deepEqual([half.answer.isOk, half.embedding.isOk, half.embedding.fault], [true, false, 'rejected'])
  assert.equal((await admin.get('/ai/settings')).body.provider, null)
  const none = await admin.post('/ai/settings/test', {})
  assert.deepEqual([none.status, none.body.issues[0].path], [400, 'provider'])
})

test('a month has a budget in tokens, and then the builtin answer is offered', async () => {
  const { admin, ben } = await world()
  await admin.patch('/ai/settings', { ...settingsFor(server, 'anthropic'), monthlyTokens: 1 })
  server.alwaysSays({ json: { mood: 'good' } })
  assert.equal((await ask(ben))!.value.mood, 'good')
  await assert.rejects(ask(ben), unavailable('budget', /budget of this month is used up \(1 tokens\)/))
  assert.equal(server.asked.length, 1)
  const builtin: Grounded & { mood: string } = {
    mood: 'plain',
    evidence: [],
    confidence: 0.5,
    warnings: [],
  }
  const answer = (fallback?: 'builtin') =>
    answerWith(program().app, whoOf(ben), { fallback }, builtin, task, value => ({ ...builtin, ...value }))
  await assert.rejects(answer(), unavailable('budget', /budget/))
  const offered = await answer('builtin')
  assert.deepEqual([offered.provider, offered.model, offered.mood], ['builtin', 'builtin', 'plain'])
  assert.deepEqual(
    offered.warnings.map(({ code }) => code),
    ['AI_FALLBACK'],
  )
  assert.match(offered.warnings[0]!.message, /budget/)
  await admin.patch('/ai/settings', { monthlyTokens: null })
  const made = await answer()
  assert.deepEqual([made.provider, made.mood], ['anthropic', 'good'])
  assert.ok(Date.now() - Date.parse(made.generatedAt) < 60_000)
})

test('a month has a budget in money where the models have prices', async () => {
  const { admin, ben } = await world()
  const set = await admin.patch('/ai/settings', { ...settingsFor(server, 'openai'), monthlyCost: 0.01 })
  assert.deepEqual([set.status, set.body.issues[0].path], [400, 'monthlyCost'])
  const prices = { 'gpt-5': { input: 1000, output: 100 } }
  const given = { ...settingsFor(server, 'openai'), monthlyCost: 0.01, prices }
  assert.equal((await admin.patch('/ai/settings', given)).status, 200)
  server.alwaysSays({ json: { mood: 'good' } })
  await ask(ben)
  const { used, tasks, days, budget } = (await admin.get('/ai/usage')).body
  const [mood] = tasks
  const expected = (mood.inputTokens * 1000 + mood.outputTokens * 100) / 1e6
  assert.ok(Math.abs(used.cost - expected) < 1e-6 && Math.abs(days[0].cost - expected) < 1e-6)
  assert.deepEqual([budget.cost, mood.callsWithoutPrice], [0.01, 0])
  await assert.rejects(ask(ben), unavailable('budget', /0\.01 US dollars/))
  assert.equal((await admin.get('/ai/usage?month=2020-01')).body.used.tokens, 0)
  assert.equal((await admin.get('/ai/usage?month=2020-13')).status, 400)
})

test('failures are counted, and the circuit is of one workspace', async () => {
  const [one, other] = [await world(), await workspace()]
  await one.admin.patch('/ai/settings', settingsFor(server, 'google'))
  await other.owner.patch('/ai/settings', settingsFor(server, 'google'))
  server.alwaysSays({ status: 403 })
  for (let n = 0; n < 5; n++) await assert.rejects(ask(one.ben), unavailable('rejected', /key/))
  await assert.rejects(ask(one.ben), unavailable('circuit', /left alone/))
  server.alwaysSays({ json: { mood: 'good' } })
  assert.equal((await ask(other.owner))!.value.mood, 'good')
  // A new key begins anew.
  await one.admin.patch('/ai/settings', { apiKey: 'key-of-google-new-1234' })
  assert.equal((await ask(one.ben))!.value.mood, 'good')
  const [mood] = (await one.admin.get('/ai/usage')).body.tasks
  assert.deepEqual([mood.calls, mood.failures], [6, 5])
})

test('a conversation streams with the tools that it is given', async () => {
  const { admin, ben } = await world()
  await admin.patch('/ai/settings', settingsFor(server, 'anthropic'))
  server.says({ calls: [{ name: 'count', input: { type: 'deal' } }] }, { text: 'You have two deals.' })
  const talk = await program().app.ai.stream(whoOf(ben), {
    prompt,
    facts: { name: 'Ben' },
    messages: [{ role: 'user', content: 'How many deals have I?' }],
    tools: {
      count: {
        description: 'Counts records',
        input: z.object({ type: z.string() }),
        run: async ({ type }) => ({ [type]: 2 }),
      },
    },
  })
  const types: string[] = []
  let said = ''
  for await (const part of talk!.parts) {
    if (types.at(-1) !== part.type) types.push(part.type)
    if (part.type === 'text') said += part.text
  }
  assert.deepEqual([types, said], [['tool-call', 'tool-result', 'text'], 'You have two deals.'])
  assert.match(server.asked[0]!.raw, /never followed/)
  assert.deepEqual([talk!.provider, talk!.model], ['anthropic', 'claude-sonnet-4-5'])
  assert.equal((await admin.get('/ai/usage')).body.tasks[0].calls, 1)
})
