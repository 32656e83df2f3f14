import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childEnv, dataFolder, listening, prepared, send } from '#test/child.ts'
import { until } from '#test/until.ts'
import { adopt, type Person, useProgram, world } from '#test/world.ts'
import { asMailProgram, dovecot, hasDovecot, PASSWORD } from './dovecot.testing.ts'
import { tokenServer } from './oauth.testing.ts'
import { readSchedule } from './schedule.ts'

/** Received mail, read from a real IMAP server. */

// Continuous integration has installed it, and must not pass these over.
const skip = hasDovecot || process.env.CI ? false : 'there is no dovecot; scripts/dovecot.sh installs it'
const program = useProgram({ IMAP_ALLOW_PRIVATE: '127.0.0.1' })
let serial = 0
const address = (name: string) => `${name}-${process.pid}-${++serial}@theirs.example`

const mime = (headers: Record<string, string>, body: string) =>
  `${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}\r\n`
const report = (recipient: string, messageId: string) =>
  mime(
    {
      From: 'Mailer <mailer-daemon@mx.example>',
      Subject: 'Undelivered',
      'Message-ID': `<dsn-${recipient}>`,
      'Content-Type': 'multipart/report; report-type=delivery-status; boundary="b"',
    },
    `--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ${recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: ${messageId}\r\n\r\n--b--`,
  )

const accountOf = (port: number, username: string, more: Record<string, unknown> = {}) => ({
  host: '127.0.0.1',
  port,
  security: 'NONE',
  username,
  password: PASSWORD,
  ...more,
})
const stateOf = (status: { uidValidity?: bigint } | false) => (status ? status.uidValidity : undefined)
const drop = (port: number, user: string, mails: string[], folder = 'INBOX') =>
  asMailProgram(port, user, async client => {
    for (const mail of mails) await client.append(folder, mail)
  })
const inbound = async (person: Person) =>
  (await person.get('/emails?direction=INBOUND&sort=createdAt&limit=200')).body.rows as any[]
/** Reads all mailboxes now, as the next minute would. */
async function nextMinute(person: Person): Promise<void> {
  await person.inWorkspace(tx => tx.session.rows('update mailboxes set next_read_at = now()'))
  const { app } = program()
  await readSchedule.run(app.database, app.log, app)
}
const entered = async (person: Person, account: Record<string, unknown>) => {
  const reply = await person.post('/mailboxes', account)
  assert.equal(reply.status, 201, reply.text)
  const { id } = reply.body
  return until(
    async () => (await person.get(`/mailboxes/${id}`)).body,
    mailbox => mailbox.readAt !== null || mailbox.lastError !== null,
  )
}

