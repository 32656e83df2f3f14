import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '#core/config.ts'
import { tellEvent } from '#core/events/tell.ts'
import { makeLog } from '#core/log.ts'
import { startProgram } from '#core/program.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { importing } from '#features/imports/testing.ts'
import { dataFolder } from '#test/child.ts'
import { testDatabaseUrl } from '#test/database.ts'
import { slowTest } from '#test/slow.ts'
import { anotherSession, type Person, testEnv, useProgram, workspace, world } from '#test/world.ts'
import { Listener, realtimeOf } from './socket.testing.ts'

/** Live updates over real WebSockets. */

const program = useProgram()
const url = () => realtimeOf(program())
const open: Listener[] = []
test.afterEach(async () => {
  await Promise.all(open.splice(0).map(listener => listener.close()))
})
async function listen(person: { token: string }): Promise<Listener> {
  const listener = await Listener.of(await url(), person.token)
  open.push(listener)
  return listener
}
async function connect(headers: Record<string, string> = {}): Promise<Listener> {
  const listener = new Listener(await url(), headers)
  open.push(listener)
  while (!listener.closed && listener.socket.readyState === listener.socket.CONNECTING) await sleep(5)
  return listener
}
const brief = (messages: any[]) => messages.map(({ event }) => `${event.entityType}.${event.action}`)

test('by ticket, by token, or by header; a ticket works once; nothing works for nobody', async () => {
  const { owner } = await workspace()
  const key = { headers: { 'idempotency-key': 'ticket' } }
  const { ticket } = (await owner.post('/realtime/ticket', undefined, key)).body
  assert.notEqual((await owner.post('/realtime/ticket', undefined, key)).body.ticket, ticket)
  const byTicket = await connect()
  byTicket.send({ type: 'auth', ticket })
  const ready = await byTicket.until(({ type }) => type === 'ready')
  assert.deepEqual([ready.userId, ready.workspaceId], [owner.id, owner.workspaceId])
  const again = await connect()
  again.send({ type: 'auth', ticket })
  assert.equal((await again.ending()).code, 4401)
  assert.equal(again.messages[0].code, 'INVALID_TICKET')
  const byToken = await connect()
  byToken.send({ type: 'auth', token: owner.token })
  await byToken.until(({ type }) => type === 'ready')
  await listen(owner)
  for (const first of [
    { type: 'auth', ticket: 'junk' },
    { type: 'auth', token: 'junk' },
    { type: 'auth', ticket: `${ticket.slice(0, -2)}AA` },
  ]) {
    const listener = await connect()
    listener.send(first)
    assert.equal((await listener.ending()).code, 4401)
  }
  for (const first of [
    { type: 'auth' },
    { type: 'subscribe', id: 'a', entity: 'deal' },
    '{',
    'null',
    { type: 'x' },
  ]) {
    const listener = await connect()
    listener.send(first)
    assert.equal((await listener.ending()).code, 4400, JSON.stringify(first))
  }
  const refused = await connect({ authorization: 'Bearer junk' })
  assert.equal((await refused.ending()).code, 1006)
  const stray = new Listener((await url()).replace('/realtime', '/elsewhere'))
  assert.equal((await stray.ending()).code, 1006)
  assert.equal((await program().server.inject({ url: '/api/v1/realtime' })).statusCode, 426)
  assert.equal((await connect({ authorization: `Bearer ${owner.token}` })).closed, undefined)
})

test('the other base paths answer too, and another workspace is chosen by the header', async () => {
  const { owner, mallory } = await world()
  const alias = new Listener((await url()).replace('/api/v1', '/v1'), {
    authorization: `Bearer ${owner.token}`,
  })
  open.push(alias)
  await alias.until(({ type }) => type === 'ready')
  const foreign = await connect({
    authorization: `Bearer ${owner.token}`,
    'x-workspace-id': mallory.workspaceId,
  })
  assert.equal((await foreign.ending()).code, 1006)
})

