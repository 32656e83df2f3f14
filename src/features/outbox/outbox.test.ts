import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '#test/until.ts'
import { useProgram, world } from '#test/world.ts'

useProgram()

test('admins see the mails that were kept for want of a mail server, of their workspace alone', async () => {
  const { owner, ana, mallory } = await world()
  const contactId = (await ana.post('/contacts', { firstName: 'Ida', email: 'ida@theirs.example' })).body.id
  const texts = { subject: 'Grüße, {{ contact.firstName }}', body: 'Hello', bodyHtml: '<p>Hello</p>' }
  assert.equal((await ana.post('/emails', { contactIds: [contactId], ...texts })).status, 202)
  const { body } = await until(
    () => owner.get('/outbox'),
    reply => reply.body.total === 1,
  )
  assert.equal(body.isUsed, true)
  const [mail] = body.rows
  assert.deepEqual([mail.to, mail.subject], ['ida@theirs.example', 'Grüße, Ida'])
  assert.match(mail.from, /^Ana </)
  assert.ok(Math.abs(Date.parse(mail.keptAt) - Date.now()) < 60_000)
  const whole = (await owner.get(`/outbox/${mail.id}`)).body
  assert.deepEqual([whole.text.trim(), whole.html.trim()], ['Hello', '<p>Hello</p>'])
  assert.equal((await ana.get('/outbox')).status, 403)
  assert.equal((await mallory.get('/outbox')).body.total, 0)
  assert.equal((await mallory.get(`/outbox/${mail.id}`)).status, 404)
  assert.equal((await owner.get('/outbox/..%2F..%2Fjwt-secret')).status, 400)
})

test('mails by which somebody signs in are shown to nobody', async () => {
  const { owner } = await world()
  await owner.post('/auth/forgot-password', { email: owner.email })
  await owner.post('/invites', { email: 'new@ours.example' })
  await new Promise(resolve => setTimeout(resolve, 1500))
  assert.equal((await owner.get('/outbox')).body.total, 0)
})
