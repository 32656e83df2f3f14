import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { newId } from '#core/ids.ts'
import { failedJobs, installJobs, type JobDefinition, Jobs } from '#core/jobs/jobs.ts'
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

test('a job that fails is tried again with growing gaps, and then shown as failed to its workspace alone', async context => {
  const { ana, mallory } = await world()
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
  const failed = (workspaceId: string) =>
    program().app.database.inSystem('ascendore_worker', async scope => [
      ...(await failedJobs(scope, workspaceId)),
    ])
  const [mine] = await failed(ana.workspaceId)
  assert.deepEqual([mine!.name, mine!.tries], [job.name, 3])
  assert.match(JSON.stringify(mine!.output), /the mail server is away/)
  assert.deepEqual(await failed(mallory.workspaceId), [])
  assert.equal(takeLog().filter(line => line.includes('job failed')).length, 4)
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
