import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useProgram } from '#test/world.ts'
import { learnSizes } from './upkeep.ts'

const program = useProgram()

test('the planner learns of a table that was filled, and again once a fifth of it has changed', async () => {
  const { engine } = program().app.database
  const run = async (script: string) => {
    const session = await engine.acquire()
    try {
      return await session.script(script)
    } finally {
      engine.release(session)
    }
  }
  const known = async () => {
    await learnSizes(engine)
    return (await run(`select reltuples::int as n from pg_class where oid = 'upkeep_rows'::regclass`))[0]!.n
  }
  const fill = (n: number) =>
    run(`insert into upkeep_rows select repeat('x', 100) from generate_series(1, ${n})`).then(() =>
      run('select pg_stat_force_next_flush()'),
    )
  await run('create table upkeep_rows (content text)')
  try {
    assert.equal(await known(), -1)
    await fill(2000)
    assert.equal(await known(), 2000)
    await fill(300)
    assert.equal(await known(), 2000)
    await fill(700)
    assert.equal(await known(), 3000)
  } finally {
    await run('drop table upkeep_rows')
  }
})