test('new mail is filed once, with what it answers; reports of failed deliveries mark contact and campaign', {
  skip,
}, async context => {
  const { port } = await dovecot(context)
  const { owner, ana } = await world()
  const email = address('ida')
  const contactId = (await ana.post('/contacts', { firstName: 'Ida', email })).body.id
  const dealId = (await ana.post('/deals', { title: 'Scanners' })).body.id
  await drop(port, 'sales', [
    mime({ From: email, Subject: 'Before', 'Message-ID': `<before-${email}>` }, 'Old'),
  ])
  const mailbox = await entered(owner, accountOf(port, 'sales', { isShared: true }))
  assert.deepEqual([mailbox.lastError, mailbox.failures, mailbox.userId], [null, 0, null])
  assert.deepEqual(await inbound(ana), [], 'what was there before stays outside')

  const texts = { subject: 'Offer', body: 'Dear Ida', dealId }
  const { emailId } = (await ana.post('/emails', { contactIds: [contactId], ...texts })).body.rows[0]
  const sent = await until(
    async () => (await ana.get(`/emails/${emailId}`)).body,
    mail => mail.status === 'SENT',
  )
  const templateId = (await ana.post('/email-templates', { name: 'T', subject: 'S', body: 'B' })).body.id
  const gone = (await ana.post('/contacts', { firstName: 'Gone', email: address('gone') })).body
  const campaignId = (await ana.post('/campaigns', { name: 'C', templateId })).body.id
  await ana.post(`/campaigns/${campaignId}/contacts`, { contactIds: [gone.id] })
  await ana.post(`/campaigns/${campaignId}/send`)
  const bounced = await until(
    async () => (await ana.get(`/emails?campaignId=${campaignId}`)).body.rows[0],
    mail => mail?.status === 'SENT',
  )
  await drop(port, 'sales', [
    mime(
      {
        From: `Ida <${email}>`,
        Subject: 'Re: Offer',
        'Message-ID': `<re-${email}>`,
        'In-Reply-To': sent.messageId,
      },
      'Yes, please',
    ),
    mime({ From: email, Subject: 'No id' }, 'Without a Message-ID'),
    mime({ From: address('eve'), Subject: 'Buy', 'Message-ID': '<spam@x.example>' }, 'Spam'),
    mime({ From: ana.email, Subject: 'Re: Offer', 'In-Reply-To': sent.messageId }, 'From a colleague'),
    'this is no mail at all',
    report(gone.email, bounced.messageId),
  ])
  for (const _ of [1, 2]) await nextMinute(owner)
  const [answer, other, ...more] = await inbound(ana)
  assert.equal(more.length, 0)
  assert.deepEqual(
    [answer.subject, answer.dealId, answer.contactId, answer.inReplyTo],
    ['Re: Offer', dealId, contactId, sent.messageId],
  )
  assert.equal(other.subject, 'No id')
  const logged = (await ana.get(`/activities/${answer.interactionId}`)).body
  assert.deepEqual(
    [logged.type, logged.direction, logged.content.trim()],
    ['EMAIL', 'INBOUND', 'Yes, please'],
  )
  assert.equal((await ana.get(`/contacts/${gone.id}`)).body.status, 'BOUNCED')
  assert.equal((await ana.get(`/campaigns/${campaignId}/contacts`)).body.rows[0].status, 'BOUNCED')
  const flags = await asMailProgram(port, 'sales', async client => {
    await client.mailboxOpen('INBOX', { readOnly: true })
    return (await client.fetchAll('1:*', { flags: true })).flatMap(({ flags = new Set() }) => [...flags])
  })
  assert.ok(!flags.includes('\\Seen'), 'nothing is marked as read')

  await ana.post('/contacts', { firstName: 'Ida', email: address('x') })
  const again = await owner.patch(`/mailboxes/${mailbox.id}`, { isActive: false })
  assert.equal(again.status, 200)
  await drop(port, 'sales', [
    mime({ From: email, Subject: 'While off', 'Message-ID': `<off-${email}>` }, 'x'),
  ])
  await nextMinute(owner)
  assert.equal((await inbound(ana)).length, 2)
  await owner.patch(`/mailboxes/${mailbox.id}`, { isActive: true })
  await until(async () => (await inbound(ana)).length === 3)
})

test('of a new mailbox the mails of the last days are read too, as many as it says, dated as they are', {
  skip,
}, async context => {
  const { port } = await dovecot(context)
  const { ana } = await world()
  const email = address('ida')
  await ana.post('/contacts', { firstName: 'Ida', email })
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
  await asMailProgram(port, 'ana', async client => {
    for (const days of [40, 10, 3]) {
      const headers = { From: email, Subject: `${days} days`, Date: daysAgo(days).toUTCString() }
      await client.append('INBOX', mime(headers, 'x'), [], daysAgo(days))
    }
  })
  const { id } = await entered(ana, accountOf(port, 'ana', { backfillDays: 7 }))
  const subjects = async () => (await inbound(ana)).map(({ subject }) => subject).sort()
  assert.deepEqual(await subjects(), ['3 days'])
  const [mail] = await inbound(ana)
  const logged = (await ana.get(`/activities/${mail.interactionId}`)).body
  assert.equal(logged.occurredAt.slice(0, 10), daysAgo(3).toISOString().slice(0, 10))
  // More days later: what is known already is not filed again.
  assert.equal((await ana.patch(`/mailboxes/${id}`, { backfillDays: 30 })).body.backfillDays, 30)
  await until(async () => (await subjects()).length === 2)
  await nextMinute(ana)
  assert.deepEqual(await subjects(), ['10 days', '3 days'])
})

