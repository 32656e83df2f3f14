import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { slowTest } from '#test/slow.ts'
import { mailServer } from '#test/smtp.ts'
import { until } from '#test/until.ts'
import { type Person, takeLog, useProgram, world } from '#test/world.ts'

let smtp: Awaited<ReturnType<typeof mailServer>>
after(() => smtp.close())
// Embedded also where the other files share a database: there another process may send the mail.
const program = useProgram(async () => {
  smtp = await mailServer()
  return {
    DATABASE_URL: undefined,
    SMTP_URL: smtp.url,
    MAIL_FROM: 'CRM <crm@ours.example>',
    PUBLIC_URL: 'https://crm.ours.example',
  }
})

let serial = 0
const contact = async (person: Person, name: string, values: Record<string, unknown> = {}) => {
  const email = `${name}-${++serial}@theirs.example`
  const reply = await person.post('/contacts', { firstName: name, email, ...values })
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}
const texts = { subject: 'Hello {{ contact.firstName }}', body: 'Dear {{ contact.firstName }}' }
const settled = (person: Person, id: string) =>
  until(
    async () => (await person.get(`/emails/${id}`)).body,
    email => !['QUEUED', 'SENDING'].includes(email.status),
  )

test('a mail from a template reaches each contact once, is merged, and stands in their history', async () => {
  const { ana, ben, vera } = await world()
  const ida = await contact(ana, 'ida')
  const jo = await contact(ana, 'jo', { firstName: 'Jö' })
  const dealId = (await ana.post('/deals', { title: 'Scanners' })).body.id
  const template = {
    name: 'T',
    subject: '{{ deal.title }} for {{ contact.firstName }}',
    body: 'From {{ sender.name }}',
    bodyHtml: '<p>{{ contact.firstName }}</p>',
  }
  const templateId = (await ana.post('/email-templates', template)).body.id
  const reply = await ana.post('/emails', { contactIds: [ida.id], to: [jo.email], templateId, dealId })
  assert.deepEqual([reply.status, reply.body.queued, reply.body.skipped], [202, 2, 0], reply.text)
  const sent = []
  for (const { emailId } of reply.body.rows) sent.push(await settled(ana, emailId))
  for (const email of sent) assert.equal(email.status, 'SENT', email.reason)
  const exported = (await ana.get(`/emails/export?contactId=${ida.id}`)).text.split('\r\n')
  assert.match(exported[0]!, /^sentAt,direction,status,fromAddress,toAddress,subject,/)
  assert.ok(
    exported[1]!.includes(`,OUTBOUND,SENT,crm@ours.example,${ida.email},Scanners for ida,`),
    exported[1],
  )
  assert.equal((await ben.get('/emails/export?format=json')).body.length, 0)
  const [message, ...more] = smtp.to(ida.email)
  assert.equal(more.length, 0)
  for (const line of [
    /^From: Ana <crm@ours\.example>\r$/m,
    new RegExp(`^Reply-To: ${ana.email}\\r$`, 'm'),
    /^Subject: Scanners for ida\r$/m,
    /<p>ida<\/p>/,
    new RegExp(`^Message-ID: <${sent[0].id}@crm\\.ours\\.example>\\r$`, 'm'),
  ])
    assert.match(message!.raw, line)
  assert.equal(smtp.to(jo.email).length, 1)
  const interaction = (await ana.get(`/activities/${sent[0].interactionId}`)).body
  assert.deepEqual(
    [interaction.type, interaction.direction, interaction.subject, interaction.contactId, interaction.dealId],
    ['EMAIL', 'OUTBOUND', 'Scanners for ida', ida.id, dealId],
  )
  assert.equal(interaction.createdById, ana.id)
  const stream = async (query: string) =>
    (await ana.get(`/activities?${query}`)).body.rows.map((row: any) => row.type)
  assert.deepEqual(await stream(`entityId=${ida.id}`), ['EMAIL', 'contact.created'], 'a mail is told once')
  assert.deepEqual(await stream('type=changes&entityType=email'), [])
  assert.equal((await ana.get(`/emails?contactId=${ida.id}`)).body.total, 1)
  assert.equal((await vera.get(`/emails?contactId=${ida.id}&status=SENT`)).body.total, 1)
  assert.equal((await ben.get(`/emails/${sent[0].id}`)).status, 404)
})

test('an address whose domain has letters beyond ASCII is one, however it is written, and the mail arrives', async () => {
  const { ana } = await world()
  const { id } = await contact(ana, 'ida', { email: 'Ida@MÜLLER-7.example' })
  const plain = 'ida@xn--mller-7-n2a.example'
  assert.equal((await ana.get(`/contacts/${id}`)).body.email, plain)
  const asked = JSON.stringify({ field: 'email', op: 'eq', value: 'ida@müller-7.example' })
  for (const query of [`filter=${asked}`, 'q=ida@müller-7.example', `q=${plain}`])
    assert.equal((await ana.get(`/contacts?${encodeURI(query)}`)).body.total, 1, query)
  const found = (await ana.get(encodeURI('/search?q=ida@müller-7.example'))).body.rows
  assert.deepEqual(
    found.map((row: any) => row.id),
    [id],
  )
  // Of the host alone, which companies hold in its own letters.
  const company = (await ana.post('/companies', { name: 'M', domain: 'müller-7.example' })).body.id
  const host = encodeURI('q=Müller-7.example')
  assert.equal((await ana.get(`/contacts?${host}`)).body.total, 1)
  const both: any[] = (await ana.get(`/search?${host}`)).body.rows
  assert.deepEqual(new Set(both.map(row => row.id)), new Set([id, company]))
  const reply = await ana.post('/emails', { ...texts, to: ['ida@müller-7.example'] })
  assert.equal(reply.status, 202, reply.text)
  assert.equal((await settled(ana, reply.body.rows[0].emailId)).status, 'SENT')
  const [mail] = smtp.taken.filter(({ to }) => [plain, 'ida@müller-7.example'].includes(to))
  assert.match(mail!.raw, new RegExp(`^To: ${plain}\\r$`, 'm'))
  for (const email of ['jö@x.example', 'ida@mül ler.example', 'ida@ü'])
    assert.equal((await ana.post('/contacts', { firstName: 'No', email })).status, 400, email)
})

