import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import type { Scope, Tx } from '#core/db/workspace.ts'
import { type EventRow, type Follower, Following, followOnce } from '#core/events/follow.ts'
import { newId } from '#core/ids.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { asOwner, testDatabaseUrl } from './database.ts'
import { until } from './until.ts'
import { takeLog, useProgram, world } from './world.ts'

/** The history of changes, and those who follow it. */

const program = useProgram()

test('a failing write leaves neither row nor directory entry nor event, wherever it fails', async () => {
  const { owner, ana } = await world()
  const companies = recordNamed('company')
  const count = () =>
    owner.inWorkspace(async tx => {
      const [row] = await tx.session.rows(
        'select (select count(*) from companies) as rows, (select count(*) from records) as listed, (select count(*) from events) as told',
      )
      return row
    })
  const before = await count()
  const failing = [
    () =>
      ana.inWorkspace(async tx => {
        await store.create(tx, companies, { name: 'Half' })
        throw new Error('after the write')
      }),
    () =>
      ana.inWorkspace(tx =>
        store.createMany(tx, companies, [{ name: 'One' }, { name: 'Two', ownerId: newId() }]),
      ),
    () =>
      ana.inWorkspace(tx =>
        store.createMany(tx, companies, [{ name: 'One' }, { name: 'Two', status: 5, employeeCount: 'x' }]),
      ),
    () =>
      ana.inWorkspace(async tx => {
        const { id } = await store.create(tx, companies, { name: 'Half' })
        await store.update(tx, companies, id, { name: 'Other' })
        await store.remove(tx, companies, id)
        await tx.session.rows('select 1 / 0')
      }),
  ]
  for (const fail of failing) await assert.rejects(fail())
  assert.deepEqual(await count(), before)
})

test('a write that is refused inside a savepoint takes its event along, and the rest stands', async () => {
  const { owner } = await world()
  const { results } = (
    await owner.post('/deals/bulk', {
      operations: [
        { op: 'create', data: { title: 'A' } },
        { op: 'create', data: { title: 'B', companyId: newId() } },
        { op: 'create', data: { title: 'C' } },
      ],
    })
  ).body
  assert.deepEqual(
    results.map((r: any) => r.status),
    [201, 400, 201],
  )
  const told = await owner.inWorkspace(tx =>
    tx.session.rows(
      `select changes->'title'->>'new' as title from events where entity_type = 'deal' order by seq`,
    ),
  )
  assert.deepEqual(
    told.map(row => row.title),
    ['A', 'C'],
  )
})

test('an event tells who, from where, in which request, and each field by its old and new value', async () => {
  const { ana, ben, owner } = await world()
  const headers = { 'user-agent': 'a test', 'x-request-id': 'tell-me' }
  const { id } = (await ana.post('/contacts', { firstName: 'Ida', tags: ['x'] })).body
  await ana.patch(
    `/contacts/${id}`,
    { firstName: 'Ada', tags: ['x', 'y'], leadScore: 7, department: null, ownerId: ben.id },
    { headers },
  )
  const [event] = (await owner.get(`/audit-logs?entityId=${id}&action=updated`)).body.rows
  assert.deepEqual(event.changes, {
    firstName: { old: 'Ida', new: 'Ada' },
    tags: { old: ['x'], new: ['x', 'y'] },
    leadScore: { old: null, new: 7 },
    ownerId: { old: ana.id, new: ben.id },
  })
  assert.deepEqual(
    [event.actorId, event.userAgent, event.requestId, event.ip, event.entityType],
    [ana.id, 'a test', 'tell-me', '127.0.0.1', 'contact'],
  )
})

test('values in an event read as they stand on the wire, whether created or changed', async () => {
  const { ana, owner } = await world()
  const body = {
    title: 'Wire',
    amount: 12.3,
    expectedCloseDate: '2026-03-29',
    customFields: {},
    tags: ['a', 'b,"c"'],
  }
  const { id } = (await ana.post('/deals', body)).body
  await ana.patch(`/deals/${id}`, { amount: 4.5, expectedCloseDate: '2026-04-01', tags: [] })
  const rows = (await owner.get(`/audit-logs?entityId=${id}`)).body.rows
  const [updated, created] = rows.map((row: any) => row.changes)
  assert.deepEqual(
    [created.amount.new, created.expectedCloseDate.new, created.tags.new],
    [12.3, '2026-03-29', ['a', 'b,"c"']],
  )
  assert.deepEqual(updated, {
    amount: { old: 12.3, new: 4.5 },
    expectedCloseDate: { old: '2026-03-29', new: '2026-04-01' },
    tags: { old: ['a', 'b,"c"'], new: [] },
  })
  const task = (await ana.post('/tasks', { title: 'When', dueAt: '2026-03-29T01:30:00Z' })).body
  await ana.patch(`/tasks/${task.id}`, { dueAt: '2026-03-29T02:30:00.123Z' })
  const [moved] = (await owner.get(`/audit-logs?entityId=${task.id}&action=updated`)).body.rows
  assert.equal(new Date(moved.changes.dueAt.old).toISOString(), '2026-03-29T01:30:00.000Z')
  assert.equal(new Date(moved.changes.dueAt.new).toISOString(), '2026-03-29T02:30:00.123Z')
})

