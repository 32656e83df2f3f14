import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { mailServer } from '#test/smtp.ts'
import { until } from '#test/until.ts'
import { nobody, type Person, useProgram, world } from '#test/world.ts'
import { batchSchedule } from './send.ts'

let smtp: Awaited<ReturnType<typeof mailServer>>
after(() => smtp.close())
// Embedded also where the other files share a database: there another process may send the mail.
const program = useProgram(async () => {
  smtp = await mailServer()
  return { DATABASE_URL: undefined, SMTP_URL: smtp.url }
})

let serial = 0
const contact = async (person: Person, name: string, values: Record<string, unknown> = {}) => {
  const email = `${name}-${++serial}@theirs.example`
  const reply = await person.post('/contacts', { firstName: name, email, ...values })
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}
const campaign = async (person: Person, values: Record<string, unknown> = {}) => {
  const template = {
    name: 'T',
    subject: 'News for {{ contact.firstName }}',
    body: 'Hello',
    bodyHtml: '<p>Hello</p>',
  }
  const templateId = (await person.post('/email-templates', template)).body.id
  const reply = await person.post('/campaigns', { name: 'Spring', templateId, ...values })
  assert.equal(reply.status, 201, reply.text)
  return reply.body.id as string
}
const metricsOf = async (person: Person, id: string) => (await person.get(`/campaigns/${id}/metrics`)).body
/** The next minute of the throttle. */
const nextBatch = async (person: Person, id: string) => {
  await person.inWorkspace(tx =>
    tx.session.rows(
      'update campaigns set last_batch_at = null where workspace_id = $1::uuid and id = $2::uuid',
      [person.workspaceId, id],
    ),
  )
  const { app } = program()
  await batchSchedule.run(app.database, app.log, app)
}

