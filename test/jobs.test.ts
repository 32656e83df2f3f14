import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Refusal } from '#core/errors.ts'
import { newId } from '#core/ids.ts'
import { installJobs, type JobDefinition, Jobs } from '#core/jobs/jobs.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { asOwner, testDatabaseUrl } from './database.ts'
import { until } from './until.ts'
import { takeLog, useProgram, world } from './world.ts'

/** Background work: there if and only if its cause is, and done once. */

const program = useProgram()
const input = z.object({ name: z.string() })
type Input = z.infer<typeof input>

const query = (text: string, params: unknown[] = []) =>
  asOwner(program(), async session => [...(await session.rows(text, params))])

/** A queue of this test alone, with a runner that works it, stopped when the test ends. */
async function queueOf(
  context: { after: (work: () => Promise<void>) => void },
  more: Partial<JobDefinition<Input>>,
) {
  const job: JobDefinition<Input> = { name: `test-${newId()}`, input, ...more }
  const { database, log } = program().app
  await asOwner(program(), session =>
    installJobs(session, database.engine.kind === 'embedded' ? 'pglite' : 'postgres', [job], []),
  )
  const jobs = new Jobs(database, log)
  let started: Promise<void> | undefined
  context.after(async () => {
    if (started) await jobs.stop()
  })
  return {
    job,
    jobs,
    start: () => (started ??= jobs.start(program().app, [job], [])),
    rows: () => rowsOf(job.name),
  }
}

const rowsOf = (name: string) =>
  query(
    `select id, state, retry_count as tries, start_after > now() as waits, extract(epoch from start_after - now())::int as "waitSeconds", data from pgboss.job where name = $1 order by created_on`,
    [name],
  )

/** Lets a retry that waits come now. */
const hurry = (name: string) =>
  query(`update pgboss.job set start_after = now() where name = $1 and state = 'retry'`, [name])
const companies = () => recordNamed('company')
const namesIn = async (person: { get: (path: string) => Promise<{ body: any }> }) =>
  (await person.get('/companies?sort=createdAt')).body.rows.map((row: any) => row.name)

test('a job exists if and only if the transaction that enqueued it commits', async context => {
  const { ana } = await world()
  const { job, jobs, start, rows } = await queueOf(context, { run: async () => {} })
  await start()
  await assert.rejects(
    ana.inWorkspace(async tx => {
      await jobs.enqueue(tx, job, { name: 'never' })
      throw new Error('rolled back')
    }),
  )
  await ana.inWorkspace(tx =>
    tx
      .attempt(async () => {
        await jobs.enqueue(tx, job, { name: 'undone' })
        throw new Error('to the savepoint')
      })
      .catch(() => {}),
  )
  assert.deepEqual(await rows(), [])
  await ana.inWorkspace(async tx => {
    await jobs.enqueue(tx, job, { name: 'yes' })
    await store.create(tx, companies(), { name: 'beside it' })
  })
  const [row] = await until(rows, found => found[0]?.state === 'completed')
  assert.deepEqual((row!.data as any).input, { name: 'yes' })
})

test('a job runs in the workspace and with the rights of whoever caused it', async context => {
  const { ana, mallory } = await world()
  const seen: unknown[] = []
  const { job, jobs, start, rows } = await queueOf(context, {
    once: async (tx, { name }) => {
      seen.push([tx.who.workspaceId, tx.who.userId, tx.who.role, tx.role])
      await store.create(tx, companies(), { name })
    },
  })
  await start()
  await ana.inWorkspace(tx => jobs.enqueue(tx, job, { name: 'of Ana' }))
  await until(rows, found => found[0]?.state === 'completed')
  assert.deepEqual(seen, [[ana.workspaceId, ana.id, 'MEMBER', 'ascendore_member']])
  assert.deepEqual([await namesIn(ana), await namesIn(mallory)], [['of Ana'], []])
  const row = (await ana.get('/companies')).body.rows[0]
  assert.equal(row.createdById, ana.id)
})

