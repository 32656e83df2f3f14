import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '#test/until.ts'
import { nobody, type Person, useProgram, world } from '#test/world.ts'

useProgram()

const RFC822 = { headers: { 'content-type': 'message/rfc822' } }
let serial = 0
const address = (name: string) => `${name}-${process.pid}-${++serial}@theirs.example`

const inbox = async (person: Person): Promise<string> => {
  const reply = await person.post('/emails/inbound')
  assert.equal(reply.status, 201, reply.text)
  return `/emails/inbound/${reply.body.token}`
}
/** A mail that has been sent to a new contact. */
const sentTo = async (person: Person, email: string, more: Record<string, unknown> = {}) => {
  const contactId = (await person.post('/contacts', { firstName: 'Ida', email })).body.id
  const texts = { subject: 'Offer', body: 'Dear Ida' }
  const reply = await person.post('/emails', { contactIds: [contactId], ...texts, ...more })
  const { emailId } = reply.body.rows[0]
  return until(
    async () => (await person.get(`/emails/${emailId}`)).body,
    email => email.status === 'SENT',
  )
}
const mime = (headers: Record<string, string>, body: string) =>
  `${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`

test('an answer is filed with the contact and the deal of the mail that it answers, once', async () => {
  const { owner, ana, ben } = await world()
  const path = await inbox(owner)
  const email = address('ida')
  const dealId = (await ana.post('/deals', { title: 'Scanners' })).body.id
  const sent = await sentTo(ana, email, { dealId })
  const answer = mime(
    {
      From: `Ida Moser <${email.toUpperCase()}>`,
      To: 'crm@ours.example',
      Subject: '=?utf-8?Q?Re:_Offer_f=C3=BCr_uns?=',
      'Message-ID': `<answer-${email}>`,
      References: `<other@x.example> ${sent.messageId}`,
      'In-Reply-To': '<lost@x.example>',
      Date: 'Mon, 02 Mar 2026 10:00:00 +0100',
      'Content-Type': 'text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding': 'quoted-printable',
    },
    'Sch=F6n, danke!\r\n',
  )
  const reply = await nobody.post(path, answer, RFC822)
  assert.deepEqual([reply.status, reply.body.status], [202, 'RECEIVED'], reply.text)
  assert.equal((await nobody.post(path, { raw: answer })).body.status, 'DUPLICATE')
  const kept = (await ana.get(`/emails/${reply.body.emailId}`)).body
  assert.deepEqual(
    [kept.direction, kept.contactId, kept.dealId, kept.inReplyTo, kept.fromAddress, kept.sentAt],
    ['INBOUND', sent.contactId, dealId, sent.messageId, email, '2026-03-02T09:00:00.000Z'],
  )
  const interaction = (await ana.get(`/activities/${kept.interactionId}`)).body
  assert.deepEqual(
    [interaction.type, interaction.direction, interaction.subject, interaction.content?.trim()],
    ['EMAIL', 'INBOUND', 'Re: Offer für uns', 'Schön, danke!'],
  )
  assert.equal((await ben.get(`/emails/${kept.id}`)).status, 404)
  const colleague = {
    from: `Boss <${address('boss')}>`,
    subject: 'Re',
    text: 'Yes',
    inReplyTo: sent.messageId,
  }
  const other = (await nobody.post(path, colleague)).body
  assert.equal((await ana.get(`/emails/${other.emailId}`)).body.contactId, sent.contactId)
  const postmark = { From: email, Subject: 'New', HtmlBody: '<p>Hi <b>there</b> &amp; you</p>', Headers: [] }
  const fresh = (await nobody.post(path, postmark)).body
  assert.equal((await ana.get(`/emails/${fresh.emailId}`)).body.body, 'Hi there & you')
  const stranger = (await nobody.post(path, { from: address('eve'), subject: 'Buy', text: 'Spam' })).body
  assert.deepEqual(stranger, { status: 'IGNORED', emailId: null })
})