test('by record type, by record, and by filter, each event in order with its changes', async () => {
  const { owner } = await workspace()
  const listener = await listen(owner)
  const { id } = (await owner.post('/deals', { title: 'Watched', amount: 10 })).body
  await listener.subscribe({ id: 'type', entity: 'deal' })
  await listener.subscribe({ id: 'one', entity: 'deal', recordId: id })
  await listener.subscribe({ id: 'big', entity: 'deal', filter: { field: 'amount', op: 'gte', value: 100 } })
  const other = (await owner.post('/deals', { title: 'Other', amount: 1 })).body
  await owner.patch(`/deals/${id}`, { amount: 500 })
  await owner.patch(`/deals/${id}`, { amount: 5 })
  await owner.delete(`/deals/${other.id}`)
  await owner.post('/companies', { name: 'Not asked for' })
  const all = await listener.events('type', 4)
  assert.deepEqual(brief(all), ['deal.created', 'deal.updated', 'deal.updated', 'deal.deleted'])
  assert.deepEqual(all[1].event.changes, { amount: { old: 10, new: 500 } })
  const seqs = all.map(({ event }) => event.seq)
  assert.deepEqual(
    seqs,
    [...seqs].sort((a, b) => a - b),
  )
  const one = await listener.events('one', 2)
  assert.deepEqual(brief(one), ['deal.updated', 'deal.updated'])
  const big = (await listener.events('big', 3)).map(({ event, matches }) => [
    event.entityId === id,
    matches.big,
  ])
  assert.deepEqual(big.at(-1), [false, false], 'one that is deleted fits no more')
  assert.ok(
    big.slice(0, -1).every(([isIt]) => isIt),
    'one that was created and does not fit is not told',
  )
  listener.send({ type: 'unsubscribe', id: 'type' })
  await listener.until(({ type }) => type === 'unsubscribed')
  await owner.patch(`/deals/${id}`, { title: 'Later' })
  assert.equal((await listener.events('one', 3)).length, 3)
  assert.equal((await listener.events('type', 4)).length, 4)
})

test('by saved view, whose changes the subscription follows until it is seen no more', async () => {
  const { admin, ana, ben } = await world({ recordVisibility: 'workspace' })
  const amount = (value: number) => ({ field: 'amount', op: 'gte', value })
  const view = (
    await admin.post('/saved-views', { entity: 'deal', name: 'Big', filter: amount(100), shared: true })
  ).body
  const listener = await listen(ana)
  const begun = await listener.subscribe({ id: 'big', viewId: view.id })
  assert.equal(begun.type, 'subscribed')
  const whole = (await ana.post('/saved-views', { entity: 'deal', name: 'All' })).body
  await listener.subscribe({ id: 'all', entity: 'deal', viewId: whole.id })
  const { id } = (await admin.post('/deals', { title: 'Fifty', amount: 50 })).body
  const told = async (name: string, count: number) =>
    (await listener.events(name, count)).map(({ event, matches }) => [event.action, matches[name]])
  assert.deepEqual(await told('all', 1), [['created', true]])
  assert.deepEqual(await told('big', 0), [])
  await admin.patch(`/saved-views/${view.id}`, { filter: amount(40) })
  await listener.until(({ type, id: of }) => type === 'viewChanged' && of === 'big')
  await admin.patch(`/deals/${id}`, { title: 'Still fifty' })
  assert.deepEqual(await told('big', 1), [['updated', true]])
  // Somebody who comes back has missed it all, and is told what fits the view as it is now.
  const late = await listen(ana)
  await late.subscribe({ id: 'again', viewId: view.id, since: begun.seq })
  assert.deepEqual(brief(await late.events('again', 2)), ['deal.created', 'deal.updated'])
  await admin.patch(`/saved-views/${view.id}`, { shared: false })
  const ended = await listener.until(({ type, id: of }) => type === 'error' && of === 'big')
  assert.deepEqual([ended.status, ended.code], [404, 'NOT_FOUND'])
  await admin.patch(`/deals/${id}`, { amount: 1000 })
  assert.equal((await told('all', 3)).length, 3, 'those of the other subscription go on')
  assert.equal((await told('big', 1)).length, 1)
  const refused = async (message: object) => {
    const name = `refused ${JSON.stringify(message)}`.slice(0, 60)
    const { status, issues } = await listener.subscribe({ id: name, ...message })
    return [status, issues?.[0]?.path]
  }
  assert.deepEqual(await refused({ viewId: whole.id, entity: 'lead' }), [400, 'entity'])
  assert.deepEqual(await refused({ viewId: whole.id, filter: amount(1) }), [400, 'filter'])
  assert.deepEqual(await refused({ viewId: id }), [404, undefined])
  assert.deepEqual(await refused({}), [400, 'entity'])
  const foreign = await listen(ben)
  assert.equal((await foreign.subscribe({ id: 'private', viewId: whole.id })).status, 404)
})