test('a campaign goes to each contact once, with a link by which one unsubscribes, and that is kept to', async () => {
  const { ana, mallory } = await world()
  const ida = await contact(ana, 'ida', { leadSource: 'Fair' })
  const jo = await contact(ana, 'jo', { leadSource: 'Fair' })
  const twin = (await ana.post('/contacts', { firstName: 'Twin', email: jo.email })).body
  const gone = await contact(ana, 'gone')
  const nobodyThere = await contact(ana, 'nobody')
  await ana.post('/unsubscribes', { email: gone.email })
  const id = await campaign(ana)
  const filter = { field: 'leadSource', op: 'eq', value: 'Fair' }
  assert.deepEqual((await ana.post(`/campaigns/${id}/contacts`, { filter })).body, {
    added: 2,
    alreadyThere: 0,
  })
  const contactIds = [ida, twin, gone, nobodyThere].map(each => each.id)
  const added = (await ana.post(`/campaigns/${id}/contacts`, { contactIds })).body
  assert.deepEqual(added, { added: 3, alreadyThere: 1 })
  const sent = await ana.post(`/campaigns/${id}/send`)
  assert.deepEqual([sent.status, sent.body], [202, { pending: 5 }], sent.text)
  const metrics = await until(
    () => metricsOf(ana, id),
    found => found.pending === 0,
  )
  assert.deepEqual([metrics.sent, metrics.skipped, metrics.bounced, metrics.contacts], [2, 2, 1, 5])
  assert.deepEqual([metrics.attempted, metrics.bounceRate], [3, 0.3333])
  const { rows } = (await ana.get(`/campaigns/${id}/contacts?sort=createdAt`)).body
  const state = Object.fromEntries(rows.map((row: any) => [row.contactId, [row.status, row.reason]]))
  assert.deepEqual(state[ida.id], ['SENT', null])
  assert.deepEqual(state[twin.id], ['SKIPPED', 'SAME_ADDRESS'])
  assert.deepEqual(state[gone.id], ['SKIPPED', 'UNSUBSCRIBED'])
  assert.equal(state[nobodyThere.id][0], 'BOUNCED')
  // It stands in their history by its own event, and not as a talk that somebody had with them.
  const history = (type: string, of = `contacts/${ida.id}`) => ana.get(`/${of}/activities?type=${type}`)
  assert.equal((await history('EMAIL')).body.total, 0)
  const mailsTold = async (of?: string) =>
    (await history('changes', of)).body.rows.filter((row: any) => row.entityType === 'email')
  const [{ entityId, metadata }, ...others] = await mailsTold()
  assert.deepEqual([metadata.changes.status.new, others], ['SENT', []])
  const [back, ...rest] = await mailsTold(`contacts/${nobodyThere.id}`)
  assert.deepEqual([back.metadata.changes.status.new, rest], ['BOUNCED', []])
  const ofCampaign: any[] = (await history('changes', `campaigns/${id}`)).body.rows
  assert.ok(!ofCampaign.some(row => row.metadata.changes.status?.new === 'QUEUED'))
  assert.ok(!('interactionId' in metadata.changes))
  const kept = (await ana.get(`/emails/${entityId}`)).body
  assert.deepEqual([kept.campaignId, kept.interactionId, kept.status], [id, null, 'SENT'])
  const [mail, ...more] = smtp.to(ida.email)
  assert.equal(more.length, 0)
  const raw = mail!.raw.replace(/=\r\n/g, '').replace(/\r\n /g, ' ')
  assert.match(raw, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m)
  const link = /^List-Unsubscribe: <http[^<>]*(\/api\/v1\/unsubscribe\/[\w-]{64})>\r$/m.exec(raw)![1]!
  assert.equal(raw.split(link).length, 4, 'in the header, the text and the HTML')
  const asked = await nobody.get(link)
  assert.deepEqual([asked.status, /<form method="post">/.test(asked.text)], [200, true])
  assert.equal((await ana.get('/unsubscribes')).body.total, 1, 'who only looks is not unsubscribed')
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  for (const _ of [1, 2])
    assert.equal((await nobody.post(link, 'List-Unsubscribe=One-Click', form)).status, 200)
  const [entry] = (await ana.get(`/unsubscribes?email=${ida.email}`)).body.rows
  assert.equal(entry.source, 'ONE_CLICK')
  assert.equal((await metricsOf(ana, id)).unsubscribed, 1)
  const refused = await ana.post('/emails', { contactIds: [ida.id], subject: 'S', body: 'B' })
  assert.equal(refused.body.issues[0].message, 'UNSUBSCRIBED')
  const forged = `${link.slice(0, -1)}${link.endsWith('A') ? 'Q' : 'A'}`
  assert.equal((await nobody.post(forged, '', form)).status, 404)
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  const german = { ...browser, 'accept-language': 'de-AT,en;q=0.5' }
  const dead = [forged, link.slice(0, -9), link.replace(/unsubscribe/, 'track/click')]
  // Cut before the token, within the word, or with what a sentence put behind it.
  dead.push('/api/v1/unsubscribe/', '/api/v1/track/cl', '/api/v1/track/open/?x', `${link}/)`)
  for (const wrong of dead) {
    const refused = await nobody.get(wrong, { headers: browser })
    assert.deepEqual([refused.status, refused.headers['content-type']], [404, 'text/html; charset=utf-8'])
    assert.match(refused.text, /<html lang="en">.*This link does not work/)
    assert.match(String(refused.headers['content-security-policy']), /default-src 'self'/)
    assert.match((await nobody.get(wrong, { headers: german })).text, /<html lang="de">.*Dieser Link/)
    assert.match((await nobody.get(wrong)).body.code, /^(NOT_FOUND|VALIDATION_ERROR)$/)
  }
  for (const other of ['/api/v1/', '/api/v1/unsubscribed', '/api/v1/contact'])
    assert.equal((await nobody.get(other, { headers: browser })).body.code, 'NOT_FOUND', other)
  assert.match(
    (await nobody.get(link, { headers: german })).text,
    /Keine E-Mails mehr von .*<button>Abmelden</,
  )
  assert.match(
    (await nobody.post(forged, '', { headers: { ...form.headers, ...browser } })).text,
    /This link/,
  )
  assert.equal((await mallory.get('/unsubscribes')).body.total, 0)
})