const report = (recipient: string, messageId: string, status: string, action = 'failed') =>
  mime(
    {
      From: 'Mailer <mailer-daemon@mx.example>',
      Subject: 'Undelivered',
      'Message-ID': `<dsn-${status}-${recipient}>`,
      'Content-Type': 'multipart/report; report-type=delivery-status; boundary="b"',
    },
    `--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ${recipient}\r\nAction: ${action}\r\nStatus: ${status}\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: ${messageId}\r\nSubject: Offer\r\n\r\n--b--\r\n`,
  )

test('a report of a failed delivery makes mail and contact BOUNCED, and only for the address it went to', async () => {
  const { owner, ana } = await world()
  const path = await inbox(owner)
  const email = address('ida')
  const sent = await sentTo(ana, email)
  const status = async () => (await ana.get(`/contacts/${sent.contactId}`)).body.status
  for (const [raw, outcome] of [
    [report(address('eve'), sent.messageId, '5.1.1'), 'IGNORED'],
    [report(email, '<unknown@x.example>', '5.1.1'), 'IGNORED'],
    [report(email, sent.messageId, '4.4.1', 'delayed'), 'IGNORED'],
    [report(email, sent.messageId, '5.2.2'), 'BOUNCE'],
  ] as const) {
    const reply = await nobody.post(path, raw, RFC822)
    assert.deepEqual([reply.status, reply.body.status], [202, outcome], reply.text)
    assert.equal(await status(), 'ACTIVE')
  }
  assert.equal(
    (await nobody.post(path, report(email, sent.messageId, '5.1.1'), RFC822)).body.status,
    'BOUNCE',
  )
  assert.equal(await status(), 'BOUNCED')
  const { status: state, reason } = (await ana.get(`/emails/${sent.id}`)).body
  assert.deepEqual([state, reason], ['BOUNCED', '5.1.1 smtp; 550 no such user'])
  const again = await ana.post('/emails', { contactIds: [sent.contactId], subject: 'S', body: 'B' })
  assert.equal(again.body.issues[0].message, 'BOUNCED')
})

test('only who knows the secret delivers; a new one ends the old; other workspaces are out of reach', async () => {
  const { owner, admin, ana, mallory } = await world()
  const email = address('ida')
  const sent = await sentTo(ana, email)
  const mail = { from: email, subject: 'S', text: 'T' }
  const path = await inbox(owner)
  const theirs = await inbox(mallory)
  assert.equal((await ana.post('/emails/inbound')).status, 403)
  const swapped = `${path.slice(0, -43)}${theirs.slice(-43)}`
  for (const wrong of [swapped, `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`])
    assert.equal((await nobody.post(wrong, mail)).status, 404, wrong)
  assert.equal((await nobody.post(theirs, mail)).body.status, 'IGNORED')
  assert.equal(
    (await nobody.post(theirs, { ...mail, inReplyTo: sent.messageId })).body.status,
    'IGNORED',
    'a thread of another workspace is none',
  )
  assert.equal((await nobody.post(path, mail)).body.status, 'RECEIVED')
  await inbox(admin)
  assert.equal((await nobody.post(path, mail)).status, 404)
  const again = await inbox(admin)
  for (const [body, options, status] of [
    [{ subject: 'no sender' }, undefined, 400],
    [{ from: 3 }, undefined, 400],
    ['no mail at all', RFC822, 400],
    ['a,b\n', { headers: { 'content-type': 'application/xml' } }, 415],
  ] as const)
    assert.equal((await nobody.post(again, body, options)).status, status, JSON.stringify(body))
})

