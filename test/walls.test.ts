import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseFault } from '#core/db/engine.ts'
import { makeLog } from '#core/log.ts'
import { childEnv, dataFolder, listening, prepared } from './child.ts'
import { callAs, checkRefusal, documentOf, routesOf, withStrangeIds } from './routes.ts'
import { slowTest } from './slow.ts'
import { adopt, nobody, personIn, takeLog, useProgram, workspace, world } from './world.ts'

/** What stands in front of every route: limits of rate, headers, and what never reaches a log. */

const program = useProgram({
  RATE_LIMIT_GENERAL: '3',
  RATE_LIMIT_AI: '3',
  RATE_LIMIT_AUTH: '3',
  RATE_LIMIT_IMPORT: '3',
  RATE_LIMIT_UPLOAD: '3',
  RATE_LIMIT_WEB: '6',
  CORS_ORIGINS: 'https://app.example.com',
})

const HEADERS: Record<string, RegExp> = {
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'x-xss-protection': /^1; mode=block$/,
  'strict-transport-security': /^max-age=31536000; includeSubDomains/,
  'content-security-policy': /default-src 'self'/,
  'referrer-policy': /\S/,
}

test('the security headers stand on every kind of answer', async () => {
  const { id } = await workspace()
  const { server, app } = program()
  // A new person for each call, so that none meets the limit but the one who is to.
  const inject = async (url: string, more: object = {}, person?: { token: string }) => {
    const { token } = person ?? (await personIn(id, 'OWNER', 'Ines'))
    return server.inject({ url, headers: { authorization: `Bearer ${token}` }, ...more })
  }
  const busy = await personIn(id, 'OWNER', 'Bea')
  for (let i = 0; i < 3; i++) await busy.get('/deals')
  const answers: Record<string, Awaited<ReturnType<typeof inject>>> = {
    '200': await inject('/api/v1/deals'),
    '201': await inject('/api/v1/companies', { method: 'POST', payload: { name: 'X' } }),
    '400': await inject('/api/v1/deals?limit=0'),
    '401': await inject('/api/v1/deals', { headers: {} }),
    '404 of a route': await inject('/nothing'),
    '404 of a record': await inject('/api/v1/deals/00000000-0000-7000-8000-000000000000'),
    '429': await inject('/api/v1/deals', {}, busy),
    '/health': await inject('/health'),
    '/api/v1/health': await inject('/api/v1/health'),
    '/ready': await inject('/ready'),
    '/metrics': await inject('/metrics'),
    '/openapi.json': await inject('/openapi.json'),
    '/api-docs': await inject('/api-docs/'),
    OPTIONS: await inject('/api/v1/deals', {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example.com', 'access-control-request-method': 'GET' },
    }),
  }
  const lookUp = app.access.accessOf
  app.access.accessOf = () => Promise.reject(new Error('a fault with hunter2 inside'))
  answers['500'] = await inject('/api/v1/deals')
  app.access.accessOf = () =>
    Promise.reject(new DatabaseFault({ code: 'CONNECTION_CLOSED', message: 'gone' }))
  answers['503'] = await inject('/api/v1/deals')
  app.access.accessOf = lookUp
  for (const [name, reply] of Object.entries(answers)) {
    for (const [header, value] of Object.entries(HEADERS))
      assert.match(String(reply.headers[header] ?? ''), value, `${name}: ${header}`)
    assert.equal(reply.headers['x-powered-by'], undefined, name)
    if (/^\d/.test(name))
      assert.equal(reply.statusCode, Number(name.slice(0, 3)), `${name}: ${reply.payload}`)
  }
  assert.doesNotMatch(
    answers['500']!.payload,
    /hunter2|stack/,
    'the public message never leaks the internal one',
  )
  assert.equal(answers['503']!.headers['retry-after'], '5')
  assert.equal(answers['200']!.headers['cache-control'], 'no-store')
  takeLog()
})

slowTest(
  '429 on every route after so many calls a minute, with RateLimit-* and Retry-After, each client for itself',
  async () => {
    const { workspaceId, mallory } = await world()
    const routes = routesOf(await documentOf(program())).filter(route => route.least !== 'public')
    for (const [i, route] of routes.entries()) {
      const person = await personIn(workspaceId, 'OWNER', `P${i}`)
      const call = { path: withStrangeIds(route), body: route.body ? {} : undefined }
      for (let n = 1; n <= 3; n++) {
        const reply = await callAs(person, route, call)
        assert.notEqual(reply.status, 429, route.key)
        assert.deepEqual(
          [reply.headers['ratelimit-limit'], reply.headers['ratelimit-remaining']],
          ['3', String(3 - n)],
          route.key,
        )
      }
      const reply = await callAs(person, route, call)
      checkRefusal(reply, 429, route.key)
      assert.match(String(reply.headers['retry-after']), /^([1-9]|[1-5]\d|60)$/, route.key)
    }
    assert.equal((await mallory.get('/deals')).status, 200, 'others are not held up')
  },
)