test('a `once` job has one effect although it is cut off after the effect, again and again', async context => {
  const { ana } = await world()
  let runs = 0
  const { job, jobs, start, rows } = await queueOf(context, {
    once: async (tx, { name }) => {
      await store.create(tx, companies(), { name })
      if (++runs > 2) return
      // The connection dies under the work, as it does when the process is killed; else the work throws.
      if (testDatabaseUrl())
        await tx.session.script('reset role; select pg_terminate_backend(pg_backend_pid())')
      throw new Error('cut off')
    },
  })
  await start()
  await ana.inWorkspace(tx => jobs.enqueue(tx, job, { name: 'once' }))
  for (let tries = 1; tries <= 2; tries++) {
    await until(rows, found => found[0]?.state === 'retry' && runs === tries)
    assert.deepEqual(await namesIn(ana), [])
    await hurry(job.name)
  }
  await until(rows, found => found[0]?.state === 'completed')
  assert.deepEqual([runs, await namesIn(ana)], [3, ['once']])
  assert.ok(takeLog().every(line => /job failed|background jobs|follower/.test(line)))
})

test('a job that fails is tried again with growing gaps, and then shown as failed to its admins alone', async context => {
  const { ana, vera, owner, mallory } = await world()
  const { job, jobs, start, rows } = await queueOf(context, {
    retries: 3,
    run: async () => {
      throw new Error('the mail server is away')
    },
  })
  await start()
  await ana.inWorkspace(tx => jobs.enqueue(tx, job, { name: 'x' }))
  const gaps: number[] = []
  for (let tries = 0; tries < 3; tries++) {
    const [row] = await until(
      rows,
      found => found[0]?.state === 'retry' && found[0]?.tries === tries && found[0]?.waits === true,
    )
    gaps.push(row!.waitSeconds as number)
    await hurry(job.name)
  }
  await until(rows, found => found[0]?.state === 'failed')
  assert.ok(
    gaps.every(gap => gap >= 2 && gap <= 60),
    `gaps of ${gaps} s`,
  )
  assert.ok(Math.max(...gaps) > gaps[0]!, `growing: ${gaps}`)
  const { rows: failed, total } = (await owner.get('/jobs/failed')).body
  assert.deepEqual([failed.length, total, failed[0].name, failed[0].attempts], [1, 1, job.name, 4])
  assert.equal(failed[0].causedById, ana.id)
  assert.doesNotMatch(JSON.stringify(failed), /mail server/, 'what is not meant for users stays in the log')
  assert.deepEqual((await mallory.get('/jobs/failed')).body.rows, [])
  for (const person of [ana, vera]) assert.equal((await person.get('/jobs/failed')).status, 403)
  assert.equal(takeLog().filter(line => line.includes('the mail server is away')).length, 4)
})

