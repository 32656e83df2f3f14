import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readConfig } from '#core/config.ts'
import { newId } from '#core/ids.ts'
import { makeLog } from '#core/log.ts'
import { startProgram } from '#core/program.ts'
import { asLaunched } from '#test/child.ts'
import { copyTemplate, newDataFolder, testDatabaseUrl } from '#test/database.ts'
import { testEnv } from '#test/world.ts'

const ROWS = 6000
const PATIENCE_MS = 200_000

test('an import whose process is killed goes on after the restart, with no row doubled or lost', async () => {
  const dataDir = newDataFolder()
  if (!testDatabaseUrl()) copyTemplate(dataDir)
  const workspaceId = newId()
  const script = fileURLToPath(new URL('killed.fixture.ts', import.meta.url))
  const child = spawnSync(process.execPath, [...asLaunched(), script, dataDir, workspaceId, String(ROWS)], {
    encoding: 'utf8',
  })
  assert.equal(child.signal, 'SIGKILL', child.stderr)
  const program = await startProgram(readConfig(testEnv(dataDir)), makeLog('silent'))
  try {
    const who = {
      workspaceId,
      userId: null,
      role: 'ADMIN',
      visibility: 'workspace',
      timezone: 'UTC',
    } as const
    const read = (text: string) =>
      program.app.database.inWorkspace(who, async tx => (await tx.session.rows(text, [workspaceId]))[0]!)
    const state = () => read('select * from imports where workspace_id = $1::uuid')
    assert.ok(((await state()).processed as number) < ROWS)
    const deadline = Date.now() + PATIENCE_MS
    while ((await state()).status !== 'COMPLETED' && Date.now() < deadline) await sleep(50)
    const { status, total, processed, created, skipped, failed } = await state()
    assert.deepEqual(
      { status, total, processed, created, skipped, failed },
      { status: 'COMPLETED', total: ROWS, processed: ROWS, created: ROWS, skipped: 0, failed: 0 },
    )
    const companies = await read(
      'select count(*) as rows, count(distinct name) as names from companies where workspace_id = $1::uuid',
    )
    assert.deepEqual({ ...companies }, { rows: ROWS, names: ROWS })
  } finally {
    await program.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
})
