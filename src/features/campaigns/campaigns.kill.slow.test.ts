import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childEnv, dataFolder, listening, prepared, send } from '#test/child.ts'
import { mailServer } from '#test/smtp.ts'
import { until } from '#test/until.ts'
import { adopt, world } from '#test/world.ts'

const CONTACTS = 12

test('a server that is killed again and again in the middle of a campaign sends no mail of it twice', async context => {
  let kill = () => {}
  let taken = 0
  // Once while the receiver is silent, so that nobody knows, and twice right after a mail was taken.
  const smtp = await mailServer(({ to }) => {
    taken++
    if (to.startsWith('silent') || taken === 5 || taken === 9) kill()
  })
  context.after(() => smtp.close())
  const env = await childEnv(dataFolder(context), { DATABASE_URL: undefined, SMTP_URL: smtp.url })
  const names = Array.from({ length: CONTACTS }, (_, i) => (i === 2 ? 'silent' : `person${i}`))
  const { ana, id } = await prepared(env, async program => {
    adopt(program)
    const people = await world()
    const texts = { name: 'T', subject: 'News for {{ contact.firstName }}', body: 'Hello' }
    const templateId = (await people.ana.post('/email-templates', texts)).body.id
    const made = (await people.ana.post('/campaigns', { name: 'Spring', templateId })).body.id
    const contactIds: string[] = []
    for (const name of names)
      contactIds.push(
        (await people.ana.post('/contacts', { firstName: name, email: `${name}@kill.example` })).body.id,
      )
    await people.ana.post(`/campaigns/${made}/contacts`, { contactIds })
    adopt(undefined)
    return { ana: people.ana, id: made as string }
  })
  let child = await listening(context, env)
  kill = () => child.process.kill('SIGKILL')
  await send(child.url, ana.token, 'POST', `/campaigns/${id}/send`)
  let deaths = 0
  const left = async () =>
    (await send(child.url, ana.token, 'GET', `/campaigns/${id}/metrics`)).body?.pending as number | undefined
  for (let tries = 0; tries < 600 && (await left()) !== 0; tries++) {
    const isDead = await Promise.race([
      child.exit.then(() => true),
      new Promise<boolean>(resolve => setTimeout(resolve, 100, false)),
    ])
    if (!isDead) continue
    deaths++
    child = await listening(context, { ...env, PORT: undefined })
  }
  assert.ok(deaths >= 2, `killed ${deaths} times`)
  const rows = await until(
    async () =>
      (await send(child.url, ana.token, 'GET', `/campaigns/${id}/contacts?limit=200`)).body?.rows ?? [],
    found => found.length === CONTACTS && found.every((row: any) => row.status !== 'QUEUED'),
  )
  for (const name of names) assert.ok(smtp.to(`${name}@kill.example`).length <= 1, `${name} got it twice`)
  for (const row of rows) assert.ok(['SENT', 'FAILED'].includes(row.status), JSON.stringify(row))
  const unsure = rows.filter((row: any) => row.status === 'FAILED')
  assert.ok(unsure.length <= deaths, 'at most the one mail of each death is left to look at')
  for (const row of unsure) assert.match(row.reason, /may have arrived/)
})