test('each hears what they may see at that moment, and nobody hears of another workspace', async () => {
  const { owner, ana, ben, vera, mallory } = await world()
  const people = { owner, ana, ben, vera, mallory }
  const listeners = Object.fromEntries(
    await Promise.all(
      Object.entries(people).map(async ([name, person]) => {
        const listener = await listen(person)
        await listener.subscribe({ id: 's', entity: 'deal' })
        await listener.subscribe({ id: 'f', entity: 'deal', filter: { field: 'amount', op: 'gt', value: 0 } })
        return [name, listener] as const
      }),
    ),
  )
  const deal = (await ana.post('/deals', { title: "Ana's", amount: 1 })).body
  await owner.patch(`/deals/${deal.id}`, { amount: 2 })
  await owner.patch(`/deals/${deal.id}`, { ownerId: ben.id })
  await owner.post('/deals', { title: "Olga's", amount: 3 })
  const told = async (name: string, id = 's') =>
    brief(await listeners[name]!.events(id, name === 'mallory' ? 0 : 2))
  const everything = ['deal.created', 'deal.updated', 'deal.updated', 'deal.created']
  assert.deepEqual(await told('owner'), everything)
  assert.deepEqual(await told('vera'), everything)
  assert.deepEqual(await told('owner', 'f'), everything)
  assert.deepEqual((await told('ana')).slice(0, 2), ['deal.created', 'deal.updated'])
  const ofBen = await listeners.ben!.events('s', 1)
  assert.deepEqual(brief(ofBen).at(-1), 'deal.updated', 'from the moment at which it is theirs')
  for (const name of ['ana', 'ben'])
    assert.ok(
      (await listeners[name]!.events('s', 1)).every(({ event }) => event.entityId === deal.id),
      `${name} does not hear of Olga's`,
    )
  assert.deepEqual(await told('mallory'), [])
})

test('who may read all hears of their own imports and of nobody else’s, each in its place', async () => {
  const { owner, ana, ben, vera } = await world()
  await owner.patch('/workspaces/current', { settings: { recordVisibility: 'workspace' } })
  const listeners = await Promise.all(
    [owner, ana, ben, vera].map(async person => {
      const listener = await listen(person)
      for (const entity of ['import', 'company']) await listener.subscribe({ id: entity, entity })
      return listener
    }),
  )
  await importing(ana, 'companies', ['Name', 'Acme'])
  await owner.post('/companies', { name: 'Last' })
  const isOfImport = ({ event }: any) => event.entityType === 'import'
  const [ofOwner, ofAna, ofBen, ofVera] = await Promise.all(
    listeners.map(async listener => {
      await listener.events('company', 2)
      return listener.messages.filter(({ type }) => type === 'event')
    }),
  )
  for (const heard of [ofOwner!, ofAna!]) {
    assert.ok(heard.some(isOfImport))
    assert.deepEqual(
      heard.map(({ event }) => event.seq),
      heard.map(({ event }) => event.seq).sort((one, other) => one - other),
    )
  }
  assert.deepEqual(ofAna, ofOwner)
  for (const heard of [ofBen!, ofVera!])
    assert.deepEqual(brief(heard), ['company.created', 'company.created'])
  const again = await listen(ben)
  await again.subscribe({ id: 'import', entity: 'import', since: 1 })
  assert.deepEqual(await again.events('import', 0, 400), [], 'nor of what was before')
})

