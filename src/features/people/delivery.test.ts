import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '#core/config.ts'
import { makeLog } from '#core/log.ts'
import { outboxOf } from '#core/mail.ts'
import { type Program, startProgram } from '#core/program.ts'
import { copyTemplate, newDataFolder, testDatabaseUrl } from '#test/database.ts'
import { until } from '#test/until.ts'
import { testEnv } from '#test/world.ts'

const lines: string[] = []
const dataDir = newDataFolder()
let program: Program

before(async () => {
  // Embedded also where the other files share a database: there another process may send the mail.
  if (!testDatabaseUrl()) copyTemplate(dataDir)
  const log = makeLog('info', { write: (line: string) => void lines.push(line) })
  program = await startProgram(
    readConfig(testEnv(dataDir, { DATABASE_URL: undefined, PUBLIC_URL: 'https://crm.example.com' })),
    log,
  )
})
after(async () => {
  await program.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const register = () =>
  program.server.inject({
    method: 'POST',
    url: '/api/v1/auth/register',
    payload: {
      name: 'Ana',
      email: `ana-${Date.now()}@delivery.example`,
      password: 'seven green bicycles',
    },
  })

test('the log shows the verification link after signing up', async () => {
  assert.equal((await register()).statusCode, 201)
  const line = await until(() => lines.find(each => each.includes('mail kept in the outbox')))
  const { link } = JSON.parse(line!)
  const kept = outboxOf(dataDir)
  const [mail] = readdirSync(kept).map(file => readFileSync(join(kept, file), 'utf8'))
  assert.match(mail!, /^Auto-Submitted: auto-generated\r$/m)
  assert.match(link, /^https:\/\/crm\.example\.com\/verify-email\?token=[\w-]{43}$/)
})

test('over https the refresh cookie is Secure and bound to the host', async () => {
  const cookie = String((await register()).headers['set-cookie'])
  assert.match(cookie, /^__Host-ascendore_refresh=[\w-]{43}; .*Path=\/.*HttpOnly.*SameSite=Strict.*Secure/)
})

test('neither passwords nor tokens nor addresses stand in the log', async () => {
  const all = lines.filter(line => !line.includes('mail kept')).join('')
  assert.ok(all.includes('"url"'))
  assert.ok(!/seven green|delivery\.example|eyJhbGci/.test(all))
})