test('a mail to several mailboxes is kept once; a folder that is numbered anew is read on, and nothing of it twice', {
  skip,
}, async context => {
  const { port } = await dovecot(context)
  const { ana, ben } = await world()
  const email = address('ida')
  await ana.post('/contacts', { firstName: 'Ida', email })
  const make = (n: number) =>
    mime({ From: email, Subject: `Mail ${n}`, 'Message-ID': `<${n}-${email}>` }, `Text ${n}`)
  for (const user of ['ana', 'ben']) await asMailProgram(port, user, client => client.mailboxCreate('CRM'))
  const { id } = await entered(ana, accountOf(port, 'ana', { folder: 'CRM' }))
  await entered(ben, accountOf(port, 'ben', { folder: 'CRM' }))
  for (const user of ['ana', 'ben']) await drop(port, user, [make(1), make(2)], 'CRM')
  await nextMinute(ana)
  await nextMinute(ben)
  const subjects = async () => (await inbound(ana)).map(({ subject }) => subject).sort()
  assert.deepEqual(await subjects(), ['Mail 1', 'Mail 2'])
  await asMailProgram(port, 'ana', async client => {
    const before = await client.status('CRM', { uidValidity: true })
    await client.mailboxDelete('CRM')
    await client.mailboxCreate('CRM')
    const after = await client.status('CRM', { uidValidity: true })
    assert.notEqual(stateOf(before), stateOf(after))
  })
  await drop(port, 'ana', [make(2), make(3)], 'CRM')
  await nextMinute(ana)
  assert.deepEqual(await subjects(), ['Mail 1', 'Mail 2', 'Mail 3'])
  assert.equal((await ana.get(`/mailboxes/${id}`)).body.lastError, null)
})

test('what the server refuses is told in words, by the test and at the mailbox', { skip }, async context => {
  const { port } = await dovecot(context)
  const { ana } = await world()
  const account = accountOf(port, 'ana')
  const works = (await ana.post('/mailboxes/test', account)).body
  assert.deepEqual([works.isOk, works.error, works.messages], [true, null, 0])
  assert.ok(works.folders.includes('INBOX'))
  for (const [change, words] of [
    [{ password: 'wrong' }, /neither this user name nor this password/],
    [{ folder: 'Nowhere' }, /no folder Nowhere/],
    [{ security: 'TLS' }, /mail server|certificate|answer/i],
    [{ security: 'STARTTLS' }, /STARTTLS|mail server/i],
    [{ port: 1 }, /does not answer at port 1/],
  ] as const) {
    const { isOk, error } = (await ana.post('/mailboxes/test', { ...account, ...change })).body
    assert.equal(isOk, false)
    assert.match(error, words)
  }
  const mailbox = await entered(ana, { ...account, password: 'wrong' })
  assert.match(mailbox.lastError, /neither this user name/)
  assert.equal((await ana.post(`/mailboxes/${mailbox.id}/test`)).body.isOk, false)
  const mended = await ana.patch(`/mailboxes/${mailbox.id}`, { password: PASSWORD })
  assert.deepEqual([mended.status, mended.body.lastError], [200, null])
  assert.equal((await ana.post(`/mailboxes/${mailbox.id}/test`)).body.isOk, true)
})

test('killed in the middle of reading, the program goes on after the restart: no mail lost, none twice', {
  skip,
}, async context => {
  const MAILS = 120
  const { port } = await dovecot(context)
  const env = await childEnv(dataFolder(context), {
    DATABASE_URL: undefined,
    IMAP_ALLOW_PRIVATE: '127.0.0.1',
  })
  const before = program()
  const { ana, id } = await prepared(env, async running => {
    adopt(running)
    const people = await world()
    await people.ana.post('/contacts', { firstName: 'Ida', email: 'ida@theirs.example' })
    const mailbox = await entered(people.ana, accountOf(port, 'ana'))
    return { ana: people.ana, id: mailbox.id as string }
  })
  adopt(before)
  await drop(
    port,
    'ana',
    Array.from({ length: MAILS }, (_, n) =>
      mime({ From: 'ida@theirs.example', Subject: `Mail ${n}` }, `Text ${n}`),
    ),
  )
  const total = async (url: string) =>
    ((await send(url, ana.token, 'GET', '/activities?type=EMAIL&limit=1')).body?.total as
      | number
      | undefined) ?? 0
  let child = await listening(context, env)
  let deaths = 0
  for (const least of [10, 50]) {
    await send(child.url, ana.token, 'POST', `/mailboxes/${id}/read`)
    await until(async () => (await total(child.url)) >= least, undefined)
    child.process.kill('SIGKILL')
    await child.exit
    deaths++
    child = await listening(context, { ...env, PORT: undefined })
    assert.ok((await total(child.url)) < MAILS, 'it was killed in the middle')
  }
  assert.equal(deaths, 2)
  await send(child.url, ana.token, 'POST', `/mailboxes/${id}/read`)
  await until(async () => (await total(child.url)) === MAILS)
  const rows = (await send(child.url, ana.token, 'GET', '/emails?direction=INBOUND&limit=200')).body.rows
  assert.equal(new Set(rows.map((row: any) => row.subject)).size, MAILS)
  assert.equal(rows.length, MAILS)
})