test('a member who may read all from now on hears all from then on, and one who may no longer hears no more', async () => {
  const { owner, ana } = await world()
  const listener = await listen(ana)
  await listener.subscribe({ id: 's', entity: 'deal' })
  await owner.post('/deals', { title: 'Hidden' })
  assert.deepEqual(await listener.events('s', 0), [])
  await owner.patch('/workspaces/current', { settings: { recordVisibility: 'workspace' } })
  await sleep(300)
  await owner.post('/deals', { title: 'Seen' })
  const [seen] = await listener.events('s', 1)
  assert.equal(seen.event.changes.title.new, 'Seen')
  await owner.patch('/workspaces/current', { settings: { recordVisibility: 'own' } })
  await sleep(300)
  await owner.post('/deals', { title: 'Hidden again' })
  assert.equal((await listener.events('s', 1, 500)).length, 1)
})

test('who comes back with `since` gets what was missed, once and in order, while more goes on', async () => {
  const { owner } = await workspace()
  const first = await listen(owner)
  await first.subscribe({ id: 's', entity: 'company' })
  await owner.post('/companies', { name: 'Company 0' })
  const [start] = await first.events('s', 1)
  await first.close()
  const total = 900
  const make = async (from: number, to: number) => {
    for (let at = from; at < to; at += 100)
      await owner.inWorkspace(tx =>
        store.createMany(
          tx,
          recordNamed('company'),
          Array.from({ length: 100 }, (_, i) => ({ name: `Company ${at + i + 1}` })),
        ),
      )
  }
  await make(0, 600)
  const back = await listen(owner)
  const going = make(600, total)
  const subscribed = await back.subscribe({ id: 's', entity: 'company', since: start.event.seq })
  assert.equal(subscribed.seq, start.event.seq)
  await going
  const events = await back.events('s', total)
  const names = events.map(({ event }) => Number(event.changes.name.new.slice(8)))
  const seqs = events.map(({ event }) => event.seq)
  assert.equal(new Set(names).size, total, 'nothing lost')
  assert.equal(events.length, total, 'nothing doubled')
  assert.deepEqual(
    seqs,
    [...seqs].sort((a, b) => a - b),
    'nothing out of order',
  )
  const filtered = await listen(owner)
  await filtered.subscribe({
    id: 'f',
    entity: 'company',
    since: start.event.seq,
    filter: { field: 'name', op: 'startsWith', value: 'Company 89' },
  })
  assert.equal((await filtered.events('f', 11)).length, 11)
  const ahead = await listen(owner)
  ahead.send({ type: 'subscribe', id: 'a', entity: 'company', since: 1e15 })
  assert.equal((await ahead.ending()).code, 1013)
  assert.equal(ahead.messages.at(-1).code, 'UNKNOWN_PLACE', 'of a history that was put back it hears nothing')
})

test('a transaction that commits late is told in its place, not left out', async context => {
  if (!testDatabaseUrl())
    return context.skip('the embedded database has one connection, so nothing can commit late')
  const { owner } = await workspace()
  const listener = await listen(owner)
  await listener.subscribe({ id: 's', entity: 'company' })
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  let drawn = () => {}
  const hasDrawn = new Promise<void>(resolve => {
    drawn = resolve
  })
  const late = owner.inWorkspace(async tx => {
    await store.create(tx, recordNamed('company'), { name: 'Late' })
    drawn()
    await held
  })
  await hasDrawn
  await owner.post('/companies', { name: 'Early' })
  assert.deepEqual(await listener.events('s', 0, 300), [])
  release()
  await late
  const events = await listener.events('s', 2)
  assert.deepEqual(
    events.map(({ event }) => event.changes.name.new),
    ['Late', 'Early'],
  )
})

test('what another process writes is told at once, by PostgreSQL or by Redis', async context => {
  if (!testDatabaseUrl()) return context.skip('the embedded database serves one process')
  const { owner } = await workspace()
  const folder = dataFolder(context)
  const other = await startProgram(readConfig(testEnv(folder)), makeLog('warn'))
  context.after(() => other.stop())
  const listener = await Listener.of(await realtimeOf(other), owner.token)
  open.push(listener)
  await listener.subscribe({ id: 's', entity: 'company' })
  const took: number[] = []
  for (let n = 1; n <= 5; n++) {
    const began = Date.now()
    await owner.post('/companies', { name: `Company ${n}` })
    await listener.events('s', n, 0)
    took.push(Date.now() - began)
  }
  // Without a word from the other process it would look once a second.
  assert.ok(took.filter(ms => ms < 500).length >= 4, `${took} ms`)
})