test('a paused campaign sends nothing more; active again it goes on, to whom it has not been sent', async () => {
  const { ana } = await world()
  const id = await campaign(ana)
  const first = await contact(ana, 'first')
  await ana.post(`/campaigns/${id}/contacts`, { contactIds: [first.id] })
  await ana.post(`/campaigns/${id}/send`)
  await until(() => smtp.to(first.email).length === 1)
  const second = await contact(ana, 'second')
  await ana.post(`/campaigns/${id}/contacts`, { contactIds: [second.id] })
  await ana.patch(`/campaigns/${id}`, { status: 'PAUSED' })
  await nextBatch(ana, id)
  assert.equal((await metricsOf(ana, id)).pending, 1)
  await ana.patch(`/campaigns/${id}`, { status: 'ACTIVE' })
  await nextBatch(ana, id)
  await until(async () => (await metricsOf(ana, id)).sent === 2)
  assert.deepEqual([smtp.to(first.email).length, smtp.to(second.email).length], [1, 1])
  const remove = (contactId: string) => ana.delete(`/campaigns/${id}/contacts/${contactId}`)
  assert.deepEqual((await remove(first.id)).body.code, 'ALREADY_SENT')
  const third = await contact(ana, 'third')
  await ana.post(`/campaigns/${id}/contacts`, { contactIds: [third.id] })
  assert.equal((await remove(third.id)).status, 204)
  assert.equal((await remove(third.id)).status, 404)
})

test('two contacts of a campaign are merged: it knows one of them, who gets it once; undone, both are there again', async () => {
  const { ana } = await world()
  const [one, two] = [await contact(ana, 'one'), await contact(ana, 'two')]
  const [sent, waiting, other] = [await campaign(ana), await campaign(ana), await campaign(ana)]
  const add = (id: string, ids: string[]) => ana.post(`/campaigns/${id}/contacts`, { contactIds: ids })
  await add(sent, [two.id])
  await ana.post(`/campaigns/${sent}/send`)
  await until(() => smtp.to(two.email).length === 1)
  await ana.patch(`/campaigns/${sent}`, { status: 'PAUSED' })
  await add(sent, [one.id])
  await add(waiting, [one.id, two.id])
  await add(other, [two.id])
  const merged = await ana.post('/contacts/merge', { targetId: one.id, sourceIds: [two.id] })
  assert.equal(merged.status, 200, merged.text)
  const contactsOf = async (id: string) =>
    (await ana.get(`/campaigns/${id}/contacts?sort=createdAt`)).body.rows.map((row: any) => row.contactId)
  assert.deepEqual(
    [await contactsOf(sent), await contactsOf(waiting), await contactsOf(other)],
    [[null, one.id], [one.id, null], [one.id]],
  )
  await ana.patch(`/campaigns/${sent}`, { status: 'ACTIVE' })
  await nextBatch(ana, sent)
  const { rows } = (await ana.get(`/campaigns/${sent}/contacts?sort=createdAt`)).body
  assert.deepEqual(
    rows.map((row: any) => [row.status, row.reason]),
    [
      ['SENT', null],
      ['SKIPPED', 'SAME_ADDRESS'],
    ],
  )
  assert.equal(smtp.to(one.email).length, 0)
  assert.equal((await ana.post(`/merges/${merged.body.mergeId}/undo`)).status, 200)
  assert.deepEqual(
    [await contactsOf(sent), await contactsOf(waiting), await contactsOf(other)],
    [[two.id, one.id], [one.id, two.id], [two.id]],
  )
})

test('what a campaign brought is measured against what it cost', async () => {
  const { owner, ana } = await world()
  await owner.patch('/workspaces/current', { settings: { exchangeRates: { EUR: 2 } } })
  const id = await campaign(ana, { name: 'Fair 26', budget: 500, actualCost: 200 })
  const ida = await contact(ana, 'ida')
  const before = { title: 'Old', amount: 999, primaryContactId: ida.id, contactIds: [ida.id] }
  await ana.post('/deals', before)
  await ana.post(`/campaigns/${id}/contacts`, { contactIds: [ida.id] })
  await ana.post(`/campaigns/${id}/send`)
  await until(async () => (await metricsOf(ana, id)).sent === 1)
  const won = (await ana.get('/stages')).body.rows.find((stage: any) => stage.kind === 'WON').id
  for (const values of [
    { title: 'By contact', amount: 300, primaryContactId: ida.id, contactIds: [ida.id] },
    { title: 'By source', amount: 50, currency: 'EUR', source: 'fair 26' },
    { title: 'No rate', amount: 70, currency: 'CHF', source: 'Fair 26' },
    { title: 'Other', amount: 7000, source: 'Web' },
  ]) {
    const deal = await ana.post('/deals', values)
    assert.equal(deal.status, 201, deal.text)
    assert.equal((await ana.put(`/deals/${deal.body.id}/stage`, { stageId: won })).status, 200)
  }
  await ana.post('/deals', { title: 'Open', amount: 5, source: 'Fair 26' })
  const metrics = await metricsOf(ana, id)
  assert.deepEqual(
    [metrics.deals, metrics.wonDeals, metrics.wonAmount, metrics.unconverted, metrics.roi],
    [4, 3, 400, 1, 1],
  )
  assert.deepEqual([metrics.budget, metrics.actualCost, metrics.budgetRemaining], [500, 200, 300])
  assert.equal((await ana.get(`/campaigns/${id}`)).body.metrics.sent, 1)
})