test('a mailbox is signed in to by OAuth: tokens are exchanged, kept, and exchanged again when they are spent', {
  skip,
}, async context => {
  const tokens = await tokenServer(context, 'sales')
  const { port, log } = await dovecot(context, `${tokens.url}/introspect`)
  const { owner, ana } = await world()
  const email = address('ida')
  await ana.post('/contacts', { firstName: 'Ida', email })
  const { password: _, ...place } = accountOf(port, 'sales')
  const oauth = {
    tokenUrl: `${tokens.url}/token`,
    clientId: 'crm',
    clientSecret: 'client secret',
    refreshToken: tokens.refreshToken,
    scope: 'imap offline_access',
  }
  const tested = (await owner.post('/mailboxes/test', { ...place, oauth })).body
  assert.deepEqual([tested.isOk, tested.error], [true, null], log())
  assert.equal(tested.refreshToken, tokens.refreshToken, 'the given one is worth nothing by now')
  const { grant_type, scope, client_id } = tokens.asked[0]!
  assert.deepEqual([grant_type, scope, client_id], ['refresh_token', oauth.scope, 'crm'])
  const stale = (await owner.post('/mailboxes/test', { ...place, oauth })).body
  assert.deepEqual([stale.isOk, stale.refreshToken], [false, null])
  assert.match(stale.error, /gave no token: invalid_grant: Token was revoked/)

  oauth.refreshToken = tokens.refreshToken
  const mailbox = await entered(owner, { ...place, oauth, isShared: true })
  assert.deepEqual(
    [mailbox.lastError, mailbox.auth, mailbox.tokenUrl, mailbox.clientId],
    [null, 'OAUTH2', oauth.tokenUrl, 'crm'],
    log(),
  )
  const exchanges = tokens.asked.length
  await drop(port, 'sales', [mime({ From: email, Subject: 'One', 'Message-ID': `<1-${email}>` }, 'Hello')])
  await nextMinute(owner)
  assert.deepEqual(
    (await inbound(ana)).map(mail => mail.subject),
    ['One'],
  )
  assert.equal(tokens.asked.length, exchanges, 'a token that holds is used again')

  // Taken back by the provider before its time: another one is fetched, and the mail is read within the same turn.
  tokens.accessTokens.clear()
  tokens.expiresIn = 1
  await drop(port, 'sales', [mime({ From: email, Subject: 'Two', 'Message-ID': `<2-${email}>` }, 'Hello')])
  await nextMinute(owner)
  assert.deepEqual(
    (await inbound(ana)).map(mail => mail.subject),
    ['One', 'Two'],
  )
  assert.equal(tokens.asked.length, exchanges + 1)
  // Spent: exchanged before it is used, by the refresh token that came with the last one.
  assert.equal((await owner.post(`/mailboxes/${mailbox.id}/test`)).body.isOk, true)
  assert.equal(tokens.asked.length, exchanges + 2)
  tokens.refreshToken = 'taken back'
  await nextMinute(owner)
  const failed = (await owner.get(`/mailboxes/${mailbox.id}`)).body
  assert.match(failed.lastError, /gave no token: invalid_grant/)

  const kept = JSON.stringify(await owner.inWorkspace(tx => tx.session.rows('select * from mailboxes')))
  const told = (await owner.get(`/audit-logs?entityId=${mailbox.id}`)).text
  for (const secret of ['client secret', 'refresh-', 'access-'])
    for (const text of [kept, told, JSON.stringify(failed)]) assert.ok(!text.includes(secret), secret)
})