test('a revoked session, a deactivated member and one who is removed are cut off within seconds', async () => {
  const { owner, admin, ana, ben } = await world()
  const sessionId = await anotherSession(ana)
  const token = await program().app.tokens.sign({
    userId: ana.id,
    workspaceId: ana.workspaceId,
    sessionId,
    isWeb: false,
  })
  const [revoked, stays, deactivated, removed] = await Promise.all(
    [{ token }, ana, ben, admin].map(person => listen(person)),
  )
  const membershipOf = async (person: Person) =>
    (await owner.get(`/users/${person.id}`)).body.membershipId as string
  const began = Date.now()
  assert.equal((await ana.delete(`/auth/sessions/${sessionId}`)).status, 204)
  await owner.patch(`/memberships/${await membershipOf(ben)}`, { isActive: false })
  await owner.delete(`/memberships/${await membershipOf(admin)}`)
  assert.equal((await revoked!.ending()).code, 4401)
  assert.equal((await deactivated!.ending()).code, 4403)
  assert.equal((await removed!.ending()).code, 4403)
  assert.ok(Date.now() - began < 5000)
  assert.equal(stays!.closed, undefined)
  const elsewhere = await listen(owner)
  // As another process would end it: without a word to this one.
  await program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows('update sessions set ended_at = now() where user_id = $1::uuid', [owner.id]),
  )
  assert.equal((await elsewhere.ending()).code, 4401)
})

test('who was put out hears nothing that happens after it, and who has another role is told', async () => {
  const { owner, admin, ben } = await world({ recordVisibility: 'workspace' })
  const membershipOf = async (person: Person) =>
    (await owner.get(`/users/${person.id}`)).body.membershipId as string
  const [put, stays] = await Promise.all([ben, admin].map(person => listen(person)))
  await Promise.all([put!, stays!].map(listener => listener.subscribe({ id: 's', entity: 'deal' })))
  const [bens, admins] = [await membershipOf(ben), await membershipOf(admin)]
  // As another process would do it, without a word to this one: only the history tells of it.
  await program().app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows(
      `update memberships set is_active = id <> $1::uuid, role = case when id = $2::uuid then 'MEMBER' else role end where id in ($1::uuid, $2::uuid)`,
      [bens, admins],
    ),
  )
  const told = { entityType: 'membership', entityId: bens, action: 'updated', changes: {} } as const
  await owner.inWorkspace(tx => tellEvent(tx, told))
  await owner.post('/deals', { title: 'Not for Ben' })
  assert.equal((await stays!.events('s', 1)).length, 1)
  assert.equal((await put!.ending()).code, 4403)
  assert.deepEqual(await put!.events('s', 0, 0), [])
  const { role, recordVisibility } = await stays!.until(({ type }) => type === 'rights')
  assert.deepEqual([role, recordVisibility], ['MEMBER', 'workspace'])
  const refused = await ben.post('/realtime/ticket')
  assert.deepEqual([refused.status, refused.body.code], [403, 'NOT_A_MEMBER'])
})

test('an API key listens as far as its scopes reach, and until it is revoked', async () => {
  const { owner } = await workspace()
  const { id, key } = (await owner.post('/api-keys', { name: 'Robot', scopes: ['deals:read'] })).body
  const listener = await listen({ token: key })
  assert.equal((await listener.subscribe({ id: 'd', entity: 'deal' })).type, 'subscribed')
  const refused = await listener.subscribe({ id: 'c', entity: 'company' })
  assert.deepEqual([refused.type, refused.code], ['error', 'INSUFFICIENT_SCOPE'])
  await owner.post('/deals', { title: 'X' })
  assert.equal((await listener.events('d', 1)).length, 1)
  await owner.delete(`/api-keys/${id}`)
  assert.equal((await listener.ending()).code, 4401)
})

