import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '#test/until.ts'
import { nobody, type Person, useProgram, world } from '#test/world.ts'

useProgram()

let serial = 0
const address = (name: string) => `${name}-${process.pid}-${++serial}@theirs.example`
const SNS = { headers: { 'content-type': 'text/plain; charset=UTF-8' } }

/** A mail of a campaign that has been sent to a new contact. */
async function campaignMail(person: Person) {
  const email = address('ida')
  const contactId = (await person.post('/contacts', { firstName: 'Ida', email })).body.id
  const templateId = (await person.post('/email-templates', { name: 'T', subject: 'S', body: 'B' })).body.id
  const id = (await person.post('/campaigns', { name: 'C', templateId })).body.id
  await person.post(`/campaigns/${id}/contacts`, { contactIds: [contactId] })
  await person.post(`/campaigns/${id}/send`)
  const mail = await until(
    async () => (await person.get(`/emails?campaignId=${id}`)).body.rows[0],
    found => found?.status === 'SENT',
  )
  const state = async () => (await person.get(`/campaigns/${id}/contacts`)).body.rows[0]
  const contact = async () => (await person.get(`/contacts/${contactId}`)).body.status
  return { email, messageId: mail.messageId as string, emailId: mail.id, id, state, contact }
}
const sns = (message: unknown) => JSON.stringify({ Type: 'Notification', Message: JSON.stringify(message) })

test('services tell of deliveries, bounces and complaints in their own forms; contact and campaign follow', async () => {
  const { owner, ana } = await world()
  const { eventsUrl } = (await owner.post('/emails/inbound')).body
  const path = new URL(eventsUrl).pathname
  const one = await campaignMail(ana)
  const ses = { mail: { messageId: 'ses-id', headers: [{ name: 'Message-ID', value: one.messageId }] } }
  const delivery = { ...ses, notificationType: 'Delivery', delivery: { recipients: [one.email] } }
  assert.deepEqual((await nobody.post(path, sns(delivery), SNS)).body, { taken: 1, ignored: 0 })
  assert.equal((await one.state()).status, 'DELIVERED')
  const bounce = (bounceType: string, emailAddress = one.email) => ({
    ...ses,
    notificationType: 'Bounce',
    bounce: { bounceType, bouncedRecipients: [{ emailAddress, status: '5.1.1', diagnosticCode: '550 no' }] },
  })
  assert.equal((await nobody.post(path, sns(bounce('Transient')), SNS)).body.taken, 0)
  assert.equal((await nobody.post(path, sns(bounce('Permanent', address('eve'))), SNS)).body.taken, 0)
  assert.equal(await one.contact(), 'ACTIVE')
  for (const _ of [1, 2]) await nobody.post(path, sns(bounce('Permanent')), SNS)
  const state = await one.state()
  assert.deepEqual([await one.contact(), state.status, state.reason], ['BOUNCED', 'BOUNCED', '5.1.1 550 no'])
  assert.ok(state.bouncedAt && state.deliveredAt)

  const two = await campaignMail(ana)
  const three = await campaignMail(ana)
  const grid = [
    { event: 'processed', email: two.email },
    { event: 'delivered', email: two.email, 'smtp-id': two.messageId, timestamp: 1_760_000_000 },
    { event: 'spamreport', email: two.email, 'smtp-id': two.messageId },
    { event: 'bounce', type: 'blocked', email: three.email, 'smtp-id': three.messageId, reason: 'policy' },
  ]
  assert.deepEqual((await nobody.post(path, grid)).body, { taken: 3, ignored: 0 })
  const complained = await two.state()
  assert.deepEqual([complained.status, complained.deliveredAt], ['UNSUBSCRIBED', '2025-10-09T08:53:20.000Z'])
  const [entry] = (await ana.get(`/unsubscribes?email=${two.email}`)).body.rows
  assert.equal(entry.source, 'COMPLAINT')
  assert.deepEqual([(await three.state()).status, await three.contact()], ['BOUNCED', 'ACTIVE'])

  const four = await campaignMail(ana)
  const plain = { event: 'bounced', email: four.email.toUpperCase(), reason: 'no such user' }
  assert.equal((await nobody.post(path, plain)).body.taken, 1, 'without an id: the last mail to the address')
  assert.deepEqual([(await four.state()).reason, await four.contact()], ['no such user', 'BOUNCED'])
})

test('only who knows the secret tells, in a form that is known, and of mails of that workspace', async () => {
  const { owner, ana, mallory } = await world()
  const { token } = (await owner.post('/emails/inbound')).body
  const theirs = (await mallory.post('/emails/inbound')).body.token
  const mail = await campaignMail(ana)
  const told = { event: 'bounced', email: mail.email, messageId: mail.messageId }
  const swapped = `${token.slice(0, 32)}${theirs.slice(32)}`
  assert.equal((await nobody.post(`/emails/events/${swapped}`, told)).status, 404)
  assert.deepEqual((await nobody.post(`/emails/events/${theirs}`, told)).body, { taken: 0, ignored: 1 })
  assert.equal(await mail.contact(), 'ACTIVE')
  const path = `/emails/events/${token}`
  const confirm = (url: string) =>
    JSON.stringify({ Type: 'SubscriptionConfirmation', Message: 'x', SubscribeURL: url })
  for (const [body, issue] of [
    [{ event: 'opened', email: mail.email }, 'event'],
    [{ event: 'bounced', email: 'nobody' }, 'email'],
    [[], ''],
  ] as const) {
    const reply = await nobody.post(path, body)
    assert.equal(reply.status, 400, reply.text)
    if (issue)
      assert.ok(
        reply.body.issues.some((each: any) => each.path.endsWith(issue)),
        reply.text,
      )
  }
  for (const url of [
    'https://sns.eu-west-1.amazonaws.com.evil.example/?Action=ConfirmSubscription',
    'http://sns.eu-west-1.amazonaws.com/',
    'https://169.254.169.254/latest',
    'no address',
  ]) {
    const reply = await nobody.post(path, confirm(url), SNS)
    assert.deepEqual([reply.status, reply.body.issues[0].path], [400, 'SubscribeURL'], url)
  }
  assert.equal((await nobody.post(path, '{"half":', SNS)).status, 400)
})
