import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasColumn } from '#core/record/definition.ts'
import { allRecords } from '#core/record/registry.ts'
import { ended } from '#features/imports/testing.ts'
import { violations } from './json-schema.ts'
import {
  BY_HAND,
  callAs,
  changesSomething,
  checkAnswer,
  checkRefusal,
  type Document,
  documentOf,
  type Filled,
  fill,
  isWhole,
  type Route,
  recordOf,
  records,
  routesOf,
} from './routes.ts'
import { some } from './runs.ts'
import { fresh, Samples } from './samples.ts'
import { until } from './until.ts'
import { type Person, type Reply, useProgram, world } from './world.ts'

/** What every route does when it is called as documented. */

const program = useProgram()
let document: Document
let routes: Route[]
let people: Awaited<ReturnType<typeof world>>
let owner: Person
let samples: Samples
let prepared: Promise<void> | undefined
const over = (name: string, work: () => Promise<void>) =>
  test(name, async () => {
    prepared ??= (async () => {
      document = await documentOf(program())
      routes = routesOf(document)
      people = await world()
      owner = people.owner
      samples = new Samples(owner)
    })()
    await prepared
    await work()
  })

/** Fields that are another word for what another field holds; the event tells that one. */
const DERIVED = new Set(['task.status'])

type Told = {
  action: string
  actorId: string
  entityType: string
  entityId: string
  changes: Record<string, { old?: unknown; new?: unknown }>
}
const toldBy = (requestId: string, workspaceId = owner.workspaceId): Promise<Told[]> => {
  const who = { workspaceId, userId: owner.id, role: 'OWNER', visibility: 'own', timezone: 'UTC' } as const
  return program().app.database.inWorkspace(who, async tx => {
    const rows = await tx.session.rows(
      `select action, actor_id as "actorId", entity_type as "entityType", entity_id as "entityId", changes from events where request_id = $1 order by seq`,
      [requestId],
    )
    return rows as unknown as Told[]
  })
}

over('every route answers what the document says, and every write leaves its event', async () => {
  const read = new Samples(owner, { reuses: true })
  const isRead = ({ method }: Route) => method === 'GET'
  const called = routes.filter(({ key }) => !BY_HAND[key])
  // Whether reads answer as documented other suites see too; that a write leaves its event, none.
  const chosen = [
    ...some(called.filter(isRead), 0),
    ...some(
      called.filter(route => !isRead(route)),
      0,
      4,
    ),
  ]
  for (const route of called.filter(candidate => chosen.includes(candidate))) {
    const call = await fill(route, route.method === 'GET' ? read : samples)
    const requestId = fresh('write')
    const reply = await callAs(owner, route, call, { 'x-request-id': requestId })
    const expected = Object.keys(route.responses).find(status => status.startsWith('2'))
    assert.equal(String(reply.status), expected, `${route.key}: ${reply.text.slice(0, 500)}`)
    checkAnswer(reply, route, document)
    assert.equal(reply.headers['x-request-id'], requestId)
    const types = Object.keys(route.responses[expected!].content ?? {})
    const answered = String(reply.headers['content-type'])
    const isTable = answered.startsWith('text/csv')
    // Of a file it is the file's own.
    if (reply.status !== 204 && types[0] !== 'application/octet-stream')
      assert.ok(
        types.some(type => answered === (/json|text/.test(type) ? `${type}; charset=utf-8` : type)),
        `${route.key}: ${answered}`,
      )
    if (isTable) assert.match(reply.text, /^\S.*\r?\n/, `${route.key} begins with a header`)
    if (isRead(route)) await readAgain(route, call, reply)
    const told = await toldBy(requestId, route.key === 'POST /workspaces' ? reply.body.id : undefined)
    if (!changesSomething(route)) assert.deepEqual(told, [], `${route.key} must not write`)
    else {
      assert.ok(told.length > 0, `${route.key} left no event`)
      for (const event of told) assert.equal(event.actorId, owner.id, route.key)
    }
  }
})

/** What has an ETag says so in the document, and is not sent again to whoever has it. */
async function readAgain(route: Route, call: Filled, { headers: { etag } }: Reply): Promise<void> {
  assert.equal('304' in route.responses, etag !== undefined, `${route.key}: ETag ${etag}`)
  if (etag === undefined) return
  const again = await callAs(owner, route, call, { 'if-none-match': `"other", ${etag}` })
  // What is worked on in the background may have come further.
  if (again.headers.etag === etag) assert.deepEqual([again.status, again.text], [304, ''], route.key)
  else assert.equal(again.status, 200, route.key)
  const other = await callAs(owner, route, call, { 'if-none-match': '"1"' })
  assert.equal(other.status, 200, route.key)
}