test('who has unsubscribed, bounced or has no address is left out with the reason', async () => {
  const { ana, admin } = await world()
  const good = await contact(ana, 'good')
  const gone = await contact(ana, 'gone')
  const bounced = await contact(ana, 'bounced', { status: 'BOUNCED' })
  const same = (await ana.post('/contacts', { firstName: 'Twin', email: good.email })).body
  const without = (await ana.post('/contacts', { firstName: 'Nomail' })).body
  const entry = (await ana.post('/unsubscribes', { email: gone.email.toUpperCase() })).body
  assert.equal((await ana.post('/unsubscribes', { email: gone.email })).status, 409)
  const contactIds = [good, gone, bounced, same, without].map(({ id }) => id)
  const { body } = await ana.post('/emails', { contactIds, ...texts })
  assert.deepEqual(
    body.rows.map((row: any) => row.reason),
    [null, 'UNSUBSCRIBED', 'BOUNCED', 'SAME_ADDRESS', 'NO_ADDRESS'],
  )
  assert.equal((await settled(ana, body.rows[0].emailId)).status, 'SENT')
  const none = await ana.post('/emails', { contactIds: [gone.id], ...texts })
  assert.deepEqual([none.status, none.body.code], [422, 'NO_RECIPIENTS'])
  assert.deepEqual(none.body.issues, [{ path: gone.id, message: 'UNSUBSCRIBED' }])
  assert.equal((await ana.delete(`/unsubscribes/${entry.id}`)).status, 403)
  assert.equal((await admin.delete(`/unsubscribes/${entry.id}`)).status, 204)
  assert.equal((await ana.post('/emails', { contactIds: [gone.id], ...texts })).status, 202)
})

test('what cannot be sent is refused by name, and nothing of it is written', async () => {
  const { ana, ben, vera } = await world()
  const { id, email } = await contact(ana, 'ida')
  const off = { name: 'T', subject: 'S', body: 'B', isActive: false }
  const templateId = (await ana.post('/email-templates', off)).body.id
  for (const [values, path] of [
    [{ contactIds: [] }, 'contactIds'],
    [{ contactIds: [templateId] }, 'contactIds.0'],
    [{ to: ['stranger@theirs.example'] }, 'to.0'],
    [{ to: ['nonsense'] }, 'to.0'],
    [{ contactIds: [id], body: undefined }, 'body'],
    [{ contactIds: [id], body: '{{ contact.nope }}' }, 'body'],
    [{ contactIds: [id], body: '{{ deal.title }}' }, 'dealId'],
    [{ contactIds: [id], templateId }, 'subject'],
    [{ contactIds: [id], subject: 'a\nBcc: eve@x.example' }, 'subject'],
    [{ contactIds: [id], colour: 'red' }, 'colour'],
  ] as const) {
    const reply = await ana.post('/emails', { ...texts, ...values })
    assert.equal(reply.status, 400, reply.text)
    assert.ok(
      reply.body.issues.some((issue: any) => issue.path === path),
      `${path}: ${reply.text}`,
    )
  }
  const inactive = await ana.post('/emails', { contactIds: [id], templateId })
  assert.deepEqual([inactive.status, inactive.body.code], [422, 'TEMPLATE_INACTIVE'])
  assert.equal((await ben.post('/emails', { ...texts, to: [email] })).status, 400, 'not theirs')
  assert.equal((await vera.post('/emails', { ...texts, to: [email] })).status, 403)
  const { app } = program()
  await app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows('update users set email_verified_at = null where id = $1::uuid', [ana.id]),
  )
  app.access.forget()
  const unverified = await ana.post('/emails', { ...texts, contactIds: [id] })
  assert.deepEqual([unverified.status, unverified.body.code], [403, 'EMAIL_NOT_VERIFIED'])
  assert.equal((await ana.get('/emails')).body.total, 0)
  assert.equal(smtp.to(email).length, 0)
})

slowTest(
  'an address that does not exist makes the contact BOUNCED; a busy server is tried again; a cut connection is not',
  async () => {
    const { ana } = await world()
    const [nobody, later, cut] = [
      await contact(ana, 'nobody'),
      await contact(ana, 'later'),
      await contact(ana, 'cut'),
    ]
    const send = async ({ id }: { id: string }) =>
      settled(ana, (await ana.post('/emails', { ...texts, contactIds: [id] })).body.rows[0].emailId)
    const bounced = await send(nobody)
    assert.deepEqual([bounced.status, /5\.1\.1 no such user/.test(bounced.reason)], ['BOUNCED', true])
    assert.equal((await ana.get(`/contacts/${nobody.id}`)).body.status, 'BOUNCED')
    const lost = await send(cut)
    assert.deepEqual([lost.status, lost.interactionId, smtp.to(cut.email).length], ['UNCERTAIN', null, 1])
    const tried = await send(later)
    assert.deepEqual([tried.status, tried.attempts, tried.reason], ['SENT', 2, null])
    assert.equal(smtp.to(later.email).length, 1)
    assert.equal(smtp.to(cut.email).length, 1, 'and was not sent again meanwhile')
    assert.match(takeLog().join(''), /job failed.*try again later|try again later.*job failed/s)
  },
)