test('what cannot be subscribed to is refused by name, and the connection stays', async () => {
  const { owner, ana } = await world()
  const hidden = (await owner.post('/deals', { title: 'Hidden' })).body
  const listener = await listen(ana)
  await listener.subscribe({ id: 'taken', entity: 'deal' })
  const bad: Array<[Record<string, unknown>, number, string?]> = [
    [{ entity: 'unicorn' }, 400, 'entity'],
    [{ entity: 'session' }, 400, 'entity'],
    [{ entity: 'deal', recordId: hidden.id }, 404],
    [{ entity: 'deal', recordId: 'x' }, 400, 'recordId'],
    [{ entity: 'deal', since: -1 }, 400, 'since'],
    [{ entity: 'deal', filter: { field: 'nothing', op: 'eq', value: 1 } }, 400, 'filter'],
    [{ entity: 'deal', filter: { field: 'amount', op: 'gte', value: 'x' } }, 400, 'filter.amount'],
    [{ entity: 'deal', filter: { field: "amount'; --", op: 'eq', value: 1 } }, 400, 'filter'],
    [{ entity: 'deal', unheardOf: 1 }, 400, 'unheardOf'],
  ]
  for (const [n, [message, status, path]] of bad.entries()) {
    const answer = await listener.subscribe({ id: `bad ${n}`, ...message })
    assert.deepEqual([answer.type, answer.status], ['error', status], JSON.stringify([message, answer]))
    if (path)
      assert.ok(
        answer.issues.some((issue: any) => issue.path === path),
        JSON.stringify(answer),
      )
  }
  listener.send({ type: 'subscribe', id: 'taken', entity: 'deal' })
  await listener.until(({ type, id }) => type === 'error' && id === 'taken')
  listener.send('{')
  listener.send({ type: 'ping' })
  await listener.until(({ type }) => type === 'pong')
  assert.equal(listener.closed, undefined)
})

test('a burst of megabytes reaches who takes it, whole and in order', async () => {
  const { owner } = await workspace()
  const listener = await listen(owner)
  await listener.subscribe({ id: 's', entity: 'note' })
  const { id } = (await owner.post('/notes', { body: 'x' })).body
  // Read in one batch by the hub, and more than the buffers of a connection hold.
  await owner.inWorkspace(async tx => {
    for (let n = 0; n < 200; n++) {
      const changes = { body: { new: `${n} ${'x'.repeat(25_000)}` } }
      await tellEvent(tx, { entityType: 'note', entityId: id, action: 'updated', changes })
    }
  })
  const told = await listener.events('s', 201, 0)
  assert.equal(listener.closed, undefined)
  assert.deepEqual(
    told.slice(1).map(({ event }) => Number.parseInt(event.changes.body.new, 10)),
    Array.from({ length: 200 }, (_, n) => n),
  )
})

slowTest(
  'a client that does not take what comes is told to begin anew and dropped; the others are not held up',
  async () => {
    const { owner } = await workspace()
    const slow = await listen(owner)
    const quick = await listen(owner)
    for (const listener of [slow, quick]) await listener.subscribe({ id: 's', entity: 'note' })
    const { id } = (await owner.post('/notes', { body: 'x' })).body
    slow.socket.pause()
    const change = {
      entityType: 'note',
      entityId: id,
      action: 'updated',
      changes: { body: { new: 'x'.repeat(40_000) } },
    } as const
    // Told and not written, which is quick: between being found too slow and being cut off there are 15 s to take the last words.
    let made = 1
    for (; made < 400; made += 19) {
      await owner.inWorkspace(async tx => {
        for (let n = 0; n < 19; n++) await tellEvent(tx, change)
      })
      assert.equal((await quick.events('s', made + 19, 0)).length, made + 19)
    }
    // Nothing is taken for more than 5 s, while the other one goes on.
    for (let seconds = 0; seconds < 7; seconds++) {
      await sleep(1000)
      await owner.inWorkspace(tx => tellEvent(tx, change))
      assert.equal((await quick.events('s', ++made, 0)).length, made)
    }
    slow.socket.resume()
    await slow.ending()
    const last = slow.messages.at(-1)
    assert.deepEqual([last.type, last.code], ['reset', 'SLOW'])
    assert.ok(slow.messages.length < made)
  },
)

test('too many messages and too large ones end the connection', async () => {
  const { owner } = await workspace()
  const busy = await listen(owner)
  for (let n = 0; n < 400; n++) busy.send({ type: 'ping' })
  assert.equal((await busy.ending()).code, 4429)
  const large = await listen(owner)
  large.send({ type: 'ping', x: 'x'.repeat(100_000) })
  assert.equal((await large.ending()).code, 1009)
})
