import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newId } from '#core/ids.ts'
import { useProgram, workspace, world } from '#test/world.ts'
import { sweepImports } from './clean.ts'
import { fileKey } from './run.ts'
import { importing } from './testing.ts'

const program = useProgram()
const pathOf = (key: string) => join(program().app.config.dataDir, 'files', key)
const age = (key: string, hours: number) => {
  const then = Date.now() / 1000 - hours * 3600
  return utimes(pathOf(key), then, then)
}
const sweep = () => sweepImports.run(program().app.database, program().app.log, program().app)

test('a file that was stored for an import that never came to be is swept away after a day', async () => {
  const { ana, workspaceId } = await world()
  const { storage } = program().app
  const imported = await importing(ana, 'companies', ['name', 'Known'])
  const put = async (name: string, hours: number) => {
    const key = fileKey(workspaceId, name)
    await storage.put(
      key,
      (async function* () {
        yield Buffer.from('name\nLost\n')
      })(),
    )
    await age(key, hours)
    return key
  }
  const known = fileKey(workspaceId, imported.id)
  await age(known, 100)
  const orphans = [await put(newId(), 25), await put(`${newId()}.${newId()}.part`, 30)]
  const young = await put(newId(), 23)
  await sweep()
  for (const key of orphans) assert.ok(!existsSync(pathOf(key)), `${key} is left`)
  for (const key of [known, young]) assert.ok(existsSync(pathOf(key)), `${key} is gone`)
  assert.equal((await ana.get(`/imports/${imported.id}/errors`)).status, 200)
})

test('more orphans than are looked up at once all go, and a workspace without files is passed over', async () => {
  const { id } = await workspace()
  await workspace()
  const { storage } = program().app
  const keys = Array.from({ length: 205 }, () => fileKey(id, newId()))
  for (const key of keys) {
    await storage.put(
      key,
      (async function* () {
        yield Buffer.from('x')
      })(),
    )
    await age(key, 48)
  }
  await sweep()
  assert.equal(keys.filter(key => existsSync(pathOf(key))).length, 0)
})