/** A follower that keeps what it was given in a table of the test, in the transaction of its cursor. */
function keeper(name: string, before: (events: EventRow[]) => void = () => {}): Follower {
  return {
    name,
    async handle(scope: Scope, events) {
      for (const { workspaceId, id } of events)
        await scope.session.rows(
          'insert into idempotency_probe (follower, workspace_id, event_id) values ($1, $2::uuid, $3::uuid)',
          [name, workspaceId, id],
        )
      before(events)
    },
  }
}

const makeProbe = () =>
  asOwner(program(), session =>
    session.script(`create table if not exists idempotency_probe (follower text, workspace_id uuid, event_id uuid);
      grant select, insert on idempotency_probe to ascendore_worker`),
  )
const dropProbe = () =>
  asOwner(program(), session => session.script('drop table if exists idempotency_probe'))

/** The cursor of a new follower starts at the end, as of a program that has read all. */
async function startAtEnd(name: string): Promise<void> {
  await drain({ name, handle: async () => {} })
}

const seenBy = async (name: string, workspaceId: string) =>
  (
    await asOwner(program(), s =>
      s.rows('select event_id as id from idempotency_probe where follower = $1 and workspace_id = $2::uuid', [
        name,
        workspaceId,
      ]),
    )
  ).map(row => row.id)

/** Whether nobody holds the follower's cursor, as a transaction does that is still being rolled back. */
const isFree = async (name: string) => {
  const [row] = await asOwner(program(), s =>
    s.rows(
      `with free as (select 1 from event_cursors where follower = $1 for update skip locked)
       select (select count(*) from free) = (select count(*) from event_cursors where follower = $1) as free`,
      [name],
    ),
  )
  return row!.free as boolean
}

/** Lets a follower go on until nothing is left. */
async function drain(follower: Follower): Promise<void> {
  await until(
    async () => ({
      isFree: await isFree(follower.name),
      ...(await followOnce(program().app.database, follower)),
    }),
    turn => turn.isFree && !turn.handled && !turn.waiting,
    'the follower did not come to the end',
  )
}

test('a follower handles each event exactly once and in order, also when it throws in the middle', async context => {
  await makeProbe()
  context.after(dropProbe)
  const { owner } = await world()
  const name = `keeper-${newId()}`
  await startAtEnd(name)
  let failures = 3
  const follower = keeper(name, () => {
    if (failures-- > 0) throw new Error('on purpose')
  })
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.push((await owner.post('/companies', { name: `C${i}` })).body.id)
  for (let tries = 0; tries < 3; tries++) {
    // Where a number was rolled back before these events, the follower may first wait there.
    await assert.rejects(drain(follower), /on purpose/)
    assert.deepEqual(await seenBy(name, owner.workspaceId), [], 'what it wrote is undone')
  }
  await drain(follower)
  const told = await owner.inWorkspace(tx =>
    tx.session.rows(`select id from events where entity_type = 'company' order by seq`),
  )
  assert.deepEqual(
    await seenBy(name, owner.workspaceId),
    told.map(row => row.id),
  )
  assert.equal(told.length, ids.length)
})

test('two processes that run the same follower share the work and repeat none of it', async context => {
  await makeProbe()
  context.after(dropProbe)
  const { owner } = await world()
  const name = `shared-${newId()}`
  await startAtEnd(name)
  const { database, log } = program().app
  const both = [1, 2].map(() => new Following(database, [keeper(name)], log))
  for (const following of both) following.start()
  await Promise.all(Array.from({ length: 30 }, (_, i) => owner.post('/companies', { name: `C${i}` })))
  for (const following of both) following.wake()
  await until(
    () => seenBy(name, owner.workspaceId),
    seen => seen.length >= 30,
  )
  await sleep(100)
  await Promise.all(both.map(following => following.stop()))
  const seen = await seenBy(name, owner.workspaceId)
  assert.deepEqual([seen.length, new Set(seen).size], [30, 30])
})

test('a follower that fails is tried again and does not keep the others waiting', async context => {
  await makeProbe()
  context.after(dropProbe)
  const { owner } = await world()
  const [bad, good] = [`bad-${newId()}`, `good-${newId()}`]
  await startAtEnd(bad)
  await startAtEnd(good)
  const failing: Follower = { name: bad, handle: () => Promise.reject(new Error('always')) }
  const { database, log } = program().app
  const following = new Following(database, [failing, keeper(good)], log)
  following.start()
  await owner.post('/companies', { name: 'Any' })
  following.wake()
  const told: string[] = []
  // Either of the two may have to wait before a gap that an earlier test has left.
  const hasFailed = () => told.push(...takeLog()) > 0
  const isServed = async () => (await seenBy(good, owner.workspaceId)).length > 0
  for (let tries = 0; tries < 60 && !(hasFailed() && (await isServed())); tries++) await sleep(50)
  await following.stop()
  assert.equal((await seenBy(good, owner.workspaceId)).length, 1)
  told.push(...takeLog())
  assert.ok(told.some(line => line.includes('follower failed')))
})

