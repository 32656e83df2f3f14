import assert from 'node:assert/strict'
import { existsSync, readdirSync, utimesSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Who } from '#core/db/workspace.ts'
import { newId } from '#core/ids.ts'
import type { Program } from '#core/program.ts'
import {
  claimBytes,
  discardBytes,
  putUnclaimed,
  removalSchedule,
  removeBytesAfter,
  sweepRemovals,
} from '#core/storage/removals.ts'
import { purgeExpired } from '#features/trash/purge.ts'
import { childEnv, dataFolder, listening, prepared } from '#test/child.ts'
import { slowTest } from '#test/slow.ts'
import { adopt, type Person, useProgram, world } from '#test/world.ts'
import { attach } from './files.testing.ts'

const program = useProgram()
const TEXT = { filename: 'plan.txt', type: 'text/plain', bytes: 'The plan is simple.' }

const attached = async (person: Person): Promise<{ id: string; key: string }> => {
  const company = (await person.post('/companies', { name: 'Halden' })).body.id
  const { body } = await attach(person, { type: 'company', id: company }, TEXT)
  return { id: body.id, key: `${person.workspaceId}/files/${body.id}` }
}
const isStored = (key: string, { app } = program()) => existsSync(join(app.config.dataDir, 'files', key))
const listed = async (workspaceId: string, { app }: Program = program()) =>
  (await app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows(
      'select key, is_taken as "isTaken" from storage_removals where workspace_id = $1::uuid order by key',
      [workspaceId],
    ),
  )) as Array<{ key: string; isTaken: boolean }>
const ageBy = (interval: string, { app }: Program = program()) =>
  app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows('update storage_removals set due_at = due_at - $1::interval', [interval]),
  )
const who = ({ workspaceId, id, role }: Person): Who => ({
  workspaceId,
  userId: id,
  role,
  visibility: 'own',
  timezone: 'UTC',
})
async function* bytes() {
  yield Buffer.from('bytes')
}

test('a purge forgets the row and lists the bytes in one transaction; the sweep deletes them', async () => {
  const { ana, admin, workspaceId } = await world()
  const { id, key } = await attached(ana)
  assert.deepEqual([isStored(key), await listed(workspaceId)], [true, []])
  await ana.delete(`/files/${id}`)
  assert.equal(isStored(key), true, 'the trash keeps the bytes')
  assert.equal((await admin.delete(`/trash/${id}`)).status, 204)
  assert.deepEqual([isStored(key), await listed(workspaceId)], [true, [{ key, isTaken: false }]])
  const { app } = program()
  await removalSchedule.run(app.database, app.log, app)
  assert.deepEqual([isStored(key), await listed(workspaceId)], [false, []])
})

test('the retention job takes the bytes along, and with a record its files, also those that live', async () => {
  const { ana, owner, workspaceId } = await world({ retentionDays: 5 })
  const [old, hanging, binned, kept] = [
    await attached(ana),
    await attached(ana),
    await attached(ana),
    await attached(ana),
  ]
  const recordOf = async ({ id }: { id: string }) => (await ana.get(`/files/${id}`)).body.attachedToId
  const companies = [await recordOf(hanging), await recordOf(binned)]
  const note = { body: 'Stays', relatedType: 'company', relatedId: companies[0] }
  const noteId = (await ana.post('/notes', note)).body.id
  await ana.delete(`/files/${old.id}`)
  await ana.delete(`/files/${binned.id}`)
  for (const id of companies) await ana.delete(`/companies/${id}`)
  assert.equal((await ana.get(`/files/${hanging.id}`)).status, 200, 'the trash leaves files alone')
  await owner.inWorkspace(tx =>
    tx.session.rows(
      `update records set deleted_at = now() - interval '6 days' where workspace_id = $1::uuid and deleted_at is not null`,
      [workspaceId],
    ),
  )
  const { app } = program()
  await purgeExpired(app.database, app.log)
  assert.deepEqual(
    (await listed(workspaceId)).map(({ key }) => key),
    [old, hanging, binned].map(({ key }) => key).sort(),
  )
  await sweepRemovals(app)
  assert.deepEqual(
    [old, hanging, binned, kept].map(({ key }) => isStored(key)),
    [false, false, false, true],
  )
  assert.equal((await ana.get(`/files/${hanging.id}`)).status, 404)
  const left = (await owner.get('/files')).body
  assert.deepEqual([left.total, left.rows.map((row: { id: string }) => row.id)], [1, [kept.id]])
  const { relatedType, relatedId } = (await ana.get(`/notes/${noteId}`)).body
  assert.deepEqual([relatedType, relatedId], [null, null], 'what somebody wrote stays, on nothing')
  const told = (await owner.get(`/audit-logs?entityId=${hanging.id}`)).body.rows
  assert.deepEqual(
    told.map((row: { action: string }) => row.action),
    ['purged', 'deleted', 'created'],
  )
})