test('an admin tries a failed job once more, or gives it up; nobody else can', async context => {
  const { ana, admin, mallory } = await world()
  let isAway = true
  const { job, jobs, start, rows } = await queueOf(context, {
    retries: 0,
    input: z.object({ companyId: z.string(), note: z.string() }) as never,
    run: async () => {
      if (isAway) throw new Refusal(422, 'AWAY', 'The company has moved away')
    },
  })
  await start()
  const companyId = newId()
  const fail = async () => {
    const before = (await rows()).length
    await ana.inWorkspace(tx => jobs.enqueue(tx, job, { companyId, note: 'private' } as never))
    await until(
      rows,
      found => found.length > before && found.every(row => row.state !== 'created' && row.state !== 'active'),
    )
  }
  for (let i = 0; i < 3; i++) await fail()
  const first = (await admin.get('/jobs/failed?limit=2')).body
  const second = (await admin.get(`/jobs/failed?limit=2&cursor=${first.nextCursor}`)).body
  const all = [...first.rows, ...second.rows]
  assert.equal((await admin.get('/jobs/failed?name=another')).body.total, 0)
  assert.deepEqual([first.total, all.length, second.nextCursor], [3, 3, null])
  assert.equal(new Set(all.map(row => row.id)).size, 3)
  for (const row of all)
    assert.deepEqual(
      [row.error, row.input],
      ['The company has moved away', { companyId }],
      'ids and what is public',
    )
  const [one, two] = all
  for (const person of [mallory, ana]) {
    const status = person === ana ? 403 : 404
    assert.equal((await person.post(`/jobs/${one.id}/retry`)).status, status)
    assert.equal((await person.delete(`/jobs/${one.id}`)).status, status)
  }
  isAway = false
  assert.equal((await admin.post(`/jobs/${one.id}/retry`)).status, 200)
  await until(rows, found => found.some(row => row.id === one.id && row.state === 'completed'))
  assert.equal((await admin.post(`/jobs/${one.id}/retry`)).status, 404, 'it has not failed')
  assert.equal((await admin.delete(`/jobs/${two.id}`)).status, 204)
  assert.equal((await admin.delete(`/jobs/${two.id}`)).status, 404)
  assert.equal((await admin.get('/jobs/failed')).body.total, 1)
  assert.ok(!(await rows()).some(row => row.id === two.id))
  const told = (await admin.get('/audit-logs?entityType=job')).body.rows
  assert.deepEqual(
    told.map((row: { action: string; entityId: string }) => [row.action, row.entityId]),
    [
      ['discarded', two.id],
      ['retried', one.id],
    ],
  )
  assert.equal(takeLog().filter(line => line.includes('job failed')).length, 3)
})

test('input that the job does not take fails the job and not the process', async context => {
  const { ana } = await world()
  const { job, jobs, start, rows } = await queueOf(context, { retries: 0, run: async () => {} })
  await start()
  await ana.inWorkspace(tx => jobs.enqueue(tx, job, { name: 5 } as never))
  await until(rows, found => found[0]?.state === 'failed')
  assert.ok(takeLog().some(line => line.includes('job failed')))
})

test('stopping lets a running job end, tells it to, and leaves what waits for the next start', async context => {
  const { ana } = await world()
  const { job, jobs, start, rows } = await queueOf(context, {
    run: async ({ signal, input: { name } }) => {
      if (name !== 'long') return
      await new Promise<void>(resolve => signal.addEventListener('abort', () => setTimeout(resolve, 300)))
    },
  })
  await start()
  await ana.inWorkspace(tx => jobs.enqueue(tx, job, { name: 'long' }))
  await until(rows, found => found[0]?.state === 'active')
  await ana.inWorkspace(tx => jobs.enqueue(tx, job, { name: 'waits' }))
  const began = Date.now()
  await jobs.stop()
  assert.ok(Date.now() - began < 7500, 'within the time that a process has')
  const states = (await rows()).map(row => [(row.data as any).input.name, row.state])
  assert.deepEqual(states, [
    ['long', 'completed'],
    ['waits', 'created'],
  ])
})

test('where the clock is set back, workers still look for what has come due', async context => {
  const { ana } = await world()
  const done: string[] = []
  const warnings: string[] = []
  const onWarning = ({ name }: Error) => warnings.push(name)
  process.on('warning', onWarning)
  context.after(() => process.off('warning', onWarning))
  const { job, jobs, start } = await queueOf(context, {
    run: async ({ input: { name } }) => void done.push(name),
  })
  await start()
  // By more than a timer can wait, and by less.
  for (const hours of [24 * 60, 1]) {
    const startAfter = new Date(Date.now() + 1000)
    await ana.inWorkspace(tx => jobs.enqueue(tx, job, { name: `${hours}` }, { startAfter }))
    mock.timers.enable({ apis: ['Date'], now: Date.now() - hours * 3_600_000 })
    try {
      // Longer than between two looks.
      await sleep(1200)
    } finally {
      mock.timers.reset()
    }
    await until(() => done.includes(`${hours}`))
  }
  assert.deepEqual(warnings, [])
})