async function rolledBack(tx: Tx): Promise<void> {
  await store.create(tx, recordNamed('company'), { name: 'Never' })
  throw new Error('rolled back')
}

/** Something that one waits for and another lets happen. */
function latch() {
  let open = () => {}
  const opened = new Promise<void>(resolve => (open = resolve))
  return { open, opened }
}

test('a number that was drawn and rolled back is a gap that does not stall the follower', async context => {
  await makeProbe()
  context.after(dropProbe)
  const { owner } = await world()
  const name = `gap-${newId()}`
  await startAtEnd(name)
  for (let i = 0; i < 3; i++) {
    await owner.post('/companies', { name: `Before ${i}` })
    await owner.inWorkspace(rolledBack).catch(() => {})
    await owner.post('/companies', { name: `After ${i}` })
  }
  await drain(keeper(name))
  assert.equal((await seenBy(name, owner.workspaceId)).length, 6)
})

test('a long transaction in another database of the server does not stall the follower', async context => {
  if (!testDatabaseUrl()) return context.skip('the embedded database has no server with others')
  const url = new URL(testDatabaseUrl()!)
  url.pathname = '/postgres'
  const other = postgres(url.href, { max: 1, onnotice: () => {} })
  context.after(() => other.end({ timeout: 1 }))
  await makeProbe()
  context.after(dropProbe)
  const { owner } = await world()
  const name = `elsewhere-${newId()}`
  await startAtEnd(name)
  await other.begin(async sql => {
    await sql`select pg_current_xact_id()`
    await owner.inWorkspace(rolledBack).catch(() => {})
    await owner.post('/companies', { name: 'After' })
    await drain(keeper(name))
  })
  assert.equal((await seenBy(name, owner.workspaceId)).length, 1)
})

test('a transaction that began later but drew its number first is not missed', async context => {
  if (!testDatabaseUrl())
    return context.skip('the embedded database has one connection, so nothing can commit late')
  await makeProbe()
  context.after(dropProbe)
  const { owner } = await world()
  const name = `crossed-${newId()}`
  await startAtEnd(name)
  const follower = keeper(name)
  const [begun, drawn, held] = [latch(), latch(), latch()]
  const quick = owner.inWorkspace(async tx => {
    await tx.session.rows('select pg_current_xact_id()')
    begun.open()
    await drawn.opened
    await store.create(tx, recordNamed('company'), { name: 'Higher number, ends first' })
  })
  await begun.opened
  const slow = owner.inWorkspace(async tx => {
    await store.create(tx, recordNamed('company'), { name: 'Lower number, ends last' })
    drawn.open()
    await held.opened
  })
  await quick
  for (let tries = 0; tries < 5; tries++) await followOnce(program().app.database, follower)
  assert.deepEqual(await seenBy(name, owner.workspaceId), [], 'nothing behind the open number is handled')
  held.open()
  await slow
  await drain(follower)
  assert.equal((await seenBy(name, owner.workspaceId)).length, 2)
})

test('a transaction that commits late is not missed: the follower waits before its number', async context => {
  if (!testDatabaseUrl())
    return context.skip('the embedded database has one connection, so nothing can commit late')
  await makeProbe()
  context.after(dropProbe)
  const { owner } = await world()
  const name = `late-${newId()}`
  await startAtEnd(name)
  const follower = keeper(name)
  const [drawn, held] = [latch(), latch()]
  const late = owner.inWorkspace(async tx => {
    await store.create(tx, recordNamed('company'), { name: 'Late' })
    drawn.open()
    await held.opened
  })
  await drawn.opened
  await owner.post('/companies', { name: 'Early' })
  for (let tries = 0; tries < 5; tries++) {
    await followOnce(program().app.database, follower)
    await owner.post('/contacts', { firstName: 'Busy' })
  }
  assert.deepEqual(await seenBy(name, owner.workspaceId), [], 'nothing behind the open number is handled')
  held.open()
  await late
  await drain(follower)
  const told = await owner.inWorkspace(tx =>
    tx.session.rows('select id from events where entity_type <> $1 and entity_type <> $2 order by seq', [
      'pipeline',
      'stage',
    ]),
  )
  assert.deepEqual(
    await seenBy(name, owner.workspaceId),
    told.map(row => row.id),
    'then all of it, in order',
  )
})

test('followers that have nothing to do come to rest', async context => {
  if (testDatabaseUrl()) return context.skip('other tests write into the same server')
  const drawn = async () => {
    const session = await program().app.database.engine.acquire()
    const [row] = await session.rows('select pg_current_xact_id()::text::bigint as id')
    program().app.database.engine.release(session)
    return row!.id as number
  }
  // Every turn of the followers locks their cursors, which draws a number; and so do two for the schedules of the jobs, whose
  // upkeep may fall into one window, yet not into the next.
  const inWindow = async () => {
    const before = await drawn()
    await sleep(1200)
    return (await drawn()) - before
  }
  await until(async () => (await inWindow()) < 10)
})