test('what cannot be is refused by name; a campaign of others is out of reach', async () => {
  const { owner, ana, ben, mallory } = await world()
  const id = await campaign(ana)
  const theirs = await contact(ben, 'ben')
  for (const [body, path] of [
    [{}, 'contactIds'],
    [{ contactIds: [theirs.id] }, 'contactIds'],
    [{ contactIds: ['x'] }, 'contactIds.0'],
    [{ filter: { field: 'nope', op: 'eq', value: 1 } }, 'filter'],
  ] as const) {
    const reply = await ana.post(`/campaigns/${id}/contacts`, body)
    assert.equal(reply.status, 400, reply.text)
    assert.match(reply.body.issues[0].path, new RegExp(`^${path}`), reply.text)
  }
  for (const [values, path] of [
    [{ startDate: '2026-02-02', endDate: '2026-02-01' }, 'endDate'],
    [{ budget: -1 }, 'budget'],
    [{ type: 'RADIO' }, 'type'],
  ] as const)
    assert.equal((await ana.patch(`/campaigns/${id}`, values)).body.issues[0].path, path)
  for (const [values, code] of [
    [{ type: 'EVENT' }, 'NOT_AN_EMAIL_CAMPAIGN'],
    [{ type: 'EMAIL', status: 'CANCELLED' }, 'CAMPAIGN_OVER'],
    [{ status: 'PLANNING', templateId: null }, 'NO_TEMPLATE'],
  ] as const) {
    await ana.patch(`/campaigns/${id}`, values)
    assert.equal((await ana.post(`/campaigns/${id}/send`)).body.code, code)
  }
  for (const [person, status] of [
    [ben, 404],
    [mallory, 404],
    [owner, 200],
  ] as const) {
    assert.equal((await person.get(`/campaigns/${id}/metrics`)).status, status)
    assert.equal((await person.get(`/campaigns/${id}/contacts`)).status, status)
  }
  assert.equal((await ben.post(`/campaigns/${id}/contacts`, { contactIds: [theirs.id] })).status, 404)
})

