import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { SignJWT } from 'jose'
import { ACCESS_TOKEN_SECONDS } from '#core/auth/tokens.ts'
import type { Filter as ServerFilter } from '#core/record/filter-language.ts'
import { companyContract } from '#features/companies/companies.contract.ts'
import { customFieldContract } from '#features/custom-fields/custom-fields.contract.ts'
import { dealContract } from '#features/deals/deals.contract.ts'
import { freshEmail, PASSWORD } from '#features/people/outbox.testing.ts'
import { addressOf, testEnv, useProgram, world } from '#test/world.ts'
import { ApiError, type Client, createClient, type Filter } from './client.ts'

const program = useProgram()
let baseUrl = ''

// Not in `before`: the hooks of a file run side by side, and the program's may not be done.
beforeEach(async () => {
  baseUrl ||= await addressOf(program())
})

/** Somebody who has just signed up, and the requests that their client has sent. */
async function newcomer(more: Parameters<typeof createClient>[0] = {}) {
  const sent: string[] = []
  const counting: typeof fetch = (input, init) => {
    sent.push(`${init?.method} ${new URL(String(input)).pathname.replace('/api/v1', '')}`)
    return fetch(input, init)
  }
  const api = createClient({ baseUrl, fetch: counting, ...more })
  const email = freshEmail()
  const signedIn = await api.auth.register({ name: 'Ana', email, password: PASSWORD })
  const count = (request: string) => sent.filter(line => line === request).length
  return { api, email, signedIn, sent, count }
}

