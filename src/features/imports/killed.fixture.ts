// Imports a file and kills its own process in the middle. Run by imports.kill.slow.test.ts with the data folder as argument.
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '#core/config.ts'
import { newId } from '#core/ids.ts'
import { makeLog } from '#core/log.ts'
import { startProgram } from '#core/program.ts'
import { testEnv } from '#test/world.ts'

const [, , dataDir = '', workspaceId = '', rows = '0'] = process.argv
const { app, server } = await startProgram(readConfig(testEnv(dataDir)), makeLog('silent'))
const userId = newId()
const sessionId = newId()
await app.database.inSystem('ascendore_auth', async ({ session }) => {
  await session.rows('insert into workspaces (id, name, slug) values ($1::uuid, $1, $1)', [workspaceId])
  await session.rows('insert into users (id, name, email) values ($1::uuid, $1, $1)', [userId])
  await session.rows(
    `insert into memberships (workspace_id, id, user_id, role) values ($1::uuid, $2::uuid, $3::uuid, 'OWNER')`,
    [workspaceId, newId(), userId],
  )
  await session.rows(
    `insert into sessions (id, user_id, workspace_id, token_hash, expires_at) values ($1::uuid, $2::uuid, $3::uuid, $1, now() + interval '1 day')`,
    [sessionId, userId, workspaceId],
  )
})
const token = await app.tokens.sign({ userId, workspaceId, sessionId, isWeb: false })
const authorization = `Bearer ${token}`
const table = `Name\n${Array.from({ length: Number(rows) }, (_, i) => `Company ${i}`).join('\n')}\n`
const sent = await server.inject({
  method: 'POST',
  url: '/api/v1/companies/import',
  headers: { authorization, 'content-type': 'text/csv' },
  payload: table,
})
const { id } = sent.json()
for (;;) {
  const { processed } = (
    await server.inject({ url: `/api/v1/imports/${id}`, headers: { authorization } })
  ).json()
  if (processed > 0) process.kill(process.pid, 'SIGKILL')
  await sleep(5)
}