over('every documented example is taken by its route', async () => {
  const called = new Set(some(routes, 0, 3))
  for (const route of routes) {
    const example =
      document.paths[route.path]![route.method.toLowerCase()].requestBody?.content?.['application/json']
        ?.example
    if (!example) continue
    const { schema } = route.body!
    assert.deepEqual(violations(example, schema, document), [], `${route.key}: the example has its shape`)
    if (!called.has(route) || BY_HAND[route.key] || JSON.stringify(example).match(/"[0-9a-f]{8}-/)) continue
    const reply = await callAs(owner, route, { ...(await fill(route, samples)), body: example })
    assert.ok(reply.status < 300, `${route.key} with its example: ${reply.text}`)
  }
})

over(
  'a record goes its whole way: created in full, read, listed, changed, deleted, restored, each told once',
  async () => {
    for (const record of records().filter(candidate => candidate.routes.includes('create'))) {
      const { name, path, fields, softDelete } = record.contract
      const body = await samples.body(record, true)
      const made = await owner.post(`/${path}`, body, { headers: { 'x-request-id': `${name}-made` } })
      assert.equal(made.status, 201, `${name}: ${made.text}`)
      for (const [key, value] of Object.entries(body))
        if (fields[key]!.kind !== 'links')
          assert.deepEqual(made.body[key], value, `${name}.${key} as it was given`)
      const { id } = made.body
      assert.deepEqual(
        [made.body.workspaceId, made.body.createdById, made.body.version],
        [owner.workspaceId, owner.id, 1],
      )
      assert.match(String(made.headers.etag), /^"1-/)
      assert.deepEqual((await owner.get(`/${path}/${id}`)).body, made.body, `${name} reads as it was created`)
      const [created] = (await toldBy(`${name}-made`)).filter(event => event.entityId === id)
      assert.deepEqual([created!.action, created!.entityType], ['created', name])
      for (const [key, value] of Object.entries(body))
        if (!DERIVED.has(`${name}.${key}`) && !(Array.isArray(value) && !value.length))
          assert.deepEqual(created!.changes[key]?.new, made.body[key] ?? value, `${name}.${key} in the event`)
      const change = await samples.change(record)
      const [changedKey] = Object.keys(change)
      const changed = await owner.patch(`/${path}/${id}`, change, {
        headers: { 'x-request-id': `${name}-changed` },
      })
      assert.deepEqual([changed.status, changed.body.version], [200, 2], changed.text)
      assert.match(String(changed.headers.etag), /^"2-/)
      const told = await toldBy(`${name}-changed`)
      assert.equal(told.length, 1, `${name}: one event a change`)
      assert.deepEqual(
        told[0]!.changes,
        { [changedKey!]: { old: made.body[changedKey!], new: change[changedKey!] } },
        name,
      )
      const same = await owner.put(`/${path}/${id}`, changed.body, {
        headers: { 'x-request-id': `${name}-same` },
      })
      assert.deepEqual(
        [same.status, same.body],
        [200, changed.body],
        `${name}: sending back what was read changes nothing`,
      )
      assert.deepEqual(await toldBy(`${name}-same`), [], `${name}: and tells nothing`)
      await deleteAndRestore(name, path, id, softDelete)
    }
  },
)

over('a row of a list is what reading its record answers, in every field of every type', async () => {
  const read = records().filter(({ routes: has }) => has.includes('list') && has.includes('read'))
  for (const record of read) {
    const { path } = record.contract
    if (record.routes.includes('create')) {
      const made = await owner.post(`/${path}`, await samples.body(record, true))
      assert.equal(made.status, 201, `${path}: ${made.text}`)
    }
    // With a word the rows are found by another role and read by their ids.
    const word = hasColumn(record, 'searchText') ? '&q=e' : ''
    for (const query of ['limit=5', `limit=5&sort=-createdAt${word}`]) {
      const { status, body, text } = await owner.get(`/${path}?${query}`)
      assert.equal(status, 200, text)
      for (const row of body.rows)
        assert.deepEqual(row, (await owner.get(`/${path}/${row.id}`)).body, `${path} by ${query}`)
      // As text too, but for values that are JSON themselves: no 12.50 here and 12.5 there.
      assert.doesNotMatch(text, /":-?\d+\.(\d*0)?[,}]/, `${path} by ${query}`)
    }
  }
})

async function deleteAndRestore(name: string, path: string, id: string, softDelete: boolean): Promise<void> {
  const removed = await owner.delete(`/${path}/${id}`, undefined, {
    headers: { 'x-request-id': `${name}-removed` },
  })
  assert.deepEqual([removed.status, removed.text], [204, ''], `${name}: ${removed.text}`)
  assert.deepEqual(
    (await toldBy(`${name}-removed`)).filter(event => event.entityId === id).map(event => event.action),
    ['deleted'],
    name,
  )
  checkRefusal(await owner.get(`/${path}/${id}`), 404, `a deleted ${name}`)
  checkRefusal(await owner.patch(`/${path}/${id}`, {}), 404, `changing a deleted ${name}`)
  checkRefusal(await owner.delete(`/${path}/${id}`), 404, `deleting a deleted ${name}`)
  if (!softDelete) return
  const inTrash = (await owner.get(`/trash?entity=${name}&limit=200`)).body.rows.find(
    (row: any) => row.id === id,
  )
  assert.equal(inTrash?.entity, name)
  const restored = await owner.post(`/${path}/${id}/restore`, undefined, {
    headers: { 'x-request-id': `${name}-restored` },
  })
  assert.equal(restored.status, 200, restored.text)
  assert.deepEqual(
    (await toldBy(`${name}-restored`)).map(event => event.action),
    ['restored'],
    name,
  )
  checkRefusal(await owner.post(`/${path}/${id}/restore`), 404, `restoring a live ${name}`)
}

over(
  'If-Match: the version that stands passes, another is 412 and changes nothing, on every route that reads it',
  async () => {
    const conditional = routes.filter(route => route.headers.includes('If-Match'))
    assert.ok(conditional.length >= (isWhole ? 20 : 3))
    for (const [turn, route] of some(conditional, 0, 3).entries()) {
      const call = await fill(route, samples)
      const version = await versionOf(route, call)
      const others = `"${version + 3}-Xb3", W/"0",,"a,b"`
      const wrong = [`"${version + 1}"`, `W/"${version + 7}"`, '"0"', '"abc"', 'abc', '""', others]
      wrong.push(`${version}, "${version}"`, `*, "${version}"`)
      for (const stale of some(wrong, turn)) {
        const requestId = fresh('stale')
        const reply = await callAs(owner, route, call, { 'if-match': stale, 'x-request-id': requestId })
        checkRefusal(reply, 412, `${route.key} with If-Match ${stale}`)
        assert.deepEqual(await toldBy(requestId), [], route.key)
      }
      const one = turn % 2 ? `"${version}"` : `${others} , "${version}-Xb3"`
      const reply = await callAs(owner, route, call, { 'if-match': one })
      assert.ok(reply.status < 300, `${route.key} with the version that stands: ${reply.text}`)
      checkRefusal(
        await callAs(owner, route, call, { 'if-match': `"${version}"` }),
        route.method === 'DELETE' ? 404 : 412,
        `${route.key} once more`,
      )
    }
  },
)

/** The version that stands of what the call would change. */
async function versionOf(route: Route, { path }: Filled): Promise<number> {
  const [, first, id] = path.split('/')
  if (first === 'memberships') {
    const { rows } = (await owner.get('/memberships?limit=200')).body
    return rows.find((row: { id: string }) => row.id === id).version
  }
  const place = route.places.length ? `/${recordOf(route)!.contract.path}/${id}` : path
  return (await owner.get(place)).body.version
}

/** Waits until the mail is on its way or is not. */
const settled = (person: Person, id: string) =>
  until(
    async () => (await person.get(`/emails/${id}`)).body.status,
    status => !['QUEUED', 'SENDING'].includes(status),
  )

over('Idempotency-Key: the same answer twice and one effect, on every POST that documents it', async () => {
  const keyed = routes.filter(route => route.headers.includes('Idempotency-Key'))
  assert.deepEqual(
    keyed.length,
    // A preview and a test keep nothing at all, and a ticket is another each time.
    routes.filter(
      route =>
        route.method === 'POST' &&
        route.least !== 'public' &&
        !route.path.endsWith('/import/preview') &&
        !/^\/mailboxes\/.*test$/.test(route.path) &&
        route.path !== '/realtime/ticket' &&
        // A message of a protocol has an id of its own.
        route.path !== '/mcp' &&
        // Of AI only what writes something.
        (!route.path.startsWith('/ai/') || route.headers.includes('Idempotency-Key')),
    ).length,
  )
  const tried = keyed.filter(({ key }) => !BY_HAND[key])
  for (const route of some(tried, 0, 4)) {
    const call = await fill(route, samples)
    const [key, requestId] = [fresh('key'), fresh('once')]
    const headers = { 'idempotency-key': key, 'x-request-id': requestId }
    const first = await callAs(owner, route, call, headers)
    assert.ok(first.status < 300, `${route.key}: ${first.text}`)
    // What goes on in the background belongs to the same request: its events are in once it has ended.
    if (route.key === 'POST /emails') await settled(owner, first.body.rows[0].emailId)
    else if (first.status === 202)
      await ended(owner, first.body.id, route.path.endsWith('/undo') ? 'UNDONE' : undefined)
    const told = await toldBy(requestId)
    const again = await callAs(owner, route, call, headers)
    assert.deepEqual(
      [again.status, again.body, again.headers.etag],
      [first.status, first.body, first.headers.etag],
      route.key,
    )
    assert.deepEqual(
      [first.headers['idempotent-replayed'], again.headers['idempotent-replayed']],
      [undefined, 'true'],
      route.key,
    )
    assert.equal((await toldBy(requestId)).length, told.length, `${route.key}: one effect`)
    const other = Buffer.isBuffer(call.body)
      ? await fill(route, samples)
      : call.headers
        ? { ...call, body: `${call.body}${call.body}` }
        : route.body
          ? { ...call, body: { ...(call.body as object), unheardOf: 1 } }
          : { ...call, query: { unheardOf: '1' } }
    assert.ok(
      (await callAs(owner, route, other, headers)).status >= 400,
      `${route.key}: another request with the same key`,
    )
  }
})

over('bulk: each operation has its own result, or all or nothing', async () => {
  for (const record of records().filter(candidate => candidate.routes.includes('bulk'))) {
    const { path, name } = record.contract
    const { id } = await samples.create(record)
    const bodies = [await samples.body(record), await samples.body(record)]
    // Where bulk creates none, such as files, a change stands in its place.
    const creates = record.routes.includes('create')
    const change = { op: 'update', id, data: await samples.change(record) }
    const operations = [
      creates ? { op: 'create', data: bodies[0] } : change,
      { op: 'create', data: { ...(await samples.body(record)), unheardOf: 1 } },
      { op: 'update', id, data: await samples.change(record) },
      { op: 'update', id: '00000000-0000-7000-8000-000000000000', data: {} },
      { op: 'update' },
      { op: 'delete', id },
      { op: 'restore', id },
    ]
    const count = async () =>
      (await owner.inWorkspace(tx => tx.session.rows('select count(*) as n from events')))[0]!.n as number
    const reply = await owner.post(`/${path}/bulk`, { operations })
    assert.deepEqual(
      reply.body.results.map((r: any) => r.status),
      [creates ? 201 : 200, 400, 200, 404, 400, 204, 200],
      `${name}: ${reply.text}`,
    )
    assert.equal(reply.body.results[1].error.issues[0].path, 'unheardOf')
    const before = await count()
    const refused = await owner.post(`/${path}/bulk`, {
      operations: operations.with(0, creates ? { op: 'create', data: bodies[1] } : change),
      atomic: true,
    })
    checkRefusal(refused, 400, `${name}: atomic`, 'operations.1.data.unheardOf')
    assert.equal(await count(), before, `${name}: nothing of it stands`)
    checkRefusal(
      await owner.post(`/${path}/bulk`, { operations: Array(1001).fill(operations[0]) }),
      400,
      `${name}: 1,001 operations`,
      'operations',
    )
    checkRefusal(await owner.post(`/${path}/bulk`, { operations: [] }), 400, `${name}: none`, 'operations')
  }
})

over('409 names the fields of a value that is taken', async () => {
  const field = await samples.body(allRecords().find(record => record.contract.name === 'customField')!)
  assert.equal((await owner.post('/custom-fields', field)).status, 201)
  checkRefusal(await owner.post('/custom-fields', field), 409, 'the same custom field', 'entity,key')
})

over('a list and its total agree for every role at every moment', async () => {
  for (const record of records().filter(candidate => candidate.routes.includes('list'))) {
    const { path } = record.contract
    for (const person of [people.owner, people.ana, people.vera]) {
      await samples.create(record)
      const { rows, total, nextCursor } = (await person.get(`/${path}?limit=200`)).body
      if (nextCursor === null) assert.equal(total, rows.length, `/${path} as ${person.role}`)
    }
  }
})