/** An access token of theirs that expired a minute ago. */
function expired(token: string): Promise<string> {
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
  const now = Math.floor(Date.now() / 1000)
  const key = new TextEncoder().encode(testEnv('').JWT_SECRET)
  return new SignJWT({ ...claims, iat: now - ACCESS_TOKEN_SECONDS - 60, exp: now - 60 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(key)
}

const failure = async (work: Promise<unknown>): Promise<ApiError> => {
  const error = await work.then(
    () => assert.fail('should have been refused'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ApiError, String(error))
  return error
}

/** A client whose server gives these answers, one after another. */
function scripted(...answers: (() => Response | Promise<Response>)[]) {
  const asked: { url: string; init: RequestInit }[] = []
  const answering: typeof fetch = async (url, init) => {
    asked.push({ url: String(url), init: init! })
    return answers[asked.length - 1]!()
  }
  return { asked, api: createClient({ baseUrl: 'http://crm.example', token: 'x', fetch: answering }) }
}
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    })
const refused = (status: number, code: string, headers: Record<string, string> = {}) =>
  json(status, { error: 'No', code, requestId: 'r1', timestamp: '' }, headers)

test('a record is created, read, changed, removed and restored', async () => {
  const { api, signedIn } = await newcomer()
  const companies = api.records(companyContract)
  const made = await companies.create({ name: 'Northwind', tags: ['key'] })
  assert.equal(made.workspaceId, signedIn.workspaceId)
  assert.equal(made.version, 1)
  assert.deepEqual(await companies.read(made.id), made)
  const changed = await companies.update(made.id, { industry: 'Trade' }, { ifMatch: made.version })
  assert.equal(changed.industry, 'Trade')
  assert.equal(await companies.remove(made.id), undefined)
  assert.equal((await failure(companies.read(made.id))).code, 'NOT_FOUND')
  assert.equal((await companies.restore(made.id)).name, 'Northwind')
})

test('all rows come page after page, with filter, order and plain filters', async () => {
  const { api } = await newcomer()
  const companies = api.records(companyContract)
  const data = Array.from({ length: 7 }, (_, i) => ({ name: `C${i}`, employeeCount: i }))
  const { results } = await companies.bulk(data.map(each => ({ op: 'create', data: each })))
  assert.ok(results.every(result => result.status === 201))
  const sizes: number[] = []
  for await (const page of companies.pages({ limit: 3, sort: ['-employeeCount'] })) {
    assert.equal(page.total, 7)
    sizes.push(page.rows.length)
  }
  assert.deepEqual(sizes, [3, 3, 1])
  const names: string[] = []
  for await (const company of companies.all({ limit: 2, sort: 'name' })) names.push(company.name)
  assert.deepEqual(
    names,
    data.map(each => each.name),
  )
  const big = await companies.list({
    filter: { field: 'employeeCount', op: 'gte', value: 5 },
    sort: ['name'],
  })
  assert.deepEqual(
    big.rows.map(company => company.name),
    ['C5', 'C6'],
  )
  await companies.update(big.rows[0]!.id, { status: 'CUSTOMER' })
  assert.equal((await companies.list({ status: ['CUSTOMER', 'CHURNED'] })).total, 1)
  assert.equal((await companies.list({ q: 'c6' })).total, 1)
})

test('records of another type are listed under the one they belong to', async () => {
  const { api } = await newcomer()
  const company = await api.records(companyContract).create({ name: 'Northwind' })
  const deal = await api.records(dealContract).create({ title: 'Ships', companyId: company.id, amount: 12.5 })
  await api.records(dealContract).create({ title: 'Elsewhere' })
  const page = await api.records(companyContract).nested(company.id, dealContract, { status: 'OPEN' })
  assert.deepEqual(page.rows, [deal])
})

test('bulk answers each operation, and with atomic fails as a whole', async () => {
  const { api } = await newcomer()
  const companies = api.records(companyContract)
  const { id } = await companies.create({ name: 'One' })
  const { results } = await companies.bulk([
    { op: 'update', id, data: { name: '' } },
    { op: 'delete', id },
    { op: 'restore', id },
  ])
  assert.deepEqual(
    results.map(result => result.status),
    [400, 204, 200],
  )
  assert.equal(results[0]!.error?.issues?.[0]?.path, 'name')
  const all = companies.bulk(
    [
      { op: 'create', data: { name: 'Two' } },
      { op: 'update', id, data: { website: 'no' } },
    ],
    { atomic: true },
  )
  assert.equal((await failure(all)).issues[0]!.path, 'operations.1.data.website')
  assert.equal((await companies.list()).total, 1)
})

test('an Idempotency-Key creates once', async () => {
  const { api } = await newcomer()
  const companies = api.records(companyContract)
  const create = () => companies.create({ name: 'Once' }, { idempotencyKey: 'k1' })
  assert.equal((await create()).id, (await create()).id)
  assert.equal((await companies.list()).total, 1)
})

test('refusals are ApiErrors with code, issues and request id', async () => {
  const { api } = await newcomer()
  const companies = api.records(companyContract)
  const { id, version } = await companies.create({ name: 'Northwind' })
  await companies.update(id, { name: 'Southwind' })
  const stale = await Promise.all([
    failure(companies.update(id, { name: 'Eastwind' }, { ifMatch: version })),
    failure(companies.remove(id, { ifMatch: version })),
  ])
  for (const error of stale) assert.deepEqual([error.status, error.code], [412, 'PRECONDITION_FAILED'])
  const headers = { 'x-request-id': 'mine' }
  const invalid = await failure(companies.create({ name: 'X', website: 'nowhere' }, { headers }))
  assert.deepEqual([invalid.status, invalid.code, invalid.requestId], [400, 'VALIDATION_ERROR', 'mine'])
  assert.equal(invalid.issueAt('website'), 'must be an http or https URL')
  assert.equal(invalid.issueAt('name'), undefined)
})

test('what belongs to another workspace is not found', async () => {
  const { ana, mallory, owner } = await world()
  const companies = createClient({ baseUrl, token: ana.token }).records(companyContract)
  const { id } = await companies.create({ name: 'Ours' })
  const other = createClient({ baseUrl, token: mallory.token })
  assert.equal((await failure(other.records(companyContract).read(id))).status, 404)
  const { workspaceId } = ana
  const intruder = createClient({ baseUrl, token: mallory.token, workspaceId }).records(companyContract)
  assert.equal((await failure(intruder.list())).status, 404)
  const boss = createClient({ baseUrl, token: owner.token, workspaceId: mallory.workspaceId })
  assert.equal((await boss.records(companyContract).read(id, { workspaceId })).name, 'Ours')
})

test('an expired token is renewed once for all requests in flight', async () => {
  const { api, signedIn, count } = await newcomer()
  const companies = api.records(companyContract)
  const token = await expired(signedIn.token)
  api.auth.use({ token, refreshToken: signedIn.refreshToken })
  const made = await Promise.all(['A', 'B', 'C', 'D'].map(name => companies.create({ name })))
  assert.equal(made.length, 4)
  assert.equal(count('POST /auth/refresh'), 1)
  assert.notEqual(api.auth.tokens.token, token)
  assert.notEqual(api.auth.tokens.refreshToken, signedIn.refreshToken)
  assert.equal((await companies.list()).total, 4)
  assert.equal(count('POST /auth/refresh'), 1)
})

test('a cookie renews as well, and keeps the refresh token out of reach', async () => {
  let cookie = ''
  let refreshes = 0
  const browser: typeof fetch = async (input, init) => {
    assert.equal(init?.credentials, 'include')
    const isRefresh = String(input).endsWith('/auth/refresh')
    if (isRefresh) assert.equal(init?.body, undefined)
    if (isRefresh) refreshes++
    const response = await fetch(input, { ...init, headers: { ...(init!.headers as object), cookie } })
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    return response
  }
  const { api, email } = await newcomer({ fetch: browser, withCookies: true })
  assert.equal(api.auth.tokens.refreshToken, undefined)
  // As after a reload of the page.
  const lost: ApiError[] = []
  const onUnauthorized = (error: ApiError) => void lost.push(error)
  const reloaded = createClient({ baseUrl, fetch: browser, withCookies: true, onUnauthorized })
  const [me] = await Promise.all([
    reloaded.get<{ user: { email: string } }>('/auth/me'),
    reloaded.get('/auth/me'),
  ])
  assert.ok(JSON.stringify(me).includes(email))
  assert.equal(refreshes, 1)
  await reloaded.auth.logout()
  assert.equal((await failure(reloaded.get('/auth/me'))).status, 401)
  assert.equal(lost.length, 1)
})

test('a session that is over is told of once', async () => {
  const lost: string[] = []
  const { api, signedIn, count } = await newcomer({ onUnauthorized: error => void lost.push(error.code) })
  const token = await expired(signedIn.token)
  api.auth.use({ token, refreshToken: 'A'.repeat(43) })
  const gets = ['/auth/me', '/auth/me', '/companies'].map(path => failure(api.get(path)))
  for (const error of await Promise.all(gets)) assert.equal(error.code, 'INVALID_TOKEN')
  assert.deepEqual(lost, ['INVALID_TOKEN'])
  assert.equal(count('POST /auth/refresh'), 1)
  assert.deepEqual(api.auth.tokens, { token: undefined, refreshToken: undefined })
})

test('a wrong password is no lost session, and signing in again works', async () => {
  const lost: string[] = []
  const { api, email } = await newcomer({ onUnauthorized: error => void lost.push(error.code) })
  const wrong = await failure(api.auth.login({ email, password: 'seven red bicycles' }))
  assert.equal(wrong.code, 'INVALID_CREDENTIALS')
  await api.get('/auth/me')
  const { token, refreshToken } = api.auth.tokens
  await api.auth.logout()
  assert.equal((await failure(createClient({ baseUrl, token }).get('/auth/me'))).code, 'SESSION_ENDED')
  assert.equal((await failure(createClient({ baseUrl, refreshToken }).auth.refresh())).status, 401)
  assert.deepEqual(lost, [])
  await api.auth.login({ email, password: PASSWORD })
  await api.get('/auth/me')
})

test('signing out with an expired token ends the session too', async () => {
  const { api, signedIn } = await newcomer()
  api.auth.use({ token: await expired(signedIn.token), refreshToken: signedIn.refreshToken })
  await api.auth.logout()
  assert.equal((await failure(createClient({ baseUrl, token: signedIn.token }).get('/auth/me'))).status, 401)
})

test('other routes are called by their paths, and answers opened for streaming', async () => {
  const { api } = await newcomer()
  await api.records(companyContract).create({ name: 'Northwind' })
  const pipeline = await api.post<{ id: string }>('/pipelines', { name: 'Second' }, { idempotencyKey: 'p' })
  assert.equal((await api.get<{ id: string }>(`/pipelines/${pipeline.id}`)).id, pipeline.id)
  await api.patch(`/pipelines/${pipeline.id}`, { name: 'Third' })
  await api.delete(`/pipelines/${pipeline.id}`)
  assert.equal((await failure(api.get('/nothing', { query: { a: 1 } }))).code, 'NOT_FOUND')
  const csv = await api.open('/companies/export', { query: { format: 'csv' } })
  assert.match(await csv.text(), /Northwind/)
})

test('503 with Retry-After is asked once more where that is safe', async () => {
  const away = refused(503, 'UNAVAILABLE', { 'retry-after': '0' })
  const again = scripted(away, json(200, { rows: [] }))
  assert.deepEqual(await again.api.get('/companies'), { rows: [] })
  const twice = scripted(away, away)
  assert.equal((await failure(twice.api.get('/companies'))).status, 503)
  const post = scripted(away)
  assert.equal((await failure(post.api.post('/companies', {}))).requestId, 'r1')
  const keyed = scripted(away, json(201, {}))
  await keyed.api.records(companyContract).create({ name: 'A' }, { idempotencyKey: 'k' })
  assert.equal(keyed.asked.length, 2)
  const patient = scripted(refused(503, 'UNAVAILABLE', { 'retry-after': '60' }))
  await failure(patient.api.get('/companies'))
  assert.equal(patient.asked.length, 1)
})

test('a server that is slow, away or no API is an ApiError too; giving up is the caller’s own', async () => {
  const hanging: typeof fetch = (_url, init) =>
    new Promise((_, reject) => {
      const { signal } = init!
      const abort = () => reject(signal!.reason)
      if (signal!.aborted) abort()
      else signal!.addEventListener('abort', abort)
    })
  const slow = createClient({ baseUrl, fetch: hanging })
  assert.equal((await failure(slow.get('/companies', { timeoutMs: 20 }))).code, 'TIMEOUT')
  const giveUp = new AbortController()
  const pending = slow.get('/companies', { signal: giveUp.signal })
  giveUp.abort(new Error('enough'))
  await assert.rejects(pending, { message: 'enough' })
  const away = createClient({ baseUrl: 'http://127.0.0.1:1' })
  assert.equal((await failure(away.get('/companies'))).code, 'NETWORK')
  const page = scripted(() => new Response('<html>', { status: 502, headers: { 'x-request-id': 'p' } }))
  const error = await failure(page.api.get('/companies'))
  assert.deepEqual([error.status, error.code, error.requestId], [502, 'BAD_ANSWER', 'p'])
})

test('queries are written as the API reads them', async () => {
  const { api, asked } = scripted(json(200, {}))
  const filter: Filter<(typeof dealContract)['fields']> = { field: 'amount', op: 'gt', value: 1 }
  await api
    .records(dealContract)
    .list({ sort: ['-amount', 'title'], filter, ownerId: ['a', 'b'], q: undefined })
  const { pathname, searchParams } = new URL(asked[0]!.url)
  assert.equal(pathname, '/api/v1/deals')
  assert.deepEqual(Object.fromEntries(searchParams), {
    sort: '-amount,title',
    filter: JSON.stringify(filter),
    ownerId: 'a,b',
  })
})

/** Never run: what tsc has to accept and to refuse. */
export async function types(api: Client, id: string, filter: ServerFilter): Promise<unknown> {
  const deals = api.records(dealContract)
  const deal = await deals.create({ title: 'A' })
  const title: string = deal.title
  const source: string | null = deal.source
  const tags: string[] = deal.tags
  const currency: string = deal.currency
  const status: 'OPEN' | 'WON' | 'LOST' = deal.status
  // @ts-expect-error a field that is no deal's
  deal.colour
  // @ts-expect-error may be null
  const never: string = deal.source
  // @ts-expect-error the title is required
  await deals.create({})
  // @ts-expect-error never null
  await deals.create({ title: null })
  // @ts-expect-error read-only
  await deals.create({ title: 'A', totalDurationDays: 1 })
  // @ts-expect-error set by imports alone
  await deals.create({ title: 'A', createdAt: '2026-01-01' })
  // @ts-expect-error not one of the choices
  await deals.create({ title: 'A', status: 'NEW' })
  // @ts-expect-error a number
  await deals.update(id, { amount: '1' })
  // @ts-expect-error the server's
  await deals.update(id, { workspaceId: id })
  await deals.update(id, { source: null, customFields: { region: 'EU' } })
  const customFields = api.records(customFieldContract)
  await customFields.create({ entity: 'deal', key: 'region', label: 'Region', type: 'text' })
  // @ts-expect-error set on create alone
  await customFields.update(id, { key: 'zone' })
  // @ts-expect-error title is no plain filter of deals
  await deals.list({ title: 'A' })
  // @ts-expect-error no such field
  await deals.list({ filter: { field: 'colour', op: 'eq', value: 'red' } })
  // @ts-expect-error no such field
  await deals.list({ sort: ['-colour'] })
  await deals.list({ sort: ['-createdAt'], filter: { field: 'company.name', op: 'empty' }, companyId: id })
  // @ts-expect-error an update needs an id
  await deals.bulk([{ op: 'update', data: { title: 'A' } }])
  const page = await api.records(companyContract).nested(id, dealContract, { stageId: [id] })
  const amount: number = page.rows[0]!.amount
  // The filter language is the server's, operator for operator.
  const theirs: ServerFilter = {} as Filter
  const ours: Filter = filter
  return [title, source, tags, currency, status, never, amount, theirs, ours]
}