test('forms of mail services are read: SendGrid with the parts of a mail or the whole of it, and Mailgun with files or without', async () => {
  const { owner, ana } = await world()
  const path = await inbox(owner)
  const email = address('ida')
  const sent = await sentTo(ana, email)
  const form = (fields: Record<string, string>, file = '') => {
    const parts = Object.entries(fields).map(
      ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    return nobody.post(path, `${parts.join('')}${file}--b--\r\n`, { headers })
  }
  const headers = `Received: by mx\nMessage-ID:\n <one-${email}>\nIn-Reply-To: ${sent.messageId}\nSubject: Re: Offer\n`
  const attached =
    '--b\r\nContent-Disposition: form-data; name="attachment1"; filename="a.pdf"\r\n\r\n%PDF\r\n'
  const parsed = await form(
    {
      headers,
      from: `Ida <${email}>`,
      to: 'crm@ours.example',
      subject: 'Re: Offer',
      text: 'Dear äll',
      charsets: '{}',
    },
    attached,
  )
  assert.deepEqual([parsed.status, parsed.body.status], [202, 'RECEIVED'], parsed.text)
  const kept = (await ana.get(`/emails/${parsed.body.emailId}`)).body
  assert.deepEqual(
    [kept.contactId, kept.inReplyTo, kept.messageId, kept.body],
    [sent.contactId, sent.messageId, `<one-${email}>`, 'Dear äll'],
  )
  const raw = mime({ From: email, Subject: 'Two', 'Message-ID': `<two-${email}>` }, 'Whole')
  const whole = await form({ email: raw, from: 'someone@else.example' })
  assert.equal((await ana.get(`/emails/${whole.body.emailId}`)).body.subject, 'Two')
  const fields = { sender: email, recipient: 'crm@ours.example', subject: 'Three', 'body-plain': 'Plain' }
  const gun = await form({ ...fields, 'Message-Id': `<three-${email}>` })
  assert.equal((await ana.get(`/emails/${gun.body.emailId}`)).body.body, 'Plain')
  assert.equal((await form({ subject: 'From nobody' })).status, 400)
  const encoded = (values: Record<string, string>) =>
    nobody.post(path, String(new URLSearchParams(values)), {
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    })
  const four = await encoded({ ...fields, 'body-plain': 'Grüße & 1 + 1', 'Message-Id': `<four-${email}>` })
  assert.deepEqual([four.status, four.body.status], [202, 'RECEIVED'], four.text)
  const { body, messageId } = (await ana.get(`/emails/${four.body.emailId}`)).body
  assert.deepEqual([body, messageId], ['Grüße & 1 + 1', `<four-${email}>`])
  const five = await encoded({ 'body-mime': mime({ From: email, Subject: 'Five' }, 'Whole'), token: 'x' })
  assert.equal((await ana.get(`/emails/${five.body.emailId}`)).body.subject, 'Five')
  assert.equal((await encoded({ subject: 'From nobody' })).status, 400)
})

test('what nobody wrote answers nothing: an absence note is kept with the contact, and is no talk', async () => {
  const { owner, ana } = await world()
  const path = await inbox(owner)
  const email = address('ida')
  const dealId = (await ana.post('/deals', { title: 'Scanners' })).body.id
  const sent = await sentTo(ana, email, { dealId })
  const talks = async () =>
    (await ana.get(`/activities?type=EMAIL&entityType=contact&entityId=${sent.contactId}`)).body
  const before = await talks()
  const said = (name: string) => ({ 'Message-ID': `<${name}-${email}>`, 'In-Reply-To': sent.messageId })
  const note = (name: string, headers: object) =>
    mime({ From: email, Subject: `Away ${name}`, ...said(name), ...headers } as never, 'Back on Monday')
  const form = (fields: Record<string, string>) =>
    nobody.post(path, String(new URLSearchParams(fields)), {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  const fields = { from: email, subject: 'Away', text: 'Back on Monday' }
  const replies = [
    await nobody.post(path, note('one', { 'Auto-Submitted': 'auto-replied (vacation)' }), RFC822),
    await nobody.post(path, note('two', { 'X-Autoreply': 'yes' }), RFC822),
    await nobody.post(path, note('three', { 'Return-Path': '<>' }), RFC822),
    await nobody.post(path, {
      From: email,
      Subject: 'Away',
      TextBody: 'x',
      Headers: Object.entries({ ...said('four'), 'Auto-Submitted': 'auto-generated' }).map(
        ([Name, Value]) => ({
          Name,
          Value,
        }),
      ),
    }),
    await form({ ...fields, ...said('five'), Precedence: 'auto_reply' }),
    await form({
      ...fields,
      headers: `In-Reply-To: ${sent.messageId}\nMessage-ID: <six-${email}>\nAuto-Submitted: auto-replied\n`,
    }),
  ]
  for (const reply of replies) {
    assert.deepEqual([reply.status, reply.body.status], [202, 'RECEIVED'], reply.text)
    const { contactId, dealId, inReplyTo, interactionId, reason } = (
      await ana.get(`/emails/${reply.body.emailId}`)
    ).body
    assert.deepEqual(
      [contactId, dealId, inReplyTo, interactionId, reason],
      [sent.contactId, null, null, null, 'AUTOMATIC'],
    )
  }
  assert.deepEqual(await talks(), before)
  const { rows } = (await ana.get(`/contacts/${sent.contactId}/activities?type=changes`)).body
  const lines = rows.filter((row: any) => row.type.startsWith('email.'))
  assert.deepEqual(
    lines.map((row: any) => row.metadata.changes.reason.new),
    replies.map(() => 'AUTOMATIC'),
    'a line each, and none of what the talk tells',
  )
  // By somebody else's machine, whom nothing but the thread would name.
  const desk = mime(
    { From: 'desk@theirs.example', ...said('desk'), 'Auto-Submitted': 'auto-replied' },
    'Ticket 7',
  )
  assert.equal((await nobody.post(path, desk, RFC822)).body.status, 'IGNORED')
  // Our own, sent back by a list or to ourselves.
  const own = mime(
    { From: 'us@ours.example', 'In-Reply-To': `<one-${email}>`, 'Message-ID': sent.messageId },
    'Offer',
  )
  assert.equal((await nobody.post(path, own, RFC822)).body.status, 'DUPLICATE')
  const answer = await nobody.post(path, note('seven', { 'Auto-Submitted': 'no' }), RFC822)
  const kept = (await ana.get(`/emails/${answer.body.emailId}`)).body
  assert.deepEqual([kept.dealId, kept.inReplyTo, kept.reason], [dealId, sent.messageId, null])
  assert.ok(kept.interactionId)
})

test('odd mails are kept as they can be read, and none stops the server', async () => {
  const { owner, ana } = await world()
  const path = await inbox(owner)
  const email = address('ida')
  await ana.post('/contacts', { firstName: 'Ida', email })
  const kept = async (raw: string | Buffer) => {
    const since = performance.now()
    const reply = await nobody.post(path, raw, RFC822)
    assert.deepEqual([reply.status, reply.body.status], [202, 'RECEIVED'], reply.text)
    // Each of these took from 7 seconds to a minute, in which nobody else was answered.
    assert.ok(performance.now() - since < 5000, `read in ${performance.now() - since} ms`)
    const { subject, body } = (await ana.get(`/emails/${reply.body.emailId}`)).body
    return [subject, body.trim()]
  }
  let n = 0
  const head = (subject: string, more: Record<string, string> = {}) =>
    ({ From: email, Subject: subject, 'Message-ID': `<odd${++n}-${email}>`, ...more }) as Record<
      string,
      string
    >
  const html = { 'Content-Type': 'text/html; charset=utf-8' }
  const page =
    '<head><title>T</title></head><style>p > a {}</style><!-- a > b --><p>Gr&uuml;&szlig;e &euro;&nbsp;5 &#x1F600;</p>a &lt; b<script>x</script>'
  assert.deepEqual(await kept(mime(head('HTML', html), page)), ['HTML', 'Grüße € 5 😀\na < b'])
  for (const piece of ['<', '<br ', '<style>', '<!--'])
    assert.equal((await kept(mime(head('Signs', html), piece.repeat(200_000 / piece.length))))[0], 'Signs')
  assert.equal((await kept(mime(head('Lines'), 'line\r\n'.repeat(500_000))))[0], 'Lines')
  const undeclared = Buffer.from(mime(head('Köln'), 'Grüße aus Köln'), 'latin1')
  assert.deepEqual(await kept(undeclared), ['Köln', 'Grüße aus Köln'])
  // Half an emoji cannot be stored.
  const [subject, body] = await kept(mime(head(`${'s'.repeat(299)}😀`), `${'x'.repeat(99_999)}😀`))
  assert.deepEqual([subject!.length, body!.length], [299, 99_999])
  const nested = (depth: number): string =>
    depth
      ? `Content-Type: multipart/mixed; boundary="b${depth}"\r\n\r\n--b${depth}\r\n${nested(depth - 1)}\r\n--b${depth}--\r\n`
      : 'Content-Type: text/plain\r\n\r\nDeep\r\n'
  const headers = mime(head('Deep'), '').trimEnd()
  assert.deepEqual(await kept(`${headers}\r\n${nested(20)}`), ['Deep', 'Deep'])
  const deeper = mime(head('Deeper'), '').trimEnd()
  assert.deepEqual(await kept(`${deeper}\r\n${nested(200)}`), ['Deeper', ''])
  assert.deepEqual(await kept(mime(head('Head', { 'X-Junk': 'a'.repeat(300_000) }), 'x')), ['Head', ''])
})

test('fields of a form stand in the charset that the form names for them, and a whole mail keeps its bytes', async () => {
  const { owner, ana } = await world()
  const path = await inbox(owner)
  const email = address('ida')
  const contactId = (await ana.post('/contacts', { firstName: 'Ida', email })).body.id
  const form = async (fields: [name: string, bytes: Uint8Array | string, type?: string][]) => {
    const parts = fields.flatMap(([name, bytes, type = '']) => [
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"\r\n${type}\r\n`),
      Buffer.from(bytes as string),
      Buffer.from('\r\n'),
    ])
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    const reply = await nobody.post(path, Buffer.concat([...parts, Buffer.from('--b--\r\n')]), { headers })
    assert.deepEqual([reply.status, reply.body.status], [202, 'RECEIVED'], reply.text)
    const { subject, body, contactId: of } = (await ana.get(`/emails/${reply.body.emailId}`)).body
    assert.equal(of, contactId)
    return [subject, body.trim()]
  }
  const koi8 = Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4])
  const latin = Buffer.from('Grüße aus Köln', 'latin1')
  const mail: Parameters<typeof form>[0] = [
    ['from', `Ida <${email}>`],
    ['subject', koi8],
    ['text', latin],
  ]
  const charsets = JSON.stringify({ from: 'UTF-8', subject: 'KOI8-R', text: 'iso-8859-1' })
  assert.deepEqual(await form([...mail, ['charsets', charsets]]), ['Привет', 'Grüße aus Köln'])
  // Named wrongly, by none that there is, or in the part itself: what is UTF-8 stays readable.
  const words = ['ß für uns', 'Привет']
  for (const [said, type] of [
    ['{"subject":"ascii?","text":"klingon"}', ''],
    ['{', ''],
    ['[1]', 'Content-Type: text/plain; charset=utf-8\r\n'],
  ] as const)
    assert.deepEqual(
      await form([
        ['from', email],
        ['subject', words[0]!, type],
        ['text', words[1]!, type],
        ['charsets', said],
      ]),
      words,
    )
  const whole = mime(
    { From: email, Subject: 'Two', 'Content-Type': 'text/plain; charset=iso-8859-1' },
    'Köln',
  )
  assert.deepEqual(await form([['email', Buffer.from(whole, 'latin1')]]), ['Two', 'Köln'])
})

test('what Amazon SES receives comes through SNS, as it is or in base64', async () => {
  const { owner, ana } = await world()
  const path = await inbox(owner)
  const email = address('ida')
  await sentTo(ana, email)
  const sns = (Message: object, Type = 'Notification') =>
    nobody.post(path, JSON.stringify({ Type, MessageId: 'x', Message: JSON.stringify(Message) }), {
      headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': Type },
    })
  for (const [n, encode] of [
    (raw: string) => raw,
    (raw: string) => Buffer.from(raw).toString('base64'),
  ].entries()) {
    const raw = mime({ From: email, Subject: `No. ${n}`, 'Message-ID': `<sns${n}-${email}>` }, 'Héllo')
    const reply = await sns({ notificationType: 'Received', mail: {}, content: encode(raw) })
    assert.deepEqual([reply.status, reply.body.status], [202, 'RECEIVED'], reply.text)
    assert.equal((await ana.get(`/emails/${reply.body.emailId}`)).body.subject, `No. ${n}`)
  }
  const without = await sns({ notificationType: 'Received', mail: {} })
  assert.deepEqual([without.status, without.body.issues[0].path], [400, 'Message'])
  assert.equal((await sns({}, 'UnsubscribeConfirmation')).body.status, 'IGNORED')
  assert.equal((await sns({}, 'SubscriptionConfirmation')).status, 400, 'no address of Amazon')
})
