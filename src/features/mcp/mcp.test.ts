import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { addressOf, nobody, type Person, useProgram, world } from '#test/world.ts'

const program = useProgram()

type Session = { client: Client; call: (name: string, input?: object) => Promise<any> }

/** The SDK's own client over HTTP, with a token or a key. */
async function connected(
  token: string,
  path = '/mcp',
  headers: Record<string, string> = {},
): Promise<Session> {
  const url = new URL((await addressOf(program())) + path)
  const client = new Client({ name: 'test', version: '1' })
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${token}`, ...headers } },
  })
  await client.connect(transport)
  const call = async (name: string, input: object = {}) => {
    const result: any = await client.callTool({ name, arguments: input as Record<string, unknown> })
    const answer = JSON.parse(result.content[0].text)
    return result.isError ? { isError: true, ...answer } : answer
  }
  return { client, call }
}

const keyOf = async (owner: Person, scopes: string[], more: object = {}) =>
  (await owner.post('/api-keys', { name: 'MCP', scopes, ...more })).body.key as string

test('a client finds, reads, counts, creates, changes and deletes with an access token', async () => {
  const { ana } = await world()
  const { client, call } = await connected(ana.token)
  try {
    const { tools } = await client.listTools()
    const byName = new Map(tools.map(tool => [tool.name, tool]))
    for (const name of [
      'search',
      'list_records',
      'measure_records',
      'read_record',
      'read_history',
      'describe_record_type',
    ])
      assert.equal(byName.get(name)?.annotations?.readOnlyHint, true, name)
    assert.equal(byName.get('create_record')?.annotations?.destructiveHint, false)
    for (const name of ['update_record', 'delete_record'])
      assert.equal(byName.get(name)?.annotations?.destructiveHint, true, name)
    const types = (byName.get('list_records')!.inputSchema as any).properties.type.enum
    assert.ok(types.includes('deal') && types.includes('interaction') && types.includes('invoice'))

    const seen = await call('create_record', {
      type: 'deal',
      data: { title: 'Pilot', amount: 100 },
      preview: true,
    })
    assert.equal(seen.data.isDone, false)
    assert.equal((await ana.get('/deals')).body.total, 0, 'a preview writes nothing')
    const { result } = (await call('create_record', { type: 'deal', data: { title: 'Pilot', amount: 100 } }))
      .data
    assert.equal((await ana.get(`/deals/${result.id}`)).body.ownerId, ana.id)
    assert.deepEqual((await call('search', { q: 'pilot' })).records[0].recordId, result.id)
    const changed = await call('update_record', { type: 'deal', id: result.id, data: { amount: 250 } })
    assert.deepEqual(
      changed.data.changes.map((change: any) => [change.field, change.old, change.new]),
      [['amount', 100, 250]],
    )
    const filter = { field: 'amount', op: 'gt', value: 200 }
    assert.equal((await call('list_records', { type: 'deal', filter })).data.total, 1)
    assert.deepEqual((await call('measure_records', { type: 'deal', filter })).data.totals, [1])
    const stale = await call('update_record', {
      type: 'deal',
      id: result.id,
      data: { amount: 1 },
      version: 1,
    })
    assert.deepEqual([stale.isError, stale.status], [true, 412])
    const history = await call('read_history', { type: 'deal', id: result.id })
    assert.deepEqual(
      history.data.rows.map((row: any) => row.type),
      ['deal.updated', 'deal.created'],
    )
    await call('delete_record', { type: 'deal', id: result.id })
    assert.equal((await ana.get(`/deals/${result.id}`)).status, 404)
  } finally {
    await client.close()
  }
})

test('a key whose scopes reach no tool gets an empty list, and nobody is promised to hear of changes', async () => {
  const { owner } = await world()
  const { client } = await connected(await keyOf(owner, ['webhooks:read']))
  try {
    assert.deepEqual(client.getServerCapabilities(), { tools: { listChanged: false } })
    assert.deepEqual((await client.listTools()).tools, [])
  } finally {
    await client.close()
  }
})

test('what a route refuses comes back as an error that names the field, and nothing is written', async () => {
  const { ana, ben, mallory } = await world()
  const { client, call } = await connected(ana.token, '/api/v1/mcp')
  try {
    const bad = await call('create_record', { type: 'deal', data: { amount: 'much', colour: 'red' } })
    assert.deepEqual([bad.isError, bad.status, bad.code], [true, 400, 'VALIDATION_ERROR'])
    assert.deepEqual(bad.issues.map((issue: any) => issue.path).sort(), ['amount', 'colour', 'title'])
    const bens = (await ben.post('/deals', { title: 'Not yours' })).body
    const strange = (await mallory.post('/deals', { title: 'Elsewhere' })).body
    for (const { id } of [bens, strange])
      for (const [name, input] of [
        ['read_record', { type: 'deal', id }],
        ['read_history', { type: 'deal', id }],
        ['update_record', { type: 'deal', id, data: { title: 'Mine' } }],
        ['delete_record', { type: 'deal', id }],
      ] as const) {
        const refused = await call(name, input)
        assert.deepEqual([name, refused.isError, refused.status], [name, true, 404])
      }
    assert.deepEqual((await call('search', { q: 'elsewhere yours' })).data.rows, [])
    assert.equal((await ben.get(`/deals/${bens.id}`)).body.version, 1)
    const settings = await call('create_record', { type: 'pipeline', data: { name: 'Mine' } })
    assert.deepEqual([settings.isError, settings.status], [true, 403])
  } finally {
    await client.close()
  }
})

test('what does not fit a tool is told as the API tells it, and every answer is also a value of the schema that is told', async () => {
  const { ana } = await world()
  const { client, call } = await connected(ana.token)
  try {
    for (const [name, input, path] of [
      ['list_records', { type: 'unicorn' }, 'type'],
      ['list_records', { type: 'deal', limit: 'many' }, 'limit'],
      ['read_record', { type: 'deal', id: 'x' }, 'id'],
      ['create_record', { type: 'deal', data: { title: 'A' }, preview: 'perhaps' }, 'preview'],
      ['search', {}, 'q'],
    ] as const) {
      const refused = await call(name, input)
      assert.deepEqual([refused.isError, refused.status, refused.code], [true, 400, 'VALIDATION_ERROR'], name)
      assert.equal(refused.issues[0].path, path)
      assert.ok(refused.issues[0].code, 'issues have codes')
    }
    const { tools } = await client.listTools()
    const company = (await ana.post('/companies', { name: 'Output Works' })).body
    const deal = (await ana.post('/deals', { title: 'Output', companyId: company.id, amount: 3 })).body
    const lead = (await ana.post('/leads', { name: 'Lea Put', email: 'lea@put.example' })).body
    const calls: Record<string, object> = {
      search: { q: 'output' },
      list_records: { type: 'deal' },
      measure_records: { type: 'deal', groupBy: ['status'] },
      read_record: { type: 'company', id: company.id },
      read_history: { type: 'deal', id: deal.id },
      describe_record_type: { type: 'lead' },
      list_members: {},
      export_records: { type: 'deal' },
      draft_email: { type: 'lead', id: lead.id, purpose: 'introduction' },
      summarise_record: { type: 'deal', id: deal.id },
      explain_outcomes: {},
      analyse: { analysis: 'forecast', months: 2 },
      explain_deal: { id: deal.id },
      next_actions: {},
      create_record: { type: 'deal', data: { title: 'Two' } },
      update_record: { type: 'deal', id: deal.id, data: { amount: 4 }, preview: true },
      run_action: { action: 'lead.convert', id: lead.id, preview: true },
      delete_record: { type: 'deal', id: deal.id },
    }
    assert.deepEqual(tools.map(({ name }) => name).toSorted(), Object.keys(calls).toSorted())
    for (const { name, outputSchema } of tools) {
      assert.equal(outputSchema?.type, 'object', name)
      // The client holds the value against the schema, and throws where it does not fit.
      const result: any = await client.callTool({ name, arguments: calls[name] as Record<string, unknown> })
      assert.equal(result.isError, undefined, `${name}: ${result.content[0].text}`)
      assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, name)
    }
  } finally {
    await client.close()
  }
})

test('a key reaches what its scopes say: tools that it cannot use are not there', async () => {
  const { owner } = await world()
  const company = (await owner.post('/companies', { name: 'Hidden Works' })).body
  await owner.post('/deals', { title: 'Seen', companyId: company.id })
  await owner.post('/contacts', { firstName: 'Unseen' })
  const reading = await connected(await keyOf(owner, ['deals:read']))
  try {
    const names = (await reading.client.listTools()).tools.map(({ name }) => name)
    assert.ok(names.includes('list_records') && !names.includes('create_record') && !names.includes('search'))
    for (const { name, inputSchema } of (await reading.client.listTools()).tools) {
      const { type } = (inputSchema as any).properties
      if (type)
        assert.deepEqual([name, type.enum], [name, ['deal']], 'no type is offered that the key cannot read')
    }
    const { data } = await reading.call('list_records', { type: 'deal' })
    assert.deepEqual([data.total, data.rows[0].companyId], [1, company.id])
    assert.doesNotMatch(JSON.stringify(data), /Hidden Works/, 'what its links are called is another scope')
    const refused = await reading.call('list_records', { type: 'contact' })
    assert.deepEqual([refused.isError, refused.code], [true, 'INSUFFICIENT_SCOPE'])
  } finally {
    await reading.client.close()
  }
  const writing = await connected(await keyOf(owner, ['deals:write', 'deals:read']))
  try {
    const made = await writing.call('create_record', { type: 'deal', data: { title: 'By a program' } })
    assert.equal(made.data.isDone, true)
    const { tools } = await writing.client.listTools()
    const schemaOf = (name: string) => tools.find(tool => tool.name === name)!.inputSchema as any
    assert.deepEqual(schemaOf('create_record').properties.type.enum, ['deal'])
    assert.deepEqual(schemaOf('run_action').properties.action.enum, ['deal.stage'])
    const refused = await writing.call('create_record', { type: 'task', data: { title: 'No' } })
    assert.deepEqual([refused.isError, refused.code], [true, 'INSUFFICIENT_SCOPE'])
    const { rows } = (await owner.get(`/audit-logs?entityType=deal&entityId=${made.data.result.id}`)).body
    assert.ok(rows[0].apiKeyId, 'the event names the key')
  } finally {
    await writing.client.close()
  }
})

test('without a token, as a viewer, from another page: refused; streams and sessions there are none', async () => {
  const { ana, vera } = await world()
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const accept = { accept: 'application/json, text/event-stream' }
  const url = `${await addressOf(program())}/mcp`
  const post = (token: string, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...accept,
        ...headers,
      },
      body: JSON.stringify(list),
    })
  assert.equal((await nobody.post('/mcp', list, { headers: accept })).status, 401)
  assert.equal((await post(vera.token)).status, 403)
  assert.equal((await post(ana.token, { origin: 'https://evil.example' })).status, 403)
  assert.equal((await post(ana.token, { origin: 'null' })).status, 403)
  assert.equal((await post(ana.token)).status, 200)
  assert.equal((await post(ana.token, { origin: 'http://localhost:6274' })).status, 200, 'a local tool')
  for (const method of ['GET', 'DELETE']) {
    const reply = await fetch(url, { method, headers: { authorization: `Bearer ${ana.token}`, ...accept } })
    assert.deepEqual([reply.status, reply.headers.get('allow')], [405, 'POST'])
  }
  assert.equal((await ana.post('/mcp', { method: 'tools/list' }, { headers: accept })).status, 400)
})