test('where the workspace turns tracking on, a mail shows that it was opened and followed, and leads nowhere else', async () => {
  const { owner, ana } = await world()
  const html =
    '<p><a class="b" href="https://shop.example/a?x=1&amp;y=%20z#top">Shop</a> <a href=\'mailto:a@b.example\'>Mail</a></p>'
  const templateOf = async () =>
    (await ana.post('/email-templates', { name: 'T', subject: 'S', body: 'B', bodyHtml: html })).body.id
  const mailed = async (name: string) => {
    const id = await campaign(ana, { templateId: await templateOf() })
    const to = await contact(ana, name)
    await ana.post(`/campaigns/${id}/contacts`, { contactIds: [to.id] })
    await ana.post(`/campaigns/${id}/send`)
    await until(async () => (await metricsOf(ana, id)).sent === 1)
    const raw = smtp.to(to.email)[0]!.raw.replace(/=\r\n/g, '').replace(/=3D/g, '=')
    return { id, html: raw.slice(raw.indexOf('text/html')) }
  }
  const plain = await mailed('untracked')
  assert.match(plain.html, /href="https:\/\/shop\.example/)
  assert.doesNotMatch(plain.html, /\/track\//)
  await owner.patch('/workspaces/current', { settings: { mailTracking: true } })
  const { id, html: sent } = await mailed('tracked')
  const pixel = /<img src="[^"]*(\/api\/v1\/track\/open\/[\w-]{64})"/.exec(sent)![1]!
  const click = /<a class="b" href="[^"]*(\/api\/v1\/track\/click\/[^"]+)"/.exec(sent)![1]!
  assert.match(sent, /mailto:a@b\.example/)
  assert.match(sent, /href="http[^"]*\/unsubscribe\//, 'the way out is not led around')
  const kept = (await ana.get(`/emails?campaignId=${id}`)).body.rows[0]
  assert.doesNotMatch(kept.bodyHtml, /\/track\//)
  const state = async () => (await ana.get(`/campaigns/${id}/contacts`)).body.rows[0]
  const ahead: Record<string, string>[] = [
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
    { 'x-purpose': 'preview' },
    { 'x-moz': 'prefetch' },
  ]
  for (const link of [pixel, click]) {
    const { statusCode } = await program().server.inject({ method: 'HEAD', url: link })
    assert.equal(statusCode, link === pixel ? 200 : 302)
    for (const headers of ahead) assert.equal((await nobody.get(link, { headers })).status, statusCode)
  }
  assert.equal((await state()).status, 'SENT', 'nobody has opened anything yet')
  const picture = await nobody.get(pixel)
  assert.deepEqual([picture.status, picture.headers['content-type']], [200, 'image/gif'])
  const opened = await state()
  assert.deepEqual([opened.status, opened.clickedAt], ['OPENED', null])
  const followed = await nobody.get(`${click}&utm_source=letter`)
  assert.deepEqual(
    [followed.status, followed.headers.location],
    [302, 'https://shop.example/a?x=1&y=%20z#top'],
  )
  const clicked = await state()
  assert.deepEqual([clicked.status, clicked.openedAt], ['CLICKED', opened.openedAt], 'the first time stays')
  await nobody.get(pixel)
  assert.equal((await state()).status, 'CLICKED', 'a state never goes back')
  const { openRate, clickRate } = await metricsOf(ana, id)
  assert.deepEqual([openRate, clickRate], [1, 1])
  const { rows } = (await owner.get(`/audit-logs?entityId=${clicked.id}&limit=10`)).body
  assert.equal(rows.filter((event: any) => event.action === 'clicked').length, 1, 'an event for webhooks')
  const elsewhere = click.replace(/url=.*$/, `url=${encodeURIComponent('https://evil.example/')}`)
  for (const link of [
    elsewhere,
    click.replace('click/', 'click/A').slice(0, -1),
    pixel.replace('open', 'click'),
  ])
    assert.ok([400, 404].includes((await nobody.get(link)).status), link)
  await owner.patch('/workspaces/current', { settings: { mailTracking: false } })
  assert.equal((await nobody.get(click)).status, 302, 'links of mails that are out still lead on')
  assert.equal((await owner.patch('/workspaces/current', { settings: { mailTracking: 'yes' } })).status, 400)
})

test('the contacts of a saved view become the audience, as far as the caller sees them', async () => {
  const { owner, ana, ben, mallory } = await world()
  const mine = await contact(ana, 'mine', { leadSource: 'Fair' })
  await contact(ben, 'bens', { leadSource: 'Fair' })
  await contact(ana, 'other')
  const filter = { field: 'leadSource', op: 'eq', value: 'Fair' }
  const view = { entity: 'contact', name: 'Fair', filter, shared: true }
  const savedViewId = (await ana.post('/saved-views', view)).body.id
  const id = await campaign(ana)
  const added = await ana.post(`/campaigns/${id}/contacts`, { savedViewId })
  assert.deepEqual(added.body, { added: 1, alreadyThere: 0 }, added.text)
  assert.equal((await ana.get(`/campaigns/${id}/contacts`)).body.rows[0].contactId, mine.id)
  assert.equal((await owner.post(`/campaigns/${id}/contacts`, { savedViewId })).body.added, 1)
  const ofDeals = (await ana.post('/saved-views', { entity: 'deal', name: 'Deals' })).body.id
  const theirs = (await mallory.post('/saved-views', view)).body.id
  for (const wrong of [ofDeals, theirs]) {
    const reply = await ana.post(`/campaigns/${id}/contacts`, { savedViewId: wrong })
    assert.deepEqual([reply.status, reply.body.issues[0].path], [400, 'savedViewId'], reply.text)
  }
  assert.equal((await ana.post(`/campaigns/${id}/contacts`, { savedViewId, filter })).status, 400)
})