test('whoever purges a record by hand purges its files; what cannot be purged takes none along', async () => {
  const { ana, admin, workspaceId } = await world()
  const { id, key } = await attached(ana)
  const { attachedToId } = (await ana.get(`/files/${id}`)).body
  assert.equal((await admin.delete(`/trash/${attachedToId}`)).status, 404, 'it is not in the trash')
  assert.deepEqual([isStored(key), await listed(workspaceId)], [true, []])
  await ana.delete(`/companies/${attachedToId}`)
  assert.equal((await admin.delete(`/trash/${attachedToId}`)).status, 204)
  assert.equal((await ana.get(`/files/${id}`)).status, 404)
  assert.deepEqual(await listed(workspaceId), [{ key, isTaken: false }])
  await sweepRemovals(program().app)
  assert.equal(isStored(key), false)
})

test('a purge that fails keeps the file whole', async () => {
  const { ana, owner, workspaceId } = await world()
  const { id, key } = await attached(ana)
  await ana.delete(`/files/${id}`)
  const { files } = await import('./files.table.ts')
  await assert.rejects(
    owner.inWorkspace(async tx => {
      await files.rules.purge!(tx, [id])
      throw new Error('cut off')
    }),
    /cut off/,
  )
  await sweepRemovals(program().app)
  assert.deepEqual([isStored(key), await listed(workspaceId)], [true, []])
})

test('bytes without a row go after a day and not before; a late row is refused', async () => {
  const { ana, workspaceId } = await world()
  const key = `${workspaceId}/files/${newId()}`
  const { app } = program()
  await putUnclaimed(app, who(ana), key, bytes())
  await ageBy('23 hours')
  await sweepRemovals(app)
  assert.equal(isStored(key), true)
  await ageBy('1 hour')
  await sweepRemovals(app)
  assert.deepEqual([isStored(key), await listed(workspaceId)], [false, []])
  await assert.rejects(
    ana.inWorkspace(tx => claimBytes(tx, key)),
    /took too long/,
  )
})

test('nobody lists the bytes of another workspace for removal', async () => {
  const { ana, owner, mallory } = await world()
  const { key } = await attached(ana)
  for (const person of [owner, ana, mallory])
    for (const wrong of person === mallory ? [key] : [`${mallory.workspaceId}/files/x`, 'x', '/x'])
      await assert.rejects(
        person.inWorkspace(tx => removeBytesAfter(tx, [wrong])),
        /row-level security/,
      )
})

test('bytes whose row was made are not discarded, even where the answer of the commit was lost', async () => {
  const { ana, workspaceId } = await world()
  const { app } = program()
  const key = `${workspaceId}/files/${newId()}`
  await putUnclaimed(app, who(ana), key, bytes())
  await ana.inWorkspace(tx => claimBytes(tx, key))
  await discardBytes(app, who(ana), key)
  assert.equal(isStored(key), true)
})

test('a sweep that was killed between mark and deletion is taken up by a later one', async () => {
  const { ana, workspaceId } = await world()
  const key = `${workspaceId}/files/${newId()}`
  const { app } = program()
  await putUnclaimed(app, who(ana), key, bytes())
  await ageBy('1 day')
  const broken = {
    ...app.storage,
    delete: () => Promise.reject(new Error('the store is away')),
  }
  await assert.rejects(sweepRemovals({ database: app.database, storage: broken }), /away/)
  assert.deepEqual(await listed(workspaceId), [{ key, isTaken: true }])
  await sweepRemovals(app)
  assert.equal(isStored(key), true, 'another process may be at it')
  await ageBy('1 hour')
  await sweepRemovals(app)
  assert.deepEqual([isStored(key), await listed(workspaceId)], [false, []])
})

slowTest(
  'a process killed in the middle of an upload leaves nothing that is not removed later',
  async context => {
    const dataDir = dataFolder(context)
    const env = await childEnv(dataDir)
    const own = program()
    const setUp = await prepared(env, async running => {
      adopt(running)
      const { ana, workspaceId } = await world()
      const company = (await ana.post('/companies', { name: 'Halden' })).body.id
      return { token: ana.token, workspaceId, company }
    }).finally(() => adopt(own))
    const child = await listening(context, env)
    const parts = join(dataDir, 'files', '.parts')
    const sending = request(`${child.url}/api/v1/files/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${setUp.token}`, 'content-type': 'multipart/form-data; boundary=b' },
    }).on('error', () => {})
    sending.write(
      `--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${'text '.repeat(200_000)}`,
    )
    for (let tries = 0; !(existsSync(parts) && readdirSync(parts).length); tries++) {
      assert.ok(tries < 200, 'the upload has not begun')
      await sleep(50)
    }
    child.process.kill('SIGKILL')
    await child.exit
    await prepared(env, async running => {
      const keys = await listed(setUp.workspaceId, running)
      assert.equal(keys.length, 1)
      await ageBy('1 day', running)
      for (const name of readdirSync(parts)) utimesSync(join(parts, name), new Date(0), new Date(0))
      const { app } = running
      await removalSchedule.run(app.database, app.log, app)
      assert.deepEqual(await listed(setUp.workspaceId, running), [])
      assert.deepEqual(readdirSync(parts), [])
      assert.equal(isStored(keys[0]!.key, running), false)
    })
  },
)
