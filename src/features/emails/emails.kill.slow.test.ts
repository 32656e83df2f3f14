import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childEnv, dataFolder, listening, prepared, send } from '#test/child.ts'
import { mailServer } from '#test/smtp.ts'
import { until } from '#test/until.ts'
import { adopt, world } from '#test/world.ts'

test('killed while a mail is handed over, the server sends the rest once and that one not again', async context => {
  let kill = () => {}
  const smtp = await mailServer(({ to }) => {
    if (to.startsWith('silent')) kill()
  })
  context.after(() => smtp.close())
  const env = await childEnv(dataFolder(context), { DATABASE_URL: undefined, SMTP_URL: smtp.url })
  const { ana, contactIds } = await prepared(env, async program => {
    adopt(program)
    const people = await world()
    const ids: string[] = []
    for (const name of ['first', 'silent', 'third', 'fourth'])
      ids.push(
        (await people.ana.post('/contacts', { firstName: name, email: `${name}@kill.example` })).body.id,
      )
    adopt(undefined)
    return { ana: people.ana, contactIds: ids }
  })
  const child = await listening(context, env)
  kill = () => child.process.kill('SIGKILL')
  const texts = { subject: 'Hello', body: 'Good morning' }
  const reply = await send(child.url, ana.token, 'POST', '/emails', { contactIds, ...texts })
  assert.equal(reply.body?.queued ?? 4, 4)
  await child.exit
  assert.equal(smtp.to('silent@kill.example').length, 1)
  const again = await listening(context, env)
  const rows = await until(
    async () => (await send(again.url, ana.token, 'GET', '/emails?sort=createdAt')).body?.rows ?? [],
    found => found.length === 4 && found.every((row: any) => !['QUEUED', 'SENDING'].includes(row.status)),
  )
  const states = Object.fromEntries(rows.map((row: any) => [row.toAddress.split('@')[0], row.status]))
  assert.deepEqual(states, { first: 'SENT', silent: 'UNCERTAIN', third: 'SENT', fourth: 'SENT' })
  for (const name of ['first', 'silent', 'third', 'fourth'])
    assert.equal(smtp.to(`${name}@kill.example`).length, 1, name)
  const logged = (await send(again.url, ana.token, 'GET', '/activities?type=EMAIL')).body
  assert.ok(logged, 'the timeline reads')
})
