import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import type { DatabaseFault, Session } from '#core/db/engine.ts'
import { testDatabaseUrl } from './database.ts'
import { addressOf, takeLog, useProgram, world } from './world.ts'

/** Connections of clients, and those to PostgreSQL that break, as they do when the server is restarted. */

const program = useProgram()
const skip = testDatabaseUrl() ? false : 'the embedded database has no connections'

const pidOf = async (session: Session): Promise<number> =>
  (await session.rows('select pg_backend_pid() as pid'))[0]!.pid as number

/** Ends the connections that this process's pool hands out one after the other, as they come. */
async function killSome(): Promise<void> {
  const { engine } = program().app.database
  const sessions = (await Promise.allSettled(Array.from({ length: 5 }, () => engine.acquire()))).flatMap(s =>
    s.status === 'fulfilled' ? [s.value] : [],
  )
  const pids = await Promise.all(sessions.map(session => pidOf(session).catch(() => 0)))
  const killer = sessions.shift()
  for (const session of sessions) engine.release(session)
  for (const pid of pids.slice(1))
    await killer?.rows('select pg_terminate_backend($1::int)', [pid]).catch(() => {})
  if (killer) engine.release(killer)
}

test('who sends too much hears of it, however far the body has come', async () => {
  const { ana } = await world()
  const url = `${await addressOf(program())}/api/v1/companies`
  const headers = { authorization: `Bearer ${ana.token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ name: 'x'.repeat(12_000_000) })
  for (let i = 0; i < 4; i++) {
    const answer = await fetch(url, { method: 'POST', headers, body })
    assert.equal(answer.status, 413)
    assert.match(await answer.text(), /PAYLOAD_TOO_LARGE/)
  }
  const next = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name: 'Short' }) })
  assert.equal(next.status, 201)
})

test('a connection that breaks in a transaction fails that one alone, and is replaced', {
  skip,
}, async () => {
  const { owner } = await world()
  const { engine } = program().app.database
  for (const waits of [0, 200]) {
    const failed = owner.inWorkspace(async tx => {
      const pid = await pidOf(tx.session)
      const killer = await engine.acquire()
      await killer.rows('select pg_terminate_backend($1::int)', [pid])
      engine.release(killer)
      await sleep(waits)
      await tx.session.rows('select 1')
    })
    await assert.rejects(failed, (error: DatabaseFault) => error.isAway)
    for (let i = 0; i < 12; i++) assert.equal((await owner.get('/deals')).status, 200)
  }
  takeLog()
})

test('a connection keeps what comes again, lets go of what came once, and gives way when it has kept much', {
  skip,
}, async () => {
  const { engine } = program().app.database
  const session = await engine.acquire()
  const pid = await pidOf(session)
  const prepared = async (): Promise<number> =>
    Number((await session.script('select count(*)::int as n from pg_prepared_statements'))[0]!.n)
  const run = async (from: number, to: number) => {
    const texts = Array.from({ length: to - from }, (_, i) => `select ${from + i} as n, $1::int as x`)
    await Promise.all(texts.map(text => session.rows(text, [1])))
  }
  try {
    const before = await prepared()
    await run(0, 300)
    assert.equal(await prepared(), before, 'what came once is not kept')
    await run(0, 300)
    assert.equal(await prepared(), before + 300, 'what comes again is')
    await run(0, 300)
    assert.equal(await prepared(), before + 300)
    for (const from of [300, 600, 900]) for (let i = 0; i < 2; i++) await run(from, from + 300)
  } finally {
    engine.release(session)
  }
  const others = await Promise.all(Array.from({ length: 5 }, () => engine.acquire()))
  const pids = await Promise.all(others.map(pidOf))
  for (const other of others) engine.release(other)
  assert.ok(!pids.includes(pid), 'what has kept a thousand statements is replaced')
})

test('connections break under load: requests hear 503 or their answer, and all goes on', {
  skip,
}, async () => {
  const { owner } = await world()
  const statuses: number[] = []
  let stop = false
  const clients = Array.from({ length: 6 }, async () => {
    while (!stop) statuses.push((await owner.post('/companies', { name: 'X' })).status)
  })
  for (let i = 0; i < 3; i++) {
    await sleep(150)
    await killSome()
  }
  await sleep(150)
  stop = true
  await Promise.all(clients)
  assert.ok(
    statuses.every(status => status === 201 || status === 503),
    JSON.stringify(statuses),
  )
  await sleep(300)
  const created = statuses.filter(status => status === 201).length
  const { total } = (await owner.get('/companies')).body
  assert.ok(total >= created, `${created} were acknowledged, ${total} are there`)
  assert.equal((await owner.post('/companies', { name: 'After' })).status, 201)
  takeLog()
})

test('all connections are lost at once, again and again: within a second requests are answered', {
  skip,
}, async () => {
  const { owner } = await world()
  const { engine } = program().app.database
  for (let round = 0; round < 6; round++) {
    const sessions = await Promise.all(Array.from({ length: 10 }, () => engine.acquire()))
    const pids = await Promise.all(sessions.map(pidOf))
    // Half of them are lost while somebody holds them, the others while they are free.
    for (const session of sessions.slice(0, 5)) engine.release(session)
    await killAll(pids)
    for (const session of sessions.slice(5)) engine.release(session)
    const began = Date.now()
    const answers = Array.from({ length: 30 }, async () => {
      const { status } = await owner.get('/deals')
      return { status, afterMs: Date.now() - began }
    })
    for (const { status, afterMs } of await Promise.all(answers)) {
      assert.ok([200, 503].includes(status), String(status))
      assert.ok(afterMs < 2000, `round ${round}: ${status} after ${afterMs} ms`)
    }
    assert.equal((await owner.get('/deals')).status, 200, `round ${round}`)
    assert.ok(Date.now() - began < 3000)
  }
  takeLog()
})

/** Ends these connections, by one that does not belong to the program. */
async function killAll(pids: number[]): Promise<void> {
  const sql = postgres(testDatabaseUrl()!, { max: 1, onnotice: () => {} })
  await sql`select pg_terminate_backend(pid) from unnest(${pids}::int[]) pid`
  await sql.end()
}