test("the limit is one for all routes of a class, and the web app's session has its own", async () => {
  const { owner } = await workspace()
  const statuses = []
  for (const path of ['/deals', '/contacts', '/companies', '/leads'])
    statuses.push((await owner.get(path)).status)
  assert.deepEqual(statuses, [200, 200, 200, 429])
  const claims = JSON.parse(Buffer.from(owner.token.split('.')[1]!, 'base64url').toString())
  const web = await program().app.tokens.sign({
    userId: owner.id,
    workspaceId: owner.workspaceId,
    sessionId: claims.sid,
    isWeb: true,
  })
  const asWeb = { headers: { authorization: `Bearer ${web}` } }
  const more = []
  for (let i = 0; i < 7; i++) more.push((await nobody.get('/deals', asWeb)).status)
  assert.deepEqual(more, [200, 200, 200, 200, 200, 200, 429])
})

test('what AI answers is of one class, asked for by its route, in the chat or by a tool of MCP', async () => {
  const { owner } = await workspace()
  const lead = (await owner.post('/leads', { name: 'Ida Fox' })).body
  const say = () =>
    owner.post('/ai/chat', { messages: [{ role: 'user', content: 'summarise Ida Fox' }], stream: false })
  const tool = (name: string, input: object) =>
    owner.post(
      '/mcp',
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: input } },
      { headers: { accept: 'application/json, text/event-stream' } },
    )
  // The chat calls the route of summaries itself, and is counted once.
  assert.deepEqual([(await say()).status, (await say()).headers['ratelimit-remaining']], [200, '1'])
  assert.match((await tool('summarise_record', { type: 'lead', id: lead.id })).text, /with Olga/)
  const more = await tool('summarise_record', { type: 'lead', id: lead.id })
  assert.match(more.text, /\\"status\\":429,\\"code\\":\\"RATE_LIMITED/)
  checkRefusal(await say(), 429, 'POST /ai/chat')
  takeLog()
})

test('only named origins may call from a browser', async () => {
  const ask = (origin: string) => program().server.inject({ url: '/health', headers: { origin } })
  assert.equal(
    (await ask('https://app.example.com')).headers['access-control-allow-origin'],
    'https://app.example.com',
  )
  assert.equal((await ask('https://evil.example')).headers['access-control-allow-origin'], undefined)
})

const SECRETS = [
  'hunter2-password',
  'sesame-token-value',
  'ida.secret@mail.example',
  '+41446681801',
  'query-secret-value',
]

slowTest(
  'nothing secret of a request reaches the log of the real process, whatever becomes of the request',
  async context => {
    const env = await childEnv(dataFolder(context), { LOG_LEVEL: 'trace' })
    const owner = await prepared(env, async running => {
      const before = program()
      adopt(running)
      const made = await workspace()
      adopt(before)
      return made.owner
    })
    const child = await listening(context, env)
    const [password, token, email, phone, inQuery] = SECRETS
    const post = (path: string, body: string, headers: Record<string, string> = {}) =>
      fetch(`${child.url}${path}`, {
        method: 'POST',
        body,
        headers: {
          authorization: `Bearer ${owner.token}`,
          'content-type': 'application/json',
          cookie: `refresh=${token}`,
          ...headers,
        },
      }).then(reply => reply.text())
    const secrets = JSON.stringify({ password, token, refreshToken: token, email, phone, firstName: 'Ida' })
    await post('/api/v1/contacts', JSON.stringify({ firstName: 'Ida', email, phone }))
    await post('/api/v1/contacts', secrets)
    await post('/api/v1/contacts', `${secrets}{`)
    await post('/api/v1/nothing', secrets)
    await post(`/api/v1/contacts?token=${inQuery}`, secrets)
    await post('/api/v1/contacts', secrets, { authorization: `Bearer ${token}` })
    await post('/api/v1/contacts', secrets, { 'content-type': 'text/plain' })
    await post('/api/v1/contacts', secrets, { 'idempotency-key': 'a b' })
    await fetch(
      `${child.url}/api/v1/contacts?email=${encodeURIComponent(email!)}&q=${inQuery}&cursor=${token}`,
      { headers: { authorization: `Bearer ${owner.token}` } },
    )
    await fetch(`${child.url}/health?token=${inQuery}`)
    child.process.kill('SIGTERM')
    assert.equal(await child.exit, 0)
    const log = child.output() + child.errors()
    assert.ok(log.split('\n').length > 8, log)
    for (const secret of [...SECRETS, owner.token, owner.email])
      assert.ok(!log.includes(secret), `${secret} stands in the log:\n${log}`)
  },
)

test('a logged object loses its secrets at any of the depths at which they stand, and a fault its row', () => {
  const lines: string[] = []
  const log = makeLog('trace', { write: line => void lines.push(line) })
  const [password, token, email] = SECRETS
  const secrets = {
    password,
    token,
    refreshToken: token,
    secret: token,
    authorization: token,
    cookie: token,
    email,
  }
  log.info(secrets, 'flat')
  log.info({ body: secrets }, 'one down')
  log.info({ request: { body: secrets } }, 'two down')
  log.info({ req: { headers: secrets } }, 'headers')
  log.error(
    {
      err: new DatabaseFault({
        message: 'duplicate key',
        code: '23505',
        detail: `Key (email)=(${email}) already exists.`,
      }),
    },
    'fault',
  )
  log.error(
    {
      err: Object.assign(new Error('wrapped'), {
        cause: new DatabaseFault({ message: 'x', detail: `Failing row contains (${email}, ${password})` }),
      }),
    },
    'cause',
  )
  assert.equal(lines.length, 6)
  for (const line of lines) for (const secret of SECRETS) assert.ok(!line.includes(secret), line)
})
